//! Step 4: honest waiting.

use domain::status_label::StatusLabel;
use leptos::prelude::*;

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::frame::{Frame, Mover, WizardStep, credentials_sent, frame, remove_link, setup_status};
use crate::{
    backend::{ConnectionRecord, RequestScope, StateChange},
    components::{ErrorNotice, Moment, Notice, SelfRefresh, StatusBadge, Support, Tone, following},
    copy::pages::words,
    model::Connection,
};

/// After this somebody should look into it: 24 hours, in seconds.
const DEADLINE: i64 = 24 * 60 * 60;

/// Renders step 4. Without JavaScript the page reloads itself while `refresh` holds.
pub fn activation(
    scope: &RequestScope,
    connection: &Connection,
    record: &ConnectionRecord,
    draft: Option<String>,
    refresh: bool,
) -> AnyView {
    let paths = &scope.site.paths;
    let mover = Mover::of(connection);
    let unknown = connection.label == StatusLabel::Checking;
    let acts = scope.caller.role.changes();
    let waits = if unknown { words().activation.checking } else { words().activation.sentence };
    let lead = mover.request(acts).unwrap_or(waits);
    // What only takes its time can be waited for elsewhere, and can be late.
    let is_waiting = mover == Mover::Waycore;
    let stop = format!("{}?refresh=off", paths.setup(&connection.id));
    let since = handed_over(connection, record).to_owned();
    let support = (unknown || !is_waiting).then(|| view! { <Support scope=scope.clone()/> });
    let content = view! {
        <ErrorNotice flash=scope.flash.clone()/>
        <p class="lead">{lead}</p>
        {is_waiting.then(|| late(scope, &since))}
        {support}
        <div class="panel waiting">
            <StatusBadge label=connection.label/>
            {(is_waiting && !unknown)
                .then(|| view! {
                    <p>{words().activation.duration}</p>
                    <p class="muted">
                        {words().activation.started} " "
                        <Moment at=since now_millis=scope.now_millis/>
                    </p>
                })}
            {credentials_sent(connection)}
        </div>
        {is_waiting.then(|| view! { <p>{words().activation.leave}</p> })}
        {refresh.then(|| view! { <SelfRefresh stop/> })}
        <div class="actions">
            <a class="button button-secondary" href=paths.list()>{words().wizard.finish_later}</a>
        </div>
        {(!acts).then(|| view! { <p class="muted">{words().wizard.viewer}</p> })}
        {remove_link(scope, connection)}
        {setup_status(connection)}
        {following(scope, connection, draft, Some(String::new()))}
    };
    let next = vec![words().activation.next_1, words().activation.next_2];
    let bank = Some(connection.display_name.clone());
    frame(
        Frame {
            step: WizardStep::Activation,
            title: words().activation.title,
            bank,
            mover,
            acts,
            now: now(connection),
            next,
        },
        content.into_any(),
    )
}

fn now(connection: &Connection) -> &'static str {
    let words = &words().wizard;
    match (Mover::of(connection), connection.label) {
        (Mover::You, _) => words.now_asked,
        (_, StatusLabel::Checking) => words.now_wait,
        _ => words.now_activate,
    }
}

/// When the bank's part was handed over here, by the receipt of the terms, which is written with it. A setup that was
/// completed elsewhere counts from where it was first seen to activate, else from its last change at Waycore.
fn handed_over<'a>(connection: &'a Connection, record: &'a ConnectionRecord) -> &'a str {
    let activating = |change: &&StateChange| change.after == Some(StatusLabel::Activating);
    let receipt = record.receipts.last().map(|receipt| &receipt.at);
    let seen = || record.changes.iter().rev().find(activating).map(|change| &change.at);
    receipt.or_else(seen).unwrap_or(&connection.updated_at)
}

/// What is said after the deadline. It stands in the page before that too, hidden, and the browser shows it in time: an
/// open page needs no network to turn late.
fn late(scope: &RequestScope, since: &str) -> Option<AnyView> {
    let left = seconds_left(since, scope.now_millis)?;
    let due = (left > 0).then(|| left.to_string());
    // Where there is no link, the code stands with the host's name.
    let code = scope.site.support_url.is_some().then(|| scope.support_code.clone());
    let code = code.map(|code| {
        view! { <p>{words().shell.support_code} ": " <code translate="no">{code}</code></p> }
    });
    let scope = scope.clone();
    let notice = view! {
        <div hidden=due.is_some() data-due=due>
            <Notice tone=Tone::Caution title=words().activation.late_title>
                <p>{words().activation.late}</p>
                {code}
                <Support scope/>
            </Notice>
        </div>
    };
    Some(notice.into_any())
}

fn seconds_left(since: &str, now_millis: i64) -> Option<i64> {
    let since = OffsetDateTime::parse(since, &Rfc3339).ok()?.unix_timestamp();
    Some((since + DEADLINE - now_millis / 1_000).max(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::TermsReceipt;

    #[test]
    fn an_activation_is_late_after_a_day() {
        let since = "2026-02-01T00:00:00Z";
        let day = 1_769_990_400_000; // 2026-02-02T00:00:00Z
        assert_eq!(seconds_left(since, day - 1_500), Some(2));
        assert_eq!(seconds_left(since, day), Some(0));
        assert_eq!(seconds_left(since, day + 5_000), Some(0));
        assert_eq!(seconds_left("then", day), None);
    }

    #[test]
    fn waiting_counts_from_the_last_handing_over() {
        let connection = Connection { updated_at: "changed".to_owned(), ..Connection::default() };
        let change = |at: &str, after| StateChange { at: at.to_owned(), before: None, after: Some(after) };
        let receipt = |at: &str| TermsReceipt { user: "ana".to_owned(), at: at.to_owned() };
        let mut record = ConnectionRecord::default();
        assert_eq!(handed_over(&connection, &record), "changed");
        record.changes =
            vec![change("seen", StatusLabel::Activating), change("unclear", StatusLabel::Checking)];
        assert_eq!(handed_over(&connection, &record), "seen");
        record.receipts = vec![receipt("first"), receipt("again")];
        assert_eq!(handed_over(&connection, &record), "again");
    }
}

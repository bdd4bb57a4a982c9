//! The state of a connection in words, and what can be done about it.

use domain::status_label::StatusLabel;
use leptos::prelude::*;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{
    backend::{Done, Flash, RequestScope},
    components::{BankCredentials, Moment, Notice, Support, Tone},
    copy::{bank_is_connected, pages::words},
    model::{Connection, Step},
    wizard::Mover,
};

/// For so long new credentials may be under trial, in seconds: 24 hours.
const TRIAL: i64 = 24 * 60 * 60;

/// Whether Waycore has new credentials and has not reported since how they did.
pub(super) fn is_trying(connection: &Connection, now_millis: i64) -> bool {
    let sent_at = connection.setup.credentials_sent_at.as_deref();
    let sent_at = sent_at.and_then(|at| OffsetDateTime::parse(at, &Rfc3339).ok());
    let is_lately = sent_at.is_some_and(|at| now_millis / 1_000 - at.unix_timestamp() < TRIAL);
    connection.label == StatusLabel::ReauthenticationRequired
        && connection.setup.credentials_are_new
        && is_lately
}

/// Returns who has to act before a connection works, for its row and its page alike; `None` if nobody has to, or nobody
/// knows who.
pub(super) fn mover(connection: &Connection, now_millis: i64) -> Option<Mover> {
    Some(match (connection.step, connection.label) {
        (Step::Connected, _) | (_, StatusLabel::Revoked) => return None,
        (Step::Recoverable, _) if is_trying(connection, now_millis) => Mover::Waycore,
        // A setup that failed: Waycore says who acts.
        (Step::Recoverable | Step::Support, _) if connection.action_required_by.is_some() => {
            Mover::of(connection)
        }
        (Step::Support, _) => return None,
        (Step::Recoverable, StatusLabel::Error) => Mover::Waycore,
        (Step::Recoverable, _) => Mover::You,
        (Step::ConnectionDetails | Step::DelegatedUser | Step::FinishSetup | Step::Activation, _) => {
            Mover::of(connection)
        }
    })
}

/// Renders the notice about the state: what happened, and what a person of this role can do. What a form has just done
/// is said in it and aloud. Where a form was refused, nothing says that there is nothing to do.
pub(super) fn state_notice(scope: &RequestScope, connection: &Connection, is_stale: bool) -> Option<AnyView> {
    // That has a notice of its own.
    let done = scope.flash.done.filter(|done| *done != Done::FinishedBefore);
    let notice = match (done, connection.label) {
        (Some(Done::HandedOver), StatusLabel::ReauthenticationRequired) => {
            trying(connection, words().detail.handed_over_title, scope.now_millis)
        }
        _ if is_trying(connection, scope.now_millis) => {
            trying(connection, words().detail.trying_title, scope.now_millis)
        }
        (None, StatusLabel::Connected) if scope.flash.error.is_some() => return None,
        (_, StatusLabel::Connected) if connection.is_first_sync() && !is_stale => {
            let title = bank_is_connected(&connection.display_name);
            view! { <Notice tone=Tone::Positive title><p>{words().detail.fetching}</p></Notice> }.into_any()
        }
        (Some(Done::Asked), StatusLabel::Connected) => {
            let (title, text) = (words().detail.sync_asked_title, words().detail.sync_asked);
            view! { <Notice tone=Tone::Positive title><p>{text}</p></Notice> }.into_any()
        }
        // What was so a while ago is no reason to say that there is nothing to do.
        (None, StatusLabel::Connected) if is_stale => return None,
        _ => of_label(scope, connection),
    };
    Some(match done {
        Some(_) => view! { <div role="status" data-said="">{notice}</div> }.into_any(),
        None => notice,
    })
}

/// That Waycore tries what was handed over, and since when.
fn trying(connection: &Connection, title: &'static str, now_millis: i64) -> AnyView {
    let (text, sent) = (words().detail.handed_over, sent(connection, now_millis));
    view! { <Notice tone=Tone::Info title><p>{text}</p> {sent}</Notice> }.into_any()
}

/// When credentials were handed over last.
fn sent(connection: &Connection, now_millis: i64) -> Option<AnyView> {
    let at = connection.setup.credentials_sent_at.clone()?;
    let text = words().detail.credentials_sent;
    Some(view! { <p class="muted">{text} " " <Moment at now_millis/></p> }.into_any())
}

fn of_label(scope: &RequestScope, connection: &Connection) -> AnyView {
    let text = &words().detail;
    let mover = mover(connection, scope.now_millis);
    let (tone, title, fact) = match connection.label {
        StatusLabel::Connected => (Tone::Positive, text.connected_title, Some(text.connected)),
        StatusLabel::ReauthenticationRequired => (Tone::Caution, text.reauth_title, Some(text.reauth)),
        StatusLabel::Error => (Tone::Negative, text.errored_title, None),
        StatusLabel::NeedsCorrection => (Tone::Caution, text.invalid_title, Some(text.invalid)),
        StatusLabel::Paused => (Tone::Info, text.paused_title, Some(text.paused)),
        StatusLabel::Revoked => (Tone::Info, text.revoked_title, Some(text.revoked)),
        StatusLabel::SetupInProgress | StatusLabel::Activating | StatusLabel::Checking => {
            (Tone::Info, text.checking_title, Some(text.checking))
        }
    };
    let fact = fact.map(|text| view! { <p>{text}</p> });
    let needs_help = connection.step != Step::Connected;
    let support = needs_help.then(|| view! { <Support scope=scope.clone()/> });
    let code = connection
        .error_code
        .clone()
        .filter(|_| needs_help)
        .map(|code| view! { <p class="muted">{words().detail.error_code} ": " <code translate="no">{code}</code></p> });
    let sent = needs_help.then(|| sent(connection, scope.now_millis)).flatten();
    let asks_for_address = connection.label == StatusLabel::NeedsCorrection && mover == Some(Mover::You);
    let address = connection.portal_url.clone().filter(|_| asks_for_address);
    let address = address.map(|url| view! { <p class="address"><code translate="no">{url}</code></p> });
    let again = again(scope, connection, mover);
    let to_do = to_do(connection.label, mover, scope.caller.role.changes());
    let to_do = to_do.into_iter().flatten().map(|text| view! { <p>{text}</p> }).collect_view();
    view! { <Notice tone title>{fact} {to_do} {address} {sent} {code} {again} {support}</Notice> }.into_any()
}

/// Two sentences: the next action, and who can take it. The page of a viewer has no form, so it says that a manager can.
fn to_do(label: StatusLabel, mover: Option<Mover>, changes: bool) -> [Option<&'static str>; 2] {
    let text = &words().detail;
    let (manager, viewer) = match (mover, label) {
        (Some(Mover::You), StatusLabel::ReauthenticationRequired) => (text.reauth_to_do, text.reauth_viewer),
        (Some(Mover::You), StatusLabel::NeedsCorrection) => (text.invalid_to_do, text.invalid_viewer),
        (None, StatusLabel::Revoked) => (text.revoked_to_do, text.revoked_viewer),
        _ => {
            let what = mover.and_then(|mover| mover.request(changes)).or(match (mover, label) {
                (Some(Mover::Waycore), StatusLabel::Error) => Some(text.errored),
                (
                    Some(Mover::Waycore),
                    StatusLabel::ReauthenticationRequired
                    | StatusLabel::NeedsCorrection
                    | StatusLabel::Paused,
                ) => Some(text.waycore_acts),
                _ => None,
            });
            return [what, (!changes).then_some(text.viewer)];
        }
    };
    [Some(if changes { manager } else { viewer }), None]
}

/// Where a manager begins anew. Either way that is another connection: this one stays until it is removed.
fn again(scope: &RequestScope, connection: &Connection, mover: Option<Mover>) -> Option<AnyView> {
    let paths = &scope.site.paths;
    let (href, text) = match (connection.label, mover) {
        (StatusLabel::Revoked, _) => (paths.new_connection(), words().detail.reconnect),
        (StatusLabel::NeedsCorrection, Some(Mover::You)) => {
            (paths.again(&connection.id), words().detail.start_again)
        }
        _ => return None,
    };
    let link = || view! { <p><a class="button button-secondary" href=href>{text}</a></p> }.into_any();
    scope.caller.role.changes().then(link)
}

/// That a connection was removed, on the list. The browser says it aloud too.
pub(super) fn removed_notice() -> AnyView {
    let (title, text) = (words().list.removed_title, words().list.removed);
    view! {
        <div role="status" data-said="">
            <Notice tone=Tone::Positive title><p>{text}</p></Notice>
        </div>
    }
    .into_any()
}

/// That what was typed of what a bank issued was not sent, as the setup had been finished without it.
pub(super) fn finished_before(flash: &Flash) -> Option<AnyView> {
    let text = &words().finish;
    let notice = || {
        view! {
            <div role="status" data-said="">
                <Notice tone=Tone::Caution title=text.not_sent_title><p>{text.not_sent}</p></Notice>
            </div>
        }
        .into_any()
    };
    (flash.done == Some(Done::FinishedBefore)).then(notice)
}

/// The form with which a manager sends new sign-in details for this connection, folded while Waycore tries the last ones.
/// `None` if the bank or Waycore has to act.
pub(super) fn repair(scope: &RequestScope, connection: &Connection) -> Option<AnyView> {
    let is_tried = is_trying(connection, scope.now_millis);
    let is_asked = is_tried || mover(connection, scope.now_millis) == Some(Mover::You);
    let asked =
        connection.label == StatusLabel::ReauthenticationRequired && is_asked && scope.caller.role.changes();
    let action = scope.site.paths.api("update_credentials");
    let form = || {
        view! {
            <form method="post" action=action class="stack narrow" autocomplete="off" novalidate>
                <input type="hidden" name="connection_id" value=connection.id.clone()/>
                <BankCredentials flash=scope.flash.clone()/>
                <div class="actions">
                    <button class="button button-primary">{words().detail.hand_over}</button>
                </div>
            </form>
        }
    };
    let repair = || {
        if is_tried {
            let open = scope.flash.error.is_some();
            view! {
                <details class="disclosure" open=open>
                    <summary>{words().detail.send_different}</summary>
                    {form()}
                </details>
            }
            .into_any()
        } else {
            view! {
                <section aria-labelledby="repair">
                    <h2 id="repair">{words().detail.repair}</h2>
                    {form()}
                </section>
            }
            .into_any()
        }
    };
    asked.then(repair)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SetupFacts;

    #[test]
    fn new_credentials_are_under_trial_for_a_day_or_until_waycore_reports() {
        let now = 1_770_076_800_000; // 2026-02-03T00:00:00Z
        let check = |label, are_new, sent_at: Option<&str>| {
            let setup = SetupFacts {
                credentials_are_new: are_new,
                credentials_sent_at: sent_at.map(str::to_owned),
                ..SetupFacts::default()
            };
            let connection = Connection { label, setup, ..Connection::default() };
            is_trying(&connection, now)
        };
        let reauth = StatusLabel::ReauthenticationRequired;
        assert!(check(reauth, true, Some("2026-02-02T23:59:00Z")));
        assert!(check(reauth, true, Some("2026-02-02T00:00:01Z")));
        assert!(!check(reauth, true, Some("2026-02-02T00:00:00Z")), "a day ago");
        assert!(!check(reauth, false, Some("2026-02-02T23:59:00Z")), "Waycore has reported since");
        assert!(!check(reauth, true, None));
        assert!(!check(StatusLabel::Connected, true, Some("2026-02-02T23:59:00Z")));
    }
}

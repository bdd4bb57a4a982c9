//! Step 4: honest waiting.

use domain::status_label::StatusLabel;
use leptos::prelude::*;

use super::frame::{Frame, Mover, WizardStep, frame, mover_or, remove_link};
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{
    backend::RequestScope,
    components::{ErrorNotice, Moment, Notice, StatusBadge, Tone, following},
    copy::pages::words,
    model::Connection,
};

/// After this somebody should look into it.
const DEADLINE: Duration = Duration::hours(24);

/// Renders step 4. Without JavaScript the page reloads itself while `refresh` holds.
pub fn activation(scope: &RequestScope, connection: &Connection, refresh: bool) -> AnyView {
    let paths = &scope.site.paths;
    let unknown = connection.label == StatusLabel::Checking;
    let stop = format!("{}?refresh=off", paths.setup(&connection.id));
    let late = is_late(&connection.updated_at, scope.now_millis);
    let code = scope.support_code.clone();
    let since = connection.updated_at.clone();
    let support = (unknown || late)
        .then(|| scope.site.support_url.clone())
        .flatten()
        .map(|href| view! { <p><a href=href rel="external">{words().shell.support}</a></p> });
    let content = view! {
        <ErrorNotice flash=scope.flash.clone()/>
        <p class="lead">{if unknown { words().activation.checking } else { words().activation.sentence }}</p>
        {late
            .then(|| view! {
                <Notice tone=Tone::Caution title=words().activation.late_title>
                    <p>{words().activation.late}</p>
                    <p>{words().shell.support_code} ": " <code>{code}</code></p>
                </Notice>
            })}
        {support}
        <div class="panel waiting">
            <StatusBadge label=connection.label/>
            {(!unknown)
                .then(|| view! {
                    <p>{words().activation.duration}</p>
                    <p class="muted">
                        {words().activation.started} " "
                        <Moment at=since now_millis=scope.now_millis/>
                    </p>
                })}
        </div>
        <p>{words().activation.leave}</p>
        {refresh
            .then(|| view! {
                <noscript>
                    <meta http-equiv="refresh" content="5"/>
                    <p>{words().activation.refreshing} " " <a href=stop>{words().activation.stop_refreshing}</a></p>
                </noscript>
            })}
        <div class="actions">
            <a class="button button-secondary" href=paths.list()>{words().wizard.finish_later}</a>
        </div>
        {remove_link(scope, connection)}
        {following(scope, connection, None, true)}
    };
    let next = vec![words().activation.next_1, words().activation.next_2];
    let bank = Some(connection.display_name.clone());
    frame(
        Frame {
            step: WizardStep::Activation,
            title: words().activation.title,
            bank,
            mover: mover_or(connection, Mover::Waycore),
            now: words().wizard.now_activate,
            next,
        },
        content.into_any(),
    )
}

fn is_late(since: &str, now_millis: i64) -> bool {
    let since = OffsetDateTime::parse(since, &Rfc3339);
    let now = OffsetDateTime::from_unix_timestamp(now_millis / 1_000);
    since.ok().zip(now.ok()).is_some_and(|(since, now)| now - since > DEADLINE)
}

#[cfg(test)]
mod tests {
    use super::is_late;

    #[test]
    fn an_activation_is_late_after_a_day() {
        let since = "2026-02-01T00:00:00Z";
        let day = 1_769_990_400_000; // 2026-02-02T00:00:00Z
        assert!(!is_late(since, day));
        assert!(is_late(since, day + 1_000));
        assert!(!is_late("then", day));
    }
}

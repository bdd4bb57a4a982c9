//! Step 2: what to type at the bank.

use leptos::prelude::*;

use super::frame::{Frame, Mover, WizardStep, frame, mover, remove_link};
use crate::{
    backend::RequestScope,
    components::{BankPortalLink, ErrorNotice, following},
    copy::pages::words,
    islands::CopyValues,
    model::Connection,
};

/// Renders step 2.
pub fn delegated_user(scope: &RequestScope, connection: &Connection, draft: Option<String>) -> AnyView {
    let paths = &scope.site.paths;
    let content = view! {
        <p class="lead">{words().user.lead_own}</p>
        <ErrorNotice flash=scope.flash.clone()/>
        {instructions(connection)}
        {support_if_missing(scope, connection)}
        <div class="actions">
            <BankPortalLink portal=connection.portal_url.clone() simulated=scope.site.simulated_portal(connection)
                text=words().user.open_portal/>
            <a href=scope.site.guide(connection) target="_blank" rel="noopener noreferrer">
                {words().user.guide}
                <span class="visually-hidden">" ("{words().user.new_tab}")"</span>
            </a>
        </div>
        {guidance()}
        <p><a href=paths.sheet(&connection.id)>{words().user.sheet}</a></p>
        {if scope.caller.role.changes() {
            view! {
                <form method="post" action=paths.api("confirm_user_created") class="actions">
                    <input type="hidden" name="connection_id" value=connection.id.clone()/>
                    <button class="button button-primary">{words().user.created}</button>
                    <a href=paths.list()>{words().wizard.finish_later}</a>
                </form>
            }
            .into_any()
        } else {
            view! {
                <p class="muted">{words().wizard.viewer}</p>
                <p><a href=paths.list()>{words().wizard.finish_later}</a></p>
            }
            .into_any()
        }}
        {remove_link(scope, connection)}
        <CopyValues/>
        {following(scope, connection, draft, Some(String::new()))}
    };
    let next = vec![words().user.next_1, words().user.next_2];
    let bank = Some(connection.display_name.clone());
    frame(
        Frame {
            step: WizardStep::User,
            title: words().user.title,
            bank,
            mover: mover(connection),
            acts: scope.caller.role.changes(),
            now: now(connection),
            next,
        },
        content.into_any(),
    )
}

fn now(connection: &Connection) -> &'static str {
    let words = &words().wizard;
    match (mover(connection), connection.next_action.as_deref()) {
        (Mover::Waycore, Some("createDelegatedUser")) => words.now_prepare,
        (Mover::Waycore, _) => words.now_wait,
        _ => words.now_create,
    }
}

/// Who helps when a value never comes.
fn support_if_missing(scope: &RequestScope, connection: &Connection) -> Option<AnyView> {
    let missing = details(connection).iter().any(|(_, _, value)| value.is_none());
    let href = scope.site.support_url.clone().filter(|_| missing)?;
    let text = words().user.still_missing;
    Some(
        view! { <p class="muted">{text} " " <a href=href rel="external">{words().shell.support}</a></p> }
            .into_any(),
    )
}

/// What the user may do at the bank, and how it signs in there.
pub fn guidance() -> AnyView {
    view! {
        <section class="guidance">
            <h2>{words().user.rights_title}</h2>
            <p>{words().user.rights}</p>
            <h2>{words().user.codes_title}</h2>
            <p>{words().user.codes}</p>
            <h2>{words().user.second_title}</h2>
            <p>{words().user.second}</p>
        </section>
    }
    .into_any()
}

/// Each detail: its term, the name of the button that copies it, and its value once it is there.
pub fn details(connection: &Connection) -> [(&'static str, &'static str, Option<String>); 6] {
    let given = connection.instructions.clone().unwrap_or_default();
    let filled = |value: Option<String>| value.filter(|text| !text.trim().is_empty());
    [
        (words().user.first_name, words().user.copy_first_name, filled(given.first_name)),
        (words().user.last_name, words().user.copy_last_name, filled(given.last_name)),
        (words().user.address, words().user.copy_address, filled(given.address)),
        (words().user.username, words().user.copy_username, filled(given.username)),
        (words().user.email, words().user.copy_email, filled(given.email)),
        (words().user.phone, words().user.copy_phone, filled(given.phone_number)),
    ]
}

fn instructions(connection: &Connection) -> AnyView {
    let rows = details(connection).into_iter().map(|(term, copy, value)| {
        let shown = match value {
            Some(value) => view! {
                <span class="issued">{value.clone()}</span>
                <button type="button" class="copy" aria-label=copy data-copy=value
                    data-copied=format!("{term} {}", words().user.copied)>
                    <svg viewBox="0 0 16 16" aria-hidden="true" class="icon">
                        <path class="icon-copy" d="M6 6h7v7H6zM3 10V3h7"></path>
                        <path class="icon-done" d="M3 8.5l3.5 3.5L13 5"></path>
                    </svg>
                </button>
            }
            .into_any(),
            None => view! {
                <span class="muted needs-script">{words().user.preparing}</span>
                <noscript>{words().user.preparing_reload}</noscript>
            }
            .into_any(),
        };
        view! { <div class="detail-row"><dt>{term}</dt><dd>{shown}</dd></div> }
    });
    view! {
        <section class="panel" aria-labelledby="details-title">
            <h2 id="details-title">{words().user.details}</h2>
            <p class="hint">{words().user.details_hint}</p>
            <dl class="details">{rows.collect_view()}</dl>
        </section>
    }
    .into_any()
}

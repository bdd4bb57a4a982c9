//! Step 3: what the bank issued, and the two confirmations.

use leptos::prelude::*;

use super::frame::{Frame, Mover, WizardStep, credentials_sent, frame, remove_link, setup_status};
use crate::{
    backend::RequestScope,
    components::{BankCredentials, ErrorNotice, Notice, Tone, following, password_to_repeat},
    copy::{DELEGATED_USER_TERMS_LINK, pages::words},
    model::Connection,
    paths::SetupStep,
};

/// Renders step 3. Nothing here ends up in a draft: the fields hold what a bank issued.
pub fn finish_setup(scope: &RequestScope, connection: &Connection, draft: Option<String>) -> AnyView {
    let paths = &scope.site.paths;
    let also = [also_missing(scope, "accept_terms"), password_to_repeat(&scope.flash)];
    let also = also.into_iter().flatten().collect::<Vec<_>>();
    let content = view! {
        <p class="lead">{words().finish.lead}</p>
        {sent_before(connection)}
        <ErrorNotice flash=scope.flash.clone() also=also/>
        {if scope.caller.role.changes() {
            form(scope, connection)
        } else {
            view! {
                <p class="muted">{words().wizard.viewer}</p>
                <p><a href=paths.list()>{words().wizard.finish_later}</a></p>
            }
            .into_any()
        }}
        {remove_link(scope, connection)}
        <p class="switch">
            <a href=paths.setup_step(&connection.id, SetupStep::DelegatedUser)>{words().finish.back}</a>
        </p>
        {setup_status(connection)}
        {following(scope, connection, draft, None)}
    };
    let next = vec![words().finish.next_1, words().finish.next_2];
    let bank = Some(connection.display_name.clone());
    frame(
        Frame {
            step: WizardStep::Finish,
            title: words().finish.title,
            bank,
            mover: Mover::of(connection),
            acts: scope.caller.role.changes(),
            now: now(connection),
            next,
        },
        content.into_any(),
    )
}

/// That Waycore has credentials already: the fields are only for others.
fn sent_before(connection: &Connection) -> Option<AnyView> {
    let text = &words().finish;
    let said = credentials_sent(connection)?;
    let again = text.sent_again;
    Some(view! { <Notice tone=Tone::Info title=text.sent_title>{said} <p>{again}</p></Notice> }.into_any())
}

/// Once credentials are there, what is left is to confirm.
fn now(connection: &Connection) -> &'static str {
    match connection.next_action.as_deref() {
        Some("activateConnection") => words().wizard.now_confirm,
        _ => words().wizard.now_hand_over,
    }
}

fn form(scope: &RequestScope, connection: &Connection) -> AnyView {
    let paths = &scope.site.paths;
    view! {
        <form method="post" action=paths.api("submit_finish") class="stack" autocomplete="off" novalidate>
            <input type="hidden" name="connection_id" value=connection.id.clone()/>
            // Names the bank if this form must be shown again while Waycore cannot be asked.
            <input type="hidden" name="display_name" value=connection.display_name.clone()/>
            <BankCredentials flash=scope.flash.clone()/>
            {confirmation(
                scope,
                "delegated_user_active",
                words().finish.active,
                crate::copy::errors().user_active_missing,
                view! { {words().finish.active_hint} }.into_any(),
            )}
            {confirmation(
                scope,
                "accept_terms",
                words().finish.terms,
                crate::copy::errors().terms_missing,
                view! {
                    <a href=DELEGATED_USER_TERMS_LINK target="_blank" rel="noopener noreferrer">
                        {words().finish.terms_link}
                        <span class="visually-hidden">" ("{words().user.new_tab}")"</span>
                    </a>
                }
                .into_any(),
            )}
            <div class="actions">
                <button class="button button-primary">{words().finish.submit}</button>
                <a href=paths.list()>{words().wizard.finish_later}</a>
            </div>
        </form>
    }
    .into_any()
}

/// A box that has to be ticked. `missing` is said beside one that is not: by the server, and by the browser before it sends
/// anything.
fn confirmation(
    scope: &RequestScope,
    name: &'static str,
    label: &'static str,
    missing: &'static str,
    more: AnyView,
) -> AnyView {
    let checked = matches!(scope.flash.value(name).as_str(), "true" | "on");
    let hint = format!("{name}-hint");
    let error = field_error(scope, name);
    let invalid = error.is_some().then_some("true");
    let described = format!("{name}-error {hint}");
    view! {
        <div class="field confirmation">
            {error}
            <div class="check-row">
                <input id=name type="checkbox" name=name value="true" checked=checked data-missing=missing
                    aria-describedby=described aria-invalid=invalid/>
                <label for=name>{label}</label>
            </div>
            <p class="hint" id=hint>{more}</p>
        </div>
    }
    .into_any()
}

fn field_error(scope: &RequestScope, name: &'static str) -> Option<impl IntoView + use<>> {
    let found = scope.flash.error_on(name).or_else(|| also_missing(scope, name));
    found.map(|text| view! { <p class="field-error" id=format!("{name}-error")>{text}</p> })
}

/// The answer names one field; a form that lacks both confirmations says so above, and beside both.
fn also_missing(scope: &RequestScope, name: &str) -> Option<String> {
    let first_missing = scope.flash.error_on("delegated_user_active").is_some();
    let missing = name == "accept_terms" && first_missing && scope.flash.value(name).is_empty();
    missing.then(|| crate::copy::errors().terms_missing.to_owned())
}

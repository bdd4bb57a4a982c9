//! Step 3: what the bank issued, and the two confirmations.

use leptos::prelude::*;

use super::frame::{Frame, WizardStep, frame, mover, remove_link};
use crate::{
    backend::RequestScope,
    components::{BankCredentials, ErrorNotice, following},
    copy::{DELEGATED_USER_TERMS_LINK, pages::words},
    model::Connection,
    paths::SetupStep,
};

/// Renders step 3. Nothing here ends up in a draft: the fields hold what a bank issued.
pub fn finish_setup(scope: &RequestScope, connection: &Connection, draft: Option<String>) -> AnyView {
    let paths = &scope.site.paths;
    let content = view! {
        <p class="lead">{words().finish.lead}</p>
        <ErrorNotice flash=scope.flash.clone() also=also_missing(scope, "accept_terms")/>
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
        {following(scope, connection, draft, None)}
    };
    let next = vec![words().finish.next_1, words().finish.next_2];
    let bank = Some(connection.display_name.clone());
    frame(
        Frame {
            step: WizardStep::Finish,
            title: words().finish.title,
            bank,
            mover: mover(connection),
            acts: scope.caller.role.changes(),
            now: now(connection),
            next,
        },
        content.into_any(),
    )
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
            {confirmation(scope, "delegated_user_active", words().finish.active, view! { {words().finish.active_hint} }.into_any())}
            {confirmation(
                scope,
                "accept_terms",
                words().finish.terms,
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

fn confirmation(scope: &RequestScope, name: &'static str, label: &'static str, more: AnyView) -> AnyView {
    let checked = matches!(scope.flash.value(name).as_str(), "true" | "on");
    let hint = format!("{name}-hint");
    let error = field_error(scope, name);
    let invalid = error.is_some().then_some("true");
    let described = if error.is_some() { format!("{name}-error {hint}") } else { hint.clone() };
    view! {
        <div class="field confirmation">
            {error}
            <div class="check-row">
                <input id=name type="checkbox" name=name value="true" checked=checked
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

//! Step 3: what the bank issued, and the two confirmations.

use leptos::prelude::*;

use super::frame::{Frame, Mover, WizardStep, frame};
use crate::{
    backend::RequestScope,
    components::{BankCredentials, ErrorNotice, following},
    copy::{
        DELEGATED_USER_TERMS_LINK,
        pages::{FINISH, USER, WIZARD},
    },
    model::Connection,
    paths::SetupStep,
};

/// Renders step 3. Nothing here ends up in a draft: the fields hold what a bank issued.
pub fn finish_setup(scope: &RequestScope, connection: &Connection, draft: Option<String>) -> AnyView {
    let paths = &scope.site.paths;
    let content = view! {
        <p class="lead">{FINISH.lead}</p>
        <ErrorNotice flash=scope.flash.clone()/>
        {if scope.caller.role.changes() {
            form(scope, connection)
        } else {
            view! {
                <p class="muted">{WIZARD.viewer}</p>
                <p><a href=paths.list()>{WIZARD.finish_later}</a></p>
            }
            .into_any()
        }}
        <p class="switch">
            <a href=paths.setup_step(&connection.id, SetupStep::DelegatedUser)>{FINISH.back}</a>
        </p>
        {following(scope, connection, draft, false)}
    };
    let next = vec![FINISH.next_1, FINISH.next_2];
    let bank = Some(connection.display_name.clone());
    frame(
        Frame { step: WizardStep::Finish, title: FINISH.title, bank, mover: Mover::You, next },
        content.into_any(),
    )
}

fn form(scope: &RequestScope, connection: &Connection) -> AnyView {
    let paths = &scope.site.paths;
    view! {
        <form method="post" action=paths.api("submit_finish") class="stack" autocomplete="off" novalidate>
            <input type="hidden" name="connection_id" value=connection.id.clone()/>
            // Names the bank if this form must be shown again while Waycore cannot be asked.
            <input type="hidden" name="display_name" value=connection.display_name.clone()/>
            <BankCredentials flash=scope.flash.clone()/>
            {confirmation(scope, "delegated_user_active", FINISH.active, view! { {FINISH.active_hint} }.into_any())}
            {confirmation(
                scope,
                "accept_terms",
                FINISH.terms,
                view! {
                    <a href=DELEGATED_USER_TERMS_LINK target="_blank" rel="noopener noreferrer">
                        {FINISH.terms_link}
                        <span class="visually-hidden">" ("{USER.new_tab}")"</span>
                    </a>
                }
                .into_any(),
            )}
            <div class="actions">
                <button class="button button-primary">{FINISH.submit}</button>
                <a href=paths.list()>{WIZARD.finish_later}</a>
            </div>
        </form>
    }
    .into_any()
}

fn confirmation(scope: &RequestScope, name: &'static str, label: &'static str, more: AnyView) -> AnyView {
    let checked = matches!(scope.flash.value(name).as_str(), "true" | "on");
    let hint = format!("{name}-hint");
    view! {
        <div class="field confirmation">
            {field_error(scope, name)}
            <div class="check-row">
                <input id=name type="checkbox" name=name value="true" checked=checked aria-describedby=hint.clone()/>
                <label for=name>{label}</label>
            </div>
            <p class="hint" id=hint>{more}</p>
        </div>
    }
    .into_any()
}

fn field_error(scope: &RequestScope, name: &'static str) -> Option<impl IntoView + use<>> {
    scope
        .flash
        .error_on(name)
        .map(|text| view! { <p class="field-error" id=format!("{name}-error")>{text}</p> })
}

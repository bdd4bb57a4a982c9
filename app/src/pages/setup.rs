//! The wizard after step 1: the step that the connection's state asks for.

use domain::{status_label::StatusLabel, user_error::ErrorCode};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{shown_by_detail, state::finished_before};
use crate::{
    backend::{ConnectionRecord, Kept, RequestScope},
    components::{KeptNotice, go, load},
    model::{Connection, Step},
    paths::{SetupStep, with_draft},
    wizard::{activation, delegated_user, finish_setup},
};

/// Resumes a setup on any device: the state at Waycore and what was confirmed here decide, not the browser.
#[component]
pub fn SetupPage() -> impl IntoView {
    let id = use_params_map().read_untracked().get("id").unwrap_or_default();
    let query = use_query_map().read_untracked();
    let asked = query.get("step").as_deref().and_then(SetupStep::parse);
    let draft = query.get("draft");
    let refresh = query.get("refresh").as_deref() != Some("off");
    load(
        |scope| async move {
            let read = scope.onboarding.look_at_connection(&scope.caller, &id).await;
            let seen = read.or_else(|error| {
                form_to_repeat(&scope, &id).map(|what| Kept { what, as_of: None }).ok_or(error)
            })?;
            let record = match seen.what.step {
                Step::Activation => scope.onboarding.record(&scope.caller, &id).await?,
                _ => ConnectionRecord::default(),
            };
            Ok((seen, record))
        },
        move |scope, (seen, record): (Kept<Connection>, ConnectionRecord)| {
            let connection = seen.what;
            if shown_by_detail(&connection) {
                return go(&with_draft(scope.site.paths.detail(&connection.id), draft.as_deref()));
            }
            let step = match shown(&connection, asked) {
                Step::FinishSetup => finish_setup(&scope, &connection, draft),
                Step::Activation => activation(&scope, &connection, &record, draft, refresh),
                _ => delegated_user(&scope, &connection, draft),
            };
            view! {
                {finished_before(&scope.flash)}
                <KeptNotice as_of=seen.as_of now_millis=scope.now_millis/>
                {step}
            }
            .into_any()
        },
    )
}

/// The connection of a refused finish form, as far as the form needs it: that Waycore fails, or refuses every call, must not
/// cost the customer what was typed.
fn form_to_repeat(scope: &RequestScope, id: &str) -> Option<Connection> {
    let error = scope.flash.error.as_ref()?;
    let name = scope.flash.value("display_name");
    let is_of_every_call = matches!(
        error.code,
        ErrorCode::Unavailable
            | ErrorCode::RateLimited
            | ErrorCode::Misconfigured
            | ErrorCode::EntityUnresolved
    );
    (is_of_every_call && !name.is_empty()).then(|| Connection {
        id: id.to_owned(),
        display_name: name,
        kind: "setup".to_owned(),
        status: "draft".to_owned(),
        label: StatusLabel::SetupInProgress,
        step: Step::FinishSetup,
        ..Connection::default()
    })
}

/// While it is a draft that waits for the customer, either of its two steps may be looked at.
fn shown(connection: &Connection, asked: Option<SetupStep>) -> Step {
    match (connection.step, asked) {
        (Step::DelegatedUser | Step::FinishSetup, Some(SetupStep::DelegatedUser)) => Step::DelegatedUser,
        (Step::DelegatedUser | Step::FinishSetup, Some(SetupStep::Finish)) => Step::FinishSetup,
        (step, _) => step,
    }
}

//! The wizard after step 1: the step that the connection's state asks for.

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::shown_by_detail;
use crate::{
    components::{go, load},
    model::{Connection, Step},
    paths::SetupStep,
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
        |scope| async move { scope.onboarding.get_connection(&scope.caller, &id).await },
        move |scope, connection: Connection| {
            if shown_by_detail(&connection) {
                return go(&scope.site.paths.detail(&connection.id));
            }
            match shown(&connection, asked) {
                Step::FinishSetup => finish_setup(&scope, &connection, draft),
                Step::Activation => activation(&scope, &connection, refresh),
                _ => delegated_user(&scope, &connection, draft),
            }
        },
    )
}

/// While it is a draft that waits for the customer, either of its two steps may be looked at.
fn shown(connection: &Connection, asked: Option<SetupStep>) -> Step {
    match (connection.step, asked) {
        (Step::DelegatedUser | Step::FinishSetup, Some(SetupStep::DelegatedUser)) => Step::DelegatedUser,
        (Step::DelegatedUser | Step::FinishSetup, Some(SetupStep::Finish)) => Step::FinishSetup,
        (step, _) => step,
    }
}

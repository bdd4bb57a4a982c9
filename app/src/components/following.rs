//! The page of a connection follows it.

use leptos::prelude::*;

use crate::{
    backend::RequestScope,
    islands::Follow,
    model::{Connection, Step},
};

/// Follows `connection` from its page. `draft` is the local draft that led here; with `watch` the page changes when the
/// connection does. `browser::follow` reads what stands here.
pub fn following(
    scope: &RequestScope,
    connection: &Connection,
    draft: Option<String>,
    watch: bool,
) -> AnyView {
    view! {
        <div
            data-follow=""
            data-scope=scope.draft_scope.clone()
            data-draft=draft.unwrap_or_default()
            data-connection=connection.id.clone()
            data-version=connection.version.to_string()
            data-step=connection.step.name()
            data-watch=watch.to_string()
            data-done=(connection.step == Step::Connected).to_string()
        >
            <Follow/>
        </div>
    }
    .into_any()
}

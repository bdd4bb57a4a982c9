//! The page of a connection follows it, and the list follows all of them.

use domain::status_label::StatusLabel;
use leptos::prelude::*;

use crate::{
    backend::RequestScope,
    copy::{bank_is_connected, pages::words, status_label, sync_label},
    islands::Follow,
    model::{Connection, Step},
};

/// Follows `connection` from its page. `draft` is the local draft that led here. The page changes with the connection, from
/// the event `heard` on; empty for one that shows nothing but the state, and compares versions. `None`: it does not change.
/// `browser::follow` and `browser::live` read what stands here.
pub fn following(
    scope: &RequestScope,
    connection: &Connection,
    draft: Option<String>,
    heard: Option<String>,
) -> AnyView {
    let id = connection.id.clone();
    let open = heard.as_ref().map(|_| id.clone());
    view! {
        <div
            data-follow=""
            data-scope=scope.draft_scope.clone()
            data-draft=draft.unwrap_or_default()
            data-connection=id
            data-version=connection.version.to_string()
            data-step=connection.step.name()
            data-says=says(connection)
            data-live=heard
            data-open=open
            data-done=(connection.step == Step::Connected).to_string()
        >
            <Follow/>
        </div>
    }
    .into_any()
}

/// Follows the customer's connections from the list, which shows what happened up to the event `heard`. Where all of them are
/// on the page, what leaves it is gone: `data-whole` says whose they are.
pub fn following_all(scope: &RequestScope, heard: String, is_whole: bool) -> AnyView {
    let whose = is_whole.then(|| scope.draft_scope.clone());
    view! { <div data-live=heard data-open="" data-whole=whose><Follow/></div> }.into_any()
}

/// What is said of a connection when it changes.
pub fn says(connection: &Connection) -> String {
    if connection.label == StatusLabel::Connected && connection.last_synced_at.is_none() {
        let connected = bank_is_connected(&connection.display_name);
        let fetching = connection.is_first_sync().then_some(words().detail.fetching);
        return [Some(connected.as_str()), fetching].into_iter().flatten().collect::<Vec<_>>().join(". ");
    }
    let state = [connection.display_name.as_str(), ": ", status_label(connection.label)].concat();
    match connection.sync_status.as_deref().filter(|_| connection.step == Step::Connected) {
        Some(sync) => {
            let label = domain::status_label::SyncLabel::of(&domain::connection::SyncStatus::parse(sync));
            [&state, ". ", sync_label(label)].concat()
        }
        None => state,
    }
}

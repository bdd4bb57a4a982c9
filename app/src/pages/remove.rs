//! Removing a connection, as a page of its own: it must not happen by a slip.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::shown_by_detail;
use crate::{
    backend::{Kept, RequestScope},
    components::{ErrorNotice, Notice, PageTitle, TextField, Tone, load},
    copy::pages::REMOVE,
    model::Connection,
};

/// Asks for the connection's name.
#[component]
pub fn RemovePage() -> impl IntoView {
    let id = use_params_map().read_untracked().get("id").unwrap_or_default();
    load(
        |scope| async move { scope.onboarding.look_at_connection(&scope.caller, &id).await },
        |scope, seen: Kept<Connection>| remove(&scope, seen.what),
    )
}

fn remove(scope: &RequestScope, connection: Connection) -> AnyView {
    let paths = &scope.site.paths;
    let by_detail = shown_by_detail(&connection);
    let back = if by_detail { paths.detail(&connection.id) } else { paths.setup(&connection.id) };
    let kept = back.clone();
    view! {
        <PageTitle text=REMOVE.title/>
        <div class="column">
            <p class="back"><a href=back>{connection.display_name.clone()}</a></p>
            <h1>{REMOVE.title}</h1>
            <p class="lead">{REMOVE.lead}</p>
            <ErrorNotice flash=scope.flash.clone()/>
            <Notice tone=Tone::Caution title=REMOVE.lost>
                {by_detail.then(|| view! { <p>{REMOVE.data}</p> })}
                <p>{REMOVE.at_bank}</p>
            </Notice>
            {if scope.caller.role.changes() {
                form(scope, &connection, kept)
            } else {
                view! { <p class="muted">{REMOVE.viewer}</p> }.into_any()
            }}
        </div>
    }
    .into_any()
}

fn form(scope: &RequestScope, connection: &Connection, back: String) -> AnyView {
    view! {
        <form method="post" action=scope.site.paths.api("remove_connection") class="stack" autocomplete="off" novalidate>
            <input type="hidden" name="connection_id" value=connection.id.clone()/>
            <p>{REMOVE.type_name} ": " <strong>{connection.display_name.clone()}</strong></p>
            <TextField id="confirmation" label=REMOVE.name
                value=scope.flash.value("confirmation") error=scope.flash.error_on("confirmation")/>
            <div class="actions">
                <button class="button button-danger">{REMOVE.submit}</button>
                <a href=back>{REMOVE.cancel}</a>
            </div>
        </form>
    }
    .into_any()
}

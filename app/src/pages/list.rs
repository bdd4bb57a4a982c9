//! The list of connections.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::shown_by_detail;
use crate::{
    backend::{Kept, ListQuery, RequestScope},
    components::{ErrorNotice, KeptNotice, Moment, PageTitle, StatusBadge, load},
    copy::pages::LIST,
    islands::DraftList,
    model::{Connection, ConnectionPage},
};

/// The caller's connections, newest first, and the drafts of this device.
#[component]
pub fn ListPage() -> impl IntoView {
    let query = use_query_map().read_untracked();
    let wanted = ListQuery { status: query.get("status"), cursor: query.get("cursor") };
    load(
        |scope| async move { scope.onboarding.look_at_list(&scope.caller, wanted).await },
        |scope, seen: Kept<ConnectionPage>| {
            let page = seen.what;
            let empty = page.connections.is_empty();
            let rows = page.connections.into_iter().map(|row| connection_row(&scope, row)).collect_view();
            let paths = scope.site.paths.clone();
            let next = page.next_cursor.map(|cursor| paths.list_page(&cursor));
            let may_connect = scope.caller.role.changes();
            view! {
                <PageTitle text=LIST.title/>
                <div class="wide">
                    <div class="title-row">
                        <h1>{LIST.title}</h1>
                        {(may_connect && !empty).then(|| view! {
                            <a class="button button-primary" href=paths.new_connection()>{LIST.connect}</a>
                        })}
                    </div>
                    <ErrorNotice flash=scope.flash.clone()/>
                    <KeptNotice as_of=seen.as_of now_millis=scope.now_millis/>
                    <div data-drafts=scope.draft_scope.clone()>
                        <DraftList/>
                    </div>
                    {if empty {
                        view! { <EmptyList may_connect new=paths.new_connection()/> }.into_any()
                    } else {
                        view! { <ul class="connections">{rows}</ul> }.into_any()
                    }}
                    {next.map(|href| view! { <p><a href=href>{LIST.older}</a></p> })}
                </div>
            }
            .into_any()
        },
    )
}

#[component]
fn EmptyList(may_connect: bool, new: String) -> impl IntoView {
    view! {
        <section class="empty">
            <h2>{LIST.empty_title}</h2>
            <p>{LIST.empty_login} " " {LIST.empty_password} " " {LIST.empty_remove}</p>
            {may_connect.then(|| view! { <a class="button button-primary" href=new>{LIST.connect}</a> })}
        </section>
    }
}

fn connection_row(scope: &RequestScope, row: Connection) -> impl IntoView + use<> {
    let paths = &scope.site.paths;
    let detail = shown_by_detail(&row);
    let href = if detail { paths.detail(&row.id) } else { paths.setup(&row.id) };
    let freshness = match row.last_synced_at.clone() {
        Some(at) => {
            view! { <span>{LIST.last_synced} " " <Moment at now_millis=scope.now_millis/></span> }.into_any()
        }
        None => view! { <span>{LIST.never_synced}</span> }.into_any(),
    };
    let host = row.portal_url.as_deref().and_then(|url| domain::portal_url::PortalUrl::parse(url).ok());
    view! {
        <li class="connection">
            <div class="connection-main">
                <a class="connection-name" href=href>{row.display_name.clone()}</a>
                <span class="muted">{host.map(|portal| portal.host())}</span>
            </div>
            <StatusBadge label=row.label/>
            <span class="muted connection-fresh">{freshness}</span>
        </li>
    }
}

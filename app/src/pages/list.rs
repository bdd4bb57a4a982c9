//! The list of connections.

use domain::status_label::StatusLabel;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    shown_by_detail,
    state::{mover, removed_notice},
};
use crate::{
    backend::{Done, Kept, ListQuery, RequestScope, Visit},
    components::{ErrorNotice, KeptNotice, Moment, PageTitle, StatusBadge, following_all, load, says},
    copy::{connections_shown, items_unreadable, pages::words, status_label},
    islands::DraftList,
    model::{Connection, ConnectionPage},
    wizard::Mover,
};

/// With fewer there is nothing to filter.
const MANY: usize = 8;

/// Waycore's statuses in the order of a connection's life, each with the label that it is shown by.
const STATUSES: [(&str, StatusLabel); 8] = [
    ("draft", StatusLabel::SetupInProgress),
    ("pendingActivation", StatusLabel::Activating),
    ("active", StatusLabel::Connected),
    ("reauthRequired", StatusLabel::ReauthenticationRequired),
    ("errored", StatusLabel::Error),
    ("invalidConfig", StatusLabel::NeedsCorrection),
    ("paused", StatusLabel::Paused),
    ("revoked", StatusLabel::Revoked),
];

/// The caller's connections, newest first, and the drafts of this device.
#[component]
pub fn ListPage() -> impl IntoView {
    let query = use_query_map().read_untracked();
    let status = query.get("status").filter(|status| !status.is_empty());
    let wanted = ListQuery { status: status.clone(), cursor: query.get("cursor") };
    let part = status.is_some() || wanted.cursor.is_some();
    load(
        |scope| async move {
            // First, so that nothing happens between it and what is shown.
            let visit = scope.onboarding.visit(&scope.caller).await?;
            Ok((visit, scope.onboarding.look_at_list(&scope.caller, wanted).await?))
        },
        move |scope, (visit, seen): (Visit, Kept<ConnectionPage>)| list(&scope, visit, seen, status, part),
    )
}

/// `part` of the list is looked at, so that there is more than stands on the page.
fn list(
    scope: &RequestScope,
    visit: Visit,
    seen: Kept<ConnectionPage>,
    status: Option<String>,
    part: bool,
) -> AnyView {
    let text = &words().list;
    let page = seen.what;
    let paths = &scope.site.paths;
    let empty = page.connections.is_empty();
    let is_whole = !part && page.next_cursor.is_none() && page.unreadable == 0;
    let many = page.connections.len() >= MANY || !is_whole;
    let next = page.next_cursor.map(|cursor| {
        let filter = [("status", status.clone().unwrap_or_default()), ("cursor", cursor)];
        view! { <p><a href=paths.list_part(&filter)>{text.older}</a></p> }
    });
    let may_connect = scope.caller.role.changes();
    let first = empty && status.is_none() && page.unreadable == 0;
    let count = status.as_ref().filter(|_| !empty).map(|_| {
        let count = connections_shown(page.connections.len(), next.is_some());
        view! { <p class="hint" role="status">{count}</p> }
    });
    let is_stale = seen.as_of.is_some();
    let rows = page.connections.into_iter().map(|row| {
        let changed = visit.changed.contains(&row.id);
        connection_row(scope, row, changed, is_stale)
    });
    let rows = rows.collect_view();
    view! {
        <PageTitle text=text.title/>
        <div class="wide">
            <div class="title-row">
                <h1>{text.title}</h1>
                {(may_connect && !first).then(|| view! {
                    <a class="button button-primary" href=paths.new_connection()>{text.connect}</a>
                })}
            </div>
            {(scope.flash.done == Some(Done::Removed)).then(removed_notice)}
            <ErrorNotice flash=scope.flash.clone()/>
            <KeptNotice as_of=seen.as_of now_millis=scope.now_millis/>
            {(!may_connect).then(|| view! { <p class="muted">{text.viewer}</p> })}
            <div data-drafts=scope.draft_scope.clone()>
                <section class="drafts" aria-labelledby="drafts-title" hidden>
                    <h2 id="drafts-title">{text.drafts}</h2>
                    <ul class="connections"></ul>
                </section>
                <DraftList/>
            </div>
            {many.then(|| filters(scope, status.as_deref()))}
            {count}
            {match (empty, status) {
                (false, _) => view! { <ul class="connections">{rows}</ul> }.into_any(),
                // There are some, and nobody can tell what they are.
                (true, _) if page.unreadable > 0 => ().into_any(),
                (true, None) => view! { <EmptyList may_connect new=paths.new_connection()/> }.into_any(),
                (true, Some(_)) => view! {
                    <p role="status">{text.none_with_status} " " <a href=paths.list()>{text.show_all}</a></p>
                }
                .into_any(),
            }}
            {(page.unreadable > 0).then(|| view! {
                <p class="muted" role="status">{items_unreadable(page.unreadable)}</p>
            })}
            {next}
            // What stands on an old list is not all that there is by now.
            {following_all(scope, visit.heard, is_whole && !is_stale)}
        </div>
    }
    .into_any()
}

/// Links to the connections of one status.
fn filters(scope: &RequestScope, chosen: Option<&str>) -> AnyView {
    let text = &words().list;
    let paths = &scope.site.paths;
    let link = |status: &str, label: &'static str| {
        let current = (chosen.unwrap_or_default() == status).then_some("page");
        let href = paths.list_part(&[("status", status.to_owned())]);
        view! { <li><a href=href aria-current=current>{label}</a></li> }
    };
    let links = STATUSES.map(|(status, label)| link(status, status_label(label)));
    view! {
        <nav aria-label=text.filter>
            <ul class="filter-links">{link("", text.all)} {links.into_iter().collect_view()}</ul>
        </nav>
    }
    .into_any()
}

#[component]
fn EmptyList(may_connect: bool, new: String) -> impl IntoView {
    view! {
        <section class="empty">
            <h2>{words().list.empty_title}</h2>
            <p>{words().list.empty_login} " " {words().list.empty_password} " " {words().list.empty_remove}</p>
            {may_connect.then(|| view! { <a class="button button-primary" href=new>{words().list.connect}</a> })}
        </section>
    }
}

fn connection_row(
    scope: &RequestScope,
    row: Connection,
    changed: bool,
    is_stale: bool,
) -> impl IntoView + use<> {
    let paths = &scope.site.paths;
    let detail = shown_by_detail(&row);
    let href = if detail { paths.detail(&row.id) } else { paths.setup(&row.id) };
    let freshness = match row.last_synced_at.clone() {
        Some(at) => {
            view! { <span>{words().list.last_synced} " " <Moment at now_millis=scope.now_millis/></span> }
                .into_any()
        }
        None if row.is_first_sync() && !is_stale => {
            view! { <span>{words().detail.fetching}</span> }.into_any()
        }
        // What works, or is not understood, may have data although nobody says when it came.
        None if matches!(row.label, StatusLabel::Connected | StatusLabel::Checking) => ().into_any(),
        None => view! { <span>{words().list.never_synced}</span> }.into_any(),
    };
    let host = row.portal_url.as_deref().and_then(|url| domain::portal_url::PortalUrl::parse(url).ok());
    view! {
        <li
            class="connection"
            data-connection=row.id.clone()
            data-version=row.version.to_string()
            data-step=row.step.name()
            data-says=says(&row)
        >
            <div class="connection-main">
                <a class="connection-name" href=href translate="no">{row.display_name.clone()}</a>
                <span class="muted" translate="no">{host.map(|portal| portal.shown_host())}</span>
            </div>
            <div class="connection-state">
                <StatusBadge label=row.label/>
                {changed.then(|| view! { <span class="changed">{words().list.changed}</span> })}
                {whose_move(&row, scope).map(|text| view! { <span class="muted">{text}</span> })}
            </div>
            <span class="muted connection-fresh">{freshness}</span>
        </li>
    }
}

/// Returns who has to act before the connection works, or `None`. A viewer reads that a manager has to act.
fn whose_move(row: &Connection, scope: &RequestScope) -> Option<&'static str> {
    let text = &words().list;
    let acts = scope.caller.role.changes();
    Some(match mover(row, scope.now_millis)? {
        Mover::You if acts => text.move_you,
        Mover::You => text.move_manager,
        Mover::Waycore => text.move_waycore,
        Mover::Us => text.move_us,
    })
}

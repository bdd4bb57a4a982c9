//! One connection.

use domain::status_label::SyncLabel;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    has_sheet,
    money::{self, Shown},
    shown_by_detail,
    state::{finished_before, repair, state_notice},
};
use crate::{
    backend::{ConnectionRecord, Kept, RequestScope, TransactionQuery},
    components::{
        BankPortalLink, Countdown, ErrorNotice, KeptNotice, Moment, PageTitle, SelfRefresh, StatusBadge,
        following, go, load,
    },
    copy::{DELEGATED_USER_TERMS_LINK, pages::words, status_label},
    islands::CopyValues,
    model::{Connection, Step},
    paths::with_draft,
    wizard::instructions,
};

/// The state of a connection whose setup is over.
#[component]
pub fn DetailPage() -> impl IntoView {
    let id = use_params_map().read_untracked().get("id").unwrap_or_default();
    let fields = use_query_map().get_untracked();
    let draft = fields.get("draft");
    let refresh = fields.get("refresh").as_deref() != Some("off");
    load(
        |scope| async move {
            let query = money::wanted(|name| fields.get(name), scope.now_millis);
            // First, so that nothing happens between it and what is shown.
            let heard = scope.onboarding.heard(&scope.caller).await?;
            let seen = scope.onboarding.look_at_connection(&scope.caller, &id).await?;
            let record = scope.onboarding.record(&scope.caller, &id).await?;
            let shown = match shown_by_detail(&seen.what) {
                true => Some(money::look(&scope, &id, query.clone()).await?),
                false => None,
            };
            Ok((heard, seen, record, shown.map(|shown| (query, shown))))
        },
        move |scope,
              (heard, seen, record, shown): (
            String,
            Kept<Connection>,
            ConnectionRecord,
            Option<(TransactionQuery, Shown)>,
        )| {
            let Some((query, shown)) = shown else {
                return go(&with_draft(scope.site.paths.setup(&seen.what.id), draft.as_deref()));
            };
            let is_empty = shown.is_empty(seen.what.is_syncing());
            let is_fetching = seen.as_of.is_none() && seen.what.is_first_sync() && is_empty;
            let content = if is_fetching {
                let stop = format!("{}?refresh=off", scope.site.paths.detail(&seen.what.id));
                refresh.then(|| view! { <SelfRefresh stop/> }).into_any()
            } else {
                money::money(&scope, &seen.what.id, &query, shown)
            };
            let shown = Detail { heard, seen, record, draft };
            detail(&scope, shown, content)
        },
    )
}

/// What the page shows, beside accounts and transactions.
struct Detail {
    /// The last event that is in it.
    heard: String,
    seen: Kept<Connection>,
    record: ConnectionRecord,
    /// The local draft that led here.
    draft: Option<String>,
}

fn detail(scope: &RequestScope, shown: Detail, content: AnyView) -> AnyView {
    let Detail { heard, seen, record, draft } = shown;
    let connection = seen.what;
    let paths = scope.site.paths.clone();
    let is_stale = seen.as_of.is_some();
    view! {
        <PageTitle text=connection.display_name.clone()/>
        <div class="wide">
            <p class="back"><a href=paths.list()>{words().detail.all}</a></p>
            <div class="title-row">
                <h1 translate="no">{connection.display_name.clone()}</h1>
                <StatusBadge label=connection.label/>
            </div>
            <ErrorNotice flash=scope.flash.clone()/>
            {finished_before(&scope.flash)}
            <KeptNotice as_of=seen.as_of now_millis=scope.now_millis/>
            {state_notice(scope, &connection, is_stale)}
            {repair(scope, &connection)}
            {delegated_user(scope, &connection)}
            {facts(scope, &connection)}
            {actions(scope, &connection, record.sync_again_in)}
            {content}
            {on_record(scope, record)}
            {following(scope, &connection, draft, Some(heard))}
        </div>
    }
    .into_any()
}

/// What is typed at the bank, of a setup that failed.
fn delegated_user(scope: &RequestScope, connection: &Connection) -> Option<AnyView> {
    let sheet = scope.site.paths.sheet(&connection.id);
    has_sheet(connection).then(|| {
        view! {
            {instructions(connection)}
            <p><a href=sheet>{words().user.sheet}</a></p>
            <CopyValues/>
        }
        .into_any()
    })
}

/// What a manager may do with it. A sync is offered only where Waycore is not known to refuse it.
fn actions(scope: &RequestScope, connection: &Connection, sync_again_in: Option<u64>) -> Option<AnyView> {
    let text = &words().detail;
    let paths = &scope.site.paths;
    let id = connection.id.clone();
    let may_sync = connection.step == Step::Connected && !connection.is_syncing();
    let is_refused = scope.flash.has_to_wait;
    let sync = (may_sync && !is_refused && sync_again_in.is_none()).then(|| {
        view! {
            <form method="post" action=paths.api("sync_connection")>
                <input type="hidden" name="connection_id" value=id/>
                <button class="button button-secondary">{text.sync_now}</button>
            </form>
        }
    });
    let remove = paths.remove(&connection.id);
    let wait = sync_again_in.filter(|_| may_sync).map(|seconds| {
        let again = paths.detail(&connection.id);
        view! {
            <div class="muted">
                <p>{text.sync_every}</p>
                <p>{text.again_in} " " <Countdown seconds/></p>
                <p hidden data-due=seconds.to_string()><a href=again>{text.again_now}</a></p>
            </div>
        }
    });
    // Nobody said how long to wait.
    let again = (may_sync && is_refused && sync_again_in.is_none()).then(|| {
        let again = paths.detail(&connection.id);
        view! { <p><a href=again>{text.again_now}</a></p> }
    });
    let row = view! { <div class="actions">{sync} <a href=remove>{text.remove}</a></div> {wait} {again} };
    scope.caller.role.changes().then(|| row.into_any())
}

/// What is on record: how the state changed, and who accepted the terms.
fn on_record(scope: &RequestScope, record: ConnectionRecord) -> AnyView {
    let now_millis = scope.now_millis;
    let changes = record.changes.into_iter().rev().map(|change| {
        let what = match (change.before, change.after) {
            (_, None) => words().detail.history_gone.to_owned(),
            (None, Some(after)) => [words().detail.history_started, status_label(after)].join(": "),
            (Some(_), Some(after)) => [words().detail.history_changed, status_label(after)].join(": "),
        };
        view! { <div><dt><Moment at=change.at now_millis/></dt><dd>{what}</dd></div> }
    });
    let changes = changes.collect_view();
    let receipts = record.receipts.into_iter().map(|receipt| {
        // The host alone knows what its other people are called.
        let own = receipt.user == scope.caller.user.as_str();
        let name = if own { scope.caller.name.clone() } else { None };
        view! {
            <div>
                <dt><Moment at=receipt.at now_millis/></dt>
                <dd>
                    {words().detail.terms_accepted} " " <span translate="no">{name.unwrap_or(receipt.user)}</span> ". "
                    <a href=DELEGATED_USER_TERMS_LINK target="_blank" rel="noopener noreferrer">{words().detail.terms}</a>
                </dd>
            </div>
        }
    });
    let receipts = receipts.collect_view();
    view! {
        <section aria-labelledby="history">
            <h2 id="history">{words().detail.history}</h2>
            <dl class="facts">{changes} {receipts}</dl>
        </section>
    }
    .into_any()
}

fn facts(scope: &RequestScope, connection: &Connection) -> AnyView {
    let now_millis = scope.now_millis;
    let sync = connection.sync_status.as_deref().map(|sync| {
        let label = SyncLabel::of(&domain::connection::SyncStatus::parse(sync));
        view! { <div><dt>{words().detail.sync}</dt><dd>{crate::copy::sync_label(label)}</dd></div> }
    });
    // That it is not known when is no sign that there is no data.
    let synced = connection.last_synced_at.clone().map(|at| {
        view! { <div><dt>{words().detail.last_synced}</dt><dd><Moment at now_millis/></dd></div> }
    });
    let portal = connection.portal_url.clone();
    let portal_row = portal.clone().map(|text| {
        view! {
            <div>
                <dt>{words().detail.portal}</dt>
                <dd>
                    <BankPortalLink portal=portal.clone() simulated=scope.site.simulated_portal(connection) text
                        class="plain-link"/>
                </dd>
            </div>
        }
    });
    view! {
        <section aria-labelledby="facts">
            <h2 id="facts">{words().detail.facts}</h2>
            <dl class="facts">
                {sync}
                {synced}
                {portal_row}
                <div>
                    <dt>{words().detail.created}</dt>
                    <dd><Moment at=connection.created_at.clone() now_millis/></dd>
                </div>
            </dl>
        </section>
    }
    .into_any()
}

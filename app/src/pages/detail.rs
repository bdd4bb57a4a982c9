//! One connection.

use domain::status_label::SyncLabel;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    money::{self, Shown},
    shown_by_detail,
    state::{done_notice, repair, state_notice},
};
use crate::{
    backend::{ConnectionRecord, Kept, RequestScope, TransactionQuery},
    components::{
        BankPortalLink, Countdown, ErrorNotice, KeptNotice, Moment, PageTitle, StatusBadge, following, go,
        load,
    },
    copy::{DELEGATED_USER_TERMS_LINK, pages::words, status_label},
    model::{Connection, Step},
};

/// The state of a connection whose setup is over.
#[component]
pub fn DetailPage() -> impl IntoView {
    let id = use_params_map().read_untracked().get("id").unwrap_or_default();
    let fields = use_query_map().get_untracked();
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
        |scope,
         (heard, seen, record, shown): (
            String,
            Kept<Connection>,
            ConnectionRecord,
            Option<(TransactionQuery, Shown)>,
        )| {
            if let Some((query, shown)) = shown {
                let money = money::money(&scope, &seen.what.id, &query, shown);
                detail(&scope, heard, seen, record, money)
            } else {
                go(&scope.site.paths.setup(&seen.what.id))
            }
        },
    )
}

fn detail(
    scope: &RequestScope,
    heard: String,
    seen: Kept<Connection>,
    record: ConnectionRecord,
    money: AnyView,
) -> AnyView {
    let connection = seen.what;
    let paths = scope.site.paths.clone();
    view! {
        <PageTitle text=connection.display_name.clone()/>
        <div class="wide">
            <p class="back"><a href=paths.list()>{words().detail.all}</a></p>
            <div class="title-row">
                <h1>{connection.display_name.clone()}</h1>
                <StatusBadge label=connection.label/>
            </div>
            <ErrorNotice flash=scope.flash.clone()/>
            {scope.flash.done.map(done_notice)}
            <KeptNotice as_of=seen.as_of now_millis=scope.now_millis/>
            {state_notice(scope, &connection)}
            {repair(scope, &connection)}
            {facts(scope, &connection)}
            {actions(scope, &connection, record.sync_again_in)}
            {money}
            {on_record(scope, record)}
            {following(scope, &connection, None, Some(heard))}
        </div>
    }
    .into_any()
}

/// What a manager may do with it.
fn actions(scope: &RequestScope, connection: &Connection, sync_again_in: Option<u64>) -> Option<AnyView> {
    let paths = &scope.site.paths;
    let id = connection.id.clone();
    let sync = (connection.step == Step::Connected).then(|| {
        view! {
            <form method="post" action=paths.api("sync_connection")>
                <input type="hidden" name="connection_id" value=id/>
                <button class="button button-secondary">{words().detail.sync_now}</button>
            </form>
        }
    });
    let remove = paths.remove(&connection.id);
    let wait = sync_again_in.filter(|_| connection.step == Step::Connected).map(|seconds| {
        view! { <p class="muted">{words().detail.again_in} " " <Countdown seconds/></p> }
    });
    let row = view! { <div class="actions">{sync} <a href=remove>{words().detail.remove}</a></div> {wait} };
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
                    {words().detail.terms_accepted} " " {name.unwrap_or(receipt.user)} ". "
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
    let synced = match connection.last_synced_at.clone() {
        Some(at) => view! { <Moment at now_millis/> }.into_any(),
        None => words().detail.never.into_any(),
    };
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
                <div><dt>{words().detail.last_synced}</dt><dd>{synced}</dd></div>
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

//! One connection.

use domain::status_label::{StatusLabel, SyncLabel};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use super::shown_by_detail;
use crate::{
    backend::{ConnectionRecord, Kept, RequestScope},
    components::{
        BankPortalLink, ErrorNotice, KeptNotice, Moment, Notice, StatusBadge, Tone, following, go, load,
    },
    copy::{
        DELEGATED_USER_TERMS_LINK,
        pages::{DETAIL, SHELL},
        status_label,
    },
    model::{Connection, Step},
};

/// The state of a connection whose setup is over.
#[component]
pub fn DetailPage() -> impl IntoView {
    let id = use_params_map().read_untracked().get("id").unwrap_or_default();
    load(
        |scope| async move {
            let seen = scope.onboarding.look_at_connection(&scope.caller, &id).await?;
            let record = scope.onboarding.record(&scope.caller, &id).await?;
            Ok((seen, record))
        },
        |scope, (seen, record): (Kept<Connection>, ConnectionRecord)| {
            if shown_by_detail(&seen.what) {
                detail(&scope, seen, record)
            } else {
                go(&scope.site.paths.setup(&seen.what.id))
            }
        },
    )
}

fn detail(scope: &RequestScope, seen: Kept<Connection>, record: ConnectionRecord) -> AnyView {
    let connection = seen.what;
    let paths = scope.site.paths.clone();
    let connected = connection.step == Step::Connected;
    // A revoked or paused connection stays as it is; everything else may still move.
    let watch = !connected && connection.step != Step::Support;
    view! {
        <Title text=connection.display_name.clone()/>
        <div class="wide">
            <p class="back"><a href=paths.list()>{DETAIL.all}</a></p>
            <div class="title-row">
                <h1>{connection.display_name.clone()}</h1>
                <StatusBadge label=connection.label/>
            </div>
            <ErrorNotice flash=scope.flash.clone()/>
            <KeptNotice as_of=seen.as_of now_millis=scope.now_millis/>
            {state_notice(scope, &connection)}
            {facts(scope, &connection)}
            {actions(scope, &connection)}
            {on_record(scope, record)}
            {following(scope, &connection, None, watch)}
        </div>
    }
    .into_any()
}

fn state_notice(scope: &RequestScope, connection: &Connection) -> AnyView {
    let (tone, title, text) = match connection.label {
        StatusLabel::Connected => (Tone::Positive, DETAIL.connected_title, DETAIL.connected),
        StatusLabel::ReauthenticationRequired => (Tone::Caution, DETAIL.reauth_title, DETAIL.reauth),
        StatusLabel::Error => (Tone::Negative, DETAIL.errored_title, DETAIL.errored),
        StatusLabel::NeedsCorrection => (Tone::Caution, DETAIL.invalid_title, DETAIL.invalid),
        StatusLabel::Paused => (Tone::Info, DETAIL.paused_title, DETAIL.paused),
        StatusLabel::Revoked => (Tone::Info, DETAIL.revoked_title, DETAIL.revoked),
        StatusLabel::SetupInProgress | StatusLabel::Activating | StatusLabel::Checking => {
            (Tone::Info, DETAIL.checking_title, DETAIL.checking)
        }
    };
    let needs_help = connection.step != Step::Connected;
    let support = needs_help
        .then(|| scope.site.support_url.clone())
        .flatten()
        .map(|href| view! { <p><a href=href rel="external">{SHELL.support}</a></p> });
    let code = connection
        .error_code
        .clone()
        .filter(|_| needs_help)
        .map(|code| view! { <p class="muted">{DETAIL.error_code} ": " <code>{code}</code></p> });
    let again = (connection.label == StatusLabel::Revoked && scope.caller.role.changes()).then(|| {
        view! { <p><a href=scope.site.paths.new_connection()>{DETAIL.reconnect}</a></p> }
    });
    view! { <Notice tone title><p>{text}</p> {code} {again} {support}</Notice> }.into_any()
}

/// What a manager may do with it.
fn actions(scope: &RequestScope, connection: &Connection) -> Option<AnyView> {
    let paths = &scope.site.paths;
    let id = connection.id.clone();
    let sync = (connection.step == Step::Connected).then(|| {
        view! {
            <form method="post" action=paths.api("sync_connection")>
                <input type="hidden" name="connection_id" value=id/>
                <button class="button button-secondary">{DETAIL.sync_now}</button>
            </form>
        }
    });
    let remove = paths.remove(&connection.id);
    scope
        .caller
        .role
        .changes()
        .then(|| view! { <div class="actions">{sync} <a href=remove>{DETAIL.remove}</a></div> }.into_any())
}

/// What is on record: how the state changed, and who accepted the terms.
fn on_record(scope: &RequestScope, record: ConnectionRecord) -> AnyView {
    let now_millis = scope.now_millis;
    let changes = record.changes.into_iter().rev().map(|change| {
        let what = match (change.before, change.after) {
            (_, None) => DETAIL.history_gone.to_owned(),
            (None, Some(after)) => [DETAIL.history_started, status_label(after)].join(": "),
            (Some(_), Some(after)) => [DETAIL.history_changed, status_label(after)].join(": "),
        };
        view! { <div><dt><Moment at=change.at now_millis/></dt><dd>{what}</dd></div> }
    });
    let changes = changes.collect_view();
    let receipts = record.receipts.into_iter().map(|receipt| {
        view! {
            <div>
                <dt><Moment at=receipt.at now_millis/></dt>
                <dd>
                    {DETAIL.terms_accepted} " " {receipt.user} ". "
                    <a href=DELEGATED_USER_TERMS_LINK target="_blank" rel="noopener noreferrer">{DETAIL.terms}</a>
                </dd>
            </div>
        }
    });
    let receipts = receipts.collect_view();
    view! {
        <section aria-labelledby="history">
            <h2 id="history">{DETAIL.history}</h2>
            <dl class="facts">{changes} {receipts}</dl>
        </section>
    }
    .into_any()
}

fn facts(scope: &RequestScope, connection: &Connection) -> AnyView {
    let now_millis = scope.now_millis;
    let sync = connection.sync_status.as_deref().map(|sync| {
        let label = SyncLabel::of(&domain::connection::SyncStatus::parse(sync));
        view! { <div><dt>{DETAIL.sync}</dt><dd>{crate::copy::sync_label(label)}</dd></div> }
    });
    let synced = match connection.last_synced_at.clone() {
        Some(at) => view! { <Moment at now_millis/> }.into_any(),
        None => DETAIL.never.into_any(),
    };
    let portal = connection.portal_url.clone();
    let portal_row = portal.clone().map(|text| {
        view! {
            <div>
                <dt>{DETAIL.portal}</dt>
                <dd><BankPortalLink portal=portal.clone() text class="plain-link"/></dd>
            </div>
        }
    });
    view! {
        <section aria-labelledby="facts">
            <h2 id="facts">{DETAIL.facts}</h2>
            <dl class="facts">
                {sync}
                <div><dt>{DETAIL.last_synced}</dt><dd>{synced}</dd></div>
                {portal_row}
                <div>
                    <dt>{DETAIL.created}</dt>
                    <dd><Moment at=connection.created_at.clone() now_millis/></dd>
                </div>
            </dl>
        </section>
    }
    .into_any()
}

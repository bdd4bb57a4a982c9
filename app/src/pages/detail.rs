//! One connection.

use domain::status_label::{StatusLabel, SyncLabel};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use super::shown_by_detail;
use crate::{
    backend::RequestScope,
    components::{BankPortalLink, ErrorNotice, Moment, Notice, StatusBadge, Tone, following, go, load},
    copy::pages::{DETAIL, SHELL},
    model::{Connection, Step},
};

/// The state of a connection whose setup is over.
#[component]
pub fn DetailPage() -> impl IntoView {
    let id = use_params_map().read_untracked().get("id").unwrap_or_default();
    load(
        |scope| async move { scope.onboarding.get_connection(&scope.caller, &id).await },
        |scope, connection: Connection| {
            if shown_by_detail(&connection) {
                detail(&scope, connection)
            } else {
                go(&scope.site.paths.setup(&connection.id))
            }
        },
    )
}

fn detail(scope: &RequestScope, connection: Connection) -> AnyView {
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
            {state_notice(scope, &connection)}
            {facts(scope, &connection)}
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

//! One connection.

use domain::status_label::{StatusLabel, SyncLabel};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::shown_by_detail;
use crate::{
    backend::{ConnectionRecord, Kept, Money, Region, RequestScope},
    components::{
        BankCredentials, BankPortalLink, ErrorNotice, KeptNotice, Moment, Notice, PageTitle, StatusBadge,
        Tone, following, go, load,
    },
    copy::{
        DELEGATED_USER_TERMS_LINK,
        pages::{DETAIL, SHELL},
        status_label,
    },
    model::{Account, Connection, Movement, Step},
};

/// The state of a connection whose setup is over.
#[component]
pub fn DetailPage() -> impl IntoView {
    let id = use_params_map().read_untracked().get("id").unwrap_or_default();
    load(
        |scope| async move {
            let seen = scope.onboarding.look_at_connection(&scope.caller, &id).await?;
            let record = scope.onboarding.record(&scope.caller, &id).await?;
            let money = match shown_by_detail(&seen.what) {
                true => Some(scope.onboarding.look_at_money(&scope.caller, &id).await?),
                false => None,
            };
            Ok((seen, record, money))
        },
        |scope, (seen, record, money): (Kept<Connection>, ConnectionRecord, Option<Money>)| {
            if let Some(money) = money {
                detail(&scope, seen, record, money)
            } else {
                go(&scope.site.paths.setup(&seen.what.id))
            }
        },
    )
}

fn detail(scope: &RequestScope, seen: Kept<Connection>, record: ConnectionRecord, money: Money) -> AnyView {
    let connection = seen.what;
    let paths = scope.site.paths.clone();
    let connected = connection.step == Step::Connected;
    // A revoked or paused connection stays as it is; everything else may still move.
    let watch = !connected && connection.step != Step::Support;
    view! {
        <PageTitle text=connection.display_name.clone()/>
        <div class="wide">
            <p class="back"><a href=paths.list()>{DETAIL.all}</a></p>
            <div class="title-row">
                <h1>{connection.display_name.clone()}</h1>
                <StatusBadge label=connection.label/>
            </div>
            <ErrorNotice flash=scope.flash.clone()/>
            <KeptNotice as_of=seen.as_of now_millis=scope.now_millis/>
            {state_notice(scope, &connection)}
            {repair(scope, &connection)}
            {facts(scope, &connection)}
            {actions(scope, &connection)}
            {accounts(money.accounts)}
            {movements(money.movements)}
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

/// What a manager can mend here. A correction of the address is another connection: this one stays until it is removed.
fn repair(scope: &RequestScope, connection: &Connection) -> Option<AnyView> {
    let paths = &scope.site.paths;
    if !scope.caller.role.changes() {
        return None;
    }
    match connection.label {
        StatusLabel::ReauthenticationRequired => Some(
            view! {
                <section aria-labelledby="repair">
                    <h2 id="repair">{DETAIL.repair}</h2>
                    <form method="post" action=paths.api("update_credentials") class="stack" autocomplete="off" novalidate>
                        <input type="hidden" name="connection_id" value=connection.id.clone()/>
                        <BankCredentials flash=scope.flash.clone()/>
                        <div class="actions">
                            <button class="button button-primary">{DETAIL.hand_over}</button>
                        </div>
                    </form>
                </section>
            }
            .into_any(),
        ),
        StatusLabel::NeedsCorrection => {
            Some(view! { <p><a href=paths.new_unlisted()>{DETAIL.start_again}</a></p> }.into_any())
        }
        _ => None,
    }
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

fn accounts(region: Region<Account>) -> AnyView {
    let row = |account: Account| {
        let number = account.masked_number.map(|number| view! { <span class="muted">{number}</span> });
        let balance = account.current_balance.map(|balance| [balance, account.currency].join(" "));
        view! { <li><span>{account.name} " " {number}</span><span class="amount">{balance}</span></li> }
            .into_any()
    };
    rows("accounts", DETAIL.accounts, DETAIL.no_accounts, region, row)
}

fn movements(region: Region<Movement>) -> AnyView {
    let row = |movement: Movement| {
        let when = movement.posted_date.unwrap_or_else(|| DETAIL.pending.to_owned());
        let amount = [movement.amount, movement.currency].join(" ");
        view! {
            <li>
                <span><span class="muted">{when}</span> " " {movement.description}</span>
                <span class="amount">{amount}</span>
            </li>
        }
        .into_any()
    };
    rows("transactions", DETAIL.transactions, DETAIL.no_transactions, region, row)
}

/// A region of what only Waycore keeps.
fn rows<T>(
    id: &'static str,
    title: &'static str,
    none: &'static str,
    region: Region<T>,
    row: impl Fn(T) -> AnyView,
) -> AnyView {
    let content = match region {
        Region::Rows(rows) if rows.is_empty() => view! { <p class="muted">{none}</p> }.into_any(),
        Region::Rows(rows) => {
            let rows: Vec<_> = rows.into_iter().map(row).collect();
            view! { <ul class="money">{rows}</ul> }.into_any()
        }
        Region::NotGranted => view! { <p class="muted">{DETAIL.not_granted}</p> }.into_any(),
        Region::Silent => view! { <p class="muted">{DETAIL.silent}</p> }.into_any(),
    };
    view! {
        <section aria-labelledby=id>
            <h2 id=id>{title}</h2>
            {content}
        </section>
    }
    .into_any()
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

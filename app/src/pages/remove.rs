//! Removing a connection, as a page of its own: it must not happen by a slip.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::shown_by_detail;
use crate::{
    backend::{Money, Region, RequestScope, TransactionQuery},
    components::{ErrorNotice, Notice, PageTitle, TextField, Tone, load},
    copy::pages::words,
    model::Connection,
};

/// Asks for the connection's name.
#[component]
pub fn RemovePage() -> impl IntoView {
    let id = use_params_map().read_untracked().get("id").unwrap_or_default();
    load(
        |scope| async move {
            let seen = scope.onboarding.look_at_connection(&scope.caller, &id).await?.what;
            let money = match shown_by_detail(&seen) {
                true => {
                    let all = TransactionQuery::default();
                    Some(scope.onboarding.look_at_money(&scope.caller, &id, all).await?)
                }
                false => None,
            };
            Ok((seen, money))
        },
        |scope, (connection, money): (Connection, Option<Money>)| remove(&scope, connection, money),
    )
}

fn remove(scope: &RequestScope, connection: Connection, money: Option<Money>) -> AnyView {
    let paths = &scope.site.paths;
    let by_detail = shown_by_detail(&connection);
    let back = if by_detail { paths.detail(&connection.id) } else { paths.setup(&connection.id) };
    let kept = back.clone();
    view! {
        <PageTitle text=words().remove.title/>
        <div class="column">
            <p class="back"><a href=back translate="no">{connection.display_name.clone()}</a></p>
            <h1>{words().remove.title}</h1>
            <p class="lead">{words().remove.lead}</p>
            <ErrorNotice flash=scope.flash.clone()/>
            <Notice tone=Tone::Caution title=words().remove.lost>
                {money.map(|money| view! { <p>{words().remove.data}</p> {loss(money)} })}
                <p>{words().remove.at_bank}</p>
            </Notice>
            {if scope.caller.role.changes() {
                form(scope, &connection, kept)
            } else {
                view! { <p class="muted">{words().remove.viewer}</p> }.into_any()
            }}
        </div>
    }
    .into_any()
}

fn form(scope: &RequestScope, connection: &Connection, back: String) -> AnyView {
    view! {
        <form method="post" action=scope.site.paths.api("remove_connection") class="stack" autocomplete="off" novalidate>
            <input type="hidden" name="connection_id" value=connection.id.clone()/>
            <p>{words().remove.type_name} ": " <strong translate="no">{connection.display_name.clone()}</strong></p>
            <TextField id="confirmation" label=words().remove.name
                value=scope.flash.value("confirmation") error=scope.flash.error_on("confirmation")/>
            <div class="actions">
                <button class="button button-danger">{words().remove.submit}</button>
                <a href=back>{words().remove.cancel}</a>
            </div>
        </form>
    }
    .into_any()
}

/// How much will be lost. What is counted is one page of it, so that more than that is "at least".
fn loss(money: Money) -> AnyView {
    let text = &words().remove;
    let accounts = match money.accounts {
        // Those that could not be read are removed too.
        Region::Here(listed) => Some((listed.accounts.len() + listed.unreadable).to_string()),
        _ => None,
    };
    let transactions = match money.transactions {
        Region::Here(page) if page.next_cursor.is_some() => {
            Some([text.at_least, &page.transactions.len().to_string()].join(" "))
        }
        Region::Here(page) => Some((page.transactions.len() + page.unreadable).to_string()),
        _ => None,
    };
    let known = |count: Option<String>| count.unwrap_or_else(|| text.not_known.to_owned());
    view! {
        <dl class="counts">
            <div><dt>{text.accounts}</dt><dd>{known(accounts)}</dd></div>
            <div><dt>{text.transactions}</dt><dd>{known(transactions)}</dd></div>
        </dl>
    }
    .into_any()
}

//! The part of a connection's page that shows accounts and transactions.

use domain::user_error::ErrorCode;
use leptos::prelude::*;
use time::{Duration, OffsetDateTime};

use crate::{
    backend::{Money, Region, RequestScope, TransactionQuery},
    components::{Charts, Moment},
    copy::{
        locale::{amount, day},
        pages::words,
    },
    error::WireError,
    model::{Account, Transaction, TransactionPage},
};

/// How far a page looks back by itself.
const DAYS: i64 = 90;

/// Which transactions an address asks for: those of the last 90 days, if it does not say.
pub fn wanted(field: impl Fn(&str) -> Option<String>, now_millis: i64) -> TransactionQuery {
    let field = |name| field(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let now = OffsetDateTime::from_unix_timestamp(now_millis / 1_000).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let recent = || (field("to").is_none()).then(|| (now.date() - Duration::days(DAYS)).to_string());
    TransactionQuery {
        account_id: field("account"),
        from: field("from").or_else(recent),
        to: field("to"),
        text: field("text"),
        cursor: field("cursor"),
    }
}

/// The fields of an address that asks for the same, from the beginning.
fn fields(query: &TransactionQuery) -> Vec<(&'static str, String)> {
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    vec![
        ("account", text(&query.account_id)),
        ("from", text(&query.from)),
        ("to", text(&query.to)),
        ("text", text(&query.text)),
    ]
}

/// What is shown of the money behind a connection, or why a filter of it cannot be understood.
pub(super) struct Shown {
    money: Money,
    refused: Option<WireError>,
}

/// Looks for what an address asks for. A filter that cannot be understood is said beside its field, on this very page.
pub(super) async fn look(
    scope: &RequestScope,
    id: &str,
    query: TransactionQuery,
) -> Result<Shown, WireError> {
    match scope.onboarding.look_at_money(&scope.caller, id, query).await {
        Ok(money) => Ok(Shown { money, refused: None }),
        Err(error) if error.0.code == ErrorCode::InvalidInput => {
            let all = TransactionQuery::default();
            let money = scope.onboarding.look_at_money(&scope.caller, id, all).await?;
            Ok(Shown { money, refused: Some(error) })
        }
        Err(error) => Err(error),
    }
}

/// The regions "Accounts" and "Transactions".
pub(super) fn money(scope: &RequestScope, id: &str, query: &TransactionQuery, shown: Shown) -> AnyView {
    let text = &words().detail;
    let Shown { money: Money { accounts, transactions, flow, flow_is_silent }, refused } = shown;
    let known = match &accounts {
        Region::Here(rows) => rows.clone(),
        Region::NotGranted | Region::Silent => Vec::new(),
    };
    let listed = region("accounts", text.accounts, accounts, |rows| account_list(scope, rows));
    let form = filters(scope, id, query, &known, refused.as_ref());
    let page = region("transactions", text.transactions, transactions, |page| {
        if refused.is_some() {
            return form;
        }
        view! {
            {flow.map(|flow| view! { <Charts flow/> })}
            {flow_is_silent.then(|| view! { <p class="muted">{text.charts_silent}</p> })}
            {form}
            {transaction_list(scope, id, query, page, &known)}
        }
        .into_any()
    });
    view! { {listed} {page} }.into_any()
}

/// A region of what only Waycore keeps.
fn region<T>(
    id: &'static str,
    title: &'static str,
    region: Region<T>,
    content: impl FnOnce(T) -> AnyView,
) -> AnyView {
    let text = &words().detail;
    let content = match region {
        Region::Here(rows) => content(rows),
        Region::NotGranted => view! { <p class="muted">{text.not_granted}</p> }.into_any(),
        Region::Silent => view! { <p class="muted">{text.silent}</p> }.into_any(),
    };
    view! {
        <section class="region" aria-labelledby=id>
            <h2 id=id>{title}</h2>
            {content}
        </section>
    }
    .into_any()
}

fn account_list(scope: &RequestScope, rows: Vec<Account>) -> AnyView {
    let text = &words().detail;
    if rows.is_empty() {
        return view! { <p class="muted">{text.no_accounts}</p> }.into_any();
    }
    let now_millis = scope.now_millis;
    let row = |account: Account| {
        let number = account.masked_number.map(|number| view! { <span class="muted">{number}</span> });
        let money = |decimal: Option<String>| decimal.map(|decimal| amount(&decimal, &account.currency));
        let available = money(account.available_balance.clone())
            .map(|available| view! { <span class="muted">{text.available} " " {available}</span> });
        let as_of = account.balance_as_of.clone().map(
            |at| view! { <span class="muted money-as-of">{text.as_of} " " <Moment at now_millis/></span> },
        );
        view! {
            <li>
                <span class="money-what">{account.name.clone()} " " {number} " " {as_of}</span>
                <span class="money-amounts"><span class="amount">{money(account.current_balance)}</span> {available}</span>
            </li>
        }
    };
    let rows: Vec<_> = rows.into_iter().map(row).collect();
    view! { <ul class="money">{rows}</ul> }.into_any()
}

fn filters(
    scope: &RequestScope,
    id: &str,
    query: &TransactionQuery,
    accounts: &[Account],
    refused: Option<&WireError>,
) -> AnyView {
    let text = &words().detail;
    let paths = &scope.site.paths;
    let chosen = query.account_id.clone().unwrap_or_default();
    let options = accounts.iter().map(|account| {
        let name = [Some(account.name.clone()), account.masked_number.clone()];
        let name = name.into_iter().flatten().collect::<Vec<_>>().join(" ");
        view! { <option value=account.id.clone() selected=account.id == chosen>{name}</option> }
    });
    let options = options.collect_view();
    let error = |field: &str| refused.filter(|error| error.0.field.as_deref() == Some(field));
    let elsewhere = refused.filter(|error| !matches!(error.0.field.as_deref(), Some("from" | "to")));
    let elsewhere =
        elsewhere.map(|error| view! { <p class="field-error" role="alert">{error.0.message.clone()}</p> });
    let entered = |field: &Option<String>| field.clone().unwrap_or_default();
    let day = |id: &'static str, name: &'static str, label: &'static str, value: String| {
        let wrong = error(name).map(|error| error.0.message.clone());
        let described = wrong.is_some().then(|| format!("{id}-error"));
        let invalid = wrong.is_some().then_some("true");
        view! {
            <div class="field">
                <label class="label" for=id>{label}</label>
                {wrong.map(|text| view! { <p class="field-error" role="alert" id=format!("{id}-error")>{text}</p> })}
                <input type="date" id=id name=name value=value aria-invalid=invalid aria-describedby=described/>
            </div>
        }
    };
    view! {
        <form method="get" action=paths.detail(id) class="filters" role="search" aria-label=text.filters>
            <label class="field">
                <span class="label">{text.account}</span>
                <select name="account"><option value="">{text.all_accounts}</option> {options}</select>
            </label>
            {day("filter-from", "from", text.from, entered(&query.from))}
            {day("filter-to", "to", text.to, entered(&query.to))}
            <label class="field">
                <span class="label">{text.contains}</span>
                <input type="search" name="text" value=entered(&query.text) autocomplete="off"/>
            </label>
            <div class="actions">
                <button class="button button-secondary">{text.show}</button>
                <a href=paths.detail(id)>{text.clear}</a>
            </div>
            {elsewhere}
        </form>
    }
    .into_any()
}

fn transaction_list(
    scope: &RequestScope,
    id: &str,
    query: &TransactionQuery,
    page: TransactionPage,
    accounts: &[Account],
) -> AnyView {
    let text = &words().detail;
    let paths = &scope.site.paths;
    let again = fields(query);
    let next = page.next_cursor.map(|cursor| {
        let mut fields = again.clone();
        fields.push(("cursor", cursor));
        view! { <a href=paths.transactions(id, &fields)>{text.older}</a> }
    });
    let empty = page.transactions.is_empty();
    let none = empty.then(|| {
        // With more to come, what fits was not among what was read.
        let said = match (
            next.is_some(),
            query.text.is_some() || query.account_id.is_some() || query.to.is_some(),
        ) {
            (true, _) => text.narrow,
            (false, true) => text.nothing_fits,
            (false, false) => text.no_transactions,
        };
        view! { <p class="muted" role="status">{said}</p> }
    });
    let cut =
        (page.cut && !empty).then(|| view! { <p class="muted" role="status">{text.searched_in_part}</p> });
    let several = accounts.len() > 1;
    let rows = page.transactions.into_iter().map(|row| {
        let account = accounts.iter().find(|account| several && account.id == row.account_id);
        transaction_row(row, account.map(|account| account.name.clone()))
    });
    let rows: Vec<_> = rows.collect();
    let table = (!empty).then(|| {
        view! {
            // The roles hold where a phone lays the rows out as something else than a table.
            <table class="transactions" role="table">
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">{text.date}</th>
                        <th role="columnheader" scope="col">{text.description}</th>
                        <th role="columnheader" scope="col" class="amount">{text.amount}</th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        }
    });
    let file = (!empty).then(|| {
        view! { <a href=paths.transactions_csv(id, &again) download="">{text.csv}</a> }
    });
    view! { {none} {cut} {table} <p class="actions">{next} {file}</p> }.into_any()
}

fn transaction_row(row: Transaction, account: Option<String>) -> AnyView {
    let text = &words().detail;
    let when = row.posted_date.as_deref().map_or_else(|| text.pending.to_owned(), day);
    let named = [row.description, row.counterparty_name, row.merchant_name, row.raw_description];
    let what = named.into_iter().flatten().next().unwrap_or_default();
    view! {
        <tr role="row">
            <td role="cell" class="muted transaction-day">{when}</td>
            <td role="cell">{what} {account.map(|name| view! { <span class="muted transaction-account">{name}</span> })}</td>
            <td role="cell" class="amount">{amount(&row.amount, &row.currency)}</td>
        </tr>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_looks_back_ninety_days_unless_it_is_told() {
        let now = 1_770_000_000_000; // 2026-02-02
        let asked = |pairs: &[(&str, &str)]| {
            let field = |name: &str| pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.to_owned());
            let query = wanted(field, now);
            (query.from.unwrap_or_default(), query.to.unwrap_or_default())
        };
        assert_eq!(asked(&[]), ("2025-11-04".to_owned(), String::new()));
        assert_eq!(asked(&[("from", " 2026-01-01 ")]), ("2026-01-01".to_owned(), String::new()));
        assert_eq!(asked(&[("to", "2026-01-01")]), (String::new(), "2026-01-01".to_owned()));
    }
}

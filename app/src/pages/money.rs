//! The part of a connection's page that shows accounts and transactions.

use domain::user_error::ErrorCode;
use domain::visible::trim;
use leptos::prelude::*;
use time::{Duration, OffsetDateTime};

use crate::{
    backend::{Money, Region, RequestScope, TransactionQuery},
    components::{Charts, LONGEST_TYPED, Moment},
    copy::{
        errors, items_unreadable,
        locale::{amount, day},
        pages::words,
        transactions_shown,
    },
    error::WireError,
    model::{Account, Accounts, Transaction, TransactionPage},
};

/// How far a page looks back by itself.
const DAYS: i64 = 90;

/// Which transactions an address asks for: those of the last 90 days, if it does not say.
pub fn wanted(field: impl Fn(&str) -> Option<String>, now_millis: i64) -> TransactionQuery {
    let field = |name| field(name).map(|text| trim(&text).to_owned()).filter(|text| !text.is_empty());
    TransactionQuery {
        account_id: field("account"),
        from: field("from").or_else(|| field("to").is_none().then(|| first_day(now_millis))),
        to: field("to"),
        text: field("text"),
        cursor: field("cursor"),
    }
}

impl TransactionQuery {
    /// Whether somebody asks for something else than what a page shows by itself.
    pub fn is_asked_for(&self, now_millis: i64) -> bool {
        let from = self.from.as_ref().is_some_and(|from| *from != first_day(now_millis));
        from || self.account_id.is_some() || self.to.is_some() || self.text.is_some()
    }
}

/// The first day of those that a page shows by itself.
fn first_day(now_millis: i64) -> String {
    let now = OffsetDateTime::from_unix_timestamp(now_millis / 1_000).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    (now.date() - Duration::days(DAYS)).to_string()
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

impl Shown {
    /// Whether there is nothing yet, as far as it is known: while a sync runs, Waycore may be too busy to say so. What the
    /// host's key does not reach is not "nothing yet".
    pub(super) fn is_empty(&self, is_syncing: bool) -> bool {
        match &self.money.accounts {
            Region::Here(accounts) => accounts.accounts.is_empty() && accounts.unreadable == 0,
            Region::Silent | Region::TooMany => is_syncing,
            Region::NotGranted | Region::Unreadable | Region::Misconfigured | Region::Refused => false,
        }
    }
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
            let recent = wanted(|_| None, scope.now_millis);
            let money = scope.onboarding.look_at_money(&scope.caller, id, recent).await?;
            Ok(Shown { money, refused: Some(error) })
        }
        Err(error) => Err(error),
    }
}

/// The regions "Accounts" and "Transactions".
pub(super) fn money(scope: &RequestScope, id: &str, query: &TransactionQuery, shown: Shown) -> AnyView {
    let text = &words().detail;
    let Shown { money: Money { accounts, transactions, flow }, refused } = shown;
    let known = match &accounts {
        Region::Here(listed) => listed.accounts.clone(),
        _ => Vec::new(),
    };
    let listed = match accounts {
        Region::Here(Accounts { accounts, unreadable }) => {
            let list = (!accounts.is_empty() || unreadable == 0).then(|| account_list(scope, accounts));
            view! { {list} {left_out(unreadable)} }.into_any()
        }
        gone => missing(why_missing(&gone, text.silent)),
    };
    // It stays whatever is missing, so that what was typed can be corrected, or less be asked for.
    let form = filters(scope, id, query, &known, refused.as_ref());
    let (flow, charts_missing) = match flow {
        Region::Here(flow) => (flow, None),
        gone => (None, Some(missing(why_missing(&gone, text.charts_silent)))),
    };
    // A balance cannot be that of a text.
    let unfiltered = (flow.is_some() && query.text.is_some())
        .then(|| view! { <p class="muted">{text.charts_unfiltered}</p> });
    let unreadable = flow.as_ref().map_or(0, |flow| flow.unreadable);
    let charts = flow.map(|flow| view! { <Charts flow/> {unfiltered} });
    let moved = match transactions {
        Region::NotGranted => missing(text.not_granted),
        _ if refused.is_some() => form,
        Region::Here(page) => view! {
            {left_out(unreadable.max(page.unreadable))}
            {charts}
            {charts_missing}
            {form}
            {transaction_list(scope, id, query, page, &known)}
        }
        .into_any(),
        gone => view! { {charts} {form} {missing(why_missing(&gone, text.silent))} }.into_any(),
    };
    let listed = region("accounts", text.accounts, listed);
    view! { {listed} {region("transactions", text.transactions, moved)} }.into_any()
}

/// A region of what only Waycore keeps.
fn region(id: &'static str, title: &'static str, content: AnyView) -> AnyView {
    view! {
        <section class="region" aria-labelledby=id>
            <h2 id=id>{title}</h2>
            {content}
        </section>
    }
    .into_any()
}

/// How many rows are missing because they could not be read.
fn left_out(count: usize) -> Option<AnyView> {
    (count > 0).then(|| view! { <p class="muted" role="status">{items_unreadable(count)}</p> }.into_any())
}

/// Why a region is not here. `silent` is what is said if Waycore did not answer.
fn why_missing<T>(region: &Region<T>, silent: &'static str) -> &'static str {
    match region {
        Region::Here(_) | Region::Silent => silent,
        Region::NotGranted => words().detail.not_granted,
        Region::Unreadable => words().refused.unreadable_answer,
        Region::TooMany => errors().rate_limited,
        Region::Misconfigured => errors().misconfigured,
        Region::Refused => errors().refused,
    }
}

/// What is said in the place of something that could not be read.
fn missing(said: &'static str) -> AnyView {
    view! { <p class="muted">{said}</p> }.into_any()
}

fn account_list(scope: &RequestScope, rows: Vec<Account>) -> AnyView {
    let text = &words().detail;
    if rows.is_empty() {
        return view! { <p class="muted">{text.no_accounts}</p> }.into_any();
    }
    let now_millis = scope.now_millis;
    let row = |account: Account| {
        let number =
            account.masked_number.map(|number| view! { <span class="muted" translate="no">{number}</span> });
        let money = |decimal: Option<String>| decimal.map(|decimal| amount(&decimal, &account.currency));
        let available = money(account.available_balance.clone())
            .map(|available| view! { <span class="muted">{text.available} " " <span translate="no">{available}</span></span> });
        let as_of = account.balance_as_of.clone().map(
            |at| view! { <span class="muted money-as-of">{text.as_of} " " <Moment at now_millis/></span> },
        );
        view! {
            <li>
                <span class="money-what"><span translate="no">{account.name.clone()}</span> " " {number} " " {as_of}</span>
                <span class="money-amounts"><span class="amount" translate="no">{money(account.current_balance)}</span> {available}</span>
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
        view! { <option value=account.id.clone() selected=account.id == chosen translate="no">{name}</option> }
    });
    let options = options.collect_view();
    // Accounts that could not be read leave the chosen one as it is.
    let unknown = !chosen.is_empty() && accounts.iter().all(|account| account.id != chosen);
    let unknown =
        unknown.then(|| view! { <option value=chosen.clone() selected>{text.chosen_account}</option> });
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
                <select name="account"><option value="">{text.all_accounts}</option> {unknown} {options}</select>
            </label>
            {day("filter-from", "from", text.from, entered(&query.from))}
            {day("filter-to", "to", text.to, entered(&query.to))}
            <label class="field">
                <span class="label">{text.contains}</span>
                <input type="search" name="text" value=entered(&query.text) maxlength=LONGEST_TYPED autocomplete="off"/>
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
        // To where they are: the link that was pressed is another now.
        view! { <a href=[&paths.transactions(id, &fields), "#transactions"].concat()>{text.older}</a> }
    });
    let empty = page.transactions.is_empty();
    let is_asked_for = query.is_asked_for(scope.now_millis);
    // Announced by screen readers after filtering, and after a step to others.
    let said = (is_asked_for || query.cursor.is_some()).then_some("");
    let count = (!empty).then(|| {
        let has_more = page.cut || next.is_some();
        let count = transactions_shown(page.transactions.len(), has_more, query.cursor.is_some());
        let filters = is_asked_for.then(|| active_filters(query, accounts)).map(|filters| {
            view! { ". " {text.filtered_by} ": " <span translate="no">{filters}</span> }
        });
        let role = said.map(|_| "status");
        view! { <p class="hint" role=role data-said=said>{count} {filters}</p> }
    });
    let none = (empty && page.unreadable == 0).then(|| {
        // With more to come, what fits was not among what was read.
        let why = match (page.cut || next.is_some(), is_asked_for) {
            (true, _) => text.narrow,
            (false, true) => text.nothing_fits,
            (false, false) => text.no_transactions,
        };
        view! { <p class="muted" role="status" data-said=said>{why}</p> }
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
    view! { {count} {none} {cut} {table} <p class="actions">{next} {file}</p> }.into_any()
}

/// Which filters are on, beside those of the form itself.
fn active_filters(query: &TransactionQuery, accounts: &[Account]) -> String {
    let text = &words().detail;
    let named = |id: &String| match accounts.iter().find(|account| account.id == *id) {
        Some(account) => account.name.clone(),
        None => text.chosen_account.to_owned(),
    };
    let filters = [
        query.account_id.as_ref().map(named),
        query.from.as_ref().map(|from| [text.from, " ", &day(from)].concat()),
        query.to.as_ref().map(|to| [text.to, " ", &day(to)].concat()),
        query.text.as_ref().map(|typed| [text.contains, " “", typed, "”"].concat()),
    ];
    filters.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn transaction_row(row: Transaction, account: Option<String>) -> AnyView {
    let when = when(row.posted_date.as_deref(), &row.status);
    let named = [row.description, row.counterparty_name, row.merchant_name, row.raw_description];
    let what = named.into_iter().flatten().next().unwrap_or_default();
    view! {
        <tr role="row">
            <td role="cell" class="muted transaction-day">{when}</td>
            <td role="cell" translate="no">{what} {account.map(|name| view! { <span class="muted transaction-account">{name}</span> })}</td>
            <td role="cell" class="amount" translate="no">{amount(&row.amount, &row.currency)}</td>
        </tr>
    }
    .into_any()
}

/// The day of a transaction, and how far it is if it is not posted.
fn when(posted: Option<&str>, status: &str) -> String {
    let text = &words().detail;
    let status = match status {
        "pending" => Some(text.pending),
        "reversed" => Some(text.reversed),
        "cancelled" => Some(text.cancelled),
        _ => None,
    };
    match (posted.map(day), status) {
        (Some(day), Some(status)) => [&day, ", ", status].concat(),
        (Some(day), None) => day,
        (None, Some(status)) => status.to_owned(),
        // Waycore does not say when.
        (None, None) => "–".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_says_how_far_it_is_unless_it_is_posted() {
        let posted = Some("2026-02-01");
        for (posted, status, expected) in [
            (posted, "posted", day("2026-02-01")),
            (posted, "pending", day("2026-02-01") + ", Pending"),
            (posted, "reversed", day("2026-02-01") + ", Reversed"),
            (posted, "cancelled", day("2026-02-01") + ", Cancelled"),
            (posted, "unknown", day("2026-02-01")),
            (posted, "new at Waycore", day("2026-02-01")),
            (None, "pending", "Pending".to_owned()),
            (None, "cancelled", "Cancelled".to_owned()),
            (None, "posted", "–".to_owned()),
        ] {
            assert_eq!(when(posted, status), expected, "{status}");
        }
    }

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

    #[test]
    fn whatever_somebody_typed_is_asked_for() {
        let now = 1_770_000_000_000; // 2026-02-02
        for (typed, expected) in [
            (None, false),
            // What the page shows by itself.
            (Some(("from", "2025-11-04")), false),
            (Some(("cursor", "sealed")), false),
            (Some(("from", "2023-02-02")), true),
            (Some(("from", "2026-02-01")), true),
            (Some(("to", "2026-02-01")), true),
            (Some(("account", "acc_1")), true),
            (Some(("text", "rent")), true),
            (Some(("text", " ")), false),
        ] {
            let field = |name: &str| typed.filter(|typed| typed.0 == name).map(|typed| typed.1.to_owned());
            assert_eq!(wanted(field, now).is_asked_for(now), expected, "{typed:?}");
        }
        assert!(!TransactionQuery::default().is_asked_for(now));
    }
}

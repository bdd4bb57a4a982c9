//! The page of a connected bank: accounts, charts, transactions to look through, and all of them as a file.

use std::collections::HashMap;

use app::copy::locale;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use crate::answer::Answer;
use crate::browser::Browser;
use crate::host::TestHost;
use crate::html::{between, main_of, main_text, text};

/// A connected bank with two years of transactions; its id.
pub(crate) async fn connected(host: &TestHost, person: &Browser<'_>) -> String {
    let id = person.start("sim-instant").await["id"].as_str().expect("an id").to_owned();
    let finish = [("connection_id", id.as_str()), ("delegated_user_active", "on"), ("accept_terms", "on")];
    person.post_api("submit_finish", &finish).await.ok();
    host.waycore.wait_virtually(3_600).await;
    id
}

fn days_ago(days: i64) -> String {
    (OffsetDateTime::now_utc().date() - Duration::days(days)).to_string()
}

/// ISO days of the last years by how a page writes them.
fn days() -> HashMap<String, String> {
    (-1..1_200).map(days_ago).map(|iso| (text(&locale::day(&iso)), iso)).collect()
}

/// Whether there is something like `-1,234.50 EUR` or `1,234 JPY` in a text.
pub(crate) fn has_amount(text: &str) -> bool {
    let words: Vec<&str> = text.split(' ').collect();
    words.windows(2).any(|pair| {
        let (number, currency) = (pair[0].trim_start_matches('-'), pair[1]);
        let (whole, cents) = number.split_once('.').unwrap_or((number, "00"));
        let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
        let mut groups = whole.split(',');
        groups.next().is_some_and(|group| (1..=3).contains(&group.len()) && digits(group))
            && groups.all(|group| group.len() == 3 && digits(group))
            && cents.len() == 2
            && digits(cents)
            && currency.len() == 3
            && currency.chars().all(|c| c.is_ascii_uppercase())
    })
}

/// The texts of a row's cells.
fn cells(row: &str) -> Vec<String> {
    let cells = row.split("</t").map(|cell| cell.rsplit_once("<t").map_or("", |(_, cell)| cell));
    let texts = cells.filter_map(|cell| cell.split_once('>')).map(|(_, cell)| text(cell));
    texts.collect()
}

/// The rows of a table's body.
fn rows(table: &str) -> Vec<Vec<String>> {
    let body = between(table, "<tbody", "</tbody>");
    body.split("</tr>").filter(|row| row.contains("<tr")).map(cells).collect()
}

/// Day, description with account, and amount of each transaction on a page.
fn transactions(page: &Answer) -> Vec<Vec<String>> {
    match page.body.contains("class=\"transactions\"") {
        true => rows(between(&page.body, "class=\"transactions\"", "</table>")),
        false => Vec::new(),
    }
}

/// The ISO days of the transactions on a page; what is pending has none yet.
fn days_of(page: &Answer) -> Vec<String> {
    let days = days();
    let shown = transactions(page).into_iter().map(|row| row[0].clone()).filter(|day| day != "Pending");
    shown.map(|day| days.get(&day).unwrap_or_else(|| panic!("{day} is no day")).clone()).collect()
}

/// The address of a link.
fn link(page: &Answer, text: &str) -> Option<String> {
    let (before, _) = page.body.split_once(&format!(">{text}</a>"))?;
    let (_, tag) = before.rsplit_once("<a href=\"")?;
    Some(tag.split_once('"')?.0.replace("&amp;", "&"))
}

/// The id of the account that the filter calls so.
fn account(page: &Answer, name: &str) -> String {
    let filter = between(&page.body, "<select name=\"account\"", "</select>");
    let mut options = filter.split("<option value=\"").skip(2).filter_map(|option| option.split_once('"'));
    options.find(|(_, option)| option.contains(name)).expect("an account").0.to_owned()
}

/// The page with this query.
async fn look(person: &Browser<'_>, id: &str, query: &str) -> Answer {
    let page = person.get(&format!("/connections/{id}{query}")).await;
    assert_eq!(page.status, 200, "{query}");
    page
}

#[tokio::test]
async fn accounts_say_what_is_on_them_and_when_that_was_read() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = connected(&host, &ana).await;
    let page = look(&ana, &id, "").await;
    let region = between(&page.body, "aria-labelledby=\"accounts\"", "</section>");
    let accounts: Vec<String> = region.split("<li>").skip(1).map(text).collect();
    for name in ["Operating", "Reserve", "Company card"] {
        assert!(accounts.iter().any(|account| account.starts_with(name)), "{name}: {accounts:?}");
    }
    for account in accounts {
        assert!(account.contains("Balance read") && has_amount(&account), "{account}");
    }
}

#[tokio::test]
async fn a_chart_says_in_words_what_its_numbers_are() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = connected(&host, &ana).await;
    let page = look(&ana, &id, "").await;
    let chart = |title: &str| {
        let figure = between(&page.body, &format!("<figcaption>{title}</figcaption>"), "</figure>");
        (text(between(figure, "aria-label=\"", "\"")), rows(between(figure, "<details", "</details>")))
    };

    let (words, rows) = chart("Balance");
    // The newest day comes first.
    let rows: Vec<(&str, &str)> = rows.iter().map(|row| (row[0].as_str(), row[1].as_str())).collect();
    // `1,234.50 EUR, Nov 30, 2026`: day and amount.
    let of = |said: &str| {
        let (number, rest) = said.split_once(' ').unwrap_or_else(|| panic!("{said} is no balance"));
        let (currency, day) = rest.split_once(", ").unwrap_or_else(|| panic!("{said} is no balance"));
        (day.to_owned(), format!("{number} {currency}"))
    };
    let (span, rest) = words.split_once(". Lowest: ").expect("the lowest");
    let (lowest, highest) = rest.split_once(". Highest: ").expect("the highest");
    let (first, last) = span.trim_start_matches("Balance: ").split_once(" – ").expect("from and to");
    let value = |amount: &str| -> f64 {
        let digits: String = amount.chars().filter(|c| c.is_ascii_digit() || "-.".contains(*c)).collect();
        digits.parse().expect("an amount")
    };
    let values: Vec<f64> = rows.iter().map(|(_, amount)| value(amount)).collect();
    let (low, high) = (values.iter().copied().reduce(f64::min), values.iter().copied().reduce(f64::max));
    let both = |(day, amount): (String, String)| rows.contains(&(day.as_str(), amount.as_str()));
    assert_eq!(of(first), (rows[rows.len() - 1].0.to_owned(), rows[rows.len() - 1].1.to_owned()));
    assert_eq!(of(last), (rows[0].0.to_owned(), rows[0].1.to_owned()));
    for (said, extreme) in [(lowest, low), (highest.trim_end_matches('.'), high)] {
        assert!(both(of(said)), "{said} is in the table");
        assert_eq!(Some(value(&of(said).1)), extreme, "{said}");
    }

    let (words, months) = chart("Money in and out by month");
    assert!(months.len() > 2, "{months:?}");
    for month in months {
        let sentence = format!("{}: Money in {}, Money out {}.", month[0], month[1], month[2]);
        assert!(words.contains(&sentence), "{sentence}: {words}");
    }
}

#[tokio::test]
async fn a_page_shows_the_transactions_that_fit_its_filters_and_keeps_the_filters() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = connected(&host, &ana).await;
    let all = look(&ana, &id, "").await;
    let (account, from, to) = (account(&all, "Operating"), days_ago(85), days_ago(20));
    let page = look(&ana, &id, &format!("?account={account}&from={from}&to={to}&text=ElectriCity")).await;
    let found = transactions(&page);
    assert!(!found.is_empty() && found.len() < transactions(&all).len(), "{}", found.len());
    for row in &found {
        assert!(row[1].contains("ELECTRICITY") && row[1].contains("Operating"), "{row:?}");
        assert!(has_amount(&row[2]), "{row:?}");
    }
    for day in days_of(&page) {
        assert!((from.as_str()..=to.as_str()).contains(&day.as_str()), "{day}");
    }
    let filters = between(&page.body, "class=\"filters\"", "</form>");
    for kept in [
        format!("<option value=\"{account}\" selected"),
        format!("name=\"from\" value=\"{from}\""),
        format!("name=\"to\" value=\"{to}\""),
        "name=\"text\" value=\"ElectriCity\"".to_owned(),
    ] {
        assert!(filters.contains(&kept), "{kept}: {filters}");
    }
    assert_eq!(link(&page, "Clear filters"), Some(format!("/connections/{id}")));
    let nothing = look(&ana, &id, "?text=no+transaction+says+so").await;
    assert!(transactions(&nothing).is_empty());
    let said = between(main_of(&nothing.body), "role=\"status\" data-said=\"\" class=\"muted\">", "</p>");
    assert_eq!(said, "No transaction fits these filters.");
}

#[tokio::test]
async fn older_transactions_follow_with_the_same_filters() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = connected(&host, &ana).await;
    let account = account(&look(&ana, &id, "").await, "Operating");
    let newest = look(&ana, &id, &format!("?account={account}&from={}", days_ago(300))).await;
    let older = ana.get(&link(&newest, "Show older transactions").expect("there is more")).await;
    let rows = transactions(&older);
    assert!(!rows.is_empty() && rows != transactions(&newest));
    assert!(rows.iter().all(|row| row[1].contains("Operating")), "{rows:?}");
    assert!(days_of(&older).iter().max() <= days_of(&newest).iter().min());
    assert!(older.body.contains(&format!("<option value=\"{account}\" selected")), "{}", older.body);
}

#[tokio::test]
async fn a_day_that_cannot_be_is_refused_beside_its_field_which_keeps_it() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = connected(&host, &ana).await;
    for (query, field, says, kept) in [
        ("?from=2026-02-01&to=2026-01-01", "to", "The last day is before the first one.", "2026-01-01"),
        ("?from=soon", "from", "This is no day. Write it as 2026-01-31.", "soon"),
    ] {
        let page = look(&ana, &id, query).await;
        let error = format!("id=\"filter-{field}-error\" class=\"field-error\">{says}<");
        assert!(page.body.contains(&error), "{query}: {}", page.body);
        let input = between(&page.body, &format!("<input type=\"date\" id=\"filter-{field}\""), ">");
        for part in [
            format!("value=\"{kept}\""),
            "aria-invalid=\"true\"".to_owned(),
            format!("aria-describedby=\"filter-{field}-error\""),
        ] {
            assert!(input.contains(&part), "{query}: {part}: {input}");
        }
        assert!(page.body.contains(">Instant Test Bank</h1>"), "{}", page.body);
        assert_eq!(page.body.contains("name=\"from\" value=\"2026-02-01\""), field == "to");
    }
    let mended = look(&ana, &id, "?from=2026-02-01&to=2026-03-01").await;
    assert!(!mended.body.contains("role=\"alert\""), "{}", mended.body);
}

#[tokio::test]
async fn a_search_through_too_many_transactions_asks_for_fewer_days() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = connected(&host, &ana).await;
    let movement = json!({
        "id": "movement", "connectionId": id, "accountId": "account", "status": "posted",
        "postedDate": days_ago(3), "updatedAt": format!("{}T00:00:00Z", days_ago(3)), "amount": "1.00",
        "currency": "EUR", "entryType": "credit", "description": "Rent",
    });
    // More pages than are read for one page of ours, and for the charts beside it.
    for page in 0..60 {
        let pagination = json!({ "hasMore": true, "nextCursor": format!("page {page}") });
        let body = json!({ "data": [movement], "pagination": pagination, "meta": { "requestId": "r" } });
        let fault = json!({
            "match": { "method": "GET", "path": "/v1/transactions" },
            "effect": { "status": 200, "body": body },
            "times": 1,
        });
        host.waycore.fail(fault).await;
    }
    let page = look(&ana, &id, "?text=not+there").await;
    let said = between(main_of(&page.body), "role=\"status\" data-said=\"\" class=\"muted\">", "</p>");
    assert!(said.contains("Narrow the dates"), "{said}");
    assert!(transactions(&page).is_empty());
}

#[tokio::test]
async fn the_file_has_what_the_filters_find_and_more_than_one_page_of_it() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = connected(&host, &ana).await;
    let from = days_ago(60);
    let account = account(&look(&ana, &id, "").await, "Operating");
    let page = look(&ana, &id, &format!("?account={account}&from={from}")).await;
    let shown = transactions(&page).len();
    let file = ana.get(&link(&page, "Download as CSV").expect("a file")).await;
    assert_eq!(file.header("content-disposition"), Some("attachment; filename=\"transactions.csv\""));
    let (head, rows) = file.body.trim_start_matches('\u{feff}').split_once("\r\n").expect("lines");
    assert_eq!(head, "Date,Account,Description,Counterparty,Reference,Amount,Currency,Status,Transaction ID");
    let rows: Vec<csv::StringRecord> = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(rows.as_bytes())
        .records()
        .map(|row| row.expect("nine cells"))
        .collect();
    match link(&page, "Show older transactions") {
        Some(_) => assert!(rows.len() > shown, "{} of {shown}", rows.len()),
        None => assert_eq!(rows.len(), shown),
    }
    for row in rows {
        assert_eq!((row.len(), &row[1]), (9, "Operating"));
        assert!(&row[7] != "posted" || row[0] >= *from, "{row:?}");
        assert!(row[5].parse::<f64>().is_ok() && !row[5].contains(['+', 'e', ' ']), "{row:?}");
        assert!(row[6].len() == 3 && row[6].chars().all(|c| c.is_ascii_uppercase()), "{row:?}");
    }
}

#[tokio::test]
async fn a_filtered_page_says_how_many_fit_and_which_filters_are_on() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = connected(&host, &ana).await;
    let all = look(&ana, &id, "").await;
    let count = |page: &Answer| {
        let region = between(&page.body, "class=\"filters\"", "</section>");
        let (_, paragraph) = region.split_once("</form>").expect("the end of the form");
        let paragraph = between(paragraph, "<p", "</p>");
        let (tag, said) = paragraph.split_once('>').expect("the end of a tag");
        (text(said), tag.contains("data-said") && tag.contains("role=\"status\""))
    };
    let (said, is_read_out) = count(&all);
    assert_eq!(said, format!("First {} transactions", transactions(&all).len()), "there is more");
    assert!(!is_read_out, "nobody has asked");

    let account = account(&all, "Operating");
    let (from, to) = (days_ago(85), days_ago(20));
    let page = look(&ana, &id, &format!("?account={account}&from={from}&to={to}&text=electricity")).await;
    let (said, is_read_out) = count(&page);
    let (number, filters) = said.split_once(". Filters: ").unwrap_or_else(|| panic!("{said}"));
    let found = transactions(&page).len();
    let noun = if found == 1 { "transaction" } else { "transactions" };
    assert_eq!(number, format!("{found} {noun}"));
    for filter in ["Operating", "From ", "To ", "Contains “electricity”"] {
        assert!(filters.contains(filter), "{filter}: {filters}");
    }
    assert!(is_read_out);
    // The charts follow account and days; of a text they say that they do not.
    let unfiltered = "The charts show all transactions in this time, whatever text is searched for.";
    assert!(main_text(&page).contains(unfiltered), "{page:?}");
    let page = look(&ana, &id, &format!("?account={account}")).await;
    assert!(!main_text(&page).contains(unfiltered), "{page:?}");
}

#[tokio::test]
async fn the_chart_shows_the_balances_that_waycore_keeps_and_without_the_scope_those_that_are_computed() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = connected(&host, &ana).await;
    let accounts = host.waycore.read(&format!("/v1/accounts?connectionId={id}")).await["data"].take();
    let accounts = accounts.as_array().expect("accounts");
    let balances = async || {
        let page = look(&ana, &id, "").await;
        let figure = between(&page.body, "<figcaption>Balance</figcaption>", "</figure>");
        rows(between(figure, "<details", "</details>"))
    };

    // Numbers that nobody could compute from the transactions.
    let kept = |account: &Value| {
        let balance = if account["name"] == "Operating" { "1234567.25" } else { "0.00" };
        json!({ "date": days_ago(9), "accountId": account["id"], "connectionId": id, "entityId": "e",
                "currency": account["currency"], "ledgerBalance": balance })
    };
    let body = json!({ "data": accounts.iter().map(kept).collect::<Vec<_>>(),
                       "pagination": { "hasMore": false, "nextCursor": null }, "meta": { "requestId": "r" } });
    let matches = json!({ "path": "/v1/balances" });
    host.waycore.fail(json!({ "match": matches, "effect": { "status": 200, "body": body } })).await;
    let shown = balances().await;
    assert!(shown.len() > 5, "{shown:?}");
    assert!(shown.iter().all(|row| row[1].starts_with("1,234,567.25 ")), "{shown:?}");
    let asked = host.waycore.requests().await;
    let of_connection = |call: &&Value| call["query"].as_str().is_some_and(|query| query.contains(&id));
    let asked = asked.iter().filter(|call| call["path"] == "/v1/balances").filter(of_connection).count();
    assert_eq!(asked, 1, "once for the page");

    host.waycore.heal().await;
    host.waycore.fail(json!({ "match": matches, "effect": { "status": 403 } })).await;
    let shown = balances().await;
    assert!(shown.len() > 5, "{shown:?}");
    let currency = &shown[0][1][shown[0][1].len() - 3..];
    let of_currency = accounts.iter().filter(|account| account["currency"] == currency);
    let now: f64 = of_currency
        .map(|account| {
            account["currentBalance"].as_str().expect("a balance").parse::<f64>().expect("a number")
        })
        .sum();
    assert_eq!(shown[0][1].replace(',', ""), format!("{now:.2} {currency}"), "what is on the accounts now");
}

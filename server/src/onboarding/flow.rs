//! How a balance went, and what came in and went out: added up from what was posted, exactly.
//!
//! Waycore tells the balance of now. The balance of a day before is that, less everything that was posted since.

use std::collections::{BTreeMap, HashMap, HashSet};

use app::backend::{DayBalance, Flow, MonthFlow};
use app::model::Account;
use rust_decimal::Decimal;
use waycore::wire::{Date, Transaction};

use super::list_transactions::Filter;

/// A chart of more points than this says nothing more.
const MOST_POINTS: i64 = 92;

/// Adds up what moved on the accounts of a filter; `None` where there is nothing to add up. `moved` is everything that
/// was posted since the filter's first day; `None` when that was too much to read.
pub(super) fn flow(
    accounts: &[Account],
    moved: Option<Vec<Transaction>>,
    filter: &Filter,
    today: Date,
) -> Option<Flow> {
    let chosen: Vec<&Account> = accounts
        .iter()
        .filter(|account| filter.account.as_ref().is_none_or(|id| id.as_str() == account.id))
        .collect();
    let currency = usual_currency(&chosen)?;
    let counted: Vec<&Account> =
        chosen.iter().copied().filter(|account| account.currency == currency).collect();
    let others_left_out = counted.len() < chosen.len();
    let mut flow = Flow {
        currency,
        balances: Vec::new(),
        months: Vec::new(),
        others_left_out,
        too_much: moved.is_none(),
    };
    let Some(moved) = moved else { return Some(flow) };
    let ids: HashSet<&str> = counted.iter().map(|account| account.id.as_str()).collect();
    let mut by_day: BTreeMap<Date, Vec<Decimal>> = BTreeMap::new();
    for row in
        moved.iter().filter(|row| ids.contains(row.account_id.as_str()) && row.currency == flow.currency)
    {
        // What is pending has moved nothing yet.
        if let (Some(day), Ok(amount)) = (row.posted_date, row.amount.as_str().parse()) {
            by_day.entry(day).or_default().push(amount);
        }
    }
    let first = filter.from.or_else(|| by_day.keys().next().copied())?;
    let last = filter.to.map_or(today, |to| to.min(today));
    flow.months = months(&by_day, first, last);
    flow.balances = balance_of(&counted).map(|now| balances(&by_day, first, last, now)).unwrap_or_default();
    (!flow.months.is_empty() || !flow.balances.is_empty()).then_some(flow)
}

/// The currency of most accounts.
fn usual_currency(accounts: &[&Account]) -> Option<String> {
    let mut count: HashMap<&str, usize> = HashMap::new();
    for account in accounts {
        *count.entry(&account.currency).or_default() += 1;
    }
    let most = count.into_iter().max_by(|(one, a), (other, b)| a.cmp(b).then(other.cmp(one)));
    most.map(|(currency, _)| currency.to_owned())
}

/// What is on the accounts together; `None` if one of them does not say.
fn balance_of(accounts: &[&Account]) -> Option<Decimal> {
    accounts.iter().map(|account| account.current_balance.as_deref()?.parse::<Decimal>().ok()).sum()
}

fn months(by_day: &BTreeMap<Date, Vec<Decimal>>, first: Date, last: Date) -> Vec<MonthFlow> {
    let mut months: BTreeMap<String, (Decimal, Decimal)> = BTreeMap::new();
    let posted = by_day.iter().filter(|(day, _)| (first..=last).contains(day));
    for (day, amounts) in posted {
        let (year, month, _) = day.calendar();
        let (came_in, went_out) = months.entry(format!("{year:04}-{month:02}")).or_default();
        for amount in amounts {
            if amount.is_sign_negative() {
                *went_out -= *amount;
            } else {
                *came_in += *amount;
            }
        }
    }
    let month = |(month, (came_in, went_out)): (String, (Decimal, Decimal))| MonthFlow {
        month,
        came_in: came_in.to_string(),
        went_out: went_out.to_string(),
    };
    months.into_iter().map(month).collect()
}

/// Backwards from the balance of now, then in the order of days.
fn balances(by_day: &BTreeMap<Date, Vec<Decimal>>, first: Date, last: Date, now: Decimal) -> Vec<DayBalance> {
    let since: Decimal = by_day.range(last.plus_days(1)..).flat_map(|(_, amounts)| amounts).sum();
    let mut balance = now - since;
    let days = (last.as_millis() - first.as_millis()) / 86_400_000;
    let step = days / MOST_POINTS + 1;
    let mut points = Vec::new();
    for back in 0..=days {
        let day = last.plus_days(-back);
        if back % step == 0 {
            points.push(DayBalance { day: day.to_string(), balance: balance.to_string() });
        }
        balance -= by_day.get(&day).into_iter().flatten().sum::<Decimal>();
    }
    points.reverse();
    points
}

#[cfg(test)]
mod tests {
    use app::backend::TransactionQuery;
    use serde_json::json;

    use super::*;

    fn account(id: &str, currency: &str, balance: Option<&str>) -> Account {
        Account {
            id: id.to_owned(),
            connection_id: "conn".to_owned(),
            account_type: "checking".to_owned(),
            currency: currency.to_owned(),
            name: id.to_owned(),
            status: "active".to_owned(),
            created_at: String::new(),
            updated_at: String::new(),
            official_name: None,
            masked_number: None,
            account_number: None,
            routing_number: None,
            swift_bic: None,
            current_balance: balance.map(ToOwned::to_owned),
            available_balance: None,
            balance_as_of: None,
        }
    }

    fn posted(account: &str, day: Option<&str>, amount: &str) -> Transaction {
        let row = json!({
            "id": "t", "connectionId": "conn", "accountId": account, "postedDate": day, "amount": amount,
            "status": if day.is_some() { "posted" } else { "pending" }, "currency": "EUR",
            "updatedAt": "2026-01-01T00:00:00Z", "entryType": "credit",
        });
        serde_json::from_value(row).expect("a transaction")
    }

    fn filter(account: Option<&str>, from: &str, to: Option<&str>) -> Filter {
        let query = TransactionQuery {
            account_id: account.map(ToOwned::to_owned),
            from: Some(from.to_owned()),
            to: to.map(ToOwned::to_owned),
            ..TransactionQuery::default()
        };
        Filter::read(&query).expect("a filter")
    }

    fn day(text: &str) -> Date {
        Date::parse(text).expect("a day")
    }

    fn shown(flow: &Flow) -> Vec<(&str, &str)> {
        flow.balances.iter().map(|point| (point.day.as_str(), point.balance.as_str())).collect()
    }

    fn moved() -> Vec<Transaction> {
        vec![
            posted("a", Some("2026-01-31"), "100.10"),
            posted("a", Some("2026-02-01"), "-30.00"),
            posted("b", Some("2026-02-02"), "5.00"),
            posted("a", None, "-999.00"),
        ]
    }

    #[test]
    fn a_day_before_has_the_balance_of_now_less_what_was_posted_since() {
        let accounts = [account("a", "EUR", Some("1000.00")), account("b", "EUR", Some("10.00"))];
        let all = flow(&accounts, Some(moved()), &filter(None, "2026-01-30", None), day("2026-02-02"));
        let all = all.expect("a flow");
        assert_eq!(
            shown(&all),
            [
                ("2026-01-30", "934.90"),
                ("2026-01-31", "1035.00"),
                ("2026-02-01", "1005.00"),
                ("2026-02-02", "1010.00"),
            ]
        );
        let months: Vec<_> = all.months.iter().map(|m| (&*m.month, &*m.came_in, &*m.went_out)).collect();
        assert_eq!(months, [("2026-01", "100.10", "0"), ("2026-02", "5.00", "30.00")]);
    }

    #[test]
    fn a_filter_narrows_accounts_and_days() {
        let accounts = [account("a", "EUR", Some("1000.00")), account("b", "EUR", Some("10.00"))];
        let filter = filter(Some("b"), "2026-02-01", Some("2026-02-01"));
        let one = flow(&accounts, Some(moved()), &filter, day("2026-02-02")).expect("a flow");
        assert_eq!(shown(&one), [("2026-02-01", "5.00")]);
        assert_eq!(one.months, []);
    }

    #[test]
    fn currencies_are_never_added() {
        let accounts = [
            account("a", "EUR", Some("1000.00")),
            account("b", "EUR", Some("10.00")),
            account("c", "USD", Some("7.00")),
        ];
        let flow = flow(&accounts, Some(moved()), &filter(None, "2026-02-02", None), day("2026-02-02"));
        let flow = flow.expect("a flow");
        assert_eq!((flow.currency.as_str(), flow.others_left_out), ("EUR", true));
        assert_eq!(shown(&flow), [("2026-02-02", "1010.00")]);
    }

    #[test]
    fn what_is_not_known_is_not_drawn() {
        let from = || filter(None, "2026-01-30", None);
        let silent = [account("a", "EUR", None)];
        let flow_of = |accounts: &[Account], moved| flow(accounts, moved, &from(), day("2026-02-02"));
        let known = flow_of(&silent, Some(moved())).expect("the months are known");
        assert!(known.balances.is_empty() && !known.months.is_empty());
        let too_much = flow_of(&silent, None).expect("that is said");
        assert!(too_much.too_much && too_much.months.is_empty());
        assert_eq!(flow_of(&[], Some(moved())), None);
        let unreadable = [account("a", "EUR", Some("much"))];
        assert_eq!(flow_of(&unreadable, Some(Vec::new())), None);
    }

    #[test]
    fn a_long_time_is_drawn_with_few_points() {
        let accounts = [account("a", "EUR", Some("1.00"))];
        let flow = flow(&accounts, Some(Vec::new()), &filter(None, "2024-01-01", None), day("2026-01-01"));
        let points = flow.expect("a flow").balances;
        assert!((80..=93).contains(&points.len()), "{}", points.len());
        assert_eq!(points.last().map(|point| point.day.as_str()), Some("2026-01-01"));
    }
}

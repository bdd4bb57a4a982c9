//! How a balance went, and what came in and went out: added up from what was posted, exactly or not at all.
//!
//! Waycore keeps the balance at the end of each day, and where the key reaches it that is what is shown. Elsewhere it tells
//! the balance of now: the balance of a day before is that, less everything that was posted since.

use std::collections::{BTreeMap, HashMap, HashSet};

use app::backend::{DayBalance, Flow, MonthFlow};
use app::model::Account;
use rust_decimal::Decimal;
use waycore::client::paging::Listing;
use waycore::wire::{self, Balance, Date, Transaction, TransactionStatus};

use super::list_transactions::Filter;

/// A chart of more points than this says nothing more.
const MOST_POINTS: i64 = 92;

const DAY_MILLIS: i64 = 86_400_000;

/// A sum that has more digits than can be added up exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct TooLarge;

/// Adds up what moved on the accounts of a filter; `None` where there is nothing to add up. `moved` is everything that
/// was posted since the filter's first day, `daily` what Waycore keeps of the balances of its days, if the key reaches that.
pub(super) fn flow(
    accounts: &[Account],
    moved: Listing<Transaction>,
    daily: Option<Listing<Balance>>,
    filter: &Filter,
    today: Date,
) -> Option<Flow> {
    let (daily, unreadable_days) = match daily {
        Some(daily) if daily.is_whole => (daily.rows, daily.unreadable.len()),
        // A day without a row counts as the one before: with rows missing that would be wrong. They are computed instead.
        Some(_) | None => (Vec::new(), 0),
    };
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
        too_much: !moved.is_whole,
        too_large: false,
        unreadable: moved.unreadable.len() + unreadable_days,
    };
    if flow.too_much {
        return Some(flow);
    }
    let ids: HashSet<&str> = counted.iter().map(|account| account.id.as_str()).collect();
    let mut by_day: BTreeMap<Date, Vec<&wire::Decimal>> = BTreeMap::new();
    let counts = |row: &&Transaction| {
        ids.contains(row.account_id.as_str()) && row.currency == flow.currency && has_moved(&row.status)
    };
    for row in moved.rows.iter().filter(counts) {
        match row.posted_date {
            Some(day) => by_day.entry(day).or_default().push(&row.amount),
            // Of what is posted the day could not be read.
            None => flow.unreadable += usize::from(row.status == TransactionStatus::Posted),
        }
    }
    let first = filter.from.or_else(|| by_day.keys().next().copied())?;
    let last = filter.to.map_or(today, |to| to.min(today));
    let added = added_up(&by_day).and_then(|by_day| {
        let months = months(&by_day, first, last)?;
        let balances = match kept_balances(&counted, &daily, first, last)? {
            kept if !kept.is_empty() => kept,
            _ => computed_balances(&counted, &by_day, first, last)?,
        };
        Ok((months, balances))
    });
    match added {
        Ok((months, balances)) => (flow.months, flow.balances) = (months, balances),
        Err(TooLarge) => flow.too_large = true,
    }
    let says_something =
        flow.too_large || flow.unreadable > 0 || !flow.months.is_empty() || !flow.balances.is_empty();
    says_something.then_some(flow)
}

/// What is pending has moved nothing yet, even where the bank says a day, and what was cancelled never will.
fn has_moved(status: &TransactionStatus) -> bool {
    !matches!(status, TransactionStatus::Pending | TransactionStatus::Cancelled)
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

/// What came in and what went out on a day.
#[derive(Debug, Default, Clone, Copy)]
struct DayFlow {
    came_in: Decimal,
    /// Not negative.
    went_out: Decimal,
}

impl DayFlow {
    fn add(&mut self, amount: Decimal) -> Result<(), TooLarge> {
        let sum = if amount.is_sign_negative() { &mut self.went_out } else { &mut self.came_in };
        *sum = plus(*sum, amount.abs())?;
        Ok(())
    }

    fn net(self) -> Result<Decimal, TooLarge> {
        minus(self.came_in, self.went_out)
    }
}

fn added_up(by_day: &BTreeMap<Date, Vec<&wire::Decimal>>) -> Result<BTreeMap<Date, DayFlow>, TooLarge> {
    let mut sums: BTreeMap<Date, DayFlow> = BTreeMap::new();
    for (day, amounts) in by_day {
        let sum = sums.entry(*day).or_default();
        amounts.iter().try_for_each(|amount| sum.add(exact(amount.as_str())?))?;
    }
    Ok(sums)
}

fn exact(amount: &str) -> Result<Decimal, TooLarge> {
    Decimal::from_str_exact(amount).map_err(|_| TooLarge)
}

fn plus(one: Decimal, other: Decimal) -> Result<Decimal, TooLarge> {
    let sum = one.checked_add(other).ok_or(TooLarge)?;
    // Where the digits before the point leave no room for those after it, the library rounds.
    let is_exact = one.is_zero() || other.is_zero() || sum.scale() >= one.scale().max(other.scale());
    if is_exact { Ok(sum) } else { Err(TooLarge) }
}

fn minus(one: Decimal, other: Decimal) -> Result<Decimal, TooLarge> {
    plus(one, -other)
}

fn months(by_day: &BTreeMap<Date, DayFlow>, first: Date, last: Date) -> Result<Vec<MonthFlow>, TooLarge> {
    let mut months: BTreeMap<String, DayFlow> = BTreeMap::new();
    for (day, flow) in by_day.iter().filter(|(day, _)| (first..=last).contains(day)) {
        let (year, month, _) = day.calendar();
        let sums = months.entry(format!("{year:04}-{month:02}")).or_default();
        sums.came_in = plus(sums.came_in, flow.came_in)?;
        sums.went_out = plus(sums.went_out, flow.went_out)?;
    }
    let month = |(month, sums): (String, DayFlow)| MonthFlow {
        month,
        came_in: sums.came_in.to_string(),
        went_out: sums.went_out.to_string(),
    };
    Ok(months.into_iter().map(month).collect())
}

/// The days of a chart, the earliest first, with the last one among them.
fn days(first: Date, last: Date) -> Vec<Date> {
    let days = (last.as_millis() - first.as_millis()) / DAY_MILLIS;
    let step = usize::try_from(days / MOST_POINTS + 1).unwrap_or(1);
    let mut days: Vec<_> = (0..=days).step_by(step).map(|back| last.plus_days(-back)).collect();
    days.reverse();
    days
}

/// The balances that Waycore keeps of the accounts, added up. A day counts once there is a balance of each account; one
/// without a row has the balance of the day before.
fn kept_balances(
    accounts: &[&Account],
    daily: &[Balance],
    first: Date,
    last: Date,
) -> Result<Vec<DayBalance>, TooLarge> {
    let mut of_account: HashMap<&str, BTreeMap<Date, &str>> = HashMap::new();
    for row in daily {
        if let Some(balance) = &row.ledger_balance {
            of_account.entry(&row.account_id).or_default().insert(row.date, balance.as_str());
        }
    }
    let mut points = Vec::new();
    for day in days(first, last) {
        let known: Option<Vec<&str>> = accounts
            .iter()
            .map(|account| {
                of_account.get(account.id.as_str())?.range(..=day).next_back().map(|(_, balance)| *balance)
            })
            .collect();
        let Some(known) = known else { continue };
        let sum = known.into_iter().try_fold(Decimal::ZERO, |sum, balance| plus(sum, exact(balance)?))?;
        points.push(DayBalance { day: day.to_string(), balance: sum.to_string() });
    }
    Ok(points)
}

/// Backwards from the balance of now, then in the order of days. Empty if one of the accounts does not say its balance.
fn computed_balances(
    accounts: &[&Account],
    by_day: &BTreeMap<Date, DayFlow>,
    first: Date,
    last: Date,
) -> Result<Vec<DayBalance>, TooLarge> {
    let known: Option<Vec<&str>> =
        accounts.iter().map(|account| account.current_balance.as_deref()).collect();
    let Some(known) = known else { return Ok(Vec::new()) };
    let mut balance = known.into_iter().try_fold(Decimal::ZERO, |sum, balance| plus(sum, exact(balance)?))?;
    let mut posted = by_day.iter().rev().peekable();
    let mut points = Vec::new();
    for day in days(first, last).into_iter().rev() {
        // What was posted after a day was not there at its end.
        while let Some((_, flow)) = posted.next_if(|(posted, _)| **posted > day) {
            balance = minus(balance, flow.net()?)?;
        }
        points.push(DayBalance { day: day.to_string(), balance: balance.to_string() });
    }
    points.reverse();
    Ok(points)
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

    fn moved() -> Listing<Transaction> {
        whole(vec![
            posted("a", Some("2026-01-31"), "100.10"),
            posted("a", Some("2026-02-01"), "-30.00"),
            posted("b", Some("2026-02-02"), "5.00"),
            posted("a", None, "-999.00"),
        ])
    }

    fn whole<T>(rows: Vec<T>) -> Listing<T> {
        Listing { rows, unreadable: Vec::new(), is_whole: true }
    }

    fn balance(account: &str, day: &str, balance: Option<&str>) -> Balance {
        let row = json!({ "accountId": account, "connectionId": "conn", "entityId": "ent", "date": day,
                          "ledgerBalance": balance });
        serde_json::from_value(row).expect("a balance")
    }

    #[test]
    fn a_day_before_has_the_balance_of_now_less_what_was_posted_since() {
        let accounts = [account("a", "EUR", Some("1000.00")), account("b", "EUR", Some("10.00"))];
        let all = flow(&accounts, moved(), None, &filter(None, "2026-01-30", None), day("2026-02-02"));
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
    fn what_is_pending_or_cancelled_is_no_money_in_or_out() {
        let accounts = [account("a", "EUR", Some("100.00"))];
        for (status, came_in, balance_before) in [
            ("posted", "7.00", "93.00"),
            ("reversed", "7.00", "93.00"),
            ("unknown", "7.00", "93.00"),
            ("new at Waycore", "7.00", "93.00"),
            ("pending", "2.00", "98.00"),
            ("cancelled", "2.00", "98.00"),
        ] {
            let mut row = posted("a", Some("2026-02-01"), "5.00");
            row.status = status.into();
            let rows = whole(vec![row, posted("a", Some("2026-02-01"), "2.00")]);
            let flow = flow(&accounts, rows, None, &filter(None, "2026-01-31", None), day("2026-02-01"));
            let flow = flow.expect("a flow");
            assert_eq!(flow.months[0].came_in, came_in, "{status}");
            assert_eq!(shown(&flow)[0], ("2026-01-31", balance_before), "{status}");
        }
    }

    #[test]
    fn a_filter_narrows_accounts_and_days() {
        let accounts = [account("a", "EUR", Some("1000.00")), account("b", "EUR", Some("10.00"))];
        let filter = filter(Some("b"), "2026-02-01", Some("2026-02-01"));
        let one = flow(&accounts, moved(), None, &filter, day("2026-02-02")).expect("a flow");
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
        let flow = flow(&accounts, moved(), None, &filter(None, "2026-02-02", None), day("2026-02-02"));
        let flow = flow.expect("a flow");
        assert_eq!((flow.currency.as_str(), flow.others_left_out), ("EUR", true));
        assert_eq!(shown(&flow), [("2026-02-02", "1010.00")]);
    }

    #[test]
    fn what_is_not_known_is_not_drawn() {
        let from = || filter(None, "2026-01-30", None);
        let silent = [account("a", "EUR", None)];
        let flow_of = |accounts: &[Account], moved| flow(accounts, moved, None, &from(), day("2026-02-02"));
        let known = flow_of(&silent, moved()).expect("the months are known");
        assert!(known.balances.is_empty() && !known.months.is_empty());
        let too_much = Listing { is_whole: false, ..moved() };
        let too_much = flow_of(&silent, too_much).expect("that is said");
        assert!(too_much.too_much && too_much.months.is_empty());
        assert_eq!(flow_of(&[], moved()), None);
        assert_eq!(flow_of(&silent, whole(Vec::new())), None);
    }

    #[test]
    fn a_balance_is_what_waycore_keeps_of_it() {
        let accounts = [account("a", "EUR", Some("1000.00")), account("b", "EUR", Some("10.00"))];
        let daily = [
            balance("a", "2026-01-30", Some("900.00")),
            balance("a", "2026-02-01", Some("950.50")),
            balance("b", "2026-01-31", Some("4.50")),
            balance("b", "2026-02-01", None),
            balance("of another", "2026-02-01", Some("7.00")),
        ];
        let from = || filter(None, "2026-01-30", None);
        let kept = flow(&accounts, moved(), Some(whole(daily.to_vec())), &from(), day("2026-02-02"))
            .expect("a flow");
        // Nothing is known of the second account on the first day; a day without a row is as the one before.
        assert_eq!(
            shown(&kept),
            [("2026-01-31", "904.50"), ("2026-02-01", "955.00"), ("2026-02-02", "955.00")]
        );
        let of_one = &daily[..2];
        let computed = flow(&accounts, moved(), Some(whole(of_one.to_vec())), &from(), day("2026-02-02"))
            .expect("a flow");
        assert_eq!(shown(&computed)[3], ("2026-02-02", "1010.00"), "where it keeps none of an account");
        let in_part = Listing { is_whole: false, ..whole(daily.to_vec()) };
        let computed = flow(&accounts, moved(), Some(in_part), &from(), day("2026-02-02")).expect("a flow");
        assert_eq!(shown(&computed)[3], ("2026-02-02", "1010.00"), "where days may be missing");
    }

    #[test]
    fn amounts_that_cannot_be_added_up_exactly_are_said_and_break_nothing() {
        let large = "79228162514264337593543950335";
        let from = || filter(None, "2026-01-30", None);
        for (rows, balances) in [
            (
                vec![posted("a", Some("2026-01-31"), large), posted("a", Some("2026-02-01"), large)],
                [Some("1"); 2],
            ),
            (
                vec![posted("a", Some("2026-01-31"), large), posted("b", Some("2026-01-31"), "0.5")],
                [Some("1"); 2],
            ),
            (vec![posted("a", Some("2026-01-31"), &"9".repeat(40))], [Some("1"); 2]),
            (vec![posted("a", Some("2026-01-31"), &format!("-{large}"))], [Some(large), Some("1")]),
            (Vec::new(), [Some(large), Some(large)]),
        ] {
            let accounts = [account("a", "EUR", balances[0]), account("b", "EUR", balances[1])];
            let flow = flow(&accounts, whole(rows), None, &from(), day("2026-02-02")).expect("that is said");
            assert!(flow.too_large && flow.months.is_empty() && flow.balances.is_empty(), "{flow:?}");
        }
        let accounts = [account("a", "EUR", Some("1.00"))];
        let daily = [balance("a", "2026-01-30", Some(&"9".repeat(40)))];
        let flow =
            flow(&accounts, whole(Vec::new()), Some(whole(daily.to_vec())), &from(), day("2026-02-02"))
                .expect("that is said");
        assert!(flow.too_large);
    }

    #[test]
    fn what_could_not_be_read_is_counted() {
        let accounts = [account("a", "EUR", Some("1.00"))];
        let mut odd = posted("a", None, "5.00");
        odd.status = TransactionStatus::Posted;
        let row = waycore::wire::UnreadableRow { id: None, cause: String::new() };
        let moved = Listing { rows: vec![odd], unreadable: vec![row.clone()], is_whole: true };
        let daily = Listing { rows: Vec::new(), unreadable: vec![row], is_whole: true };
        let flow = flow(&accounts, moved, Some(daily), &filter(None, "2026-01-30", None), day("2026-02-02"));
        assert_eq!(flow.map(|flow| flow.unreadable), Some(3));
    }

    #[test]
    fn a_long_time_is_drawn_with_few_points() {
        let accounts = [account("a", "EUR", Some("1.00"))];
        let flow =
            flow(&accounts, whole(Vec::new()), None, &filter(None, "2024-01-01", None), day("2026-01-01"));
        let points = flow.expect("a flow").balances;
        assert!((80..=93).contains(&points.len()), "{}", points.len());
        assert_eq!(points.last().map(|point| point.day.as_str()), Some("2026-01-01"));
    }
}

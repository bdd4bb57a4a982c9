//! Books that a bookkeeper would believe.

use std::collections::BTreeSet;

use waycore::wire::Date;

use super::{
    DAY,
    account::Kind,
    books::Books,
    entry::{End, Entry},
};

/// 2026-03-15.
const SINCE: i64 = 1_773_532_800_000;

fn many() -> impl Iterator<Item = Books> {
    (0..40).map(|number| Books::new(&format!("1 company-{number} bank"), SINCE, SINCE + 40 * DAY))
}

/// The balance after everything that was posted until the end of each day.
fn daily(books: &Books, account: usize) -> Vec<(i64, i64)> {
    let mut days: Vec<(i64, i64)> = books
        .entries
        .iter()
        .filter(|entry| entry.account == account)
        .filter_map(|entry| Some((entry.posted_at()? / DAY, entry.amount)))
        .collect();
    days.sort_unstable();
    let mut balance = books.accounts[account].opening;
    days.into_iter()
        .map(|(day, amount)| {
            balance += amount;
            (day, balance)
        })
        .collect()
}

#[test]
fn the_same_company_has_the_same_books_every_time() {
    let (one, again) = (Books::new("1 acme bank", SINCE, SINCE), Books::new("1 acme bank", SINCE, SINCE));
    assert_eq!(format!("{one:?}"), format!("{again:?}"));
    assert_ne!(format!("{one:?}"), format!("{:?}", Books::new("2 acme bank", SINCE, SINCE)));
}

#[test]
fn a_longer_history_goes_on_from_the_shorter_one() {
    let short = Books::new("1 acme bank", SINCE, SINCE);
    let long = Books::new("1 acme bank", SINCE, SINCE + 400 * DAY);
    let last = short.entries.iter().map(|entry| (entry.account, entry.number)).collect::<BTreeSet<_>>();
    let of_short: Vec<&Entry> =
        long.entries.iter().filter(|entry| last.contains(&(entry.account, entry.number))).collect();
    assert_eq!(format!("{:?}", short.entries.iter().collect::<Vec<_>>()), format!("{of_short:?}"));
    assert!(long.entries.len() > short.entries.len() + 500);
}

#[test]
fn two_years_lie_before_the_first_sync() {
    for books in many() {
        let first = books.entries.iter().map(|entry| entry.begins).min().expect("entries");
        assert_eq!(Date::of_millis(books.first_day * DAY).to_string(), "2024-03-01");
        assert!(first < SINCE - 23 * 30 * DAY);
        assert!(books.entries.len() > 1_000, "{}", books.entries.len());
    }
}

#[test]
fn accounts_are_of_several_types_and_currencies() {
    let mut kinds = BTreeSet::new();
    let mut currencies = BTreeSet::new();
    for books in many() {
        assert!((3..=6).contains(&books.accounts.len()));
        kinds.extend(books.accounts.iter().map(|account| account.account_type().to_string()));
        currencies.extend(books.accounts.iter().map(|account| account.currency));
    }
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["checking", "creditCard", "loan", "savings"]);
    assert_eq!(currencies.into_iter().collect::<Vec<_>>(), ["EUR", "GBP", "USD"]);
}

#[test]
fn what_begins_as_pending_is_posted_later_or_falls_away() {
    let (mut posted, mut fell_away) = (0, 0);
    for entry in many().flat_map(|books| books.entries) {
        assert!(entry.begins < entry.ends_at());
        assert!(entry.ends_at() - entry.begins <= 6 * DAY);
        match entry.ends {
            End::Posted(_) => posted += 1,
            End::FellAway(_) => fell_away += 1,
        }
    }
    assert!(posted > 50 * fell_away && fell_away > 40, "{posted} posted, {fell_away} fell away");
}

#[test]
fn transfers_between_own_accounts_match_to_the_cent() {
    let between = ["TO SAVINGS", "FROM SAVINGS", "CARD PAYMENT", "LOAN INSTALMENT", "CLOSING BALANCE"];
    for books in many() {
        for what in between {
            let sum: i64 =
                books.entries.iter().filter(|e| e.text.description == what).map(|e| e.amount).sum();
            assert_eq!(sum, 0, "{what}");
        }
    }
}

#[test]
fn balances_stay_plausible_for_thirty_years() {
    for number in 0..6 {
        let books = Books::new(&format!("1 company-{number} bank"), SINCE, SINCE + 30 * 365 * DAY);
        for (place, account) in books.accounts.iter().enumerate() {
            let days = daily(&books, place);
            let lowest = days.iter().map(|(_, balance)| *balance).min().unwrap_or(account.opening);
            let highest = days.iter().map(|(_, balance)| *balance).max().unwrap_or(account.opening);
            let (least, most) = match account.kind {
                Kind::Operating => (-40_000_000, 80_000_000),
                Kind::Reserve => (0, 250_000_000),
                Kind::Card => (-6_000_000, 100_000),
                Kind::Foreign => (-10_000_000, 25_000_000),
                Kind::Loan => (-60_000_000, 1),
                Kind::Former => (0, 2_000_000),
            };
            assert!(least <= lowest && highest <= most, "{:?}: {lowest} to {highest}", account.kind);
        }
    }
}

#[test]
fn a_clock_a_thousand_years_ahead_does_not_cost_a_thousand_years() {
    let books = Books::new("1 acme bank", SINCE, SINCE + 1_000 * 365 * DAY);
    let last = books.entries.iter().map(|entry| entry.begins).max().expect("entries");
    assert!(last < SINCE + 31 * 365 * DAY);
    assert!(books.last_day < SINCE / DAY + 31 * 365, "nor a row for each day and account");
}

#[test]
fn weekends_are_quieter() {
    let mut days = [0; 7];
    for entry in many().flat_map(|books| books.entries) {
        days[usize::from(Date::of_millis(entry.begins).weekday())] += 1;
    }
    let weekend = days[5] + days[6];
    let week: i32 = days.iter().sum();
    assert!(weekend * 7 < week, "{days:?}");
}

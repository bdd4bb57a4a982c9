//! A company's accounts and everything that happens on them, month by month.

use waycore::wire::Date;

use super::{
    DAY,
    account::Account,
    company::Company,
    entry::Entry,
    month::{Ledger, month},
};
use crate::{dice::Dice, ids::fingerprint};

/// Months of history before the bank became readable.
const MONTHS_BEFORE: i64 = 24;

/// Months after which nothing more happens: a clock that was set a thousand years ahead must not cost a thousand years
/// of bookkeeping. The accounts then keep their balances.
const MONTHS_AFTER: i64 = 30 * 12;

/// Everything until the end of a month.
#[derive(Debug)]
pub(crate) struct Books {
    pub(crate) accounts: Vec<Account>,
    /// In the order of their beginning.
    pub(crate) entries: Vec<Entry>,
    /// The first day of the books, in days since 1970.
    pub(crate) first_day: i64,
    /// The last day of the books; no balance is kept for a later one.
    pub(crate) last_day: i64,
}

impl Books {
    /// The books of a company from 24 months before `since` until at least `until`.
    ///
    /// `who` names the company at its bank: the same name and times give the same books.
    pub(crate) fn new(who: &str, since: i64, until: i64) -> Self {
        let mut dice = Dice::new(fingerprint(who));
        let company = Company::new(&mut dice);
        let first = first_of_month(since, -MONTHS_BEFORE);
        let first_day = first.as_millis() / DAY;
        let accounts = company.accounts(&mut dice, first_day);
        let mut ledger = Ledger::new(accounts);
        let months = months_between(since, until).clamp(0, MONTHS_AFTER);
        for number in 0..=MONTHS_BEFORE + months {
            let begins = first_of_month(since, number - MONTHS_BEFORE);
            let ends = first_of_month(since, number - MONTHS_BEFORE + 1);
            // Each month has chances of its own, so that a longer history does not change an earlier month.
            let mut dice = Dice::new(fingerprint(&format!("{who} {begins}")));
            month(&company, &mut ledger, &mut dice, begins, ends);
        }
        let (accounts, mut entries) = ledger.close();
        entries.sort_by_key(|entry| (entry.begins, entry.account, entry.number));
        let last_day = first_of_month(since, months + 1).as_millis() / DAY - 1;
        Self { accounts, entries, first_day, last_day }
    }
}

/// The first day of the month so many months after the one of `moment`.
fn first_of_month(moment: i64, months: i64) -> Date {
    let (year, month, _) = Date::of_millis(moment).calendar();
    let months = i64::from(year) * 12 + i64::from(month) - 1 + months;
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
    Date::parse(&format!("{year:04}-{month:02}-01")).unwrap_or_else(|_| Date::of_millis(moment))
}

fn months_between(from: i64, to: i64) -> i64 {
    let months = |moment| {
        let (year, month, _) = Date::of_millis(moment).calendar();
        i64::from(year) * 12 + i64::from(month)
    };
    months(to) - months(from)
}

//! Who banks here: size, currency, customers, suppliers.

use waycore::wire::Rail;

use super::account::{Account, Kind};
use crate::dice::Dice;

/// A company as its bank knows it. Its names belong to nobody.
#[derive(Debug)]
pub(crate) struct Company {
    pub(super) home: Home,
    /// How large it is, in per cent of a small one.
    pub(super) size: i64,
    pub(super) customers: Vec<String>,
    pub(super) suppliers: Vec<String>,
    pub(super) foreign: Option<&'static str>,
}

/// How money moves where the company is.
#[derive(Debug, Clone)]
pub(super) struct Home {
    pub(super) currency: &'static str,
    pub(super) transfer: Rail,
    pub(super) debit: Rail,
    /// The tax that is paid each quarter.
    pub(super) sales_tax: &'static str,
}

const FIRST: [&str; 24] = [
    "Alderbrook",
    "Birchmoor",
    "Calderstone",
    "Dunhollow",
    "Elmsworth",
    "Fenwater",
    "Glenharrow",
    "Hazelmere",
    "Ivystone",
    "Juniper Row",
    "Kestrelgate",
    "Larkfield",
    "Mossbank",
    "Northquay",
    "Oakhampton",
    "Pinewick",
    "Quarrydale",
    "Rowanfold",
    "Saltmarsh",
    "Thornbury Lane",
    "Underwell",
    "Violetcross",
    "Willowby",
    "Yarrowfield",
];
const LAST: [&str; 12] = [
    "Logistics",
    "Foods",
    "Interiors",
    "Engineering",
    "Print Works",
    "Textiles",
    "Packaging",
    "Consulting",
    "Instruments",
    "Furniture",
    "Outfitters",
    "Components",
];

impl Company {
    pub(super) fn new(dice: &mut Dice) -> Self {
        let home = match dice.below(3) {
            0 => Home { currency: "GBP", transfer: Rail::FasterPayments, debit: Rail::Ach, sales_tax: "VAT" },
            1 => {
                Home { currency: "EUR", transfer: Rail::SepaCredit, debit: Rail::SepaDebit, sales_tax: "VAT" }
            }
            _ => Home { currency: "USD", transfer: Rail::Ach, debit: Rail::Ach, sales_tax: "SALES TAX" },
        };
        let foreign = if home.currency == "USD" { "EUR" } else { "USD" };
        let foreign = (dice.below(3) > 0).then_some(foreign);
        let size = dice.between(60, 400);
        Self { home, size, customers: names(dice, 14), suppliers: names(dice, 10), foreign }
    }

    /// The accounts, always in the same order of kinds; `first_day` is the first of its books.
    pub(super) fn accounts(&self, dice: &mut Dice, first_day: i64) -> Vec<Account> {
        let home = self.home.currency;
        let mut number = || dice.between(10_000_000, 99_999_999) as u64;
        let account = |kind, name, official_name, currency, number, opening| Account {
            kind,
            name,
            official_name,
            currency,
            number,
            opening,
            closed_from: None,
        };
        let mut accounts = vec![
            account(Kind::Operating, "Operating", "Business Current Account", home, number(), 4_000_000),
            account(Kind::Reserve, "Reserve", "Instant Access Savings", home, number(), 6_000_000),
            account(Kind::Card, "Company card", "Business Charge Card", home, number(), 0),
        ];
        accounts.extend(self.foreign.map(|currency| {
            account(Kind::Foreign, "Foreign currency", "Currency Account", currency, number(), 1_500_000)
        }));
        let (loan, former) = (number(), number());
        if dice.below(2) == 0 {
            accounts.push(account(Kind::Loan, "Equipment loan", "Term Loan", home, loan, -12_000_000));
        }
        if dice.below(2) == 0 {
            // A little more than a year before the bank became readable.
            let closed_from = Some(first_day + dice.between(250, 330));
            let former = account(Kind::Former, "Former operating", "Business Account", home, former, 250_000);
            accounts.push(Account { closed_from, ..former });
        }
        for account in &mut accounts {
            account.opening = account.opening * self.size / 100;
        }
        accounts
    }

    /// An amount of a small company, in hundredths, at this one's size.
    pub(super) fn scaled(&self, dice: &mut Dice, least: i64, most: i64) -> i64 {
        dice.between(least * 100, most * 100) * self.size / 100
    }
}

fn names(dice: &mut Dice, count: usize) -> Vec<String> {
    (0..count).map(|_| format!("{} {}", dice.pick(&FIRST), dice.pick(&LAST))).collect()
}

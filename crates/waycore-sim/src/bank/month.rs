//! A month in the life of a company: who pays it, whom it pays, and how it keeps its accounts in order.

use waycore::wire::{Date, Rail};

use super::{
    DAY,
    account::{Account, Kind},
    company::Company,
    entry::{End, Entry, Text},
};
use crate::dice::Dice;

/// What an operating account is brought to at a month's end, in hundredths for a small company.
const TARGET: i64 = 4_000_000;

/// Savings beyond this are paid out to the owners each April.
const RESERVE: i64 = 9_000_000;

/// A merchant that a company card is used at: name, category code, category, subcategory, least and highest price.
type Merchant = (&'static str, &'static str, &'static str, &'static str, i64, i64);

const MERCHANTS: [Merchant; 9] = [
    ("Copperkettle Coffee", "5814", "travel", "meals", 4, 38),
    ("Halloway Trains", "4112", "travel", "rail", 18, 190),
    ("Harbourlight Hotels", "7011", "travel", "lodging", 95, 420),
    ("Penwright Stationers", "5943", "office", "supplies", 9, 160),
    ("Cloudferry Hosting", "7372", "software", "hosting", 29, 310),
    ("Marlow & Finch Tools", "5251", "office", "equipment", 15, 280),
    ("Greenlane Fuel", "5541", "vehicles", "fuel", 35, 110),
    ("Tidewater Parking", "7523", "vehicles", "parking", 3, 24),
    ("Quillmark Software", "5734", "software", "subscriptions", 12, 96),
];

/// The accounts with their running balances, while the months are written.
pub(super) struct Ledger {
    accounts: Vec<Account>,
    balances: Vec<i64>,
    numbers: Vec<u64>,
    entries: Vec<Entry>,
}

impl Ledger {
    pub(super) fn new(accounts: Vec<Account>) -> Self {
        let balances = accounts.iter().map(|account| account.opening).collect();
        Self { numbers: vec![0; accounts.len()], balances, accounts, entries: Vec::new() }
    }

    pub(super) fn close(self) -> (Vec<Account>, Vec<Entry>) {
        (self.accounts, self.entries)
    }

    fn find(&self, kind: Kind) -> Option<usize> {
        self.accounts.iter().position(|account| account.kind == kind)
    }

    fn balance(&self, kind: Kind) -> i64 {
        self.find(kind).and_then(|place| self.balances.get(place)).copied().unwrap_or_default()
    }

    /// Enters a movement; one without an account of that kind is none.
    fn enter(&mut self, kind: Kind, amount: i64, begins: i64, ends: End, text: Text) {
        let Some(account) = self.find(kind) else { return };
        let (Some(balance), Some(number)) = (self.balances.get_mut(account), self.numbers.get_mut(account))
        else {
            return;
        };
        if matches!(ends, End::Posted(_)) {
            *balance += amount;
        }
        *number += 1;
        self.entries.push(Entry { number: *number, account, amount, begins, ends, text });
    }

    /// A movement that the bank shows in the morning and posts at noon.
    fn post(&mut self, kind: Kind, amount: i64, day: i64, text: Text) {
        let minute = (self.entries.len() as i64 * 7) % 180 * 60_000;
        let begins = day * DAY + 6 * 3_600_000 + minute;
        self.enter(kind, amount, begins, End::Posted(begins + 4 * 3_600_000), text);
    }

    /// Money that goes from one account of the company to another, on the same day.
    fn transfer(&mut self, from: Kind, to: Kind, amount: i64, day: i64, what: &str) {
        let number = |ledger: &Self, kind| {
            let account = ledger.find(kind).and_then(|place| ledger.accounts.get(place));
            account.map(|account| masked(account.number))
        };
        let text = |counterparty_number| Text {
            description: what.to_owned(),
            rail: Some(Rail::InternalTransfer),
            counterparty: Some("Own account".to_owned()),
            counterparty_number,
            category: Some("transfer"),
            subcategory: Some("own accounts"),
            ..Text::default()
        };
        let (giver, taker) = (number(self, from), number(self, to));
        if amount > 0 && giver.is_some() && taker.is_some() {
            self.post(from, -amount, day, text(taker));
            self.post(to, amount, day, text(giver));
        }
    }
}

/// The last four digits of an account's number.
pub(super) fn masked(number: u64) -> String {
    format!("****{:04}", number % 10_000)
}

/// Writes one month into the ledger; `begins` and `ends` are firsts of months.
pub(super) fn month(company: &Company, ledger: &mut Ledger, dice: &mut Dice, begins: Date, ends: Date) {
    let (first, last) = (begins.as_millis() / DAY, ends.as_millis() / DAY - 1);
    let (_, month, _) = begins.calendar();
    let costs = outgoings(company, ledger, dice, first, last, month);
    incomings(company, ledger, dice, first, last, costs);
    card(company, ledger, dice, first, last);
    foreign(company, ledger, dice, first, last);
    repay(company, ledger, first);
    former(ledger, first, last);
    settle(company, ledger, dice, last, month);
}

/// Rent, people, suppliers, taxes. Gives what they cost.
fn outgoings(
    company: &Company,
    ledger: &mut Ledger,
    dice: &mut Dice,
    first: i64,
    last: i64,
    month: u8,
) -> i64 {
    let before = ledger.balance(Kind::Operating);
    let size = company.size;
    let debit = |description: &str, counterparty: &str, category, subcategory| Text {
        description: description.to_owned(),
        rail: Some(company.home.debit.clone()),
        counterparty: Some(counterparty.to_owned()),
        category: Some(category),
        subcategory: Some(subcategory),
        bai_code: Some("455"),
        ..Text::default()
    };
    let rent = debit("RENT", "Stonebridge Estates", "premises", "rent");
    ledger.post(Kind::Operating, -2_400 * size, working_day(first), rent);
    let power = debit("ELECTRICITY", "Brightvale Energy", "premises", "utilities");
    ledger.post(Kind::Operating, -dice.between(180, 420) * size, working_day(first + 11), power);
    let line = debit("INTERNET AND PHONE", "Signalhouse Telecom", "office", "communication");
    ledger.post(Kind::Operating, -95 * size, working_day(first + 13), line);
    let payroll = Text {
        description: "SALARIES".to_owned(),
        rail: Some(company.home.transfer.clone()),
        reference: Some(format!("PAYROLL {month:02}")),
        category: Some("people"),
        subcategory: Some("salaries"),
        bai_code: Some("475"),
        ..Text::default()
    };
    ledger.post(
        Kind::Operating,
        -dice.between(19_000, 20_500) * size,
        day_before_weekend(first + 24),
        payroll,
    );
    let tax = debit("PAYROLL TAX", "Revenue Office", "tax", "payroll");
    ledger.post(Kind::Operating, -dice.between(6_000, 6_600) * size, working_day(first + 9), tax);
    for _ in 0..dice.between(6, 11) {
        let supplier = name(dice, &company.suppliers);
        let bill = dice.between(10_000, 99_999);
        let text = Text {
            description: format!("PAYMENT {}", supplier.to_uppercase()),
            rail: Some(company.home.transfer.clone()),
            counterparty_number: Some(masked(bill as u64)),
            reference: Some(format!("BILL {bill}")),
            counterparty: Some(supplier),
            category: Some("suppliers"),
            subcategory: Some("goods"),
            ..Text::default()
        };
        let (amount, day) = (company.scaled(dice, 180, 3_900), any_day(dice, first, last));
        ledger.post(Kind::Operating, -amount, working_day(day), text);
    }
    if month % 3 == 1 {
        let text = debit(&format!("{} RETURN", company.home.sales_tax), "Revenue Office", "tax", "sales");
        ledger.post(Kind::Operating, -dice.between(7_000, 9_500) * size, working_day(first + 6), text);
    }
    let fee = Text {
        description: "ACCOUNT FEE".to_owned(),
        category: Some("bank"),
        subcategory: Some("fees"),
        bai_code: Some("698"),
        ..Text::default()
    };
    ledger.post(Kind::Operating, -2_450, day_before_weekend(last), fee);
    before - ledger.balance(Kind::Operating)
}

/// Invoices that customers pay, and what the card terminal took. Together a little more than the costs.
fn incomings(company: &Company, ledger: &mut Ledger, dice: &mut Dice, first: i64, last: i64, costs: i64) {
    let revenue = costs * dice.between(98, 116) / 100;
    let mut invoices = revenue * 7 / 10;
    while invoices > 0 {
        let amount = company.scaled(dice, 600, 7_800).min(invoices);
        invoices -= amount;
        let customer = name(dice, &company.customers);
        let invoice = dice.between(1_000, 9_999);
        let text = Text {
            description: format!("{} INV-{invoice}", customer.to_uppercase()),
            rail: Some(company.home.transfer.clone()),
            counterparty_number: Some(masked(invoice as u64 * 7)),
            reference: (dice.below(8) > 0).then(|| format!("INV-{invoice}")),
            counterparty: Some(customer),
            category: Some("income"),
            subcategory: Some("invoices"),
            bai_code: Some("142"),
            ..Text::default()
        };
        let day = any_day(dice, first, last);
        ledger.post(Kind::Operating, amount, working_day(day), text);
    }
    for week in 0..4 {
        let text = Text {
            description: "CARD TERMINAL SETTLEMENT".to_owned(),
            rail: Some(Rail::Ach),
            counterparty: Some("Tillstone Payments".to_owned()),
            category: Some("income"),
            subcategory: Some("card sales"),
            ..Text::default()
        };
        let amount = revenue * 3 / 40 * dice.between(80, 120) / 100;
        ledger.post(Kind::Operating, amount, working_day(first + week * 7 + 4), text);
    }
}

/// Purchases, of which some reservations are never taken; last month's are paid on the fifth.
fn card(company: &Company, ledger: &mut Ledger, dice: &mut Dice, first: i64, last: i64) {
    let owed = -ledger.balance(Kind::Card);
    ledger.transfer(Kind::Operating, Kind::Card, owed, working_day(first + 4), "CARD PAYMENT");
    for _ in 0..dice.between(14, 30) {
        let place = dice.below(MERCHANTS.len());
        let Some((merchant, mcc, category, subcategory, least, most)) = MERCHANTS.get(place).copied() else {
            continue;
        };
        let amount = company.scaled(dice, least, most) / 2 + least * 50;
        let day = any_day(dice, first, last);
        let begins = day * DAY + dice.between(7 * 60, 21 * 60) * 60_000;
        let ends = match dice.below(40) {
            0 => End::FellAway(begins + 5 * DAY),
            _ => End::Posted((day + dice.between(1, 3)) * DAY + 3 * 3_600_000),
        };
        let text = Text {
            description: merchant.to_owned(),
            rail: Some(Rail::Card),
            counterparty: Some(merchant.to_owned()),
            merchant: Some(merchant),
            mcc: Some(mcc),
            category: Some(category),
            subcategory: Some(subcategory),
            ..Text::default()
        };
        ledger.enter(Kind::Card, -amount, begins, ends, text);
    }
}

/// A few payments from abroad and to it; what is left over is changed into the company's own currency.
fn foreign(company: &Company, ledger: &mut Ledger, dice: &mut Dice, first: i64, last: i64) {
    if company.foreign.is_none() {
        return;
    }
    let base = 1_500_000 * company.size / 100;
    for incoming in [true, true, true, false, false] {
        let partner = name(dice, if incoming { &company.customers } else { &company.suppliers });
        let amount = company.scaled(dice, 500, 4_000);
        let text = Text {
            description: format!("SWIFT {}", partner.to_uppercase()),
            rail: Some(Rail::Swift),
            counterparty: Some(partner),
            category: Some(if incoming { "income" } else { "suppliers" }),
            subcategory: Some("abroad"),
            ..Text::default()
        };
        let day = working_day(any_day(dice, first, last));
        ledger.post(Kind::Foreign, if incoming { amount } else { -amount }, day, text);
    }
    let left = ledger.balance(Kind::Foreign) - base;
    let exchange = || Text {
        description: "CURRENCY EXCHANGE".to_owned(),
        rail: Some(Rail::InternalTransfer),
        category: Some("transfer"),
        subcategory: Some("exchange"),
        ..Text::default()
    };
    let day = day_before_weekend(last);
    ledger.post(Kind::Foreign, -left, day, exchange());
    ledger.post(Kind::Operating, left * 92 / 100, day, exchange());
}

/// A loan's instalment with its interest, until it is paid off.
fn repay(company: &Company, ledger: &mut Ledger, first: i64) {
    let owed = -ledger.balance(Kind::Loan);
    if owed <= 0 {
        return;
    }
    let interest = owed * 6 / 1_200;
    let text = Text {
        description: "LOAN INTEREST".to_owned(),
        category: Some("bank"),
        subcategory: Some("interest"),
        ..Text::default()
    };
    let day = working_day(first + 14);
    ledger.post(Kind::Loan, -interest, day, text);
    let instalment = (2_500 * company.size).min(owed + interest);
    ledger.transfer(Kind::Operating, Kind::Loan, instalment, day, "LOAN INSTALMENT");
}

/// An account that is being given up: it is emptied on its last day.
fn former(ledger: &mut Ledger, first: i64, last: i64) {
    let account = ledger.find(Kind::Former).and_then(|place| ledger.accounts.get(place));
    let Some(closed_from) = account.and_then(|account| account.closed_from) else { return };
    let left = ledger.balance(Kind::Former);
    if (first..=last).contains(&(closed_from - 1)) {
        ledger.transfer(Kind::Former, Kind::Operating, left, closed_from - 1, "CLOSING BALANCE");
    }
}

/// Interest, and the operating account brought back to its target: the rest is saved, a lack is taken from savings or
/// put in by the owners.
fn settle(company: &Company, ledger: &mut Ledger, dice: &mut Dice, last: i64, month: u8) {
    let day = day_before_weekend(last);
    let savings = ledger.balance(Kind::Reserve);
    let interest = Text {
        description: "CREDIT INTEREST".to_owned(),
        category: Some("bank"),
        subcategory: Some("interest"),
        bai_code: Some("354"),
        ..Text::default()
    };
    ledger.post(Kind::Reserve, savings.max(0) * dice.between(10, 14) / 10_000, day, interest);
    let surplus = ledger.balance(Kind::Operating) - TARGET * company.size / 100;
    if surplus >= 0 {
        ledger.transfer(Kind::Operating, Kind::Reserve, surplus, day, "TO SAVINGS");
    } else {
        let from_savings = (-surplus).min(ledger.balance(Kind::Reserve));
        ledger.transfer(Kind::Reserve, Kind::Operating, from_savings, day, "FROM SAVINGS");
        if -surplus > from_savings {
            let owners = Text {
                description: "SHAREHOLDER CONTRIBUTION".to_owned(),
                rail: Some(Rail::Wire),
                counterparty: Some("Shareholders".to_owned()),
                category: Some("owners"),
                subcategory: Some("contribution"),
                ..Text::default()
            };
            ledger.post(Kind::Operating, -surplus - from_savings, day, owners);
        }
    }
    let beyond = ledger.balance(Kind::Reserve) - RESERVE * company.size / 100;
    if month == 4 && beyond > 0 {
        let dividend = Text {
            description: "DIVIDEND".to_owned(),
            rail: Some(Rail::Wire),
            counterparty: Some("Shareholders".to_owned()),
            category: Some("owners"),
            subcategory: Some("dividend"),
            ..Text::default()
        };
        ledger.post(Kind::Reserve, -beyond, day, dividend);
    }
}

fn name(dice: &mut Dice, names: &[String]) -> String {
    names.get(dice.below(names.len())).cloned().unwrap_or_default()
}

/// A day of the month; two in three that fall on a weekend are moved into the week after, so weekends are quieter.
fn any_day(dice: &mut Dice, first: i64, last: i64) -> i64 {
    let day = dice.between(first, last);
    if dice.below(3) > 0 { working_day(day).min(last) } else { day }
}

/// 0 for Monday to 6 for Sunday: 1970-01-01 was a Thursday.
fn weekday(day: i64) -> i64 {
    (day + 3).rem_euclid(7)
}

/// This day, or the Monday after it.
fn working_day(day: i64) -> i64 {
    match weekday(day) {
        5 => day + 2,
        6 => day + 1,
        _ => day,
    }
}

/// This day, or the Friday before it.
fn day_before_weekend(day: i64) -> i64 {
    match weekday(day) {
        5 => day - 1,
        6 => day - 2,
        _ => day,
    }
}

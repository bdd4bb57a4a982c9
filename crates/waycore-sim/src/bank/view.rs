//! What a connection shows of a company's books: everything that was there when its last sync ended.

use std::{collections::BTreeMap, sync::Arc};

use waycore::wire::{
    self, AccountStatus, BalanceSource, Date, DateTime, Decimal, EntryType, Metadata, RemovedTransaction,
    Transaction, TransactionStatus,
};

use super::{
    DAY,
    account::{Account, Kind},
    books::Books,
    entry::Entry,
    id::Id,
    month::masked,
};
use crate::world::{connection::Connection, lifecycle::Data};

/// Balances that are younger than this are the bank's own; older ones are worked out.
const BANK_PROVIDED: i64 = 90;

/// A connection's data at a moment.
pub(crate) struct View<'a> {
    pub(super) connection: &'a Connection,
    pub(super) books: Arc<Books>,
    pub(super) data: Data,
}

impl<'a> View<'a> {
    pub(crate) fn connection(&self) -> &'a Connection {
        self.connection
    }

    /// The end of the last sync.
    pub(crate) fn until(&self) -> i64 {
        self.data.until
    }

    /// The entries that can be seen, pending ones included.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.books.entries.iter().filter(|entry| entry.is_shown(self.data.until))
    }

    /// Everything that was ever written, whether it can be seen or not.
    pub(crate) fn all_entries(&self) -> &[Entry] {
        &self.books.entries
    }

    pub(crate) fn account_ids(&self) -> Vec<String> {
        (0..self.books.accounts.len())
            .map(|place| Id::account(&self.connection.id, place).to_string())
            .collect()
    }

    pub(crate) fn transaction_id(&self, entry: &Entry) -> Id {
        Id::transaction(&self.connection.id, entry.account, entry.number)
    }

    /// The entry with this id, if it is one of this connection's that can be seen.
    pub(crate) fn entry(&self, id: &str) -> Option<&Entry> {
        let (account, number) = Id::parse_transaction(&self.connection.id, id)?;
        self.entries().find(|entry| entry.account == account && entry.number == number)
    }

    pub(crate) fn accounts(&self) -> Vec<wire::Account> {
        self.books.accounts.iter().enumerate().map(|(place, account)| self.account(place, account)).collect()
    }

    fn account(&self, place: usize, account: &Account) -> wire::Account {
        let (mut posted, mut pending) = (account.opening, 0);
        for entry in self.entries().filter(|entry| entry.account == place) {
            let sum = if entry.is_posted(self.data.until) { &mut posted } else { &mut pending };
            *sum += entry.amount;
        }
        let is_closed = account.closed_from.is_some_and(|day| day * DAY <= self.data.until);
        let until = DateTime::from_millis(self.data.until);
        let takes_payments = account.takes_payments();
        let us = account.currency == "USD";
        let bic = if us { "SIMUUS33XXX" } else { "SIMUGB2LXXX" };
        wire::Account {
            id: Id::account(&self.connection.id, place).to_string(),
            connection_id: self.connection.id.clone(),
            account_type: account.account_type(),
            currency: account.currency.to_owned(),
            name: account.name.to_owned(),
            status: if is_closed { AccountStatus::Closed } else { AccountStatus::Open },
            created_at: DateTime::from_millis(self.connection.created_at),
            updated_at: until.clone(),
            official_name: Some(account.official_name.to_owned()),
            masked_number: Some(masked(account.number)),
            account_number: takes_payments.then(|| account.number.to_string()),
            routing_number: (takes_payments && us).then(|| "000000000".to_owned()),
            swift_bic: takes_payments.then(|| bic.to_owned()),
            current_balance: Some(Decimal::from_hundredths(posted)),
            available_balance: match account.kind {
                Kind::Loan => None,
                _ => Some(Decimal::from_hundredths(posted + pending)),
            },
            balance_as_of: Some(until),
            metadata: Metadata::new(),
        }
    }

    pub(crate) fn transaction(&self, entry: &Entry) -> Transaction {
        self.transaction_as_of(entry, self.data.until)
    }

    /// The transaction as a bank that is read at this moment shows it.
    pub(crate) fn transaction_as_of(&self, entry: &Entry, moment: i64) -> Transaction {
        let posted_at = entry.posted_at().filter(|at| *at <= moment);
        let currency = self.books.accounts.get(entry.account).map_or("EUR", |account| account.currency);
        let text = &entry.text;
        let reference = text.reference.as_deref().unwrap_or_default();
        let raw = format!("{}  {reference}", text.description.to_uppercase());
        Transaction {
            id: self.transaction_id(entry).to_string(),
            connection_id: self.connection.id.clone(),
            account_id: Id::account(&self.connection.id, entry.account).to_string(),
            status: if posted_at.is_some() { TransactionStatus::Posted } else { TransactionStatus::Pending },
            posted_date: posted_at.map(Date::of_millis),
            updated_at: DateTime::from_millis(posted_at.unwrap_or(entry.begins)),
            amount: Decimal::from_hundredths(entry.amount),
            currency: currency.to_owned(),
            entry_type: if entry.amount < 0 { EntryType::Debit } else { EntryType::Credit },
            description: Some(text.description.clone()),
            rail: text.rail.clone(),
            raw_description: Some(raw.trim_end().to_owned()),
            customer_reference: text.reference.clone(),
            payment_reference: None,
            bank_reference: posted_at.map(|at| format!("{:06}{:06}", at / DAY, entry.number)),
            bai_code: text.bai_code.map(str::to_owned),
            category: text.category.map(str::to_owned),
            subcategory: text.subcategory.map(str::to_owned),
            mcc: text.mcc.map(str::to_owned),
            merchant_name: text.merchant.map(str::to_owned),
            counterparty_name: text.counterparty.clone(),
            counterparty_account_masked: text.counterparty_number.clone(),
        }
    }

    pub(crate) fn removed(&self, entry: &Entry) -> RemovedTransaction {
        RemovedTransaction {
            id: self.transaction_id(entry).to_string(),
            connection_id: Some(self.connection.id.clone()),
            account_id: Some(Id::account(&self.connection.id, entry.account).to_string()),
        }
    }

    /// A row for each account and each day that is known, in no particular order.
    pub(crate) fn balances(&self) -> Vec<wire::Balance> {
        let last_day = (self.data.until / DAY).min(self.books.last_day);
        let mut rows = Vec::new();
        for (place, account) in self.books.accounts.iter().enumerate() {
            let mut deltas: BTreeMap<i64, i64> = BTreeMap::new();
            let posted =
                self.entries().filter(|entry| entry.account == place && entry.is_posted(self.data.until));
            for entry in posted {
                *deltas.entry(entry.ends_at() / DAY).or_default() += entry.amount;
            }
            let mut ledger = account.opening;
            let ends = account.closed_from.map_or(last_day, |closed| last_day.min(closed));
            for day in self.books.first_day..=ends {
                let delta = deltas.get(&day).copied().unwrap_or_default();
                ledger += delta;
                rows.push(self.balance(place, day, ledger, delta));
            }
        }
        rows
    }

    fn balance(&self, place: usize, day: i64, ledger: i64, delta: i64) -> wire::Balance {
        let is_recent = day > self.data.until / DAY - BANK_PROVIDED;
        wire::Balance {
            date: Date::of_millis(day * DAY),
            account_id: Id::account(&self.connection.id, place).to_string(),
            connection_id: self.connection.id.clone(),
            entity_id: self.connection.entity_id.clone(),
            ledger_balance: Some(Decimal::from_hundredths(ledger)),
            posted_transaction_delta: Some(Decimal::from_hundredths(delta)),
            source: Some(if is_recent { BalanceSource::BankProvided } else { BalanceSource::Derived }),
            updated_at: Some(DateTime::from_millis(self.data.until)),
        }
    }
}

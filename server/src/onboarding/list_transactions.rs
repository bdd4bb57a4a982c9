//! What moved on the accounts behind a connection, filtered.
//!
//! Waycore filters by account and day. It does not search texts, so that is done here, over a bounded number of its pages.
//! Its cursor goes to the browser sealed, and opens for the same customer, connection and filter alone.

use std::collections::HashSet;
use std::time::Duration;

use app::backend::{Caller, TransactionQuery};
use app::model::{Transaction, TransactionPage};
use domain::bank_choice::LONGEST_TEXT;
use domain::folding::{fold, fold_at_most};
use domain::ids::{AccountId, ConnectionId};
use domain::visible::trim;
use tokio::time::timeout;
use waycore::client::paging::{self, Listing};
use waycore::wire::{self, Date, TransactionStatus};
use waycore::{Error, ListTransactions};

use super::money::is_of;
use super::own::connection_id;
use super::{UseCases, access};
use crate::failure::{Call, Failure, InvalidInput};

/// A page of ours is full with so many.
pub(super) const ENOUGH: u16 = 50;

/// Rows of a page of Waycore's, where a text is searched for in them, or all are wanted.
pub(super) const MOST: u16 = 500;

/// Pages of Waycore's that are searched for one of ours, and as many again for what is pending.
const PAGES: usize = 20;

/// What is looked for.
pub(super) struct Filter {
    pub(super) account: Option<AccountId>,
    pub(super) from: Option<Date>,
    pub(super) to: Option<Date>,
    /// As names are compared.
    text: Option<String>,
}

/// How far a search for a page of ours has come.
struct Search {
    transactions: Vec<Transaction>,
    /// The ids of those of them that are pending and have no day.
    pending: HashSet<String>,
    /// Waycore's: where to go on.
    cursor: Option<String>,
    /// Pages of Waycore's that were searched, and rows of them that could not be read.
    pages: usize,
    unreadable: usize,
    /// There is nothing more to search, or enough was found.
    ended: bool,
    /// There may be more than was read, and no cursor leads to it: of what is pending, or after a page that does not say
    /// whether it is the last.
    may_be_more: bool,
}

impl Search {
    fn from(cursor: Option<String>) -> Self {
        Self {
            transactions: Vec::new(),
            pending: HashSet::new(),
            cursor,
            pages: 0,
            unreadable: 0,
            ended: false,
            may_be_more: false,
        }
    }
}

impl UseCases {
    pub(super) async fn list_transactions(
        &self,
        caller: &Caller,
        id: &str,
        query: TransactionQuery,
        rows: u16,
    ) -> Result<TransactionPage, Failure> {
        access::may_read(caller)?;
        let id = connection_id(id)?;
        let filter = Filter::read(&query)?;
        let cursor = self.opened(caller, &id, &filter, query.cursor.as_deref())?;
        self.own_connection(caller, &id).await?;
        let page = self.transactions(caller, &id, &filter, cursor, rows).await;
        page.map_err(Failure::of(Call::ListTransactions))
    }

    /// Waycore's cursor out of one of ours.
    pub(super) fn opened(
        &self,
        caller: &Caller,
        id: &ConnectionId,
        filter: &Filter,
        sealed: Option<&str>,
    ) -> Result<Option<String>, InvalidInput> {
        let sealed = sealed.filter(|cursor| !cursor.is_empty());
        let open = |sealed| self.sealer.open(&filter.context(caller, id), sealed).ok_or(InvalidInput::Cursor);
        sealed.map(open).transpose()
    }

    /// A page of ours, of a connection that is the caller's.
    async fn transactions(
        &self,
        caller: &Caller,
        id: &ConnectionId,
        filter: &Filter,
        cursor: Option<String>,
        rows: u16,
    ) -> Result<TransactionPage, Error> {
        let mut search = Search::from(cursor);
        self.search(caller, id, filter, rows, &mut search).await?;
        Ok(self.found(caller, id, filter, search))
    }

    /// The same for somebody who waits no longer than `patience`: what was found until then. `None` if Waycore has not
    /// answered with a single page.
    pub(super) async fn transactions_within(
        &self,
        patience: Duration,
        caller: &Caller,
        id: &ConnectionId,
        filter: &Filter,
        cursor: Option<String>,
    ) -> Result<Option<TransactionPage>, Error> {
        let mut search = Search::from(cursor);
        match timeout(patience, self.search(caller, id, filter, ENOUGH, &mut search)).await {
            Ok(searched) => searched?,
            Err(_) if search.pages == 0 => return Ok(None),
            Err(_) => {}
        }
        Ok(Some(self.found(caller, id, filter, search)))
    }

    /// Searches until a page of ours is full, or so many of Waycore's were searched. Whoever stops it before finds in
    /// `search` what it came to.
    async fn search(
        &self,
        caller: &Caller,
        id: &ConnectionId,
        filter: &Filter,
        rows: u16,
        search: &mut Search,
    ) -> Result<(), Error> {
        if search.cursor.is_none() {
            self.add_pending(caller, id, filter, search).await?;
        }
        while search.pages < PAGES && !search.ended {
            let asked = ListTransactions {
                posted_before: filter.to.map(|day| day.plus_days(1)),
                cursor: search.cursor.clone(),
                limit: Some(if filter.text.is_some() { MOST } else { rows }),
                ..filter.at_waycore(id)
            };
            let page = self.waycore.list_transactions(&asked).await?;
            search.unreadable += page.unreadable.len();
            search.may_be_more |= !page.is_end_known;
            // What was pending a moment ago may have been posted since.
            let fitting = page.data.into_iter().filter(|row| {
                is_of(caller, id, &row.connection_id) && filter.fits(row) && !search.pending.contains(&row.id)
            });
            search.transactions.extend(fitting.map(transaction));
            let next = page.pagination.next_cursor.filter(|_| page.pagination.has_more);
            // One that leads where it came from would never end.
            let leads_back = next.is_some() && next == search.cursor;
            search.may_be_more |= leads_back;
            let next = next.filter(|_| !leads_back);
            search.ended = next.is_none() || search.transactions.len() >= usize::from(rows);
            search.cursor = next;
            search.pages += 1;
        }
        Ok(())
    }

    fn found(&self, caller: &Caller, id: &ConnectionId, filter: &Filter, search: Search) -> TransactionPage {
        let Search { transactions, cursor, unreadable, ended, may_be_more, .. } = search;
        let next_cursor = cursor.and_then(|cursor| self.sealer.seal(&filter.context(caller, id), &cursor));
        TransactionPage { transactions, next_cursor, unreadable, cut: !ended || may_be_more }
    }

    /// What is pending has no day, so that a filter by day would leave it out, though it is the latest there is. What is
    /// pending and has one comes with the days.
    async fn add_pending(
        &self,
        caller: &Caller,
        id: &ConnectionId,
        filter: &Filter,
        search: &mut Search,
    ) -> Result<(), Error> {
        let today = Date::of_millis(self.clock.now().as_millis());
        let is_by_day = filter.from.is_some() || filter.to.is_some();
        if !is_by_day || filter.to.is_some_and(|last| last < today) {
            return Ok(());
        }
        let listing = paging::listing(PAGES, |cursor| {
            let asked = ListTransactions {
                posted_from: None,
                status: Some(TransactionStatus::Pending),
                cursor,
                limit: Some(MOST),
                ..filter.at_waycore(id)
            };
            async move { self.waycore.list_transactions(&asked).await }
        });
        let Listing { rows, unreadable, is_whole } = listing.await?;
        search.unreadable += unreadable.len();
        search.may_be_more |= !is_whole;
        let fitting = rows.into_iter().filter(|row| {
            row.posted_date.is_none() && is_of(caller, id, &row.connection_id) && filter.fits(row)
        });
        search.transactions.extend(fitting.map(transaction));
        search.pending = search.transactions.iter().map(|row| row.id.clone()).collect();
        Ok(())
    }

    /// Everything that was posted on the accounts of a filter since its first day.
    pub(super) async fn moved(
        &self,
        caller: &Caller,
        id: &ConnectionId,
        filter: &Filter,
    ) -> Result<Listing<wire::Transaction>, Error> {
        let listing = paging::listing(PAGES, |cursor| {
            let asked = ListTransactions { cursor, limit: Some(MOST), ..filter.at_waycore(id) };
            async move { self.waycore.list_transactions(&asked).await }
        });
        let mut listing = listing.await?;
        listing.rows.retain(|row| is_of(caller, id, &row.connection_id));
        Ok(listing)
    }
}

impl Filter {
    /// The part of it that Waycore filters by, without the last day.
    fn at_waycore(&self, id: &ConnectionId) -> ListTransactions {
        ListTransactions {
            connection_id: Some(id.clone()),
            account_id: self.account.clone(),
            posted_from: self.from,
            ..ListTransactions::default()
        }
    }

    pub(super) fn read(query: &TransactionQuery) -> Result<Self, InvalidInput> {
        let filled = |field: &Option<String>| {
            field.as_deref().map(trim).filter(|text| !text.is_empty()).map(ToOwned::to_owned)
        };
        let day = |field: &Option<String>, name| {
            filled(field).map(|text| Date::parse(&text).map_err(|_| InvalidInput::Day(name))).transpose()
        };
        let account = filled(&query.account_id).map(AccountId::parse).transpose();
        let account = account.map_err(|_| InvalidInput::Account)?;
        let (from, to) = (day(&query.from, "from")?, day(&query.to, "to")?);
        if from.zip(to).is_some_and(|(from, to)| to < from) {
            return Err(InvalidInput::DaysReversed);
        }
        // What is longer than any field is long fits nothing, and costs what it is long for every row.
        let searched = filled(&query.text).map(|text| fold_at_most(LONGEST_TEXT, &text));
        Ok(Self { account, from, to, text: searched.filter(|text| !text.is_empty()) })
    }

    fn fits(&self, row: &wire::Transaction) -> bool {
        let Some(text) = &self.text else { return true };
        let fields = [
            &row.description,
            &row.raw_description,
            &row.merchant_name,
            &row.counterparty_name,
            &row.bank_reference,
        ];
        let fields = fields.into_iter().flatten().map(String::as_str).chain(row.customers_reference());
        fields.into_iter().any(|field| fold(field).contains(text))
    }

    /// Whose cursor, and for what.
    pub(super) fn context(&self, caller: &Caller, id: &ConnectionId) -> String {
        let day = |day: &Option<Date>| day.map(|day| day.to_string());
        serde_json::json!([
            caller.customer.issuer,
            caller.customer.org,
            id.as_str(),
            self.account.as_ref().map(AccountId::as_str),
            day(&self.from),
            day(&self.to),
            self.text,
        ])
        .to_string()
    }
}

fn transaction(row: wire::Transaction) -> Transaction {
    let customer_reference = row.customers_reference().map(ToOwned::to_owned);
    Transaction {
        id: row.id,
        connection_id: row.connection_id,
        account_id: row.account_id,
        status: row.status.to_string(),
        posted_date: row.posted_date.map(|date| date.to_string()),
        updated_at: row.updated_at.as_str().to_owned(),
        amount: row.amount.to_string(),
        currency: row.currency,
        entry_type: row.entry_type.to_string(),
        description: row.description,
        rail: row.rail.map(|rail| rail.to_string()),
        raw_description: row.raw_description,
        customer_reference,
        bank_reference: row.bank_reference,
        bai_code: row.bai_code,
        category: row.category,
        subcategory: row.subcategory,
        mcc: row.mcc,
        merchant_name: row.merchant_name,
        counterparty_name: row.counterparty_name,
        counterparty_account_masked: row.counterparty_account_masked,
    }
}

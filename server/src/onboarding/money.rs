//! The accounts behind a connection, and what moved on them.
//!
//! The host's key may lack the scopes for them, and the flow works without: those regions then say so. They are kept
//! nowhere here, but for the moment in which many pages want the same.

use std::time::Duration;

use app::backend::{Caller, Money, Region, TransactionQuery};
use app::model;
use domain::ids::ConnectionId;
use tokio::time::timeout;
use waycore::client::paging::{self, Listing};
use waycore::wire::{self, Date};
use waycore::{Error, ListAccounts, ListBalances};

use super::flow::flow;
use super::list_transactions::Filter;
use super::own::connection_id;
use super::port::note_budget_among;
use super::together::Sight;
use super::{UseCases, access};
use crate::failure::{Call, Failure, Missing};
use crate::security_log::SecurityEvent;

/// How long a page waits for a region of it.
const AT_ONCE: Duration = Duration::from_secs(1);

/// How long it waits for what somebody asked for.
const ASKED_FOR: Duration = Duration::from_secs(8);

/// At 500 rows a page: more accounts than anybody has at one bank.
const PAGES: usize = 10;

/// At 500 rows a page: three years of ten accounts.
const BALANCE_PAGES: usize = 22;

impl UseCases {
    pub(super) async fn list_accounts(&self, caller: &Caller, id: &str) -> Result<model::Accounts, Failure> {
        access::may_read(caller)?;
        let id = connection_id(id)?;
        self.own_connection(caller, &id).await?;
        self.accounts(caller, &id).await.map_err(Failure::of(Call::ListAccounts))
    }

    /// Of a connection that is on record as the caller's: what is on record was proved when it was read. Pages that heard
    /// of something are fetched all at once, and share what is read.
    pub(super) async fn look_at_money(
        &self,
        caller: &Caller,
        id: &str,
        query: TransactionQuery,
        after_news: bool,
    ) -> Result<Money, Failure> {
        access::may_read(caller)?;
        let id = connection_id(id)?;
        let record = self.store.connection(self.tenant(caller), &id).await?;
        if record.is_none_or(|record| record.removed_at.is_some()) {
            return Err(Missing::Unknown.into());
        }
        let filter = Filter::read(&query)?;
        let cursor = self.opened(caller, &id, &filter, query.cursor.as_deref())?;
        let asked_for = cursor.is_some() || query.is_asked_for(self.clock.now().as_millis());
        let patience = if asked_for { ASKED_FOR } else { AT_ONCE };
        if !after_news {
            return Ok(self.money(caller, &id, &filter, cursor, patience).await);
        }
        let head = self.head(self.tenant(caller)).await?;
        let sight = Sight { context: filter.context(caller, &id), cursor: cursor.clone(), head };
        Ok(self.together.read(sight, self.money(caller, &id, &filter, cursor, patience)).await)
    }

    async fn money(
        &self,
        caller: &Caller,
        id: &ConnectionId,
        filter: &Filter,
        cursor: Option<String>,
        patience: Duration,
    ) -> Money {
        let first = cursor.is_none();
        let moved = async { if first { Some(self.moved(caller, id, filter).await) } else { None } };
        let daily = async { if first { Some(self.daily_balances(caller, id, filter).await) } else { None } };
        let (accounts, transactions, moved, daily) = tokio::join!(
            timeout(AT_ONCE, self.accounts(caller, id)),
            self.transactions_within(patience, caller, id, filter, cursor),
            timeout(patience, moved),
            timeout(patience, daily),
        );
        let accounts = accounts.ok().transpose();
        let moved = moved.ok().flatten().transpose();
        let daily = daily.ok().flatten().transpose();
        let failed = [
            accounts.as_ref().err(),
            transactions.as_ref().err(),
            moved.as_ref().err(),
            daily.as_ref().err(),
        ];
        note_budget_among(caller, failed.into_iter().flatten());
        let accounts = region(Call::ListAccounts, accounts);
        let transactions = region(Call::ListTransactions, transactions);
        let daily = match region(Call::ListBalances, daily) {
            Region::Here(daily) => Some(daily),
            // Then they are computed.
            _ => None,
        };
        let today = Date::of_millis(self.clock.now().as_millis());
        let flow = match (&accounts, region(Call::ListTransactions, moved)) {
            _ if !first => Region::Here(None),
            // That is said of the accounts.
            (Region::NotGranted, _) => Region::Here(None),
            (Region::Here(accounts), moved) => {
                moved.map(|moved| flow(&accounts.accounts, moved, daily, filter, today))
            }
            (accounts, _) => accounts.clone().map(|_| None),
        };
        Money { accounts, transactions, flow }
    }

    async fn accounts(&self, caller: &Caller, id: &ConnectionId) -> Result<model::Accounts, Error> {
        let listing = paging::listing(PAGES, |cursor| {
            let filter = ListAccounts {
                connection_id: Some(id.clone()),
                cursor,
                limit: Some(500),
                ..ListAccounts::default()
            };
            async move { self.waycore.list_accounts(&filter).await }
        });
        let Listing { rows, unreadable, .. } = listing.await?;
        let accounts =
            rows.into_iter().filter(|row| is_of(caller, id, &row.connection_id)).map(account).collect();
        Ok(model::Accounts { accounts, unreadable: unreadable.len() })
    }

    /// The balances at the end of the days of a filter, as Waycore keeps them.
    async fn daily_balances(
        &self,
        caller: &Caller,
        id: &ConnectionId,
        filter: &Filter,
    ) -> Result<Listing<wire::Balance>, Error> {
        let listing = paging::listing(BALANCE_PAGES, |cursor| {
            let filter = ListBalances {
                connection_id: Some(id.clone()),
                account_id: filter.account.clone(),
                from: filter.from,
                before: filter.to.map(|last| last.plus_days(1)),
                cursor,
                limit: Some(500),
                ..ListBalances::default()
            };
            async move { self.waycore.list_balances(&filter).await }
        });
        let mut listing = listing.await?;
        listing.rows.retain(|row| is_of(caller, id, &row.connection_id));
        Ok(listing)
    }
}

/// Whether a row is of the connection that was asked for. The connection is what says whose it is.
pub(super) fn is_of(caller: &Caller, id: &ConnectionId, row: &str) -> bool {
    let own = row == id.as_str();
    if !own {
        SecurityEvent::new("foreign_row").by(caller).about(id.as_str()).log();
    }
    own
}

/// What was read for a region; `None` if that was not in time.
fn region<T>(call: Call, read: Result<Option<T>, Error>) -> Region<T> {
    match read {
        Ok(Some(read)) => Region::Here(read),
        Ok(None) => Region::Silent,
        Err(Error::Forbidden) => Region::NotGranted,
        Err(error) => {
            tracing::warn!(?call, error = &error as &dyn std::error::Error, "a page goes without a region");
            missing(call, &error)
        }
    }
}

/// Why a region is missing. What was answered is no silence.
fn missing<T>(call: Call, error: &Error) -> Region<T> {
    match error {
        Error::Forbidden => Region::NotGranted,
        Error::Nonsense(_) => Region::Unreadable,
        Error::RateLimited { .. } | Error::OverBudget { .. } => Region::TooMany,
        Error::Unauthorized | Error::NoSuchPath => Region::Misconfigured,
        // Only of transactions is anything asked that a customer chose.
        Error::Invalid | Error::NotFound | Error::Conflict { .. } if call == Call::ListTransactions => {
            Region::Refused
        }
        Error::Invalid | Error::NotFound | Error::Conflict { .. } => Region::Misconfigured,
        Error::Server { .. }
        | Error::Timeout
        | Error::NoAnswer
        | Error::Unreachable(_)
        | Error::CircuitOpen { .. }
        | Error::Unknown(_) => Region::Silent,
    }
}

fn account(row: wire::Account) -> model::Account {
    let text = |value: wire::Decimal| value.to_string();
    model::Account {
        id: row.id,
        connection_id: row.connection_id,
        account_type: row.account_type.to_string(),
        currency: row.currency,
        name: row.name,
        status: row.status.to_string(),
        created_at: row.created_at.as_str().to_owned(),
        updated_at: row.updated_at.as_str().to_owned(),
        official_name: row.official_name,
        masked_number: row.masked_number,
        account_number: row.account_number,
        routing_number: row.routing_number,
        swift_bic: row.swift_bic,
        current_balance: row.current_balance.map(text),
        available_balance: row.available_balance.map(text),
        balance_as_of: row.balance_as_of.map(|at| at.as_str().to_owned()),
    }
}

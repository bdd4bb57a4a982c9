//! What lists can be narrowed by. What is `None` is not sent; `limit` is held to 1..=500 and is 100 at Waycore.

use domain::ids::{AccountId, ConnectionId, EntityId, InstitutionId};

use super::call::Call;
use crate::wire::{AccountStatus, AccountType, ConnectionStatus, Date, Rail, TransactionStatus};

/// Filters of `GET /v1/connections`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListConnections {
    pub entity_id: Option<EntityId>,
    /// An older Waycore may refuse `invalidConfig` here.
    pub status: Option<ConnectionStatus>,
    pub institution_id: Option<InstitutionId>,
    /// The previous page's `nextCursor`; good only for the same filters.
    pub cursor: Option<String>,
    pub limit: Option<u16>,
}

/// Filters of `GET /v1/accounts`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListAccounts {
    pub connection_id: Option<ConnectionId>,
    pub account_type: Option<AccountType>,
    /// Such as `EUR`.
    pub currency: Option<String>,
    pub status: Option<AccountStatus>,
    pub cursor: Option<String>,
    pub limit: Option<u16>,
}

/// Filters of `GET /v1/balances`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListBalances {
    pub entity_id: Option<EntityId>,
    pub connection_id: Option<ConnectionId>,
    pub account_id: Option<AccountId>,
    /// The first day.
    pub from: Option<Date>,
    /// The day after the last one.
    pub before: Option<Date>,
    pub cursor: Option<String>,
    pub limit: Option<u16>,
}

/// Filters and order of `GET /v1/transactions`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListTransactions {
    pub connection_id: Option<ConnectionId>,
    pub account_id: Option<AccountId>,
    pub status: Option<TransactionStatus>,
    pub rail: Option<Rail>,
    /// Posted on this day or later.
    pub posted_from: Option<Date>,
    /// Posted before this day.
    pub posted_before: Option<Date>,
    pub sort: TransactionSort,
    /// Good only for the same filters and order, and not for the stream.
    pub cursor: Option<String>,
    pub limit: Option<u16>,
}

/// The order of transactions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TransactionSort {
    /// The latest first; Waycore's own order.
    #[default]
    LatestPosted,
    EarliestPosted,
    LatestUpdated,
    EarliestUpdated,
}

/// Where to go on in the stream of transactions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SyncTransactions {
    pub connection_id: Option<ConnectionId>,
    pub account_id: Option<AccountId>,
    /// The cursor of the last batch that was kept; without one the stream begins now.
    pub cursor: Option<String>,
}

impl ListConnections {
    pub(super) fn call(&self) -> Call {
        Call::read("list_connections", &["connections"])
            .with("entityId", self.entity_id.as_ref())
            .with("status", self.status.as_ref())
            .with("institutionId", self.institution_id.as_ref())
            .with("cursor", self.cursor.as_ref())
            .limit(self.limit)
    }
}

impl ListAccounts {
    pub(super) fn call(&self) -> Call {
        Call::read("list_accounts", &["accounts"])
            .with("connectionId", self.connection_id.as_ref())
            .with("type", self.account_type.as_ref())
            .with("currency", self.currency.as_ref())
            .with("status", self.status.as_ref())
            .with("cursor", self.cursor.as_ref())
            .limit(self.limit)
    }
}

impl ListBalances {
    pub(super) fn call(&self) -> Call {
        Call::read("list_balances", &["balances"])
            .with("entityId", self.entity_id.as_ref())
            .with("connectionId", self.connection_id.as_ref())
            .with("accountId", self.account_id.as_ref())
            .with("dateGte", self.from)
            .with("dateLt", self.before)
            .with("cursor", self.cursor.as_ref())
            .limit(self.limit)
    }
}

impl ListTransactions {
    pub(super) fn call(&self) -> Call {
        Call::read("list_transactions", &["transactions"])
            .with("connectionId", self.connection_id.as_ref())
            .with("accountId", self.account_id.as_ref())
            .with("status", self.status.as_ref())
            .with("rail", self.rail.as_ref())
            .with("postedDateGte", self.posted_from)
            .with("postedDateLt", self.posted_before)
            .with("sort", self.sort.on_wire())
            .with("cursor", self.cursor.as_ref())
            .limit(self.limit)
    }
}

impl TransactionSort {
    /// Waycore's own order need not be asked for.
    fn on_wire(self) -> Option<&'static str> {
        match self {
            Self::LatestPosted => None,
            Self::EarliestPosted => Some("postedDate"),
            Self::LatestUpdated => Some("-updatedAt"),
            Self::EarliestUpdated => Some("updatedAt"),
        }
    }
}

impl SyncTransactions {
    pub(super) fn call(&self) -> Call {
        Call::read("sync_transactions", &["transactions", "sync"])
            .with("connectionId", self.connection_id.as_ref())
            .with("accountId", self.account_id.as_ref())
            .with("cursor", self.cursor.as_ref())
    }
}

//! The bodies of Waycore's public API, one file per resource.
//!
//! Only this module knows Waycore's field names. It reads generously (a field that the documents call
//! optional may be `null`, missing or of another type, an unknown field is ignored, an unknown enum value is kept as
//! text, an odd row of a list costs that row alone) and writes what the newest documents show, so the same types serve
//! the client and the simulator.

mod account;
mod balance;
mod connection;
mod connection_create;
mod credentials;
mod date;
mod date_time;
mod decimal;
mod entity;
mod institution;
mod lenient;
mod open_enum;
#[cfg(feature = "openapi")]
mod openapi;
mod page;
mod setup;
mod to_domain;
mod transaction;
mod transactions_sync;
mod webhook;
mod webhook_event;

pub use account::{Account, AccountStatus, AccountType};
pub use balance::{Balance, BalanceSource};
pub use connection::{
    Connection, ConnectionStatus, OtherConnection, ReadyConnection, SetupConnection, SyncStatus,
};
pub use connection_create::ConnectionCreate;
pub use credentials::Credentials;
pub use date::{Date, NotDate};
pub use date_time::{DateTime, NotRfc3339};
pub use decimal::{Decimal, NotDecimal};
pub use entity::{Entity, EntityCreate, EntityUpdate};
pub use institution::Institution;
pub use lenient::UnreadableRow;
#[cfg(feature = "client")]
pub(crate) use lenient::cause_of;
pub use page::{Meta, Page, Pagination};
pub use setup::{ActionRequiredBy, Instructions, NextAction, ProvisioningStatus, Setup, SetupStatus};
pub use to_domain::UnusableId;
pub use transaction::{EntryType, Rail, Transaction, TransactionStatus};
pub use transactions_sync::{RemovedTransaction, TransactionChange, TransactionEvent, TransactionsSync};
pub use webhook::{EventType, Webhook, WebhookCreate, WebhookCreated, WebhookUpdate};
pub use webhook_event::WebhookEvent;

/// An opaque object of the integrator's (`metadata`); Waycore returns it and never reads it.
pub type Metadata = serde_json::Map<String, serde_json::Value>;

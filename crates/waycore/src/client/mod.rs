//! The HTTP client: one method per documented call, one error per documented status.
//!
//! Code that needs Waycore takes an `Arc<dyn Waycore>`; [`Client`] is the implementation that speaks HTTP. Every call goes
//! through one line (`line`), which holds it to the time limits and its customer's share of the key, tries it again where
//! that can do no harm and Waycore has not asked to wait, and keeps quiet for a while when nearly everything fails.

mod base_url;
mod body;
mod call;
mod customer;
mod error;
mod failed;
mod http;
mod key_expiry;
mod line;
pub mod paging;
mod queries;
mod retry_after;
mod said;
mod scopes;
pub mod seams;
mod steady;
mod time_limits;
mod unreadable;
mod waycore;

pub use base_url::{BaseUrl, BaseUrlError};
pub use customer::{Customer, Payer, on_behalf_of};
pub use error::{BuildError, Error, Nonsense, Unclear};
pub use http::Client;
pub use key_expiry::WARNING as KEY_EXPIRY_WARNING;
pub use queries::{
    ListAccounts, ListBalances, ListConnections, ListTransactions, SyncTransactions, TransactionSort,
};
pub use retry_after::RetryAfter;
pub use seams::Seams;
pub use steady::BreakerState;
pub use time_limits::TimeLimits;
pub use waycore::{Created, Waycore};

/// The longest answer that is read: 4 MiB, several times a full page of 500 rows. An answer in gzip is held to it unpacked.
pub const BODY_LIMIT: usize = 4 * 1024 * 1024;

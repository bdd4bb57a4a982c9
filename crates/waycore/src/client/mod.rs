//! The HTTP client: one method per documented call, one error per documented status.
//!
//! Code that needs Waycore takes an `Arc<dyn Waycore>`; [`Client`] is the implementation that speaks HTTP. Every call goes
//! through one line (`line`), which holds it to the time limits, tries it again where that can do no harm and Waycore has
//! not asked to wait, and keeps quiet for a while when nearly everything fails.

mod base_url;
mod call;
mod error;
mod failed;
mod http;
mod line;
pub mod paging;
mod queries;
mod retry_after;
mod said;
pub mod seams;
mod steady;
mod time_limits;
mod waycore;

pub use base_url::{BaseUrl, BaseUrlError};
pub use error::{BuildError, Error, Nonsense, Unclear};
pub use http::Client;
pub use queries::{
    ListAccounts, ListBalances, ListConnections, ListTransactions, SyncTransactions, TransactionSort,
};
pub use retry_after::RetryAfter;
pub use seams::Seams;
pub use steady::BreakerState;
pub use time_limits::TimeLimits;
pub use waycore::{Created, Waycore};

/// The longest answer that is read: 1 MiB, several times a full page of 500 connections.
pub const BODY_LIMIT: usize = 1024 * 1024;

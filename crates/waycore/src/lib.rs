//! Waycore's public API as documented: wire types, and the client behind the feature `client`.
//!
//! [`wire`] holds the bodies and [`json`] reads their text; `client` is the only code that sends requests to Waycore; `webhook`
//! checks the signatures of what Waycore sends. Both are held against the documents' example bodies in `fixtures/`.

#[cfg(feature = "client")]
pub mod client;
pub mod json;
#[cfg(feature = "webhooks")]
pub mod webhook;
pub mod wire;

#[cfg(feature = "client")]
pub use client::{
    BaseUrl, BreakerState, Client, Created, Error, ListAccounts, ListBalances, ListConnections,
    ListTransactions, RetryAfter, SyncTransactions, TimeLimits, Unclear, Waycore,
};

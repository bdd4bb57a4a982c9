//! What can go wrong with a call (documents: getting-started/bank-onboarding-flow, table of errors).
//!
//! No variant holds a body: the shape of Waycore's error bodies is not documented, and what was sent may be
//! repeated in them. No variant holds the key, a header or a request's address.

use super::RetryAfter;

/// Why a call failed: one variant per documented status, and what is no documented answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The entity, institution, portal address, cursor or credentials were not accepted. 422 is not
    /// documented and read as the same.
    #[error("Waycore refused the request as invalid")]
    Invalid,
    /// The key is missing, wrong or expired: a setting of this server.
    #[error("Waycore did not accept the API key")]
    Unauthorized,
    /// The key lacks a scope: a setting of this server.
    #[error("the API key lacks the scope for this call")]
    Forbidden,
    /// Missing, of another environment, or not visible to the key; Waycore does not tell which.
    #[error("Waycore does not know it")]
    NotFound,
    /// The state does not allow it, or it exists already, possibly in the other environment.
    #[error("the request conflicts with the state at Waycore")]
    Conflict,
    /// Too many requests, or too early.
    #[error("Waycore asks to wait")]
    RateLimited {
        /// For how long, if it says so.
        retry_after: Option<RetryAfter>,
    },
    /// Waycore failed; the status is 500 to 599.
    #[error("Waycore failed with status {0}")]
    Server(u16),
    /// The connection stood and the answer took too long.
    #[error("Waycore did not answer in time")]
    Timeout,
    /// No connection could be made, so nothing was sent. The text says what was tried last.
    #[error("Waycore cannot be reached: {0}")]
    Unreachable(String),
    /// An answer that the documents do not know.
    #[error("Waycore's answer makes no sense: {0}")]
    Nonsense(Nonsense),
}

/// What makes no sense about an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Nonsense {
    #[error("a body that is not the documented JSON")]
    Body,
    #[error("a body of more than {} bytes", super::BODY_LIMIT)]
    TooLarge,
    /// Redirects are never followed: the key would go along.
    #[error("a redirect")]
    Redirect,
    #[error("status {0}")]
    Status(u16),
    #[error("it broke off")]
    BrokenOff,
}

/// Why no client could be built: wrong settings or a broken installation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    #[error("the API key is empty or has characters that a header cannot carry")]
    Key,
    #[error("no secure connections can be made on this machine: {0}")]
    Tls(String),
}

impl Error {
    /// True if the request may have been carried out all the same: whoever creates something has to look
    /// before trying again.
    pub fn may_have_taken_effect(&self) -> bool {
        match self {
            Self::Timeout | Self::Server(_) | Self::Nonsense(_) => true,
            Self::Invalid
            | Self::Unauthorized
            | Self::Forbidden
            | Self::NotFound
            | Self::Conflict
            | Self::RateLimited { .. }
            | Self::Unreachable(_) => false,
        }
    }

    /// What became of a request that has no complete answer.
    pub(super) fn of_transport(error: &reqwest::Error) -> Self {
        if error.is_connect() {
            Self::Unreachable(last_cause(error))
        } else if error.is_timeout() {
            Self::Timeout
        } else {
            Self::Nonsense(Nonsense::BrokenOff)
        }
    }
}

impl BuildError {
    pub(super) fn of_transport(error: &reqwest::Error) -> Self {
        Self::Tls(last_cause(error))
    }
}

/// The innermost cause, the only one that says something ("Connection refused"); the outer ones may name the
/// address with its query.
fn last_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

//! What can go wrong with a call (documents: getting-started/bank-onboarding-flow, table of errors).
//!
//! No variant holds a body: the shape of Waycore's error bodies is not documented, and what was sent may be
//! repeated in them. No variant holds the key, a header or a request's address.

use super::{RetryAfter, seams::SendError};

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
    /// The address itself is unknown there, rather than what was asked for: `WAYCORE_BASE_URL` is probably wrong. It is told
    /// from [`Error::NotFound`] by the answer, or by a call that names nothing that could be missing.
    #[error("there is no such path at Waycore's address")]
    NoSuchPath,
    /// The state does not allow it, or it exists already, possibly in the other environment.
    #[error("the request conflicts with the state at Waycore")]
    Conflict {
        /// For how long, if it says so: a sync in its cooldown may be refused like this.
        retry_after: Option<RetryAfter>,
    },
    /// Too many requests, or too early. Either Waycore just said so, or it did and its time has not come: then
    /// nothing was sent.
    #[error("Waycore asks to wait")]
    RateLimited {
        /// For how long, if it says so.
        retry_after: Option<RetryAfter>,
    },
    /// The customer for whom the call was to be made has used up its share of the key, so nothing was sent.
    #[error("the customer makes too many calls")]
    OverBudget {
        /// When a call may be made again.
        retry_after: RetryAfter,
    },
    /// A read failed: Waycore's status is 500 to 599.
    #[error("Waycore failed with status {status}")]
    Server {
        /// Which.
        status: u16,
        /// How long it asks to wait, if it says so.
        retry_after: Option<RetryAfter>,
    },
    /// A read failed: the connection stood and the answer took too long.
    #[error("Waycore did not answer in time")]
    Timeout,
    /// A read failed: the connection broke before any byte of an answer.
    #[error("the connection to Waycore broke before an answer")]
    NoAnswer,
    /// No connection could be made, so nothing was sent. The text says what was tried last.
    #[error("Waycore cannot be reached: {0}")]
    Unreachable(String),
    /// Nearly every call failed lately, so nothing was sent.
    #[error("Waycore failed too often to be asked again now")]
    CircuitOpen {
        /// When a call may go out again.
        retry_after: RetryAfter,
    },
    /// A write was sent and its outcome is not known: it may have been carried out. The next step is to read.
    #[error("it is not known whether Waycore did it: {0}")]
    Unknown(Unclear),
    /// An answer that the documents do not know.
    #[error("Waycore's answer makes no sense: {0}")]
    Nonsense(Nonsense),
}

impl Error {
    /// One word for it, as metrics count it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::NoSuchPath => "no_such_path",
            Self::Conflict { .. } => "conflict",
            Self::RateLimited { .. } => "rate_limited",
            Self::OverBudget { .. } => "over_budget",
            Self::Server { .. } => "server",
            Self::Timeout => "timeout",
            Self::NoAnswer => "no_answer",
            Self::Unreachable(_) => "unreachable",
            Self::CircuitOpen { .. } => "circuit_open",
            Self::Unknown(_) => "unknown",
            Self::Nonsense(_) => "nonsense",
        }
    }
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
    /// After it had begun.
    #[error("it broke off")]
    BrokenOff,
    /// A list that would never end: see [`super::paging`].
    #[error("a list that does not end: {0}")]
    Endless(super::paging::Endless),
}

/// Why the outcome of a write is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unclear {
    #[error("no answer in time")]
    Timeout,
    /// The connection broke before any byte of an answer. Where a look finds nothing, it may be sent once more.
    #[error("the connection broke before an answer")]
    NoAnswer,
    #[error("status {0}")]
    Server(u16),
    #[error("an answer that makes no sense, {0}")]
    Nonsense(Nonsense),
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
    /// What became of a request that has no answer.
    pub(super) fn of_sending(error: SendError) -> Self {
        match error {
            SendError::NotConnected(why) => Self::Unreachable(why),
            SendError::Timeout => Self::Timeout,
            SendError::Stale | SendError::Broken => Self::NoAnswer,
        }
    }
}

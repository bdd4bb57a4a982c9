//! What went wrong with a try: which error it is, whether another try may follow, and whose fault it was.

use reqwest::StatusCode;

use super::call::Repeat;
use super::steady::Refusal;
use super::{Error, Nonsense, RetryAfter, Unclear, seams::SendError};

/// What went wrong with one try.
pub(super) struct Failed {
    pub(super) error: Error,
    pub(super) retry_after: Option<RetryAfter>,
    /// Whether a reused connection broke before any byte of the answer.
    pub(super) is_stale: bool,
}

impl Failed {
    pub(super) fn of(error: Error) -> Self {
        Self { error, retry_after: None, is_stale: false }
    }

    /// There is no answer.
    pub(super) fn sending(error: SendError) -> Self {
        let is_stale = error == SendError::Stale;
        Self { is_stale, ..Self::of(Error::of_sending(error)) }
    }

    /// The one table of what is repeated.
    pub(super) fn may_be_tried_again(&self, repeat: Repeat) -> bool {
        let harmless = repeat.is_harmless();
        match &self.error {
            // Nothing has happened.
            Error::Unreachable(_) => true,
            Error::RateLimited { .. } => repeat != Repeat::Once,
            Error::Timeout | Error::NoAnswer | Error::Server { status: 502..=504, .. } => harmless,
            Error::Server { .. }
            | Error::Nonsense(_)
            | Error::Invalid
            | Error::Unauthorized
            | Error::Forbidden
            | Error::NotFound
            | Error::NoSuchPath
            | Error::OverBudget { .. }
            | Error::Conflict { .. }
            | Error::Unknown(_)
            | Error::CircuitOpen { .. } => false,
        }
    }

    /// Whether it says that Waycore is in trouble, rather than the request.
    pub(super) fn is_waycores_fault(&self) -> bool {
        match &self.error {
            Error::Unreachable(_)
            | Error::Timeout
            | Error::NoAnswer
            | Error::Server { .. }
            | Error::Nonsense(Nonsense::BrokenOff) => true,
            Error::RateLimited { .. }
            | Error::Nonsense(_)
            | Error::Invalid
            | Error::Unauthorized
            | Error::Forbidden
            | Error::NotFound
            | Error::NoSuchPath
            | Error::OverBudget { .. }
            | Error::Conflict { .. }
            | Error::Unknown(_)
            | Error::CircuitOpen { .. } => false,
        }
    }
}

impl Refusal {
    pub(super) fn of(error: &Error) -> Option<Self> {
        match error {
            Error::RateLimited { .. } => Some(Self::RateLimited),
            Error::Conflict { .. } => Some(Self::Conflict),
            Error::Server { status: status @ 503, .. } => Some(Self::Unavailable(*status)),
            _ => None,
        }
    }

    pub(super) fn error(self, retry_after: Option<RetryAfter>) -> Error {
        match self {
            Self::RateLimited => Error::RateLimited { retry_after },
            Self::Conflict => Error::Conflict { retry_after },
            Self::Unavailable(status) => Error::Server { status, retry_after },
        }
    }
}

/// What an error means for the caller, if no other try follows: after a write that may have been carried out it is unclear
/// what is true.
pub(super) fn outcome(repeat: Repeat, error: Error) -> Error {
    match error {
        error if repeat == Repeat::Read => error,
        Error::Timeout => Error::Unknown(Unclear::Timeout),
        Error::NoAnswer => Error::Unknown(Unclear::NoAnswer),
        Error::Server { status, .. } => Error::Unknown(Unclear::Server(status)),
        Error::Nonsense(nonsense) => Error::Unknown(Unclear::Nonsense(nonsense)),
        error => error,
    }
}

/// The table of errors in the documents' onboarding page.
pub(super) fn refusal(status: StatusCode, retry_after: Option<RetryAfter>) -> Error {
    match status.as_u16() {
        400 | 422 => Error::Invalid,
        401 => Error::Unauthorized,
        403 => Error::Forbidden,
        404 => Error::NotFound,
        409 => Error::Conflict { retry_after },
        429 => Error::RateLimited { retry_after },
        300..=399 => Error::Nonsense(Nonsense::Redirect),
        500..=599 => Error::Server { status: status.as_u16(), retry_after },
        other => Error::Nonsense(Nonsense::Status(other)),
    }
}

//! What the log says about a failure: once, with the support code, and never with what anybody typed.

use std::error::Error;
use std::fmt;

use domain::user_error::ErrorCode;

use super::Failure;

/// For the log. [`Debug`](fmt::Debug) also shows what a database says, with its values.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waycore { call, .. } | Self::Answer { call, .. } => write!(f, "{call:?}: {}", self.cause()),
            _ => f.write_str(&self.cause()),
        }
    }
}

impl Failure {
    /// Loud where somebody has to act, quiet where a person only has to type again.
    pub(super) fn log(&self, code: ErrorCode, support_code: &str) {
        let cause = self.cause();
        let code = code.as_str();
        match self {
            Self::Forbidden
            | Self::NotFound(_)
            | Self::Invalid(_)
            | Self::Moved
            | Self::Mapped
            | Self::SyncRefused(_)
            | Self::Busy => {
                tracing::info!(code, support_code, cause, "the request was refused");
            }
            Self::Waycore { call, error } if is_passing(error) => {
                tracing::warn!(code, support_code, ?call, cause, "Waycore did not do what was asked");
            }
            Self::Waycore { call, .. } | Self::Answer { call, .. } => {
                tracing::error!(code, support_code, ?call, cause, "Waycore did not do what was asked");
            }
            Self::Entity(_) => {
                tracing::error!(code, support_code, cause, "the customer's entity could not be settled");
            }
            Self::Store(_) | Self::Broken => {
                tracing::error!(code, support_code, cause, "the server itself failed");
            }
        }
    }

    fn cause(&self) -> String {
        match self {
            Self::Forbidden => "the role does not allow it".to_owned(),
            Self::NotFound(missing) => format!("{missing:?}"),
            Self::Invalid(input) => format!("{} cannot be used", input.field()),
            Self::Moved => "the connection's state does not allow it any more".to_owned(),
            Self::Mapped => "mapped already".to_owned(),
            Self::Busy => "somebody else is doing the same".to_owned(),
            Self::SyncRefused(refusal) => format!("sync refused: {refusal:?}"),
            Self::Entity(fault) => format!("{fault:?}"),
            Self::Waycore { error, .. } => chain(error),
            Self::Answer { fault, .. } => format!("{fault:?}"),
            Self::Store(error) => chain(error),
            Self::Broken => "a task did not end".to_owned(),
        }
    }
}

/// Whether it can be over by the next try, without anybody's help.
fn is_passing(error: &waycore::Error) -> bool {
    use waycore::{Error, Unclear};
    match error {
        Error::Invalid
        | Error::NotFound
        | Error::Conflict { .. }
        | Error::RateLimited { .. }
        | Error::OverBudget { .. }
        | Error::Server { .. }
        | Error::Timeout
        | Error::NoAnswer
        | Error::CircuitOpen { .. }
        | Error::Unknown(Unclear::Timeout | Unclear::NoAnswer | Unclear::Server(_))
        | Error::Unreachable(_) => true,
        Error::Unauthorized
        | Error::Forbidden
        | Error::NoSuchPath
        | Error::Nonsense(_)
        | Error::Unknown(Unclear::Nonsense(_)) => false,
    }
}

/// The error and everything that led to it.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

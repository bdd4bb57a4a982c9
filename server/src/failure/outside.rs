//! What a customer may know: the one match from every failure to its code and its safe sentence.

use app::copy::pages::words;
use app::{copy, error::WireError};
use domain::user_error::ErrorCode;
use waycore::{Error, RetryAfter};

use super::{Call, Failure, Missing, SyncRefusal};

impl Failure {
    /// The code and the sentence, without the support code.
    pub(super) fn outside(&self) -> WireError {
        let errors = copy::errors();
        match self {
            Self::Forbidden => WireError::new(ErrorCode::Forbidden, errors.forbidden),
            Self::NotFound(Missing::Institution) => WireError::new(ErrorCode::NotFound, errors.unknown_bank),
            Self::NotFound(
                Missing::NoSuchId | Missing::NoEntityYet | Missing::Unknown | Missing::Foreign,
            ) => WireError::new(ErrorCode::NotFound, errors.not_found),
            Self::Invalid(input) => WireError::field(input.field(), input.message()),
            Self::Moved => WireError::new(ErrorCode::Conflict, errors.conflict),
            Self::Mapped => WireError::new(ErrorCode::Conflict, words().refused.mapped),
            Self::NotFound(Missing::Entity | Missing::Customer) => {
                WireError::new(ErrorCode::NotFound, words().refused.nobody)
            }
            Self::Busy => WireError::new(ErrorCode::Conflict, words().refused.busy),
            Self::Entity(_) => WireError::new(ErrorCode::EntityUnresolved, errors.entity_unresolved),
            Self::SyncRefused(why) => sync_refused(*why),
            Self::Waycore { call, error } => refusal(*call, error),
            Self::Answer { .. } => WireError::new(ErrorCode::Unavailable, words().refused.unreadable_answer),
            Self::Store(_) | Self::Broken => WireError::new(ErrorCode::Unavailable, errors.trouble),
        }
    }
}

/// The table of errors in the documents' onboarding page, one row for each status.
fn refusal(call: Call, error: &Error) -> WireError {
    let errors = copy::errors();
    match error {
        Error::Invalid if call == Call::CreateAtOwnPortal => {
            WireError::field("own_portal", errors.own_portal_refused)
        }
        Error::Invalid => match call.field() {
            Some(field) => WireError::field(field, errors.refused),
            None => WireError::new(ErrorCode::InvalidInput, errors.refused),
        },
        Error::Unauthorized | Error::Forbidden | Error::NoSuchPath => {
            WireError::new(ErrorCode::Misconfigured, errors.misconfigured)
        }
        Error::NotFound => not_found(call),
        Error::Conflict { .. } => WireError::new(ErrorCode::Conflict, conflict(call)),
        Error::RateLimited { retry_after } => WireError::new(ErrorCode::RateLimited, errors.rate_limited)
            .retry_after(retry_after.map(RetryAfter::as_secs)),
        Error::OverBudget { retry_after } => WireError::new(ErrorCode::RateLimited, errors.rate_limited)
            .retry_after(Some(retry_after.as_secs())),
        Error::Server { .. }
        | Error::Timeout
        | Error::NoAnswer
        | Error::Unreachable(_)
        | Error::CircuitOpen { .. }
        | Error::Unknown(_) => WireError::new(ErrorCode::Unavailable, errors.unavailable),
        // It does answer.
        Error::Nonsense(_) => WireError::new(ErrorCode::Unavailable, words().refused.unreadable_answer),
    }
}

/// What a conflict means depends on what was asked for: what is created has no earlier state that could have changed, and
/// what cannot be removed has none that another try would find.
fn conflict(call: Call) -> &'static str {
    let errors = copy::errors();
    match call {
        Call::CreateEntity => errors.entity_unresolved,
        Call::CreateSupported | Call::CreateAtOwnPortal | Call::CreateUnsupported => {
            words().refused.create_conflict
        }
        Call::Delete => words().refused.delete_conflict,
        Call::ListEntities
        | Call::GetEntity
        | Call::SearchInstitutions
        | Call::GetConnection
        | Call::ListConnections
        | Call::ListAccounts
        | Call::ListBalances
        | Call::ListTransactions
        | Call::PutCredentials
        | Call::CompleteSetup
        | Call::Sync => errors.conflict,
    }
}

/// A sync that Waycore does not start now. The pause between two of them is Waycore's, and never the bank's.
fn sync_refused(why: SyncRefusal) -> WireError {
    let refused = &words().refused;
    match why {
        SyncRefusal::InSetup => WireError::new(ErrorCode::Conflict, refused.sync_in_setup),
        SyncRefusal::Running => WireError::new(ErrorCode::Conflict, refused.sync_running),
        SyncRefusal::Cooldown(wait) => {
            WireError::new(ErrorCode::Cooldown, refused.sync_cooldown).retry_after(Some(wait.as_secs()))
        }
        SyncRefusal::Limited => WireError::new(ErrorCode::RateLimited, refused.sync_limited)
            .retry_after(Some(SyncRefusal::LIMITED_FOR.as_secs())),
        SyncRefusal::Unclear => WireError::new(ErrorCode::Conflict, refused.sync_conflict),
    }
}

/// Only where a single connection was named does "not found" speak of what the customer asked for. A list or a create
/// names the entity alone; the catalog and the list of entities are always there.
fn not_found(call: Call) -> WireError {
    let errors = copy::errors();
    match call {
        Call::GetConnection
        | Call::ListAccounts
        | Call::ListBalances
        | Call::ListTransactions
        | Call::PutCredentials
        | Call::CompleteSetup
        | Call::Sync
        | Call::Delete => WireError::new(ErrorCode::NotFound, errors.not_found),
        Call::CreateSupported | Call::CreateAtOwnPortal | Call::CreateUnsupported | Call::ListConnections => {
            WireError::new(ErrorCode::EntityUnresolved, errors.entity_unresolved)
        }
        Call::ListEntities | Call::GetEntity | Call::CreateEntity | Call::SearchInstitutions => {
            WireError::new(ErrorCode::Unavailable, errors.unavailable)
        }
    }
}

impl Call {
    /// The form field that a refusal as invalid is about, where only one can be.
    fn field(self) -> Option<&'static str> {
        match self {
            Self::CreateSupported => Some("institution_id"),
            Self::CreateAtOwnPortal => Some("own_portal"),
            Self::CreateUnsupported => Some("portal_url"),
            Self::SearchInstitutions => Some("query"),
            Self::ListEntities
            | Self::GetEntity
            | Self::CreateEntity
            | Self::GetConnection
            | Self::ListAccounts
            | Self::ListBalances
            | Self::ListTransactions
            | Self::ListConnections
            | Self::PutCredentials
            | Self::CompleteSetup
            | Self::Sync
            | Self::Delete => None,
        }
    }
}

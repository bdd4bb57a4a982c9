//! Causes inside, one exhaustive match to the safe message outside.
//!
//! A [`Failure`] has no `Display`: there is no way to show it to a person by accident. [`Failure::answer`] is the one
//! way out. It logs the cause once, with the support code, and gives the sentence that a customer may read.

mod cause;
mod input;
mod outside;

use std::time::Duration;

use app::error::WireError;
use domain::user_error::ErrorCode;

pub use input::InvalidInput;

use crate::store::StoreError;

/// Why a use case did not do what was asked.
#[derive(Debug)]
pub enum Failure {
    /// The role does not allow it.
    Forbidden,
    /// What was asked for is not there, or not the caller's.
    NotFound(Missing),
    /// What was typed cannot be used.
    Invalid(InvalidInput),
    /// The connection's state does not allow it any more.
    Moved,
    /// Somebody else is doing the same, and did not end in time.
    Busy,
    /// The customer or the entity that a host wants to map is mapped already.
    Mapped,
    /// Which entity the customer is cannot be settled.
    Entity(EntityFault),
    /// Waycore refused to start a sync now.
    SyncRefused(SyncRefusal),
    /// Waycore refused or failed.
    Waycore { call: Call, error: waycore::Error },
    /// Waycore answered in the documented form, and with something that cannot be true.
    Answer { call: Call, fault: AnswerFault },
    /// The server's own rows cannot be read or written.
    Store(StoreError),
    /// The server's own code broke.
    Broken,
}

/// What is missing. Which reason it is shows in the log and nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// The text can be no connection's id.
    NoSuchId,
    /// The customer has no entity at Waycore, so no connection either.
    NoEntityYet,
    /// Waycore does not know the connection.
    Unknown,
    /// It is another customer's.
    Foreign,
    /// The catalog has no bank with this id.
    Institution,
    /// Waycore does not know the entity that a host wants to map.
    Entity,
    /// The customer is not known here.
    Customer,
}

/// Why no entity was used. In every case nothing was created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntityFault {
    /// Another customer, or the same one under another namespace, holds the external id.
    ExternalIdTaken,
    /// Waycore answered with an entity of another external id.
    OtherExternalId,
    /// Waycore knows several entities of the external id.
    Several,
    /// Waycore answered with its own default entity.
    DefaultEntity,
    /// The entity belongs to another customer.
    EntityTaken,
    /// Waycore refuses to create it and does not show it either.
    Conflict,
    /// Waycore no longer knows the entity that the customer is mapped to.
    Gone,
    /// The entity's id cannot be one.
    UnusableId,
    /// Waycore's answer holds an entity that is not of the documented form.
    Unreadable,
    /// The entity's metadata names another deployment, or another issuer.
    OtherDeployment,
    /// The entity was found by its external id, and its metadata names no deployment.
    Unmarked,
}

/// Why Waycore does not start a sync. The documents name three causes, and answer each with the same status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncRefusal {
    /// The connection is still being set up.
    InSetup,
    /// A sync is running.
    Running,
    /// The last sync was less than 45 minutes ago; for so long still.
    Cooldown(waycore::RetryAfter),
    /// Too many requests, or the cooldown although the last known sync is longer ago: nothing tells which.
    Limited,
    /// Nothing tells which of the three it is.
    Unclear,
}

impl SyncRefusal {
    /// When a person may ask again after a refusal that names neither cause nor time.
    pub const LIMITED_FOR: Duration = Duration::from_mins(1);
}

/// What cannot be true about an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerFault {
    /// An id that can be none.
    UnusableId,
    /// Another connection than the one that was asked for.
    OtherConnection,
    /// A new connection that belongs to another entity.
    ForeignConnection,
    /// A row of a list that is not of the documented form, and may be what was looked for.
    UnreadableRow,
}

/// A call of Waycore's API, for the log and for what its refusal means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    ListEntities,
    GetEntity,
    CreateEntity,
    SearchInstitutions,
    /// With a bank of the catalog.
    CreateSupported,
    /// With a bank of the catalog, and the address of a portal that the catalog lacks.
    CreateAtOwnPortal,
    /// With the address of a portal alone.
    CreateUnsupported,
    GetConnection,
    ListConnections,
    ListAccounts,
    ListBalances,
    ListTransactions,
    PutCredentials,
    CompleteSetup,
    Sync,
    Delete,
}

impl Failure {
    /// Turns a refusal of Waycore's into a failure of this call.
    pub fn of(call: Call) -> impl FnOnce(waycore::Error) -> Self {
        move |error| Self::Waycore { call, error }
    }

    /// What kind of failure it is outside.
    pub fn code(&self) -> ErrorCode {
        self.outside().0.code
    }

    /// Whether nothing failed, and the same has to be asked for later: somebody else is doing it, or Waycore pauses.
    pub fn has_to_wait(&self) -> bool {
        matches!(self, Self::Busy | Self::SyncRefused(_))
    }

    /// Logs the failure and gives the answer that may leave the server.
    pub fn answer(self, support_code: &str) -> WireError {
        let outside = self.outside();
        self.log(outside.0.code, support_code);
        outside.support_code(support_code)
    }

    /// The same for a change. `may_have_taken_effect` says whether Waycore may have done something for it: then the answer
    /// does not say that nothing was lost. Nor does it after a failure of the server's own, which may have kept it.
    pub fn answer_to_change(self, may_have_taken_effect: bool, support_code: &str) -> WireError {
        let is_own = matches!(self, Self::Store(_) | Self::Broken);
        let mut answer = self.answer(support_code);
        if answer.0.code == ErrorCode::Unavailable && (may_have_taken_effect || is_own) {
            app::copy::errors().outcome_unknown.clone_into(&mut answer.0.message);
        }
        answer
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<InvalidInput> for Failure {
    fn from(input: InvalidInput) -> Self {
        Self::Invalid(input)
    }
}

impl From<Missing> for Failure {
    fn from(missing: Missing) -> Self {
        Self::NotFound(missing)
    }
}

impl From<SyncRefusal> for Failure {
    fn from(refusal: SyncRefusal) -> Self {
        Self::SyncRefused(refusal)
    }
}

impl From<EntityFault> for Failure {
    fn from(fault: EntityFault) -> Self {
        Self::Entity(fault)
    }
}

#[cfg(test)]
mod tests;

//! Causes inside, one exhaustive match to the safe message outside.
//!
//! A [`Failure`] has no `Display`: there is no way to show it to a person by accident. [`Failure::answer`] is the one
//! way out. It logs the cause once, with the support code, and gives the sentence that a customer may read.

mod cause;
mod input;
mod outside;

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
    /// With the address of a portal alone.
    CreateUnsupported,
    GetConnection,
    ListConnections,
    ListAccounts,
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

    /// Logs the failure and gives the answer that may leave the server.
    pub fn answer(self, support_code: &str) -> WireError {
        let outside = self.outside();
        self.log(outside.0.code, support_code);
        outside.support_code(support_code)
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

impl From<EntityFault> for Failure {
    fn from(fault: EntityFault) -> Self {
        Self::Entity(fault)
    }
}

#[cfg(test)]
mod tests;

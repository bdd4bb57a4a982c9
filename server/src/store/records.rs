//! What goes into the store and comes out of it.

use app::backend::Customer;
use domain::bank_choice::RequestedName;
use domain::ids::{ConnectionId, EntityId, UserId};
use domain::step::Progress;
use domain::timestamp::Timestamp;

use crate::config::Environment;

/// Whose rows: a customer in one of Waycore's environments. Live and test objects never meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tenant<'a> {
    /// The customer who asks.
    pub customer: &'a Customer,
    /// The environment that the Waycore key belongs to.
    pub environment: Environment,
}

/// A row of the customer-to-entity map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedEntity {
    /// Namespace and org: how Waycore's entity is found again.
    pub external_entity_id: String,
    /// Waycore's id; none while only the intent was written (the call may or may not have happened).
    pub entity: Option<EntityId>,
    /// When the intent was written.
    pub created_at: Timestamp,
}

/// What [`Store::record_entity_intent`](super::Store::record_entity_intent) found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntityIntent {
    /// Nobody was here before: the caller makes the call.
    Started,
    /// Somebody began and has not finished; perhaps at this moment, perhaps a process that died.
    Pending {
        /// When that was.
        since: Timestamp,
    },
    /// There is nothing to do.
    Mapped(EntityId),
}

/// What is kept about a connection besides what Waycore knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionRecord {
    /// Waycore's id.
    pub id: ConnectionId,
    /// The bank name that the customer typed.
    pub requested_name: Option<RequestedName>,
    /// How far the customer says to be.
    pub progress: Progress,
    /// Grows with every change of state that was seen; 0 while none was.
    pub version: u64,
    /// When the connection was first met here.
    pub created_at: Timestamp,
}

/// The proof that a person accepted the terms: a hash of the exact sentence shown, and the link and language
/// it was shown with. The text behind the link is never seen here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermsReceipt {
    /// For which connection.
    pub connection: ConnectionId,
    /// The host's user who ticked the box.
    pub user: UserId,
    /// SHA-256 of the sentence beside the box.
    pub sentence_sha256: [u8; 32],
    /// Where the sentence pointed.
    pub link: String,
    /// BCP 47 tag of the sentence's language.
    pub language: String,
    /// When.
    pub accepted_at: Timestamp,
}

/// Why the store could not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The row exists and is another tenant's, or the tenant has another one.
    #[error("the row belongs to another tenant")]
    Taken,
    /// There is no such row.
    #[error("there is no such row")]
    Missing,
    /// A row that no version of this program wrote.
    #[error("a stored {what} cannot be read")]
    Corrupt {
        /// Which field.
        what: &'static str,
    },
    /// The database failed, was locked for too long, or is not what this program made.
    #[error("the database failed")]
    Database(#[source] sqlx::Error),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

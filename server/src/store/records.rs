//! What the store gives and takes.

use std::convert::Infallible;

use app::backend::Customer;
use domain::bank_choice::RequestedName;
use domain::ids::{ConnectionId, EntityId, UserId};
use domain::poll::Watched;
use domain::step::Progress;
use domain::timestamp::Timestamp;

use super::audit::AuditEntry;
use super::live::Settled;
use crate::config::Environment;

/// Whose rows: one customer of one host, in one of Waycore's environments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tenant<'a> {
    /// The customer.
    pub customer: &'a Customer,
    /// Live and test objects never meet.
    pub environment: Environment,
}

/// A row of the customer-to-entity map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedEntity {
    /// What the entity is called at Waycore by us.
    pub external_entity_id: String,
    /// What Waycore calls it; `None` while it is only intended.
    pub entity: Option<EntityId>,
    /// When the intent was recorded.
    pub created_at: Timestamp,
}

/// What there is to do about an entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntityIntent {
    /// This call recorded the intent: look the entity up, then create it.
    Started,
    /// Somebody began and has not finished; perhaps at this moment, perhaps a process that died.
    Pending {
        /// When that was.
        since: Timestamp,
    },
    /// There is nothing to do.
    Mapped(EntityId),
}

/// What is kept about a connection.
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
    /// Waycore's body as it was last read; `None` while it never was.
    pub body: Option<String>,
    /// When that was, give or take a minute.
    pub read_at: Option<Timestamp>,
    /// Since when it is known to be gone. What is left then is this row.
    pub removed_at: Option<Timestamp>,
    /// Of the state that was last read.
    pub fingerprint: Option<String>,
    /// Waycore's `updatedAt` in that state; `None` where two readings of one moment met, and only a third can tell.
    pub updated_at: Option<Timestamp>,
    /// Until then Waycore refuses a sync, as far as it said so.
    pub sync_not_before: Option<Timestamp>,
    /// The credentials that were last handed to Waycore from here.
    pub credentials_sent: Option<CredentialsSent>,
    /// What is expected to happen to it.
    pub watched: Option<Watched>,
}

/// That bank-issued credentials were handed to Waycore.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CredentialsSent {
    /// When.
    pub at: Timestamp,
    /// The connection's `updated_at` as Waycore answered then.
    pub as_of: Timestamp,
}

/// What led to a change of a connection's state being seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Somebody looked at it.
    Look,
    /// It was created, or found, for somebody.
    Start,
    /// Somebody completed the setup.
    Finish,
    /// Somebody asked for a sync.
    Sync,
    /// Somebody handed over new credentials.
    Repair,
    /// Somebody removed it.
    Removal,
    /// Waycore said that something happened.
    Webhook,
    /// It was watched for everybody.
    Watch,
}

impl Cause {
    const ALL: [Self; 8] = [
        Self::Look,
        Self::Start,
        Self::Finish,
        Self::Sync,
        Self::Repair,
        Self::Removal,
        Self::Webhook,
        Self::Watch,
    ];

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Look => "look",
            Self::Start => "start",
            Self::Finish => "finish",
            Self::Sync => "sync",
            Self::Repair => "repair",
            Self::Removal => "removal",
            Self::Webhook => "webhook",
            Self::Watch => "watch",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == text)
    }
}

/// One change of a connection's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The connection's version from then on.
    pub version: u64,
    /// When it was seen.
    pub at: Timestamp,
    /// `None` for the first.
    pub before: Option<String>,
    /// `None` when it was gone.
    pub after: Option<String>,
    /// What it was seen by.
    pub cause: Cause,
    /// The error that Waycore reported of the connection then, masked. For the host's support; no page shows it.
    pub error: Option<String>,
}

/// What is done at Waycore one at a time, whichever replica does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Settling which entity a customer is.
    MapEntity,
    /// Creating a connection to one bank.
    Create,
    /// Handing over credentials and completing a setup, or handing them over again.
    Finish,
    /// Asking for a sync.
    Sync,
    /// Removing a connection.
    Remove,
}

impl Action {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MapEntity => "map_entity",
            Self::Create => "create",
            Self::Finish => "finish",
            Self::Sync => "sync",
            Self::Remove => "remove",
        }
    }
}

/// The id of something begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntentId(pub(super) String);

/// Something that a person asked for and was refused.
#[derive(Debug, Clone, Copy)]
pub struct Refusal<'a> {
    /// Who asked.
    pub user: &'a UserId,
    /// For what.
    pub action: &'a str,
    /// Why not; see [`ErrorCode`](domain::user_error::ErrorCode).
    pub code: &'a str,
}

/// What came of trying to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// Nobody else is at it. Whoever was before and never ended it, died; what that left behind has to be read first,
    /// which every use case does anyway.
    First(IntentId),
    /// Somebody else is at it.
    Busy {
        /// Since when.
        since: Timestamp,
    },
}

/// How something begun has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It took effect.
    Done,
    /// Nothing was done. The intent is deleted.
    Refused,
    /// Nobody can tell; the next who comes reads.
    Unknown,
}

impl Outcome {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
        }
    }
}

/// Something to write. What is given together is written together, or not at all.
#[derive(Debug, Clone, Copy)]
pub enum Write<'a> {
    /// Finishes an entity's intent. Repeating it with the same entity is fine; [`StoreError::Taken`] when the tenant has
    /// another entity, or the entity another tenant; [`StoreError::Missing`] without an intent.
    Entity(&'a EntityId),
    /// Keeps a connection that was just created or found, with the bank name that the customer typed for it, if any. A
    /// name that is there already stays. [`StoreError::Taken`] when the connection is another tenant's.
    Connection {
        /// Which.
        id: &'a ConnectionId,
        /// The name.
        requested_name: Option<&'a RequestedName>,
    },
    /// The customer says that the delegated user exists. [`StoreError::Missing`] for a connection that is not known.
    UserConfirmed {
        /// Of which connection.
        id: &'a ConnectionId,
        /// The connection's `updated_at` as it was read then.
        as_of: Timestamp,
    },
    /// Setup completion was sent. [`StoreError::Missing`] for a connection that is not known.
    CompletionSent {
        /// Of which connection.
        id: &'a ConnectionId,
        /// The connection's `updated_at` as it was read then.
        as_of: Timestamp,
    },
    /// The connection is gone: its mirror goes, its row stays. What the customer typed and did stays too, for Waycore may know
    /// it again, and goes with a removal of the customer's. [`StoreError::Missing`] for one that is not known; repeating it
    /// tells nobody anything.
    Tombstone {
        /// Which.
        id: &'a ConnectionId,
        /// How that became known.
        cause: Cause,
    },
    /// Waycore has new transactions of a connection, as deliveries said that are settled with this; see
    /// [`LiveStore::settle`](super::LiveStore::settle). Where none of them is due any more somebody has told of it, and
    /// nothing happens. [`StoreError::Missing`] for a connection that is not known.
    NewTransactions {
        /// Of which connection.
        id: &'a ConnectionId,
        /// What came of the deliveries.
        settled: &'a [(String, Settled)],
    },
    /// Waycore refused a sync until then. [`StoreError::Missing`] for a connection that is not known.
    SyncNotBefore {
        /// Of which connection.
        id: &'a ConnectionId,
        /// When.
        at: Timestamp,
    },
    /// Credentials were handed to Waycore just now. [`StoreError::Missing`] for a connection that is not known.
    CredentialsSent {
        /// Of which connection.
        id: &'a ConnectionId,
        /// The connection's `updated_at` as Waycore answered.
        as_of: Timestamp,
    },
    /// The proof that a person accepted the terms. Never overwritten: accepting again adds a receipt.
    Terms(&'a TermsReceipt),
    /// Ends what was begun. [`StoreError::Missing`] when somebody has taken it over meanwhile.
    End(&'a IntentId, Outcome),
    /// Adds to the audit log.
    Audit(&'a AuditEntry),
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
    /// The database's file was deleted or replaced while this program was using it.
    #[error("the database file was deleted or replaced: restart the server")]
    Gone,
    /// The database failed, was locked for too long, or is not what this program made.
    #[error("the database failed")]
    Database(#[source] sqlx::Error),
}

impl StoreError {
    /// Whether it is about the values of one row, so that the next row may well be read or written.
    pub fn is_about_one_row(&self) -> bool {
        match self {
            Self::Taken | Self::Missing | Self::Corrupt { .. } => true,
            Self::Gone => false,
            Self::Database(error) => match error {
                sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::Encode(_) => true,
                sqlx::Error::Database(refused) => {
                    // PostgreSQL's class of errors about the data.
                    let is_about_data = |code: &str| code.len() == 5 && code.starts_with("22");
                    refused.code().is_some_and(|code| is_about_data(&code)) || refused.is_check_violation()
                }
                _ => false,
            },
        }
    }
}

impl From<Infallible> for StoreError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            // The tables' own rules of uniqueness are the last word on whose a row is.
            sqlx::Error::Database(refused) if refused.is_unique_violation() => Self::Taken,
            _ => Self::Database(error),
        }
    }
}

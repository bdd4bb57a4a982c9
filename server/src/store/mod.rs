//! What the server itself must remember: which entity is whose, what Waycore cannot tell about a connection, what it
//! last said of it, and who did what.
//!
//! [`Store`] is the seam. [`SqlStore`] keeps rows in SQLite or PostgreSQL, [`MemoryStore`] in memory for tests that
//! need thousands; all pass the conformance tests beside them. No secret and no bank-issued value is ever kept here.

mod audit;
#[cfg(test)]
mod conformance;
mod live;
mod memory;
mod readings;
mod records;
mod sql;

use async_trait::async_trait;
use domain::ids::{ConnectionId, InstitutionId, UserId};
use domain::timestamp::Timestamp;

use crate::config::Environment;

pub use audit::{
    AuditCheckpoint, AuditEntry, AuditEvent, AuditHead, AuditKeys, AuditRow, BrokenChain, ChainCheck,
};
pub use live::{
    Announcement, CustomerEvent, CustomerKey, Delivery, DueDelivery, EVENTS_KEPT_MILLIS, EventKind,
    InboxSize, LONGEST_RETRY_MILLIS, LiveStore, Missed, Settled, VISIT_ENDS_AFTER_MILLIS, WatchedConnection,
    WithOwner,
};
pub use memory::MemoryStore;
pub use readings::{Observed, Overtaken, Reading};
pub use records::{
    Action, Begun, Cause, Change, ConnectionRecord, CredentialsSent, EntityIntent, IntentId, MappedEntity,
    Outcome, Refusal, StoreError, Tenant, TermsReceipt, Write,
};
pub use sql::{Commits, DatabaseKind, Deployment, OpenError, SqlStore};

/// After this, whoever began something and neither ended nor renewed it is taken for dead.
pub const ABANDONED_AFTER_MILLIS: i64 = 60_000;

/// Returns true if an intent that was begun or renewed at `alive_at` may still be worked on. The clocks of two replicas
/// differ by seconds, so it may lie a little ahead; one that lies further ahead was written before the clock was set back.
fn is_in_progress(alive_at: Timestamp, now: Timestamp) -> bool {
    now.since(alive_at).saturating_abs() < ABANDONED_AFTER_MILLIS
}

/// Refusals of one person for the same thing and reason become one row of the audit log in this time.
pub const REFUSALS_TOGETHER_MILLIS: i64 = 60_000;

/// After this, coming back counts as signing in.
pub const SIGN_IN_AFTER_MILLIS: i64 = 12 * 60 * 60 * 1_000;

/// The rows behind the onboarding. Every method that takes a [`Tenant`] is limited to it: a row of somebody else's is
/// never returned and never changed.
///
/// `now` is the caller's clock; the store reads none.
#[async_trait]
pub trait Store: LiveStore {
    /// The tenant's row of the customer-to-entity map, be it finished or only intended.
    async fn entity(&self, tenant: Tenant<'_>) -> Result<Option<MappedEntity>, StoreError>;

    /// Notes that an entity with this external id is about to be looked up or created, before the call is made.
    ///
    /// Of several first requests exactly one gets [`EntityIntent::Started`]; the others learn what is there.
    /// [`StoreError::Taken`] when another tenant, or the same one under another name, holds the external id.
    async fn record_entity_intent(
        &self,
        tenant: Tenant<'_>,
        external_entity_id: &str,
        now: Timestamp,
    ) -> Result<EntityIntent, StoreError>;

    /// Notes that an action on a subject is about to begin. One of a kind is open at a time; one that was neither begun nor
    /// renewed in the last [`ABANDONED_AFTER_MILLIS`] is taken over.
    async fn begin(
        &self,
        tenant: Tenant<'_>,
        user: &UserId,
        action: Action,
        subject: &str,
        now: Timestamp,
    ) -> Result<Begun, StoreError>;

    /// Notes that whoever began something is still at it. [`StoreError::Missing`] when it has ended, or was taken over.
    async fn renew(&self, intent: &IntentId, now: Timestamp) -> Result<(), StoreError>;

    /// Puts a refusal into the audit log: the first in [`REFUSALS_TOGETHER_MILLIS`] as a row. Others are counted, and
    /// their number is in the next row.
    async fn refuse(
        &self,
        tenant: Tenant<'_>,
        refusal: Refusal<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Puts the refusals that were counted and are in no row yet into the audit log, once their time is over. Gives the
    /// number of rows.
    async fn settle_refusals(&self, now: Timestamp) -> Result<u64, StoreError>;

    /// Writes all of it, or nothing.
    async fn write(&self, tenant: Tenant<'_>, writes: &[Write<'_>], now: Timestamp)
    -> Result<(), StoreError>;

    /// Keeps a state that was just read and gives the version that goes with it: 1 for the first, one more each time
    /// the fingerprint differs from the one before. A change of the state's word goes into the history, and the
    /// customer's pages hear of every new version. What was overtaken on its way changes nothing.
    ///
    /// Remembers a connection that was not known. [`StoreError::Taken`] when it is another tenant's,
    /// [`StoreError::Missing`] when the tenant has no entity, because it was forgotten while Waycore was asked.
    async fn observe(
        &self,
        tenant: Tenant<'_>,
        reading: Reading<'_>,
        now: Timestamp,
    ) -> Result<Observed, StoreError>;

    /// Notes that readings found connections as they are known, by their versions; not of one that has another by now.
    async fn confirm(
        &self,
        tenant: Tenant<'_>,
        known: &[(ConnectionId, u64)],
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// One connection of the tenant's, a tombstone included.
    async fn connection(
        &self,
        tenant: Tenant<'_>,
        connection: &ConnectionId,
    ) -> Result<Option<ConnectionRecord>, StoreError>;

    /// All of the tenant's connections, without the tombstones, in no particular order.
    async fn connections(&self, tenant: Tenant<'_>) -> Result<Vec<ConnectionRecord>, StoreError>;

    /// The banks that at least so many customers of a host have, most first, at most `limit`.
    async fn often_chosen(
        &self,
        environment: Environment,
        issuer: &str,
        customers: i64,
        limit: usize,
    ) -> Result<Vec<InstitutionId>, StoreError>;

    /// The changes of a connection, oldest first.
    async fn history(&self, tenant: Tenant<'_>, connection: &ConnectionId)
    -> Result<Vec<Change>, StoreError>;

    /// Every receipt for a connection, oldest first.
    async fn terms(
        &self,
        tenant: Tenant<'_>,
        connection: &ConnectionId,
    ) -> Result<Vec<TermsReceipt>, StoreError>;

    /// Notes that a person is here. The first time, and after a long absence, it goes into the audit log.
    async fn seen(&self, tenant: Tenant<'_>, user: &UserId, now: Timestamp) -> Result<(), StoreError>;

    /// Takes a customer out: the mapping, the mirrors and the sessions go; in receipts and in the audit log the names
    /// go. [`StoreError::Missing`] for a customer that is not known.
    async fn forget(&self, tenant: Tenant<'_>, by: &UserId, now: Timestamp) -> Result<(), StoreError>;

    /// At most `limit` rows of the audit log that come after one, of all tenants.
    async fn audit_rows(&self, after: i64, limit: i64) -> Result<Vec<AuditRow>, StoreError>;

    /// Where refusals were removed from the audit log, in order.
    async fn audit_checkpoints(&self) -> Result<Vec<AuditCheckpoint>, StoreError>;

    /// Removes refusals from before a moment from the audit log, and nothing else from it. The chain goes on over them by
    /// signed checkpoints. Gives the number of rows.
    async fn prune_refusals(&self, before: Timestamp) -> Result<u64, StoreError>;

    /// The audit log's end; `None` when it is empty.
    async fn audit_head(&self) -> Result<Option<AuditHead>, StoreError>;

    /// Ends what was begun before a moment, not renewed since and never ended, because whoever began it died; the audit log
    /// tells of it. Gives the number.
    async fn abandon(&self, begun_before: Timestamp, now: Timestamp) -> Result<u64, StoreError>;

    /// Removes what is idle since before a moment: intents and deliveries that have ended, sessions and visits; and
    /// events that are older than [`EVENTS_KEPT_MILLIS`], but for each customer's last. Never the audit log, of which
    /// [`prune_refusals`](Self::prune_refusals) removes some rows. Gives the number of rows.
    async fn prune(&self, before: Timestamp, now: Timestamp) -> Result<u64, StoreError>;

    /// Whether the database can be read and written, and holds exactly this program's tables.
    async fn check(&self) -> Result<(), StoreError>;
}

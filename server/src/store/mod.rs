//! What the server itself must remember: which entity is whose, and what Waycore cannot tell about a connection.
//!
//! [`Store`] is the seam; [`SqliteStore`] is the embedded default. Whatever implements it passes the conformance
//! tests beside it. No secret and no bank-issued value is ever kept here.

#[cfg(test)]
mod conformance;
mod records;
mod sqlite;

use async_trait::async_trait;
use domain::bank_choice::RequestedName;
use domain::ids::{ConnectionId, EntityId};
use domain::timestamp::Timestamp;

pub use records::{ConnectionRecord, EntityIntent, MappedEntity, StoreError, Tenant, TermsReceipt};
pub use sqlite::{DatabaseKind, OpenError, SqliteStore};

/// The rows behind the onboarding. Every method is limited to one [`Tenant`]: a row of somebody else's is never
/// returned and never changed.
///
/// `now` is the caller's clock; the store reads none.
#[async_trait]
pub trait Store: Send + Sync + 'static {
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

    /// Finishes an intent. Repeating it with the same entity is fine.
    ///
    /// [`StoreError::Taken`] when the tenant has another entity, or the entity another tenant;
    /// [`StoreError::Missing`] without an intent.
    async fn record_entity(&self, tenant: Tenant<'_>, entity: &EntityId) -> Result<(), StoreError>;

    /// Keeps a connection that was just created or found, with the bank name the customer typed for it, if any.
    ///
    /// A name that is there already stays. [`StoreError::Taken`] when the connection is another tenant's.
    async fn remember_connection(
        &self,
        tenant: Tenant<'_>,
        connection: &ConnectionId,
        requested_name: Option<&RequestedName>,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// One connection of the tenant's.
    async fn connection(
        &self,
        tenant: Tenant<'_>,
        connection: &ConnectionId,
    ) -> Result<Option<ConnectionRecord>, StoreError>;

    /// Those of the given connections that are known here and the tenant's, in no particular order.
    async fn connections(
        &self,
        tenant: Tenant<'_>,
        connections: &[ConnectionId],
    ) -> Result<Vec<ConnectionRecord>, StoreError>;

    /// The customer says that the delegated user exists. `as_of` is the connection's `updated_at` as read then.
    ///
    /// [`StoreError::Missing`] when the connection was neither remembered nor observed for this tenant.
    async fn record_user_confirmed(
        &self,
        tenant: Tenant<'_>,
        connection: &ConnectionId,
        as_of: Timestamp,
    ) -> Result<(), StoreError>;

    /// Setup completion was sent. `as_of` is the connection's `updated_at` as read then.
    ///
    /// [`StoreError::Missing`] when the connection was neither remembered nor observed for this tenant.
    async fn record_completion(
        &self,
        tenant: Tenant<'_>,
        connection: &ConnectionId,
        as_of: Timestamp,
    ) -> Result<(), StoreError>;

    /// Keeps the fingerprint of the state that was just read and gives the version that goes with it: 1 for the
    /// first, one more each time the fingerprint differs from the one before.
    ///
    /// Remembers a connection that was not known. [`StoreError::Taken`] when it is another tenant's.
    async fn observe(
        &self,
        tenant: Tenant<'_>,
        connection: &ConnectionId,
        fingerprint: &str,
        now: Timestamp,
    ) -> Result<u64, StoreError>;

    /// Keeps the proof that a person accepted the terms, before anything is sent to Waycore. Never overwritten:
    /// accepting again adds a receipt.
    async fn record_terms(&self, tenant: Tenant<'_>, receipt: &TermsReceipt) -> Result<(), StoreError>;

    /// Every receipt for a connection, oldest first.
    async fn terms(
        &self,
        tenant: Tenant<'_>,
        connection: &ConnectionId,
    ) -> Result<Vec<TermsReceipt>, StoreError>;

    /// Whether the database answers and holds exactly this program's tables.
    async fn check(&self) -> Result<(), StoreError>;
}

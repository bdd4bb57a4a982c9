//! Waycore as the rest of the product sees it.

use async_trait::async_trait;
use domain::{
    credentials::NonEmptyCredentials,
    ids::{ConnectionId, EntityId, InstitutionId},
};
use serde::Serialize;

use super::Error;
use crate::wire::{Connection, ConnectionCreate, ConnectionStatus, Entity, EntityCreate, Institution, Page};

/// The calls of Waycore's API that the product makes.
///
/// Every method fails with an [`Error`]: one variant per documented status. None tries again, and none checks
/// whose object an answer holds: that is the caller's duty, who knows who is asking.
#[async_trait]
pub trait Waycore: Send + Sync {
    /// `GET /v1/entities?externalEntityId=`. The documents do not say that the match is exact or unique.
    async fn list_entities(&self, external_entity_id: &str) -> Result<Page<Entity>, Error>;

    /// `POST /v1/entities`. What a second entity with the same external id becomes is not documented: look
    /// first, and look again after [`Error::Conflict`].
    async fn create_entity(&self, entity: &EntityCreate) -> Result<Entity, Error>;

    /// `GET /v1/institutions?query=`. An empty query lists the catalog; `limit` is held to 1..=500.
    async fn search_institutions(
        &self,
        query: &str,
        limit: u16,
        cursor: Option<&str>,
    ) -> Result<Page<Institution>, Error>;

    /// `POST /v1/connections`, which creates a connection or returns the one that exists already.
    async fn create_connection(&self, connection: &ConnectionCreate) -> Result<Created, Error>;

    /// `GET /v1/connections/{id}`.
    async fn get_connection(&self, id: &ConnectionId) -> Result<Connection, Error>;

    /// `GET /v1/connections`, newest first.
    async fn list_connections(&self, filter: &ListConnections) -> Result<Page<Connection>, Error>;

    /// `PUT /v1/connections/{id}/credentials`. Sends the filled fields only; the password comes back in no
    /// answer.
    async fn put_credentials(
        &self,
        id: &ConnectionId,
        credentials: &NonEmptyCredentials,
    ) -> Result<Connection, Error>;

    /// `PUT /v1/connections/{id}/setupCompletion`. Neither body nor answer is documented: nothing is sent, the
    /// answer is not read, and the caller reads the connection afterwards.
    async fn complete_setup(&self, id: &ConnectionId) -> Result<(), Error>;
}

/// What `POST /v1/connections` did.
#[derive(Debug, Clone, PartialEq)]
pub struct Created {
    /// May be far along already, even ready: its state decides what comes next, not `existing`.
    pub connection: Connection,
    /// True for 200, an existing connection; false for 201, a new one.
    pub existing: bool,
}

/// Filters of `GET /v1/connections`; what is `None` is not sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListConnections {
    pub entity_id: Option<EntityId>,
    /// An older Waycore may refuse `invalidConfig` here.
    pub status: Option<ConnectionStatus>,
    pub institution_id: Option<InstitutionId>,
    /// The previous page's `nextCursor`; good only for the same filters.
    pub cursor: Option<String>,
    /// Held to 1..=500; Waycore's default is 100.
    pub limit: Option<u16>,
}

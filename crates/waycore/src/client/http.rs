//! The client that speaks HTTP.

use std::fmt;

use async_trait::async_trait;
use domain::{credentials::NonEmptyCredentials, ids::ConnectionId};
use reqwest::{Method, StatusCode, header::CONTENT_LENGTH};
use secrecy::SecretString;

use super::{
    BaseUrl, BuildError, Created, Error, ListConnections, Nonsense, TimeLimits, Waycore,
    transport::{Transport, read, send},
};
use crate::wire::{Connection, ConnectionCreate, Credentials, Entity, EntityCreate, Institution, Page};

/// Waycore over HTTP. Cheap to clone; its `Debug` shows where it sends to and never the key.
#[derive(Clone)]
pub struct Client {
    transport: Transport,
}

impl Client {
    /// A client of one organization in one environment: both are in the key.
    ///
    /// # Errors
    /// [`BuildError`] if the key fits into no header, or TLS cannot be set up on this machine.
    pub fn new(base: BaseUrl, key: &SecretString, limits: TimeLimits) -> Result<Self, BuildError> {
        Ok(Self { transport: Transport::new(base, key, limits)? })
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base", &self.transport.base().as_str()).finish_non_exhaustive()
    }
}

#[async_trait]
impl Waycore for Client {
    async fn list_entities(&self, external_entity_id: &str) -> Result<Page<Entity>, Error> {
        let request = self.transport.request(Method::GET, &["entities"])?;
        let query = [("externalEntityId", external_entity_id)];
        read(send("list_entities", request.query(&query)).await?).await
    }

    async fn create_entity(&self, entity: &EntityCreate) -> Result<Entity, Error> {
        let request = self.transport.request(Method::POST, &["entities"])?;
        read(send("create_entity", request.json(entity)).await?).await
    }

    async fn search_institutions(
        &self,
        query: &str,
        limit: u16,
        cursor: Option<&str>,
    ) -> Result<Page<Institution>, Error> {
        let limit = in_range(limit).to_string();
        let query = Some(query).filter(|query| !query.is_empty());
        let query = [("query", query), ("limit", Some(&limit)), ("cursor", cursor)];
        let request = self.transport.request(Method::GET, &["institutions"])?;
        read(send("search_institutions", request.query(&query)).await?).await
    }

    async fn create_connection(&self, connection: &ConnectionCreate) -> Result<Created, Error> {
        let request = self.transport.request(Method::POST, &["connections"])?;
        let response = send("create_connection", request.json(connection)).await?;
        let existing = match response.status() {
            StatusCode::OK => true,
            StatusCode::CREATED => false,
            other => return Err(Error::Nonsense(Nonsense::Status(other.as_u16()))),
        };
        Ok(Created { connection: read(response).await?, existing })
    }

    async fn get_connection(&self, id: &ConnectionId) -> Result<Connection, Error> {
        let request = self.transport.request(Method::GET, &["connections", id.as_str()])?;
        read(send("get_connection", request).await?).await
    }

    async fn list_connections(&self, filter: &ListConnections) -> Result<Page<Connection>, Error> {
        let filter = ListConnections { limit: filter.limit.map(in_range), ..filter.clone() };
        let request = self.transport.request(Method::GET, &["connections"])?;
        read(send("list_connections", request.query(&filter)).await?).await
    }

    async fn put_credentials(
        &self,
        id: &ConnectionId,
        credentials: &NonEmptyCredentials,
    ) -> Result<Connection, Error> {
        let segments = ["connections", id.as_str(), "credentials"];
        let request = self.transport.request(Method::PUT, &segments)?.json(&Credentials::from(credentials));
        read(send("put_credentials", request).await?).await
    }

    async fn complete_setup(&self, id: &ConnectionId) -> Result<(), Error> {
        let segments = ["connections", id.as_str(), "setupCompletion"];
        // Some servers refuse a PUT that does not say how long its body is.
        let request = self.transport.request(Method::PUT, &segments)?.header(CONTENT_LENGTH, 0);
        send("complete_setup", request).await.map(drop)
    }
}

/// The documented limits of a page.
fn in_range(limit: u16) -> u16 {
    limit.clamp(1, 500)
}

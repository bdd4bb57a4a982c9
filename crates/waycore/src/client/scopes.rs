//! Which scopes a key has for writing, found out without writing anything.

use reqwest::Method;

use super::{Client, Error, call::Call};
use crate::wire::EntityUpdate;

/// An id that nothing has: the documents' ids are random UUIDs, and this one is not.
const NOTHINGS_ID: &str = "00000000-0000-0000-0000-000000000000";

impl Client {
    /// Whether the key may write entities. A change of an entity that does not exist is refused whatever the key may do,
    /// and refused as forbidden without the scope `entities:write`.
    ///
    /// # Errors
    /// Any [`Error`] that says nothing about the scope. [`Error::Invalid`] is one: the body may be judged before the key.
    pub async fn may_write_entities(&self) -> Result<bool, Error> {
        let change = Call::write("probe_entities_write", Method::PATCH, &["entities", NOTHINGS_ID]);
        self.probe(change.json(&EntityUpdate::default())?).await
    }

    /// Whether the key may write connections. A sync of a connection that does not exist is refused whatever the key may
    /// do, and refused as forbidden without the scope `connections:write`.
    ///
    /// # Errors
    /// Any [`Error`] that says nothing about the scope, as for entities.
    pub async fn may_write_connections(&self) -> Result<bool, Error> {
        self.probe(Call::write("probe_connections_write", Method::PUT, &["connections", NOTHINGS_ID, "sync"]))
            .await
    }

    async fn probe(&self, call: Call) -> Result<bool, Error> {
        match self.line.call(call).await {
            Ok(_) | Err(Error::NotFound | Error::Conflict { .. }) => Ok(true),
            Err(Error::Forbidden) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

//! The proof that a connection is the caller's.

use app::backend::Caller;
use domain::connection::Connection;
use domain::ids::{ConnectionId, EntityId};
use waycore::{Error, wire};

use super::UseCases;
use crate::failure::{AnswerFault, Call, Failure, Missing};
use crate::security_log::SecurityEvent;
use crate::store::{Cause, ConnectionRecord, StoreError, Write};

/// A connection that belongs to the caller's entity: as Waycore wrote it, and as the rules read it.
pub(super) struct Own {
    pub(super) wire: wire::Connection,
    pub(super) connection: Connection,
    /// The version that was known when Waycore was asked; see `Reading`.
    pub(super) asked_of: Option<u64>,
}

impl UseCases {
    /// Proves that a connection is the caller's before an action on it is begun: by what is on record here, else by what
    /// Waycore says. The action itself reads it again.
    pub(super) async fn prove_own(&self, caller: &Caller, id: &ConnectionId) -> Result<(), Failure> {
        if self.store.connection(self.tenant(caller), id).await?.is_some() {
            return Ok(());
        }
        self.own_connection(caller, id).await.map(drop)
    }

    /// Reads a connection by an id that a browser sent. Whatever is not the caller's, and whatever is not there,
    /// fails in the same way; only the log tells them apart.
    pub(super) async fn own_connection(&self, caller: &Caller, id: &ConnectionId) -> Result<Own, Failure> {
        self.read_own(caller, id, Cause::Look).await
    }

    /// The same, for another reason than that somebody looks.
    pub(super) async fn read_own(
        &self,
        caller: &Caller,
        id: &ConnectionId,
        cause: Cause,
    ) -> Result<Own, Failure> {
        let record = async { Ok(self.store.connection(self.tenant(caller), id).await?) };
        let (entity, record) = tokio::try_join!(self.mapped_entity(caller), record)?;
        self.read_of(caller, &entity, id, record.as_ref(), cause).await
    }

    /// The same, where it is known what Waycore calls the caller, and what is on record of the connection.
    pub(super) async fn read_of(
        &self,
        caller: &Caller,
        entity: &EntityId,
        id: &ConnectionId,
        record: Option<&ConnectionRecord>,
        cause: Cause,
    ) -> Result<Own, Failure> {
        let wire = match self.waycore.get_connection(id).await {
            Ok(wire) => wire,
            Err(Error::NotFound) => {
                // Of one that was never on record there is nothing to write, which would take longer than not to.
                if record.is_some() {
                    self.bury(caller, id, cause).await?;
                }
                return Err(Missing::Unknown.into());
            }
            // An id that Waycore cannot read is the id of nothing. One on record has come from Waycore.
            Err(Error::Invalid) => {
                return Err(match record {
                    None => Missing::Unknown.into(),
                    Some(_) => Failure::Answer { call: Call::GetConnection, fault: AnswerFault::UnusableId },
                });
            }
            Err(error) => return Err(Failure::of(Call::GetConnection)(error)),
        };
        if !is_own(caller, &wire, entity) {
            return Err(Missing::Foreign.into());
        }
        let connection = understood(&wire, Call::GetConnection)?;
        if connection.id != *id {
            return Err(Failure::Answer { call: Call::GetConnection, fault: AnswerFault::OtherConnection });
        }
        Ok(Own { wire, connection, asked_of: Some(record.map_or(0, |record| record.version)) })
    }

    /// Notes that Waycore no longer knows a connection of the caller's.
    pub(super) async fn bury(&self, caller: &Caller, id: &ConnectionId, cause: Cause) -> Result<(), Failure> {
        match self.write(caller, &[Write::Tombstone { id, cause }]).await {
            // It was never known here either.
            Ok(()) | Err(StoreError::Missing) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

impl Own {
    /// As it was last read; `None` for one that never was, or whose body this program cannot read any more.
    pub(super) fn kept(record: &ConnectionRecord) -> Option<Self> {
        let wire: wire::Connection = serde_json::from_str(record.body.as_deref()?).ok()?;
        let connection = wire.to_domain().ok()?;
        Some(Self { wire, connection, asked_of: Some(record.version) })
    }
}

/// The id of a connection as a browser sent it.
pub(super) fn connection_id(text: &str) -> Result<ConnectionId, Failure> {
    ConnectionId::parse(text).map_err(|_| Missing::NoSuchId.into())
}

/// Whether a row is the caller's. One that is not is a security event, whoever asked for it.
pub(super) fn is_own(caller: &Caller, row: &wire::Connection, entity: &EntityId) -> bool {
    let own = row.entity_id() == entity.as_str();
    if !own {
        SecurityEvent::new("foreign_connection").by(caller).about(row.id()).log();
    }
    own
}

/// The row in the product's terms.
pub(super) fn understood(row: &wire::Connection, call: Call) -> Result<Connection, Failure> {
    row.to_domain().map_err(|_| Failure::Answer { call, fault: AnswerFault::UnusableId })
}

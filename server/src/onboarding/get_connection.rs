//! Reading one connection: for a program as it is now, for a page as fast as can be.

use app::backend::{Caller, Kept};
use app::model;

use super::UseCases;
use super::access;
use super::own::{Own, connection_id};
use super::reported_error::ReportedError;
use super::view::{kept, text};
use crate::failure::{Failure, Missing};
use crate::store::Cause;

impl UseCases {
    pub(super) async fn get_connection(
        &self,
        caller: &Caller,
        id: &str,
    ) -> Result<model::Connection, Failure> {
        access::may_read(caller)?;
        let own = self.own_connection(caller, &connection_id(id)?).await?;
        log_error(&own);
        self.show(caller, &own, Cause::Look).await
    }

    /// The connection as it was last read here, if it was; one that is known to be gone is missing.
    pub(super) async fn kept_connection(
        &self,
        caller: &Caller,
        id: &str,
    ) -> Result<Option<Kept<model::Connection>>, Failure> {
        access::may_read(caller)?;
        let record = self.store.connection(self.tenant(caller), &connection_id(id)?).await?;
        if record.as_ref().is_some_and(|record| record.removed_at.is_some()) {
            return Err(Missing::Unknown.into());
        }
        Ok(record.and_then(|record| {
            let own = Own::kept(&record)?;
            log_error(&own);
            Some(Kept { what: kept(&own, &record), as_of: record.read_at.map(text) })
        }))
    }
}

/// Logs what Waycore reports to be wrong with a connection that a person looks at.
fn log_error(own: &Own) {
    if let Some(error) = ReportedError::of(&own.wire) {
        error.log(&own.connection.id);
    }
}

//! Reading one connection.

use app::backend::Caller;
use app::model;

use super::UseCases;
use super::access;
use super::own::connection_id;
use crate::failure::Failure;

impl UseCases {
    pub(super) async fn get_connection(
        &self,
        caller: &Caller,
        id: &str,
    ) -> Result<model::Connection, Failure> {
        access::may_read(caller)?;
        let own = self.own_connection(caller, &connection_id(id)?).await?;
        self.show(caller, &own).await
    }
}

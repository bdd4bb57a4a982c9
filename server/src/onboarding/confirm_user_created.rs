//! The end of step 2: the customer says that the delegated user exists at the bank.

use app::backend::Caller;
use app::model;
use domain::step::{Step, step};

use super::own::connection_id;
use super::view::progress;
use super::{UseCases, access};
use crate::failure::Failure;
use crate::store::{Cause, Write};

impl UseCases {
    /// Kept here, because Waycore has no field for it. Repeating it, or saying it when the connection has moved on,
    /// changes nothing.
    pub(super) async fn confirm_user_created(
        &self,
        caller: &Caller,
        id: &str,
    ) -> Result<model::Connection, Failure> {
        access::may_change(caller)?;
        let own = self.own_connection(caller, &connection_id(id)?).await?;
        let (tenant, connection) = (self.tenant(caller), &own.connection);
        let record = self.store.connection(tenant, &connection.id).await?;
        if step(Some(connection), &progress(record.as_ref())) == Step::DelegatedUser {
            let (id, as_of) = (&connection.id, connection.updated_at);
            let known = Write::Connection { id, requested_name: None };
            self.write(caller, &[known, Write::UserConfirmed { id, as_of }]).await?;
        }
        self.show(caller, &own, Cause::Look).await
    }
}

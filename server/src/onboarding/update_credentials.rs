//! Repair: what the bank issued is handed over again, on the same connection.

use app::backend::{Caller, Credentials};
use app::model;
use domain::credentials::NonEmptyCredentials;
use domain::ids::ConnectionId;

use super::own::connection_id;
use super::turn::audited;
use super::{UseCases, access};
use crate::failure::{Call, Failure, InvalidInput};
use crate::store::{Action, AuditEvent, Cause, Write};

impl UseCases {
    pub(super) async fn update_credentials(
        &self,
        caller: &Caller,
        id: &str,
        input: Credentials,
    ) -> Result<model::Connection, Failure> {
        access::may_change(caller)?;
        let credentials =
            NonEmptyCredentials::from_fields(input.bank_username, input.bank_customer_id, input.password)
                .ok_or(InvalidInput::NothingEntered)?;
        let id = connection_id(id)?;
        let turn = self.turn(caller, Action::Finish, id.as_str()).await?;
        let tried = self.hand_over(caller, &id, &credentials).await;
        let entry = audited(caller, AuditEvent::CredentialsSubmitted, Some(&id), "repair");
        turn.end(tried, |()| vec![Write::Audit(&entry)]).await?;
        let own = self.own_connection(caller, &id).await?;
        self.show(caller, &own, Cause::Repair).await
    }

    async fn hand_over(
        &self,
        caller: &Caller,
        id: &ConnectionId,
        credentials: &NonEmptyCredentials,
    ) -> Result<(), Failure> {
        self.own_connection(caller, id).await?;
        let sent = self.waycore.put_credentials(id, credentials).await;
        sent.map(drop).map_err(Failure::of(Call::PutCredentials))
    }
}

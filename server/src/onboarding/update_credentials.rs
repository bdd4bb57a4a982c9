//! Repair: what the bank issued is handed over again, on the same connection.

use app::backend::{Caller, Credentials, FormOutcome};
use app::model;
use domain::credentials::NonEmptyCredentials;
use domain::ids::ConnectionId;
use domain::timestamp::Timestamp;

use super::attempt::attempted;
use super::own::connection_id;
use super::turn::{OUTCOME_UNKNOWN, audited};
use super::{UseCases, access};
use crate::failure::{Call, Failure, InvalidInput};
use crate::store::{Action, AuditEvent, Cause, Write};

/// What was filled in, if anything. Without the password that was typed before, the form is to be filled in again: nothing
/// goes on with a part of what was typed unless somebody says so.
pub(super) fn filled_in(input: Credentials) -> Result<Option<NonEmptyCredentials>, InvalidInput> {
    let Credentials { bank_username, bank_customer_id, password, password_dropped } = input;
    let filled = NonEmptyCredentials::from_fields(bank_username, bank_customer_id, password);
    if let Some(field) = filled.as_ref().and_then(NonEmptyCredentials::field_too_long) {
        return Err(InvalidInput::TooLong(field));
    }
    if let Some(field) = filled.as_ref().and_then(NonEmptyCredentials::field_with_invisible) {
        return Err(InvalidInput::Invisible(field));
    }
    let has_password = filled.as_ref().is_some_and(|filled| filled.password().is_some());
    if password_dropped && !has_password { Err(InvalidInput::PasswordDropped) } else { Ok(filled) }
}

impl UseCases {
    pub(super) async fn update_credentials(
        &self,
        caller: &Caller,
        id: &str,
        input: Credentials,
        outcome: &FormOutcome,
    ) -> Result<model::Connection, Failure> {
        access::may_change(caller)?;
        let credentials = filled_in(input)?.ok_or(InvalidInput::NothingEntered)?;
        let id = connection_id(id)?;
        self.prove_own(caller, &id).await?;
        let turn = self.turn(caller, Action::Finish, id.as_str()).await?;
        let tried = self.hand_over(caller, &id, &credentials).await;
        if tried.is_ok() {
            outcome.note_credentials_accepted();
        }
        let entry = |detail: &str| audited(caller, AuditEvent::CredentialsSubmitted, Some(&id), detail);
        let (done, unknown) = (entry("repair"), entry(&["repair, ", OUTCOME_UNKNOWN].concat()));
        let ended = turn.end(tried, Some(&unknown), |&as_of| {
            vec![Write::CredentialsSent { id: &id, as_of }, Write::Audit(&done)]
        });
        ended.await?;
        let own = self.own_connection(caller, &id).await?;
        self.show(caller, &own, Cause::Repair).await
    }

    /// Gives Waycore's `updatedAt` from then on.
    async fn hand_over(
        &self,
        caller: &Caller,
        id: &ConnectionId,
        credentials: &NonEmptyCredentials,
    ) -> Result<Timestamp, Failure> {
        self.own_connection(caller, id).await?;
        let sent = attempted(self.waycore.put_credentials(id, credentials).await);
        let sent = sent.map_err(Failure::of(Call::PutCredentials))?;
        Ok(sent.updated_at().into())
    }
}

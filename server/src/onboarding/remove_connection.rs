//! Removing a connection, with its accounts and transactions, for good.

use app::backend::Caller;
use domain::ids::ConnectionId;
use domain::removal::ConfirmedRemoval;
use domain::visible::is_blank;
use waycore::{Error, Unclear};

use super::attempt::attempted;
use super::own::connection_id;
use super::turn::{OUTCOME_UNKNOWN, audited};
use super::{UseCases, access};
use crate::failure::{Call, Failure, InvalidInput, Missing};
use crate::store::{Action, AuditEvent, Cause, Write};

impl UseCases {
    /// `confirmation` is the connection's name as a person typed it. Repeating a removal whose answer was lost finds
    /// the connection gone, as does everybody else.
    pub(super) async fn remove_connection(
        &self,
        caller: &Caller,
        id: &str,
        confirmation: &str,
    ) -> Result<(), Failure> {
        access::may_change(caller)?;
        let id = connection_id(id)?;
        self.prove_own(caller, &id).await?;
        let turn = self.turn(caller, Action::Remove, id.as_str()).await?;
        let tried = self.remove(caller, &id, confirmation).await;
        let entry = |detail| audited(caller, AuditEvent::ConnectionRemoved, Some(&id), detail);
        let (done, unknown) = (entry(""), entry(OUTCOME_UNKNOWN));
        let gone = Write::Tombstone { id: &id, cause: Cause::Removal };
        turn.end(tried, Some(&unknown), |()| vec![gone, Write::Audit(&done)]).await
    }

    async fn remove(&self, caller: &Caller, id: &ConnectionId, confirmation: &str) -> Result<(), Failure> {
        if is_blank(confirmation) {
            return Err(InvalidInput::ConfirmationMissing.into());
        }
        let own = self.own_connection(caller, id).await?;
        let shown = self.show(caller, &own, Cause::Look).await?;
        let confirmed = ConfirmedRemoval::confirm(id.clone(), &shown.display_name, confirmation)
            .map_err(|_| InvalidInput::Confirmation)?;
        match attempted(self.waycore.delete_connection(confirmed.connection()).await) {
            // Somebody else was faster.
            Ok(()) | Err(Error::NotFound) => Ok(()),
            Err(Error::Unknown(unclear)) => match self.own_connection(caller, id).await {
                Err(Failure::NotFound(Missing::Unknown)) => Ok(()),
                // It is still there, so the removal has not arrived.
                Ok(_) if unclear == Unclear::NoAnswer => {
                    match attempted(self.waycore.delete_connection(confirmed.connection()).await) {
                        Ok(()) | Err(Error::NotFound) => Ok(()),
                        Err(error) => Err(Failure::of(Call::Delete)(error)),
                    }
                }
                _ => Err(Failure::of(Call::Delete)(Error::Unknown(unclear))),
            },
            Err(error) => Err(Failure::of(Call::Delete)(error)),
        }
    }
}

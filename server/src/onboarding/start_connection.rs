//! The end of step 1: the connection is created, or the one that exists is found.

use app::backend::{Caller, StartConnection};
use app::model::Started;
use domain::bank_choice::BankChoice;
use domain::connection::{Connection, ConnectionState};
use domain::ids::EntityId;
use domain::portal_url::same_portal;
use waycore::wire::ConnectionCreate;
use waycore::{Created, Error, Unclear};

use super::attempt::attempted;
use super::list_connections::Rows;
use super::own::{Own, is_own, understood};
use super::turn::{OUTCOME_UNKNOWN, audited};
use super::{UseCases, access};
use crate::failure::{AnswerFault, Call, EntityFault, Failure, InvalidInput};
use crate::store::{Action, AuditEvent, Cause, Write};

impl UseCases {
    /// Nothing is sent before the input is good, and nothing is created before the entity is settled. Waycore returns
    /// the connection that exists, so a second click and a try after a timeout are both safe.
    pub(super) async fn start_connection(
        &self,
        caller: &Caller,
        input: StartConnection,
    ) -> Result<Started, Failure> {
        access::may_change(caller)?;
        let choice = self.chosen_bank(caller, &input).await?;
        if input.ask_first {
            self.refuse_another_portal(caller, &choice).await?;
        }
        let entity = self.resolve_entity(caller).await?;
        let turn = self.turn(caller, Action::Create, &subject(&choice)).await?;
        let tried = self.create_or_find(caller, &entity, &choice).await;
        let (own, existing) = match tried {
            Ok(found) => found,
            Err(failure) => {
                let unknown = audited(caller, AuditEvent::ConnectionStarted, None, OUTCOME_UNKNOWN);
                return Err(turn.failed(failure, Some(&unknown)).await);
            }
        };
        let id = &own.connection.id;
        let requested_name = match &choice {
            BankChoice::Supported { .. } | BankChoice::AtOwnPortal { .. } => None,
            BankChoice::Unsupported { requested_name, .. } => requested_name.as_ref(),
        };
        // A row that cannot be read counts as none: the connection exists by now, so that has to be kept all the same.
        let record = self.store.connection(self.tenant(caller), id).await.ok().flatten();
        let is_known = existing && record.is_some_and(|record| record.removed_at.is_none());
        let known = Write::Connection { id, requested_name };
        if is_known {
            // Nothing was done that would have to be told, however often it is asked for.
            turn.left_alone(&[known]).await?;
            return Ok(Started { connection: self.show(caller, &own, Cause::Start).await?, existing });
        }
        let detail = if existing { "found" } else { "created" };
        let entry = audited(caller, AuditEvent::ConnectionStarted, Some(id), detail);
        turn.done(&[known, Write::Audit(&entry)]).await?;
        Ok(Started { connection: self.show(caller, &own, Cause::Start).await?, existing })
    }

    /// Waycore returns the connection that exists for the same portal, and makes another for another one of the bank's. One
    /// whose access was revoked is none that somebody could go on with.
    async fn refuse_another_portal(&self, caller: &Caller, choice: &BankChoice) -> Result<(), Failure> {
        let (Some(institution), Some(portal)) = (choice.institution(), choice.portal()) else {
            return Ok(());
        };
        let known = self.store.connections(self.tenant(caller)).await?;
        let mut of_bank = known
            .iter()
            .filter_map(Own::kept)
            .map(|own| own.connection)
            .filter(|connection| connection.institution_id.as_ref() == Some(institution))
            .filter(|connection| !is_revoked(connection))
            .peekable();
        if of_bank.peek().is_none() || of_bank.any(|connection| is_at(&connection, portal.as_str())) {
            return Ok(());
        }
        Err(InvalidInput::AnotherPortal.into())
    }

    async fn create_or_find(
        &self,
        caller: &Caller,
        entity: &EntityId,
        choice: &BankChoice,
    ) -> Result<(Own, bool), Failure> {
        let call = match choice {
            BankChoice::Supported { .. } => Call::CreateSupported,
            BankChoice::AtOwnPortal { .. } => Call::CreateAtOwnPortal,
            BankChoice::Unsupported { .. } => Call::CreateUnsupported,
        };
        let request = ConnectionCreate::new(entity, choice);
        let began = self.clock.now();
        let mut created = attempted(self.waycore.create_connection(&request).await);
        if let Err(Error::Unknown(unclear)) = &created {
            match self.find_connection(caller, entity, choice).await {
                Ok(Some(own)) => {
                    let record = self.store.connection(self.tenant(caller), &own.connection.id).await?;
                    let existing = record.is_some_and(|record| record.created_at < began);
                    return Ok((own, existing));
                }
                // It has left nothing at Waycore, which would return the connection that exists.
                Ok(None) if *unclear == Unclear::NoAnswer => {
                    created = attempted(self.waycore.create_connection(&request).await);
                }
                Ok(None) | Err(_) => {}
            }
        }
        let Created { connection: wire, existing } = match created {
            Ok(created) => created,
            // A create names nothing else that could be missing.
            Err(Error::NotFound) => return Err(EntityFault::Gone.into()),
            Err(error) => return Err(Failure::of(call)(error)),
        };
        if !is_own(caller, &wire, entity) {
            return Err(Failure::Answer { call, fault: AnswerFault::ForeignConnection });
        }
        Ok((Own { connection: understood(&wire, call)?, wire, asked_of: None }, existing))
    }
}

impl UseCases {
    /// The connection that a create whose answer was lost has made, if it has.
    async fn find_connection(
        &self,
        caller: &Caller,
        entity: &EntityId,
        choice: &BankChoice,
    ) -> Result<Option<Own>, Failure> {
        let Rows { own: rows, unreadable } = self.rows_at_waycore(caller, entity).await?;
        let (institution, portal) = (choice.institution(), choice.portal());
        let found = rows.into_iter().find(|Own { connection, .. }| {
            !is_revoked(connection)
                && (institution.is_none() || connection.institution_id.as_ref() == institution)
                && portal.is_none_or(|portal| is_at(connection, portal.as_str()))
        });
        if found.is_none() && !unreadable.is_empty() {
            // It may be one of these.
            return Err(Failure::Answer { call: Call::ListConnections, fault: AnswerFault::UnreadableRow });
        }
        Ok(found)
    }
}

fn is_revoked(connection: &Connection) -> bool {
    matches!(connection.state, ConnectionState::Revoked(_))
}

fn is_at(connection: &Connection, portal: &str) -> bool {
    connection.portal_url.as_deref().is_some_and(|known| same_portal(known, portal))
}

/// What one create at a time is for.
fn subject(choice: &BankChoice) -> String {
    match choice {
        BankChoice::Supported { institution, .. } | BankChoice::AtOwnPortal { institution, .. } => {
            ["institution", institution.as_str()].join(" ")
        }
        BankChoice::Unsupported { portal, .. } => ["portal", portal.as_str()].join(" "),
    }
}

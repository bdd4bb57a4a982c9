//! The end of step 3: what the bank issued is handed over, and the setup is completed.

use app::backend::{Caller, Credentials, FinishSetup, FormOutcome};
use app::model;
use domain::connection::{ActionRequiredBy, ConnectionState, NextAction};
use domain::credentials::NonEmptyCredentials;
use domain::ids::ConnectionId;
use domain::step::{Progress, Step, step};
use waycore::{Error, Unclear};

use super::attempt::{attempted, settled};
use super::own::{Own, connection_id};
use super::turn::{OUTCOME_UNKNOWN, audited};
use super::update_credentials::filled_in;
use super::view::progress;
use super::{UseCases, access, terms};
use crate::failure::{Call, Failure, InvalidInput};
use crate::store::{Action, AuditEntry, AuditEvent, Cause, Write};

/// A setup that is completed.
enum Finished {
    /// By this call.
    Now(Own),
    /// Before it.
    Before(Own),
}

impl UseCases {
    /// The receipt of the terms is stored before anything is sent. Every part can be repeated, so whoever was
    /// interrupted sends the form again; once the completion is known here, that changes nothing.
    pub(super) async fn submit_finish(
        &self,
        caller: &Caller,
        id: &str,
        input: FinishSetup,
        outcome: &FormOutcome,
    ) -> Result<model::Connection, Failure> {
        access::may_change(caller)?;
        let credentials = confirmed(input)?;
        let id = connection_id(id)?;
        self.prove_own(caller, &id).await?;
        let turn = self.turn(caller, Action::Finish, id.as_str()).await?;
        let of_credentials = ["setup, ", OUTCOME_UNKNOWN].concat();
        let mut unknown = audited(caller, AuditEvent::CredentialsSubmitted, Some(&id), &of_credentials);
        let tried = self.finish(caller, &id, credentials, outcome, &mut unknown).await;
        let entry = audited(caller, AuditEvent::SetupCompleted, Some(&id), "");
        let finished = turn.end(tried, Some(&unknown), |finished| match finished {
            Finished::Now(own) => {
                let as_of = own.connection.updated_at;
                vec![Write::CompletionSent { id: &id, as_of }, Write::Audit(&entry)]
            }
            Finished::Before(_) => Vec::new(),
        });
        let (Finished::Now(own) | Finished::Before(own)) = finished.await?;
        self.show(caller, &own, Cause::Finish).await
    }

    /// Sends two changes, one after the other. `unknown` is the entry for the audit log if nobody can tell whether Waycore did
    /// the present one: that of the credentials at first.
    async fn finish(
        &self,
        caller: &Caller,
        id: &ConnectionId,
        credentials: Option<NonEmptyCredentials>,
        outcome: &FormOutcome,
        unknown: &mut AuditEntry,
    ) -> Result<Finished, Failure> {
        let own = self.own_connection(caller, id).await?;
        let record = self.store.connection(self.tenant(caller), id).await?;
        if is_done(&own, &progress(record.as_ref()))? {
            let were_sent = record.is_some_and(|record| record.credentials_sent.is_some());
            if credentials.is_some() && !were_sent {
                outcome.note_credentials_left_out();
            }
            return Ok(Finished::Before(own));
        }
        let receipt = terms::receipt(caller, id, self.clock.now());
        let entry = audited(caller, AuditEvent::TermsAccepted, Some(id), &receipt.language);
        let known = Write::Connection { id, requested_name: None };
        self.write(caller, &[known, Write::Terms(&receipt), Write::Audit(&entry)]).await?;
        if let Some(credentials) = credentials {
            let sent = attempted(self.waycore.put_credentials(id, &credentials).await);
            let as_of = sent.map_err(Failure::of(Call::PutCredentials))?.updated_at().into();
            outcome.note_credentials_accepted();
            // At once: should the completion fail, this was done all the same.
            let entry = audited(caller, AuditEvent::CredentialsSubmitted, Some(id), "setup");
            self.write(caller, &[Write::CredentialsSent { id, as_of }, Write::Audit(&entry)]).await?;
            settled();
        }
        *unknown = audited(caller, AuditEvent::SetupCompleted, Some(id), OUTCOME_UNKNOWN);
        let mut completed = attempted(self.waycore.complete_setup(id).await);
        if completed == Err(Error::Unknown(Unclear::NoAnswer)) {
            completed = match self.own_connection(caller, id).await?.connection.state {
                // It has not arrived, as far as that can be seen; a second one that is not wanted is a conflict.
                ConnectionState::Draft(_) => attempted(self.waycore.complete_setup(id).await),
                _ => Ok(()),
            };
        }
        let refused = match completed {
            Ok(()) => false,
            Err(Error::Conflict { .. }) => true,
            Err(error) => return Err(Failure::of(Call::CompleteSetup)(error)),
        };
        // Neither the answer's body nor its repetition is documented: what counts is what is read now.
        let own = self.own_connection(caller, id).await?;
        if refused && still_asks(&own) {
            return Err(Failure::Waycore {
                call: Call::CompleteSetup,
                error: Error::Conflict { retry_after: None },
            });
        }
        Ok(Finished::Now(own))
    }
}

/// Whether there is nothing left to complete. A connection that stopped working without ever having been completed here is
/// another matter: what was typed would be lost without a word.
fn is_done(own: &Own, progress: &Progress) -> Result<bool, Failure> {
    match step(Some(&own.connection), progress) {
        Step::ConnectionDetails | Step::DelegatedUser | Step::FinishSetup => Ok(false),
        Step::Activation | Step::Connected => Ok(true),
        Step::Recoverable(_) | Step::Support(_) if progress.completion_sent.is_some() => Ok(true),
        Step::Recoverable(_) | Step::Support(_) => Err(Failure::Moved),
    }
}

/// Checks both confirmations, and gives what was filled in.
fn confirmed(input: FinishSetup) -> Result<Option<NonEmptyCredentials>, InvalidInput> {
    if !input.delegated_user_active {
        return Err(InvalidInput::UserNotActive);
    }
    if !input.accept_terms {
        return Err(InvalidInput::TermsNotAccepted);
    }
    let FinishSetup { bank_username, bank_customer_id, password, password_dropped, .. } = input;
    filled_in(Credentials { bank_username, bank_customer_id, password, password_dropped })
}

/// A completion that is refused with a conflict may have arrived before, its answer lost on the way. It has not if
/// the customer is asked for something that comes before it.
fn still_asks(own: &Own) -> bool {
    match &own.connection.state {
        ConnectionState::Draft(setup) => {
            setup.action_required_by == ActionRequiredBy::EndUser
                && matches!(
                    setup.next_action,
                    NextAction::CreateDelegatedUser | NextAction::ProvideCredentials
                )
        }
        ConnectionState::PendingActivation(_)
        | ConnectionState::ActivatingReady(_)
        | ConnectionState::Connected(_)
        | ConnectionState::ReauthRequired(_)
        | ConnectionState::Errored(_)
        | ConnectionState::InvalidConfig(_)
        | ConnectionState::Paused(_)
        | ConnectionState::Revoked(_)
        | ConnectionState::Unrecognised(_) => false,
    }
}

//! The end of step 1: the connection is created, or the one that exists is found.

use app::backend::{Caller, StartConnection};
use app::model::Started;
use domain::bank_choice::BankChoice;
use waycore::Created;
use waycore::wire::ConnectionCreate;

use super::locks::Key;
use super::own::{Own, is_own, understood};
use super::{UseCases, access};
use crate::failure::{AnswerFault, Call, Failure};

impl UseCases {
    /// Nothing is sent before the input is good, and nothing is created before the entity is settled. Waycore returns
    /// the connection that exists, so a second click and a try after a timeout are both safe.
    pub(super) async fn start_connection(
        &self,
        caller: &Caller,
        input: StartConnection,
    ) -> Result<Started, Failure> {
        access::may_change(caller)?;
        let choice = self.chosen_bank(&input).await?;
        let entity = self.resolve_entity(caller).await?;
        let _one_at_a_time = self.locks.lock(Key::create(&caller.customer, &choice)).await;
        let (call, requested_name) = match &choice {
            BankChoice::Supported { .. } => (Call::CreateSupported, None),
            BankChoice::Unsupported { requested_name, .. } => {
                (Call::CreateUnsupported, requested_name.as_ref())
            }
        };
        let created = self.waycore.create_connection(&ConnectionCreate::new(&entity, &choice)).await;
        let Created { connection: wire, existing } = created.map_err(Failure::of(call))?;
        if !is_own(caller, &wire, &entity) {
            return Err(Failure::Answer { call, fault: AnswerFault::ForeignConnection });
        }
        let own = Own { connection: understood(&wire, call)?, wire };
        let id = &own.connection.id;
        self.store.remember_connection(self.tenant(caller), id, requested_name, self.clock.now()).await?;
        Ok(Started { connection: self.show(caller, &own).await?, existing })
    }
}

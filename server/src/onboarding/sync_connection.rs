//! Asking for a sync beside Waycore's own schedule.

use app::backend::Caller;
use app::model;
use domain::ids::ConnectionId;
use domain::timestamp::Timestamp;
use waycore::{Error, RetryAfter};

use super::own::connection_id;
use super::turn::audited;
use super::{UseCases, access};
use crate::failure::{Call, Failure};
use crate::store::{Action, AuditEvent, Cause, Write};

impl UseCases {
    pub(super) async fn sync_connection(
        &self,
        caller: &Caller,
        id: &str,
    ) -> Result<model::Connection, Failure> {
        access::may_change(caller)?;
        let id = connection_id(id)?;
        let turn = self.turn(caller, Action::Sync, id.as_str()).await?;
        let tried = self.ask_for_sync(caller, &id).await;
        let entry = audited(caller, AuditEvent::SyncRequested, Some(&id), "");
        turn.end(tried, |()| vec![Write::Audit(&entry)]).await?;
        let own = self.own_connection(caller, &id).await?;
        self.show(caller, &own, Cause::Sync).await
    }

    async fn ask_for_sync(&self, caller: &Caller, id: &ConnectionId) -> Result<(), Failure> {
        self.own_connection(caller, id).await?;
        match self.waycore.sync_connection(id).await {
            Ok(()) => Ok(()),
            // It was queued, or it was not: a sync more or less does no harm, and what is read next tells.
            Err(Error::Unknown(_)) => Ok(()),
            Err(error) => {
                if let Error::RateLimited { retry_after: Some(wait) }
                | Error::Conflict { retry_after: Some(wait) } = &error
                {
                    self.note_cooldown(caller, id, *wait).await;
                }
                Err(Failure::of(Call::Sync)(error))
            }
        }
    }

    /// So that the page still counts down when it is opened again, on whatever device.
    async fn note_cooldown(&self, caller: &Caller, id: &ConnectionId, wait: RetryAfter) {
        let wait = i64::try_from(wait.as_duration().as_millis()).unwrap_or(i64::MAX);
        let at = Timestamp::from_millis(self.clock.now().as_millis().saturating_add(wait));
        if let Err(error) = self.write(caller, &[Write::SyncNotBefore { id, at }]).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "a cooldown is not kept");
        }
    }
}

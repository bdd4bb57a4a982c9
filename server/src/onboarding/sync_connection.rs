//! Asking for a sync beside Waycore's own schedule.

use std::time::Duration;

use app::backend::Caller;
use app::model;
use domain::connection::SyncStatus;
use domain::ids::ConnectionId;
use domain::timestamp::Timestamp;
use waycore::{Error, RetryAfter, Unclear, wire};

use super::attempt::attempted;
use super::own::{Own, connection_id};
use super::turn::{OUTCOME_UNKNOWN, audited};
use super::{UseCases, access};
use crate::failure::{Call, Failure, SyncRefusal};
use crate::store::{Action, AuditEvent, Cause, Write};

/// After a sync, Waycore refuses another one for so long (documents: onboarding page).
const COOLDOWN: Duration = Duration::from_mins(45);

impl UseCases {
    pub(super) async fn sync_connection(
        &self,
        caller: &Caller,
        id: &str,
    ) -> Result<model::Connection, Failure> {
        access::may_change(caller)?;
        let id = connection_id(id)?;
        self.prove_own(caller, &id).await?;
        let turn = self.turn(caller, Action::Sync, id.as_str()).await?;
        let tried = self.ask_for_sync(caller, &id).await;
        let entry = |detail| audited(caller, AuditEvent::SyncRequested, Some(&id), detail);
        let (done, unknown) = (entry(""), entry(OUTCOME_UNKNOWN));
        turn.end(tried, Some(&unknown), |()| vec![Write::Audit(&done)]).await?;
        let own = self.own_connection(caller, &id).await?;
        self.show(caller, &own, Cause::Sync).await
    }

    async fn ask_for_sync(&self, caller: &Caller, id: &ConnectionId) -> Result<(), Failure> {
        let before = self.own_connection(caller, id).await?;
        let mut asked = attempted(self.waycore.sync_connection(id).await);
        let unanswered = asked == Err(Error::Unknown(Unclear::NoAnswer));
        if unanswered {
            asked = attempted(self.waycore.sync_connection(id).await);
        }
        if let Err(Error::Unknown(_)) = &asked
            && self.has_synced_since(caller, &before).await
        {
            asked = Ok(());
        }
        match asked {
            Ok(()) => {
                self.note_cooldown(caller, id, RetryAfter::new(COOLDOWN)).await;
                Ok(())
            }
            Err(error @ (Error::Conflict { .. } | Error::RateLimited { .. })) => {
                let own = self.own_connection(caller, id).await?;
                let known_cooldown = self.stored_cooldown(caller, id).await;
                match self.why_refused(&own, known_cooldown, &error) {
                    // The request before it has arrived after all.
                    SyncRefusal::Running if unanswered => Ok(()),
                    refusal => {
                        match refusal {
                            SyncRefusal::Cooldown(wait) => self.note_cooldown(caller, id, wait).await,
                            SyncRefusal::Limited => {
                                let wait = RetryAfter::new(SyncRefusal::LIMITED_FOR);
                                self.note_cooldown(caller, id, wait).await;
                            }
                            SyncRefusal::InSetup | SyncRefusal::Running | SyncRefusal::Unclear => {}
                        }
                        Err(refusal.into())
                    }
                }
            }
            Err(error) => Err(Failure::of(Call::Sync)(error)),
        }
    }

    /// Whether a sync runs, or has ended in the meantime. Where that cannot be read, nothing says so.
    async fn has_synced_since(&self, caller: &Caller, before: &Own) -> bool {
        self.own_connection(caller, &before.connection.id).await.is_ok_and(|now| {
            now.connection.state.sync() == Some(&SyncStatus::Syncing)
                || last_synced_at(&now) > last_synced_at(before)
        })
    }

    /// Tells the documented causes apart by what is known of the connection: a conflict stands for any of them, and 429 is what
    /// every call answers to too many requests.
    fn why_refused(&self, own: &Own, stored: Option<RetryAfter>, error: &Error) -> SyncRefusal {
        let (retry_after, is_limited) = match error {
            Error::RateLimited { retry_after } => (*retry_after, true),
            Error::Conflict { retry_after } => (*retry_after, false),
            _ => (None, false),
        };
        let left = self.left_of_cooldown(own);
        match (retry_after, left) {
            (Some(wait), _) => SyncRefusal::Cooldown(wait),
            (None, _) if is_limited => left.or(stored).map_or(SyncRefusal::Limited, SyncRefusal::Cooldown),
            (None, _) if own.wire.kind() == "setup" => SyncRefusal::InSetup,
            (None, _) if own.connection.state.sync() == Some(&SyncStatus::Syncing) => SyncRefusal::Running,
            (None, Some(left)) => SyncRefusal::Cooldown(left),
            (None, None) => SyncRefusal::Unclear,
        }
    }

    /// What is left of a cooldown that was stored by an earlier answer. Where that cannot be read, nothing.
    async fn stored_cooldown(&self, caller: &Caller, id: &ConnectionId) -> Option<RetryAfter> {
        let record = self.store.connection(self.tenant(caller), id).await.ok().flatten()?;
        let left = record.sync_not_before?.since(self.clock.now());
        let left = Duration::from_millis(u64::try_from(left).ok()?);
        (!left.is_zero() && left <= RetryAfter::LONGEST).then(|| RetryAfter::new(left))
    }

    /// What is left of the cooldown after the last sync, where Waycore does not say it.
    fn left_of_cooldown(&self, own: &Own) -> Option<RetryAfter> {
        let since = self.clock.now().as_millis() - last_synced_at(own)?;
        let left = COOLDOWN.checked_sub(Duration::from_millis(u64::try_from(since).ok()?))?;
        (!left.is_zero()).then(|| RetryAfter::new(left))
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

/// When the last sync ended, in milliseconds.
fn last_synced_at(own: &Own) -> Option<i64> {
    let wire::Connection::Ready(ready) = &own.wire else { return None };
    Some(ready.last_synced_at.as_ref()?.as_millis())
}

//! Doing something at Waycore: one at a time on all replicas, the intent on record before, the outcome after.
//!
//! A process that dies in between leaves an open intent. Whoever comes next takes it over, and settles it in the way
//! that every use case begins: by reading.

use std::sync::Arc;
use std::time::Duration;

use app::backend::Caller;
use domain::user_error::ErrorCode;
use tokio::sync::OwnedMutexGuard;
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::task::AbortOnDropHandle;
use waycore::Error;

use super::UseCases;
use super::attempt::may_have_taken_effect;
use super::locks::Key;
use crate::failure::Failure;
use crate::store::{
    ABANDONED_AFTER_MILLIS, Action, AuditEntry, AuditEvent, Begun, IntentId, Outcome, Refusal, StoreError,
    Write,
};

/// How long a request waits for others, in this process and on other replicas.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often it asks: soon at first, for most are done in milliseconds.
const FIRST_PAUSE: Duration = Duration::from_millis(4);
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// How often a process says that it is still at it. Several may fail before it is taken for dead.
const RENEWED_EVERY: Duration = Duration::from_millis(ABANDONED_AFTER_MILLIS.unsigned_abs() / 4);

/// The right to act on a subject, until it is ended.
pub(super) struct Turn<'a> {
    cases: &'a UseCases,
    caller: &'a Caller,
    intent: IntentId,
    /// Within this process others wait here, and do not ask the store.
    _alone: OwnedMutexGuard<()>,
    /// However long a call takes, no other replica takes this process for dead.
    _renewal: AbortOnDropHandle<()>,
}

/// Somebody who waits for a turn, as `/metrics` counts them.
struct Waiting;

impl Waiting {
    fn begin() -> Self {
        metrics::gauge!("connect_turns_waiting").increment(1);
        Self
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        metrics::gauge!("connect_turns_waiting").decrement(1);
    }
}

impl UseCases {
    /// Waits until nobody else does the same, and notes that it begins.
    pub(super) async fn turn<'a>(
        &'a self,
        caller: &'a Caller,
        action: Action,
        subject: &str,
    ) -> Result<Turn<'a>, Failure> {
        let _waiting = Waiting::begin();
        let deadline = Instant::now() + PATIENCE;
        let lock = self.locks.lock(Key::new(&caller.customer, action, subject));
        let alone = timeout_at(deadline, lock).await.map_err(|_| Failure::Busy)?;
        let mut pause = FIRST_PAUSE;
        loop {
            let begun =
                self.store.begin(self.tenant(caller), &caller.user, action, subject, self.clock.now());
            match begun.await? {
                Begun::First(intent) => {
                    let _renewal = self.renewal(&intent);
                    return Ok(Turn { cases: self, caller, intent, _alone: alone, _renewal });
                }
                Begun::Busy { .. } if Instant::now() < deadline => {
                    sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                Begun::Busy { .. } => return Err(Failure::Busy),
            }
        }
    }

    /// Renews an intent again and again.
    fn renewal(&self, intent: &IntentId) -> AbortOnDropHandle<()> {
        let (store, clock, intent) = (self.store.clone(), self.clock.clone(), intent.clone());
        AbortOnDropHandle::new(tokio::spawn(async move {
            loop {
                sleep(RENEWED_EVERY).await;
                match store.renew(&intent, clock.now()).await {
                    Ok(()) => {}
                    Err(StoreError::Missing) => return,
                    Err(error) => {
                        tracing::warn!(error = &error as &dyn std::error::Error, "intent not renewed");
                    }
                }
            }
        }))
    }
}

impl Turn<'_> {
    /// Keeps what was done, and that it was done, at once.
    pub(super) async fn done(self, writes: &[Write<'_>]) -> Result<(), Failure> {
        self.close(Outcome::Done, writes).await
    }

    /// Stores what is known and removes the intent: nothing was done.
    pub(super) async fn left_alone(self, writes: &[Write<'_>]) -> Result<(), Failure> {
        self.close(Outcome::Refused, writes).await
    }

    async fn close(self, outcome: Outcome, writes: &[Write<'_>]) -> Result<(), Failure> {
        let mut all = writes.to_vec();
        all.push(Write::End(&self.intent, outcome));
        Ok(self.cases.write(self.caller, &all).await?)
    }

    /// Keeps that it was not done, or that nobody can tell. Gives the failure back.
    ///
    /// `unknown` goes into the audit log where Waycore may have done it. Whoever tries again may find it done, and then
    /// nothing else would tell who did it.
    pub(super) async fn failed(self, failure: Failure, unknown: Option<&AuditEntry>) -> Failure {
        let outcome = match &failure {
            Failure::Waycore { error: Error::Unknown(_), .. } | Failure::Answer { .. } => Outcome::Unknown,
            _ if may_have_taken_effect() => Outcome::Unknown,
            _ => Outcome::Refused,
        };
        let told = unknown.filter(|_| may_have_taken_effect()).map(Write::Audit);
        let writes: Vec<_> = told.into_iter().chain([Write::End(&self.intent, outcome)]).collect();
        match self.cases.write(self.caller, &writes).await {
            Ok(()) => {}
            // What failed first is what the caller has to know; an intent that stays open is taken over.
            Err(error) => tracing::error!(error = &error as &dyn std::error::Error, "an intent stays open"),
        }
        failure
    }

    /// [`done`](Self::done) or [`failed`](Self::failed), by the result of what was tried; `writes` says what to keep.
    pub(super) async fn end<'w, T>(
        self,
        tried: Result<T, Failure>,
        unknown: Option<&AuditEntry>,
        writes: impl FnOnce(&T) -> Vec<Write<'w>>,
    ) -> Result<T, Failure> {
        match tried {
            Ok(done) => {
                self.done(&writes(&done)).await?;
                Ok(done)
            }
            Err(failure) => Err(self.failed(failure, unknown).await),
        }
    }
}

impl UseCases {
    /// Writes for a caller, now.
    pub(super) async fn write(&self, caller: &Caller, writes: &[Write<'_>]) -> Result<(), StoreError> {
        self.store.write(self.tenant(caller), writes, self.clock.now()).await
    }

    /// Puts what was refused into the audit log: what nobody may do, and what the state does not allow. Mistyped input
    /// and a Waycore that is down are nobody's doing.
    ///
    /// The answer does not wait for it: how long it takes would tell somebody else's connection from none.
    pub(super) fn note_refusal(self: &Arc<Self>, caller: &Caller, action: &'static str, failure: &Failure) {
        let code = failure.code();
        if matches!(code, ErrorCode::InvalidInput | ErrorCode::Unavailable | ErrorCode::RateLimited) {
            return;
        }
        let (cases, caller) = (Arc::clone(self), caller.clone());
        self.beside.spawn(async move {
            let refusal = Refusal { user: &caller.user, action, code: code.as_str() };
            let noted = cases.store.refuse(cases.tenant(&caller), refusal, cases.clock.now()).await;
            if let Err(error) = noted {
                tracing::error!(error = &error as &dyn std::error::Error, "refusal not audited");
            }
        });
    }
}

/// What the audit log says of something of which nobody can tell whether Waycore did it.
pub(super) const OUTCOME_UNKNOWN: &str = "outcome unknown";

/// An entry for the audit log, of the caller's doing.
pub(super) fn audited(
    caller: &Caller,
    event: AuditEvent,
    connection: Option<&domain::ids::ConnectionId>,
    detail: &str,
) -> AuditEntry {
    AuditEntry {
        event,
        user: caller.user.clone(),
        connection: connection.cloned(),
        detail: detail.to_owned(),
    }
}

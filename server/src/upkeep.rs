//! Housekeeping. Every minute: refusals that were counted go into the audit log. Every hour: interrupted actions are ended,
//! idle rows and old refusals are removed, and the audit log's head is logged, so that a log that was cut off shows.

use std::sync::Arc;
use std::time::Duration;

use domain::timestamp::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::limits::Limits;
use crate::store::{ABANDONED_AFTER_MILLIS, Store};

const EVERY: Duration = Duration::from_secs(60 * 60);

const REFUSALS_SETTLED_EVERY: Duration = Duration::from_secs(60);

/// Refusals are the one kind of audit row that somebody without any right can make as many of as they like.
const REFUSALS_KEPT_DAYS: i64 = 90;

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1_000;

/// Long enough to look into what went wrong last month.
const IDLE_DAYS: i64 = 30;

pub(crate) async fn run(
    store: Arc<dyn Store>,
    limits: Arc<Limits>,
    clock: Arc<dyn Clock>,
    shutdown: CancellationToken,
) {
    let mut hours = tokio::time::interval(EVERY);
    hours.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut minutes = tokio::time::interval(REFUSALS_SETTLED_EVERY);
    minutes.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = hours.tick() => once(store.as_ref(), &limits, clock.now()).await,
            _ = minutes.tick() => settle_refusals(store.as_ref(), clock.now()).await,
            () = shutdown.cancelled() => return,
        }
    }
}

async fn settle_refusals(store: &dyn Store, now: Timestamp) {
    if let Err(error) = store.settle_refusals(now).await {
        tracing::error!(error = &error as &dyn std::error::Error, "counted refusals not audited");
    }
}

async fn once(store: &dyn Store, limits: &Limits, now: Timestamp) {
    limits.forget_idle();
    let before = now.plus_millis(-IDLE_DAYS * DAY_MILLIS);
    let dead = now.plus_millis(-ABANDONED_AFTER_MILLIS);
    if let Err(error) = store.abandon(dead, now).await {
        tracing::error!(error = &error as &dyn std::error::Error, "what was interrupted cannot be ended");
    }
    match store.prune(before, now).await {
        Ok(rows) => tracing::debug!(rows, "idle rows are gone"),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "idle rows cannot be removed")
        }
    }
    let refused_before = now.plus_millis(-REFUSALS_KEPT_DAYS * DAY_MILLIS);
    match store.prune_refusals(refused_before).await {
        Ok(rows) => tracing::debug!(rows, "old refusals removed from the audit log"),
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "old refusals not removed from the audit log"
            );
        }
    }
    match store.audit_head().await {
        Ok(Some(head)) => tracing::info!(target: "audit", %head, "the audit log ends here"),
        Ok(None) => {}
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "the audit log cannot be read")
        }
    }
}

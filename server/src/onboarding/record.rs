//! What is on record here about a connection: how its state changed, and who accepted the terms.

use std::time::Duration;

use app::backend::{Caller, ConnectionRecord, StateChange, TermsReceipt};
use domain::ids::ConnectionId;
use domain::status_label::StatusLabel;
use domain::timestamp::Timestamp;
use serde_json::json;
use waycore::client::RetryAfter;
use waycore::wire::Connection;

use super::own::connection_id;
use super::view::text;
use super::{UseCases, access};
use crate::failure::Failure;

impl UseCases {
    /// Of the caller's own rows: of anybody else's connection there is nothing on record.
    pub(super) async fn record(&self, caller: &Caller, id: &str) -> Result<ConnectionRecord, Failure> {
        access::may_read(caller)?;
        let id: ConnectionId = connection_id(id)?;
        let changes = self.store.history(self.tenant(caller), &id).await?;
        let receipts = self.store.terms(self.tenant(caller), &id).await?;
        let known = self.store.connection(self.tenant(caller), &id).await?;
        let now = self.clock.now();
        let cooldown =
            known.and_then(|known| known.sync_not_before).map_or(0, |until| seconds_left(until, now));
        let label = |state: Option<String>| state.as_deref().map(label_of);
        Ok(ConnectionRecord {
            sync_again_in: (cooldown > 0).then_some(cooldown),
            changes: changes
                .into_iter()
                .map(|change| StateChange {
                    at: text(change.at),
                    before: label(change.before),
                    after: label(change.after),
                })
                .collect(),
            receipts: receipts
                .into_iter()
                .map(|receipt| TermsReceipt { user: receipt.user.to_string(), at: text(receipt.accepted_at) })
                .collect(),
        })
    }
}

/// Returns the seconds until the next sync is possible. A time that is further away than Waycore can name was written by a
/// clock that was ahead, and counts as none.
fn seconds_left(until: Timestamp, now: Timestamp) -> u64 {
    let left = Duration::from_millis(u64::try_from(until.since(now)).unwrap_or(0));
    if left > RetryAfter::LONGEST { 0 } else { left.as_secs() + u64::from(left.subsec_nanos() > 0) }
}

/// The label of a state as the history keeps it: the kind and the status. Read as a connection of Waycore's would be,
/// so that there is one table.
fn label_of(state: &str) -> StatusLabel {
    let (kind, status) = state.split_once(' ').unwrap_or((state, ""));
    let then = "1970-01-01T00:00:00Z";
    let body = json!({ "id": "then", "entityId": "then", "kind": kind, "status": status,
                       "createdAt": then, "updatedAt": then });
    let connection = serde_json::from_value::<Connection>(body).ok();
    let connection = connection.and_then(|connection| connection.to_domain().ok());
    connection.map_or(StatusLabel::Checking, |connection| StatusLabel::of(&connection.state))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cooldown_written_by_a_clock_that_was_ahead_counts_for_none() {
        let now = Timestamp::from_millis(1_000_000);
        for (until, left) in [
            (now.plus_millis(-1), 0),
            (now, 0),
            (now.plus_millis(1), 1),
            (now.plus_millis(90_000), 90),
            (now.plus_millis(24 * 3_600_000), 86_400),
            (now.plus_millis(24 * 3_600_000 + 1), 0),
            (Timestamp::from_millis(i64::MAX), 0),
        ] {
            assert_eq!(seconds_left(until, now), left, "{until:?}");
        }
    }
}

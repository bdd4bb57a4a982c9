//! What is on record here about a connection: how its state changed, and who accepted the terms.

use app::backend::{Caller, ConnectionRecord, StateChange, TermsReceipt};
use domain::ids::ConnectionId;
use domain::status_label::StatusLabel;
use serde_json::json;
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
        let cooldown = known.and_then(|known| known.sync_not_before).map(|until| {
            let left = until.as_millis().saturating_sub(self.clock.now().as_millis());
            u64::try_from(left).unwrap_or(0).div_ceil(1_000)
        });
        let label = |state: Option<String>| state.as_deref().map(label_of);
        Ok(ConnectionRecord {
            sync_again_in: cooldown.filter(|seconds| *seconds > 0),
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

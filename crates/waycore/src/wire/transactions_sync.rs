//! The transactions stream's envelope (documents: ref/transactions/sync), which is not that of a list.

use serde::{Deserialize, Serialize};

use super::{Meta, null_as_default};

/// One batch of the stream. The first call, without a cursor, has no events by design.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TransactionsSync<E> {
    pub events: Vec<E>,
    #[serde(default)]
    pub next_cursor: Option<String>,
    pub has_more: bool,
    #[serde(default, deserialize_with = "null_as_default")]
    pub meta: Meta,
}

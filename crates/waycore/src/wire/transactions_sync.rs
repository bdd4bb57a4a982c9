//! The stream of transactions (documents: ref/transactions/sync), whose envelope is not that of a list.

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::value::RawValue;

use super::{
    DateTime, Meta, Metadata, Transaction,
    lenient::{Rows, UnreadableRow, odd_as_absent, odd_as_default},
};

/// One batch of the stream. The first call, without a cursor, has no events by design: its cursor is where
/// the stream begins. It is read event by event, as the rows of a list are.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TransactionsSync {
    pub events: Vec<TransactionEvent>,
    /// Good for 90 days and for the same filters; keep it only after the batch is kept.
    pub next_cursor: Option<String>,
    /// True if the next batch is there already.
    pub has_more: bool,
    pub meta: Meta,
    /// The events that are not in `events`, because they could not be read.
    #[serde(skip)]
    pub unreadable: Vec<UnreadableRow>,
}

impl TransactionsSync {
    /// A batch whose events are all readable.
    pub fn new(
        events: Vec<TransactionEvent>,
        next_cursor: Option<String>,
        has_more: bool,
        meta: Meta,
    ) -> Self {
        Self { events, next_cursor, has_more, meta, unreadable: Vec::new() }
    }
}

impl<'de> Deserialize<'de> for TransactionsSync {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Envelope {
            events: Rows<TransactionEvent>,
            #[serde(default, deserialize_with = "odd_as_absent")]
            next_cursor: Option<String>,
            has_more: bool,
            #[serde(default, deserialize_with = "odd_as_default")]
            meta: Meta,
        }
        let Envelope { events: Rows { read, unreadable }, next_cursor, has_more, meta } =
            Envelope::deserialize(deserializer)?;
        Ok(Self { events: read, next_cursor, has_more, meta, unreadable })
    }
}

/// What happened to a transaction. The same event can come twice: `event_id` tells.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TransactionEvent {
    pub event_id: String,
    pub event_at: DateTime,
    #[serde(flatten)]
    pub change: TransactionChange,
}

/// The event's `type` with its `transaction`. The documents print `added`, their text breaks off inside
/// `modified`, and a schema of `removed` is named but not shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", content = "transaction", rename_all = "camelCase")]
pub enum TransactionChange {
    Added(Box<Transaction>),
    Modified(Box<Transaction>),
    Removed(RemovedTransaction),
    /// A type that the documents do not list: the event as it came.
    #[serde(untagged)]
    Other(Metadata),
}

/// A transaction that is gone: nothing but its id can be relied on.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RemovedTransaction {
    pub id: String,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub connection_id: Option<String>,
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub account_id: Option<String>,
}

/// The parts that every event has, and the one that those of known types have.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Frame {
    event_id: String,
    event_at: DateTime,
    #[serde(rename = "type")]
    event_type: String,
    transaction: Option<Box<RawValue>>,
}

impl<'de> Deserialize<'de> for TransactionEvent {
    /// The type decides first, so that an `added` event with a broken transaction is an error.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let body = Box::<RawValue>::deserialize(deserializer)?;
        let frame = serde_json::from_str(body.get()).map_err(D::Error::custom)?;
        let Frame { event_id, event_at, event_type, transaction } = frame;
        let transaction = transaction.as_deref().unwrap_or(RawValue::NULL).get();
        let change = match event_type.as_str() {
            "added" => serde_json::from_str(transaction).map(TransactionChange::Added),
            "modified" => serde_json::from_str(transaction).map(TransactionChange::Modified),
            "removed" => serde_json::from_str(transaction).map(TransactionChange::Removed),
            _ => serde_json::from_str(body.get()).map(|mut rest: Metadata| {
                rest.retain(|name, _| name != "eventId" && name != "eventAt");
                TransactionChange::Other(rest)
            }),
        };
        Ok(Self { event_id, event_at, change: change.map_err(D::Error::custom)? })
    }
}

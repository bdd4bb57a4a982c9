//! `/webhooks/waycore`: Waycore's deliveries (docs/reference.md, Webhooks). Believed, kept and answered; all else is done later.

use aws_lc_rs::digest;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::ids::ConnectionId;
use http::StatusCode;
use http::request::Parts;
use serde_json::value::RawValue;
use waycore::webhook::{self, SignatureError};
use waycore::wire::EventType;

use super::body::{self, Unread};
use crate::events::NotKept;
use crate::json::{self, Object};
use crate::security_log::SecurityEvent;
use crate::startup::AppState;
use crate::store::Delivery;

const LONGEST_BODY: usize = 256 * 1024;

/// Longer ids and types are kept as their digest: whatever Waycore sends, a delivery is told from any other.
const LONGEST_WORD: usize = 200;

/// Why a delivery was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Refusal {
    #[error("no webhook secret is set")]
    NotConfigured,
    #[error(transparent)]
    Body(#[from] Unread),
    #[error(transparent)]
    Signature(#[from] SignatureRefusal),
    #[error("the body is no event with an id and a type")]
    NoEvent,
    #[error("the delivery could not be stored")]
    NotStored,
}

/// Why a delivery is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum SignatureRefusal {
    #[error("there is no signature")]
    Missing,
    #[error("there is more than one signature header")]
    Repeated,
    #[error(transparent)]
    Wrong(#[from] SignatureError),
}

impl Refusal {
    fn status(self) -> StatusCode {
        match self {
            Self::NotConfigured => StatusCode::NOT_FOUND,
            Self::Body(Unread::TooLarge) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Body(Unread::TooSlow) => StatusCode::REQUEST_TIMEOUT,
            Self::Body(Unread::BrokenOff) | Self::NoEvent => StatusCode::BAD_REQUEST,
            Self::Signature(_) => StatusCode::UNAUTHORIZED,
            Self::NotStored => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The value of the metric's label, and of `reason` in the log.
    fn name(self) -> &'static str {
        match self {
            Self::NotConfigured => "not_configured",
            Self::Body(Unread::TooLarge) => "too_large",
            Self::Body(Unread::TooSlow) => "too_slow",
            Self::Body(Unread::BrokenOff) => "broken_off",
            Self::Signature(SignatureRefusal::Missing) => "signature_missing",
            Self::Signature(SignatureRefusal::Repeated) => "signature_repeated",
            Self::Signature(SignatureRefusal::Wrong(error)) => match error {
                SignatureError::Malformed => "signature_malformed",
                SignatureError::Stale => "signature_stale",
                SignatureError::Wrong => "signature_wrong",
            },
            Self::NoEvent => "no_event",
            Self::NotStored => "not_stored",
        }
    }
}

/// Takes a delivery in.
pub async fn delivery(State(state): State<AppState>, request: Request) -> Response {
    match take(&state, request).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(refusal) => {
            let reason = refusal.name();
            metrics::counter!("connect_deliveries_refused_total", "reason" => reason).increment(1);
            SecurityEvent::new("webhook_refused").because(reason).log();
            refusal.status().into_response()
        }
    }
}

async fn take(state: &AppState, request: Request) -> Result<(), Refusal> {
    if state.webhook_secrets.is_empty() {
        return Err(Refusal::NotConfigured);
    }
    let (parts, body) = request.into_parts();
    let body = body::read(body, LONGEST_BODY).await?;
    verify(state, &parts, &body)?;
    let delivery = read(&body).ok_or(Refusal::NoEvent)?;
    state.live.intake.keep(delivery).await.map_err(|NotKept| Refusal::NotStored)
}

/// Over the bytes as they came, before anything reads them.
fn verify(state: &AppState, parts: &Parts, body: &Bytes) -> Result<(), SignatureRefusal> {
    let mut headers = parts.headers.get_all(webhook::HEADER).iter();
    let header = headers.next().ok_or(SignatureRefusal::Missing)?;
    if headers.next().is_some() {
        return Err(SignatureRefusal::Repeated);
    }
    // Parts of the header that are unknown are ignored, whatever bytes they hold.
    let header = String::from_utf8_lossy(header.as_bytes());
    let now = state.clock.now().as_millis() / 1_000;
    Ok(webhook::verify(body, &header, &state.webhook_secrets, now, webhook::TOLERANCE)?)
}

/// Reads no more than what is kept: whatever else a believed delivery holds, it is taken.
fn read(body: &[u8]) -> Option<Delivery> {
    let event = Object::parse(body)?;
    let data: Object = event.read("data").unwrap_or_default();
    let within: Object = data.read("connection").unwrap_or_default();
    // The payload may be the connection. The id of anything else would say nothing, where a list of everything says enough; of
    // new transactions no list tells.
    let is_connection = data.get("entityId").is_some() || data.get("kind").is_some();
    let event_type = word(event.get("type")?)?;
    let tells_of_transactions = EventType::from(event_type.as_str()) == EventType::TransactionsSyncAvailable;
    let own = data.read("id").filter(|_| is_connection || tells_of_transactions);
    // Where it has been seen, or would be expected: the payload is not documented.
    let ids: [Option<String>; 4] =
        [data.read("connectionId"), within.read("id"), data.read("connection_id"), own];
    Some(Delivery {
        event_id: word(event.get("id")?)?,
        event_type,
        connection: ids.into_iter().flatten().find_map(|id| ConnectionId::parse(id).ok()),
    })
}

/// Returns a JSON string, or the digest of its raw form if it is not valid text.
fn word(value: &RawValue) -> Option<String> {
    let is_string = value.get().starts_with('"');
    is_string
        .then(|| json::read::<String>(value).map_or_else(|| digested(value.get()), |word| storable(&word)))
}

/// A text that every database takes.
fn storable(word: &str) -> String {
    if word.chars().count() <= LONGEST_WORD && !word.contains('\0') {
        return word.to_owned();
    }
    digested(word)
}

fn digested(word: &str) -> String {
    let digest = digest::digest(&digest::SHA256, word.as_bytes());
    ["sha256:", &URL_SAFE_NO_PAD.encode(digest)].concat()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use serde_json::{Value, json};

    #[track_caller]
    fn check(body: Value, expected: Option<(&str, &str, Option<&str>)>) {
        check_bytes(body.to_string().as_bytes(), expected);
    }

    #[track_caller]
    fn check_bytes(body: &[u8], expected: Option<(&str, &str, Option<&str>)>) {
        let read = read(body);
        let found = read.as_ref().map(|delivery| {
            let connection = delivery.connection.as_ref().map(ConnectionId::as_str);
            (delivery.event_id.as_str(), delivery.event_type.as_str(), connection)
        });
        assert_eq!(found, expected, "{}", body.escape_ascii());
    }

    #[test]
    fn a_payload_that_cannot_be_read_costs_no_delivery() {
        let deep = ["[".repeat(200), "]".repeat(200)].concat();
        for odd in
            [&b"1e999"[..], br#""\ud800""#, deep.as_bytes(), b"\"\xff\"", b"\"a\tb\"", br#"{"\udc00":1}"#]
        {
            for (data, connection) in [
                (odd.to_vec(), None),
                ([b"{\"x\":", odd, b"}"].concat(), None),
                ([b"{\"x\":", odd, b",\"connectionId\":\"c1\"}"].concat(), Some("c1")),
                ([b"{\"connection\":{\"id\":\"c1\",\"x\":", odd, b"}}"].concat(), Some("c1")),
                ([b"{\"connectionId\":", odd, b",\"kind\":", odd, b",\"id\":\"c1\"}"].concat(), Some("c1")),
            ] {
                let event = [br#"{"id":"e","type":"t","data":"#, &data[..], br#","y":"#, odd, b"}"].concat();
                check_bytes(&event, Some(("e", "t", connection)));
                check_bytes(&[b"\xef\xbb\xbf", &event[..]].concat(), Some(("e", "t", connection)));
            }
        }
        // Strings they are, by the grammar of JSON.
        let odd_words = read(br#"{"id":"\ud800","type":"\ud800","data":{"connectionId":"c1"}}"#).unwrap();
        let other_id = read(br#"{"id":"\ud801","type":"t"}"#).unwrap();
        assert!(odd_words.event_id.starts_with("sha256:") && odd_words.event_type.starts_with("sha256:"));
        assert_ne!(odd_words.event_id, other_id.event_id);
        assert_eq!(odd_words.connection.unwrap().as_str(), "c1");
    }

    #[test]
    fn a_delivery_needs_an_id_and_a_type_and_no_more() {
        check(json!({ "id": "evt_1", "type": "test" }), Some(("evt_1", "test", None)));
        check(
            json!({ "id": "evt_1", "type": "of tomorrow", "data": [] }),
            Some(("evt_1", "of tomorrow", None)),
        );
        for data in [
            json!({ "connectionId": "c1" }),
            json!({ "connection": { "id": "c1", "status": "active" } }),
            json!({ "id": "c1", "entityId": "e1", "status": "active" }),
            json!({ "id": "c1", "kind": "ready" }),
            json!({ "connectionId": 7, "connection_id": "c1" }),
        ] {
            check(json!({ "id": "e", "type": "t", "data": data }), Some(("e", "t", Some("c1"))));
        }
        let another_object = json!({ "id": "c1", "status": "sent" });
        for unreadable in [json!(null), json!("c1"), json!({}), json!({ "connectionId": "" }), another_object]
        {
            check(json!({ "id": "e", "type": "t", "data": unreadable }), Some(("e", "t", None)));
        }
        check(
            json!({ "id": "e", "type": "transactions.sync_available", "data": { "id": "c1" } }),
            Some(("e", "transactions.sync_available", Some("c1"))),
        );
        for nothing in [
            json!([]),
            json!("evt"),
            json!({ "id": "e" }),
            json!({ "type": "t" }),
            json!({ "id": 1, "type": "t" }),
        ] {
            check(nothing, None);
        }
    }

    #[test]
    fn whatever_text_the_id_is_the_delivery_is_taken_and_told_from_any_other() {
        check(json!({ "id": "", "type": "" }), Some(("", "", None)));
        let ids = ["e".repeat(200), "e".repeat(201), "e".repeat(202), "a\0b".to_owned(), "a\0c".to_owned()];
        let kept: Vec<_> = ids
            .iter()
            .filter_map(|id| read(json!({ "id": id, "type": "t" }).to_string().as_bytes()))
            .map(|delivery| delivery.event_id)
            .collect();
        assert_eq!(kept.first(), ids.first());
        assert!(kept.iter().all(|id| id.len() <= LONGEST_WORD && !id.contains('\0')), "{kept:?}");
        assert_eq!(HashSet::<_>::from_iter(&kept).len(), ids.len());
    }
}

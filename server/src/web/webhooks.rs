//! `/webhooks/waycore`: Waycore's deliveries (contract.md, Webhooks). Believed, kept and answered; all else is done later.

use aws_lc_rs::digest;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::ids::ConnectionId;
use http::StatusCode;
use http::request::Parts;
use serde_json::Value;
use waycore::webhook::{self, SignatureError};
use waycore::wire::EventType;

use crate::events::NotKept;
use crate::startup::AppState;
use crate::store::Delivery;

const LONGEST_BODY: usize = 256 * 1024;

/// Longer ids and types are kept as their digest: whatever Waycore sends, a delivery is told from any other.
const LONGEST_WORD: usize = 200;

/// Where a connection's id has been seen, or would be expected: the payload is not documented.
const CONNECTION_IDS: [&str; 3] = ["/connectionId", "/connection/id", "/connection_id"];

/// Takes a delivery in.
pub async fn delivery(State(state): State<AppState>, request: Request) -> Response {
    if state.webhook_secrets.is_empty() {
        return StatusCode::NOT_FOUND.into_response();
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LONGEST_BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    if let Err(error) = verify(&state, &parts, &body) {
        metrics::counter!("connect_deliveries_refused_total").increment(1);
        tracing::warn!(target: "security", event = "webhook_refused", %error, "a delivery was not believed");
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let Some(delivery) = read(&body) else { return StatusCode::BAD_REQUEST.into_response() };
    match state.live.intake.keep(delivery).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(NotKept) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// Over the bytes as they came, before anything reads them.
fn verify(state: &AppState, parts: &Parts, body: &Bytes) -> Result<(), SignatureError> {
    let mut headers = parts.headers.get_all(webhook::HEADER).iter();
    let (Some(header), None) = (headers.next(), headers.next()) else {
        return Err(SignatureError::Malformed);
    };
    let header = header.to_str().map_err(|_| SignatureError::Malformed)?;
    let now = state.clock.now().as_millis() / 1_000;
    webhook::verify(body, header, &state.webhook_secrets, now, webhook::TOLERANCE)
}

fn read(body: &[u8]) -> Option<Delivery> {
    let event: Value = serde_json::from_slice(body).ok()?;
    let word = |name: &str| Some(storable(event.as_object()?.get(name)?.as_str()?));
    let data = event.get("data").unwrap_or(&Value::Null);
    // The payload may be the connection. The id of anything else would say nothing, where a list of everything says enough; of
    // new transactions no list tells.
    let is_connection = data.get("entityId").is_some() || data.get("kind").is_some();
    let event_type = word("type")?;
    let tells_of_transactions = EventType::from(event_type.as_str()) == EventType::TransactionsSyncAvailable;
    let own = data.get("id").filter(|_| is_connection || tells_of_transactions);
    let places = CONNECTION_IDS.iter().filter_map(|place| data.pointer(place));
    let ids = places.chain(own).filter_map(Value::as_str);
    Some(Delivery {
        event_id: word("id")?,
        event_type,
        connection: ids.filter_map(|id| ConnectionId::parse(id).ok()).next(),
    })
}

/// A text that every database takes.
fn storable(word: &str) -> String {
    if word.chars().count() <= LONGEST_WORD && !word.contains('\0') {
        return word.to_owned();
    }
    let digest = digest::digest(&digest::SHA256, word.as_bytes());
    ["sha256:", &URL_SAFE_NO_PAD.encode(digest)].concat()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(body: Value, expected: Option<(&str, &str, Option<&str>)>) {
        let read = read(body.to_string().as_bytes());
        let found = read.as_ref().map(|delivery| {
            let connection = delivery.connection.as_ref().map(ConnectionId::as_str);
            (delivery.event_id.as_str(), delivery.event_type.as_str(), connection)
        });
        assert_eq!(found, expected, "{body}");
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

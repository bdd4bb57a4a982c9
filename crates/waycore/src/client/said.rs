//! What Waycore says when it refuses a call. It is for the log alone, and nothing that was sent comes back in it.

use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::Value;

use super::call::Call;

/// More than any sentence needs.
const LONGEST: usize = 1_024;

const MASK: &str = "[sent]";

/// The documents show no body of an error, so what is usual is looked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) request_id: Option<String>,
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
}

impl Said {
    pub(super) fn of(headers: &HeaderMap, body: &[u8], sent: &Sent) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let inner = [&body["error"], &body];
        let text = |name: &str| {
            let found = inner.iter().find_map(|part| part[name].as_str());
            found.or_else(|| body["error"].as_str().filter(|_| name == "message")).map(|text| sent.mask(text))
        };
        let header = ["x-request-id", "request-id"].iter().find_map(|name| headers.get(*name)?.to_str().ok());
        let request_id = body["meta"]["requestId"].as_str().or(header).map(|id| sent.mask(id));
        Self {
            request_id: request_id.or_else(|| text("requestId")),
            code: text("code"),
            message: text("message"),
        }
    }
}

/// Whether a "not found" speaks of the path, rather than of what the call names there: something that is not Waycore's API
/// has answered, or the API itself says so. Where nothing tells, what the call names is missing.
pub(super) fn is_about_the_path(call: &Call, body: &[u8], said: &Said) -> bool {
    let is_of_an_api =
        body.is_empty() || serde_json::from_slice::<serde_json::Map<String, Value>>(body).is_ok();
    !call.names_an_object() || !is_of_an_api || said.code.as_deref() == Some("no_such_path")
}

/// Every value that a call sends, the key included.
pub(super) struct Sent(Vec<String>);

impl Sent {
    /// `authorization` is the header that the call was sent with: the key may have been replaced since.
    pub(super) fn in_call(call: &Call, authorization: &HeaderValue) -> Self {
        let mut values = call.segments.clone();
        let authorization = String::from_utf8_lossy(authorization.as_bytes());
        values.extend(authorization.split_once(' ').map(|(_, key)| key.trim().to_owned()));
        values.push(authorization.into_owned());
        values.extend(call.query.iter().map(|(_, value)| value.clone()));
        let body = call.body.as_deref().and_then(|body| serde_json::from_slice(body).ok());
        gather(&body.unwrap_or_default(), &mut values);
        values.retain(|value| !value.trim().is_empty());
        // A value may hold another: the longest goes first.
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        Self(values)
    }

    /// The text on one line, without what was sent, and no longer than a line should be.
    fn mask(&self, text: &str) -> String {
        let masked = self.0.iter().fold(text.to_owned(), |text, value| text.replace(value.as_str(), MASK));
        let line = masked.chars().map(|c| if c.is_control() { ' ' } else { c });
        let mut length = 0;
        line.take_while(|c| {
            length += c.len_utf8();
            length <= LONGEST
        })
        .collect()
    }
}

/// Every text and number in a body.
fn gather(body: &Value, values: &mut Vec<String>) {
    match body {
        Value::String(text) => values.push(text.clone()),
        Value::Number(number) => values.push(number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| gather(item, values)),
        Value::Object(fields) => fields.values().for_each(|field| gather(field, values)),
        Value::Null | Value::Bool(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use reqwest::Method;
    use serde_json::json;

    use super::*;

    fn call() -> Call {
        let body = json!({ "bankUsername": "wally", "password": "wally-1 \"x\"", "list": [{ "n": 815 }], "empty": "" });
        Call::write("put_credentials", Method::PUT, &["connections", "conn_7"])
            .with("status", Some("draft"))
            .json(&body)
            .expect("a body")
    }

    fn sent(call: &Call) -> Sent {
        Sent::in_call(call, &HeaderValue::from_static("Bearer way_live_k_secret"))
    }

    fn said(body: &Value) -> Said {
        Said::of(&HeaderMap::new(), body.to_string().as_bytes(), &sent(&call()))
    }

    #[test]
    fn what_is_usual_is_found() {
        for body in [
            json!({ "error": { "code": "c", "message": "m", "requestId": "r" } }),
            json!({ "error": { "code": "c", "message": "m" }, "meta": { "requestId": "r" } }),
            json!({ "code": "c", "message": "m", "requestId": "r" }),
        ] {
            let all = [said(&body).request_id, said(&body).code, said(&body).message];
            assert_eq!(all, ["r", "c", "m"].map(|text| Some(text.to_owned())), "{body}");
        }
        assert_eq!(said(&json!({ "error": "m" })).message.as_deref(), Some("m"));
        for body in [json!(null), json!([1]), json!({ "error": [] }), json!({ "message": 7 })] {
            assert_eq!(said(&body), Said::default(), "{body}");
        }
    }

    #[test]
    fn a_header_names_the_request_too() {
        let mut headers = HeaderMap::new();
        headers.insert("x-request-id", "r".parse().expect("a value"));
        assert_eq!(Said::of(&headers, b"<html>", &sent(&call())).request_id.as_deref(), Some("r"));
    }

    #[test]
    fn nothing_that_was_sent_comes_back() {
        let message = "wally-1 \"x\" of wally at conn_7 in connections, draft, 815";
        let masked = said(&json!({ "message": message })).message;
        assert_eq!(masked.as_deref(), Some("[sent] of [sent] at [sent] in [sent], [sent], [sent]"));
        let code = said(&json!({ "code": "no wally" })).code;
        assert_eq!(code.as_deref(), Some("no [sent]"));
    }

    #[test]
    fn the_key_never_comes_back() {
        let text = |text: &str| Some(text.to_owned());
        let body = json!({
            "error": { "code": "no_way_live_k_secret", "message": "bad key way_live_k_secret" },
            "meta": { "requestId": "way_live_k_secret" },
        });
        let masked =
            Said { request_id: text("[sent]"), code: text("no_[sent]"), message: text("bad key [sent]") };
        assert_eq!(said(&body), masked);
        let header = said(&json!({ "message": "Authorization: Bearer way_live_k_secret" })).message;
        assert_eq!(header.as_deref(), Some("Authorization: [sent]"));
        let mut headers = HeaderMap::new();
        headers.insert("x-request-id", HeaderValue::from_static("way_live_k_secret"));
        assert_eq!(Said::of(&headers, b"<html>", &sent(&call())).request_id.as_deref(), Some("[sent]"));
    }

    #[test]
    fn it_stays_one_short_line() {
        let message = said(&json!({ "message": format!("a\nb{}", "ü".repeat(2_000)) })).message.expect("one");
        assert!(message.starts_with("a b") && message.len() <= LONGEST, "{}", message.len());
    }

    #[test]
    fn a_wrong_address_is_told_from_something_missing() {
        let documented = br#"{"code":"not_found","message":"not found"}"#.as_slice();
        let of_a_gateway = br#"{"message":"no Route matched with those values"}"#.as_slice();
        let path = br#"{"code":"no_such_path"}"#.as_slice();
        let page = b"<!doctype html><title>404</title>".as_slice();
        let connection = Call::read("get_connection", &["connections", "conn_1"]);
        let sync = Call::write("sync_connection", Method::PUT, &["connections", "conn_1", "sync"]);
        let of_entity = Call::read("list_connections", &["connections"]).with("entityId", Some("ent_1"));
        let create = Call::write("create_connection", Method::POST, &["connections"]);
        for call in [&connection, &sync, &of_entity, &create] {
            for (body, expected) in [
                (documented, false),
                (b"", false),
                (of_a_gateway, false),
                (path, true),
                (page, true),
                (b"404 page not found", true),
                (b"[]", true),
            ] {
                let said = Said::of(&HeaderMap::new(), body, &sent(call));
                assert_eq!(is_about_the_path(call, body, &said), expected, "{}: {body:?}", call.name);
            }
        }
        let names_nothing = [
            Call::read("list_entities", &["entities"]).with("externalEntityId", Some("acme")),
            Call::read("search_institutions", &["institutions"]).with("query", Some("a")),
            Call::read("list_connections", &["connections"]),
            Call::read("sync_transactions", &["transactions", "sync"]),
            Call::write("create_entity", Method::POST, &["entities"]),
        ];
        for call in names_nothing {
            let said = Said::of(&HeaderMap::new(), documented, &sent(&call));
            assert!(is_about_the_path(&call, documented, &said), "{}", call.name);
        }
    }
}

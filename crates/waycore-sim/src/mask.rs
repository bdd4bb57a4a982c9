//! Takes passwords and keys out of what the journal keeps.

use serde_json::Value;

const MASK: &str = "***";

/// Longest body that is kept whole; a portal address has at most 2,048 bytes.
const KEPT_BYTES: usize = 64 * 1_024;

/// A request's body as the journal shows it: JSON with every text exactly as it was sent but for secrets;
/// `null` for none; a text where it was no JSON.
pub(crate) fn body(bytes: &[u8]) -> Value {
    if bytes.is_empty() {
        return Value::Null;
    }
    if bytes.len() > KEPT_BYTES {
        return Value::String(format!("({} bytes)", bytes.len()));
    }
    match serde_json::from_slice(bytes) {
        Ok(json) => value(json),
        Err(_) => Value::String(broken(&String::from_utf8_lossy(bytes))),
    }
}

/// Text with every API key in it replaced.
pub(crate) fn text(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = ["way_live_", "way_test_"].iter().filter_map(|prefix| rest.find(prefix)).min() {
        let (before, key) = rest.split_at(at);
        let end = key.find(|c: char| c != '_' && c != '-' && !c.is_ascii_alphanumeric()).unwrap_or(key.len());
        masked.push_str(before);
        masked.push_str(MASK);
        rest = key.get(end..).unwrap_or_default();
    }
    masked.push_str(rest);
    masked
}

/// A query as it was sent, but for secrets.
pub(crate) fn query(sent: &str) -> String {
    let masked = sent.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if is_secret(name) => format!("{name}={MASK}"),
        Some(_) | None => text(pair),
    });
    masked.collect::<Vec<_>>().join("&")
}

fn value(json: Value) -> Value {
    match json {
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .map(|(name, field)| {
                    let field = if is_secret(&name) && !field.is_null() { MASK.into() } else { value(field) };
                    (text(&name), field)
                })
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.into_iter().map(value).collect()),
        Value::String(string) => Value::String(text(&string)),
        other => other,
    }
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["password", "apikey", "api_key", "secret", "authorization"].iter().any(|secret| name.contains(secret))
}

/// What is no JSON has no names to go by: where a secret may be in it, nothing is kept.
fn broken(body: &str) -> String {
    if is_secret(body) { MASK.to_owned() } else { text(body) }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[rstest]
    #[case(r#"{"password":"hunter2","bankUsername":"ana"}"#, json!({"password": "***", "bankUsername": "ana"}))]
    #[case(r#"{"password":null}"#, json!({"password": null}))]
    #[case(r#"{"a":[{"Password":{"deep":1}}]}"#, json!({"a": [{"Password": "***"}]}))]
    #[case(r#"{"x":"way_test_abc_def!"}"#, json!({"x": "***!"}))]
    #[case(r#"{"way_test_abc_def":1}"#, json!({"***": 1}))]
    #[case(r#"{"portalUrl":"https://B.example/A%2Fb?q=%C3%9C#f"}"#, json!({"portalUrl": "https://B.example/A%2Fb?q=%C3%9C#f"}))]
    #[case(r#"{"password":"hunter2""#, json!("***"))]
    #[case("nonsense", json!("nonsense"))]
    #[case("", json!(null))]
    fn secrets_are_masked_and_nothing_else(#[case] sent: &str, #[case] kept: Value) {
        assert_eq!(body(sent.as_bytes()), kept);
    }

    #[test]
    fn every_key_in_a_text_is_masked() {
        assert_eq!(text("a=way_live_1_2&b=way_test_3_4"), "a=***&b=***");
    }

    #[test]
    fn a_query_is_kept_but_for_its_secrets() {
        assert_eq!(
            query("limit=5&password=hunter2&Api_Key=1&x=way_test_3_4&cursor&y=%20"),
            "limit=5&password=***&Api_Key=***&x=***&cursor&y=%20"
        );
        assert_eq!(query(""), "");
    }
}

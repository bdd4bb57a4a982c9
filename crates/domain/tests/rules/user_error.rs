//! Error codes: their names, their HTTP status, and the shape that crosses the wire.

use domain::user_error::{ErrorCode, UserError};

#[track_caller]
fn check(code: ErrorCode, name: &str, status: u16) {
    assert_eq!(serde_json::to_value(code).unwrap(), name);
    assert_eq!(code.as_str(), name);
    assert_eq!(code.http_status(), status, "{name}");
}

#[test]
fn every_code_has_its_name_and_status() {
    check(ErrorCode::SignedOut, "signed_out", 401);
    check(ErrorCode::Forbidden, "forbidden", 403);
    check(ErrorCode::NotFound, "not_found", 404);
    check(ErrorCode::InvalidInput, "invalid_input", 422);
    check(ErrorCode::Conflict, "conflict", 409);
    check(ErrorCode::Cooldown, "cooldown", 429);
    check(ErrorCode::RateLimited, "rate_limited", 429);
    check(ErrorCode::EntityUnresolved, "entity_unresolved", 503);
    check(ErrorCode::Misconfigured, "misconfigured", 503);
    check(ErrorCode::Unavailable, "unavailable", 503);
}

#[test]
fn absent_parts_are_left_out() {
    let error = UserError::new(ErrorCode::NotFound, "Not here.", "req-1");
    let expected = serde_json::json!({"code": "not_found", "message": "Not here.", "supportCode": "req-1"});
    assert_eq!(serde_json::to_value(&error).unwrap(), expected);
    assert_eq!(serde_json::from_value::<UserError>(expected).unwrap(), error);
}

#[test]
fn present_parts_have_the_contracts_names() {
    let mut error = UserError::new(ErrorCode::InvalidInput, "No.", "req-2").on_field("portal_url");
    error.retry_after_seconds = Some(30);
    let expected = serde_json::json!({
        "code": "invalid_input", "message": "No.", "field": "portal_url",
        "retryAfterSeconds": 30, "supportCode": "req-2",
    });
    assert_eq!(serde_json::to_value(&error).unwrap(), expected);
}

//! What can be printed, and what must never be in it.

use waycore::{Waycore, wire::Credentials};

use super::*;

const PASSWORD: &str = "hunter2-hunter2";

#[test]
fn a_client_shows_where_it_sends_to_and_not_the_key() {
    let client = client("http://127.0.0.1:9");
    assert_eq!(format!("{client:?}"), r#"Client { base: "http://127.0.0.1:9/v1", breaker: Closed, .. }"#);
    assert!(!format!("{client:#?}").contains("topsecret"));
}

#[test]
fn credentials_show_which_fields_there_are() {
    let text = |text: &str| Some(text.to_owned());
    let filled = NonEmptyCredentials::from_fields(text("wsvc"), None, text(PASSWORD)).expect("filled");
    let shown = format!("{:?}", Credentials::from(&filled));
    assert_eq!(shown, "Credentials { bank_username: true, bank_customer_id: false, password: true }");
}

#[tokio::test]
async fn no_error_repeats_what_was_sent_or_answered() {
    // A server that fails as badly as it can: it sends back all that it was given.
    let echo = format!("Bearer {KEY} {PASSWORD}");
    for status in [200, 201, 302, 400, 401, 403, 404, 409, 418, 422, 429, 500] {
        let answer = ResponseTemplate::new(status)
            .insert_header("location", format!("/?{PASSWORD}").as_str())
            .insert_header("retry-after", PASSWORD)
            .set_body_string(echo.clone());
        let server = answering(answer).await;
        let call = client(&server.uri());
        let error =
            call.put_credentials(&connection_id(), &password_only(PASSWORD)).await.expect_err("a failure");
        let shown = format!("{error} {error:?} {error:#?}");
        assert!(!shown.contains("hunter2") && !shown.contains("topsecret"), "{shown}");
    }
}

#[tokio::test]
async fn no_error_repeats_the_search() {
    let client = client("http://127.0.0.1:1");
    let error = client.search_institutions("my private bank", 20, None).await.expect_err("nobody listens");
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("private"), "{shown}");
}

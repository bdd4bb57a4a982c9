//! Forms in which a value is no text. Another value than was typed must be neither sent nor kept.

use serde_json::json;

use crate::answer::Answer;
use crate::browser::Browser;
use crate::host::TestHost;
use crate::html::error_beside;

/// The page that a form leads back to.
async fn form_again(host: &TestHost, ana: &Browser<'_>, path: &str, form: String) -> Answer {
    let answer = ana.post_body(path, "text/html", form).await;
    if answer.status != 303 {
        return answer;
    }
    let message = answer.cookie().expect("a message for the page");
    host.signed_in_as("ana", "acme").await.with_cookie(message).get(answer.goes_to()).await
}

#[tokio::test]
async fn a_value_that_is_no_text_is_refused_beside_its_field() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().unwrap().to_owned();
    let expired = ana.start("sim-instant").await["id"].as_str().unwrap().to_owned();
    host.waycore.put_connection(&expired, json!({ "kind": "ready", "status": "reauthRequired" })).await;
    let before = host.waycore.changes().await;
    let confirmed = format!("connection_id={id}&delegated_user_active=on&accept_terms=on");
    let typed_again = "This contains a character that could not be read.";
    let unlisted = "unlisted=true&not_listed=true&address_checked=true";
    for (function, form, field, said) in [
        ("submit_finish", format!("{confirmed}&bank_username=wc%ff"), "bank_username", typed_again),
        (
            "submit_finish",
            format!("{confirmed}&bank_customer_id=%C3&password=p"),
            "bank_customer_id",
            typed_again,
        ),
        (
            "submit_finish",
            format!("{confirmed}&password=p%e4sswort"),
            "password",
            "Enter the password again.",
        ),
        (
            "update_credentials",
            format!("connection_id={expired}&password=%ff"),
            "password",
            "Enter the password again.",
        ),
        (
            "update_credentials",
            format!("connection_id={expired}&bank_username=%ed%a0%80"),
            "bank_username",
            typed_again,
        ),
        (
            "start_connection",
            format!("{unlisted}&requested_name=Spark%e4sse&portal_url=https://x.example/"),
            "requested_name",
            typed_again,
        ),
        (
            "start_connection",
            format!("{unlisted}&requested_name=Bank&portal_url=https%3A%2F%2Fx.example%2F%ff"),
            "portal_url",
            typed_again,
        ),
        (
            "remove_connection",
            format!("connection_id={id}&confirmation=Standard+Test+Bank%ff"),
            "confirmation",
            typed_again,
        ),
    ] {
        let path = format!("/api/{function}");
        let answer = ana.post_body(&path, "application/json", form.clone()).await;
        assert_eq!(answer.error(), (422, "invalid_input".to_owned()), "{form}");
        assert_eq!(answer.json()["field"], field, "{form}");
        let page = form_again(&host, &ana, &path, form.clone()).await;
        let beside = error_beside(&page, field);
        assert!(beside.starts_with(said), "{form}: {beside}");
    }
    // Where there is no field to show it beside.
    for (function, form, field) in [
        ("start_connection", "institution_id=sim%ff".to_owned(), "institution_id"),
        (
            "start_connection",
            "institution_id=sim-standard&portal_of%3Asim-standard=https://x.example/%ff".to_owned(),
            "portal_of:sim-standard",
        ),
        ("search_institutions", "query=b%e4nk".to_owned(), "query"),
        ("coach_portal", "portal_url=https://x.example/%ff".to_owned(), "portal_url"),
        ("confirm_user_created", format!("connection_id={id}%ff"), "connection_id"),
        ("list_transactions", format!("connection_id={id}&text=%ff"), "text"),
    ] {
        let path = format!("/api/{function}");
        let answer = ana.post_body(&path, "application/json", form.clone()).await;
        assert_eq!(answer.error(), (422, "invalid_input".to_owned()), "{form}");
        assert_eq!(answer.json()["field"], field, "{form}");
        let page = form_again(&host, &ana, &path, form.clone()).await;
        assert!(page.status != 500 && page.status != 503, "{form}: {page:?}");
    }
    assert_eq!(host.waycore.changes().await, before);
    // The replacement character itself is a text.
    let name = format!("{unlisted}&requested_name=%EF%BF%BD&portal_url=https%3A%2F%2Fx.example%2F");
    let started = ana.post_body("/api/start_connection", "application/json", name).await.ok();
    assert_eq!(started["connection"]["displayName"], "\u{fffd}");
}

//! One test for each status of the documents' table of errors, and for those that are not in it.

use waycore::{Error, Unclear, Waycore, client::Nonsense};

use super::*;

/// The same status to a read and to a write, by clients that have not heard of each other.
async fn both(answer: ResponseTemplate) -> (Error, Error) {
    let server = answering(answer).await;
    let read = client(&server.uri()).get_connection(&connection_id()).await.expect_err("a refusal");
    let write = client(&server.uri()).complete_setup(&connection_id()).await.expect_err("a refusal");
    (read, write)
}

/// A status that says clearly that nothing was done.
async fn refused(answer: ResponseTemplate) -> Error {
    let (read, write) = both(answer).await;
    assert_eq!(read, write);
    read
}

async fn check(status: u16, expected: Error) {
    let error = refused(ResponseTemplate::new(status).set_body_string("no JSON")).await;
    assert_eq!(error, expected, "{status}");
}

#[tokio::test]
async fn an_invalid_request() {
    check(400, Error::Invalid).await;
}

#[tokio::test]
async fn a_wrong_key() {
    check(401, Error::Unauthorized).await;
}

#[tokio::test]
async fn a_missing_scope() {
    check(403, Error::Forbidden).await;
}

#[tokio::test]
async fn something_missing() {
    let documented = json!({"code": "not_found", "message": "not found", "requestId": "r"});
    for answer in [
        ResponseTemplate::new(404).set_body_json(documented),
        ResponseTemplate::new(404).set_body_json(json!({"error": {"message": "gone"}})),
        ResponseTemplate::new(404),
    ] {
        assert_eq!(refused(answer).await, Error::NotFound);
    }
}

#[tokio::test]
async fn a_wrong_address_is_not_something_missing() {
    check(404, Error::NoSuchPath).await;
    for answer in [
        ResponseTemplate::new(404).set_body_raw("<!doctype html><h1>Not Found</h1>", "text/html"),
        ResponseTemplate::new(404).set_body_json(json!({"code": "no_such_path", "message": "see /v1"})),
    ] {
        assert_eq!(refused(answer).await, Error::NoSuchPath);
    }
    // Of a list of everything nothing can be missing.
    let server = answering(ResponseTemplate::new(404).set_body_json(json!({"code": "not_found"}))).await;
    assert_eq!(client(&server.uri()).list_entities("acme").await.map(drop), Err(Error::NoSuchPath));
}

#[tokio::test]
async fn a_conflict() {
    check(409, Error::Conflict { retry_after: None }).await;
    let answer = ResponseTemplate::new(409).insert_header("retry-after", "2700");
    let Error::Conflict { retry_after } = refused(answer).await else { panic!("409 is a conflict") };
    assert_eq!(retry_after.map(|wait| wait.as_secs()), Some(2_700));
}

#[tokio::test]
async fn too_many_requests() {
    check(429, Error::RateLimited { retry_after: None }).await;
}

#[tokio::test]
async fn a_failure_of_waycores() {
    for status in [500, 502, 503, 504, 599] {
        let (read, write) = both(ResponseTemplate::new(status)).await;
        assert_eq!(read, Error::Server { status, retry_after: None });
        assert_eq!(write, Error::Unknown(Unclear::Server(status)), "it may have been carried out");
    }
    let (read, _) = both(ResponseTemplate::new(503).insert_header("retry-after", "2700")).await;
    let Error::Server { status: 503, retry_after } = read else { panic!("503 is a failure") };
    assert_eq!(retry_after.map(|wait| wait.as_secs()), Some(2_700));
}

#[tokio::test]
async fn a_status_that_the_documents_do_not_name() {
    check(422, Error::Invalid).await;
    for status in [402, 405, 410, 418, 451] {
        let (read, write) = both(ResponseTemplate::new(status)).await;
        assert_eq!(read, Error::Nonsense(Nonsense::Status(status)));
        assert_eq!(write, Error::Unknown(Unclear::Nonsense(Nonsense::Status(status))));
    }
}

async fn check_wait(headers: &[(&str, &str)], expected: Option<u64>) {
    let answer = headers
        .iter()
        .fold(ResponseTemplate::new(429), |answer, (name, value)| answer.insert_header(*name, *value));
    let Error::RateLimited { retry_after } = refused(answer).await else { panic!("429 is a limit") };
    assert_eq!(retry_after.map(|wait| wait.as_secs()), expected, "{headers:?}");
}

#[tokio::test]
async fn how_long_to_wait_is_read_in_both_forms() {
    const NOW: (&str, &str) = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
    check_wait(&[], None).await;
    check_wait(&[("retry-after", "30")], Some(30)).await;
    check_wait(&[("retry-after", "0")], Some(0)).await;
    check_wait(&[("retry-after", "999999999")], Some(86_400)).await;
    check_wait(&[NOW, ("retry-after", "Sun, 06 Nov 1994 08:51:37 GMT")], Some(120)).await;
    check_wait(&[NOW, ("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")], Some(0)).await;
    check_wait(&[("retry-after", "Sun, 06 Nov 1994 08:51:37 GMT")], Some(0)).await;
    check_wait(&[("retry-after", "Fri, 31 Dec 2100 23:59:59 GMT")], Some(86_400)).await;
    check_wait(&[("retry-after", "in a while")], None).await;
    check_wait(&[("retry-after", "-5")], None).await;
    check_wait(&[("retry-after", "")], None).await;
}

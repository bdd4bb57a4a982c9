//! No call takes longer than its limits.

use std::time::Duration;

use waycore::{Error, Waycore};

use super::*;

const LONG: Duration = Duration::from_hours(1);
const SHORT: Duration = Duration::from_millis(100);
/// What a slow machine may take to notice the short limit, and far less than the long one.
const PATIENCE: Duration = Duration::from_secs(20);

async fn read_from(server: &str, limits: TimeLimits) -> Error {
    let client = client_with(server, limits);
    let id = connection_id();
    let call = tokio::time::timeout(PATIENCE, client.get_connection(&id));
    call.await.expect("the short limit holds").expect_err("it takes too long")
}

#[tokio::test]
async fn a_late_first_byte() {
    let server = answering(ResponseTemplate::new(200).set_delay(LONG)).await;
    let limits = TimeLimits { connect: LONG, first_byte: SHORT, whole: LONG };
    assert_eq!(read_from(&server.uri(), limits).await, Error::Timeout);
}

#[tokio::test]
async fn a_late_whole() {
    let server = answering(ResponseTemplate::new(200).set_delay(LONG)).await;
    let limits = TimeLimits { connect: LONG, first_byte: LONG, whole: SHORT };
    assert_eq!(read_from(&server.uri(), limits).await, Error::Timeout);
}

#[tokio::test]
async fn a_body_that_stands_still() {
    const BEGUN: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{";
    let stalling = TimeLimits { connect: LONG, first_byte: SHORT, whole: LONG };
    let endless = TimeLimits { connect: LONG, first_byte: LONG, whole: SHORT };
    for limits in [stalling, endless] {
        let server = raw_server(BEGUN, Then::Hang).await;
        assert_eq!(read_from(&server, limits).await, Error::Timeout);
    }
}

#[tokio::test]
async fn a_connection_that_is_never_made_sent_nothing() {
    // The port listens, and whoever waits for its half of the TLS handshake waits for ever.
    let server = raw_server(b"", Then::Hang).await.replace("http:", "https:");
    let limits = TimeLimits { connect: SHORT, first_byte: LONG, whole: LONG };
    let error = read_from(&server, limits).await;
    assert!(matches!(error, Error::Unreachable(_)), "{error}");
}

#[test]
fn the_documented_defaults() {
    let limits = TimeLimits::default();
    assert_eq!(limits.connect, Duration::from_secs(2));
    assert_eq!(limits.first_byte, Duration::from_secs(8));
    assert_eq!(limits.whole, Duration::from_secs(15));
}

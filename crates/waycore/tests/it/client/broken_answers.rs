//! Answers that the documents do not know: each ends as a sentence, and none is followed or read to its end.

use tokio::net::TcpSocket;
use waycore::{
    Error, Unclear, Waycore,
    client::{BODY_LIMIT, Nonsense},
};

use super::*;

async fn read_from(server: &str) -> Error {
    client(server).get_connection(&connection_id()).await.expect_err("it makes no sense")
}

async fn check_body(answer: ResponseTemplate, expected: Nonsense) {
    let server = answering(answer).await;
    assert_eq!(read_from(&server.uri()).await, Error::Nonsense(expected));
}

#[tokio::test]
async fn a_page_instead_of_json() {
    let page = "<!doctype html><title>Sign in</title>";
    check_body(ResponseTemplate::new(200).set_body_raw(page, "text/html"), Nonsense::Body).await;
}

#[tokio::test]
async fn json_that_is_no_connection() {
    check_body(ResponseTemplate::new(200).set_body_json(json!({"id": "conn_123"})), Nonsense::Body).await;
    check_body(ResponseTemplate::new(200).set_body_json(json!([])), Nonsense::Body).await;
    check_body(ResponseTemplate::new(200).set_body_string("{\"id\": \"conn_1"), Nonsense::Body).await;
    check_body(ResponseTemplate::new(200).set_body_bytes([0xff, 0xfe]), Nonsense::Body).await;
    check_body(ResponseTemplate::new(204), Nonsense::Body).await;
}

#[tokio::test]
async fn a_body_of_twice_the_limit() {
    let body = vec![b' '; 2 * BODY_LIMIT];
    check_body(ResponseTemplate::new(200).set_body_bytes(body), Nonsense::TooLarge).await;
}

#[tokio::test]
async fn the_longest_body_is_still_read() {
    let mut body = fixture("connection-ready.json").to_string().into_bytes();
    body.resize(BODY_LIMIT, b' ');
    let server = answering(ResponseTemplate::new(200).set_body_bytes(body.clone())).await;
    client(&server.uri()).get_connection(&connection_id()).await.expect("it is within the limit");
    body.push(b' ');
    check_body(ResponseTemplate::new(200).set_body_bytes(body), Nonsense::TooLarge).await;
}

#[tokio::test]
async fn a_body_without_an_end_is_given_up() {
    let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunk = format!("1000\r\n{:4096}\r\n", "");
    let server = raw_server(head, Then::Repeat(chunk.into_bytes())).await;
    assert_eq!(read_from(&server).await, Error::Nonsense(Nonsense::TooLarge));
}

#[tokio::test]
async fn a_body_that_announces_too_much_is_not_waited_for() {
    let server = raw_server(b"HTTP/1.1 200 OK\r\ncontent-length: 8388608\r\n\r\n", Then::Hang).await;
    assert_eq!(read_from(&server).await, Error::Nonsense(Nonsense::TooLarge));
}

#[tokio::test]
async fn an_answer_that_breaks_off() {
    let begun = Error::Nonsense(Nonsense::BrokenOff);
    let broken: [(&[u8], Error); 4] = [
        (b"", Error::NoAnswer),
        (b"HTTP/1.1 200 OK\r\ncontent-le", Error::NoAnswer),
        (b"this is not HTTP\r\n\r\n", Error::NoAnswer),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{", begun),
    ];
    for (answer, expected) in broken {
        let server = raw_server(answer, Then::Close).await;
        assert_eq!(read_from(&server).await, expected, "{}", String::from_utf8_lossy(answer));
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let elsewhere = answering_json(fixture("connection-ready.json")).await;
        let location = format!("{}/v1/connections/conn_123", elsewhere.uri());
        let answer = ResponseTemplate::new(status).insert_header("location", location.as_str());
        check_body(answer, Nonsense::Redirect).await;
        assert_eq!(elsewhere.received_requests().await.map(|requests| requests.len()), Some(0), "{status}");
    }
}

#[tokio::test]
async fn a_success_that_says_neither_new_nor_existing() {
    let server = answering(ResponseTemplate::new(202).set_body_json(fixture("connection-setup.json"))).await;
    let request = waycore::wire::ConnectionCreate {
        entity_id: "ent_1".to_owned(),
        institution_id: Some("chase".to_owned()),
        portal_url: None,
    };
    let error = client(&server.uri()).create_connection(&request).await.expect_err("it makes no sense");
    assert_eq!(error, Error::Unknown(Unclear::Nonsense(Nonsense::Status(202))));
}

#[tokio::test]
async fn a_large_refusal_is_not_read_at_all() {
    let head = b"HTTP/1.1 404 Not Found\r\ntransfer-encoding: chunked\r\n\r\n";
    let server = raw_server(head, Then::Hang).await;
    assert_eq!(read_from(&server).await, Error::NotFound);
}

#[tokio::test]
async fn nobody_is_listening() {
    // Bound and not listening: nobody else can take the port meanwhile.
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(([127, 0, 0, 1], 0).into()).expect("a port is free");
    let address = socket.local_addr().expect("it has an address");
    let error = read_from(&format!("http://{address}")).await;
    assert!(matches!(&error, Error::Unreachable(why) if why.contains("refused")), "{error}");
}

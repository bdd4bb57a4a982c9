//! The client against a server that plays Waycore.

mod broken_answers;
mod calls;
mod faults;
mod paging;
mod refusals;
mod requests;
mod retries;
mod reused_connections;
mod secrets;
mod shares;
mod time_limits;
mod world;

use domain::{
    credentials::NonEmptyCredentials,
    ids::{ConnectionId, EntityId},
};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use waycore::{BaseUrl, Client, TimeLimits};
use wiremock::{
    Mock, MockServer, Request, ResponseTemplate,
    matchers::{any, path},
};

use crate::fixtures::fixture;

const KEY: &str = "way_test_1_topsecretkey";

fn client(base: &str) -> Client {
    client_with(base, TimeLimits::default())
}

fn client_with(base: &str, limits: TimeLimits) -> Client {
    let base = BaseUrl::parse(&format!("{base}/v1")).expect("a base URL");
    Client::new(base, &SecretString::from(KEY), limits).expect("a client")
}

/// A server of this test alone; one of `MockServer::start` may still hear from the test that had it before.
async fn own_server() -> MockServer {
    MockServer::builder().start().await
}

/// A server that gives the same answer to everything.
async fn answering(answer: ResponseTemplate) -> MockServer {
    let server = own_server().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

/// A server that answers 200 with the body, to everything.
async fn answering_json(body: Value) -> MockServer {
    answering(ResponseTemplate::new(200).set_body_json(body)).await
}

/// The one request that the server received.
async fn only_request(server: &MockServer) -> Request {
    let requests = server.received_requests().await.expect("requests are recorded");
    let [request] = <[Request; 1]>::try_from(requests).expect("exactly one request");
    request
}

/// What a server of our own does once it has sent its bytes.
enum Then {
    Hang,
    Close,
    Repeat(Vec<u8>),
}

/// A server below HTTP: it reads a request, sends the bytes, and goes on as told.
async fn raw_server(answer: &'static [u8], then: Then) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("it has an address");
    let then = std::sync::Arc::new(then);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.expect("a client comes");
            let then = std::sync::Arc::clone(&then);
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let received = stream.read(&mut request).await.expect("it is readable");
                assert_ne!(received, 0, "the client sends something");
                stream.write_all(answer).await.expect("it listens");
                match &*then {
                    Then::Close => {}
                    Then::Hang => std::future::pending().await,
                    // Ends when the client has had enough and hangs up.
                    Then::Repeat(more) => while stream.write_all(more).await.is_ok() {},
                }
            });
        }
    });
    format!("http://{address}")
}

fn connection_id() -> ConnectionId {
    ConnectionId::parse("conn_123").expect("an id")
}

fn entity_id() -> EntityId {
    EntityId::parse("ent_1").expect("an id")
}

fn password_only(password: &str) -> NonEmptyCredentials {
    NonEmptyCredentials::from_fields(None, None, Some(password.to_owned())).expect("a password is something")
}

//! Connections that the other side closes while they are kept for the next request.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use waycore::{Error, Unclear, Waycore};

use super::*;

/// A server that answers the first request on each connection, and closes it when the second one comes. It counts the
/// connections, and the requests that it has answered.
struct Closing {
    base: String,
    connections: Arc<AtomicUsize>,
    answered: Arc<AtomicUsize>,
}

impl Closing {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let base = format!("http://{}", listener.local_addr().expect("it has an address"));
        let (connections, answered) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let counted = (connections.clone(), answered.clone());
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.expect("a client comes");
                counted.0.fetch_add(1, Ordering::SeqCst);
                let answered = counted.1.clone();
                tokio::spawn(async move {
                    let mut request = [0; 8_192];
                    if stream.read(&mut request).await.is_ok_and(|length| length > 0) {
                        let body = fixture("connection-setup.json").to_string();
                        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
                        stream.write_all([head, body].concat().as_bytes()).await.expect("it listens");
                        answered.fetch_add(1, Ordering::SeqCst);
                        // The next one is lost.
                        let _ = stream.read(&mut request).await;
                    }
                });
            }
        });
        Self { base, connections, answered }
    }

    fn counts(&self) -> (usize, usize) {
        (self.connections.load(Ordering::SeqCst), self.answered.load(Ordering::SeqCst))
    }
}

#[tokio::test]
async fn a_read_that_is_lost_on_a_connection_that_was_used_before_is_sent_on_a_new_one() {
    let server = Closing::start().await;
    let client = client(&server.base);
    for reads in 1..=5 {
        client.get_connection(&connection_id()).await.expect("a connection");
        assert_eq!(server.counts().1, reads);
    }
}

#[tokio::test]
async fn several_lost_connections_fail_no_read() {
    let server = Closing::start().await;
    let client = client(&server.base);
    for _ in 0..3 {
        let id = connection_id();
        let reads = (0..10).map(|_| client.get_connection(&id));
        for read in futures_util::future::join_all(reads).await {
            read.expect("a connection");
        }
    }
}

#[tokio::test]
async fn a_write_is_never_sent_on_a_connection_that_was_used_before() {
    let server = Closing::start().await;
    let client = client(&server.base);
    client.get_connection(&connection_id()).await.expect("a connection");
    client.complete_setup(&connection_id()).await.expect("its own");
    assert_eq!(server.counts(), (2, 2));
}

#[tokio::test]
async fn a_connection_that_breaks_at_once_is_not_taken_for_an_old_one() {
    let server = raw_server(b"", Then::Close).await;
    let write = client(&server).complete_setup(&connection_id()).await;
    assert_eq!(write, Err(Error::Unknown(Unclear::NoAnswer)));
}

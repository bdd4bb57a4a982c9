//! Connections over pipes, in virtual time.

use std::sync::Arc;

use axum::routing::{get, post};
use tokio::io::{AsyncReadExt as _, DuplexStream, duplex};
use tokio::task::JoinHandle;
use tokio::time::{advance, timeout};

use super::*;

/// Far more than a pipe of these tests holds.
const LARGE: usize = 1_000_000;

const PIPE: usize = 4_096;

fn router() -> Router {
    Router::new()
        .route("/", get(|| async { "a page" }))
        .route("/healthz", get(|| async { "ok" }))
        .route("/large", get(|| async { vec![b'x'; LARGE] }))
        .route("/slow", get(std::future::pending::<&'static str>))
        .route("/form", post(|body: Bytes| async move { body.len().to_string() }))
}

/// The other end of a connection.
struct Client {
    stream: DuplexStream,
    served: JoinHandle<()>,
}

impl Client {
    /// Connects, unless there is no place.
    fn connect(slots: &Arc<Slots>) -> Option<Self> {
        let slot = slots.admit()?;
        let (stream, other) = duplex(PIPE);
        let peer = SocketAddr::from(([198, 51, 100, 1], 4_000));
        let limits = ConnectionLimits::default();
        let served = tokio::spawn(serve(other, peer, router(), limits, slot, CancellationToken::new()));
        Some(Self { stream, served })
    }

    fn alone() -> Self {
        Self::connect(&Slots::new(1, 0)).expect("a place")
    }

    async fn send(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.expect("somebody reads");
    }

    async fn get(&mut self, path: &str) -> String {
        self.send(&format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n")).await;
        self.answer().await
    }

    /// What comes until nothing more does for a while.
    async fn answer(&mut self) -> String {
        let mut text = String::new();
        let mut bytes = [0; 1_024];
        while let Ok(Ok(count @ 1..)) = timeout(Duration::from_millis(10), self.stream.read(&mut bytes)).await
        {
            text.push_str(&String::from_utf8_lossy(&bytes[..count]));
        }
        text
    }

    /// Lets so many seconds pass, and returns whether the connection is still served.
    async fn is_served_after(&self, seconds: u64) -> bool {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        !self.served.is_finished()
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_head_is_given_up_after_ten_seconds() {
    for begun in ["", "GET", "GET / HTTP/1.1\r\nhost: x\r\n"] {
        let mut client = Client::alone();
        client.send(begun).await;
        assert!(client.is_served_after(9).await, "{begun:?}");
        assert!(!client.is_served_after(2).await, "{begun:?}");
    }
    // A byte now and then does not help.
    let mut client = Client::alone();
    for _ in 0..9 {
        client.send("G").await;
        advance(Duration::from_secs(1)).await;
    }
    assert!(!client.is_served_after(3).await);
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_is_kept_for_longer_than_proxies_keep_it() {
    let mut client = Client::alone();
    for _ in 0..3 {
        assert!(client.get("/").await.ends_with("a page"));
        assert!(client.is_served_after(85).await);
    }
    assert!(!client.is_served_after(6).await);
    // The next head has its own limit.
    let mut client = Client::alone();
    client.get("/").await;
    assert!(client.is_served_after(60).await);
    client.send("GET").await;
    assert!(client.is_served_after(9).await);
    assert!(!client.is_served_after(2).await);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_not_read_is_given_up_and_one_that_is_read_slowly_is_not() {
    let mut silent = Client::alone();
    silent.send("GET /large HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert!(silent.is_served_after(19).await);
    assert!(!silent.is_served_after(2).await);

    // Four kilobytes a second are slow, and it goes on.
    let mut slow = Client::alone();
    slow.send("GET /large HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let mut read = 0;
    while read < LARGE {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let mut part = vec![0; PIPE];
        read += slow.stream.read(&mut part).await.expect("more of it");
        assert!(!slow.served.is_finished(), "after {read} bytes");
    }

    // A few bytes now and then are no reading.
    let mut trickling = Client::alone();
    trickling.send("GET /large HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let mut seconds = 0;
    while !trickling.served.is_finished() {
        tokio::time::sleep(Duration::from_secs(10)).await;
        seconds += 10;
        let _ = trickling.stream.read(&mut [0; 100]).await;
        assert!(seconds < 120, "it goes on for ever");
    }
}

#[tokio::test(start_paused = true)]
async fn a_head_of_more_than_32_kilobytes_is_refused() {
    for (size, status) in [(30_000, "200"), (33_000, "431"), (450_000, "431")] {
        let (mut reader, mut writer) = tokio::io::split(Client::alone().stream);
        let head = format!("GET / HTTP/1.1\r\nhost: x\r\ncookie: {}\r\n\r\n", "x".repeat(size));
        // Nobody reads the rest of a head that is too long.
        let writing = tokio::spawn(async move {
            let _ = writer.write_all(head.as_bytes()).await;
            writer
        });
        let mut answer = [0; 12];
        reader.read_exact(&mut answer).await.expect("an answer");
        assert_eq!(std::str::from_utf8(&answer), Ok(&*format!("HTTP/1.1 {status}")), "{size}");
        writing.abort();
    }
}

#[tokio::test(start_paused = true)]
async fn clients_that_do_nothing_make_room_for_others() {
    let slots = Slots::new(4, 1);
    let mut idle = Client::connect(&slots).unwrap();
    idle.get("/").await;
    let mut slow_head = Client::connect(&slots).unwrap();
    slow_head.send("GET /").await;
    let mut unread = Client::connect(&slots).unwrap();
    unread.send("GET /large HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let mut slow_body = Client::connect(&slots).unwrap();
    slow_body.send("POST /form HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nhalf").await;
    assert!(idle.is_served_after(1).await, "there was a place for each");
    let mut others = Vec::new();
    for _ in 0..4 {
        let mut other = Client::connect(&slots).expect("a place");
        other.send("GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await;
        assert!(other.is_served_after(1).await, "its request is being answered");
        others.push(other);
    }
    for (what, client) in
        [("idle", idle), ("slow head", slow_head), ("unread", unread), ("slow body", slow_body)]
    {
        assert!(client.served.is_finished(), "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn probes_are_answered_when_every_place_is_taken_by_work() {
    let slots = Slots::new(2, 1);
    let mut working = Vec::new();
    for _ in 0..2 {
        let mut client = Client::connect(&slots).unwrap();
        client.send("GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await;
        assert!(client.is_served_after(1).await);
        working.push(client);
    }
    for _ in 0..3 {
        let mut probe = Client::connect(&slots).expect("the reserve");
        let answer = probe.get("/healthz").await;
        assert!(
            answer.starts_with("HTTP/1.1 200") && answer.to_lowercase().contains("connection: close"),
            "{answer}"
        );
        assert!(!probe.is_served_after(1).await);
        let mut page = Client::connect(&slots).expect("the reserve");
        assert!(page.get("/").await.starts_with("HTTP/1.1 503"));
        assert!(!page.is_served_after(1).await);
    }
    assert!(working.iter().all(|client| !client.served.is_finished()), "work goes on");
    let reserve = Client::connect(&slots).expect("the reserve");
    assert!(reserve.is_served_after(1).await);
    // It has sent nothing, so the next one takes its place.
    assert!(Client::connect(&slots).is_some());
}

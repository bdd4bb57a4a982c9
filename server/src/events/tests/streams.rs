//! One stream: its signs of life, who may go on listening, and what a slow reader gets.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use app::backend::{Caller, Customer};
use async_trait::async_trait;
use futures_util::StreamExt as _;
use http::request::Parts;
use tokio::time::{Instant, sleep, timeout};

use super::world::World;
use crate::identity::{HostIdentity, SignedOut};

/// A host that answers so often that this person is signed in.
struct Host {
    caller: Caller,
    asked: AtomicU32,
    expires_after: u32,
    /// How long it thinks about it.
    takes: Duration,
}

#[async_trait]
impl HostIdentity for Host {
    async fn identify(&self, _: &Parts) -> Result<Caller, SignedOut> {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        sleep(self.takes).await;
        if asked < self.expires_after { Ok(self.caller.clone()) } else { Err(SignedOut::Expired) }
    }
}

fn host(caller: Caller, expires_after: u32) -> Arc<Host> {
    Arc::new(Host { caller, asked: AtomicU32::new(0), expires_after, takes: Duration::ZERO })
}

#[tokio::test(start_paused = true)]
async fn a_silent_stream_shows_that_it_lives_and_asks_again_who_listens() {
    let world = World::new(7).await;
    let host = host(world.caller(), u32::MAX);
    let mut stream = world.stream(host.clone()).await;
    let first = stream.next().await.unwrap().unwrap();
    assert!(first.starts_with(b"event: beat\ndata: {}\n\nretry: "), "{first:?}");
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(300) {
        let sign = timeout(Duration::from_millis(10_001), stream.next()).await.expect("every ten seconds");
        assert_eq!(sign.unwrap().unwrap(), "event: beat\ndata: {}\n\n");
    }
    let asked = host.asked.load(Ordering::Relaxed);
    assert!((9..=11).contains(&asked), "every thirty seconds: {asked} times in five minutes");
}

#[tokio::test(start_paused = true)]
async fn a_stream_ends_within_thirty_seconds_of_its_session() {
    let world = World::new(7).await;
    let mut others = world.caller();
    others.customer = Customer { issuer: "host".to_owned(), org: "globex".to_owned() };
    for (what, host) in [
        ("the session has expired", host(world.caller(), 0)),
        ("another customer's session has taken its place", host(others, u32::MAX)),
    ] {
        let mut stream = world.stream(host).await;
        let ends = timeout(Duration::from_millis(30_001), async { while stream.next().await.is_some() {} });
        assert!(ends.await.is_ok(), "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_host_that_takes_its_time_holds_up_nothing_that_is_told() {
    let mut world = World::new(7).await;
    let slow =
        Host { takes: Duration::from_secs(8), ..Arc::into_inner(host(world.caller(), u32::MAX)).unwrap() };
    let slow = Arc::new(slow);
    let mut stream = world.stream(slow.clone()).await;
    stream.next().await.unwrap().unwrap();
    while slow.asked.load(Ordering::Relaxed) < 3 {
        let sign = timeout(Duration::from_secs(11), stream.next()).await.expect("as always");
        assert_eq!(sign.unwrap().unwrap(), "event: beat\ndata: {}\n\n");
    }
    sleep(Duration::from_secs(1)).await;
    world.new_transactions(0).await;
    let told =
        timeout(Duration::from_secs(1), stream.next()).await.expect("while the host is asked").unwrap();
    assert!(told.unwrap().starts_with(b"id: "));

    let silent =
        Host { takes: Duration::from_secs(11), ..Arc::into_inner(host(world.caller(), u32::MAX)).unwrap() };
    let mut stream = world.stream(Arc::new(silent)).await;
    let ends = timeout(Duration::from_secs(42), async { while stream.next().await.is_some() {} });
    assert!(ends.await.is_ok(), "nobody listens whom the host says nothing about");
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_lags_behind_comes_back_and_misses_nothing() {
    let mut world = World::new(7).await;
    let mut stream = world.stream(host(world.caller(), u32::MAX)).await;
    sleep(Duration::from_secs(1)).await;
    // Nothing is read meanwhile: more is told than is kept for anybody.
    for _ in 0..30 {
        world.new_transactions(0).await;
        sleep(Duration::from_millis(100)).await;
    }
    world.change(1);
    world.deliver(1, Duration::ZERO);
    sleep(Duration::from_secs(1)).await;
    let mut read = String::new();
    let ends = timeout(Duration::from_secs(1), async {
        while let Some(text) = stream.next().await {
            read.push_str(std::str::from_utf8(&text.unwrap()).unwrap());
        }
    });
    assert!(ends.await.is_ok(), "its stream ends");
    assert!(read.matches("event: transactions").count() < 30, "not all of it was kept: {read}");
    let last = read.lines().rev().find_map(|line| line.strip_prefix("id: ")).unwrap();
    let missed = world.missed(last).await;
    assert!(missed.contains("event: transactions") && missed.contains("pendingActivation"), "{missed}");
}

//! What is sent again, when, and what is not. Time passes by itself: nobody waits.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use waycore::{
    BreakerState, Error, Unclear, Waycore,
    client::{
        Nonsense,
        seams::{Failpoint, Failpoints, Seams, SendError},
    },
    wire::EntityCreate,
};

use super::world::{Reply, World, answer};
use super::*;

fn good() -> Reply {
    answer(200).body(fixture("connection-setup.json").to_string()).into()
}

fn unreachable() -> Reply {
    Reply::Fail(SendError::NotConnected("refused".to_owned()))
}

fn broken() -> Reply {
    Reply::Fail(SendError::Broken)
}

/// When requests were sent for a read that fails like this once and then goes well; `None` if it failed at once.
async fn read_times(reply: Reply) -> Option<Vec<u128>> {
    let world = World::new([reply, good()]);
    let result = world.client().get_connection(&connection_id()).await;
    result.is_ok().then(|| world.times())
}

#[tokio::test(start_paused = true)]
async fn a_read_is_sent_again_after_what_passes() {
    for status in [502, 503, 504, 429] {
        assert_eq!(read_times(answer(status).into()).await, Some(vec![0, 200]), "{status}");
    }
    assert_eq!(read_times(unreachable()).await, Some(vec![0, 200]));
    assert_eq!(read_times(broken()).await, Some(vec![0, 200]));
    assert_eq!(
        read_times(Reply::Silence).await,
        Some(vec![0, 8_200]),
        "after eight seconds without an answer"
    );
}

#[tokio::test(start_paused = true)]
async fn a_read_that_broke_on_a_reused_connection_goes_again_at_once_on_a_new_one() {
    let stale = || Reply::Fail(SendError::Stale);
    let world = World::new([stale(), good()]);
    world.client().get_connection(&connection_id()).await.expect("the second time");
    assert_eq!(world.times(), [0, 0]);
    let fresh: Vec<_> = world.requests().iter().map(|request| request.fresh).collect();
    assert_eq!(fresh, [false, true]);
    // It costs none of the tries that a failing Waycore has.
    let world = World::new([stale(), answer(503).into(), answer(503).into(), good()]);
    world.client().get_connection(&connection_id()).await.expect("the fourth time");
    assert_eq!(world.times(), [0, 0, 200, 600]);
    // Nor of the budget: a gateway that restarts closes all connections together.
    let world = World::new((0..200).map(|number| if number % 2 == 0 { stale() } else { good() }));
    let client = world.client();
    for _ in 0..100 {
        client.get_connection(&connection_id()).await.expect("the second time");
    }
    assert_eq!(world.times().len(), 200);
}

#[tokio::test(start_paused = true)]
async fn what_must_not_be_sent_twice_goes_out_on_a_connection_of_its_own() {
    let world = World::new([answer(202).into()]);
    let client = world.client();
    client.sync_connection(&connection_id()).await.expect("queued");
    client.complete_setup(&connection_id()).await.expect("completed");
    client.delete_connection(&connection_id()).await.expect("deleted");
    assert!(world.requests().iter().all(|request| request.fresh));
}

#[tokio::test(start_paused = true)]
async fn a_sync_that_is_refused_as_too_early_is_not_asked_for_again() {
    for refusal in [answer(429), answer(429).header("retry-after", "1"), answer(409)] {
        let world = World::new([refusal.into(), answer(202).into()]);
        world.client().sync_connection(&connection_id()).await.expect_err("it is said at once");
        assert_eq!(world.times(), [0]);
    }
    let world = World::new([unreachable(), answer(202).into()]);
    world.client().sync_connection(&connection_id()).await.expect("nothing had been sent");
    assert_eq!(world.times(), [0, 200]);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_again_after_what_stays() {
    for status in [400, 401, 403, 404, 409, 410, 422, 500, 501, 302] {
        assert_eq!(read_times(answer(status).into()).await, None, "{status}");
    }
    assert_eq!(read_times(answer(200).body("<html>").into()).await, None);
    assert_eq!(read_times(answer(200).body("{").breaking_off().into()).await, None);
}

#[tokio::test(start_paused = true)]
async fn the_third_time_is_the_last() {
    let world = World::new([answer(503).into()]);
    let error = world.client().get_connection(&connection_id()).await.expect_err("it goes on");
    assert_eq!(error, Error::Server { status: 503, retry_after: None });
    assert_eq!(world.times(), [0, 200, 600]);
}

#[tokio::test(start_paused = true)]
async fn a_call_never_takes_longer_than_its_limit() {
    let world = World::new([Reply::Silence]);
    let before = tokio::time::Instant::now();
    let error = world.client().get_connection(&connection_id()).await.expect_err("nobody answers");
    assert_eq!(error, Error::Timeout);
    assert_eq!(before.elapsed().as_secs(), 15);
    assert_eq!(world.times(), [0, 8_200]);
}

#[tokio::test(start_paused = true)]
async fn waycores_own_wait_is_kept() {
    let wait = |value: &str| answer(429).header("retry-after", value);
    assert_eq!(read_times(wait("3").into()).await, Some(vec![0, 3_000]));
    let dated = wait("Sun, 06 Nov 1994 08:49:42 GMT").header("date", "Sun, 06 Nov 1994 08:49:37 GMT");
    assert_eq!(read_times(dated.into()).await, Some(vec![0, 5_000]));
    assert_eq!(read_times(wait("0").into()).await, Some(vec![0, 200]), "a little spread all the same");
    assert_eq!(read_times(wait("soon").into()).await, Some(vec![0, 200]), "nonsense is no wait");
    assert_eq!(read_times(wait("15").into()).await, None, "longer than a person waits");
    let unavailable = answer(503).header("retry-after", "4");
    assert_eq!(read_times(unavailable.into()).await, Some(vec![0, 4_000]));
}

#[tokio::test(start_paused = true)]
async fn no_request_is_sent_before_its_time_whoever_asks() {
    let world = World::new([answer(429).header("retry-after", "60").into(), good()]);
    let client = world.client();
    let limited = |error| match error {
        Error::RateLimited { retry_after: Some(wait) } => wait.as_secs(),
        other => panic!("{other}"),
    };
    let id = connection_id();
    assert_eq!(limited(client.get_connection(&id).await.expect_err("a limit")), 60);
    tokio::time::advance(Duration::from_secs(20)).await;
    assert_eq!(limited(client.clone().get_connection(&id).await.expect_err("still")), 40);
    assert_eq!(world.times(), [0], "nothing was sent");
    let other = ConnectionId::parse("conn_other").expect("an id");
    client.get_connection(&other).await.expect("another one has no wait");
    tokio::time::advance(Duration::from_secs(40)).await;
    client.get_connection(&id).await.expect("its time has come");
    assert_eq!(world.times(), [0, 20_000, 60_000]);
}

#[tokio::test(start_paused = true)]
async fn a_sync_in_its_cooldown_is_not_asked_for_again() {
    for status in [429, 409] {
        let world = World::new([answer(status).header("retry-after", "2700").into(), answer(202).into()]);
        let client = world.client();
        for _ in 0..3 {
            let error = client.sync_connection(&connection_id()).await.expect_err("a cooldown");
            let wait = match error {
                Error::RateLimited { retry_after } | Error::Conflict { retry_after } => retry_after,
                other => panic!("{other}"),
            };
            assert_eq!(wait.map(|wait| wait.as_secs()), Some(2_700), "{status}");
        }
        assert_eq!(world.times().len(), 1, "{status}");
        tokio::time::advance(Duration::from_secs(2_700)).await;
        client.sync_connection(&connection_id()).await.expect("the cooldown is over");
    }
}

/// What creating an entity ends as, and how often it was sent.
async fn create(reply: Reply) -> (Error, usize) {
    let world = World::new([reply]);
    let entity = EntityCreate { external_entity_id: "acme".to_owned(), name: None, metadata: None };
    let error = world.client().create_entity(&entity).await.expect_err("it fails");
    (error, world.times().len())
}

#[tokio::test(start_paused = true)]
async fn a_write_that_may_have_happened_is_sent_once_and_its_outcome_is_unknown() {
    let unclear = [
        (Reply::Silence, Unclear::Timeout),
        (answer(500).into(), Unclear::Server(500)),
        (answer(502).into(), Unclear::Server(502)),
        (answer(503).into(), Unclear::Server(503)),
        (answer(504).into(), Unclear::Server(504)),
        (broken(), Unclear::NoAnswer),
        (answer(201).body("{").breaking_off().into(), Unclear::Nonsense(Nonsense::BrokenOff)),
        (answer(201).body("<html>").into(), Unclear::Nonsense(Nonsense::Body)),
        (answer(302).into(), Unclear::Nonsense(Nonsense::Redirect)),
    ];
    for (reply, expected) in unclear {
        assert_eq!(create(reply).await, (Error::Unknown(expected), 1), "{expected}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_cannot_have_happened_is_sent_again() {
    assert_eq!(create(unreachable()).await, (Error::Unreachable("refused".to_owned()), 3));
    assert_eq!(create(answer(429).into()).await, (Error::RateLimited { retry_after: None }, 3));
    let clear = [
        (400, Error::Invalid),
        (401, Error::Unauthorized),
        (403, Error::Forbidden),
        (404, Error::NoSuchPath),
        (409, Error::Conflict { retry_after: None }),
    ];
    for (status, expected) in clear {
        assert_eq!(create(answer(status).into()).await, (expected, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn credentials_may_be_sent_twice_because_they_only_replace_themselves() {
    let world = World::new([answer(502).into(), good()]);
    let credentials = NonEmptyCredentials::from_fields(Some("wsvc".to_owned()), None, None).expect("filled");
    world.client().put_credentials(&connection_id(), &credentials).await.expect("the second time");
    let bodies: Vec<_> = world.requests().into_iter().map(|request| request.body).collect();
    assert_eq!((bodies.len(), &bodies[0]), (2, &bodies[1]));

    let world = World::new([answer(502).into()]);
    let error = world.client().put_credentials(&connection_id(), &credentials).await.expect_err("every time");
    assert_eq!((error, world.times().len()), (Error::Unknown(Unclear::Server(502)), 3));
}

#[tokio::test(start_paused = true)]
async fn tries_have_a_budget() {
    // A few successes in between keep the circuit closed.
    let world = World::new([answer(500).into()]);
    let client = world.client();
    for _ in 0..15 {
        let _ = client.get_connection(&connection_id()).await;
    }
    assert_eq!(world.times().len(), 15, "500 is not tried again");

    let world = World::new([unreachable()]);
    let client = world.client();
    let id = connection_id();
    let calls: Vec<_> = (0..15).map(|_| client.get_connection(&id)).collect();
    futures_util::future::join_all(calls).await;
    let sent = world.times().len();
    assert!((25..=27).contains(&sent), "{sent}: ten were saved up, a tenth of the calls comes on top");
}

#[tokio::test(start_paused = true)]
async fn when_nearly_everything_fails_nothing_is_sent_for_a_while() {
    let replies = (0..20).map(|_| answer(500).into()).chain([good()]);
    let world = World::new(replies);
    let client = world.client();
    assert_eq!(client.breaker(), BreakerState::Closed);
    for _ in 0..20 {
        assert_eq!(
            client.get_connection(&connection_id()).await,
            Err(Error::Server { status: 500, retry_after: None })
        );
    }
    assert!(matches!(client.breaker(), BreakerState::Open { .. }));
    let error = client.get_connection(&connection_id()).await.expect_err("the circuit is open");
    assert!(matches!(error, Error::CircuitOpen { .. }), "{error}");
    assert_eq!(world.times().len(), 20);
    tokio::time::advance(Duration::from_secs(5)).await;
    assert_eq!(client.breaker(), BreakerState::HalfOpen);
    client.get_connection(&connection_id()).await.expect("Waycore is back");
    assert_eq!(client.breaker(), BreakerState::Closed);
}

/// Stops the caller for ever at one point.
struct Crash {
    at: Failpoint,
    reached: Mutex<Vec<Failpoint>>,
}

#[async_trait]
impl Failpoints for Crash {
    async fn reach(&self, point: Failpoint) {
        self.reached.lock().expect("whole").push(point);
        if point == self.at {
            std::future::pending::<()>().await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_can_be_stopped_before_and_after_every_send() {
    let points = [Failpoint::BeforeSend("complete_setup"), Failpoint::AfterSend("complete_setup")];
    for (at, sent) in [(points[0], 0), (points[1], 1)] {
        let world = World::new([answer(200).into()]);
        let crash = Arc::new(Crash { at, reached: Mutex::default() });
        let client = world.client_with(|seams| Seams { failpoints: crash.clone(), ..seams });
        let id = connection_id();
        let call = client.complete_setup(&id);
        assert!(tokio::time::timeout(Duration::from_hours(1), call).await.is_err(), "it crashed");
        assert_eq!(world.times().len(), sent);
        assert_eq!(*crash.reached.lock().expect("whole"), points[..=sent]);
    }
}

#[tokio::test(start_paused = true)]
async fn every_request_goes_to_the_configured_host_with_the_key_marked() {
    let world = World::new([good()]);
    let client = world.client();
    for id in ["conn_123", "//evil.example/x", "https://evil.example", "..%2f..", "a?b#c"] {
        let _ = client.get_connection(&ConnectionId::parse(id).expect("an id")).await;
    }
    for request in world.requests() {
        assert_eq!(request.url.host_str(), Some("waycore.example"));
        assert!(request.url.path().starts_with("/v1/connections/"), "{}", request.url);
        assert!(request.headers["authorization"].is_sensitive());
        assert!(!format!("{request:?}").contains("topsecret"));
    }
}

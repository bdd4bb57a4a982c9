//! What one customer may take of the key that all of them share.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use tokio::time::{Instant, timeout};
use waycore::{
    BreakerState, Client, Error, Waycore,
    client::{Customer, on_behalf_of},
    wire::Connection,
};

use super::world::{Reply, World, answer};
use super::*;

/// Long enough for calls to be sent, and too short for anything else.
const MOMENT: Duration = Duration::from_millis(100);

/// A world that replies to everything in the same way, and a client in it.
fn client_in(reply: Reply) -> (Arc<World>, Client) {
    let world = World::new([reply]);
    let client = world.client();
    (world, client)
}

fn good() -> Reply {
    answer(200).body(fixture("connection-setup.json").to_string()).into()
}

/// One call for a customer.
async fn call(client: &Client, customer: &str) -> Result<Connection, Error> {
    on_behalf_of(Customer::new(customer), client.get_connection(&connection_id())).await
}

/// So many calls for a customer at once.
async fn calls(client: &Client, customer: &str, count: usize) -> Vec<Result<Connection, Error>> {
    join_all((0..count).map(|_| call(client, customer))).await
}

/// One call for a person of a customer's.
async fn call_of(client: &Client, person: &str) -> Result<Connection, Error> {
    on_behalf_of(Customer::new("acme").person(person), client.get_connection(&connection_id())).await
}

/// So many calls for a person at once.
async fn calls_of(client: &Client, person: &str, count: usize) -> Vec<Result<Connection, Error>> {
    join_all((0..count).map(|_| call_of(client, person))).await
}

#[tokio::test(start_paused = true)]
async fn a_person_leaves_something_for_their_colleagues() {
    let (world, client) = client_in(Reply::Silence);
    let first = timeout(Duration::from_secs(10), calls_of(&client, "ana", 300));
    let second = async {
        tokio::time::sleep(MOMENT).await;
        assert_eq!(world.times().len(), 6);
        assert!(timeout(MOMENT, calls_of(&client, "vic", 300)).await.is_err());
        assert_eq!(world.times().len(), 8);
    };
    let (_, ()) = tokio::join!(first, second);

    let (_, client) = client_in(good());
    for _ in 0..300 {
        call_of(&client, "ana").await.expect("a burst");
    }
    let began = Instant::now();
    call_of(&client, "vic").await.expect("a colleague's");
    assert_eq!(began.elapsed().as_millis(), 0);
    for _ in 0..24 {
        call_of(&client, "ana").await.expect("a little later");
    }
    let took = began.elapsed().as_millis();
    assert!((1_900..=2_200).contains(&took), "twelve a second: {took} ms");
}

#[tokio::test(start_paused = true)]
async fn a_few_calls_of_a_customer_are_under_way_at_once() {
    let (world, client) = client_in(Reply::Silence);
    assert!(timeout(MOMENT, calls(&client, "acme", 20)).await.is_err());
    assert_eq!(world.times().len(), 8);
    assert!(timeout(MOMENT, calls(&client, "globex", 20)).await.is_err());
    assert_eq!(world.times().len(), 16, "another customer's calls wait for none of them");
    let id = connection_id();
    let product = join_all((0..20).map(|_| client.get_connection(&id)));
    assert!(timeout(MOMENT, product).await.is_err());
    assert_eq!(world.times().len(), 36, "what is read for everybody has a pace of its own");
}

#[tokio::test(start_paused = true)]
async fn calls_that_wait_are_made_in_the_end_and_too_many_are_refused() {
    let (_, client) = client_in(good());
    let all = calls(&client, "acme", 50).await;
    assert!(all.iter().all(Result::is_ok));

    let (_, client) = client_in(Reply::Silence);
    let began = Instant::now();
    let all = calls(&client, "acme", 300).await;
    let refused = all.iter().filter(|result| matches!(result, Err(Error::OverBudget { .. }))).count();
    assert!(refused >= 90, "{refused}");
    assert!(began.elapsed() <= Duration::from_secs(16), "nobody waits longer than for an answer");
}

#[tokio::test(start_paused = true)]
async fn a_customers_calls_have_a_budget() {
    let (_, client) = client_in(good());
    for _ in 0..500 {
        call(&client, "acme").await.expect("a burst");
    }
    let began = Instant::now();
    call(&client, "globex").await.expect("another customer's");
    assert_eq!(began.elapsed().as_millis(), 0);
    for _ in 0..40 {
        call(&client, "acme").await.expect("a little later");
    }
    let took = began.elapsed().as_millis();
    assert!((1_900..=2_200).contains(&took), "twenty a second: {took} ms");
}

#[tokio::test(start_paused = true)]
async fn one_customers_failures_hold_back_that_customer_alone() {
    let (world, client) = client_in(answer(500).into());
    for _ in 0..20 {
        assert!(matches!(call(&client, "acme").await, Err(Error::Server { .. })));
    }
    assert!(matches!(call(&client, "acme").await, Err(Error::CircuitOpen { .. })));
    assert_eq!((client.breaker(), world.times().len()), (BreakerState::Closed, 20));
    assert!(matches!(call(&client, "globex").await, Err(Error::Server { .. })), "it was sent");
    // A third customer for whom it fails as well: it is Waycore.
    assert!(matches!(call(&client, "initech").await, Err(Error::Server { .. })));
    assert_eq!(world.times().len(), 22);
    for customer in ["globex", "initech", "hooli"] {
        assert!(matches!(call(&client, customer).await, Err(Error::CircuitOpen { .. })), "{customer}");
    }
    assert!(matches!(client.breaker(), BreakerState::Open { .. }));
    assert_eq!(world.times().len(), 22);
}

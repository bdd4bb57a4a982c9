//! Every type of the crate printed with secrets in it: none of them shows.

use std::{fmt::Debug, time::Duration};

use domain::{credentials::NonEmptyCredentials, ids::ConnectionId};
use secrecy::SecretString;
use serde::de::DeserializeOwned;
use serde_json::json;
use waycore::{
    BaseUrl, BreakerState, Client, Created, Error, ListAccounts, ListBalances, ListConnections,
    ListTransactions, RetryAfter, SyncTransactions, TimeLimits, Unclear,
    client::{
        BaseUrlError, BuildError, Nonsense, TransactionSort,
        paging::Endless,
        seams::{Failpoint, NoFailpoints, SendError, SystemClock, SystemRandom, TransportRequest},
    },
    webhook::SignatureError,
    wire::{
        Account, Balance, Connection, ConnectionCreate, Credentials, Entity, EntityCreate, Institution, Page,
        Transaction, TransactionsSync, Webhook, WebhookCreate, WebhookCreated, WebhookEvent, WebhookUpdate,
    },
};

use crate::fixtures::fixture;

/// Stands in every place that is secret.
const MARK: &str = "marked-as-secret";

#[track_caller]
fn check(value: &impl Debug) {
    for shown in [format!("{value:?}"), format!("{value:#?}")] {
        assert!(!shown.contains(MARK) && !shown.is_empty(), "{shown}");
    }
}

#[track_caller]
fn check_fixture<T: DeserializeOwned + Debug>(name: &str) {
    let mut body = fixture(name);
    if name == "webhook-created.json" {
        body["webhook"]["secret"] = json!(MARK);
    }
    check(&serde_json::from_value::<T>(body).expect(name));
}

#[test]
fn bodies_show_no_secret() {
    check_fixture::<Account>("account.json");
    check_fixture::<Balance>("balance.json");
    check_fixture::<Connection>("connection-ready.json");
    check_fixture::<Connection>("connection-setup.json");
    check_fixture::<Page<Connection>>("list-connections.json");
    check_fixture::<Entity>("entity.json");
    check_fixture::<Transaction>("transaction.json");
    check_fixture::<TransactionsSync>("transactions-sync.json");
    check_fixture::<WebhookCreated>("webhook-created.json");
    check_fixture::<WebhookEvent>("webhook-event.json");
    let mut webhook = fixture("webhook-created.json")["webhook"].clone();
    webhook["secret"] = json!(MARK);
    let webhook: Webhook = serde_json::from_value(webhook).expect("a webhook");
    check(&webhook);
    check(&Page::new(vec![webhook], Default::default(), Default::default()));
    check(&WebhookCreate { url: "https://host.example".to_owned(), events: vec![], metadata: None });
    check(&WebhookUpdate::default());
    check(&EntityCreate { external_entity_id: "acme".to_owned(), name: None, metadata: None });
    check(&ConnectionCreate { entity_id: "ent".to_owned(), institution_id: None, portal_url: None });
    check(
        &serde_json::from_value::<Institution>(json!({"institutionId": "chase", "name": "Chase"}))
            .expect("it"),
    );
    let marked = || Some(MARK.to_owned());
    let filled = NonEmptyCredentials::from_fields(marked(), marked(), marked()).expect("filled");
    check(&filled);
    check(&Credentials::from(&filled));
    let setup: Connection = serde_json::from_value(fixture("connection-setup.json")).expect("it");
    check(&Created { connection: setup, existing: true });
}

#[test]
fn the_client_shows_no_secret() {
    let base = BaseUrl::parse("https://waycore.example/v1").expect("a base URL");
    let client =
        Client::new(base.clone(), &SecretString::from(MARK), TimeLimits::default()).expect("a client");
    check(&client);
    check(&base);
    let mut authorization = reqwest::header::HeaderValue::from_static(MARK);
    authorization.set_sensitive(true);
    let request = TransportRequest {
        method: reqwest::Method::PUT,
        url: url::Url::parse(&format!("https://waycore.example/v1/x?query={MARK}")).expect("a URL"),
        headers: [(reqwest::header::AUTHORIZATION, authorization)].into_iter().collect(),
        body: Some(MARK.as_bytes().to_vec()),
        fresh: true,
    };
    check(&request);
    check(&SecretString::from(MARK));
}

#[test]
fn everything_else_can_be_printed() {
    let wait = RetryAfter::new(Duration::from_secs(1));
    for error in [
        Error::Invalid,
        Error::Unauthorized,
        Error::Forbidden,
        Error::NotFound,
        Error::Conflict { retry_after: Some(wait) },
        Error::RateLimited { retry_after: None },
        Error::Server { status: 500, retry_after: None },
        Error::Timeout,
        Error::Unreachable("refused".to_owned()),
        Error::CircuitOpen { retry_after: wait },
        Error::Unknown(Unclear::Timeout),
        Error::Nonsense(Nonsense::Endless(Endless::NoCursor)),
    ] {
        check(&error);
        assert!(!error.to_string().is_empty());
    }
    check(&(wait, BreakerState::HalfOpen, TimeLimits::default(), TransactionSort::default()));
    check(&(ListConnections::default(), ListAccounts::default(), ListBalances::default()));
    check(&(ListTransactions::default(), SyncTransactions::default()));
    check(&(BaseUrlError::NotHttps, BuildError::Key, SendError::Broken, SignatureError::Wrong));
    check(&(Failpoint::BeforeSend("x"), NoFailpoints, SystemRandom));
    check(&ConnectionId::parse("conn").expect("an id"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async { check(&SystemClock::default()) });
}

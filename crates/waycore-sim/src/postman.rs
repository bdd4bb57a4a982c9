//! Delivers webhooks: notices what changed, sends what is due, and tries again what was not taken.
//!
//! When an attempt is due is virtual time, so that a test decides it; the attempt itself, its time limit and the time in
//! its signature are real, because the receiver is.

use std::{
    error::Error as _,
    iter,
    sync::LazyLock,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use reqwest::{Client, header::CONTENT_TYPE, redirect, retry};
use secrecy::SecretString;
use tokio::task::JoinSet;
use url::Url;
use waycore::{webhook, wire::DateTime};

use crate::{
    Simulator,
    clock::RealTime,
    hosts::is_loopback,
    world::{
        Resident,
        organization::Environment,
        webhook::{Attempt, Delivery, Manner},
    },
};

/// How long a receiver may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Attempts at one time: a receiver that hangs must not hold up the others.
const AT_ONCE: usize = 64;

/// An attempt that is due.
struct Letter {
    organization_id: String,
    environment: Environment,
    delivery_id: String,
    url: String,
    body: Vec<u8>,
    secret: SecretString,
    manner: Manner,
}

impl Simulator {
    /// Delivers webhooks, for ever. [`crate::serve()`] does this by itself; beside a bare router it has to be spawned.
    pub async fn deliver(&self) {
        // With the first letter: it reads the certificates of the machine, and most simulators deliver nothing.
        let client: LazyLock<reqwest::Result<Client>> = LazyLock::new(client);
        let mut under_way = JoinSet::new();
        loop {
            let changed = self.shared.changed.notified();
            let (letters, wait) = self.collect(AT_ONCE.saturating_sub(under_way.len()));
            for letter in letters {
                match &*client {
                    Ok(client) => under_way.spawn(self.clone().post(client.clone(), letter)),
                    Err(error) => {
                        tracing::error!(%error, "webhooks cannot be delivered");
                        return std::future::pending().await;
                    }
                };
            }
            let wait = async {
                match wait {
                    Some(wait) => tokio::time::sleep(wait).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = changed => {}
                () = wait => {}
                Some(_) = under_way.join_next() => {}
            }
        }
    }

    /// What is due now, and how long to wait for the next.
    fn collect(&self, most: usize) -> (Vec<Letter>, Option<Duration>) {
        let real = self.shared.real_time();
        let mut world = self.shared.world();
        let mut letters = Vec::new();
        let mut wait: Option<Duration> = None;
        for resident in world.residents_mut() {
            letters.extend(resident.letters(real, most.saturating_sub(letters.len())));
            let soonest = resident.next_letter(real);
            wait = wait.into_iter().chain(soonest).min();
        }
        // A full hand waits for one of its letters, not for the time.
        let full = letters.len() >= most;
        (letters, wait.filter(|_| !full))
    }

    async fn post(self, client: Client, letter: Letter) {
        let sent_at = unix_millis();
        let outcome = self.attempt(&client, &letter, sent_at).await;
        let (status, error) = match outcome {
            Ok(status) => (Some(status), None),
            Err(why) => (None, Some(why)),
        };
        {
            let real = self.shared.real_time();
            let mut world = self.shared.world();
            let Some(resident) = world.resident_mut(&letter.organization_id) else { return };
            let now = resident.clock.now(real);
            let webhooks = &mut resident.organization.books.get_mut(letter.environment).webhooks;
            let Some(delivery) = webhooks.deliveries.iter_mut().find(|one| one.id == letter.delivery_id)
            else {
                return;
            };
            let (at, sent_at) = (DateTime::from_millis(now), DateTime::from_millis(sent_at));
            delivery.tried(Attempt { at, sent_at, status, error }, now);
        }
        self.kept().await;
    }

    async fn attempt(&self, client: &Client, letter: &Letter, sent_at: i64) -> Result<u16, String> {
        let url = Url::parse(&letter.url).map_err(|_| "the address is no URL".to_owned())?;
        if !self.shared.allow_remote && !url.host().is_some_and(|host| is_loopback(&host)) {
            return Err("not sent: only addresses on this machine are delivered to".to_owned());
        }
        let seconds = (sent_at / 1_000).saturating_sub(letter.manner.signature_age);
        let signature = match letter.manner.bad_signature {
            true => webhook::sign(&"not the secret".into(), seconds, &letter.body),
            false => webhook::sign(&letter.secret, seconds, &letter.body),
        };
        let request = client
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header(webhook::HEADER, signature)
            .body(letter.body.clone());
        let answer = request.send().await.map_err(|error| reason(&error))?;
        Ok(answer.status().as_u16())
    }
}

impl Resident {
    /// Notices what changed and takes what is due.
    fn letters(&mut self, real: RealTime, most: usize) -> Vec<Letter> {
        self.notice(real);
        let now = self.clock.now(real);
        let mut letters = Vec::new();
        for environment in Environment::BOTH {
            let books = self.organization.books.get_mut(environment);
            let registrations = &books.webhooks.registrations;
            for delivery in &mut books.webhooks.deliveries {
                if letters.len() >= most || delivery.under_way || delivery.due_at.is_none_or(|due| due > now)
                {
                    continue;
                }
                // A registration that was removed meanwhile wants nothing any more.
                match registrations.get(&delivery.webhook_id) {
                    Some(registration) if registration.active => {
                        let secret = registration.secret.clone();
                        letters.extend(Letter::of(delivery, secret, &self.organization.id, environment));
                    }
                    Some(_) | None => delivery.due_at = None,
                }
            }
        }
        letters
    }

    /// How long it takes until there is something to do again; `None` while the clock stands still.
    fn next_letter(&self, real: RealTime) -> Option<Duration> {
        let speed = self.clock.speed().as_f64();
        let now = self.clock.now(real);
        let both = self.organization.books.each();
        let due = both.iter().filter_map(|books| books.webhooks.next_due(&books.connections, now)).min()?;
        if due <= now {
            return Some(Duration::ZERO);
        }
        let seconds = (due - now) as f64 / 1_000.0 / speed;
        // A little later, so that a rounded wait is not a millisecond too short; an hour at most, which any number fits.
        (speed > 0.0).then(|| Duration::from_secs_f64((seconds + 0.002).min(3_600.0)))
    }
}

impl Letter {
    fn of(
        delivery: &mut Delivery,
        secret: String,
        organization_id: &str,
        environment: Environment,
    ) -> Option<Self> {
        let body = serde_json::to_vec(&delivery.event).ok()?;
        delivery.under_way = true;
        Some(Self {
            organization_id: organization_id.to_owned(),
            environment,
            delivery_id: delivery.id.clone(),
            url: delivery.url.clone(),
            body,
            secret: secret.into(),
            manner: delivery.manner,
        })
    }
}

fn client() -> reqwest::Result<Client> {
    Client::builder()
        .timeout(PATIENCE)
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        .no_proxy()
        .build()
}

/// Says what went wrong with the innermost cause, such as a name that DNS does not know or a certificate that is refused.
/// The address stands beside it already.
fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer within ten seconds".to_owned();
    }
    let what = if error.is_connect() { "no connection" } else { "no answer that can be read" };
    match iter::successors(error.source(), |&cause| cause.source()).last() {
        Some(cause) => format!("{what}: {cause}"),
        None => what.to_owned(),
    }
}

fn unix_millis() -> i64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_1970.as_millis()).unwrap_or_default()
}

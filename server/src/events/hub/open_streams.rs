//! How many streams are open, and for whom: caps for a browser, a person, a customer and the process.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Mutex, MutexGuard, PoisonError};

use app::backend::{Caller, Customer};
use aws_lc_rs::digest;
use http::HeaderMap;
use tokio_util::sync::CancellationToken;

use crate::store::CustomerKey;

/// A browser has six connections to one site, and its pages need some.
const MAX_PER_BROWSER: usize = 6;

/// A person's browsers, whatever they call themselves.
const MAX_PER_PERSON: usize = 24;

/// The open pages of a large team. More of them ask every five seconds instead.
const MAX_PER_CUSTOMER: usize = 2_000;

/// One person in one browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct SessionKey {
    person: [u8; 16],
    browser: u64,
}

impl SessionKey {
    /// The host's sessions are not ours to read, so a browser is told from another by its name.
    pub(crate) fn of(caller: &Caller, headers: &HeaderMap) -> Self {
        let Customer { issuer, org } = &caller.customer;
        let mut hash = digest::Context::new(&digest::SHA256);
        for part in [issuer, org, caller.user.as_str()] {
            hash.update(part.as_bytes());
            hash.update(b"\0");
        }
        let mut person = [0; 16];
        for (place, byte) in person.iter_mut().zip(hash.finish().as_ref()) {
            *place = *byte;
        }
        let mut browser = DefaultHasher::new();
        headers.get(http::header::USER_AGENT).map(|agent| agent.as_bytes()).hash(&mut browser);
        Self { person, browser: browser.finish() }
    }
}

/// The open streams of this process.
pub(super) struct OpenStreams {
    max: usize,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    people: HashMap<[u8; 16], Vec<OpenStream>>,
    customers: HashMap<CustomerKey, usize>,
    total: usize,
}

/// A stream that has not been told to end.
struct OpenStream {
    browser: u64,
    end: CancellationToken,
}

/// A customer or the process has as many streams as it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Full;

impl OpenStreams {
    pub(super) fn new(max: usize) -> Self {
        Self { max, open: Mutex::default() }
    }

    /// Returns true if one more stream of this session makes none of the person's end.
    pub(super) fn has_room(&self, session: SessionKey) -> bool {
        let open = self.lock();
        let streams = open.people.get(&session.person).into_iter().flatten();
        let (mut of_browser, mut of_person) = (0, 0);
        for stream in streams.filter(|stream| !stream.end.is_cancelled()) {
            of_browser += usize::from(stream.browser == session.browser);
            of_person += 1;
        }
        of_browser < MAX_PER_BROWSER && of_person < MAX_PER_PERSON
    }

    /// Admits a stream. The oldest stream of a browser, or of a person, makes room for the newest.
    pub(super) fn admit(
        &self,
        session: SessionKey,
        customer: CustomerKey,
        end: &CancellationToken,
    ) -> Result<(), Full> {
        let mut open = self.lock();
        let of_customer = open.customers.get(&customer).copied().unwrap_or(0);
        // Those that were told to end count until they have.
        if open.total >= self.max || of_customer >= MAX_PER_CUSTOMER {
            return Err(Full);
        }
        let streams = open.of(session);
        let of_browser = |stream: &&OpenStream| stream.browser == session.browser;
        if streams.iter().filter(of_browser).count() >= MAX_PER_BROWSER
            && let Some(oldest) = streams.iter().position(|stream| stream.browser == session.browser)
        {
            streams.remove(oldest).end.cancel();
        } else if streams.len() >= MAX_PER_PERSON {
            streams.remove(0).end.cancel();
        }
        streams.push(OpenStream { browser: session.browser, end: end.clone() });
        *open.customers.entry(customer).or_default() += 1;
        open.total += 1;
        metrics::gauge!("connect_event_streams").increment(1);
        Ok(())
    }

    /// Takes a stream out that was admitted and has ended.
    pub(super) fn leave(&self, session: SessionKey, customer: CustomerKey, end: &CancellationToken) {
        end.cancel();
        let mut open = self.lock();
        if open.of(session).is_empty() {
            open.people.remove(&session.person);
        }
        if let Some(count) = open.customers.get_mut(&customer) {
            *count -= 1;
            if *count == 0 {
                open.customers.remove(&customer);
            }
        }
        open.total -= 1;
        metrics::gauge!("connect_event_streams").decrement(1);
    }

    /// Ends the streams of a session, because its person signed out.
    pub(super) fn end_session(&self, session: SessionKey) {
        let open = self.lock();
        let streams = open.people.get(&session.person).into_iter().flatten();
        streams.filter(|stream| stream.browser == session.browser).for_each(|stream| stream.end.cancel());
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    /// The streams of a person that have not been told to end, oldest first.
    fn of(&mut self, session: SessionKey) -> &mut Vec<OpenStream> {
        let streams = self.people.entry(session.person).or_default();
        streams.retain(|stream| !stream.end.is_cancelled());
        streams
    }
}

#[cfg(test)]
mod tests {
    use app::backend::Role;
    use domain::ids::UserId;
    use http::{HeaderValue, header};

    use super::*;
    use crate::config::Environment;
    use crate::store::Tenant;

    fn session(org: &str, user: &str, browser: &str) -> (SessionKey, CustomerKey) {
        let customer = Customer { issuer: "host".to_owned(), org: org.to_owned() };
        let key = CustomerKey::of(Tenant { customer: &customer, environment: Environment::Live });
        let caller = Caller {
            customer,
            user: UserId::parse(user).unwrap(),
            role: Role::Viewer,
            org_name: None,
            name: None,
            locale: None,
        };
        let agent = HeaderValue::from_str(browser).unwrap();
        (SessionKey::of(&caller, &HeaderMap::from_iter([(header::USER_AGENT, agent)])), key)
    }

    /// Opens streams that nobody closes, and returns how many are still meant to go on.
    fn open(streams: &OpenStreams, sessions: impl IntoIterator<Item = (SessionKey, CustomerKey)>) -> usize {
        let mut ends = Vec::new();
        for (session, customer) in sessions {
            let end = CancellationToken::new();
            if streams.admit(session, customer, &end).is_err() {
                break;
            }
            ends.push((session, customer, end));
        }
        let left: Vec<_> = ends.iter().filter(|(.., end)| !end.is_cancelled()).collect();
        let count = left.len();
        for (session, customer, end) in ends {
            streams.leave(session, customer, &end);
        }
        let open = streams.lock();
        assert_eq!((open.total, open.people.len()), (0, 0), "all are gone");
        count
    }

    #[test]
    fn a_browser_a_person_a_customer_and_the_process_have_caps() {
        let streams = OpenStreams::new(3_000);
        assert_eq!(open(&streams, (0..100).map(|_| session("acme", "ana", "one"))), MAX_PER_BROWSER);
        let browsers = (0..100).map(|number| session("acme", "ana", &format!("browser {number}")));
        assert_eq!(open(&streams, browsers), MAX_PER_PERSON, "whatever the browser calls itself");
        let people = (0..5_000).map(|number| session("acme", &format!("user-{number}"), "one"));
        assert_eq!(open(&streams, people), MAX_PER_CUSTOMER);
        let customers = (0..5_000).map(|number| session(&format!("org-{number}"), "ana", "one"));
        assert_eq!(open(&streams, customers), 3_000);
    }

    #[test]
    fn the_newest_stream_goes_on_and_the_oldest_ends() {
        let streams = OpenStreams::new(100);
        let (key, customer) = session("acme", "ana", "one");
        let ends: Vec<_> = (0..=MAX_PER_BROWSER).map(|_| CancellationToken::new()).collect();
        for end in &ends {
            streams.admit(key, customer, end).unwrap();
        }
        assert!(ends[0].is_cancelled() && ends[1..].iter().all(|end| !end.is_cancelled()));
        assert!(!streams.has_room(key));
        assert!(
            streams.has_room(session("acme", "ana", "other").0)
                && streams.has_room(session("acme", "bo", "one").0)
        );
        streams.end_session(key);
        assert!(ends.iter().all(CancellationToken::is_cancelled));
        assert!(streams.has_room(key));
    }

    #[test]
    fn a_stream_that_was_told_to_end_counts_until_it_has() {
        let streams = OpenStreams::new(MAX_PER_BROWSER + 1);
        let (key, customer) = session("acme", "ana", "one");
        let ends: Vec<_> = (0..=MAX_PER_BROWSER).map(|_| CancellationToken::new()).collect();
        for end in &ends {
            streams.admit(key, customer, end).unwrap();
        }
        let another = CancellationToken::new();
        assert_eq!(streams.admit(key, customer, &another), Err(Full));
        streams.leave(key, customer, &ends[0]);
        assert_eq!(streams.admit(key, customer, &another), Ok(()));
    }
}

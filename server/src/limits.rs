//! Rate limits: of a person, of a customer, and of clients that are not signed in.
//!
//! A request is counted once it is known who sends it. Signed-out requests have limits of their own, so no number of
//! them takes anything from people.

mod cost;

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use app::backend::{Caller, Customer, Role};
use app::error::WireError;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use domain::ids::UserId;
use domain::user_error::ErrorCode;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::client::Client;
use crate::security_log::SecurityEvent;
use crate::startup::AppState;
use crate::web;

pub(crate) use cost::Cost;

/// Requests that may come together, and how many more each second.
#[derive(Clone, Copy)]
struct Rate {
    burst: u32,
    per_second: u32,
}

/// A person clicks, types and polls in a few pages.
const PERSON: Rate = Rate { burst: 400, per_second: 40 };

/// A team of fifty does so at once. One person cannot use it up.
const CUSTOMER: Rate = Rate { burst: 2_000, per_second: 200 };

/// Pages that fetch themselves again after an event cost little: many open pages must not use up what a person needs.
const PERSON_LIVE_REFRESH: Rate = Rate { burst: 500, per_second: 50 };
const CUSTOMER_LIVE_REFRESH: Rate = Rate { burst: 2_000, per_second: 200 };

/// A person's pages listen again together when the network is back.
const PERSON_STREAMS: Rate = Rate { burst: 100, per_second: 10 };

/// A sign-in costs a few requests; an office shares an address.
const SIGNED_OUT_ADDRESS: Rate = Rate { burst: 1_000, per_second: 100 };

/// Clients whose address is not known, together.
const SIGNED_OUT_UNKNOWN: Rate = Rate { burst: 2_000, per_second: 200 };

/// All signed-out clients together: what their pages may cost this process.
const SIGNED_OUT: Rate = Rate { burst: 5_000, per_second: 500 };

/// Pages that say "too many requests" are rendered as often as this; more refusals are a line of text.
const REFUSAL_PAGES: Rate = Rate { burst: 20, per_second: 10 };

/// Addresses that are counted one by one. More share the limit of those that are not known.
const MAX_ADDRESSES: usize = 100_000;

/// A person of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Person {
    customer: Customer,
    user: UserId,
}

/// What a signed-out client is counted by. A provider gives a whole /64 to one subscriber.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ClientKey {
    V4([u8; 4]),
    V6Network([u8; 8]),
}

impl From<IpAddr> for ClientKey {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) => Self::V4(v4.octets()),
            IpAddr::V6(v6) => {
                let [a, b, c, d, e, f, g, h, ..] = v6.octets();
                Self::V6Network([a, b, c, d, e, f, g, h])
            }
        }
    }
}

/// Counts requests, in this process.
pub struct Limits {
    people: DefaultKeyedRateLimiter<Person>,
    customers: DefaultKeyedRateLimiter<Customer>,
    people_live_refresh: DefaultKeyedRateLimiter<Person>,
    customers_live_refresh: DefaultKeyedRateLimiter<Customer>,
    people_streams: DefaultKeyedRateLimiter<Person>,
    signed_out_addresses: DefaultKeyedRateLimiter<ClientKey>,
    signed_out_unknown: DefaultDirectRateLimiter,
    signed_out: DefaultDirectRateLimiter,
    refusal_pages: DefaultDirectRateLimiter,
    clock: DefaultClock,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            people: RateLimiter::keyed(quota(PERSON)),
            customers: RateLimiter::keyed(quota(CUSTOMER)),
            people_live_refresh: RateLimiter::keyed(quota(PERSON_LIVE_REFRESH)),
            customers_live_refresh: RateLimiter::keyed(quota(CUSTOMER_LIVE_REFRESH)),
            people_streams: RateLimiter::keyed(quota(PERSON_STREAMS)),
            signed_out_addresses: RateLimiter::keyed(quota(SIGNED_OUT_ADDRESS)),
            signed_out_unknown: RateLimiter::direct(quota(SIGNED_OUT_UNKNOWN)),
            signed_out: RateLimiter::direct(quota(SIGNED_OUT)),
            refusal_pages: RateLimiter::direct(quota(REFUSAL_PAGES)),
            clock: DefaultClock::default(),
        }
    }
}

impl Limits {
    /// Counts a person's request. `Err` is how long to wait.
    pub(crate) fn request(&self, caller: &Caller, cost: Cost) -> Result<(), Duration> {
        // A host's backend is no person, and speaks for all of its customers.
        if caller.role != Role::Provisioner {
            self.check_for(&self.people, &person(caller), cost)?;
        }
        self.check_for(&self.customers, &caller.customer, cost)
    }

    /// Counts a page that fetches itself again after an event.
    pub(crate) fn live_refresh(&self, caller: &Caller) -> Result<(), Duration> {
        self.check(&self.people_live_refresh, &person(caller))?;
        self.check(&self.customers_live_refresh, &caller.customer)
    }

    /// Counts a page that starts to listen.
    pub(crate) fn stream(&self, caller: &Caller) -> Result<(), Duration> {
        self.check(&self.people_streams, &person(caller))
    }

    /// Counts a request of a client that is not signed in.
    pub(crate) fn signed_out(&self, address: Option<IpAddr>) -> Result<(), Duration> {
        let has_room = self.signed_out_addresses.len() < MAX_ADDRESSES;
        match address.filter(|_| has_room) {
            Some(address) => self.check(&self.signed_out_addresses, &address.into())?,
            None => self.check_all(&self.signed_out_unknown)?,
        }
        self.check_all(&self.signed_out)
    }

    /// Returns true if a refusal may be a page. A page costs more than the request that is refused.
    pub(crate) fn may_render_refusal(&self) -> bool {
        self.refusal_pages.check().is_ok()
    }

    fn check<K: Clone + Eq + Hash>(
        &self,
        limit: &DefaultKeyedRateLimiter<K>,
        key: &K,
    ) -> Result<(), Duration> {
        limit.check_key(key).map_err(|until| until.wait_time_from(self.clock.now()))
    }

    fn check_for<K: Clone + Eq + Hash>(
        &self,
        limit: &DefaultKeyedRateLimiter<K>,
        key: &K,
        cost: Cost,
    ) -> Result<(), Duration> {
        // No cost is more than a burst.
        let checked = limit.check_key_n(key, cost.requests()).map_err(|_| Duration::from_secs(1))?;
        checked.map_err(|until| until.wait_time_from(self.clock.now()))
    }

    fn check_all(&self, limit: &DefaultDirectRateLimiter) -> Result<(), Duration> {
        limit.check().map_err(|until| until.wait_time_from(self.clock.now()))
    }

    /// Forgets everybody who has been quiet for long enough to have the whole burst again.
    pub(crate) fn forget_idle(&self) {
        self.people.retain_recent();
        self.customers.retain_recent();
        self.people_live_refresh.retain_recent();
        self.customers_live_refresh.retain_recent();
        self.people_streams.retain_recent();
        self.signed_out_addresses.retain_recent();
    }
}

fn person(caller: &Caller) -> Person {
    Person { customer: caller.customer.clone(), user: caller.user.clone() }
}

fn quota(Rate { burst, per_second }: Rate) -> Quota {
    let count = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
    Quota::per_second(count(per_second)).allow_burst(count(burst))
}

/// The refusal of a request that is one too many.
pub(crate) fn too_many(wait: Duration) -> WireError {
    let seconds = wait.as_secs() + 1;
    WireError::new(ErrorCode::RateLimited, app::copy::errors().rate_limited).retry_after(Some(seconds))
}

/// Logs and returns the refusal of a person's request.
pub(crate) fn too_many_of(caller: &Caller) -> impl Fn(Duration) -> WireError {
    |wait| {
        SecurityEvent::new("rate_limited").by(caller).log();
        too_many(wait)
    }
}

/// Logs and returns the refusal of a signed-out request.
pub(crate) fn too_many_signed_out(wait: Duration) -> WireError {
    SecurityEvent::new("rate_limited").log();
    too_many(wait)
}

/// Middleware of routes that need no session, such as a sign-in form: counts each request as signed out.
pub(crate) async fn counted_as_signed_out(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let client = request.extensions().get().copied().unwrap_or_else(Client::default);
    match state.limits.signed_out(client.address) {
        Ok(()) => next.run(request).await,
        Err(wait) => web::turned_away(&state, request, too_many_signed_out(wait)).await,
    }
}

#[cfg(test)]
mod tests {
    use metrics_exporter_prometheus::PrometheusBuilder;

    use super::*;
    use crate::log_lines::LogLines;

    fn caller(org: &str, user: &str) -> Caller {
        Caller {
            customer: Customer { issuer: "host".to_owned(), org: org.to_owned() },
            user: UserId::parse(user).unwrap(),
            role: Role::Manager,
            org_name: None,
            name: None,
            locale: None,
        }
    }

    fn page() -> Cost {
        Cost::of(&"/".parse().expect("an address"))
    }

    /// Asks until it is too much, and returns the wait.
    fn exhaust(mut ask: impl FnMut() -> Result<(), Duration>) -> Duration {
        (0..100_000).find_map(|_| ask().err()).expect("a limit")
    }

    #[test]
    fn one_person_uses_up_nothing_of_another() {
        let limits = Limits::default();
        let ana = caller("acme", "ana");
        let wait = exhaust(|| limits.request(&ana, page()));
        assert!(wait > Duration::ZERO && wait <= Duration::from_secs(1));
        for other in [caller("acme", "vic"), caller("globex", "ana")] {
            assert_eq!(limits.request(&other, page()), Ok(()), "{other:?}");
        }
        let error = too_many(Duration::from_millis(20)).0;
        assert_eq!((error.code, error.retry_after_seconds), (ErrorCode::RateLimited, Some(1)));
    }

    #[test]
    fn work_that_is_more_uses_up_more() {
        let limits = Limits::default();
        let ana = caller("acme", "ana");
        let file = Cost::of(&"/connections/a/transactions.csv".parse().expect("an address"));
        let mut files = 0;
        exhaust(|| {
            files += 1;
            limits.request(&ana, file)
        });
        assert!((20..PERSON.burst / 5).contains(&files), "{files} files");
    }

    #[test]
    fn a_customer_with_many_people_has_a_limit_too() {
        let limits = Limits::default();
        let mut user = 0;
        exhaust(|| {
            user += 1;
            limits.request(&caller("acme", &format!("user-{user}")), page())
        });
        assert_eq!(limits.request(&caller("globex", "bo"), page()), Ok(()));
    }

    #[test]
    fn pages_that_refresh_or_listen_leave_people_what_they_need() {
        let limits = Limits::default();
        let ana = caller("acme", "ana");
        exhaust(|| limits.live_refresh(&ana));
        exhaust(|| limits.stream(&ana));
        assert_eq!(limits.request(&ana, page()), Ok(()));
        // A thousand pages of a customer's may refresh together.
        let people = (0..1_000).map(|page| caller("globex", &format!("user-{}", page / 6)));
        assert!(people.into_iter().all(|person| limits.live_refresh(&person).is_ok()));
    }

    #[test]
    fn signed_out_clients_use_up_nothing_of_people_nor_of_each_other() {
        let limits = Limits::default();
        let ana = caller("acme", "ana");
        let address = |text: &str| Some(text.parse().expect("an address"));
        exhaust(|| limits.signed_out(address("198.51.100.1")));
        assert_eq!(limits.signed_out(address("198.51.100.2")), Ok(()));
        exhaust(|| limits.signed_out(None));
        assert_eq!(limits.signed_out(address("198.51.100.3")), Ok(()));
        let mut number = 0_u32;
        exhaust(|| {
            number += 1;
            limits.signed_out(Some(IpAddr::from(number.to_be_bytes())))
        });
        assert_eq!(limits.request(&ana, page()), Ok(()));
        assert_eq!(limits.stream(&ana), Ok(()));
    }

    #[test]
    fn a_refusal_is_a_security_event_that_names_the_person() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let _counting = metrics::set_default_local_recorder(&recorder);
        let lines = LogLines::default();
        let _keeping = lines.keep();
        let wait = Duration::from_millis(20);
        let ana = caller("a customer of its own", "ana");
        for (number, refusal) in [too_many_of(&ana)(wait), too_many_signed_out(wait)].iter().enumerate() {
            assert_eq!(refusal.0.code, ErrorCode::RateLimited, "{number}");
        }
        let counted = r#"connect_security_events_total{event="rate_limited"} 2"#;
        let shown = recorder.handle().render();
        assert!(shown.lines().any(|line| line == counted), "{shown}");
        let logged = lines.with("rate_limited");
        let [signed_in, signed_out] = logged.as_slice() else { panic!("{logged:?}") };
        assert!(signed_in.contains("security: ") && signed_in.contains(r#"person="ana""#), "{signed_in}");
        assert!(signed_in.contains(r#"customer="a customer of its own""#), "{signed_in}");
        assert!(!signed_out.contains("person="), "{signed_out}");
    }

    #[test]
    fn ipv6_is_counted_by_the_network_of_a_subscriber() {
        let key = |text: &str| ClientKey::from(text.parse::<IpAddr>().expect("an address"));
        for (one, other, is_same) in [
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true),
            ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
            ("::ffff:198.51.100.1", "198.51.100.1", true),
            ("::ffff:198.51.100.1", "::ffff:198.51.100.2", false),
            ("198.51.100.1", "198.51.100.2", false),
        ] {
            assert_eq!(key(one) == key(other), is_same, "{one} {other}");
        }
    }
}

//! How many requests one customer, and one address, may send.

use std::hash::Hash;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::time::Duration;

use app::backend::Customer;
use app::error::WireError;
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use domain::user_error::ErrorCode;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};

use crate::config::TrustedProxies;
use crate::startup::AppState;
use crate::web;

/// A person clicks, types and polls; a team of fifty does so at once.
const CUSTOMER: (u32, u32) = (50, 500);

/// A page that heard of something fetches itself again, and what it asks Waycore is asked once for all: many open pages must
/// not use up what a person needs.
const AFTER_NEWS: (u32, u32) = (200, 2_000);

/// Many customers share an address behind a proxy that is not known as one.
const ADDRESS: (u32, u32) = (200, 2_000);

/// Counts requests, in this process.
pub struct Limits {
    trusted_proxies: TrustedProxies,
    customers: DefaultKeyedRateLimiter<Customer>,
    after_news: DefaultKeyedRateLimiter<Customer>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
}

impl Limits {
    /// With the proxies whose word about addresses counts.
    pub fn new(trusted_proxies: TrustedProxies) -> Self {
        Self {
            trusted_proxies,
            customers: DefaultKeyedRateLimiter::keyed(quota(CUSTOMER)),
            after_news: DefaultKeyedRateLimiter::keyed(quota(AFTER_NEWS)),
            addresses: DefaultKeyedRateLimiter::keyed(quota(ADDRESS)),
            clock: DefaultClock::default(),
        }
    }

    /// Whether a customer may send one more request; else how long to wait.
    pub(crate) fn customer(&self, customer: &Customer) -> Result<(), Duration> {
        self.check(&self.customers, customer)
    }

    /// The same, where a page of theirs fetches itself again because it heard of something.
    pub(crate) fn after_news(&self, customer: &Customer) -> Result<(), Duration> {
        self.check(&self.after_news, customer)
    }

    fn address(&self, address: IpAddr) -> Result<(), Duration> {
        self.check(&self.addresses, &address)
    }

    fn check<K: Clone + Eq + Hash>(
        &self,
        limit: &DefaultKeyedRateLimiter<K>,
        key: &K,
    ) -> Result<(), Duration> {
        let refused = limit.check_key(key).err();
        refused.map_or(Ok(()), |until| Err(until.wait_time_from(self.clock.now())))
    }

    /// Forgets who has been quiet for long enough to have everything again.
    pub(crate) fn forget_idle(&self) {
        self.customers.retain_recent();
        self.after_news.retain_recent();
        self.addresses.retain_recent();
    }
}

/// What is said to whoever sends too many.
pub(crate) fn too_many(wait: Duration) -> WireError {
    let seconds = wait.as_secs() + 1;
    WireError::new(ErrorCode::RateLimited, app::copy::errors().rate_limited).retry_after(Some(seconds))
}

/// Middleware: limits requests by the address they come from, where that is known.
pub(crate) async fn by_address(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let limits = &state.limits;
    let client = peer.map(|peer| limits.trusted_proxies.client(peer, request.headers()));
    match client.map(|client| limits.address(client)) {
        Some(Err(wait)) => web::turned_away(&state, request, too_many(wait)).await,
        Some(Ok(())) | None => next.run(request).await,
    }
}

fn quota((a_second, at_once): (u32, u32)) -> Quota {
    let count = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
    Quota::per_second(count(a_second)).allow_burst(count(at_once))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_customers_requests_are_limited_and_anothers_are_not() {
        let limits = Limits::new(TrustedProxies::default());
        let customer = |org: &str| Customer { issuer: "host".to_owned(), org: org.to_owned() };
        let refused = (0..CUSTOMER.1 * 2).find_map(|_| limits.customer(&customer("acme")).err());
        assert!(refused.is_some_and(|wait| wait > Duration::ZERO && wait <= Duration::from_secs(1)));
        assert_eq!(limits.customer(&customer("globex")), Ok(()));
        let error = too_many(Duration::from_millis(20)).0;
        assert_eq!((error.code, error.retry_after_seconds), (ErrorCode::RateLimited, Some(1)));
    }

    #[test]
    fn a_thousand_pages_that_hear_of_something_leave_people_what_they_need() {
        let limits = Limits::new(TrustedProxies::default());
        let acme = Customer { issuer: "host".to_owned(), org: "acme".to_owned() };
        assert!((0..1_000).all(|_| limits.after_news(&acme).is_ok()));
        assert_eq!(limits.customer(&acme), Ok(()));
        assert!((0..AFTER_NEWS.1 * 10).any(|_| limits.after_news(&acme).is_err()), "which has an end, too");
        assert_eq!(limits.customer(&acme), Ok(()));
    }

    #[test]
    fn an_addresss_requests_are_limited() {
        let limits = Limits::new(TrustedProxies::default());
        let address = IpAddr::from([198, 51, 100, 1]);
        assert!((0..ADDRESS.1 * 2).any(|_| limits.address(address).is_err()));
        assert_eq!(limits.address(IpAddr::from([198, 51, 100, 2])), Ok(()));
    }
}

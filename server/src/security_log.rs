//! The security log: what somebody who watches for attacks has to see, in lines with `target=security`.
//!
//! Each line names the event, the client's address, the customer and the person, as far as they are known.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::IpAddr;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use app::backend::Caller;
use tokio::time::Instant;

use crate::client;
use crate::limits::ClientKey;

/// Lines about one event of one person or address in [`WINDOW`]. The first line after it says how many were left out.
const MAX_LINES: u32 = 20;
const WINDOW: Duration = Duration::from_secs(60);

/// Sources that are counted one by one. More share one count.
const MAX_SOURCES: usize = 10_000;

/// Something that the security log tells.
#[must_use = "an event is nothing until it is logged"]
pub(crate) struct SecurityEvent<'a> {
    name: &'static str,
    caller: Option<&'a Caller>,
    connection: Option<&'a str>,
    reason: Option<&'a str>,
}

impl<'a> SecurityEvent<'a> {
    /// `name` is a stable word that operators search for.
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name, caller: None, connection: None, reason: None }
    }

    /// The person whose request it was.
    pub(crate) fn by(self, caller: &'a Caller) -> Self {
        Self { caller: Some(caller), ..self }
    }

    /// The connection that it was about.
    pub(crate) fn about(self, connection: &'a str) -> Self {
        Self { connection: Some(connection), ..self }
    }

    /// Why it was refused.
    pub(crate) fn because(self, reason: &'a str) -> Self {
        Self { reason: Some(reason), ..self }
    }

    /// Writes the line, unless this source has had too many.
    pub(crate) fn log(self) {
        static THROTTLE: LazyLock<Throttle> = LazyLock::new(Throttle::default);
        metrics::counter!("connect_security_events_total", "event" => self.name).increment(1);
        let Some(left_out) = THROTTLE.admit(self.source(client::current_address()), Instant::now()) else {
            return;
        };
        let client = client::current_address().map(tracing::field::display);
        let customer = self.caller.map(|caller| caller.customer.org.as_str());
        let issuer = self.caller.map(|caller| caller.customer.issuer.as_str());
        let person = self.caller.map(|caller| caller.user.as_str());
        tracing::warn!(
            target: "security",
            event = self.name,
            client,
            issuer,
            customer,
            person,
            connection = self.connection,
            reason = self.reason,
            left_out = (left_out > 0).then_some(left_out),
            "security event"
        );
    }

    /// The event with the person, else with the client, that it comes from.
    fn source(&self, address: Option<IpAddr>) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.name.hash(&mut hasher);
        match self.caller {
            Some(caller) => (&caller.customer, caller.user.as_str()).hash(&mut hasher),
            None => address.map(ClientKey::from).hash(&mut hasher),
        }
        hasher.finish()
    }
}

/// Keeps one source from filling the log and from hiding what others do.
#[derive(Default)]
struct Throttle(Mutex<Windows>);

#[derive(Default)]
struct Windows {
    by_source: HashMap<u64, Window>,
    swept_at: Option<Instant>,
}

struct Window {
    began: Instant,
    lines: u32,
    left_out: u32,
}

impl Throttle {
    /// Returns how many lines of this source were left out before this one; `None` if this one is left out too.
    fn admit(&self, source: u64, now: Instant) -> Option<u32> {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let source = windows.place_of(source, now);
        let window = windows.by_source.entry(source).or_insert(Window { began: now, lines: 0, left_out: 0 });
        let is_over = now.duration_since(window.began) >= WINDOW;
        if !is_over && window.lines >= MAX_LINES {
            window.left_out += 1;
            return None;
        }
        let left_out = if is_over { window.left_out } else { 0 };
        if is_over {
            *window = Window { began: now, lines: 0, left_out: 0 };
        }
        window.lines += 1;
        Some(left_out)
    }
}

impl Windows {
    /// The source itself, or the one that all share for which there is no room.
    fn place_of(&mut self, source: u64, now: Instant) -> u64 {
        const SHARED: u64 = 0;
        if self.by_source.contains_key(&source) || self.by_source.len() < MAX_SOURCES {
            return source;
        }
        // Seldom: it goes through all of them.
        if self.swept_at.is_none_or(|at| now.duration_since(at) >= WINDOW) {
            self.swept_at = Some(now);
            self.by_source.retain(|_, window| now.duration_since(window.began) < WINDOW);
        }
        if self.by_source.len() < MAX_SOURCES { source } else { SHARED }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_source_neither_fills_the_log_nor_hides_another() {
        let throttle = Throttle::default();
        let now = Instant::now();
        let admitted = (0..1_000).filter(|_| throttle.admit(1, now).is_some()).count();
        assert_eq!(admitted, 20);
        assert_eq!(throttle.admit(2, now), Some(0), "another source");
        let later = now + WINDOW;
        assert_eq!(
            throttle.admit(1, later),
            Some(980),
            "the first line after a minute says how many were left out"
        );
        assert_eq!(throttle.admit(1, later), Some(0));
    }

    #[test]
    fn a_subscribers_ipv6_network_is_one_source() {
        let source =
            |address: &str| SecurityEvent::new("token_refused").source(Some(address.parse().unwrap()));
        assert_eq!(source("2001:db8::1"), source("2001:db8::2"));
        assert_ne!(source("2001:db8::1"), source("2001:db8:0:1::1"));
        assert_ne!(source("192.0.2.1"), source("192.0.2.2"));
    }

    #[test]
    fn many_sources_are_counted_together() {
        let throttle = Throttle::default();
        let now = Instant::now();
        let admitted = (1..=100_000).filter(|source| throttle.admit(*source, now).is_some()).count();
        assert!(admitted <= MAX_SOURCES + MAX_LINES as usize, "{admitted}");
        assert!(throttle.0.lock().unwrap().by_source.len() <= MAX_SOURCES + 1);
        assert_eq!(throttle.admit(7, now), Some(0), "a known source goes on");
        assert_eq!(throttle.admit(1_000_001, now + WINDOW), Some(0), "and a minute later there is room");
    }
}

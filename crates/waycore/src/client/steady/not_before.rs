//! Requests that Waycore asked to wait with. The same request is not sent again before its time, whoever asks.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use super::super::{RetryAfter, call::Call};

/// Requests that are remembered; each takes some hundred bytes.
const MOST: usize = 10_000;

/// Which request: its path with the query, and of its body a keyed hash that says nothing about it. A limit on one
/// connection's sync does not hold up another connection.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::client) struct Key(String, u64);

/// What was answered to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::client) enum Refusal {
    RateLimited,
    Conflict,
    Unavailable(u16),
}

#[derive(Debug, Default)]
pub(in crate::client) struct NotBefore {
    hasher: RandomState,
    waits: Mutex<HashMap<Key, (Duration, Refusal)>>,
}

impl NotBefore {
    pub(in crate::client) fn key(&self, call: &Call) -> Key {
        let Call { method, segments, query, body, .. } = call;
        Key(format!("{method} {segments:?} {query:?}"), self.hasher.hash_one(body))
    }

    /// How long the request has to wait still, and what it was refused with.
    pub(in crate::client) fn wait(&self, key: &Key, now: Duration) -> Option<(RetryAfter, Refusal)> {
        let waits = self.waits.lock().unwrap_or_else(PoisonError::into_inner);
        let (until, refusal) = waits.get(key).filter(|(until, _)| *until > now)?;
        Some((RetryAfter::new(*until - now), *refusal))
    }

    pub(in crate::client) fn refused(&self, key: Key, now: Duration, wait: RetryAfter, refusal: Refusal) {
        let mut waits = self.waits.lock().unwrap_or_else(PoisonError::into_inner);
        if waits.len() >= MOST {
            waits.retain(|_, (until, _)| *until > now);
        }
        // When that was not enough, the new one is not remembered: memory is bounded, and Waycore refuses by itself.
        if waits.len() < MOST {
            waits.insert(key, (now + wait.as_duration(), refusal));
        }
    }
}

#[cfg(test)]
mod tests {
    use reqwest::Method;

    use super::*;

    const NOW: Duration = Duration::from_secs(50);

    fn sync(id: &str) -> Call {
        Call::write("sync", Method::PUT, &["connections", id, "sync"])
    }

    #[test]
    fn the_same_request_waits_and_no_other() {
        let waits = NotBefore::default();
        let wait = RetryAfter::new(Duration::from_secs(30));
        waits.refused(waits.key(&sync("a")), NOW, wait, Refusal::RateLimited);
        let asked = |call: &Call, seconds| waits.wait(&waits.key(call), NOW + Duration::from_secs(seconds));
        assert_eq!(asked(&sync("a"), 0), Some((wait, Refusal::RateLimited)));
        assert_eq!(asked(&sync("a"), 29).map(|(wait, _)| wait.as_secs()), Some(1));
        assert_eq!(asked(&sync("a"), 30), None);
        assert_eq!(asked(&sync("b"), 0), None);
        assert_eq!(asked(&Call { method: Method::GET, ..sync("a") }, 0), None);
        assert_eq!(asked(&sync("a").with("limit", Some(1)), 0), None);
        assert_eq!(asked(&Call { body: Some(vec![1]), ..sync("a") }, 0), None);
    }

    #[test]
    fn memory_is_bounded() {
        let waits = NotBefore::default();
        for number in 0..MOST + 10 {
            let key = waits.key(&sync(&number.to_string()));
            waits.refused(key, NOW, RetryAfter::new(Duration::from_secs(1)), Refusal::RateLimited);
        }
        assert_eq!(waits.waits.lock().expect("whole").len(), MOST);
        let later = NOW + Duration::from_secs(2);
        waits.refused(
            waits.key(&sync("late")),
            later,
            RetryAfter::new(Duration::from_secs(1)),
            Refusal::Conflict,
        );
        assert_eq!(waits.waits.lock().expect("whole").len(), 1);
    }

    #[test]
    fn nothing_of_a_body_is_kept() {
        let waits = NotBefore::default();
        let call = Call { body: Some(b"hunter2".to_vec()), ..sync("a") };
        assert!(!format!("{:?}", waits.key(&call)).contains("hunter2"));
    }
}

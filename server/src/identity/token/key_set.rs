//! A host's key set (RFC 7517), read again as it ages and when a token names a key that is not in it.
//!
//! It is read at least every ten minutes while tokens come, and at most once in 30 seconds whatever the tokens say, so
//! that a flood of invented key ids costs the host nothing. While reading fails the last good set is used, for 24
//! hours at most: a host that is down must not sign its customers out, and a key that it withdrew must not live on.

mod read;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jsonwebtoken::{Algorithm, Header};

use super::super::SignedOut;
use super::keys::Key;
use crate::clock::Clock;
use crate::config::KeySetUrl;
use read::{NamedKey, Reader};

/// All in milliseconds.
const FRESH_FOR: i64 = 10 * 60_000;
const USED_FOR: i64 = 24 * 3_600_000;
const READ_EVERY: i64 = 30_000;

pub(super) struct KeySet {
    reader: Reader,
    algorithms: Vec<Algorithm>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    /// Held while the set is read: whoever needs the answer waits for the one request.
    reading: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    keys: Vec<NamedKey>,
    read_at: Option<i64>,
    tried_at: Option<i64>,
}

/// What the set says about a key id.
enum Found {
    Fresh(Arc<Key>),
    /// Good, but the set should be read again.
    Aged(Arc<Key>),
    Missing,
}

impl KeySet {
    pub(super) fn new(url: KeySetUrl, algorithms: Vec<Algorithm>, clock: Arc<dyn Clock>) -> Self {
        let reader = Reader::new(url);
        Self { reader, algorithms, clock, state: Mutex::default(), reading: tokio::sync::Mutex::default() }
    }

    /// The key that a token's header names; where it names none, the only key for its algorithm.
    pub(super) async fn find(&self, header: &Header) -> Result<Arc<Key>, SignedOut> {
        // Before any reading: what is never accepted must not cause a request.
        if !self.algorithms.contains(&header.alg) {
            return Err(SignedOut::Malformed);
        }
        match self.look(header) {
            Found::Fresh(key) => Ok(key),
            Found::Aged(key) => {
                let Ok(_reading) = self.reading.try_lock() else { return Ok(key) };
                self.read().await;
                self.known(header)
            }
            Found::Missing => {
                let _reading = self.reading.lock().await;
                // Somebody else may have read it meanwhile.
                if let Found::Missing = self.look(header) {
                    self.read().await;
                }
                self.known(header)
            }
        }
    }

    fn known(&self, header: &Header) -> Result<Arc<Key>, SignedOut> {
        match self.look(header) {
            Found::Fresh(key) | Found::Aged(key) => Ok(key),
            Found::Missing => Err(SignedOut::UnknownKey),
        }
    }

    fn look(&self, header: &Header) -> Found {
        let now = self.clock.now().as_millis();
        let state = self.state();
        let age = state.read_at.map(|read_at| now.saturating_sub(read_at));
        let Some(age) = age.filter(|age| *age < USED_FOR) else { return Found::Missing };
        let Some(key) = state.key(header) else { return Found::Missing };
        if age < FRESH_FOR { Found::Fresh(key) } else { Found::Aged(key) }
    }

    /// Reads the set, unless that was tried a moment ago.
    async fn read(&self) {
        let now = self.clock.now().as_millis();
        {
            let mut state = self.state();
            if state.tried_at.is_some_and(|tried_at| now.saturating_sub(tried_at) < READ_EVERY) {
                return;
            }
            state.tried_at = Some(now);
        }
        match self.reader.read().await {
            Ok(keys) => {
                let keys: Vec<_> =
                    keys.into_iter().filter(|named| self.algorithms.contains(&named.key.algorithm)).collect();
                if keys.is_empty() {
                    tracing::error!("the host's key set holds no key for the algorithms that are accepted");
                }
                let mut state = self.state();
                state.keys = keys;
                state.read_at = Some(now);
            }
            Err(error) => tracing::warn!(%error, "the host's key set could not be read"),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn key(&self, header: &Header) -> Option<Arc<Key>> {
        let mut fitting = self.keys.iter().filter(|named| match &header.kid {
            Some(id) => named.id.as_ref() == Some(id),
            None => named.key.algorithm == header.alg,
        });
        let key = fitting.next()?.key.clone();
        // Two keys that would do are none: which one was meant is not known.
        fitting.next().is_none().then_some(key)
    }
}

#[cfg(test)]
mod tests;

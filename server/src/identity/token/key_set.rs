//! A host's key set (RFC 7517), read again as it ages and when a token names a key that is not in it.
//!
//! It is read at least every ten minutes while tokens come, and at most once in 30 seconds whatever the tokens say, so
//! that a flood of invented key ids costs the host nothing. While reading fails the last good set is used, for 24
//! hours at most: a host that is down must not sign its customers out, and a key that it withdrew must not live on.

mod read;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jsonwebtoken::Algorithm;
use tokio::sync::OwnedMutexGuard;

use super::super::SignedOut;
use super::header::Header;
use super::keys::{Key, named};
use crate::clock::Clock;
use crate::config::{KeySetUrl, TokenAlgorithm};
use read::{Answer, NamedKey, ReadError, Reader};

/// All in milliseconds.
const FRESH_FOR: i64 = 10 * 60_000;
const USED_FOR: i64 = 24 * 3_600_000;
const READ_EVERY: i64 = 30_000;

pub(super) struct KeySet {
    reader: Reader,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    /// Held while the set is read: all who need the answer wait for the one request.
    reading: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Default)]
struct State {
    keys: Vec<NamedKey>,
    read_at: Option<i64>,
    tried_at: Option<i64>,
    /// The last try gave no key.
    is_unavailable: bool,
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
        let reader = Reader::new(url, algorithms);
        Self { reader, clock, state: Mutex::default(), reading: Arc::default() }
    }

    /// The key that a token's header names; where it names none, the only key for its algorithm.
    pub(super) async fn find(self: &Arc<Self>, header: &Header) -> Result<Arc<Key>, SignedOut> {
        // Before any reading: what is never accepted must not cause a request.
        if !header.algorithm.is_some_and(|algorithm| self.reader.takes(algorithm)) {
            return Err(header.signed_otherwise(self.reader.algorithms()));
        }
        match self.look(header) {
            Found::Fresh(key) => Ok(key),
            Found::Aged(key) => {
                let Ok(reading) = self.reading.clone().try_lock_owned() else { return Ok(key) };
                self.read(reading).await;
                self.known(header)
            }
            Found::Missing => {
                let reading = self.reading.clone().lock_owned().await;
                // Somebody else may have read it meanwhile.
                if let Found::Missing = self.look(header) {
                    self.read(reading).await;
                }
                self.known(header)
            }
        }
    }

    fn known(&self, header: &Header) -> Result<Arc<Key>, SignedOut> {
        match self.look(header) {
            Found::Fresh(key) | Found::Aged(key) => Ok(key),
            // Of what cannot be read nobody knows whether it holds the key, and of an empty set nobody can sign in.
            Found::Missing if self.state().is_unavailable => Err(SignedOut::KeysUnavailable),
            Found::Missing => Err(SignedOut::UnknownKey),
        }
    }

    fn look(&self, header: &Header) -> Found {
        let now = self.clock.now().as_millis();
        let state = self.state();
        // A clock that was set back makes a read of the future: as old as it is far away, so that it is read again.
        let age = state.read_at.map(|read_at| now.saturating_sub(read_at).saturating_abs());
        let Some(age) = age.filter(|age| *age < USED_FOR) else { return Found::Missing };
        let Some(key) = state.key(header) else { return Found::Missing };
        if age < FRESH_FOR { Found::Fresh(key) } else { Found::Aged(key) }
    }

    /// Reads the set, in a task of its own: a client who goes away must not take the answer from those who wait.
    async fn read(self: &Arc<Self>, reading: OwnedMutexGuard<()>) {
        let set = self.clone();
        let task = tokio::spawn(async move {
            let _reading = reading;
            set.refresh().await;
        });
        if task.await.is_err() {
            tracing::error!("reading the host's key set broke off");
        }
    }

    /// Reads the set, unless that was tried a moment ago.
    async fn refresh(&self) {
        let now = self.clock.now().as_millis();
        {
            let mut state = self.state();
            if state.tried_at.is_some_and(|tried_at| (0..READ_EVERY).contains(&now.saturating_sub(tried_at)))
            {
                return;
            }
            state.tried_at = Some(now);
        }
        match self.reader.read().await {
            Ok(Answer { keys, .. }) => {
                if keys.is_empty() {
                    tracing::error!("the host's key set holds no key for the algorithms that are accepted");
                }
                let mut state = self.state();
                state.is_unavailable = keys.is_empty();
                state.keys = keys;
                state.read_at = Some(now);
            }
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the host's key set could not be read"
                );
                self.state().is_unavailable = true;
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a key set holds, for an operator.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    /// Keys that tokens can be signed with.
    pub(crate) usable: usize,
    /// Keys of other kinds, algorithms or uses.
    pub(crate) others: usize,
}

/// Reads the key set at an address once.
pub(crate) async fn contents(url: &KeySetUrl, algorithms: &[TokenAlgorithm]) -> Result<Contents, ReadError> {
    let algorithms = algorithms.iter().copied().map(named).collect();
    let Answer { keys, others } = Reader::new(url.clone(), algorithms).read().await?;
    Ok(Contents { usable: keys.len(), others })
}

impl State {
    fn key(&self, header: &Header) -> Option<Arc<Key>> {
        let mut fitting = self.keys.iter().filter(|named| match &header.key_id {
            Some(id) => named.id.as_ref() == Some(id),
            None => header.algorithm == Some(named.key.algorithm),
        });
        let key = fitting.next()?.key.clone();
        // Two keys that would do are none: which one was meant is not known.
        fitting.next().is_none().then_some(key)
    }
}

#[cfg(test)]
mod tests;

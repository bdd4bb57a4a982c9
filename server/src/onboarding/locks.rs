//! One at a time, within this process: a double click must not become two of anything.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use app::backend::Customer;
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use crate::store::Action;

/// What is done one at a time: an action of one customer's on one subject.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    customer: Customer,
    action: &'static str,
    subject: String,
}

/// The locks that somebody holds or waits for. A lock that nobody needs any more is forgotten.
#[derive(Debug, Default)]
pub(super) struct Locks(Mutex<HashMap<Key, Weak<AsyncMutex<()>>>>);

impl Key {
    pub(super) fn new(customer: &Customer, action: Action, subject: &str) -> Self {
        Self { customer: customer.clone(), action: action.as_str(), subject: subject.to_owned() }
    }
}

impl Locks {
    /// Waits until nobody else works on this.
    pub(super) async fn lock(&self, key: Key) -> OwnedMutexGuard<()> {
        self.of(key).lock_owned().await
    }

    fn of(&self, key: Key) -> Arc<AsyncMutex<()>> {
        // The map is consistent at every moment, so a panic elsewhere does not spoil it.
        let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = locks.get(&key).and_then(Weak::upgrade) {
            return lock;
        }
        locks.retain(|_, lock| lock.strong_count() > 0);
        let lock = Arc::new(AsyncMutex::new(()));
        locks.insert(key, Arc::downgrade(&lock));
        lock
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(org: &str) -> Key {
        Key::new(&Customer { issuer: "demo".to_owned(), org: org.to_owned() }, Action::MapEntity, "")
    }

    #[tokio::test]
    async fn one_key_is_held_once_and_another_is_free() {
        let locks = Locks::default();
        let held = locks.lock(key("acme")).await;
        assert!(locks.of(key("acme")).try_lock().is_err());
        assert!(locks.of(key("globex")).try_lock().is_ok());
        drop(held);
        assert!(locks.of(key("acme")).try_lock().is_ok());
    }

    #[tokio::test]
    async fn locks_that_nobody_needs_are_forgotten() {
        let locks = Locks::default();
        for org in 0..100 {
            drop(locks.lock(key(&org.to_string())).await);
        }
        assert!(locks.0.lock().unwrap().len() <= 1);
    }
}

//! Who is here. The store hears of it, and the audit log of who came back after a long time.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use app::backend::{Caller, Customer};
use domain::ids::UserId;
use domain::timestamp::Timestamp;

use super::UseCases;

/// A request a second is no news.
const AGAIN_AFTER_MILLIS: i64 = 15 * 60 * 1_000;

/// A bound on what is remembered; forgetting costs a write.
const MOST: usize = 10_000;

/// When the store last heard of each person.
#[derive(Debug, Default)]
pub(super) struct Arrivals(Mutex<HashMap<(Customer, UserId), Timestamp>>);

impl Arrivals {
    fn is_news(&self, caller: &Caller, now: Timestamp) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() >= MOST {
            told.clear();
        }
        let before = told.insert((caller.customer.clone(), caller.user.clone()), now);
        let recent = |at: Timestamp| (0..AGAIN_AFTER_MILLIS).contains(&now.since(at));
        match before {
            Some(at) if recent(at) => {
                // Else somebody who never leaves would never be told of again.
                told.insert((caller.customer.clone(), caller.user.clone()), at);
                false
            }
            _ => true,
        }
    }
}

impl UseCases {
    /// Notes that somebody is here. That it cannot be noted keeps nobody out.
    pub(super) async fn arrived(&self, caller: &Caller) {
        let now = self.clock.now();
        if !self.arrivals.is_news(caller, now) {
            return;
        }
        if let Err(error) = self.store.seen(self.tenant(caller), &caller.user, now).await {
            tracing::error!(error = &error as &dyn std::error::Error, "a sign-in is not in the audit log");
        }
    }
}

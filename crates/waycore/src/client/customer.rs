//! For whom a call is made.
//!
//! The customer travels with the task that answers a request, as a tracing span does: every call on the way counts as the
//! customer's, however deep it is made. What the product reads for everybody is made for no customer.

use std::{fmt, sync::Arc};

tokio::task_local! {
    static CUSTOMER: Customer;
}

/// A customer whose calls share one budget. The name is any text that tells customers apart; it is sent nowhere and
/// logged nowhere.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Customer(Arc<str>);

impl Customer {
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The one for whom this task works; `None` for nobody in particular.
    pub(super) fn current() -> Option<Self> {
        CUSTOMER.try_with(Clone::clone).ok()
    }
}

impl fmt::Debug for Customer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Customer")
    }
}

/// Runs `work`, and counts each call in it as the customer's. A task that `work` spawns counts by itself: wrap it too.
pub async fn on_behalf_of<F: Future>(customer: Customer, work: F) -> F::Output {
    CUSTOMER.scope(customer, work).await
}

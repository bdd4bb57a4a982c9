//! For whom a call is made.
//!
//! The customer travels with the task that answers a request, as a tracing span does: every call on the way counts as the
//! customer's, however deep it is made. What the product reads for everybody is made for no customer.

use std::{fmt, sync::Arc};

tokio::task_local! {
    static PAYER: Payer;
}

/// A customer whose calls share one budget. The name is any text that tells customers apart; it is sent nowhere and
/// logged nowhere.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Customer(Arc<str>);

impl Customer {
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The share of one of the customer's people.
    pub fn person(self, name: &str) -> Payer {
        Payer { customer: self, person: Some(Person(name.into())) }
    }
}

/// One of a customer's people, who may use up a part of the customer's budget and not all of it. Any text that tells people of
/// one customer apart.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Person(Arc<str>);

/// Whose budgets a call counts in.
#[derive(Clone)]
pub struct Payer {
    pub(super) customer: Customer,
    pub(super) person: Option<Person>,
}

impl Payer {
    /// The one for whom this task works; `None` for nobody in particular.
    pub(super) fn current() -> Option<Self> {
        PAYER.try_with(Clone::clone).ok()
    }
}

impl From<Customer> for Payer {
    fn from(customer: Customer) -> Self {
        Self { customer, person: None }
    }
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Person")
    }
}

impl fmt::Debug for Customer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Customer")
    }
}

/// Runs `work`, and counts each call in it as the payer's. A task that `work` spawns counts by itself: wrap it too.
pub async fn on_behalf_of<F: Future>(payer: impl Into<Payer>, work: F) -> F::Output {
    PAYER.scope(payer.into(), work).await
}

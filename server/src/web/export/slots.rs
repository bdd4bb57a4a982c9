//! How many exports of one customer and of one person run at a time: each reads all of a connection's transactions from
//! Waycore, for as long as whoever downloads it takes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use app::backend::{Caller, Customer};
use domain::ids::UserId;

/// Exports of one customer at a time, over all of its people. Each has one, so that nobody keeps the others from theirs.
const MAX_OF_CUSTOMER: usize = 2;

/// The people whose exports are running in this process.
#[derive(Debug, Clone, Default)]
pub struct ExportSlots(Arc<Mutex<HashMap<Customer, Vec<UserId>>>>);

/// An export that is running, until this is dropped.
#[derive(Debug)]
pub(super) struct ExportSlot {
    slots: ExportSlots,
    customer: Customer,
    user: UserId,
}

impl ExportSlots {
    /// Takes a place for one more export of a person, if there is one.
    pub(super) fn take(&self, caller: &Caller) -> Option<ExportSlot> {
        let Caller { customer, user, .. } = caller;
        let mut running = self.running();
        let people = running.entry(customer.clone()).or_default();
        if people.len() >= MAX_OF_CUSTOMER || people.contains(user) {
            return None;
        }
        people.push(user.clone());
        Some(ExportSlot { slots: self.clone(), customer: customer.clone(), user: user.clone() })
    }

    fn running(&self) -> MutexGuard<'_, HashMap<Customer, Vec<UserId>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for ExportSlot {
    fn drop(&mut self) {
        let mut running = self.slots.running();
        if let Some(people) = running.get_mut(&self.customer) {
            people.retain(|user| *user != self.user);
            if people.is_empty() {
                running.remove(&self.customer);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use app::backend::Role;

    use super::*;

    #[test]
    fn a_person_has_one_export_at_a_time_a_customer_two_and_another_its_own() {
        let caller = |org: &str, user: &str| Caller {
            customer: Customer { issuer: "host".to_owned(), org: org.to_owned() },
            user: UserId::parse(user).expect("an id"),
            role: Role::Viewer,
            org_name: None,
            name: None,
            locale: None,
        };
        let slots = ExportSlots::default();
        let ana = slots.take(&caller("acme", "ana")).expect("the first");
        assert!(slots.take(&caller("acme", "ana")).is_none(), "a second of the same person");
        let vic = slots.take(&caller("acme", "vic")).expect("a colleague's");
        assert!(slots.take(&caller("acme", "pat")).is_none(), "a third of the customer");
        let other = slots.take(&caller("globex", "ana")).expect("another customer's");
        drop(ana);
        let pat = slots.take(&caller("acme", "pat")).expect("one has ended");
        assert!(slots.take(&caller("acme", "ana")).is_none());
        drop((vic, pat, other));
        assert!(slots.running().is_empty(), "nothing is kept");
    }
}

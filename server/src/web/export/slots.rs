//! How many exports of one customer run at a time: each reads all of a connection's transactions from Waycore.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use app::backend::Customer;

/// Exports of one customer at a time, over all of its people.
const MAX_AT_ONCE: usize = 2;

/// The exports that are running in this process.
#[derive(Debug, Clone, Default)]
pub struct ExportSlots(Arc<Mutex<HashMap<Customer, usize>>>);

/// An export that is running, until this is dropped.
#[derive(Debug)]
pub(super) struct ExportSlot {
    slots: ExportSlots,
    customer: Customer,
}

impl ExportSlots {
    /// Takes a place for one more export of a customer, if there is one.
    pub(super) fn take(&self, customer: &Customer) -> Option<ExportSlot> {
        let mut running = self.running();
        let count = running.entry(customer.clone()).or_default();
        if *count >= MAX_AT_ONCE {
            return None;
        }
        *count += 1;
        Some(ExportSlot { slots: self.clone(), customer: customer.clone() })
    }

    fn running(&self) -> MutexGuard<'_, HashMap<Customer, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for ExportSlot {
    fn drop(&mut self) {
        let mut running = self.slots.running();
        if let Some(count) = running.get_mut(&self.customer) {
            *count -= 1;
            if *count == 0 {
                running.remove(&self.customer);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customer_has_two_exports_at_a_time_and_another_has_its_own() {
        let customer = |org: &str| Customer { issuer: "host".to_owned(), org: org.to_owned() };
        let slots = ExportSlots::default();
        let first = slots.take(&customer("acme")).expect("the first");
        let second = slots.take(&customer("acme")).expect("the second");
        assert!(slots.take(&customer("acme")).is_none());
        let other = slots.take(&customer("globex")).expect("another customer's");
        drop(first);
        let third = slots.take(&customer("acme")).expect("one has ended");
        assert!(slots.take(&customer("acme")).is_none());
        drop((second, third, other));
        assert!(slots.running().is_empty(), "nothing is kept");
    }
}

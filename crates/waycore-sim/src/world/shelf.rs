//! A collection in the order of creation, with a look-up by id.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

/// What can stand on a shelf.
pub(crate) trait Labelled {
    fn id(&self) -> &str;
}

/// Items by their place; places grow and are never used again, so a cursor holds across changes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(from = "Stored<T>", bound(deserialize = "T: Labelled + Deserialize<'de>"))]
pub(crate) struct Shelf<T> {
    next: u64,
    items: BTreeMap<u64, T>,
    #[serde(skip)]
    places: HashMap<String, u64>,
}

#[derive(Deserialize)]
struct Stored<T> {
    next: u64,
    items: BTreeMap<u64, T>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { next: 1, items: BTreeMap::new(), places: HashMap::new() }
    }
}

impl<T: Labelled> From<Stored<T>> for Shelf<T> {
    fn from(stored: Stored<T>) -> Self {
        let places = stored.items.iter().map(|(place, item)| (item.id().to_owned(), *place)).collect();
        // A place that was given out is never given again, whatever the file says.
        let free = stored.items.last_key_value().map_or(1, |(place, _)| place.saturating_add(1));
        Self { next: stored.next.max(free), items: stored.items, places }
    }
}

impl<T: Labelled> Shelf<T> {
    pub(crate) fn put(&mut self, item: T) {
        self.places.insert(item.id().to_owned(), self.next);
        self.items.insert(self.next, item);
        self.next += 1;
    }

    pub(crate) fn get(&self, id: &str) -> Option<&T> {
        self.items.get(self.places.get(id)?)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        self.items.get_mut(self.places.get(id)?)
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<T> {
        self.items.remove(&self.places.remove(id)?)
    }

    pub(crate) fn newest_first(&self) -> impl Iterator<Item = (u64, &T)> {
        self.items.iter().rev().map(|(place, item)| (*place, item))
    }

    /// The items that a list still has to show after the one at `place`.
    pub(crate) fn older_than(&self, place: u64) -> impl Iterator<Item = (u64, &T)> {
        self.items.range(..place).rev().map(|(place, item)| (*place, item))
    }
}

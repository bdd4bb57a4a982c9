//! Finds the few institutions that a query can fit without looking at all five thousand.

use std::collections::HashMap;

use super::search::Entry;

/// For each three bytes in a row, and for each host, the places of the entries that have them, in order.
#[derive(Debug)]
pub(crate) struct Index {
    threes: HashMap<[u8; 3], Vec<u32>>,
    hosts: HashMap<String, Vec<u32>>,
}

impl Index {
    pub(crate) fn new(entries: &[Entry]) -> Self {
        let mut index = Self { threes: HashMap::new(), hosts: HashMap::new() };
        for (place, entry) in (0..).zip(entries) {
            for three in threes(entry.searched()) {
                note(index.threes.entry(three).or_default(), place);
            }
            for host in entry.hosts() {
                note(index.hosts.entry(host.clone()).or_default(), place);
            }
        }
        index
    }

    /// The places of all entries that contain every word, or have the host; possibly of some that do not.
    pub(crate) fn candidates(&self, words: &[String], host: Option<&str>, entries: usize) -> Vec<u32> {
        let mut lists: Vec<&[u32]> =
            words.iter().flat_map(|word| threes(word)).map(|three| self.of(three)).collect();
        lists.sort_by_key(|list| list.len());
        let mut candidates: Vec<u32> = match lists.split_first() {
            // Words of one or two bytes leave nothing to go by.
            None => (0..).take(entries).collect(),
            Some((shortest, others)) => {
                let in_all = |place: &u32| others.iter().all(|list| list.binary_search(place).is_ok());
                shortest.iter().copied().filter(in_all).collect()
            }
        };
        if let Some(host) = host {
            candidates.extend(self.hosts.get(host).into_iter().flatten());
            candidates.sort_unstable();
            candidates.dedup();
        }
        candidates
    }

    fn of(&self, three: [u8; 3]) -> &[u32] {
        self.threes.get(&three).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Entries come in the order of their places, so a repetition is always the last one.
fn note(places: &mut Vec<u32>, place: u32) {
    if places.last() != Some(&place) {
        places.push(place);
    }
}

fn threes(text: &str) -> impl Iterator<Item = [u8; 3]> {
    text.as_bytes().array_windows().copied()
}

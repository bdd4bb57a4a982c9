//! Hosts that imitate a bank's: one letter off, letters that look alike, or the bank's domain in front of another one.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::suspicion::{letters, shape};
use domain::typo;

use super::words::Place;

/// Shorter domains are one letter off each other by chance.
const SHORTEST: usize = 6;

/// The domains of all banks, by what an imitation has in common with them.
#[derive(Default)]
pub(super) struct Domains {
    /// As DNS has them.
    names: HashSet<String>,
    by_letters: HashMap<String, Place>,
    by_shape: HashMap<String, Place>,
    by_length: BTreeMap<usize, Vec<(Vec<char>, Place)>>,
}

impl Domains {
    /// Adds the domain of a host, as DNS has it.
    pub(super) fn insert(&mut self, host: &str, place: Place) {
        let name = registrable(host);
        let letters = letters(&name);
        if !self.names.insert(name) {
            return;
        }
        self.by_shape.entry(shape(&letters)).or_insert(place);
        if letters.len() >= SHORTEST {
            self.by_letters.entry(letters.iter().collect()).or_insert(place);
            self.by_length.entry(letters.len()).or_default().push((letters, place));
        }
    }

    /// The bank whose domain a host imitates.
    pub(super) fn imitated_by(&self, host: &str) -> Option<Place> {
        let own = registrable(host);
        if self.names.contains(&own) {
            return None;
        }
        let own = letters(&own);
        let alike = self.by_shape.get(&shape(&own)).copied();
        alike.or_else(|| self.one_letter_off(&own)).or_else(|| self.in_front(host))
    }

    fn one_letter_off(&self, own: &[char]) -> Option<Place> {
        let known = self.candidates(own).find(|(known, _)| typo::is_one_edit(known, own));
        known.map(|(_, place)| *place)
    }

    /// Domains of about the same length.
    fn candidates(&self, own: &[char]) -> impl Iterator<Item = &(Vec<char>, Place)> {
        let lengths = own.len().saturating_sub(1)..=own.len() + 1;
        self.by_length.range(lengths).flat_map(|(_, domains)| domains)
    }

    /// A bank's domain that the host goes on after: `bank.example.elsewhere.test`, `my-bank.example.elsewhere.test`.
    fn in_front(&self, host: &str) -> Option<Place> {
        let host: String = letters(host).into_iter().collect();
        let dots: Vec<usize> = host.match_indices('.').map(|(at, _)| at).collect();
        host.char_indices().find_map(|(begin, _)| {
            // A domain has two labels or three.
            let ends = dots.iter().filter(|dot| **dot > begin).skip(1).take(2);
            ends.filter_map(|end| self.by_letters.get(host.get(begin..*end)?)).copied().next()
        })
    }

    /// How many domains are compared letter by letter with the given one's.
    #[cfg(test)]
    pub(super) fn compared(&self, host: &str) -> usize {
        self.candidates(&letters(&registrable(host))).count()
    }
}

/// The last two labels, or three where a country has a short second one (`co.uk`, `com.au`): good enough to compare with, and
/// never used for more.
fn registrable(host: &str) -> String {
    let host = host.trim_end_matches('.');
    let mut last = host.rsplit('.').map(str::len);
    let in_two = matches!((last.next(), last.next()), (Some(2), Some(..=3)));
    let labels: Vec<&str> = host.rsplit('.').take(if in_two { 3 } else { 2 }).collect();
    labels.into_iter().rev().collect::<Vec<_>>().join(".")
}

//! Whole domains of banks: homographs (confusable letters), typosquatting (one edit), and levelsquatting (the domain in front of
//! another one).

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::suspicion::{letters, shape};
use domain::typo;

use crate::onboarding::mirror::words::Place;

/// Shorter domains are one letter off each other by chance.
const SHORTEST: usize = 6;

#[derive(Default)]
pub(super) struct DomainIndex {
    /// In the form of DNS (`xn--` for other letters).
    names: HashSet<String>,
    by_letters: HashMap<String, Place>,
    by_shape: HashMap<String, Place>,
    by_length: BTreeMap<usize, Vec<(Vec<char>, Place)>>,
}

impl DomainIndex {
    /// Adds a domain, as DNS has it and letter by letter as it looks.
    pub(super) fn insert(&mut self, name: String, letters: &[char], place: Place) {
        if !self.names.insert(name) {
            return;
        }
        self.by_shape.entry(shape(letters)).or_insert(place);
        if letters.len() >= SHORTEST {
            self.by_letters.entry(letters.iter().collect()).or_insert(place);
            self.by_length.entry(letters.len()).or_default().push((letters.to_vec(), place));
        }
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// The bank whose domain a host imitates. `own` is the host's domain, letter by letter as it looks.
    pub(super) fn imitated_by(&self, host: &str, own: &[char]) -> Option<Place> {
        let alike = self.by_shape.get(&shape(own)).copied();
        alike.or_else(|| self.one_letter_off(own)).or_else(|| self.in_front(host))
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

    /// How many domains are compared with the given one.
    #[cfg(test)]
    pub(super) fn compared(&self, own: &[char]) -> usize {
        self.candidates(own).count()
    }
}

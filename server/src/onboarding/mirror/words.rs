//! The words of all banks' names, each once, with the banks that have it: what a search has to compare grows with the number of
//! different words, not with the number of banks.

use std::collections::BTreeMap;

use domain::typo::Comparison;

/// A bank's place in the catalog.
pub(super) type Place = u32;

/// The words in alphabetical order.
pub(super) struct Words(Vec<Word>);

struct Word {
    text: String,
    letters: Vec<char>,
    /// Letters at the beginning that are those of the word before.
    shared: usize,
    /// Ascending.
    places: Vec<Place>,
}

/// A set of places.
pub(super) struct Places(Vec<u64>);

/// How far a place is from what was typed, where it is not too far.
pub(super) struct Distances(Vec<Option<u8>>);

impl Words {
    /// `names` are folded, and stand in the order of their places.
    pub(super) fn new<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let mut words: BTreeMap<&str, Vec<Place>> = BTreeMap::new();
        for (place, name) in (0..).zip(names) {
            for word in split(name) {
                let places = words.entry(word).or_default();
                if places.last() != Some(&place) {
                    places.push(place);
                }
            }
        }
        let mut before = "";
        let word = |(text, places): (&'a str, Vec<Place>)| {
            let shared = text.chars().zip(before.chars()).take_while(|(one, other)| one == other).count();
            before = text;
            Word { text: text.to_owned(), letters: text.chars().collect(), shared, places }
        };
        Self(words.into_iter().map(word).collect())
    }

    /// The places of names with a word that begins so.
    pub(super) fn beginning(&self, typed: &str, count: usize) -> Places {
        let first = self.0.partition_point(|word| word.text.as_str() < typed);
        let mut places = Places::none(count);
        for word in self.0.iter().skip(first).take_while(|word| word.text.starts_with(typed)) {
            word.places.iter().for_each(|place| places.insert(*place));
        }
        places
    }

    /// How far each place's name is from a word that was typed with a few letters wrong. `None` if it is near to none.
    pub(super) fn near(&self, typed: &[char], count: usize) -> Option<Distances> {
        let mut distances = Distances(vec![None; count]);
        let mut is_near = false;
        self.compare(typed, |word, wrong| {
            is_near = true;
            word.places.iter().for_each(|place| distances.note(*place, wrong));
        });
        is_near.then_some(distances)
    }

    /// Compares a word with all. Returns how many letters that took.
    fn compare(&self, typed: &[char], mut found: impl FnMut(&Word, usize)) -> usize {
        let Some(mut comparison) = Comparison::of(typed) else { return 0 };
        let mut compared = 0;
        for word in &self.0 {
            compared += comparison.go_on(&word.letters, word.shared);
            if let Some(wrong) = comparison.letters_wrong(word.letters.len()) {
                found(word, wrong);
            }
        }
        compared
    }

    /// How many letters are compared to look for a word.
    #[cfg(test)]
    pub(super) fn compared(&self, typed: &[char]) -> usize {
        self.compare(typed, |_, _| {})
    }
}

/// The words of a folded text.
pub(super) fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

impl Places {
    fn none(count: usize) -> Self {
        Self(vec![0; count.div_ceil(64)])
    }

    fn insert(&mut self, place: Place) {
        if let Some(bits) = self.0.get_mut(place as usize / 64) {
            *bits |= 1 << (place % 64);
        }
    }

    /// Keeps the places that are in the other set too.
    pub(super) fn retain(&mut self, other: &Self) {
        for (bits, other) in self.0.iter_mut().zip(&other.0) {
            *bits &= other;
        }
    }

    /// Ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = Place> {
        (0..).zip(&self.0).flat_map(|(index, bits): (u32, &u64)| {
            (0..64).filter(move |bit| (bits >> bit) & 1 == 1).map(move |bit| index * 64 + bit)
        })
    }
}

impl Distances {
    fn note(&mut self, place: Place, wrong: usize) {
        if let Some(known) = self.0.get_mut(place as usize) {
            let wrong = u8::try_from(wrong).unwrap_or(u8::MAX);
            *known = Some(known.map_or(wrong, |known| known.min(wrong)));
        }
    }

    /// Adds the distances of another word: what is too far from one of them is too far.
    pub(super) fn add(&mut self, other: &Self) {
        for (sum, other) in self.0.iter_mut().zip(&other.0) {
            *sum = sum.zip(*other).map(|(sum, other)| sum.saturating_add(other));
        }
    }

    /// The places that are not too far, the nearest first, then ascending.
    pub(super) fn nearest(&self) -> Vec<Place> {
        let near =
            (0..).zip(&self.0).filter_map(|(place, wrong): (Place, _)| wrong.map(|wrong| (wrong, place)));
        let mut near: Vec<_> = near.collect();
        near.sort_unstable();
        near.into_iter().map(|(_, place)| place).collect()
    }
}

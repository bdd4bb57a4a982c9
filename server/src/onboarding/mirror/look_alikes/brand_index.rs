//! Labels that banks have registered, their brands: combosquatting (a brand beside other words), and a brand under another
//! top-level domain, with a typo too, or as a subdomain of another one.

use std::collections::{BTreeMap, HashMap};

use domain::suspicion::{letters, shape};
use domain::typo;

use crate::onboarding::mirror::words::{Place, Words};

/// Shorter labels are words, or are chosen by many.
const SHORTEST: usize = 5;

/// Shorter labels are parts of other names by chance, and one letter off them.
const SHORTEST_ANYWHERE: usize = 8;

/// A label that more banks share identifies none of them.
const MOST_OF_A_LABEL: usize = 5;

/// Words that phishing hosts add to a bank's name.
const ADDED: [&str; 22] = [
    "access",
    "account",
    "accounts",
    "app",
    "auth",
    "banking",
    "business",
    "corporate",
    "home",
    "internet",
    "login",
    "my",
    "net",
    "online",
    "portal",
    "secure",
    "security",
    "service",
    "signin",
    "support",
    "verify",
    "web",
];

/// Public second levels, as in `co.uk`.
const SECOND_LEVELS: [&str; 14] =
    ["ac", "co", "com", "edu", "go", "gob", "gov", "ltd", "ne", "net", "nom", "or", "org", "plc"];

#[derive(Default)]
pub(super) struct BrandIndex {
    /// What banks have called their domains, by its shape, without hyphens.
    by_label: HashMap<String, Label>,
    /// The shapes again, by their length.
    by_length: BTreeMap<usize, Vec<(Vec<char>, Place)>>,
}

struct Label {
    text: String,
    /// Of the first bank that is called so.
    place: Place,
    /// How many banks are called so.
    banks: usize,
    /// Of the last one.
    last: Place,
}

impl BrandIndex {
    /// Adds the label of a domain, given letter by letter as it looks.
    pub(super) fn insert(&mut self, domain: &[char], place: Place) {
        let domain: String = domain.iter().collect();
        let Some(text) = label(&domain).map(|label| label.replace('-', "")) else { return };
        // Made of generic words only, as in `online-banking`.
        let is_plain = without_added(&text).any(str::is_empty);
        let Some(shape) = shape_from(SHORTEST, &text).filter(|_| !is_plain) else { return };
        let known = self.by_label.entry(shape).or_insert(Label { text, place, banks: 1, last: place });
        if known.last != place {
            known.banks += 1;
            known.last = place;
        }
    }

    /// Completes the index once all domains are in it. Forgets what many banks have called their domains, and single words that
    /// many have in their names.
    pub(super) fn complete(&mut self, words: &Words) {
        self.by_label.retain(|_, label| {
            label.banks <= MOST_OF_A_LABEL && words.names_with(&label.text) <= MOST_OF_A_LABEL
        });
        for (shape, label) in &self.by_label {
            let shape: Vec<char> = shape.chars().collect();
            self.by_length.entry(shape.len()).or_default().push((shape, label.place));
        }
        self.by_length.values_mut().for_each(|labels| labels.sort_unstable_by_key(|(_, place)| *place));
    }

    /// The bank whose label is one of the host's, or in one of them beside other words; or whose label the host's domain, given
    /// letter by letter as it looks, is called by with a typo.
    pub(super) fn imitated_by(&self, host: &str, domain: &[char]) -> Option<Place> {
        let host: String = letters(host).into_iter().collect();
        let known = possible_labels(&host).find_map(|shape| self.by_label.get(&shape));
        known.map(|label| label.place).or_else(|| self.misspelt(domain))
    }

    fn misspelt(&self, domain: &[char]) -> Option<Place> {
        registered_labels(domain).iter().find_map(|typed| {
            let known = self.candidates(typed).find(|(known, _)| passes_for(typed, known));
            known.map(|(_, place)| *place)
        })
    }

    /// Labels of about the same length.
    fn candidates(&self, typed: &[char]) -> impl Iterator<Item = &(Vec<char>, Place)> {
        let lengths = typed.len().saturating_sub(1)..=typed.len() + 1;
        self.by_length.range(lengths).flat_map(|(_, labels)| labels)
    }

    /// How many labels are looked up for a host of this domain, or compared with its.
    #[cfg(test)]
    pub(super) fn compared(&self, host: &str, domain: &[char]) -> usize {
        let compared = registered_labels(domain).iter().map(|typed| self.candidates(typed).count());
        possible_labels(host).count() + compared.sum::<usize>()
    }
}

/// Whether a label is a known one of the same shape, or with one letter wrong. A short one is another word then, unless a letter
/// is doubled, or two are swapped.
fn passes_for(typed: &[char], known: &[char]) -> bool {
    let without_doubles = |label: &[char]| {
        let mut label = label.to_vec();
        label.dedup();
        label
    };
    let sorted = |label: &[char]| {
        let mut label = label.to_vec();
        label.sort_unstable();
        label
    };
    typed == known
        || typo::is_one_edit(typed, known)
            && (known.len() >= SHORTEST_ANYWHERE
                || without_doubles(typed) == without_doubles(known)
                || sorted(typed) == sorted(known))
}

/// Returns the registered label: `bank` of `bank.example` and of `bank.co.uk`. `None` if the first label may be a subdomain
/// (`login.my.example`).
fn label(domain: &str) -> Option<&str> {
    let (label, rest) = domain.split_once('.')?;
    let below = rest.split_once('.').map(|(second, _)| second);
    below.is_none_or(|second| SECOND_LEVELS.contains(&second)).then_some(label)
}

/// The shapes of what a domain is called, without hyphens, with and without what is added to names.
fn registered_labels(domain: &[char]) -> Vec<Vec<char>> {
    let domain: String = domain.iter().collect();
    let text = label(&domain).map(|label| label.replace('-', "")).unwrap_or_default();
    let shapes = without_added(&text).filter_map(|text| shape_from(SHORTEST, text));
    shapes.map(|shape| shape.chars().collect()).collect()
}

/// The shape of a label without hyphens, if it has so many letters.
fn shape_from(shortest: usize, text: &str) -> Option<String> {
    let letters: Vec<char> = text.chars().collect();
    (letters.len() >= shortest).then(|| shape(&letters))
}

/// The shapes of what may be a bank's label in a host: each of its labels but the last, and in each what stands between
/// hyphens, with and without what is added to names.
fn possible_labels(host: &str) -> impl Iterator<Item = String> {
    let labels = host.trim_end_matches('.').rsplit_once('.').map_or("", |(labels, _)| labels);
    labels.split('.').flat_map(between_hyphens).flat_map(|text| {
        without_added(&text).filter_map(|text| shape_from(SHORTEST_ANYWHERE, text)).collect::<Vec<_>>()
    })
}

/// All parts of a label from one hyphen to another, without the hyphens in them.
fn between_hyphens(label: &str) -> impl Iterator<Item = String> {
    let parts: Vec<&str> = label.split('-').filter(|part| !part.is_empty()).collect();
    (0..parts.len()).flat_map(move |begin| {
        let mut text = String::new();
        let longer = |part: &&str| {
            text.push_str(part);
            text.clone()
        };
        parts.iter().skip(begin).map(longer).collect::<Vec<_>>()
    })
}

/// A text as it is, and without what may be added to a name, in front, behind, and both.
fn without_added(text: &str) -> impl Iterator<Item = &str> {
    let in_front = ADDED.iter().filter_map(|added| text.strip_prefix(added));
    std::iter::once(text).chain(in_front).flat_map(|text| {
        std::iter::once(text).chain(ADDED.iter().filter_map(move |added| text.strip_suffix(added)))
    })
}

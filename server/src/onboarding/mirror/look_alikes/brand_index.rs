//! Labels that banks have registered, their brands: combosquatting (a brand beside other words), and a brand under another
//! top-level domain, with a typo too, or as a subdomain of another one.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::suspicion::{letters, shape};
use domain::typo;

use crate::onboarding::mirror::words::{Place, split};

/// Shorter labels are words, or are chosen by many.
const SHORTEST: usize = 5;

/// Shorter labels are parts of other names by chance, and one letter off them.
const SHORTEST_ANYWHERE: usize = 8;

/// So many banks may have a brand in their names without having registered it.
const MAX_NAMESAKES: usize = 5;

/// More words of a bank's name are no part of a label.
const MAX_WORDS_OF_NAME: usize = 12;

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

/// Those of them that a bank's own label does not have.
const SIGN_IN: [&str; 5] = ["auth", "login", "secure", "signin", "verify"];

/// Public second levels, as in `co.uk`.
const SECOND_LEVELS: [&str; 14] =
    ["ac", "co", "com", "edu", "go", "gob", "gov", "ltd", "ne", "net", "nom", "or", "org", "plc"];

#[derive(Default)]
pub(super) struct BrandIndex {
    /// What banks have called their domains, by its shape, without hyphens.
    by_label: HashMap<String, Label>,
    /// The labels of `by_label`, by the length of their shape.
    by_length: BTreeMap<usize, Vec<Known>>,
    /// Labels that are common words of banks' names, by their shape.
    common: HashMap<String, Label>,
}

/// A label that others may be compared with.
struct Known {
    shape: Vec<char>,
    /// Whether a label with one letter wrong is hardly another word: by the letters themselves, as a shape may have fewer.
    is_long: bool,
    place: Place,
}

struct Label {
    text: String,
    /// Of the first bank that has registered it.
    place: Place,
    /// How many banks have registered it.
    banks: usize,
    /// Of the last bank that has registered it: one with several domains counts once.
    last: Place,
    /// How many banks have it in their names.
    names: usize,
}

impl BrandIndex {
    /// Adds the label of a domain, given letter by letter as it looks.
    pub(super) fn insert(&mut self, domain: &[char], place: Place) {
        let text = registered_text(domain);
        // Made of generic words only, as in `online-banking`.
        let is_plain = without(&ADDED, &text).any(str::is_empty);
        let Some(shape) = shape_from(SHORTEST, &text).filter(|_| !is_plain) else { return };
        let known =
            self.by_label.entry(shape).or_insert(Label { text, place, banks: 1, last: place, names: 0 });
        if known.last != place {
            known.banks += 1;
            known.last = place;
        }
    }

    /// Completes the index once all domains are in it. `names` are those of all banks, folded.
    pub(super) fn complete<'a>(&mut self, names: impl Iterator<Item = &'a str>) {
        let labels = self.by_label.values_mut();
        let mut counts: HashMap<&str, &mut usize> =
            labels.map(|label| (label.text.as_str(), &mut label.names)).collect();
        for part in names.flat_map(parts_of_name) {
            if let Some(count) = counts.get_mut(part.as_str()) {
                **count += 1;
            }
        }
        self.common = self.by_label.extract_if(|_, label| label.is_common()).collect();
        for (shape, label) in &self.by_label {
            let shape: Vec<char> = shape.chars().collect();
            let is_long = label.text.chars().count() >= SHORTEST_ANYWHERE;
            let of_length = self.by_length.entry(shape.len()).or_default();
            of_length.push(Known { shape, is_long, place: label.place });
        }
        self.by_length.values_mut().for_each(|labels| labels.sort_unstable_by_key(|known| known.place));
    }

    /// Returns the bank whose label stands in the host, alone or beside other words, or is the label of the host's domain but
    /// for a typo. `domain` is given letter by letter as it looks.
    pub(super) fn imitated_by(&self, host: &str, domain: &[char]) -> Option<Place> {
        let host: String = letters(host).into_iter().collect();
        let known = possible_labels(&host).find_map(|shape| self.by_label.get(&shape));
        let known = known.or_else(|| self.asking_to_sign_in(domain));
        known.map(|label| label.place).or_else(|| self.misspelt(domain))
    }

    /// Finds a common label beside a word of [`SIGN_IN`], as in `citizens-login`. No bank has such a domain.
    fn asking_to_sign_in(&self, domain: &[char]) -> Option<&Label> {
        let text = registered_text(domain);
        let common = without(&SIGN_IN, &text).skip(1).flat_map(|text| without(&ADDED, text));
        common
            .filter_map(|text| shape_from(SHORTEST_ANYWHERE, text))
            .find_map(|shape| self.common.get(&shape))
    }

    fn misspelt(&self, domain: &[char]) -> Option<Place> {
        registered_labels(domain).iter().find_map(|typed| {
            self.candidates(typed).find(|known| passes_for(typed, known)).map(|known| known.place)
        })
    }

    /// Labels of about the same length.
    fn candidates(&self, typed: &[char]) -> impl Iterator<Item = &Known> {
        let lengths = typed.len().saturating_sub(1)..=typed.len() + 1;
        self.by_length.range(lengths).flat_map(|(_, labels)| labels)
    }

    /// How many labels are looked up for a host of this domain, or compared with its.
    #[cfg(test)]
    pub(super) fn compared(&self, host: &str, domain: &[char]) -> usize {
        let typed = registered_labels(domain);
        let compared: usize = typed.iter().map(|typed| self.candidates(typed).count()).sum();
        possible_labels(host).count() + compared
    }
}

impl Label {
    /// Whether it tells no bank from another: many have it in their names, and most of these are called otherwise. What a brand's
    /// own companies share is not common, however many there are.
    fn is_common(&self) -> bool {
        self.names > MAX_NAMESAKES.max(2 * self.banks)
    }
}

/// All runs of words of a folded name, as a label has them: without accents and spaces.
fn parts_of_name(name: &str) -> HashSet<String> {
    let name: String = letters(name).into_iter().collect();
    let words: Vec<&str> = split(&name).take(MAX_WORDS_OF_NAME).collect();
    between_hyphens(&words.join("-")).collect()
}

/// Returns true if a label has the shape of a known one, or is one letter off it. Of a short label, a doubled letter or two
/// swapped ones count alone: with another letter it is another word.
fn passes_for(typed: &[char], known: &Known) -> bool {
    let Known { shape, is_long, .. } = known;
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
    typed == shape
        || typo::is_one_edit(typed, shape)
            && (*is_long
                || without_doubles(typed) == without_doubles(shape)
                || sorted(typed) == sorted(shape))
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
    let text = registered_text(domain);
    let shapes = without(&ADDED, &text).filter_map(|text| shape_from(SHORTEST, text));
    shapes.map(|shape| shape.chars().collect()).collect()
}

/// What a domain is called, without hyphens; empty if that is not known.
fn registered_text(domain: &[char]) -> String {
    let domain: String = domain.iter().collect();
    label(&domain).map(|label| label.replace('-', "")).unwrap_or_default()
}

/// The shape of a label without hyphens, if it has so many letters.
fn shape_from(shortest: usize, text: &str) -> Option<String> {
    let letters: Vec<char> = text.chars().collect();
    (letters.len() >= shortest).then(|| shape(&letters))
}

/// The shapes of all texts in a host that may be a bank's label. For each label but the last, they are its runs of parts
/// between hyphens, each with and without the [`ADDED`] words.
fn possible_labels(host: &str) -> impl Iterator<Item = String> {
    let labels = host.trim_end_matches('.').rsplit_once('.').map_or("", |(labels, _)| labels);
    labels.split('.').flat_map(between_hyphens).flat_map(|text| {
        without(&ADDED, &text).filter_map(|text| shape_from(SHORTEST_ANYWHERE, text)).collect::<Vec<_>>()
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

/// A text as it is, and without one of the words in front, behind, and both.
fn without<'a>(words: &'static [&'static str], text: &'a str) -> impl Iterator<Item = &'a str> {
    let in_front = words.iter().filter_map(move |word| text.strip_prefix(word));
    std::iter::once(text).chain(in_front).flat_map(move |text| {
        std::iter::once(text).chain(words.iter().filter_map(move |word| text.strip_suffix(word)))
    })
}

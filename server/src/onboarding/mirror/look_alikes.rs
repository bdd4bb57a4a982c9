//! Hosts that imitate a bank's domain: one edit away, confusable letters, the domain as a prefix, or the bank's label under
//! another domain.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::suspicion::{letters, shape};
use domain::typo;

use super::words::{Place, Words};

/// Shorter domains are one letter off each other by chance.
const SHORTEST: usize = 6;

/// Shorter labels are words, or are chosen by many.
const SHORTEST_LABEL: usize = 8;

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

/// The domains of all banks, by what an imitation has in common with them.
#[derive(Default)]
pub(super) struct Domains {
    /// As DNS has them.
    names: HashSet<String>,
    by_letters: HashMap<String, Place>,
    by_shape: HashMap<String, Place>,
    by_length: BTreeMap<usize, Vec<(Vec<char>, Place)>>,
    /// What banks have called their domains, by its shape, without hyphens.
    by_label: HashMap<String, Label>,
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

impl Domains {
    /// Adds the domain of a host, as DNS has it.
    pub(super) fn insert(&mut self, host: &str, place: Place) {
        let name = registrable(host);
        let letters = letters(&name);
        if !self.names.insert(name) {
            return;
        }
        self.insert_label(&letters, place);
        self.by_shape.entry(shape(&letters)).or_insert(place);
        if letters.len() >= SHORTEST {
            self.by_letters.entry(letters.iter().collect()).or_insert(place);
            self.by_length.entry(letters.len()).or_default().push((letters, place));
        }
    }

    fn insert_label(&mut self, domain: &[char], place: Place) {
        let domain: String = domain.iter().collect();
        let Some(text) = label(&domain).map(|label| label.replace('-', "")) else { return };
        // Made of generic words only, as in `online-banking`.
        let is_plain = without_added(&text).any(str::is_empty);
        let Some(shape) = label_shape(&text).filter(|_| !is_plain) else { return };
        let known = self.by_label.entry(shape).or_insert(Label { text, place, banks: 1, last: place });
        if known.last != place {
            known.banks += 1;
            known.last = place;
        }
    }

    /// Forgets what many banks have called their domains, and single words that many have in their names.
    pub(super) fn forget_common_labels(&mut self, words: &Words) {
        self.by_label.retain(|_, label| {
            label.banks <= MOST_OF_A_LABEL && words.names_with(&label.text) <= MOST_OF_A_LABEL
        });
    }

    /// The bank whose domain a host imitates.
    pub(super) fn imitated_by(&self, host: &str) -> Option<Place> {
        let own = registrable(host);
        if self.names.contains(&own) {
            return None;
        }
        let own = letters(&own);
        let alike = self.by_shape.get(&shape(&own)).copied();
        alike
            .or_else(|| self.one_letter_off(&own))
            .or_else(|| self.in_front(host))
            .or_else(|| self.called_alike(host))
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

    /// What a bank has called its domain, as a label of the host, or in one beside other words.
    fn called_alike(&self, host: &str) -> Option<Place> {
        let host: String = letters(host).into_iter().collect();
        possible_labels(&host).find_map(|shape| self.by_label.get(&shape)).map(|label| label.place)
    }

    /// How many domains and labels are compared with the given host's.
    #[cfg(test)]
    pub(super) fn compared(&self, host: &str) -> usize {
        self.candidates(&letters(&registrable(host))).count() + possible_labels(host).count()
    }
}

/// Returns the registered label: `bank` of `bank.example` and of `bank.co.uk`. `None` if the first label may be a subdomain
/// (`login.my.example`).
fn label(domain: &str) -> Option<&str> {
    let (label, rest) = domain.split_once('.')?;
    let below = rest.split_once('.').map(|(second, _)| second);
    below.is_none_or(|second| SECOND_LEVELS.contains(&second)).then_some(label)
}

/// The shape of a label without hyphens, if it is long enough to be of one bank.
fn label_shape(text: &str) -> Option<String> {
    let letters: Vec<char> = text.chars().collect();
    (letters.len() >= SHORTEST_LABEL).then(|| shape(&letters))
}

/// The shapes of what may be a bank's label in a host: each of its labels but the last, and in each what stands between
/// hyphens, with and without what is added to names.
fn possible_labels(host: &str) -> impl Iterator<Item = String> {
    let labels = host.trim_end_matches('.').rsplit_once('.').map_or("", |(labels, _)| labels);
    labels
        .split('.')
        .flat_map(between_hyphens)
        .flat_map(|text| without_added(&text).filter_map(label_shape).collect::<Vec<_>>())
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

/// The last two labels, or three where a country has a short second one (`co.uk`, `com.au`): good enough to compare with, and
/// never used for more.
fn registrable(host: &str) -> String {
    let host = host.trim_end_matches('.');
    let mut last = host.rsplit('.').map(str::len);
    let in_two = matches!((last.next(), last.next()), (Some(2), Some(..=3)));
    let labels: Vec<&str> = host.rsplit('.').take(if in_two { 3 } else { 2 }).collect();
    labels.into_iter().rev().collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The place of a bank is that of its address.
    fn domains(names: &[&str], addresses: &[&str]) -> Domains {
        let mut domains = Domains::default();
        for (place, host) in (0..).zip(addresses) {
            domains.insert(host, place);
        }
        domains.forget_common_labels(&Words::new(names.iter().copied()));
        domains
    }

    #[test]
    fn what_a_bank_is_called_under_another_domain_imitates_it() {
        let banks = domains(
            &[],
            &[
                "portal.instant-test-bank.example",
                "www.riverbank.co.uk",
                "login.ing.de",
                "secure.northmill.example",
                "mill.example",
                "online-banking.example",
                "onlinebanking.abc.ie",
            ],
        );
        for (host, bank) in [
            // Under another top-level domain, and with other hyphens.
            ("portal.instant-test-bank.com", Some(0)),
            ("portal.instant-test-bank.com.", Some(0)),
            ("instant-test-bank.co.uk", Some(0)),
            ("secure.instanttestbank.example", Some(0)),
            ("instant-testbank.example", Some(0)),
            ("i-n-s-t-a-n-t-test--bank.example", Some(0)),
            ("river-bank.com", Some(1)),
            ("riverbank.example", Some(1)),
            ("1nstant-test-bank.com", Some(0)),
            ("ínstant-test-bank.com", Some(0)),
            ("xn--nstant-test-bank-7rb.com", Some(0)),
            // With words beside it.
            ("portal-instant-test-bank.example", Some(0)),
            ("instant-test-bank-login.example", Some(0)),
            ("my-instant-test-bank-2.com", Some(0)),
            ("instanttestbanklogin.example", Some(0)),
            ("secureinstanttestbank.example", Some(0)),
            ("my-secureinstant-test-bankportal.example", Some(0)),
            ("northmillonline.com", Some(3)),
            // In front of another domain.
            ("instant-test-bank.evil.example", Some(0)),
            ("instanttestbank.evil.example", Some(0)),
            ("www.login-northmill.evil.co.uk", Some(3)),
            ("riverbank.co.evil.example", Some(1)),
            // Banks' own.
            ("instant-test-bank.riverbank.co.uk", None),
            ("riverbank.instant-test-bank.example", None),
            // Another name, though some of it is the same.
            ("test-bank.example", None),
            ("instant-bank.example", None),
            ("northmills.com", None),
            ("mynorthmillers.com", None),
            ("new-river-banking.com", None),
            ("river.bank.com", None),
            ("riverbankers.com", None),
            // Too short to be of one bank alone.
            ("mill.com", None),
            ("mill-login.com", None),
            // What everybody calls a portal.
            ("online-banking.quiet-cove.com", None),
            ("onlinebanking.quiet-cove.ie", None),
            // Last labels are given by nobody who imitates.
            ("login.northmill", None),
        ] {
            assert_eq!(banks.imitated_by(host), bank, "{host}");
        }
    }

    #[test]
    fn what_many_banks_are_called_is_no_imitation() {
        let many: Vec<String> =
            ["com", "org", "net", "de", "fr", "it"].map(|last| format!("citizens.{last}")).into();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(domains(&[], &many[..5]).imitated_by("citizens-login.example"), Some(0));
        assert_eq!(domains(&[], &many).imitated_by("citizens-login.example"), None);
        // A word of names is nobody's own, either.
        let names = ["community bank", "first community", "community trust", "a community", "b community"];
        let banks = |names: &[&str]| {
            domains(names, &["community.example"]).imitated_by("community.quiet-cove.example")
        };
        assert_eq!(banks(&names), Some(0));
        assert_eq!(banks(&[names.as_slice(), &["community c"]].concat()), None);
        // One bank with many domains is one.
        let mut own = Domains::default();
        many.iter().for_each(|host| own.insert(host, 7));
        own.forget_common_labels(&Words::new(std::iter::empty()));
        assert_eq!(own.imitated_by("citizens-login.example"), Some(7));
    }
}

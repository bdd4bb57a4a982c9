//! Finding banks by name, part of a name, typo, identifier, domain or the address of a portal.

use app::matched::letters_wrong;
use domain::bank_choice::Institution;
use domain::ids::InstitutionId;
use domain::portal_url::PortalUrl;
use strsim::osa_distance;

/// The banks that are held, with what each is found by.
pub(in crate::onboarding) struct Catalog {
    entries: Vec<Entry>,
    whole: bool,
}

struct Entry {
    bank: Institution,
    /// In lower case, as all of these.
    name: String,
    words: Vec<String>,
    id: String,
    hosts: Vec<String>,
}

/// How well a bank fits: the kind of fit first, then how far off it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Identifier,
    Name,
    Host,
    NameBegins,
    WordsBegin,
    NameHolds,
    IdentifierOrHostHolds,
    /// With so many letters wrong.
    Typo(usize),
}

impl Catalog {
    pub(super) fn new(banks: Vec<Institution>, whole: bool) -> Self {
        let entry = |bank: Institution| {
            let name = bank.name.to_lowercase();
            Entry {
                words: words(&name),
                id: bank.id.as_str().to_lowercase(),
                hosts: bank.portals.iter().map(PortalUrl::host).collect(),
                name,
                bank,
            }
        };
        Self { entries: banks.into_iter().map(entry).collect(), whole }
    }

    /// Whether Waycore has no more banks than these.
    pub(in crate::onboarding) fn is_whole(&self) -> bool {
        self.whole
    }

    /// At most so many banks, the best fit first. Fits with typos are looked for only where there are not enough others.
    pub(in crate::onboarding) fn search(&self, query: &str, limit: usize) -> Vec<&Institution> {
        let query = query.trim().to_lowercase();
        let asked = Asked { words: words(&query), host: host_of(&query), text: query };
        let mut found = self.fitting(|entry| asked.fit(entry));
        if found.len() < limit {
            let known: Vec<_> = found.iter().map(|(_, entry)| entry.bank.id.clone()).collect();
            let with_typos = self.fitting(|entry| asked.fit_with_typos(entry));
            found.extend(with_typos.into_iter().filter(|(_, entry)| !known.contains(&entry.bank.id)));
        }
        found.into_iter().take(limit).map(|(_, entry)| &entry.bank).collect()
    }

    pub(in crate::onboarding) fn bank(&self, id: &InstitutionId) -> Option<&Institution> {
        self.entries.iter().map(|entry| &entry.bank).find(|bank| bank.id == *id)
    }

    pub(in crate::onboarding) fn first(
        &self,
        condition: impl Fn(&Institution) -> bool,
    ) -> Option<&Institution> {
        self.entries.iter().map(|entry| &entry.bank).find(|bank| condition(bank))
    }

    /// The first so many banks, as Waycore orders them.
    pub(in crate::onboarding) fn beginning(&self, count: usize) -> impl Iterator<Item = &Institution> {
        self.entries.iter().take(count).map(|entry| &entry.bank)
    }

    /// The bank whose domain a host imitates: one letter off, or in front of another domain.
    pub(in crate::onboarding) fn imitated_by(&self, host: &str) -> Option<&Institution> {
        let own = registrable(host);
        let imitated = |known: &String| {
            let known = registrable(known);
            let close = known.len() >= 6 && osa_distance(&known, &own) == 1;
            let in_front = own != known && host.contains(&format!("{known}."));
            close || in_front
        };
        self.entries.iter().find(|entry| entry.hosts.iter().any(imitated)).map(|entry| &entry.bank)
    }

    fn fitting(&self, fit: impl Fn(&Entry) -> Option<Fit>) -> Vec<(Fit, &Entry)> {
        let mut found: Vec<_> =
            self.entries.iter().filter_map(|entry| fit(entry).map(|fit| (fit, entry))).collect();
        found.sort_by(|(one, a), (other, b)| (one, &a.name, &a.id).cmp(&(other, &b.name, &b.id)));
        found
    }
}

struct Asked {
    text: String,
    words: Vec<String>,
    /// Where the text is, or looks like, an address.
    host: Option<String>,
}

impl Asked {
    fn fit(&self, entry: &Entry) -> Option<Fit> {
        let text = self.text.as_str();
        let host = |host: &str| {
            entry.hosts.iter().any(|known| known == host || known.ends_with(&format!(".{host}")))
        };
        let begins = |word: &String| entry.words.iter().any(|known| known.starts_with(word.as_str()));
        if text.is_empty() {
            None
        } else if entry.id == text {
            Some(Fit::Identifier)
        } else if entry.name == text {
            Some(Fit::Name)
        } else if self.host.as_deref().is_some_and(host) {
            Some(Fit::Host)
        } else if entry.name.starts_with(text) {
            Some(Fit::NameBegins)
        } else if !self.words.is_empty() && self.words.iter().all(begins) {
            Some(Fit::WordsBegin)
        } else if entry.name.contains(text) {
            Some(Fit::NameHolds)
        } else if entry.id.contains(text) || entry.hosts.iter().any(|host| host.contains(text)) {
            Some(Fit::IdentifierOrHostHolds)
        } else {
            None
        }
    }

    /// Every word of the search has to be like one of the name's.
    fn fit_with_typos(&self, entry: &Entry) -> Option<Fit> {
        let mut wrong = 0;
        for word in &self.words {
            wrong += entry.words.iter().filter_map(|known| letters_wrong(word, known)).min()?;
        }
        (wrong > 0).then_some(Fit::Typo(wrong))
    }
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(ToOwned::to_owned)
        .collect()
}

/// The host in a pasted address, or in text that looks like one.
fn host_of(text: &str) -> Option<String> {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let host = host.strip_prefix("www.").unwrap_or(host);
    (host.contains('.') && !host.contains(' ')).then(|| host.to_owned())
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

    fn catalog() -> Catalog {
        let bank = |id: &str, name: &str, portal: &str| Institution {
            id: InstitutionId::parse(id).expect(id),
            name: name.to_owned(),
            portals: vec![PortalUrl::parse(portal).expect(portal)],
        };
        let banks = vec![
            bank("north", "Northwind Commercial Bank", "https://banking.northwind.example/login"),
            bank("harbor", "Harbor Savings", "https://harbor-savings.example"),
            bank("harbour-2", "Old Harbor Trust", "https://portal.oldharbor.example/business"),
            bank("savings", "First Savings Bank", "https://first.example"),
            bank("river", "River Bank", "https://business.riverbank.co.uk"),
        ];
        Catalog::new(banks, true)
    }

    #[test]
    fn a_bank_is_found_in_many_ways() {
        for (query, expected) in [
            ("harbour-2", &["harbour-2"][..]),
            ("Harbor Savings", &["harbor"]),
            ("harbor", &["harbor", "harbour-2"]),
            ("sav", &["savings", "harbor"]),
            ("commercial north", &["north"]),
            ("thwind", &["north"]),
            ("oldharbor.example", &["harbour-2"]),
            ("https://banking.northwind.example/login?next=1", &["north"]),
            ("www.first.example", &["savings"]),
            ("nortwhind", &["north"]),
            ("harbro savings", &["harbor"]),
            ("northwnd comercial", &["north"]),
            ("xyz", &[]),
            ("", &[]),
        ] {
            let catalog = catalog();
            let found: Vec<&str> =
                catalog.search(query, 20).into_iter().map(|bank| bank.id.as_str()).collect();
            assert_eq!(found, expected, "{query}");
        }
    }

    #[test]
    fn no_more_are_found_than_asked_for() {
        assert_eq!(catalog().search("harbor", 1).len(), 1);
    }

    #[test]
    fn a_domain_that_looks_like_a_banks_is_noticed() {
        let imitated = |host: &str| catalog().imitated_by(host).map(|bank| bank.id.to_string());
        assert_eq!(imitated("login.northwlnd.example"), Some("north".to_owned()));
        assert_eq!(imitated("northwind.example.evil.test"), Some("north".to_owned()));
        assert_eq!(imitated("other.northwind.example"), None);
        assert_eq!(imitated("somewhere.test"), None);
        // Below a country's own second level every name is another's.
        assert_eq!(imitated("www.riverbamk.co.uk"), Some("river".to_owned()));
        assert_eq!(imitated("www.elsewhere.co.uk"), None);
        assert_eq!(imitated("www.elsewhere.co.uq"), None);
    }
}

//! Finding banks by name, part of a name, typo, identifier, domain or the address of a portal.
//!
//! All of it is looked up or found in one pass over texts in one piece, so that a search costs the same whatever is typed.

use std::collections::HashMap;

use domain::bank_choice::{Institution, RequestedName, SearchText, comparable_host};
use domain::folding::fold;
use domain::ids::InstitutionId;
use domain::portal_url::PortalUrl;

use super::haystack::Haystack;
use super::look_alikes::LookAlikes;
use super::words::{Distances, Place, Words, split};
use crate::onboarding::catalog::Found;

/// The banks that are held, with what each is found by.
pub(in crate::onboarding) struct Catalog {
    /// In the order of their names, then of their ids: of banks that fit equally well, the first comes first.
    banks: Vec<Institution>,
    whole: bool,
    /// Banks of Waycore's that are not held because they could not be read.
    unreadable: usize,
    /// Places as Waycore orders the banks.
    listed: Vec<Place>,
    /// Folded, by place.
    names: Vec<String>,
    by_id: HashMap<InstitutionId, Place>,
    /// In lower case.
    by_lower_id: HashMap<String, Vec<Place>>,
    /// Of the banks on a host, as DNS has it, the first that Waycore lists.
    by_host: HashMap<String, Place>,
    /// Hosts with their labels in reverse order, sorted, so that those below a domain stand together.
    hosts: Vec<(String, Place)>,
    words: Words,
    in_names: Haystack,
    in_ids_and_hosts: Haystack,
    look_alikes: LookAlikes,
}

impl Catalog {
    pub(super) fn new(found: Found, whole: bool) -> Self {
        let Found { banks, unreadable } = found;
        let mut banks: Vec<_> =
            banks.into_iter().enumerate().map(|(rank, bank)| (fold(&bank.name), rank, bank)).collect();
        banks.sort_by(|(name, _, bank), (other, _, of)| (name, &bank.id).cmp(&(other, &of.id)));
        let mut listed: Vec<(usize, Place)> =
            (0..).zip(&banks).map(|(place, (_, rank, _))| (*rank, place)).collect();
        listed.sort_unstable();
        let listed: Vec<Place> = listed.into_iter().map(|(_, place)| place).collect();
        let (names, banks): (Vec<_>, Vec<_>) = banks.into_iter().map(|(name, _, bank)| (name, bank)).unzip();

        let mut by_id = HashMap::new();
        let mut by_lower_id: HashMap<String, Vec<Place>> = HashMap::new();
        for (place, bank) in (0..).zip(&banks) {
            by_id.insert(bank.id.clone(), place);
            by_lower_id.entry(fold(bank.id.as_str())).or_default().push(place);
        }
        let words = Words::new(names.iter().map(String::as_str));
        let mut by_host = HashMap::new();
        let mut look_alikes = LookAlikes::default();
        for place in &listed {
            let portals = banks.get(*place as usize).map(|bank| &bank.portals);
            for host in portals.into_iter().flatten().map(comparable_host) {
                look_alikes.insert(&host, *place);
                by_host.entry(host).or_insert(*place);
            }
        }
        look_alikes.complete(names.iter().map(String::as_str));
        let searched: Vec<Vec<String>> = banks.iter().map(searched_hosts).collect();
        let mut hosts: Vec<(String, Place)> = (0..)
            .zip(&searched)
            .flat_map(|(place, hosts)| hosts.iter().map(move |host| (reversed(host), place)))
            .collect();
        hosts.sort_unstable();
        let ids: Vec<String> = banks.iter().map(|bank| fold(bank.id.as_str())).collect();
        let ids_and_hosts = ids.iter().zip(&searched).map(|(id, hosts)| {
            let hosts = hosts.iter().map(String::as_str);
            std::iter::once(id.as_str()).chain(hosts)
        });
        let in_ids_and_hosts = Haystack::new(ids_and_hosts);
        Self {
            words,
            in_names: Haystack::new(names.iter().map(|name| [name.as_str()])),
            in_ids_and_hosts,
            banks,
            whole,
            unreadable,
            listed,
            names,
            by_id,
            by_lower_id,
            by_host,
            hosts,
            look_alikes,
        }
    }

    /// Whether Waycore has no more banks than these.
    pub(in crate::onboarding) fn is_whole(&self) -> bool {
        self.whole
    }

    /// How many banks of Waycore's are not held because they could not be read.
    pub(in crate::onboarding) fn unreadable(&self) -> usize {
        self.unreadable
    }

    /// At most so many banks, the best fit first: by identifier, name, host, beginning of the name, beginnings of its words,
    /// part of the name, part of an identifier or host, and with typos last. Each is looked for only while there are not
    /// enough others.
    pub(in crate::onboarding) fn search(&self, query: &SearchText, limit: usize) -> Vec<&Institution> {
        let text = query.folded();
        let mut found = Matches { places: Vec::new(), limit };
        if text.is_empty() {
            return Vec::new();
        }
        found.add(|| self.by_lower_id.get(&text).cloned().unwrap_or_default());
        found.add(|| self.named(&text, |name| name == text));
        found.add(|| self.below(&text));
        found.add(|| self.named(&text, |name| name.starts_with(&text)).take(limit));
        let words = searched_words(&text);
        found.add(|| self.with_words(&words));
        found.add(|| self.in_names.with(&text));
        found.add(|| self.in_ids_and_hosts.with(&text));
        found.add(|| self.with_typos(&words));
        found.places.into_iter().filter_map(|place| self.at(place)).collect()
    }

    pub(in crate::onboarding) fn bank(&self, id: &InstitutionId) -> Option<&Institution> {
        self.at(*self.by_id.get(id)?)
    }

    /// The bank that has this name, as names are compared.
    pub(in crate::onboarding) fn of_name(&self, name: &RequestedName) -> Option<&Institution> {
        let name = name.folded();
        let first = self.named(&name, |known| known == name).next()?;
        self.at(first)
    }

    /// The bank that has a portal on the host of this one.
    pub(in crate::onboarding) fn on_host(&self, portal: &PortalUrl) -> Option<&Institution> {
        self.at(*self.by_host.get(&comparable_host(portal))?)
    }

    /// The first so many banks, as Waycore orders them.
    pub(in crate::onboarding) fn beginning(&self, count: usize) -> impl Iterator<Item = &Institution> {
        self.listed.iter().take(count).filter_map(|place| self.at(*place))
    }

    /// The bank whose address another one imitates.
    pub(in crate::onboarding) fn imitated_by(&self, portal: &PortalUrl) -> Option<&Institution> {
        self.at(self.look_alikes.imitated_by(&comparable_host(portal))?)
    }

    fn at(&self, place: Place) -> Option<&Institution> {
        self.banks.get(place as usize)
    }

    /// Places of the names from this text on, as long as the condition holds.
    fn named<'a>(&'a self, text: &str, fits: impl Fn(&str) -> bool + 'a) -> impl Iterator<Item = Place> + 'a {
        let first = self.names.partition_point(|name| name.as_str() < text);
        (0..).zip(&self.names).skip(first).take_while(move |(_, name)| fits(name)).map(|(place, _)| place)
    }

    /// Places of banks with a portal on the host in the text, or on one below it.
    fn below(&self, text: &str) -> Vec<Place> {
        let Some(host) = host_of(text) else { return Vec::new() };
        let host = reversed(host);
        let first = self.hosts.partition_point(|(known, _)| *known < host);
        let is_below = |rest: &str| rest.is_empty() || rest.starts_with('.');
        let hosts = self
            .hosts
            .iter()
            .skip(first)
            .map_while(|(known, place)| Some((known.strip_prefix(&host)?, place)));
        let mut places: Vec<Place> =
            hosts.filter(|(rest, _)| is_below(rest)).map(|(_, place)| *place).collect();
        places.sort_unstable();
        places
    }

    /// Places of names in which each word begins one.
    fn with_words(&self, words: &[&str]) -> Vec<Place> {
        let found = words.iter().map(|word| self.words.beginning(word, self.banks.len()));
        let all = found.reduce(|mut all, places| {
            all.retain(&places);
            all
        });
        all.map(|places| places.iter().collect()).unwrap_or_default()
    }

    /// Places of names in which each word is like one.
    fn with_typos(&self, words: &[&str]) -> Vec<Place> {
        let mut all: Option<Distances> = None;
        for word in words {
            let letters: Vec<char> = word.chars().collect();
            let Some(near) = self.words.near(&letters, self.banks.len()) else { return Vec::new() };
            match &mut all {
                Some(all) => all.add(&near),
                None => all = Some(near),
            }
        }
        all.map(|distances| distances.nearest()).unwrap_or_default()
    }
}

/// What was found so far.
struct Matches {
    places: Vec<Place>,
    limit: usize,
}

impl Matches {
    /// Looks for more, if there are not enough.
    fn add<I: IntoIterator<Item = Place>>(&mut self, more: impl FnOnce() -> I) {
        if self.places.len() >= self.limit {
            return;
        }
        for place in more() {
            if !self.places.contains(&place) {
                self.places.push(place);
            }
            if self.places.len() >= self.limit {
                return;
            }
        }
    }
}

/// The words that are looked for, each once.
fn searched_words(text: &str) -> Vec<&str> {
    let mut words: Vec<&str> = Vec::new();
    for word in split(text) {
        if !words.contains(&word) && words.len() < SearchText::MOST_WORDS {
            words.push(word);
        }
    }
    words
}

/// The hosts that a bank is found by: as they are shown, and as DNS has them.
fn searched_hosts(bank: &Institution) -> Vec<String> {
    let mut hosts: Vec<String> =
        bank.portals.iter().flat_map(|portal| [fold(&portal.host()), comparable_host(portal)]).collect();
    hosts.sort_unstable();
    hosts.dedup();
    hosts
}

/// `www.bank.example` as `example.bank.www`.
fn reversed(host: &str) -> String {
    host.rsplit('.').collect::<Vec<_>>().join(".")
}

/// The host in a pasted address, or in text that looks like one.
fn host_of(text: &str) -> Option<&str> {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let host = host.strip_prefix("www.").unwrap_or(host);
    (host.contains('.') && !host.contains(' ')).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search<'a>(catalog: &'a Catalog, query: &str) -> Vec<&'a Institution> {
        catalog.search(&SearchText::parse(query).expect(query), 20)
    }

    fn catalog() -> Catalog {
        let bank = |id: &str, name: &str, portal: &str| Institution {
            id: InstitutionId::parse(id).expect(id),
            name: name.to_owned(),
            portals: vec![PortalUrl::parse(portal).expect(portal)],
            has_canonical: true,
        };
        let banks = vec![
            bank("north", "Northwind Commercial Bank", "https://banking.northwind.example/login"),
            bank("harbor", "Harbor Savings", "https://harbor-savings.example"),
            bank("harbour-2", "Old Harbor Trust", "https://portal.oldharbor.example/business"),
            bank("savings", "First Savings Bank", "https://first.example"),
            bank("river", "River Bank", "https://business.riverbank.co.uk"),
            bank("obrien", "O\u{2019}Brien Trust", "https://obrien-trust.example"),
            bank("zuercher", "Zürcher Kantonalbank", "https://login.zürcher-bank.example/"),
        ];
        Catalog::new(Found { banks, unreadable: 0 }, true)
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
            ("riverbank.co.uk", &["river"]),
            ("co.uk", &["river"]),
            ("bank.co.uk", &["river"]),
            ("o'brien", &["obrien"]),
            ("Trust O’BRIEN", &["obrien"]),
            ("zurcher kantonalbank", &["zuercher"]),
            ("zu\u{308}rcher", &["zuercher"]),
            ("zürcher-bank.example", &["zuercher"]),
            ("xn--zrcher-bank-thb.example", &["zuercher"]),
            ("xyz", &[]),
        ] {
            let catalog = catalog();
            let found = search(&catalog, query);
            let found: Vec<&str> = found.into_iter().map(|bank| bank.id.as_str()).collect();
            assert_eq!(found, expected, "{query}");
        }
    }

    #[test]
    fn no_more_are_found_than_asked_for() {
        let harbor = SearchText::parse("harbor").expect("a text");
        assert_eq!(catalog().search(&harbor, 1).len(), 1);
    }

    #[test]
    fn a_domain_that_looks_like_a_banks_is_noticed() {
        let catalog = catalog();
        for (host, bank) in [
            // One letter off.
            ("login.northwlnd.example", Some("north")),
            ("northwnd.example", Some("north")),
            ("nortwhind.example", Some("north")),
            ("www.riverbamk.co.uk", Some("river")),
            // Letters that look alike.
            ("n0rthw1nd.example", Some("north")),
            ("northvvind.example", Some("north")),
            ("nоrthwind.example", Some("north")),
            ("xn--nrthwind-nbh.example", Some("north")),
            ("nörthwind.example", Some("north")),
            ("ｎｏｒｔｈｗｉｎｄ.exämple", Some("north")),
            ("zurcher-bank.example", Some("zuercher")),
            // In front of another domain.
            ("northwind.example.evil.test", Some("north")),
            ("secure-northwind.example.evil.test", Some("north")),
            ("riverbank.co.uk.evil.test", Some("river")),
            ("nörthwind.example.evil.test", Some("north")),
            // Banks' own, and others'.
            ("other.northwind.example", None),
            ("northwind.example.", None),
            ("login.zürcher-bank.example", None),
            ("xn--zrcher-bank-thb.example", None),
            ("somewhere.test", None),
            // Below a country's own second level every name is another's.
            ("www.elsewhere.co.uk", None),
            ("www.elsewhere.co.uq", None),
        ] {
            let portal = PortalUrl::parse(&format!("https://{host}/")).expect(host);
            let imitated = catalog.imitated_by(&portal).map(|bank| bank.id.as_str());
            assert_eq!(imitated, bank, "{host}");
        }
    }

    /// As many banks as are held at most, with names of many different words.
    fn large_catalog() -> Catalog {
        let first =
            ["north", "harbor", "savings", "union", "central", "credit", "valley", "summit", "river", "oak"];
        let banks = (0..20_000_usize).map(|number| {
            let word = |at: usize| first[number / at % first.len()];
            let name =
                format!("{} {}{} bank of {}ton{}", word(1), word(10), word(100), word(1_000), number % 997);
            let portal = format!("https://online.{}{}-{number}.example/login", word(10), word(1));
            Institution {
                id: InstitutionId::parse(format!("bank-{number}")).expect("an id"),
                name,
                portals: vec![PortalUrl::parse(&portal).expect("a portal")],
                has_canonical: true,
            }
        });
        Catalog::new(Found { banks: banks.collect(), unreadable: 0 }, true)
    }

    /// The work is counted, not timed: a letter takes some ten nanoseconds.
    #[test]
    fn no_search_and_no_address_takes_much_work() {
        let catalog = large_catalog();
        let many = |word: &str| vec![word; 40].join(" ");
        let queries = [
            many("centrla"),
            (0..40).map(|word| format!("nnnnnnn{word}")).collect::<Vec<_>>().join(" "),
            (0..40).map(|word| format!("nort{word}")).collect::<Vec<_>>().join(" "),
            "nroth nrthos rthon htron rnton tonrh orhnt thorn".to_owned(),
            many("aeiourst"),
            (0..40).map(|word| format!("x{word}vings")).collect::<Vec<_>>().join(" "),
            "x".repeat(200),
            "a".repeat(200),
            // Each of these letters is eighteen, with spaces between them.
            "ﷺ".repeat(200),
        ];
        for query in queries {
            let text: String = query.chars().take(200).collect();
            let text = SearchText::parse(&text).expect("a text").folded();
            assert!(text.chars().count() <= 200, "{query}");
            let words = searched_words(&text).into_iter();
            let compared: usize =
                words.map(|word| catalog.words.compared(&word.chars().collect::<Vec<_>>())).sum();
            assert!(compared <= 20_000, "{compared} letters for {query}");
        }
        for host in [
            "a".repeat(60) + ".example",
            "northharbor-17.exampel".to_owned(),
            "x.".repeat(120) + "example",
            vec!["x-".repeat(31) + "x"; 3].join(".") + ".example",
            vec!["online-".repeat(8) + "portal"; 3].join(".") + ".example",
        ] {
            let compared = catalog.look_alikes.compared(&host);
            assert!(compared <= 20_000, "{compared} domains for {host}");
        }
    }
}

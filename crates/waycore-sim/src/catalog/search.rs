//! Searching the catalog by name, identifier, portal address or portal domain.

use waycore::wire::Institution;

use super::{fold::fold, portal, portals};

/// An institution with everything that a search compares, folded once.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) institution: Institution,
    id: String,
    name: String,
    hosts: Vec<String>,
    /// Name, identifier and addresses, one a line, so that no match runs over an edge.
    all: String,
}

/// How well an institution fits; the first is the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Identifier,
    NameOrHost,
    Beginning,
    Word,
    Inside,
    AllWords,
}

impl Entry {
    pub(crate) fn new(institution: Institution) -> Self {
        let id = fold(&institution.institution_id);
        let name = fold(&institution.name);
        let hosts = portals(&institution).filter_map(portal::host).collect();
        let mut all = format!("{name}\n{id}");
        for address in portals(&institution) {
            all.push('\n');
            all.push_str(&fold(address));
        }
        Self { institution, id, name, hosts, all }
    }

    fn fit(&self, query: &Query) -> Option<Fit> {
        if self.id == query.text {
            return Some(Fit::Identifier);
        }
        if self.name == query.text || self.hosts.iter().any(|host| query.names_host(host)) {
            return Some(Fit::NameOrHost);
        }
        if !query.words.iter().all(|word| self.all.contains(word)) {
            return None;
        }
        if self.name.starts_with(&query.text) || self.id.starts_with(&query.text) {
            return Some(Fit::Beginning);
        }
        match self.name.find(&query.text) {
            Some(at) if self.name.get(..at).is_some_and(|before| before.ends_with(' ')) => Some(Fit::Word),
            Some(_) => Some(Fit::Inside),
            None => Some(Fit::AllWords),
        }
    }
}

pub(crate) fn search<'a>(entries: &'a [Entry], query: &str) -> Vec<&'a Institution> {
    let query = Query::new(query);
    let mut found: Vec<(Fit, &Entry)> =
        entries.iter().filter_map(|entry| Some((entry.fit(&query)?, entry))).collect();
    // Stable: institutions that fit equally well keep the catalog's order.
    found.sort_by_key(|(fit, _)| *fit);
    found.into_iter().map(|(_, entry)| &entry.institution).collect()
}

struct Query {
    text: String,
    words: Vec<String>,
    /// The host of a query that is an address; a longer path than the catalog's must not hide the bank.
    host: Option<String>,
}

impl Query {
    fn new(text: &str) -> Self {
        let words: Vec<String> = fold(text).split_whitespace().map(str::to_owned).collect();
        Self { text: words.join(" "), words, host: portal::host(text.trim()) }
    }

    /// Whether the query is this host, an address on it, or the domain above it.
    fn names_host(&self, host: &str) -> bool {
        match &self.host {
            Some(asked) => asked == host,
            None => {
                self.text.contains('.')
                    && host
                        .strip_suffix(&self.text)
                        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: &str, name: &str, portal: &str) -> Entry {
        Entry::new(Institution {
            institution_id: id.to_owned(),
            name: name.to_owned(),
            canonical_portal_url: Some(portal.to_owned()),
            additional_portal_urls: Vec::new(),
        })
    }

    #[test]
    fn the_best_fit_comes_first_whatever_the_order_of_the_catalog() {
        let entries = [
            entry("all-words", "Trust of Oak Vale Savers", "https://oak.example/"),
            entry("inside", "Newoak Trust", "https://inside.example/"),
            entry("word", "Old Oak Trust", "https://word.example/"),
            entry("beginning", "Oak Trust Company", "https://beginning.example/"),
            entry("name", "Oak Trust", "https://name.example/"),
            entry("oak trust", "Something Else", "https://identifier.example/"),
            entry("none", "Oak Bank", "https://none.example/"),
        ];
        let found: Vec<&str> =
            search(&entries, " OAK  trust").iter().map(|bank| bank.institution_id.as_str()).collect();
        assert_eq!(found, ["oak trust", "name", "beginning", "word", "inside", "all-words"]);
    }
}

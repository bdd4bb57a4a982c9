//! Searching the catalog by name, identifier, portal address or portal domain.

use waycore::wire::Institution;

use super::{fold::fold, index::Index, portal, portals};

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
    /// Everything that a word of a query can stand in.
    pub(crate) fn searched(&self) -> &str {
        &self.all
    }

    pub(crate) fn hosts(&self) -> &[String] {
        &self.hosts
    }

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

/// Which of the entries fit, best first, by their places.
pub(crate) fn search(entries: &[Entry], index: &Index, query: &str) -> Vec<u32> {
    let query = Query::new(query);
    let candidates = index.candidates(&query.words, query.host.as_deref(), entries.len());
    let fit = |place: u32| Some((entries.get(place as usize)?.fit(&query)?, place));
    let mut found: Vec<(Fit, u32)> = candidates.into_iter().filter_map(fit).collect();
    // Institutions that fit equally well keep the catalog's order.
    found.sort_unstable();
    found.into_iter().map(|(_, place)| place).collect()
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

    /// What the index leaves out, a plain look at every entry leaves out too.
    #[test]
    fn the_index_changes_no_result() {
        let entries: Vec<Entry> =
            crate::catalog::tests::institutions(3).into_iter().map(Entry::new).collect();
        let index = Index::new(&entries);
        let plain = |text: &str| {
            let query = Query::new(text);
            let fit = |(place, entry): (u32, &Entry)| Some((entry.fit(&query)?, place));
            let mut found: Vec<(Fit, u32)> = (0..).zip(&entries).filter_map(fit).collect();
            found.sort();
            found.into_iter().map(|(_, place)| place).collect::<Vec<_>>()
        };
        let mut queries: Vec<String> =
            ["", " ", "a", "of", "ba", "bank", "BANK  trust", "é", "zzzz", "https://", ".", "e", "example"]
                .map(str::to_owned)
                .into();
        for (place, entry) in entries.iter().enumerate().step_by(97) {
            let Institution { institution_id, name, canonical_portal_url, .. } = &entry.institution;
            let address = canonical_portal_url.clone().unwrap_or_default();
            let (begin, end) = name.split_at(name.char_indices().nth(place % 9 + 1).map_or(0, |(at, _)| at));
            queries.extend([institution_id.clone(), name.to_uppercase(), begin.to_owned(), end.to_owned()]);
            queries.extend([
                format!("{address}/deeper?and=more"),
                portal::host(&address).unwrap_or_default(),
                address,
            ]);
        }
        for query in queries {
            assert_eq!(search(&entries, &index, &query), plain(&query), "{query:?}");
        }
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
        let found: Vec<&str> = search(&entries, &Index::new(&entries), " OAK  trust")
            .into_iter()
            .map(|place| entries[place as usize].institution.institution_id.as_str())
            .collect();
        assert_eq!(found, ["oak trust", "name", "beginning", "word", "inside", "all-words"]);
    }
}

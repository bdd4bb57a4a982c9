//! The catalog of institutions: the sentinels, then the generated banks in alphabetical order.

mod fold;
mod generate;
mod index;
mod names;
pub(crate) mod portal;
mod search;
mod sentinels;

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use waycore::wire::Institution;

pub(crate) use sentinels::{Behaviour, Creation, Trouble};

use index::Index;
use search::Entry;

/// All institutions, the same at every start for a seed, ready to be searched.
#[derive(Debug)]
pub(crate) struct Catalog {
    entries: Vec<Entry>,
    by_id: HashMap<String, usize>,
    index: Index,
    /// Answers of the latest queries: a page after the first one, or a second person who types the same, is free.
    answers: Mutex<HashMap<String, Arc<[u32]>>>,
}

/// Queries that are remembered; the catalog never changes, so this is only about memory.
const REMEMBERED: usize = 2_000;

/// Catalogs by seed and number of banks: they never change, and a test run starts hundreds of simulators with the same ones.
static MADE: Mutex<BTreeMap<(u64, usize), Arc<Catalog>>> = Mutex::new(BTreeMap::new());

impl Catalog {
    /// With so many generated banks.
    pub(crate) fn of_seed(seed: u64, banks: usize) -> Arc<Self> {
        let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(made.entry((seed, banks)).or_insert_with(|| Arc::new(Self::new(seed, banks))))
    }

    fn new(seed: u64, banks: usize) -> Self {
        let mut generated = generate::institutions(seed, banks);
        generated.sort_by_cached_key(|institution| fold::fold(&institution.name));
        let entries: Vec<Entry> =
            sentinels::institutions().into_iter().chain(generated).map(Entry::new).collect();
        let by_id = entries
            .iter()
            .enumerate()
            .map(|(index, entry)| (entry.institution.institution_id.clone(), index))
            .collect();
        let index = Index::new(&entries);
        Self { entries, by_id, index, answers: Mutex::default() }
    }

    pub(crate) fn get(&self, institution_id: &str) -> Option<&Institution> {
        let index = self.by_id.get(institution_id)?;
        self.entries.get(*index).map(|entry| &entry.institution)
    }

    /// Everything that fits, best first; a blank query fits every institution.
    pub(crate) fn search(&self, query: &str) -> Found<'_> {
        let answers = || self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(places) = answers().get(query) {
            return Found { catalog: self, places: Arc::clone(places) };
        }
        let places: Arc<[u32]> = search::search(&self.entries, &self.index, query).into();
        let mut answers = answers();
        if answers.len() >= REMEMBERED {
            answers.clear();
        }
        answers.insert(query.to_owned(), Arc::clone(&places));
        Found { catalog: self, places }
    }
}

/// What a query found, best first.
pub(crate) struct Found<'a> {
    catalog: &'a Catalog,
    places: Arc<[u32]>,
}

impl Found<'_> {
    /// The institutions from the one at `first` on, each with its number among all that were found.
    pub(crate) fn from(&self, first: usize) -> impl Iterator<Item = (u128, &Institution)> {
        let places = (0..).zip(self.places.iter()).skip(first);
        places.filter_map(|(number, place)| {
            Some((number, &self.catalog.entries.get(*place as usize)?.institution))
        })
    }
}

/// The portals that an institution is known by, canonical first.
pub(crate) fn portals(institution: &Institution) -> impl Iterator<Item = &str> {
    institution.canonical_portal_url.iter().chain(&institution.additional_portal_urls).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn institutions(seed: u64) -> Vec<Institution> {
        sentinels::institutions().into_iter().chain(generate::institutions(seed, 5_000)).collect()
    }

    #[test]
    fn a_seed_makes_the_same_catalog_every_time() {
        let names = |catalog: &Catalog| {
            catalog.search("").from(0).map(|(_, bank)| bank.institution_id.clone()).collect::<Vec<_>>()
        };
        assert_eq!(names(&Catalog::new(7, 50)), names(&Catalog::new(7, 50)));
        assert_ne!(names(&Catalog::new(7, 50)), names(&Catalog::new(8, 50)));
    }
}

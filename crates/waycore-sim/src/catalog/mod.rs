//! The catalog of institutions: the sentinels, then the generated banks in alphabetical order.

mod fold;
mod generate;
mod names;
pub(crate) mod portal;
mod search;
mod sentinels;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use waycore::wire::Institution;

pub(crate) use sentinels::{Behaviour, Creation, Trouble};

use search::Entry;

/// All institutions, the same at every start for a seed, ready to be searched.
#[derive(Debug)]
pub(crate) struct Catalog {
    entries: Vec<Entry>,
    by_id: HashMap<String, usize>,
}

/// The catalog made last: it never changes, and a test run starts hundreds of simulators with one seed.
static LATEST: Mutex<Option<(u64, Arc<Catalog>)>> = Mutex::new(None);

impl Catalog {
    pub(crate) fn of_seed(seed: u64) -> Arc<Self> {
        let mut latest = LATEST.lock().unwrap_or_else(PoisonError::into_inner);
        match &*latest {
            Some((known, catalog)) if *known == seed => Arc::clone(catalog),
            _ => {
                let catalog = Arc::new(Self::new(seed));
                *latest = Some((seed, Arc::clone(&catalog)));
                catalog
            }
        }
    }

    fn new(seed: u64) -> Self {
        let mut generated = generate::institutions(seed);
        generated.sort_by_cached_key(|institution| fold::fold(&institution.name));
        let entries: Vec<Entry> =
            sentinels::institutions().into_iter().chain(generated).map(Entry::new).collect();
        let by_id = entries
            .iter()
            .enumerate()
            .map(|(index, entry)| (entry.institution.institution_id.clone(), index))
            .collect();
        Self { entries, by_id }
    }

    pub(crate) fn get(&self, institution_id: &str) -> Option<&Institution> {
        let index = self.by_id.get(institution_id)?;
        self.entries.get(*index).map(|entry| &entry.institution)
    }

    /// Everything that fits, best first; a blank query fits every institution.
    pub(crate) fn search(&self, query: &str) -> Vec<&Institution> {
        search::search(&self.entries, query)
    }
}

/// The portals that an institution is known by, canonical first.
pub(crate) fn portals(institution: &Institution) -> impl Iterator<Item = &str> {
    institution.canonical_portal_url.iter().chain(&institution.additional_portal_urls).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_makes_the_same_catalog_every_time() {
        let names = |catalog: &Catalog| {
            catalog.search("").into_iter().map(|bank| bank.institution_id.clone()).collect::<Vec<_>>()
        };
        assert_eq!(names(&Catalog::new(7)), names(&Catalog::new(7)));
        assert_ne!(names(&Catalog::new(7)), names(&Catalog::new(8)));
    }
}

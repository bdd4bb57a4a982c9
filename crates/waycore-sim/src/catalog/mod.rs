//! The catalog of institutions: the sentinels, then the generated banks in alphabetical order.

mod fold;
mod generate;
mod names;
pub(crate) mod portal;
mod search;
mod sentinels;

use std::collections::HashMap;

use waycore::wire::Institution;

pub(crate) use sentinels::Behaviour;

use search::Entry;

/// All institutions, the same at every start for a seed, ready to be searched.
#[derive(Debug)]
pub(crate) struct Catalog {
    entries: Vec<Entry>,
    by_id: HashMap<String, usize>,
}

impl Catalog {
    pub(crate) fn new(seed: u64) -> Self {
        let mut generated = generate::institutions(seed);
        generated.sort_by(|one, other| one.name.cmp(&other.name));
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

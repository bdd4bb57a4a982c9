//! Looking banks up in Waycore's catalog. Nothing here chooses one.

use app::model;
use domain::bank_choice::{Institution, RequestedName, SearchText};
use domain::ids::InstitutionId;
use domain::portal_url::PortalUrl;
use waycore::wire::{self, Page};

use super::UseCases;
use super::mirror::Catalog;
use crate::failure::{Call, Failure};

/// The documented largest page is 500; banks are small, but so is what a search should have to read.
const PAGE: u16 = 100;
/// An exact match stands far in front in every sensible order.
const MOST_PAGES: usize = 5;

/// Banks of the catalog, and the number of those that could not be read.
#[derive(Default)]
pub(super) struct Found {
    pub(super) banks: Vec<Institution>,
    pub(super) unreadable: usize,
}

impl UseCases {
    /// The first so many banks that fit, by the mirror, or by Waycore's own search while there is none. Where the mirror
    /// has but a part of the catalog, Waycore's search fills up what the mirror does not find.
    pub(super) async fn banks(&self, query: &SearchText, limit: u16) -> Result<Found, Failure> {
        let searched = query.clone();
        let search = move |catalog: &Catalog| {
            let banks = catalog.search(&searched, usize::from(limit)).into_iter().cloned().collect();
            (Found { banks, unreadable: catalog.unreadable() }, catalog.is_whole())
        };
        let (mut found, whole) = self.mirror.search(search).await?.unwrap_or_default();
        let Found { banks, unreadable } = &mut found;
        if whole || banks.len() >= usize::from(limit) {
            return Ok(found);
        }
        match self.waycore.search_institutions(query.as_str(), limit, None).await {
            Ok(page) => {
                let more = readable(page);
                // The mirror may have counted the same ones.
                *unreadable = more.unreadable.max(*unreadable);
                let more = more.banks.into_iter();
                banks.extend(
                    more.filter(|bank| banks.iter().all(|known| known.id != bank.id)).collect::<Vec<_>>(),
                );
                banks.truncate(usize::from(limit));
                Ok(found)
            }
            Err(error) if banks.is_empty() => Err(Failure::of(Call::SearchInstitutions)(error)),
            // A part is better than nothing.
            Err(_) => Ok(found),
        }
    }

    /// The bank with exactly this id.
    pub(super) async fn bank(&self, id: &InstitutionId) -> Result<Option<Institution>, Failure> {
        match self.mirror.catalog().and_then(|catalog| catalog.bank(id).cloned()) {
            Some(bank) => Ok(Some(bank)),
            // It may be newer than the mirror.
            None => self.first(id.as_str(), |bank| bank.id == *id).await,
        }
    }

    /// The bank that an unlisted name or portal seems to be.
    pub(super) async fn bank_like(
        &self,
        name: Option<&RequestedName>,
        portal: Option<&PortalUrl>,
    ) -> Result<Option<Institution>, Failure> {
        if let Some(catalog) = self.mirror.catalog() {
            let by_name = name.and_then(|name| catalog.of_name(name));
            let found = by_name.or_else(|| catalog.on_host(portal?));
            if found.is_some() || catalog.is_whole() {
                return Ok(found.cloned());
            }
        }
        if let Some(name) = name {
            let query: Vec<&str> = name.as_str().split_whitespace().collect();
            let found = self.first(&query.join(" "), |bank| bank.matches_name(name.as_str())).await?;
            if found.is_some() {
                return Ok(found);
            }
        }
        match portal {
            Some(portal) => self.first(&portal.ascii_host(), |bank| bank.matches_host(portal)).await,
            None => Ok(None),
        }
    }

    /// The first bank among those that Waycore finds for which the condition holds.
    async fn first(
        &self,
        query: &str,
        condition: impl Fn(&Institution) -> bool,
    ) -> Result<Option<Institution>, Failure> {
        let mut cursor = None;
        for _ in 0..MOST_PAGES {
            let page = self.waycore.search_institutions(query, PAGE, cursor.as_deref()).await;
            let page = page.map_err(Failure::of(Call::SearchInstitutions))?;
            let next = page.pagination.next_cursor.clone().filter(|_| page.pagination.has_more);
            if let Some(bank) = readable(page).banks.into_iter().find(&condition) {
                return Ok(Some(bank));
            }
            if next.is_none() || next == cursor {
                return Ok(None);
            }
            cursor = next;
        }
        Ok(None)
    }
}

/// A bank as a browser sees it.
pub(super) fn shown(bank: &Institution) -> model::Institution {
    model::Institution {
        institution_id: bank.id.to_string(),
        name: bank.name.clone(),
        domain: bank.domain().unwrap_or_default(),
        portals: bank.portals.iter().map(ToString::to_string).collect(),
        no_usual_portal: !bank.portals.is_empty() && !bank.has_canonical,
        ..model::Institution::default()
    }
}

fn readable(page: Page<wire::Institution>) -> Found {
    Found::of(&page.data, page.unreadable.len())
}

impl Found {
    /// The banks of rows that could be read, beside so many that could not.
    pub(super) fn of(rows: &[wire::Institution], unreadable: usize) -> Self {
        let readable = |row: &wire::Institution| match row.to_domain() {
            Ok(bank) => Some(bank),
            Err(error) => {
                tracing::warn!(%error, "bank not readable");
                None
            }
        };
        let banks: Vec<Institution> = rows.iter().filter_map(readable).collect();
        Self { unreadable: unreadable + rows.len() - banks.len(), banks }
    }
}

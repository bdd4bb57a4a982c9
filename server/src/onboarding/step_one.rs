//! What step 1 says before anything is sent: banks that are often chosen, banks that the company has, and what is odd about
//! an address. None of it chooses a bank, and none of it asks Waycore.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use app::backend::{Caller, Coaching, Suggested};
use app::components::verbatim_names;
use app::{copy, model};
use domain::bank_choice::{Institution, RequestedName};
use domain::ids::InstitutionId;
use domain::portal_url::PortalUrl;
use domain::suspicion::Suspicion;
use domain::timestamp::Timestamp;
use domain::visible::is_blank;

use super::catalog::shown;
use super::new_bank::portal_url;
use super::own::Own;
use super::view::kept;
use super::{UseCases, access};
use crate::failure::{Failure, InvalidInput};
use crate::store::StoreError;

/// How many banks stand there before anybody types.
const COUNT: usize = 6;

/// Fewer say nothing, and could tell of each other.
const CUSTOMERS: i64 = 5;

const FRESH_MILLIS: i64 = 60 * 60 * 1_000;

/// What the customers of each host choose, counted once an hour.
#[derive(Default)]
pub(super) struct Popular(Mutex<HashMap<String, (Timestamp, Vec<InstitutionId>)>>);

/// Why an address has to be confirmed before anything is sent, and which bank of the catalog it imitates.
pub(super) struct Suspicious {
    pub(super) reason: String,
    bank: Option<Institution>,
}

impl UseCases {
    /// Banks that at least five customers of this host have, else the catalog's first. None while there is no mirror.
    pub(super) async fn popular_banks(&self, caller: &Caller) -> Result<Suggested, Failure> {
        access::may_read(caller)?;
        let Some(catalog) = self.mirror.catalog() else { return Ok(Suggested::default()) };
        // It is a help and no more: what cannot be counted keeps nobody from connecting a bank.
        let chosen = self.chosen(&caller.customer.issuer).await.unwrap_or_else(|error| {
            tracing::warn!(error = &error as &dyn std::error::Error, "popular banks not counted");
            Vec::new()
        });
        let chosen: Vec<_> = chosen.iter().filter_map(|id| catalog.bank(id)).map(shown).collect();
        Ok(match chosen.is_empty() {
            true => Suggested { banks: catalog.beginning(COUNT).map(shown).collect(), often_chosen: false },
            false => Suggested { banks: chosen, often_chosen: true },
        })
    }

    async fn chosen(&self, issuer: &str) -> Result<Vec<InstitutionId>, StoreError> {
        let now = self.clock.now();
        let counted = self.popular.0.lock().unwrap_or_else(PoisonError::into_inner).get(issuer).cloned();
        if let Some((at, banks)) = counted
            && (0..FRESH_MILLIS).contains(&now.since(at))
        {
            return Ok(banks);
        }
        let banks = self.store.often_chosen(self.environment, issuer, CUSTOMERS, COUNT).await?;
        let counted = (now, banks.clone());
        self.popular.0.lock().unwrap_or_else(PoisonError::into_inner).insert(issuer.to_owned(), counted);
        Ok(banks)
    }

    /// The connections that the company has, as they were last read.
    pub(super) async fn held_connections(&self, caller: &Caller) -> Result<Vec<model::Connection>, Failure> {
        access::may_read(caller)?;
        let records = self.store.connections(self.tenant(caller)).await?;
        Ok(records.iter().filter_map(|record| Own::kept(record).map(|own| kept(&own, record))).collect())
    }

    /// What is odd about what was typed for an unlisted bank, and which bank of the catalog it seems to be.
    pub(super) async fn coach_portal(
        &self,
        caller: &Caller,
        requested_name: Option<&str>,
        typed: &str,
    ) -> Result<Coaching, Failure> {
        access::may_read(caller)?;
        let mut coaching = Coaching::default();
        let portal = match portal_url(typed) {
            Ok(portal) => Some(portal),
            // Nothing was typed yet.
            Err(_) if is_blank(typed) => None,
            Err(error) => {
                coaching.notes.push(InvalidInput::PortalUrl(error).message());
                None
            }
        };
        if let Some(portal) = &portal
            && let Some(Suspicious { reason, bank }) = self.suspicious(portal, None).await?
        {
            coaching.notes.push(reason);
            coaching.exact.extend([portal.readable_host(), portal.ascii_host()]);
            coaching.exact.extend(bank.iter().map(shown).flat_map(|bank| verbatim_names(&bank)));
            coaching.suspicious_host = Some(portal.ascii_host());
            coaching.matched = bank.as_ref().map(shown);
        }
        let Some(catalog) = self.mirror.catalog() else { return Ok(coaching) };
        let name = requested_name.and_then(|name| RequestedName::parse(name).ok());
        let by_name = name.and_then(|name| catalog.of_name(&name));
        let meant = by_name.or_else(|| catalog.on_host(portal.as_ref()?));
        coaching.matched = meant.map(shown).or(coaching.matched);
        Ok(coaching)
    }

    /// What is suspicious about the address of a bank's portal: of the bank that was picked, if one was. An address on the host
    /// of one of that bank's portals is not, nor, of a bank that is not in the list, one on the host of any.
    pub(super) async fn suspicious(
        &self,
        portal: &PortalUrl,
        of: Option<&Institution>,
    ) -> Result<Option<Suspicious>, Failure> {
        if of.is_some_and(|bank| bank.matches_host(portal)) {
            return Ok(None);
        }
        let text = &copy::pages::words().details;
        let read_as = |said: &str, form: &str| [said, " ", form, "."].concat();
        let by_itself = portal.suspicion().map(|suspicion| match suspicion {
            Suspicion::Number => text.coach_ip.to_owned(),
            Suspicion::Private => text.coach_private.to_owned(),
            Suspicion::Encoded => read_as(text.coach_encoded, &portal.readable_host()),
            Suspicion::MixedAlphabets => read_as(text.coach_alphabets, &portal.ascii_host()),
        });
        let searched = portal.clone();
        let found = self.mirror.search(move |catalog| match catalog.on_host(&searched) {
            Some(bank) => (true, Some(bank.clone())),
            None => (false, catalog.imitated_by(&searched).cloned()),
        });
        let (is_known, bank) = found.await?.unwrap_or_default();
        let named = |said: &str, bank: &Institution| {
            [said, " ", &bank.name, ", ", &bank.domain().unwrap_or_default(), "."].concat()
        };
        let reason = match &bank {
            Some(bank) if !is_known && of.is_some_and(|of| of.id == bank.id) => {
                Some(named(text.coach_imitates_own, bank))
            }
            Some(bank) if !is_known => Some(named(text.coach_imitates, bank)),
            Some(bank) if of.is_some() => Some(named(text.coach_other_bank, bank)),
            Some(_) => None,
            None => by_itself,
        };
        Ok(reason.map(|reason| Suspicious { reason, bank }))
    }
}

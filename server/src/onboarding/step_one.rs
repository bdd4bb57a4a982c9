//! What step 1 says before anything is sent: banks that are often chosen, banks that the company has, and what is odd about
//! an address. None of it chooses a bank, and none of it asks Waycore.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use app::backend::{Caller, Coaching, Suggested};
use app::{copy, model};
use domain::bank_choice::RequestedName;
use domain::ids::InstitutionId;
use domain::portal_url::PortalUrl;
use domain::timestamp::Timestamp;

use super::catalog::shown;
use super::own::Own;
use super::view::kept;
use super::{UseCases, access};
use crate::failure::{Failure, InvalidInput};

/// How many banks stand there before anybody types.
const COUNT: usize = 6;

/// Fewer say nothing, and could tell of each other.
const CUSTOMERS: i64 = 5;

const FRESH_MILLIS: i64 = 60 * 60 * 1_000;

/// What the customers of each host choose, counted once an hour.
#[derive(Default)]
pub(super) struct Popular(Mutex<HashMap<String, (Timestamp, Vec<InstitutionId>)>>);

impl UseCases {
    /// Banks that at least five customers of this host have, else the catalog's first. None while there is no mirror.
    pub(super) async fn popular_banks(&self, caller: &Caller) -> Result<Suggested, Failure> {
        access::may_read(caller)?;
        let Some(catalog) = self.mirror.catalog() else { return Ok(Suggested::default()) };
        let chosen = self.chosen(&caller.customer.issuer).await?;
        let chosen: Vec<_> = chosen.iter().filter_map(|id| catalog.bank(id)).map(shown).collect();
        Ok(match chosen.is_empty() {
            true => Suggested { banks: catalog.beginning(COUNT).map(shown).collect(), often_chosen: false },
            false => Suggested { banks: chosen, often_chosen: true },
        })
    }

    async fn chosen(&self, issuer: &str) -> Result<Vec<InstitutionId>, Failure> {
        let now = self.clock.now();
        let counted = self.popular.0.lock().unwrap_or_else(PoisonError::into_inner).get(issuer).cloned();
        if let Some((at, banks)) = counted
            && (0..FRESH_MILLIS).contains(&(now.as_millis() - at.as_millis()))
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
        portal_url: &str,
    ) -> Result<Coaching, Failure> {
        access::may_read(caller)?;
        let mut coaching = Coaching::default();
        let portal = match PortalUrl::parse(portal_url) {
            Ok(portal) => Some(portal),
            // Nothing was typed yet.
            Err(_) if portal_url.trim().is_empty() => None,
            Err(error) => {
                coaching.notes.push(InvalidInput::PortalUrl(error).message());
                None
            }
        };
        coaching.notes.extend(portal.as_ref().and_then(|portal| self.odd_address(portal)));
        let Some(catalog) = self.mirror.catalog() else { return Ok(coaching) };
        let name = requested_name.and_then(|name| RequestedName::parse(name).ok());
        let meant = catalog.first(|bank| {
            name.as_ref().is_some_and(|name| bank.matches_name(name.as_str()))
                || portal.as_ref().is_some_and(|portal| bank.matches_host(portal))
        });
        coaching.matched = meant.map(shown);
        Ok(coaching)
    }

    /// What is odd about an address: a number instead of a name, or the look of another bank's. One of a bank in the
    /// catalog is not.
    pub(super) fn odd_address(&self, portal: &PortalUrl) -> Option<String> {
        let words = &copy::pages::words().details;
        if portal.is_ip_host() {
            return Some(words.coach_ip.to_owned());
        }
        let catalog = self.mirror.catalog()?;
        if catalog.first(|bank| bank.matches_host(portal)).is_some() {
            return None;
        }
        let bank = catalog.imitated_by(&portal.host())?;
        let domain = bank.domain().unwrap_or_default();
        Some([words.coach_imitates, " ", &bank.name, ", ", &domain, "."].concat())
    }
}

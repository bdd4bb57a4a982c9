//! Waycore's catalog of banks, mirrored in memory, so that a search answers while somebody types, with typos too.
//!
//! It is read page by page, at most so many, and anew every hour. While there is none, Waycore's own search answers; where
//! the catalog is longer than what is held, it is asked for the rest.

mod search;

use std::pin::pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use domain::bank_choice::Institution;
use futures_util::TryStreamExt as _;
use tokio_util::sync::CancellationToken;
use waycore::Error;
use waycore::client::Nonsense;
use waycore::client::paging::{self, Endless};

use super::UseCases;
use super::catalog::readable;
use crate::failure::{Call, Failure};

pub(super) use search::Catalog;

/// Banks come and go by the month.
const EVERY: Duration = Duration::from_secs(60 * 60);

/// After a failure.
const AGAIN: Duration = Duration::from_secs(60);

/// At 500 banks a page: twenty thousand.
const PAGES: usize = 40;

/// The mirror, if there is one by now.
#[derive(Default)]
pub(super) struct Mirror(RwLock<Option<Arc<Catalog>>>);

impl Mirror {
    pub(super) fn catalog(&self) -> Option<Arc<Catalog>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// `whole`: the catalog has no more banks than these.
    pub(super) fn hold(&self, banks: Vec<Institution>, whole: bool) {
        let catalog = Arc::new(Catalog::new(banks, whole));
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(catalog);
    }
}

impl UseCases {
    /// Keeps the mirror fresh until the end.
    pub(super) async fn keep_mirror(self: Arc<Self>, shutdown: CancellationToken) {
        let keep = async {
            loop {
                let pause = match self.mirror().await {
                    Ok(()) => EVERY,
                    Err(failure) => {
                        tracing::warn!(
                            ?failure,
                            "the catalog cannot be mirrored; Waycore's own search answers"
                        );
                        AGAIN
                    }
                };
                tokio::time::sleep(pause).await;
            }
        };
        tokio::select! {
            () = keep => {}
            () = shutdown.cancelled() => {}
        }
    }

    /// Reads the catalog and holds it from then on.
    pub(super) async fn mirror(&self) -> Result<(), Failure> {
        let (banks, whole) = self.read_catalog().await?;
        tracing::info!(banks = banks.len(), whole, "the catalog is mirrored");
        self.mirror.hold(banks, whole);
        Ok(())
    }

    /// The catalog, as much of it as is held, and whether that is all.
    async fn read_catalog(&self) -> Result<(Vec<Institution>, bool), Failure> {
        let rows = paging::rows(PAGES, |cursor| async move {
            self.waycore.search_institutions("", 500, cursor.as_deref()).await
        });
        let mut rows = pin!(rows);
        let mut banks = Vec::new();
        let whole = loop {
            match rows.try_next().await {
                Ok(Some(bank)) => banks.push(bank),
                Ok(None) => break true,
                Err(Error::Nonsense(Nonsense::Endless(Endless::TooManyPages))) => break false,
                Err(error) => return Err(Failure::of(Call::SearchInstitutions)(error)),
            }
        };
        Ok((readable(banks), whole))
    }
}

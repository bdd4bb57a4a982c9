//! Waycore's catalog of banks, mirrored in memory, so that a search answers while somebody types, with typos too.
//!
//! It is read page by page, at most so many, and anew every hour. While there is none, Waycore's own search answers.

mod search;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use domain::bank_choice::Institution;
use futures_util::TryStreamExt as _;
use tokio_util::sync::CancellationToken;
use waycore::client::paging;

use super::UseCases;
use super::catalog::readable;
use crate::failure::{Call, Failure};

pub(super) use search::Catalog;

/// Banks come and go by the month.
const EVERY: Duration = Duration::from_secs(60 * 60);

/// After a failure.
const AGAIN: Duration = Duration::from_secs(60);

/// At 500 banks a page: twenty thousand. A larger catalog is not held; Waycore's own search answers then.
const PAGES: usize = 40;

/// The mirror, if there is one by now.
#[derive(Default)]
pub(super) struct Mirror(RwLock<Option<Arc<Catalog>>>);

impl Mirror {
    pub(super) fn catalog(&self) -> Option<Arc<Catalog>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn hold(&self, banks: Vec<Institution>) {
        let catalog = Arc::new(Catalog::new(banks));
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(catalog);
    }
}

impl UseCases {
    /// Keeps the mirror fresh until the end.
    pub(super) async fn keep_mirror(self: Arc<Self>, shutdown: CancellationToken) {
        let keep = async {
            loop {
                let pause = match self.read_catalog().await {
                    Ok(banks) => {
                        tracing::info!(banks = banks.len(), "the catalog is mirrored");
                        self.mirror.hold(banks);
                        EVERY
                    }
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

    async fn read_catalog(&self) -> Result<Vec<Institution>, Failure> {
        let rows = paging::rows(PAGES, |cursor| async move {
            self.waycore.search_institutions("", 500, cursor.as_deref()).await
        });
        let rows = rows.try_collect().await.map_err(Failure::of(Call::SearchInstitutions))?;
        Ok(readable(rows))
    }
}

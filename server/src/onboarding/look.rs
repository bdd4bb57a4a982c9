//! What a page shows: what Waycore says now, if it says it at once, else what it said last.
//!
//! A page must not wait for Waycore while something can already be shown. So a read gets a second; if it takes longer
//! it goes on without the page, and what it brings is there for the next one. Only what was never read is waited for.

use std::sync::Arc;
use std::time::Duration;

use app::backend::Kept;
use domain::user_error::ErrorCode;
use tokio::time::timeout;
use tracing::Instrument as _;

use super::UseCases;
use crate::client::carried;
use crate::failure::Failure;

/// How long a page waits for what it could also show without waiting.
const AT_ONCE: Duration = Duration::from_secs(1);

impl UseCases {
    /// Reads with `live`, and shows what `kept` finds when that does not answer at once or Waycore cannot be reached. A page
    /// that heard of what it is to show is shown what was read then: a thousand of them cost no more than one.
    pub(super) async fn look<T, L, K>(
        self: &Arc<Self>,
        after_news: bool,
        live: impl FnOnce(Arc<Self>) -> L,
        kept: impl Fn(Arc<Self>) -> K,
    ) -> Result<Kept<T>, Failure>
    where
        T: Send + 'static,
        L: Future<Output = Result<T, Failure>> + Send + 'static,
        K: Future<Output = Result<Option<Kept<T>>, Failure>>,
    {
        let now = |what| Kept { what, as_of: None };
        if after_news && let Some(Kept { what, .. }) = kept(Arc::clone(self)).await? {
            return Ok(now(what));
        }
        let mut reading = tokio::spawn(carried(live(Arc::clone(self))).in_current_span());
        let failed = match timeout(AT_ONCE, &mut reading).await {
            Ok(Ok(Ok(read))) => return Ok(now(read)),
            Ok(Ok(Err(failure))) if is_waycores(&failure) => Some(failure),
            Ok(Ok(Err(failure))) => return Err(failure),
            Ok(Err(_)) => return Err(Failure::Broken),
            Err(_) => None,
        };
        if let Some(kept) = kept(Arc::clone(self)).await? {
            return Ok(kept);
        }
        match failed {
            Some(failure) => Err(failure),
            None => reading.await.unwrap_or(Err(Failure::Broken)).map(now),
        }
    }
}

/// Whether it is Waycore that does not answer, so that what it said last is the best there is.
fn is_waycores(failure: &Failure) -> bool {
    matches!(failure, Failure::Waycore { .. } | Failure::Answer { .. })
        && matches!(failure.code(), ErrorCode::Unavailable | ErrorCode::RateLimited)
}

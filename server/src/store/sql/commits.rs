//! The end of a transaction: what is kept is announced, and a test can die beside it.

use async_trait::async_trait;

use super::SqlStore;
use super::database::{Kept, Lock, Value, Writing};
use crate::store::{Announcement, StoreError};

/// The moments around a commit at which a process can die. A test that never returns from one has crashed there.
#[async_trait]
pub trait Commits: Send + Sync {
    /// What was written is not kept yet.
    async fn before(&self) {}

    /// It is kept; whoever wrote it does not know yet.
    async fn after(&self) {}
}

/// Goes on at once.
pub(super) struct NoFailpoints;

impl Commits for NoFailpoints {}

impl SqlStore {
    pub(super) async fn commit(&self, writing: Writing) -> Result<(), StoreError> {
        self.keep(async { Ok(((), writing.commit().await?)) }).await
    }

    /// The same statement for many rows and nothing else; see [`Writing::execute_rows`]. Gives the number of rows that it
    /// changed, and announces what `news` makes of it.
    pub(super) async fn write_rows<const COLUMNS: usize>(
        &self,
        lock: Lock<'_>,
        (before, after): (&'static str, &'static str),
        rows: &[[Value; COLUMNS]],
        kept: Kept,
        news: impl FnOnce(u64) -> Option<Announcement> + Send + 'static,
    ) -> Result<u64, StoreError> {
        if let Some(statement) = self.database.execute_alone(before, rows, after, kept) {
            let write = async {
                let changed = statement.await?;
                Ok((changed, news(changed).into_iter().collect()))
            };
            return self.keep(write).await;
        }
        let mut writing = self.database.begin_kept(lock, kept).await?;
        let changed = writing.execute_rows(before, rows, after).await?;
        if let Some(news) = news(changed) {
            writing.tell(news).await?;
        }
        self.commit(writing).await?;
        Ok(changed)
    }

    /// Ends a transaction and announces what it gives.
    async fn keep<T: Send + 'static>(
        &self,
        commit: impl Future<Output = Result<(T, Vec<Announcement>), StoreError>> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.commits.before().await;
        let bus = self.bus.clone();
        // In a task of its own: whoever asked may go away now, and what is kept has to be announced all the same.
        let kept = tokio::spawn(async move {
            let (kept, news) = commit.await?;
            news.into_iter().for_each(|announcement| bus.tell(announcement));
            Ok(kept)
        });
        let kept = kept.await.unwrap_or(Err(StoreError::Database(sqlx::Error::WorkerCrashed)))?;
        self.commits.after().await;
        Ok(kept)
    }
}

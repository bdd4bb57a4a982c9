//! What a database needs beside the routes: a server's replicas hear of each other, a file's write-ahead log is kept short.

use std::time::Duration;

use sqlx::postgres::{PgListener, PgPool, PgPoolOptions};
use sqlx::sqlite::SqlitePool;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use super::SqlStore;
use super::database::{CHANNEL, Database};
use crate::store::Announcement;

/// After the listening connection broke.
const LISTEN_AGAIN: Duration = Duration::from_millis(500);

/// A listening connection that heard nothing for so long is asked whether it is there, and has so long to answer: whatever
/// was missed meanwhile is found within the ten seconds that a fault may take to be over.
const SILENCE: Duration = Duration::from_secs(3);
const ANSWERS_WITHIN: Duration = Duration::from_secs(2);

/// How often at least the server is asked what time it is.
const TIME_ASKED_EVERY: Duration = Duration::from_secs(30);

/// How often a file's write-ahead log is taken into it beside those who write, give or take: not in step with anything else that comes regularly.
const TAKEN_IN_EVERY: Duration = Duration::from_secs(5);

impl SqlStore {
    /// What has to be done beside the routes, until the end. From a server it passes on what replicas announce; whatever may
    /// have been missed is announced as [`Announcement::Everything`]: rows are the truth, and whoever listens looks at them.
    /// A file's write-ahead log is kept short.
    pub async fn run(&self, shutdown: CancellationToken) {
        let work = async {
            match &self.database {
                Database::Sqlite { keeper, .. } => keep_log_short(keeper).await,
                Database::Postgres(pool) => self.listen(pool).await,
            }
        };
        tokio::select! {
            () = work => {}
            () = shutdown.cancelled() => {}
        }
    }

    async fn listen(&self, pool: &PgPool) {
        loop {
            if let Err(error) = self.hear(pool).await {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "replicas are not heard of for a moment");
            }
            tokio::time::sleep(LISTEN_AGAIN).await;
        }
    }

    async fn hear(&self, pool: &PgPool) -> Result<(), sqlx::Error> {
        let listener = async {
            // A connection of its own: one of the pool's may have been silent for as long as the one before.
            let own = PgPoolOptions::new().max_connections(1);
            let own = own.connect_with(pool.connect_options().as_ref().clone()).await?;
            let mut listener = PgListener::connect_with(&own).await?;
            // What is announced until it listens again is lost, so that begins here.
            listener.eager_reconnect(false);
            listener.listen(CHANNEL).await?;
            Ok::<_, sqlx::Error>(listener)
        };
        let mut listener =
            timeout(ANSWERS_WITHIN, listener).await.map_err(|_| sqlx::Error::PoolTimedOut)??;
        self.bus.tell(Announcement::Everything);
        // The clock of a server that took another's place may be another.
        let mut ask_at = Instant::now();
        loop {
            let silent_at = Instant::now() + SILENCE;
            match timeout_at(ask_at.min(silent_at), listener.try_recv()).await {
                Ok(Ok(Some(heard))) => self.bus.tell(Announcement::parse(heard.payload())),
                Ok(broken) => return broken.map(drop),
                // A connection can end without a word, behind a firewall that forgot it for instance.
                Err(_) => {
                    let answer = self.ask_the_time(&mut listener);
                    timeout(ANSWERS_WITHIN, answer).await.map_err(|_| sqlx::Error::PoolTimedOut)??;
                    ask_at = Instant::now() + TIME_ASKED_EVERY;
                }
            }
        }
    }
}

/// Takes the write-ahead log into the file, again and again.
async fn keep_log_short(keeper: &SqlitePool) {
    loop {
        tokio::time::sleep(TAKEN_IN_EVERY.mul_f64(0.5 + fastrand::f64())).await;
        if let Err(error) = take_in_log(keeper).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "the write-ahead log stays as it is");
        }
    }
}

/// Once, as far as nobody reads or writes meanwhile.
pub(super) async fn take_in_log(keeper: &SqlitePool) -> Result<(), sqlx::Error> {
    sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(keeper).await.map(drop)
}

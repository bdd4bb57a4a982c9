//! What a database needs beside the routes: a server's replicas hear of each other, a file's write-ahead log is kept short,
//! and a file that was deleted is noticed.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgListener, PgPool, PgPoolOptions};
use sqlx::sqlite::SqlitePool;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use super::SqlStore;
use super::database::{CHANNEL, Database};
use super::file::DatabaseFile;
use crate::store::{Announcement, StoreError};

/// After the listening connection broke.
const LISTEN_AGAIN: Duration = Duration::from_millis(500);

/// A listening connection that heard nothing for so long is asked whether it is there, and has so long to answer: whatever
/// was missed meanwhile is found within the ten seconds that a fault may take to be over.
const SILENCE: Duration = Duration::from_secs(3);
const ANSWERS_WITHIN: Duration = Duration::from_secs(2);

/// How often at least the server is asked what time it is, and whether notifications arrive.
const TIME_ASKED_EVERY: Duration = Duration::from_secs(30);

/// A pooler that gives each transaction another connection lets nothing through that is announced. A notification to oneself
/// has so long to arrive.
const ECHO_WITHIN: Duration = Duration::from_secs(2);

/// How often a file's write-ahead log is taken into it beside those who write, give or take: not in step with anything else that comes regularly.
const TAKEN_IN_EVERY: Duration = Duration::from_secs(5);

impl SqlStore {
    /// What has to be done beside the routes, until the end. From a server it passes on what replicas announce; whatever may
    /// have been missed is announced as [`Announcement::Everything`]: rows are the truth, and whoever listens looks at them.
    /// A file's write-ahead log is kept short.
    pub async fn run(&self, shutdown: CancellationToken) {
        let work = async {
            match &self.database {
                Database::Sqlite { keeper, file, .. } => keep_file(keeper, file).await,
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
        let (mut listener, own) = listener(pool).await?;
        self.bus.tell(Announcement::Everything);
        // The clock of a server that took another's place may be another.
        let mut ask_at = Instant::now();
        let mut is_deaf = false;
        loop {
            let silent_at = Instant::now() + SILENCE;
            match timeout_at(ask_at.min(silent_at), listener.try_recv()).await {
                Ok(Ok(Some(heard))) if heard.channel() == own => {}
                Ok(Ok(Some(heard))) => self.bus.tell(Announcement::parse(heard.payload())),
                Ok(broken) => return broken.map(drop),
                // A connection can end without a word, behind a firewall that forgot it for instance.
                Err(_) => {
                    let answer = self.ask_the_time(&mut listener);
                    timeout(ANSWERS_WITHIN, answer).await.map_err(|_| sqlx::Error::PoolTimedOut)??;
                    if Instant::now() >= ask_at {
                        let is_heard = self.hears_echo(pool, &mut listener, &own).await?;
                        show_hearing(is_heard, !is_heard && !is_deaf);
                        is_deaf = !is_heard;
                        ask_at = Instant::now() + TIME_ASKED_EVERY;
                    }
                    if is_deaf {
                        // Nothing is told, so everything may have been missed.
                        self.bus.tell(Announcement::Everything);
                    }
                }
            }
        }
    }

    /// Sends a notification to this process alone, and waits for it. What else arrives meanwhile is passed on.
    async fn hears_echo(
        &self,
        pool: &PgPool,
        listener: &mut PgListener,
        own: &str,
    ) -> Result<bool, sqlx::Error> {
        let send = sqlx::query("SELECT pg_notify($1, '')").bind(own).execute(pool);
        timeout(ANSWERS_WITHIN, send).await.map_err(|_| sqlx::Error::PoolTimedOut)??;
        let until = Instant::now() + ECHO_WITHIN;
        loop {
            match timeout_at(until, listener.try_recv()).await {
                Ok(Ok(Some(heard))) if heard.channel() == own => return Ok(true),
                Ok(Ok(Some(heard))) => self.bus.tell(Announcement::parse(heard.payload())),
                Ok(Ok(None)) => return Err(sqlx::Error::WorkerCrashed),
                Ok(Err(error)) => return Err(error),
                Err(_) => return Ok(false),
            }
        }
    }

    /// Whether what a replica announces arrives. `None` for a file, which has but one process.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn hears_announcements(&self) -> Result<Option<bool>, StoreError> {
        let Database::Postgres(pool) = &self.database else { return Ok(None) };
        let (mut listener, own) = listener(pool).await?;
        Ok(Some(self.hears_echo(pool, &mut listener, &own).await?))
    }
}

/// Listens to what replicas announce, and on a channel of its own, whose name it gives.
async fn listener(pool: &PgPool) -> Result<(PgListener, String), sqlx::Error> {
    let channel = [CHANNEL, &uuid::Uuid::now_v7().simple().to_string()].join("_");
    let listener = async {
        // A connection of its own: one of the pool's may have been silent for as long as the one before.
        let own = PgPoolOptions::new().max_connections(1);
        let own = own.connect_with(pool.connect_options().as_ref().clone()).await?;
        let mut listener = PgListener::connect_with(&own).await?;
        // What is announced until it listens again is lost, so that begins here.
        listener.eager_reconnect(false);
        listener.listen_all([CHANNEL, channel.as_str()]).await?;
        Ok::<_, sqlx::Error>(listener)
    };
    let listener = timeout(ANSWERS_WITHIN, listener).await.map_err(|_| sqlx::Error::PoolTimedOut)??;
    Ok((listener, channel))
}

/// Shows for `/metrics` whether announcements arrive, and warns where they have ceased to.
fn show_hearing(is_heard: bool, has_ceased: bool) {
    metrics::gauge!("connect_announcements_heard").set(if is_heard { 1.0 } else { 0.0 });
    if has_ceased {
        tracing::warn!(
            "notifications of the database do not arrive, so all rows are read again and again: a pooler must pool by session, \
             or CONNECT_DATABASE_URL must lead to PostgreSQL itself"
        );
    }
}

/// Takes the write-ahead log into the file, again and again, and looks whether the file is still there.
async fn keep_file(keeper: &SqlitePool, file: &Arc<DatabaseFile>) {
    loop {
        tokio::time::sleep(TAKEN_IN_EVERY.mul_f64(0.5 + fastrand::f64())).await;
        let checked = file.clone();
        // Blocks for as long as a network file system does.
        if !tokio::task::spawn_blocking(move || checked.check()).await.unwrap_or(true) {
            continue;
        }
        if let Err(error) = take_in_log(keeper).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "the write-ahead log stays as it is");
        }
    }
}

/// Once, as far as nobody reads or writes meanwhile.
pub(super) async fn take_in_log(keeper: &SqlitePool) -> Result<(), sqlx::Error> {
    sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(keeper).await.map(drop)
}

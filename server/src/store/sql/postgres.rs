//! Opening a PostgreSQL database, which several replicas may do at once.

use std::str::FromStr as _;
use std::time::{Duration, Instant};

use domain::timestamp::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions as _, PgExecutor};

use super::SqlStore;
use super::database::Database;
use super::migrations::{self, Released};
use super::refusal::{DatabaseKind, OpenError};
use crate::store::AuditKeys;

/// In the order of their making; a released one never changes.
const MIGRATIONS: &[Released] = &[
    (1, "onboarding", include_str!("../../../migrations/postgres/0001_onboarding.sql")),
    (2, "live", include_str!("../../../migrations/postgres/0002_live.sql")),
    (3, "indexes", include_str!("../../../migrations/postgres/0003_indexes.sql")),
    (4, "event numbers", include_str!("../../../migrations/postgres/0004_event_numbers.sql")),
];

/// More would only wait in the server: every request holds one for milliseconds.
const MOST_CONNECTIONS: u32 = 16;

impl SqlStore {
    /// Opens a PostgreSQL database with this program's tables.
    ///
    /// # Errors
    /// When it cannot be used; see [`OpenError`].
    pub async fn postgres(
        url: &SecretString,
        kind: DatabaseKind,
        audit_keys: AuditKeys,
    ) -> Result<Self, OpenError> {
        let (pool, name) = connect(url).await?;
        let unusable = |source| OpenError::Unusable { name: name.clone(), source };
        let known = "SELECT count(*) FROM information_schema.tables
                     WHERE table_schema = current_schema() AND table_name = 'meta'";
        let known: i64 = sqlx::query_scalar(known).fetch_one(&pool).await.map_err(unusable)?;
        let found: Option<String> = match known {
            0 => None,
            _ => sqlx::query_scalar(migrations::KIND).fetch_optional(&pool).await.map_err(unusable)?,
        };
        migrations::check_kind(&name, found, kind)?;
        migrations::run(&pool, MIGRATIONS, &name).await?;
        sqlx::query(migrations::MARK).bind(kind.word()).execute(&pool).await.map_err(unusable)?;
        let store = Self::over(Database::Postgres(pool.clone()), audit_keys, MIGRATIONS.len());
        store.ask_the_time(&pool).await.map_err(unusable)?;
        Ok(store)
    }

    /// Learns what time it is there, by which all replicas go.
    pub(super) async fn ask_the_time(&self, server: impl PgExecutor<'_>) -> Result<(), sqlx::Error> {
        let asked = Instant::now();
        let now = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)";
        let now: i64 = sqlx::query_scalar(now).fetch_one(server).await?;
        self.clock.heard(Timestamp::from_millis(now), asked.elapsed());
        Ok(())
    }

    /// Opens a database as it is.
    pub(super) async fn postgres_to_read(
        url: &SecretString,
        audit_keys: AuditKeys,
    ) -> Result<Self, OpenError> {
        let (pool, name) = connect(url).await?;
        let store = Self::over(Database::Postgres(pool.clone()), audit_keys, MIGRATIONS.len());
        let asked = store.ask_the_time(&pool).await;
        asked.map_err(|source| OpenError::Unusable { name, source })?;
        Ok(store)
    }
}

/// Connections, and the database's name without its password.
async fn connect(url: &SecretString) -> Result<(PgPool, String), OpenError> {
    // What is wrong about an address may repeat its password.
    let options = PgConnectOptions::from_str(url.expose_secret()).map_err(|_| OpenError::Address)?;
    let name = format!("{} on {}", options.get_database().unwrap_or("postgres"), options.get_host());
    let pool = PgPoolOptions::new()
        .max_connections(MOST_CONNECTIONS)
        .acquire_timeout(Duration::from_secs(5))
        // A statement or a wait for a lock that takes longer is a fault elsewhere, and must not hold a request.
        .connect_with(
            options
                .disable_statement_logging()
                .options([("statement_timeout", "10s"), ("idle_in_transaction_session_timeout", "10s")]),
        )
        .await
        .map_err(|source| OpenError::Unusable { name: name.clone(), source })?;
    Ok((pool, name))
}

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
pub(super) const MIGRATIONS: &[Released] = &[
    (1, "onboarding", include_str!("../../../migrations/postgres/0001_onboarding.sql")),
    (2, "live", include_str!("../../../migrations/postgres/0002_live.sql")),
    (3, "indexes", include_str!("../../../migrations/postgres/0003_indexes.sql")),
    (4, "event numbers", include_str!("../../../migrations/postgres/0004_event_numbers.sql")),
    (5, "credentials sent", include_str!("../../../migrations/postgres/0005_credentials_sent.sql")),
    (6, "audit", include_str!("../../../migrations/postgres/0006_audit.sql")),
    (7, "intent renewal", include_str!("../../../migrations/postgres/0007_intent_renewal.sql")),
    (8, "history error", include_str!("../../../migrations/postgres/0008_history_error.sql")),
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

/// How long a statement, or a transaction between two, may take. What takes longer is a fault elsewhere, and must not hold a
/// request. Said with a statement and not at the connection's start: a pooler refuses what it does not know there.
const TIMEOUTS: &str = "SET statement_timeout = '10s'; SET idle_in_transaction_session_timeout = '10s'";

/// The one encoding in which every text can be stored that people and Waycore write.
const ENCODING: &str = "UTF8";

/// Connections to a database that can store every text, and its name without its password.
async fn connect(url: &SecretString) -> Result<(PgPool, String), OpenError> {
    // What is wrong about an address may repeat its password.
    let options = PgConnectOptions::from_str(url.expose_secret()).map_err(|_| OpenError::Address)?;
    let name = format!("{} on {}", options.get_database().unwrap_or("postgres"), options.get_host());
    let pool = PgPoolOptions::new()
        .max_connections(MOST_CONNECTIONS)
        .acquire_timeout(Duration::from_secs(5))
        .after_connect(|connection, _| {
            Box::pin(async move { sqlx::raw_sql(TIMEOUTS).execute(connection).await.map(drop) })
        })
        // Nothing here is a floating-point number, and poolers refuse the parameter.
        .connect_with(options.disable_statement_logging().extra_float_digits(None))
        .await
        .map_err(|source| unusable(&name, source))?;
    let encoding = sqlx::query_scalar("SHOW server_encoding").fetch_one(&pool).await;
    let encoding: String = encoding.map_err(|source| unusable(&name, source))?;
    if encoding != ENCODING {
        return Err(OpenError::Encoding { name, found: encoding });
    }
    Ok((pool, name))
}

fn unusable(name: &str, source: sqlx::Error) -> OpenError {
    let name = name.to_owned();
    match &source {
        sqlx::Error::Database(refused) if refused.message().contains("startup parameter") => {
            OpenError::Pooler { name, source }
        }
        _ => OpenError::Unusable { name, source },
    }
}

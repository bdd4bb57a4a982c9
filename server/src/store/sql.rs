//! The store in SQL, in a SQLite file or on a PostgreSQL server.

mod beside;
mod commits;
mod database;
mod live;
mod migrations;
mod postgres;
mod refusal;
mod rows;
mod script;
mod sqlite;
#[cfg(test)]
mod tests;
mod writes;

use std::sync::Arc;

use async_trait::async_trait;
use domain::ids::{ConnectionId, InstitutionId, UserId};
use domain::timestamp::Timestamp;

use self::commits::NoFailpoints;
use self::database::{Database, Kept, Lock, Writing, values};
use self::rows::{ChangeRow, ConnectionRow, EntityRow, HeadRow, IntentRow, TermsRow};
use self::writes::{
    CONNECTION, ENTITY, add_event, add_receipt, bury, end, interrupt, keep_reading, map_entity, must_exist,
    remember, stored_version, tenant_values, update_own,
};
use super::live::{Bus, EVENTS_KEPT_MILLIS, EventKind};
use super::{
    ABANDONED_AFTER_MILLIS, Action, Announcement, AuditEntry, AuditEvent, AuditHead, AuditKeys, AuditRow,
    Begun, Cause, Change, ConnectionRecord, CustomerKey, EntityIntent, IntentId, MappedEntity, Observed,
    Reading, SIGN_IN_AFTER_MILLIS, Store, StoreError, Tenant, TermsReceipt, Write,
};
use crate::clock::{DatabaseClock, SystemClock};
use crate::config::{self, Environment, SecretKeys};

pub use commits::Commits;
pub use refusal::{DatabaseKind, OpenError};

/// Rows in a database. Cheap to clone.
#[derive(Clone)]
pub struct SqlStore {
    database: Database,
    audit_keys: AuditKeys,
    migrations: i64,
    commits: Arc<dyn Commits>,
    bus: Bus,
    clock: DatabaseClock,
}

impl std::fmt::Debug for SqlStore {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.database {
            Database::Sqlite { .. } => out.write_str("SqlStore(SQLite)"),
            Database::Postgres(_) => out.write_str("SqlStore(PostgreSQL)"),
        }
    }
}

impl SqlStore {
    /// Opens the database that the settings name.
    ///
    /// # Errors
    /// When it cannot be used; see [`OpenError`].
    pub async fn open(
        settings: &config::Database,
        kind: DatabaseKind,
        secret_keys: &SecretKeys,
    ) -> Result<Self, OpenError> {
        let audit_keys = AuditKeys::new(secret_keys);
        match settings {
            config::Database::Sqlite(path) => Self::sqlite(path, kind, audit_keys).await,
            config::Database::Postgres(url) => Self::postgres(url, kind, audit_keys).await,
        }
    }

    /// Opens a database that is there, to look at it: nothing is made, migrated or marked, and of a file nothing can be
    /// written.
    ///
    /// # Errors
    /// When it is not there or does not answer; see [`OpenError`].
    pub async fn open_to_read(
        settings: &config::Database,
        secret_keys: &SecretKeys,
    ) -> Result<Self, OpenError> {
        let audit_keys = AuditKeys::new(secret_keys);
        match settings {
            config::Database::Sqlite(path) => Self::sqlite_to_read(path, audit_keys).await,
            config::Database::Postgres(url) => Self::postgres_to_read(url, audit_keys).await,
        }
    }

    /// Ends what a process before this one began and did not live to end. Only a file has but one process at a time; on
    /// a server another replica may be at it, and [`ABANDONED_AFTER_MILLIS`] decides.
    pub async fn begin_alone(&self, now: Timestamp) -> Result<(), StoreError> {
        if let Database::Postgres(_) = &self.database {
            return Ok(());
        }
        self.abandon(Timestamp::from_millis(i64::MAX), now).await?;
        Ok(())
    }

    /// Ends the connections; of a SQLite file, the write-ahead log goes into it.
    pub async fn close(&self) {
        self.database.close().await;
    }

    /// The same store, telling of its commits.
    #[must_use]
    pub fn with_failpoints(self, commits: Arc<dyn Commits>) -> Self {
        Self { commits, ..self }
    }

    fn over(database: Database, audit_keys: AuditKeys, migrations: usize) -> Self {
        let migrations = i64::try_from(migrations).unwrap_or(i64::MAX);
        let clock = DatabaseClock::new(Arc::new(SystemClock));
        Self { database, audit_keys, migrations, commits: Arc::new(NoFailpoints), bus: Bus::default(), clock }
    }

    /// The time by which all go that use the same database: a server's, or, of a file, this machine's.
    pub fn clock(&self) -> DatabaseClock {
        self.clock.clone()
    }

    async fn begin_for(&self, tenant: Tenant<'_>) -> Result<Writing, StoreError> {
        self.database.begin(Lock::Customer(&name_of(tenant))).await
    }
}

/// What a customer's lock is called.
fn name_of(Tenant { customer, environment }: Tenant<'_>) -> String {
    [environment.as_str(), &customer.issuer, &customer.org].join(" ")
}

#[async_trait]
impl Store for SqlStore {
    async fn entity(&self, tenant: Tenant<'_>) -> Result<Option<MappedEntity>, StoreError> {
        let rows: Vec<EntityRow> = self.database.fetch(ENTITY, &tenant_values(tenant)).await?;
        first(rows)
    }

    async fn record_entity_intent(
        &self,
        tenant: Tenant<'_>,
        external_entity_id: &str,
        now: Timestamp,
    ) -> Result<EntityIntent, StoreError> {
        let mut writing = self.begin_for(tenant).await?;
        let known = first::<EntityRow, MappedEntity>(writing.fetch(ENTITY, &tenant_values(tenant)).await?)?;
        match known {
            Some(known) if known.external_entity_id == external_entity_id => Ok(match known.entity {
                Some(entity) => EntityIntent::Mapped(entity),
                None => EntityIntent::Pending { since: known.created_at },
            }),
            Some(_) => Err(StoreError::Taken),
            None => {
                let [environment, issuer, org] = tenant_values(tenant);
                let [external_id, now] = values![external_entity_id, now.as_millis()];
                writing
                    .add(
                        "INSERT INTO entity_map (environment, issuer, org, external_entity_id, state, created_at)
                         VALUES ($1, $2, $3, $4, 'intent', $5)",
                        &[environment, issuer, org, external_id, now],
                    )
                    .await?;
                self.commit(writing).await?;
                Ok(EntityIntent::Started)
            }
        }
    }

    async fn begin(
        &self,
        tenant: Tenant<'_>,
        user: &UserId,
        action: Action,
        subject: &str,
        now: Timestamp,
    ) -> Result<Begun, StoreError> {
        let mut writing = self.begin_for(tenant).await?;
        let [environment, issuer, org] = tenant_values(tenant);
        let sql = "SELECT * FROM intents WHERE environment = $1 AND issuer = $2 AND org = $3
                      AND action = $4 AND subject = $5 AND outcome = 'open'";
        let key = [environment.clone(), issuer.clone(), org.clone(), action.as_str().into(), subject.into()];
        let open: Vec<IntentRow> = writing.fetch(sql, &key).await?;
        let mut interrupted = Vec::new();
        for intent in open {
            if now.as_millis() - intent.begun_at < ABANDONED_AFTER_MILLIS {
                return Ok(Begun::Busy { since: Timestamp::from_millis(intent.begun_at) });
            }
            interrupted.extend(interrupt(&mut writing, &intent, now).await?);
        }
        let id = IntentId(uuid::Uuid::now_v7().to_string());
        let [user, action, subject, began] =
            values![user.as_str(), action.as_str(), subject, now.as_millis()];
        writing
            .add(
                "INSERT INTO intents (environment, issuer, org, id, user_id, action, subject, outcome, begun_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8)",
                &[environment, issuer, org, id.0.as_str().into(), user, action, subject, began],
            )
            .await?;
        self.append(&mut writing, tenant, &interrupted.iter().collect::<Vec<_>>(), now).await?;
        self.commit(writing).await?;
        Ok(Begun::First(id))
    }

    async fn write(
        &self,
        tenant: Tenant<'_>,
        writes: &[Write<'_>],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut writing = self.begin_for(tenant).await?;
        let (mut audited, mut found) = (Vec::new(), Vec::new());
        for write in writes {
            match *write {
                Write::Entity(entity) => map_entity(&mut writing, tenant, entity).await?,
                Write::Connection { id, requested_name } => {
                    remember(&mut writing, tenant, id, requested_name, now).await?;
                }
                Write::UserConfirmed { id, as_of } => {
                    let sql = "UPDATE connections SET user_confirmed = $5
                               WHERE environment = $1 AND issuer = $2 AND org = $3 AND connection_id = $4";
                    update_own(&mut writing, sql, tenant, id, as_of).await?;
                }
                Write::CompletionSent { id, as_of } => {
                    let sql = "UPDATE connections SET completion_sent = $5
                               WHERE environment = $1 AND issuer = $2 AND org = $3 AND connection_id = $4";
                    update_own(&mut writing, sql, tenant, id, as_of).await?;
                }
                Write::Tombstone { id, cause } => {
                    found.extend(bury(&mut writing, tenant, id, cause, now).await?);
                }
                Write::NewTransactions { id, settled } => {
                    must_exist(&mut writing, tenant, id).await?;
                    if live::settle(&mut writing, tenant.environment, settled).await? > 0 {
                        add_event(&mut writing, tenant, EventKind::Transactions, id, now).await?;
                    }
                }
                Write::SyncNotBefore { id, at } => {
                    let sql = "UPDATE connections SET sync_not_before = $5
                               WHERE environment = $1 AND issuer = $2 AND org = $3 AND connection_id = $4";
                    update_own(&mut writing, sql, tenant, id, at).await?;
                }
                Write::Terms(receipt) => add_receipt(&mut writing, tenant, receipt).await?,
                Write::End(intent, outcome) => end(&mut writing, intent, outcome, now).await?,
                Write::Audit(entry) => audited.push(entry),
            }
        }
        audited.extend(&found);
        // Last, because every replica waits for this lock.
        self.append(&mut writing, tenant, &audited, now).await?;
        self.commit(writing).await
    }

    async fn abandon(&self, begun_before: Timestamp, now: Timestamp) -> Result<u64, StoreError> {
        let sql = "SELECT * FROM intents WHERE outcome = 'open' AND begun_at < $1 ORDER BY id";
        let open: Vec<IntentRow> = self.database.fetch(sql, &values![begun_before.as_millis()]).await?;
        let mut ended = 0;
        for intent in open {
            // Its customer's lock, and then the audit log's, as whoever ends one does.
            let (customer, environment) = intent.owner()?;
            let tenant = Tenant { customer: &customer, environment };
            let mut writing = self.begin_for(tenant).await?;
            if let Some(entry) = interrupt(&mut writing, &intent, now).await? {
                self.append(&mut writing, tenant, &[&entry], now).await?;
                self.commit(writing).await?;
                ended += 1;
            }
        }
        Ok(ended)
    }

    async fn observe(
        &self,
        tenant: Tenant<'_>,
        reading: Reading<'_>,
        now: Timestamp,
    ) -> Result<Observed, StoreError> {
        let kept = match reading.cause {
            // That the delivery is done with is kept at once, and this before it; until then it is due, and read for again.
            Cause::Webhook => Kept::Soon,
            _ => Kept::AtOnce,
        };
        let mut writing = self.database.begin_kept(Lock::Customer(&name_of(tenant)), kept).await?;
        let (observed, found) = keep_reading(&mut writing, tenant, &reading, now).await?;
        self.append(&mut writing, tenant, found.as_ref().as_slice(), now).await?;
        self.commit(writing).await?;
        Ok(observed)
    }

    async fn confirm(
        &self,
        tenant: Tenant<'_>,
        known: &[(ConnectionId, u64)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if known.is_empty() {
            return Ok(());
        }
        let row = |(id, version): &(ConnectionId, u64)| {
            let [environment, issuer, org] = tenant_values(tenant);
            let [id, version, now] = values![id.as_str(), stored_version(*version)?, now.as_millis()];
            Ok([environment, issuer, org, id, version, now])
        };
        let rows = known.iter().map(row).collect::<Result<Vec<_>, StoreError>>()?;
        let sql = (
            "UPDATE connections SET read_at = known.column6 FROM (VALUES ",
            ") AS known
              WHERE connections.environment = known.column1 AND connections.issuer = known.column2
                AND connections.org = known.column3 AND connections.connection_id = known.column4
                AND connections.version = known.column5",
        );
        self.write_rows(Lock::Customer(&name_of(tenant)), sql, &rows, Kept::Soon, |_| None).await?;
        Ok(())
    }

    async fn connection(
        &self,
        tenant: Tenant<'_>,
        connection: &ConnectionId,
    ) -> Result<Option<ConnectionRecord>, StoreError> {
        let [environment, issuer, org] = tenant_values(tenant);
        let key = [environment, issuer, org, connection.as_str().into()];
        let rows: Vec<ConnectionRow> = self.database.fetch(CONNECTION, &key).await?;
        first(rows)
    }

    async fn connections(&self, tenant: Tenant<'_>) -> Result<Vec<ConnectionRecord>, StoreError> {
        let rows: Vec<ConnectionRow> = self
            .database
            .fetch(
                "SELECT * FROM connections
                 WHERE environment = $1 AND issuer = $2 AND org = $3 AND removed_at IS NULL",
                &tenant_values(tenant),
            )
            .await?;
        all(rows)
    }

    async fn often_chosen(
        &self,
        environment: Environment,
        issuer: &str,
        customers: i64,
        limit: usize,
    ) -> Result<Vec<InstitutionId>, StoreError> {
        /// The one thing that the two databases have different words for is what a text of JSON holds.
        macro_rules! often_chosen {
            ($institution:literal) => {
                concat!(
                    "SELECT institution, customers FROM (SELECT ",
                    $institution,
                    " AS institution, COUNT(DISTINCT org) AS customers FROM connections
                       WHERE environment = $1 AND issuer = $2 AND body IS NOT NULL GROUP BY 1) AS chosen
                      WHERE institution IS NOT NULL AND customers >= $3
                      ORDER BY customers DESC, institution LIMIT $4"
                )
            };
        }
        let sql = match &self.database {
            Database::Sqlite { .. } => often_chosen!("json_extract(body, '$.institutionId')"),
            Database::Postgres(_) => often_chosen!("(body::jsonb ->> 'institutionId')"),
        };
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows: Vec<(String, i64)> =
            self.database.fetch(sql, &values![environment.as_str(), issuer, customers, limit]).await?;
        // One that can be no id is nothing to offer.
        Ok(rows.into_iter().filter_map(|(id, _)| InstitutionId::parse(id).ok()).collect())
    }

    async fn history(
        &self,
        tenant: Tenant<'_>,
        connection: &ConnectionId,
    ) -> Result<Vec<Change>, StoreError> {
        let [environment, issuer, org] = tenant_values(tenant);
        let rows: Vec<ChangeRow> = self
            .database
            .fetch(
                "SELECT version, at, state_before, state_after, cause FROM connection_history
                 WHERE environment = $1 AND issuer = $2 AND org = $3 AND connection_id = $4 ORDER BY id",
                &[environment, issuer, org, connection.as_str().into()],
            )
            .await?;
        all(rows)
    }

    async fn terms(
        &self,
        tenant: Tenant<'_>,
        connection: &ConnectionId,
    ) -> Result<Vec<TermsReceipt>, StoreError> {
        let [environment, issuer, org] = tenant_values(tenant);
        let rows: Vec<TermsRow> = self
            .database
            .fetch(
                "SELECT connection_id, user_id, sentence_sha256, link, language, accepted_at FROM terms_receipts
                 WHERE environment = $1 AND issuer = $2 AND org = $3 AND connection_id = $4 ORDER BY id",
                &[environment, issuer, org, connection.as_str().into()],
            )
            .await?;
        all(rows)
    }

    async fn seen(&self, tenant: Tenant<'_>, user: &UserId, now: Timestamp) -> Result<(), StoreError> {
        let mut writing = self.begin_for(tenant).await?;
        let [environment, issuer, org] = tenant_values(tenant);
        let [user_id, now_value] = values![user.as_str(), now.as_millis()];
        let key = [environment, issuer, org, user_id];
        let last: Vec<(i64,)> = writing
            .fetch(
                "SELECT seen_at FROM sessions
                 WHERE environment = $1 AND issuer = $2 AND org = $3 AND user_id = $4",
                &key,
            )
            .await?;
        let [environment, issuer, org, user_id] = key;
        writing
            .add(
                "INSERT INTO sessions (environment, issuer, org, user_id, seen_at) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (environment, issuer, org, user_id) DO UPDATE SET seen_at = excluded.seen_at",
                &[environment, issuer, org, user_id, now_value],
            )
            .await?;
        let known = last.first().is_some_and(|(at,)| now.as_millis() - at < SIGN_IN_AFTER_MILLIS);
        if !known {
            let entry = AuditEntry {
                event: AuditEvent::SignedIn,
                user: user.clone(),
                connection: None,
                detail: String::new(),
            };
            self.append(&mut writing, tenant, &[&entry], now).await?;
        }
        self.commit(writing).await
    }

    async fn forget(&self, tenant: Tenant<'_>, by: &UserId, now: Timestamp) -> Result<(), StoreError> {
        let mut writing = self.begin_for(tenant).await?;
        let key = tenant_values(tenant);
        let mapped = writing
            .execute("DELETE FROM entity_map WHERE environment = $1 AND issuer = $2 AND org = $3", &key)
            .await?;
        let mut known = mapped;
        for sql in [
            "DELETE FROM connections WHERE environment = $1 AND issuer = $2 AND org = $3",
            "DELETE FROM connection_history WHERE environment = $1 AND issuer = $2 AND org = $3",
            "DELETE FROM intents WHERE environment = $1 AND issuer = $2 AND org = $3",
            "DELETE FROM sessions WHERE environment = $1 AND issuer = $2 AND org = $3",
            "DELETE FROM visits WHERE environment = $1 AND issuer = $2 AND org = $3",
            "DELETE FROM customer_events WHERE environment = $1 AND issuer = $2 AND org = $3",
            "UPDATE terms_receipts SET issuer = '', org = '', user_id = 'forgotten'
             WHERE environment = $1 AND issuer = $2 AND org = $3",
        ] {
            known += writing.execute(sql, &key).await?;
        }
        if known == 0 {
            return Err(StoreError::Missing);
        }
        let entry = AuditEntry {
            event: AuditEvent::CustomerForgotten,
            user: by.clone(),
            connection: None,
            detail: String::new(),
        };
        self.append(&mut writing, tenant, &[&entry], now).await?;
        writing
            .execute(
                "UPDATE audit_log SET issuer = NULL, org = NULL, user_id = NULL
                 WHERE environment = $1 AND issuer = $2 AND org = $3",
                &key,
            )
            .await?;
        writing.tell(Announcement::Customer(CustomerKey::of(tenant))).await?;
        self.commit(writing).await
    }

    async fn audit_rows(&self, after: i64, limit: i64) -> Result<Vec<AuditRow>, StoreError> {
        self.database
            .fetch("SELECT * FROM audit_log WHERE seq > $1 ORDER BY seq LIMIT $2", &values![after, limit])
            .await
    }

    async fn audit_head(&self) -> Result<Option<AuditHead>, StoreError> {
        let rows: Vec<HeadRow> = self.database.fetch(HEAD, &[]).await?;
        Ok(rows.into_iter().next().map(AuditHead::from))
    }

    async fn prune(&self, before: Timestamp, now: Timestamp) -> Result<u64, StoreError> {
        let mut rows = 0;
        let old_events = now.as_millis() - EVENTS_KEPT_MILLIS;
        for (sql, before) in [
            ("DELETE FROM intents WHERE outcome <> 'open' AND ended_at < $1", before.as_millis()),
            ("DELETE FROM sessions WHERE seen_at < $1", before.as_millis()),
            ("DELETE FROM visits WHERE seen_at < $1", before.as_millis()),
            ("DELETE FROM inbox WHERE due_at IS NULL AND received_at < $1", before.as_millis()),
            (
                "DELETE FROM customer_events WHERE at < $1 AND EXISTS (
                    SELECT 1 FROM customer_events AS later
                     WHERE later.environment = customer_events.environment
                       AND later.issuer = customer_events.issuer AND later.org = customer_events.org
                       AND later.seq > customer_events.seq)",
                old_events,
            ),
        ] {
            // Each by itself: what takes too long must not undo the others, or hold anybody up for longer.
            let mut writing = self.database.begin(Lock::Customer("")).await?;
            rows += writing.execute(sql, &values![before]).await?;
            self.commit(writing).await?;
        }
        Ok(rows)
    }

    async fn check(&self) -> Result<(), StoreError> {
        let applied: Vec<(i64,)> =
            self.database.fetch("SELECT count(*) FROM _sqlx_migrations WHERE success", &[]).await?;
        if applied == [(self.migrations,)] { Ok(()) } else { Err(StoreError::Corrupt { what: "schema" }) }
    }
}

impl SqlStore {
    /// Adds to the audit log, in the transaction of what it tells of.
    async fn append(
        &self,
        writing: &mut Writing,
        tenant: Tenant<'_>,
        entries: &[&AuditEntry],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if entries.is_empty() {
            return Ok(());
        }
        writing.lock(Lock::Audit).await?;
        let last: Vec<HeadRow> = writing.fetch(HEAD, &[]).await?;
        let mut last = last.into_iter().next().map(AuditHead::from);
        for entry in entries {
            let row = self.audit_keys.row(last.as_ref(), tenant, entry, now);
            writing
                .add(
                    "INSERT INTO audit_log
                        (seq, at, event, environment, issuer, org, user_id, who, connection_id, detail, mac)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                    &values![
                        row.seq,
                        row.at,
                        row.event.as_str(),
                        row.environment.as_str(),
                        row.issuer.as_deref(),
                        row.org.as_deref(),
                        row.user_id.as_deref(),
                        row.who.as_slice(),
                        row.connection_id.as_deref(),
                        row.detail.as_str(),
                        row.mac.as_slice(),
                    ],
                )
                .await?;
            last = Some(AuditHead { seq: row.seq, mac: row.mac });
        }
        Ok(())
    }
}

const HEAD: &str = "SELECT seq, mac FROM audit_log ORDER BY seq DESC LIMIT 1";

fn first<R, T: TryFrom<R, Error = StoreError>>(rows: Vec<R>) -> Result<Option<T>, StoreError> {
    rows.into_iter().next().map(T::try_from).transpose()
}

fn all<R, T: TryFrom<R, Error = StoreError>>(rows: Vec<R>) -> Result<Vec<T>, StoreError> {
    rows.into_iter().map(T::try_from).collect()
}

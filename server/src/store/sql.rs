//! The store in SQL, in a SQLite file or on a PostgreSQL server.

mod beside;
mod commits;
mod database;
mod deployment;
mod file;
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
use self::rows::{ChangeRow, ConnectionRow, EntityRow, HeadRow, IntentRow, RefusalRow, TermsRow};
use self::writes::{
    CONNECTION, ENTITY, add_event, add_receipt, bury, end, interrupt, keep_reading, map_entity, must_exist,
    remember, stored_version, tenant_values, update_own,
};
use super::live::{Bus, EVENTS_KEPT_MILLIS, EventKind};
use super::{
    Action, Announcement, AuditCheckpoint, AuditEntry, AuditEvent, AuditHead, AuditKeys, AuditRow, Begun,
    Cause, Change, ConnectionRecord, CustomerKey, EntityIntent, IntentId, MappedEntity, Observed,
    REFUSALS_TOGETHER_MILLIS, Reading, Refusal, SIGN_IN_AFTER_MILLIS, Store, StoreError, Tenant,
    TermsReceipt, Write, is_in_progress,
};
use crate::clock::{Clock as _, DatabaseClock, SystemClock};
use crate::config::{self, Environment, SecretKeys};

pub use commits::Commits;
pub use deployment::Deployment;
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
    /// a server another replica may be at it, and [`super::ABANDONED_AFTER_MILLIS`] decides.
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
            if is_in_progress(intent.alive_at(), now) {
                return Ok(Begun::Busy { since: intent.alive_at() });
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

    async fn renew(&self, intent: &IntentId, now: Timestamp) -> Result<(), StoreError> {
        let mut writing = self.database.begin_kept(Lock::Nothing, Kept::Soon).await?;
        let sql = "UPDATE intents SET renewed_at = $2 WHERE id = $1 AND outcome = 'open'";
        let renewed = writing.execute(sql, &values![intent.0.as_str(), now.as_millis()]).await?;
        self.commit(writing).await?;
        if renewed == 1 { Ok(()) } else { Err(StoreError::Missing) }
    }

    async fn refuse(
        &self,
        tenant: Tenant<'_>,
        refusal: Refusal<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        // A power failure may cost the last refusals. Somebody who is refused again and again must not keep the disk busy.
        let mut writing = self.database.begin_kept(Lock::Customer(&name_of(tenant)), Kept::Soon).await?;
        let [environment, issuer, org] = tenant_values(tenant);
        let [user, action, code, now_value] =
            values![refusal.user.as_str(), refusal.action, refusal.code, now.as_millis()];
        let key = [environment, issuer, org, user, action, code];
        let known: Vec<(i64, i64)> = writing.fetch(REFUSALS, &key).await?;
        let [environment, issuer, org, user, action, code] = key.clone();
        let unaudited = match known.first() {
            // A clock that was ahead for a while must not keep refusals out of the log until then.
            Some((at, _))
                if (0..REFUSALS_TOGETHER_MILLIS).contains(&now.since(Timestamp::from_millis(*at))) =>
            {
                let sql = "UPDATE refusals SET unaudited = unaudited + 1
                           WHERE environment = $1 AND issuer = $2 AND org = $3
                             AND user_id = $4 AND action = $5 AND code = $6";
                writing.add(sql, &key).await?;
                return self.commit(writing).await;
            }
            Some((_, unaudited)) => *unaudited,
            None => 0,
        };
        let sql = "INSERT INTO refusals (environment, issuer, org, user_id, action, code, audited_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7)
                   ON CONFLICT (environment, issuer, org, user_id, action, code) DO UPDATE
                      SET audited_at = excluded.audited_at, unaudited = 0";
        writing.add(sql, &[environment, issuer, org, user, action, code, now_value]).await?;
        let entry = AuditEntry::refused(refusal, unaudited.saturating_add(1));
        self.append(&mut writing, tenant, &[&entry], now).await?;
        self.commit(writing).await
    }

    async fn settle_refusals(&self, now: Timestamp) -> Result<u64, StoreError> {
        let over = now.plus_millis(-REFUSALS_TOGETHER_MILLIS).as_millis();
        let sql = "SELECT environment, issuer, org, user_id, action, code FROM refusals
                    WHERE unaudited > 0 AND audited_at <= $1";
        let over_by = values![over];
        let counted: Vec<RefusalRow> =
            self.database.fetch_readable::<RefusalRow, _>(("refusals", "org"), sql, &over_by).await?;
        let mut rows = 0;
        for refused in counted {
            let Ok((customer, environment)) = refused.owner() else { continue };
            let tenant = Tenant { customer: &customer, environment };
            let mut writing = self.begin_for(tenant).await?;
            let key = refused.key();
            let known: Vec<(i64, i64)> = writing.fetch(REFUSALS, &key).await?;
            // Another replica may have been faster.
            let Some((_, unaudited)) = known.first().filter(|(at, unaudited)| *at <= over && *unaudited > 0)
            else {
                continue;
            };
            let sql = "DELETE FROM refusals WHERE environment = $1 AND issuer = $2 AND org = $3
                          AND user_id = $4 AND action = $5 AND code = $6";
            writing.add(sql, &key).await?;
            let user = refused.user();
            let refusal = Refusal { user: &user, action: &refused.action, code: &refused.code };
            let entry = AuditEntry::refused(refusal, *unaudited);
            self.append(&mut writing, tenant, &[&entry], now).await?;
            self.commit(writing).await?;
            rows += 1;
        }
        Ok(rows)
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
                Write::CredentialsSent { id, as_of } => {
                    let sql = "UPDATE connections SET credentials_sent_at = $5
                               WHERE environment = $1 AND issuer = $2 AND org = $3 AND connection_id = $4";
                    update_own(&mut writing, sql, tenant, id, now).await?;
                    let sql = "UPDATE connections SET credentials_sent_as_of = $5
                               WHERE environment = $1 AND issuer = $2 AND org = $3 AND connection_id = $4";
                    update_own(&mut writing, sql, tenant, id, as_of).await?;
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
        let sql = "SELECT * FROM intents WHERE outcome = 'open' AND coalesce(renewed_at, begun_at) < $1 ORDER BY id";
        let before = values![begun_before.as_millis()];
        let open: Vec<IntentRow> =
            self.database.fetch_readable::<IntentRow, _>(("intents", "id"), sql, &before).await?;
        let mut ended = 0;
        for intent in open {
            // Its customer's lock, and then the audit log's, as whoever ends one does.
            let Ok((customer, environment)) = intent.owner() else { continue };
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
        let sql = "SELECT * FROM connections
                    WHERE environment = $1 AND issuer = $2 AND org = $3 AND removed_at IS NULL";
        self.database.fetch_readable::<ConnectionRow, _>(CONNECTIONS, sql, &tenant_values(tenant)).await
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
        // A body that cannot be read, or whose bank is no text, has no bank, and must not fail the others: a cast to JSON fails
        // on U+0000, for example.
        let sql = match &self.database {
            Database::Sqlite { .. } => {
                often_chosen!(
                    "CASE WHEN json_valid(body) THEN CASE json_type(body, '$.institutionId')
                          WHEN 'text' THEN json_extract(body, '$.institutionId') END END"
                )
            }
            Database::Postgres(_) => {
                often_chosen!(r#"substring(body from '"institutionId"\s*:\s*"([^"\\]*)"')"#)
            }
        };
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let banks = ("connections", "institution");
        let key = values![environment.as_str(), issuer, customers, limit];
        let rows = self.database.fetch_readable::<(String, i64), (String, i64)>(banks, sql, &key).await?;
        // One that can be no id is nothing to offer.
        Ok(rows.into_iter().filter_map(|(id, _)| InstitutionId::parse(id).ok()).collect())
    }

    async fn history(
        &self,
        tenant: Tenant<'_>,
        connection: &ConnectionId,
    ) -> Result<Vec<Change>, StoreError> {
        let [environment, issuer, org] = tenant_values(tenant);
        let sql = "SELECT id, version, at, state_before, state_after, cause, error FROM connection_history
                    WHERE environment = $1 AND issuer = $2 AND org = $3 AND connection_id = $4 ORDER BY id";
        let key = [environment, issuer, org, connection.as_str().into()];
        self.database.fetch_readable::<ChangeRow, _>(("connection_history", "id"), sql, &key).await
    }

    async fn terms(
        &self,
        tenant: Tenant<'_>,
        connection: &ConnectionId,
    ) -> Result<Vec<TermsReceipt>, StoreError> {
        let [environment, issuer, org] = tenant_values(tenant);
        let sql =
            "SELECT id, connection_id, user_id, sentence_sha256, link, language, accepted_at FROM terms_receipts
              WHERE environment = $1 AND issuer = $2 AND org = $3 AND connection_id = $4 ORDER BY id";
        let key = [environment, issuer, org, connection.as_str().into()];
        self.database.fetch_readable::<TermsRow, _>(("terms_receipts", "id"), sql, &key).await
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
        let last = last.first().map(|(at,)| Timestamp::from_millis(*at));
        let known = last.is_some_and(|at| (0..SIGN_IN_AFTER_MILLIS).contains(&now.since(at)));
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
            "DELETE FROM refusals WHERE environment = $1 AND issuer = $2 AND org = $3",
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
        writing.lock(Lock::Audit).await?;
        let known_as = "SELECT DISTINCT customer FROM audit_log
                         WHERE environment = $1 AND issuer = $2 AND org = $3 AND customer IS NOT NULL";
        let known_as: Vec<(Vec<u8>,)> = writing.fetch(known_as, &key).await?;
        let hashes: Vec<_> = known_as.into_iter().map(|(hash,)| hash).collect();
        let entry = AuditEntry::forgotten(by, &hashes);
        self.append(&mut writing, tenant, &[&entry], now).await?;
        writing
            .execute(
                "UPDATE audit_log
                    SET issuer = NULL, org = NULL,
                        user_id = CASE WHEN event = 'customer_forgotten' AND version > 1 THEN user_id END
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

    async fn audit_checkpoints(&self) -> Result<Vec<AuditCheckpoint>, StoreError> {
        let sql = "SELECT first_seq, last_seq, mac_before, mac_after, mac FROM audit_checkpoints ORDER BY first_seq";
        self.database.fetch(sql, &[]).await
    }

    async fn prune_refusals(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut removed = 0;
        loop {
            let some = self.prune_some_refusals(before).await?;
            removed += some;
            if some < REFUSALS_PRUNED_TOGETHER {
                return Ok(removed);
            }
        }
    }

    async fn audit_head(&self) -> Result<Option<AuditHead>, StoreError> {
        let rows: Vec<HeadRow> = self.database.fetch(HEAD, &[]).await?;
        Ok(rows.into_iter().next().map(AuditHead::from))
    }

    async fn prune(&self, before: Timestamp, now: Timestamp) -> Result<u64, StoreError> {
        let mut rows = 0;
        let old_events = now.plus_millis(-EVENTS_KEPT_MILLIS).as_millis();
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
        self.check_tables().await?;
        if let Database::Sqlite { file, .. } = &self.database {
            let file = file.clone();
            let checked = tokio::task::spawn_blocking(move || file.check()).await;
            if !checked.unwrap_or(true) {
                return Err(StoreError::Gone);
            }
        }
        // A full disk and a database that is read-only are found by writing alone.
        let mut writing = self.database.begin_kept(Lock::Nothing, Kept::Soon).await?;
        let sql = "INSERT INTO meta (key, value) VALUES ('checked_at', $1)
                   ON CONFLICT (key) DO UPDATE SET value = excluded.value";
        let now = self.clock.now().as_millis().to_string();
        writing.add(sql, &values![now.as_str()]).await?;
        self.commit(writing).await
    }
}

impl SqlStore {
    /// Whether the database answers and holds exactly this program's tables.
    ///
    /// # Errors
    /// When it does not.
    pub async fn check_tables(&self) -> Result<(), StoreError> {
        let applied: Vec<(i64,)> =
            self.database.fetch("SELECT count(*) FROM _sqlx_migrations WHERE success", &[]).await?;
        if applied == [(self.migrations,)] { Ok(()) } else { Err(StoreError::Corrupt { what: "schema" }) }
    }

    /// Tries whether the database can be written, and changes nothing in it.
    ///
    /// # Errors
    /// What stands in the way.
    pub async fn try_to_write(&self) -> anyhow::Result<()> {
        match &self.database {
            Database::Sqlite { file, .. } => {
                let file = file.clone();
                Ok(tokio::task::spawn_blocking(move || file.can_be_written()).await??)
            }
            Database::Postgres(pool) => {
                let mut transaction = pool.begin().await?;
                let sql = "INSERT INTO meta (key, value) VALUES ('tried', '')";
                sqlx::query(sql).execute(&mut *transaction).await?;
                Ok(transaction.rollback().await?)
            }
        }
    }

    /// Removes the oldest refusals from before a moment, at most [`REFUSALS_PRUNED_TOGETHER`]: the lock that all replicas wait
    /// for is not held for long.
    async fn prune_some_refusals(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut writing = self.database.begin(Lock::Audit).await?;
        // The last row stays: the next follows it.
        let sql = "SELECT seq, mac FROM audit_log
                    WHERE event = 'refused' AND at < $1 AND seq < (SELECT max(seq) FROM audit_log)
                    ORDER BY seq LIMIT $2";
        let limit = i64::try_from(REFUSALS_PRUNED_TOGETHER).unwrap_or(i64::MAX);
        let rows: Vec<HeadRow> = writing.fetch(sql, &values![before.as_millis(), limit]).await?;
        let removed: Vec<AuditHead> = rows.into_iter().map(AuditHead::from).collect();
        let (Some(first), Some(last)) = (removed.first(), removed.last()) else { return Ok(0) };
        let before_each = "SELECT seq, mac FROM audit_log WHERE seq BETWEEN $1 AND $2 AND EXISTS (
                                SELECT 1 FROM audit_log AS next
                                 WHERE next.seq = audit_log.seq + 1 AND next.event = 'refused' AND next.at < $3)
                           UNION ALL
                           SELECT last_seq, mac_after FROM audit_checkpoints WHERE last_seq BETWEEN $1 AND $2";
        let range = values![first.seq - 1, last.seq, before.as_millis()];
        let before_each: Vec<HeadRow> = writing.fetch(before_each, &range).await?;
        let before_each =
            before_each.into_iter().map(AuditHead::from).map(|row| (row.seq, row.mac)).collect();
        for run in AuditCheckpoint::of(&self.audit_keys, &removed, &before_each) {
            let row = values![
                run.first_seq,
                run.last_seq,
                run.mac_before.as_slice(),
                run.mac_after.as_slice(),
                run.mac.as_slice(),
            ];
            let sql = "INSERT INTO audit_checkpoints (first_seq, last_seq, mac_before, mac_after, mac)
                       VALUES ($1, $2, $3, $4, $5)";
            writing.add(sql, &row).await?;
            let sql = "DELETE FROM audit_log WHERE seq BETWEEN $1 AND $2";
            writing.add(sql, &values![run.first_seq, run.last_seq]).await?;
        }
        self.commit(writing).await?;
        Ok(removed.len() as u64)
    }

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
                        (seq, at, event, environment, issuer, org, user_id, who, connection_id, detail, mac,
                         version, customer)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
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
                        row.version,
                        row.customer.as_deref(),
                    ],
                )
                .await?;
            last = Some(AuditHead { seq: row.seq, mac: row.mac });
        }
        Ok(())
    }
}

/// When a refusal of a kind was last in the audit log, and how many there were since.
const REFUSALS: &str = "SELECT audited_at, unaudited FROM refusals
                         WHERE environment = $1 AND issuer = $2 AND org = $3
                           AND user_id = $4 AND action = $5 AND code = $6";

/// How many refusals are removed from the audit log in one transaction.
const REFUSALS_PRUNED_TOGETHER: u64 = 1_000;

/// Table and column by which a connection that cannot be read is logged.
const CONNECTIONS: (&str, &str) = ("connections", "connection_id");

const HEAD: &str = "SELECT seq, mac FROM audit_log ORDER BY seq DESC LIMIT 1";

fn first<R, T: TryFrom<R, Error = StoreError>>(rows: Vec<R>) -> Result<Option<T>, StoreError> {
    rows.into_iter().next().map(T::try_from).transpose()
}

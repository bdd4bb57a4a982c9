//! The store in memory, for tests that need thousands of them. It keeps nothing beyond the process.

mod live;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use app::backend::Customer;
use async_trait::async_trait;
use domain::bank_choice::RequestedName;
use domain::ids::{ConnectionId, EntityId, InstitutionId, UserId};
use domain::step::Progress;
use domain::timestamp::Timestamp;
use serde_json::Value;

use self::live::LiveRows;
use super::live::Bus;
use super::{
    Action, Announcement, AuditCheckpoint, AuditEntry, AuditEvent, AuditHead, AuditKeys, AuditRow, Begun,
    Cause, Change, ConnectionRecord, CredentialsSent, CustomerKey, EntityIntent, EventKind, IntentId,
    MappedEntity, Observed, Outcome, Overtaken, REFUSALS_TOGETHER_MILLIS, Reading, Refusal,
    SIGN_IN_AFTER_MILLIS, Store, StoreError, Tenant, TermsReceipt, Write, is_in_progress,
};
use crate::config::Environment;

/// Rows in memory.
#[derive(Debug)]
pub struct MemoryStore {
    rows: Mutex<Rows>,
    audit_keys: AuditKeys,
    bus: Bus,
    latency_millis: AtomicU64,
    is_mute: AtomicBool,
    next_read_fails: AtomicBool,
}

#[derive(Debug, Clone, Default)]
struct Rows {
    entities: Vec<(Owner, MappedEntity)>,
    connections: Vec<(Owner, ConnectionRecord)>,
    changes: Vec<(Owner, ConnectionId, Change)>,
    receipts: Vec<(Owner, TermsReceipt)>,
    intents: Vec<Intent>,
    sessions: Vec<(Owner, UserId, Timestamp)>,
    refusals: Vec<Refused>,
    audit: Vec<AuditRow>,
    checkpoints: Vec<AuditCheckpoint>,
    live: LiveRows,
    /// Announced once the change is kept.
    told: Vec<Announcement>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Owner {
    customer: Customer,
    environment: Environment,
}

/// Refusals of one person for the same thing and reason.
#[derive(Debug, Clone)]
struct Refused {
    owner: Owner,
    user: UserId,
    action: String,
    code: String,
    audited_at: Timestamp,
    unaudited: i64,
}

#[derive(Debug, Clone)]
struct Intent {
    owner: Owner,
    user: UserId,
    id: String,
    action: Action,
    subject: String,
    alive_at: Timestamp,
    ended_at: Option<Timestamp>,
}

impl Owner {
    fn of(tenant: Tenant<'_>) -> Self {
        Self { customer: tenant.customer.clone(), environment: tenant.environment }
    }

    fn is(&self, tenant: Tenant<'_>) -> bool {
        self.customer == *tenant.customer && self.environment == tenant.environment
    }
}

impl MemoryStore {
    /// An empty one.
    pub fn new(audit_keys: AuditKeys) -> Self {
        let (rows, bus) = (Mutex::default(), Bus::default());
        let (is_mute, next_read_fails) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { rows, audit_keys, bus, latency_millis: AtomicU64::new(0), is_mute, next_read_fails }
    }

    /// From now on a change takes up to so long before it is kept, and again before that is known.
    #[cfg(test)]
    pub(crate) fn set_latency(&self, millis: u64) {
        self.latency_millis.store(millis, Ordering::Relaxed);
    }

    /// From now on, or not any more, nothing is announced.
    #[cfg(test)]
    pub(crate) fn set_mute(&self, is_mute: bool) {
        self.is_mute.store(is_mute, Ordering::Relaxed);
    }

    /// The next read of one connection or of the popular banks finds a row that cannot be read.
    #[cfg(test)]
    pub(crate) fn fail_next_read(&self) {
        self.next_read_fails.store(true, Ordering::Relaxed);
    }

    fn fallible(&self) -> Result<(), StoreError> {
        match self.next_read_fails.swap(false, Ordering::Relaxed) {
            true => Err(StoreError::Corrupt { what: "row" }),
            false => Ok(()),
        }
    }

    fn tell(&self, announcement: Announcement) {
        if !self.is_mute.load(Ordering::Relaxed) {
            self.bus.tell(announcement);
        }
    }

    async fn pause(&self) {
        let most = self.latency_millis.load(Ordering::Relaxed);
        if most > 0 {
            tokio::time::sleep(Duration::from_millis(fastrand::u64(0..=most))).await;
        }
    }

    fn read<T>(&self, read: impl FnOnce(&Rows) -> T) -> T {
        read(&self.rows.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes a copy, which takes the rows' place if all of it worked.
    async fn change<T>(
        &self,
        change: impl FnOnce(&mut Rows) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.pause().await;
        let answer = {
            let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
            let mut copy = rows.clone();
            let answer = change(&mut copy)?;
            let told = std::mem::take(&mut copy.told);
            *rows = copy;
            told.into_iter().for_each(|announcement| self.tell(announcement));
            answer
        };
        self.pause().await;
        Ok(answer)
    }

    fn interrupt(&self, rows: &mut Rows, intent: &Intent, now: Timestamp) {
        for ended in rows.intents.iter_mut().filter(|other| other.id == intent.id) {
            ended.ended_at = Some(now);
        }
        let entry = AuditEntry::interrupted(intent.user.clone(), intent.action.as_str(), &intent.subject);
        let tenant = Tenant { customer: &intent.owner.customer, environment: intent.owner.environment };
        self.append(rows, tenant, &entry, now);
    }

    fn append(&self, rows: &mut Rows, tenant: Tenant<'_>, entry: &AuditEntry, now: Timestamp) {
        let head = rows.head();
        rows.audit.push(self.audit_keys.row(head.as_ref(), tenant, entry, now));
    }
}

impl Rows {
    fn head(&self) -> Option<AuditHead> {
        self.audit.last().map(|row| AuditHead { seq: row.seq, mac: row.mac.clone() })
    }

    fn entity(&self, tenant: Tenant<'_>) -> Option<&MappedEntity> {
        self.entities.iter().find(|(owner, _)| owner.is(tenant)).map(|(_, entity)| entity)
    }

    fn map_entity(&mut self, tenant: Tenant<'_>, entity: &EntityId) -> Result<(), StoreError> {
        let is_taken = |(owner, known): &(Owner, MappedEntity)| {
            !owner.is(tenant)
                && owner.environment == tenant.environment
                && known.entity.as_ref() == Some(entity)
        };
        if self.entities.iter().any(is_taken) {
            return Err(StoreError::Taken);
        }
        let own = self.entities.iter_mut().find(|(owner, _)| owner.is(tenant)).ok_or(StoreError::Missing)?;
        match &own.1.entity {
            Some(known) if known != entity => Err(StoreError::Taken),
            _ => {
                own.1.entity = Some(entity.clone());
                Ok(())
            }
        }
    }

    fn known(&self, tenant: Tenant<'_>, id: &ConnectionId) -> Option<&ConnectionRecord> {
        let own = |(owner, record): &&(Owner, ConnectionRecord)| owner.is(tenant) && record.id == *id;
        self.connections.iter().find(own).map(|(_, record)| record)
    }

    fn connection(
        &mut self,
        tenant: Tenant<'_>,
        id: &ConnectionId,
    ) -> Result<&mut ConnectionRecord, StoreError> {
        let own = |(owner, record): &&mut (Owner, ConnectionRecord)| owner.is(tenant) && record.id == *id;
        self.connections.iter_mut().find(own).map(|(_, record)| record).ok_or(StoreError::Missing)
    }

    fn remember(
        &mut self,
        tenant: Tenant<'_>,
        id: &ConnectionId,
        name: Option<&RequestedName>,
        now: Timestamp,
    ) -> Result<&mut ConnectionRecord, StoreError> {
        let is_taken = |(owner, record): &(Owner, ConnectionRecord)| {
            record.id == *id && owner.environment == tenant.environment && !owner.is(tenant)
        };
        if self.connections.iter().any(is_taken) {
            return Err(StoreError::Taken);
        }
        if self.connection(tenant, id).is_err() {
            let is_mapped =
                |(owner, mapped): &(Owner, MappedEntity)| owner.is(tenant) && mapped.entity.is_some();
            if !self.entities.iter().any(is_mapped) {
                return Err(StoreError::Missing);
            }
            let record = ConnectionRecord {
                id: id.clone(),
                requested_name: None,
                progress: Progress::default(),
                version: 0,
                created_at: now,
                body: None,
                read_at: None,
                removed_at: None,
                fingerprint: None,
                updated_at: None,
                sync_not_before: None,
                credentials_sent: None,
                watched: None,
            };
            self.connections.push((Owner::of(tenant), record));
        }
        let record = self.connection(tenant, id)?;
        record.requested_name = record.requested_name.take().or_else(|| name.cloned());
        Ok(record)
    }

    fn note_change(
        &mut self,
        tenant: Tenant<'_>,
        id: &ConnectionId,
        (after, error): (Option<&str>, Option<&str>),
        (version, cause, at): (u64, Cause, Timestamp),
    ) -> Option<AuditEntry> {
        let own = |(owner, known, _): &&(Owner, ConnectionId, Change)| owner.is(tenant) && known == id;
        let before = self.changes.iter().rev().find(own).and_then(|(_, _, change)| change.after.clone());
        if before.as_deref() == after {
            return None;
        }
        let found = before.as_ref().and_then(|_| AuditEntry::found(id, after, cause));
        let owned = |text: Option<&str>| text.map(ToOwned::to_owned);
        let change = Change { version, at, before, after: owned(after), cause, error: owned(error) };
        self.changes.push((Owner::of(tenant), id.clone(), change));
        found
    }

    fn bury(
        &mut self,
        tenant: Tenant<'_>,
        id: &ConnectionId,
        cause: Cause,
        now: Timestamp,
    ) -> Result<Option<AuditEntry>, StoreError> {
        let record = self.connection(tenant, id)?;
        if cause == Cause::Removal {
            (record.requested_name, record.progress) = (None, Progress::default());
            record.credentials_sent = None;
        }
        if record.removed_at.is_some() {
            return Ok(None);
        }
        let version = record.version + 1;
        *record = ConnectionRecord {
            id: id.clone(),
            requested_name: record.requested_name.take(),
            progress: record.progress,
            version,
            created_at: record.created_at,
            body: None,
            read_at: record.read_at,
            removed_at: Some(now),
            fingerprint: None,
            updated_at: None,
            sync_not_before: None,
            credentials_sent: record.credentials_sent,
            watched: None,
        };
        let found = self.note_change(tenant, id, (None, None), (version, cause, now));
        self.add_event(tenant, EventKind::Removed, id, now);
        Ok(found)
    }

    fn end(&mut self, intent: &IntentId, now: Timestamp) -> Result<(), StoreError> {
        let open = |known: &&mut Intent| known.id == intent.0 && known.ended_at.is_none();
        self.intents.iter_mut().find(open).ok_or(StoreError::Missing)?.ended_at = Some(now);
        Ok(())
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn entity(&self, tenant: Tenant<'_>) -> Result<Option<MappedEntity>, StoreError> {
        Ok(self.read(|rows| rows.entity(tenant).cloned()))
    }

    async fn record_entity_intent(
        &self,
        tenant: Tenant<'_>,
        external_entity_id: &str,
        now: Timestamp,
    ) -> Result<EntityIntent, StoreError> {
        self.change(|rows| {
            if let Some(known) = rows.entity(tenant) {
                if known.external_entity_id != external_entity_id {
                    return Err(StoreError::Taken);
                }
                return Ok(match &known.entity {
                    Some(entity) => EntityIntent::Mapped(entity.clone()),
                    None => EntityIntent::Pending { since: known.created_at },
                });
            }
            let is_taken = |(owner, known): &(Owner, MappedEntity)| {
                owner.environment == tenant.environment && known.external_entity_id == external_entity_id
            };
            if rows.entities.iter().any(is_taken) {
                return Err(StoreError::Taken);
            }
            let external_entity_id = external_entity_id.to_owned();
            let intended = MappedEntity { external_entity_id, entity: None, created_at: now };
            rows.entities.push((Owner::of(tenant), intended));
            Ok(EntityIntent::Started)
        })
        .await
    }

    async fn begin(
        &self,
        tenant: Tenant<'_>,
        user: &UserId,
        action: Action,
        subject: &str,
        now: Timestamp,
    ) -> Result<Begun, StoreError> {
        self.change(|rows| {
            let open = |intent: &&Intent| {
                intent.ended_at.is_none()
                    && intent.owner.is(tenant)
                    && intent.action == action
                    && intent.subject == subject
            };
            if let Some(intent) = rows.intents.iter().find(open).cloned() {
                if is_in_progress(intent.alive_at, now) {
                    return Ok(Begun::Busy { since: intent.alive_at });
                }
                self.interrupt(rows, &intent, now);
            }
            let id = uuid::Uuid::now_v7().to_string();
            rows.intents.push(Intent {
                owner: Owner::of(tenant),
                user: user.clone(),
                id: id.clone(),
                action,
                subject: subject.to_owned(),
                alive_at: now,
                ended_at: None,
            });
            Ok(Begun::First(IntentId(id)))
        })
        .await
    }

    async fn renew(&self, intent: &IntentId, now: Timestamp) -> Result<(), StoreError> {
        self.change(|rows| {
            let open = |known: &&mut Intent| known.id == intent.0 && known.ended_at.is_none();
            rows.intents.iter_mut().find(open).ok_or(StoreError::Missing)?.alive_at = now;
            Ok(())
        })
        .await
    }

    async fn refuse(
        &self,
        tenant: Tenant<'_>,
        refusal: Refusal<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.change(|rows| {
            let same = |known: &&mut Refused| {
                known.owner.is(tenant)
                    && known.user == *refusal.user
                    && (known.action.as_str(), known.code.as_str()) == (refusal.action, refusal.code)
            };
            let known = match rows.refusals.iter_mut().find(same) {
                Some(known) => known,
                None => {
                    rows.refusals.push(Refused {
                        owner: Owner::of(tenant),
                        user: refusal.user.clone(),
                        action: refusal.action.to_owned(),
                        code: refusal.code.to_owned(),
                        audited_at: Timestamp::from_millis(i64::MIN),
                        unaudited: 0,
                    });
                    rows.refusals.last_mut().ok_or(StoreError::Missing)?
                }
            };
            if (0..REFUSALS_TOGETHER_MILLIS).contains(&now.since(known.audited_at)) {
                known.unaudited += 1;
                return Ok(());
            }
            let count = std::mem::take(&mut known.unaudited) + 1;
            known.audited_at = now;
            self.append(rows, tenant, &AuditEntry::refused(refusal, count), now);
            Ok(())
        })
        .await
    }

    async fn settle_refusals(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.change(|rows| {
            let is_over = |refused: &Refused| {
                refused.unaudited > 0 && now.since(refused.audited_at) >= REFUSALS_TOGETHER_MILLIS
            };
            let over: Vec<Refused> = rows.refusals.extract_if(.., |refused| is_over(refused)).collect();
            for Refused { owner, user, action, code, unaudited, .. } in &over {
                let tenant = Tenant { customer: &owner.customer, environment: owner.environment };
                let refusal = Refusal { user, action, code };
                self.append(rows, tenant, &AuditEntry::refused(refusal, *unaudited), now);
            }
            Ok(over.len() as u64)
        })
        .await
    }

    async fn write(
        &self,
        tenant: Tenant<'_>,
        writes: &[Write<'_>],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.change(|rows| {
            for write in writes {
                match *write {
                    Write::Entity(entity) => rows.map_entity(tenant, entity)?,
                    Write::Connection { id, requested_name } => {
                        rows.remember(tenant, id, requested_name, now)?;
                    }
                    Write::UserConfirmed { id, as_of } => {
                        rows.connection(tenant, id)?.progress.user_confirmed = Some(as_of);
                    }
                    Write::CompletionSent { id, as_of } => {
                        rows.connection(tenant, id)?.progress.completion_sent = Some(as_of);
                    }
                    Write::Tombstone { id, cause } => {
                        if let Some(found) = rows.bury(tenant, id, cause, now)? {
                            self.append(rows, tenant, &found, now);
                        }
                    }
                    Write::NewTransactions { id, settled } => {
                        if rows.connection(tenant, id)?.removed_at.is_some() {
                            return Err(StoreError::Missing);
                        }
                        if rows.live.settle(tenant.environment, settled) > 0 {
                            rows.add_event(tenant, EventKind::Transactions, id, now);
                        }
                    }
                    Write::SyncNotBefore { id, at } => {
                        rows.connection(tenant, id)?.sync_not_before = Some(at)
                    }
                    Write::CredentialsSent { id, as_of } => {
                        let sent = CredentialsSent { at: now, as_of };
                        rows.connection(tenant, id)?.credentials_sent = Some(sent);
                    }
                    Write::Terms(receipt) => rows.receipts.push((Owner::of(tenant), receipt.clone())),
                    Write::End(intent, Outcome::Done | Outcome::Unknown) => rows.end(intent, now)?,
                    Write::End(intent, Outcome::Refused) => {
                        rows.end(intent, now)?;
                        rows.intents.retain(|known| known.id != intent.0);
                    }
                    Write::Audit(entry) => self.append(rows, tenant, entry, now),
                }
            }
            Ok(())
        })
        .await
    }

    async fn observe(
        &self,
        tenant: Tenant<'_>,
        reading: Reading<'_>,
        now: Timestamp,
    ) -> Result<Observed, StoreError> {
        self.change(|rows| {
            let record = rows.remember(tenant, reading.connection, None, now)?;
            if record.is_as_in(&reading, now) {
                return Ok(Observed::Kept { version: record.version, is_new: false });
            }
            if let Some(overtaken) = record.overtakes(&reading, now) {
                if overtaken == Overtaken::InOneMoment {
                    record.updated_at = None;
                }
                return Ok(Observed::Overtaken(overtaken));
            }
            let is_new = record.fingerprint.as_deref() != Some(reading.fingerprint);
            let version = record.version + u64::from(is_new);
            record.version = version;
            record.fingerprint = Some(reading.fingerprint.to_owned());
            record.body = Some(reading.body.to_owned());
            record.read_at = Some(now);
            record.removed_at = None;
            record.updated_at = Some(reading.updated_at);
            record.watched = reading.watched;
            if is_new {
                let facts = (version, reading.cause, now);
                let states = (Some(reading.state), reading.error);
                if let Some(found) = rows.note_change(tenant, reading.connection, states, facts) {
                    self.append(rows, tenant, &found, now);
                }
                rows.add_event(tenant, EventKind::Connection, reading.connection, now);
            }
            Ok(Observed::Kept { version, is_new })
        })
        .await
    }

    async fn confirm(
        &self,
        tenant: Tenant<'_>,
        known: &[(ConnectionId, u64)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.change(|rows| {
            for (owner, record) in &mut rows.connections {
                let mut known = known.iter();
                let is_so = known.any(|(id, version)| *id == record.id && *version == record.version);
                if owner.is(tenant) && is_so {
                    record.read_at = Some(now);
                }
            }
            Ok(())
        })
        .await
    }

    async fn connection(
        &self,
        tenant: Tenant<'_>,
        connection: &ConnectionId,
    ) -> Result<Option<ConnectionRecord>, StoreError> {
        self.fallible()?;
        Ok(self.read(|rows| rows.known(tenant, connection).cloned()))
    }

    async fn connections(&self, tenant: Tenant<'_>) -> Result<Vec<ConnectionRecord>, StoreError> {
        let own =
            |(owner, record): &&(Owner, ConnectionRecord)| owner.is(tenant) && record.removed_at.is_none();
        Ok(self.read(|rows| rows.connections.iter().filter(own).map(|(_, record)| record.clone()).collect()))
    }

    async fn often_chosen(
        &self,
        environment: Environment,
        issuer: &str,
        customers: i64,
        limit: usize,
    ) -> Result<Vec<InstitutionId>, StoreError> {
        self.fallible()?;
        let mut chosen: BTreeMap<InstitutionId, HashSet<String>> = BTreeMap::new();
        self.read(|rows| {
            for (owner, record) in &rows.connections {
                let body = record.body.as_deref().and_then(|body| serde_json::from_str::<Value>(body).ok());
                let id = body.and_then(|body| InstitutionId::parse(body["institutionId"].as_str()?).ok());
                if let (true, Some(id)) =
                    (owner.customer.issuer == issuer && owner.environment == environment, id)
                {
                    chosen.entry(id).or_default().insert(owner.customer.org.clone());
                }
            }
        });
        let mut chosen: Vec<_> = chosen.into_iter().map(|(id, orgs)| (orgs.len() as i64, id)).collect();
        chosen.retain(|(count, _)| *count >= customers);
        chosen.sort_by(|(one, a), (other, b)| other.cmp(one).then(a.cmp(b)));
        Ok(chosen.into_iter().take(limit).map(|(_, id)| id).collect())
    }

    async fn history(
        &self,
        tenant: Tenant<'_>,
        connection: &ConnectionId,
    ) -> Result<Vec<Change>, StoreError> {
        let own = |(owner, id, _): &&(Owner, ConnectionId, Change)| owner.is(tenant) && id == connection;
        Ok(self.read(|rows| rows.changes.iter().filter(own).map(|(_, _, change)| change.clone()).collect()))
    }

    async fn terms(
        &self,
        tenant: Tenant<'_>,
        connection: &ConnectionId,
    ) -> Result<Vec<TermsReceipt>, StoreError> {
        let own =
            |(owner, receipt): &&(Owner, TermsReceipt)| owner.is(tenant) && receipt.connection == *connection;
        Ok(self.read(|rows| rows.receipts.iter().filter(own).map(|(_, receipt)| receipt.clone()).collect()))
    }

    async fn seen(&self, tenant: Tenant<'_>, user: &UserId, now: Timestamp) -> Result<(), StoreError> {
        self.change(|rows| {
            let own = |(owner, known, _): &&(Owner, UserId, Timestamp)| owner.is(tenant) && known == user;
            let last = rows.sessions.iter().find(own).map(|(_, _, at)| *at);
            rows.sessions.retain(|session| !own(&session));
            rows.sessions.push((Owner::of(tenant), user.clone(), now));
            if !last.is_some_and(|at| (0..SIGN_IN_AFTER_MILLIS).contains(&now.since(at))) {
                let event = AuditEvent::SignedIn;
                let entry = AuditEntry { event, user: user.clone(), connection: None, detail: String::new() };
                self.append(rows, tenant, &entry, now);
            }
            Ok(())
        })
        .await
    }

    async fn forget(&self, tenant: Tenant<'_>, by: &UserId, now: Timestamp) -> Result<(), StoreError> {
        self.change(|rows| {
            let known = rows.entity(tenant).is_some()
                || rows.connections.iter().any(|(owner, _)| owner.is(tenant))
                || rows.sessions.iter().any(|(owner, ..)| owner.is(tenant))
                || rows.receipts.iter().any(|(owner, _)| owner.is(tenant));
            if !known {
                return Err(StoreError::Missing);
            }
            rows.entities.retain(|(owner, _)| !owner.is(tenant));
            rows.connections.retain(|(owner, _)| !owner.is(tenant));
            rows.changes.retain(|(owner, ..)| !owner.is(tenant));
            rows.intents.retain(|intent| !intent.owner.is(tenant));
            rows.sessions.retain(|(owner, ..)| !owner.is(tenant));
            rows.refusals.retain(|refused| !refused.owner.is(tenant));
            rows.live.forget(tenant);
            // In a database the receipts stay without their names; here nobody could ask for them.
            rows.receipts.retain(|(owner, _)| !owner.is(tenant));
            let is_own = |row: &AuditRow| {
                row.environment == tenant.environment.as_str()
                    && row.issuer.as_ref() == Some(&tenant.customer.issuer)
                    && row.org.as_ref() == Some(&tenant.customer.org)
            };
            let hashes = rows.audit.iter().filter(|row| is_own(row)).filter_map(|row| row.customer.clone());
            let hashes: BTreeSet<Vec<u8>> = hashes.collect();
            let hashes: Vec<_> = hashes.into_iter().collect();
            self.append(rows, tenant, &AuditEntry::forgotten(by, &hashes), now);
            for row in rows.audit.iter_mut().filter(|row| is_own(row)) {
                (row.issuer, row.org) = (None, None);
                if row.event != AuditEvent::CustomerForgotten.as_str() {
                    row.user_id = None;
                }
            }
            rows.told.push(Announcement::Customer(CustomerKey::of(tenant)));
            Ok(())
        })
        .await
    }

    async fn audit_rows(&self, after: i64, limit: i64) -> Result<Vec<AuditRow>, StoreError> {
        let limit = usize::try_from(limit).unwrap_or(0);
        let later = |row: &&AuditRow| row.seq > after;
        Ok(self.read(|rows| rows.audit.iter().filter(later).take(limit).cloned().collect()))
    }

    async fn audit_checkpoints(&self) -> Result<Vec<AuditCheckpoint>, StoreError> {
        Ok(self.read(|rows| rows.checkpoints.clone()))
    }

    async fn prune_refusals(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.change(|rows| {
            let head = rows.head().map_or(0, |head| head.seq);
            let is_old = |row: &AuditRow| {
                row.event == AuditEvent::Refused.as_str() && row.at < before.as_millis() && row.seq < head
            };
            let end = |row: &AuditRow| AuditHead { seq: row.seq, mac: row.mac.clone() };
            let removed: Vec<_> = rows.audit.iter().filter(|row| is_old(row)).map(end).collect();
            let ends = rows.audit.iter().map(|row| (row.seq, row.mac.clone()));
            let ends = ends.chain(rows.checkpoints.iter().map(|run| (run.last_seq, run.mac_after.clone())));
            let runs = AuditCheckpoint::of(&self.audit_keys, &removed, &ends.collect());
            rows.audit.retain(|row| !is_old(row));
            rows.checkpoints.extend(runs);
            rows.checkpoints.sort_by_key(|run| run.first_seq);
            Ok(removed.len() as u64)
        })
        .await
    }

    async fn audit_head(&self) -> Result<Option<AuditHead>, StoreError> {
        Ok(self.read(Rows::head))
    }

    async fn abandon(&self, begun_before: Timestamp, now: Timestamp) -> Result<u64, StoreError> {
        self.change(|rows| {
            let open = |intent: &&Intent| intent.ended_at.is_none() && intent.alive_at < begun_before;
            let open: Vec<_> = rows.intents.iter().filter(open).cloned().collect();
            open.iter().for_each(|intent| self.interrupt(rows, intent, now));
            Ok(open.len() as u64)
        })
        .await
    }

    async fn prune(&self, before: Timestamp, now: Timestamp) -> Result<u64, StoreError> {
        self.change(|rows| {
            let count = |rows: &Rows| rows.intents.len() + rows.sessions.len() + rows.live.len();
            let all = count(rows);
            rows.intents.retain(|intent| intent.ended_at.is_none_or(|at| at >= before));
            rows.sessions.retain(|(_, _, at)| *at >= before);
            rows.live.prune(before, now);
            Ok((all - count(rows)) as u64)
        })
        .await
    }

    async fn check(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::conformance::{audit_keys, conforms};

    async fn open() -> (MemoryStore, ()) {
        (MemoryStore::new(audit_keys()), ())
    }

    conforms!(open);
}

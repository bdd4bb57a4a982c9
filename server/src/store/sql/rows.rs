//! Rows as the database gives them, and back into the types they were written from.

use app::backend::Customer;
use domain::bank_choice::RequestedName;
use domain::ids::{ConnectionId, EntityId, UserId};
use domain::poll::Watched;
use domain::step::Progress;
use domain::timestamp::Timestamp;

use super::database::Value;
use crate::config::Environment;
use crate::store::{
    AuditHead, Cause, Change, ConnectionRecord, CredentialsSent, CustomerEvent, Delivery, DueDelivery,
    EventKind, MappedEntity, StoreError, TermsReceipt, WatchedConnection, WithOwner,
};

/// Something that was begun.
#[derive(sqlx::FromRow)]
pub(super) struct IntentRow {
    pub(super) id: String,
    environment: String,
    issuer: String,
    org: String,
    user_id: String,
    pub(super) action: String,
    pub(super) subject: String,
    begun_at: i64,
    renewed_at: Option<i64>,
}

impl IntentRow {
    pub(super) fn owner(&self) -> Result<(Customer, Environment), StoreError> {
        let environment = Environment::parse(&self.environment).ok_or_else(|| corrupt("environment"))?;
        Ok((Customer { issuer: self.issuer.clone(), org: self.org.clone() }, environment))
    }

    /// Who began it. One who cannot be read must not keep it from being ended.
    pub(super) fn user(&self) -> UserId {
        UserId::parse(&self.user_id).unwrap_or_else(|_| UserId::product())
    }

    /// When whoever began it was last at it.
    pub(super) fn alive_at(&self) -> Timestamp {
        Timestamp::from_millis(self.renewed_at.unwrap_or(self.begun_at))
    }
}

/// Refusals that were counted.
#[derive(sqlx::FromRow)]
pub(super) struct RefusalRow {
    environment: String,
    issuer: String,
    org: String,
    user_id: String,
    pub(super) action: String,
    pub(super) code: String,
}

impl RefusalRow {
    pub(super) fn owner(&self) -> Result<(Customer, Environment), StoreError> {
        let environment = Environment::parse(&self.environment).ok_or_else(|| corrupt("environment"))?;
        Ok((Customer { issuer: self.issuer.clone(), org: self.org.clone() }, environment))
    }

    pub(super) fn user(&self) -> UserId {
        UserId::parse(&self.user_id).unwrap_or_else(|_| UserId::product())
    }

    pub(super) fn key(&self) -> [Value; 6] {
        let Self { environment, issuer, org, user_id, action, code } = self;
        [environment, issuer, org, user_id, action, code].map(|text| text.as_str().into())
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct EntityRow {
    external_entity_id: String,
    entity_id: Option<String>,
    created_at: i64,
}

impl TryFrom<EntityRow> for MappedEntity {
    type Error = StoreError;

    fn try_from(row: EntityRow) -> Result<Self, StoreError> {
        Ok(Self {
            external_entity_id: row.external_entity_id,
            entity: entity_id(row.entity_id)?,
            created_at: Timestamp::from_millis(row.created_at),
        })
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct ConnectionRow {
    connection_id: String,
    requested_name: Option<String>,
    user_confirmed: Option<i64>,
    completion_sent: Option<i64>,
    version: i64,
    created_at: i64,
    body: Option<String>,
    read_at: Option<i64>,
    removed_at: Option<i64>,
    fingerprint: Option<String>,
    updated_at: Option<i64>,
    sync_not_before: Option<i64>,
    credentials_sent_at: Option<i64>,
    credentials_sent_as_of: Option<i64>,
    watched: Option<String>,
}

impl TryFrom<ConnectionRow> for ConnectionRecord {
    type Error = StoreError;

    fn try_from(row: ConnectionRow) -> Result<Self, StoreError> {
        let id = connection_id(row.connection_id)?;
        // A name that the rules refuse by now is none, and costs nothing else.
        let name = row.requested_name.and_then(|name| RequestedName::parse(&name).ok());
        Ok(Self {
            id,
            requested_name: name,
            progress: Progress {
                user_confirmed: row.user_confirmed.map(Timestamp::from_millis),
                completion_sent: row.completion_sent.map(Timestamp::from_millis),
            },
            version: version(row.version)?,
            created_at: Timestamp::from_millis(row.created_at),
            body: row.body,
            read_at: row.read_at.map(Timestamp::from_millis),
            removed_at: row.removed_at.map(Timestamp::from_millis),
            fingerprint: row.fingerprint,
            updated_at: row.updated_at.map(Timestamp::from_millis),
            sync_not_before: row.sync_not_before.map(Timestamp::from_millis),
            credentials_sent: row.credentials_sent_at.zip(row.credentials_sent_as_of).map(|(at, as_of)| {
                CredentialsSent { at: Timestamp::from_millis(at), as_of: Timestamp::from_millis(as_of) }
            }),
            // A reason that a newer program knows is one to look at it alone.
            watched: row.watched.map(|reason| Watched::parse(&reason).unwrap_or(Watched::Alone)),
        })
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct StateRow {
    #[sqlx(flatten)]
    pub(super) connection: ConnectionRow,
    pub(super) state: Option<String>,
}

#[derive(sqlx::FromRow)]
pub(super) struct WithOwnerRow {
    issuer: String,
    org: String,
    entity_id: Option<String>,
    #[sqlx(flatten)]
    connection: ConnectionRow,
}

impl TryFrom<WithOwnerRow> for WithOwner {
    type Error = StoreError;

    fn try_from(row: WithOwnerRow) -> Result<Self, StoreError> {
        Ok(Self {
            customer: Customer { issuer: row.issuer, org: row.org },
            entity: entity_id(row.entity_id)?,
            record: row.connection.try_into()?,
        })
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct EventRow {
    seq: i64,
    kind: String,
    first: i64,
    head: i64,
    #[sqlx(flatten)]
    connection: ConnectionRow,
}

/// One of the events that were asked for.
pub(super) struct MissedEvent {
    /// The number of the first of them.
    pub(super) first: u64,
    /// The number of the last of them.
    pub(super) head: u64,
    pub(super) event: CustomerEvent,
}

impl TryFrom<EventRow> for MissedEvent {
    type Error = StoreError;

    fn try_from(row: EventRow) -> Result<Self, StoreError> {
        let event = CustomerEvent {
            seq: version(row.seq)?,
            kind: EventKind::parse(&row.kind).ok_or_else(|| corrupt("event"))?,
            record: row.connection.try_into()?,
        };
        Ok(Self { first: version(row.first)?, head: version(row.head)?, event })
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct DueRow {
    event_id: String,
    event_type: String,
    connection_id: Option<String>,
    attempts: i64,
}

impl From<DueRow> for DueDelivery {
    fn from(row: DueRow) -> Self {
        // It was an id when it was kept.
        let connection = row.connection_id.and_then(|id| ConnectionId::parse(id).ok());
        let delivery = Delivery { event_id: row.event_id, event_type: row.event_type, connection };
        Self { delivery, attempts: u32::try_from(row.attempts.max(0)).unwrap_or(u32::MAX) }
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct WatchedRow {
    connection_id: String,
    updated_at: Option<i64>,
    version: i64,
}

impl TryFrom<WatchedRow> for WatchedConnection {
    type Error = StoreError;

    fn try_from(row: WatchedRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: connection_id(row.connection_id)?,
            updated_at: row.updated_at.map(Timestamp::from_millis),
            version: version(row.version)?,
        })
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct ConnectionIdRow {
    connection_id: String,
}

impl TryFrom<ConnectionIdRow> for ConnectionId {
    type Error = StoreError;

    fn try_from(row: ConnectionIdRow) -> Result<Self, StoreError> {
        connection_id(row.connection_id)
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct ChangeRow {
    version: i64,
    at: i64,
    state_before: Option<String>,
    state_after: Option<String>,
    cause: String,
    error: Option<String>,
}

impl TryFrom<ChangeRow> for Change {
    type Error = StoreError;

    fn try_from(row: ChangeRow) -> Result<Self, StoreError> {
        Ok(Self {
            version: version(row.version)?,
            at: Timestamp::from_millis(row.at),
            before: row.state_before,
            after: row.state_after,
            cause: Cause::parse(&row.cause).ok_or(corrupt("cause"))?,
            error: row.error,
        })
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct HeadRow {
    seq: i64,
    mac: Vec<u8>,
}

impl From<HeadRow> for AuditHead {
    fn from(row: HeadRow) -> Self {
        Self { seq: row.seq, mac: row.mac }
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct TermsRow {
    connection_id: String,
    user_id: String,
    sentence_sha256: Vec<u8>,
    link: String,
    language: String,
    accepted_at: i64,
}

impl TryFrom<TermsRow> for TermsReceipt {
    type Error = StoreError;

    fn try_from(row: TermsRow) -> Result<Self, StoreError> {
        Ok(Self {
            connection: connection_id(row.connection_id)?,
            user: UserId::parse(row.user_id).map_err(|_| corrupt("user id"))?,
            sentence_sha256: row.sentence_sha256.try_into().map_err(|_| corrupt("sentence hash"))?,
            link: row.link,
            language: row.language,
            accepted_at: Timestamp::from_millis(row.accepted_at),
        })
    }
}

fn connection_id(stored: String) -> Result<ConnectionId, StoreError> {
    ConnectionId::parse(stored).map_err(|_| corrupt("connection id"))
}

fn entity_id(stored: Option<String>) -> Result<Option<EntityId>, StoreError> {
    stored.map(EntityId::parse).transpose().map_err(|_| corrupt("entity id"))
}

fn version(stored: i64) -> Result<u64, StoreError> {
    u64::try_from(stored).map_err(|_| corrupt("version"))
}

fn corrupt(what: &'static str) -> StoreError {
    StoreError::Corrupt { what }
}

/// Logs and counts a row that cannot be read and is left out, so that it costs no other row.
pub(super) fn left_out(table: &'static str, id: Option<&str>, error: &(dyn std::error::Error + 'static)) {
    metrics::counter!("connect_rows_unreadable_total", "table" => table).increment(1);
    tracing::error!(table, id, error, "stored row left out");
}

//! Rows as the database gives them, and back into the types they were written from.

use app::backend::Customer;
use domain::bank_choice::RequestedName;
use domain::ids::{ConnectionId, EntityId, UserId};
use domain::poll::Watched;
use domain::step::Progress;
use domain::timestamp::Timestamp;

use crate::config::Environment;
use crate::store::{
    AuditHead, Cause, Change, ConnectionRecord, CustomerEvent, EventKind, MappedEntity, StoreError,
    TermsReceipt, WithOwner,
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
    pub(super) begun_at: i64,
}

impl IntentRow {
    pub(super) fn owner(&self) -> Result<(Customer, Environment), StoreError> {
        let environment = Environment::parse(&self.environment).ok_or_else(|| corrupt("environment"))?;
        Ok((Customer { issuer: self.issuer.clone(), org: self.org.clone() }, environment))
    }

    pub(super) fn user(&self) -> Result<UserId, StoreError> {
        UserId::parse(&self.user_id).map_err(|_| corrupt("user id"))
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
    watched: Option<String>,
}

impl TryFrom<ConnectionRow> for ConnectionRecord {
    type Error = StoreError;

    fn try_from(row: ConnectionRow) -> Result<Self, StoreError> {
        let name = row.requested_name.map(|name| RequestedName::parse(&name)).transpose();
        Ok(Self {
            id: ConnectionId::parse(row.connection_id).map_err(|_| corrupt("connection id"))?,
            requested_name: name.map_err(|_| corrupt("requested name"))?,
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
    /// Of all that were asked for.
    pub(super) first: i64,
    #[sqlx(flatten)]
    connection: ConnectionRow,
}

impl TryFrom<EventRow> for CustomerEvent {
    type Error = StoreError;

    fn try_from(row: EventRow) -> Result<Self, StoreError> {
        Ok(Self {
            seq: version(row.seq)?,
            kind: EventKind::parse(&row.kind).ok_or_else(|| corrupt("event"))?,
            record: row.connection.try_into()?,
        })
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct ChangeRow {
    version: i64,
    at: i64,
    state_before: Option<String>,
    state_after: Option<String>,
    cause: String,
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
            connection: ConnectionId::parse(row.connection_id).map_err(|_| corrupt("connection id"))?,
            user: UserId::parse(row.user_id).map_err(|_| corrupt("user id"))?,
            sentence_sha256: row.sentence_sha256.try_into().map_err(|_| corrupt("sentence hash"))?,
            link: row.link,
            language: row.language,
            accepted_at: Timestamp::from_millis(row.accepted_at),
        })
    }
}

fn entity_id(stored: Option<String>) -> Result<Option<EntityId>, StoreError> {
    stored.map(EntityId::parse).transpose().map_err(|_| corrupt("entity id"))
}

pub(super) fn version(stored: i64) -> Result<u64, StoreError> {
    u64::try_from(stored).map_err(|_| corrupt("version"))
}

fn corrupt(what: &'static str) -> StoreError {
    StoreError::Corrupt { what }
}

//! What each write does to the rows, within a transaction that somebody else begins and ends.

use domain::bank_choice::RequestedName;
use domain::ids::{ConnectionId, EntityId};
use domain::poll::Watched;
use domain::timestamp::Timestamp;

use super::database::{Value, Writing, values};
use super::first;
use super::rows::{ConnectionRow, EntityRow, IntentRow, StateRow};
use crate::store::{
    Announcement, AuditEntry, Cause, ConnectionRecord, CustomerKey, EventKind, IntentId, MappedEntity,
    Observed, Outcome, Overtaken, Reading, StoreError, Tenant, TermsReceipt,
};

pub(super) const ENTITY: &str = "SELECT external_entity_id, entity_id, created_at FROM entity_map
                      WHERE environment = $1 AND issuer = $2 AND org = $3";

pub(super) const CONNECTION: &str = "SELECT * FROM connections
                      WHERE environment = $1 AND issuer = $2 AND org = $3 AND connection_id = $4";

/// A connection, and the last state in its history.
const CONNECTION_AND_STATE: &str = "SELECT connections.*, (
                            SELECT state_after FROM connection_history
                             WHERE environment = $1 AND issuer = $2 AND org = $3 AND connection_id = $4
                             ORDER BY id DESC LIMIT 1) AS state
                       FROM connections
                      WHERE environment = $1 AND issuer = $2 AND org = $3 AND connection_id = $4";

/// `$1`, `$2` and `$3` of every statement about a tenant's rows.
pub(super) fn tenant_values(tenant: Tenant<'_>) -> [Value; 3] {
    values![tenant.environment.as_str(), tenant.customer.issuer.as_str(), tenant.customer.org.as_str()]
}

pub(super) async fn map_entity(
    writing: &mut Writing,
    tenant: Tenant<'_>,
    entity: &EntityId,
) -> Result<(), StoreError> {
    let known = first::<EntityRow, MappedEntity>(writing.fetch(ENTITY, &tenant_values(tenant)).await?)?;
    match known.ok_or(StoreError::Missing)?.entity {
        Some(known) if known == *entity => Ok(()),
        Some(_) => Err(StoreError::Taken),
        None => {
            let [environment, issuer, org] = tenant_values(tenant);
            let sql = "UPDATE entity_map SET entity_id = $4, state = 'mapped'
                       WHERE environment = $1 AND issuer = $2 AND org = $3";
            writing.add(sql, &[environment, issuer, org, entity.as_str().into()]).await
        }
    }
}

pub(super) async fn remember(
    writing: &mut Writing,
    tenant: Tenant<'_>,
    id: &ConnectionId,
    requested_name: Option<&RequestedName>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let [environment, issuer, org] = tenant_values(tenant);
    let [id, name, now] = values![id.as_str(), requested_name.map(RequestedName::as_str), now.as_millis()];
    let written = writing
        .execute(
            "INSERT INTO connections (environment, issuer, org, connection_id, requested_name, created_at)
             SELECT environment, issuer, org, $4, $5, $6 FROM entity_map
              WHERE environment = $1 AND issuer = $2 AND org = $3 AND entity_id IS NOT NULL
             ON CONFLICT (connection_id, environment) DO UPDATE
                SET requested_name = coalesce(connections.requested_name, excluded.requested_name)
              WHERE connections.issuer = excluded.issuer AND connections.org = excluded.org",
            &[environment, issuer, org, id, name, now],
        )
        .await?;
    if written == 1 {
        return Ok(());
    }
    // Whoever was forgotten meanwhile does not come back with an answer that was under way.
    let known = first::<EntityRow, MappedEntity>(writing.fetch(ENTITY, &tenant_values(tenant)).await?)?;
    let is_known = known.is_some_and(|known| known.entity.is_some());
    Err(if is_known { StoreError::Taken } else { StoreError::Missing })
}

pub(super) async fn update_own(
    writing: &mut Writing,
    sql: &'static str,
    tenant: Tenant<'_>,
    id: &ConnectionId,
    at: Timestamp,
) -> Result<(), StoreError> {
    let [environment, issuer, org] = tenant_values(tenant);
    let [id, at] = values![id.as_str(), at.as_millis()];
    let written = writing.execute(sql, &[environment, issuer, org, id, at]).await?;
    if written == 1 { Ok(()) } else { Err(StoreError::Missing) }
}

pub(super) async fn bury(
    writing: &mut Writing,
    tenant: Tenant<'_>,
    id: &ConnectionId,
    cause: Cause,
    now: Timestamp,
) -> Result<Option<AuditEntry>, StoreError> {
    let [environment, issuer, org] = tenant_values(tenant);
    let key = [environment, issuer, org, Value::from(id.as_str())];
    let (known, state) = known(writing, &key).await?.ok_or(StoreError::Missing)?;
    if cause == Cause::Removal {
        let sql =
            "UPDATE connections SET requested_name = NULL, user_confirmed = NULL, completion_sent = NULL,
                    credentials_sent_at = NULL, credentials_sent_as_of = NULL
                   WHERE environment = $1 AND issuer = $2 AND org = $3 AND connection_id = $4";
        writing.add(sql, &key).await?;
    }
    if known.removed_at.is_some() {
        return Ok(None);
    }
    let sql = "UPDATE connections
                  SET fingerprint = NULL, body = NULL, updated_at = NULL, watched = NULL, sync_not_before = NULL,
                      version = version + 1, removed_at = $5
                WHERE environment = $1 AND issuer = $2 AND org = $3 AND connection_id = $4";
    update_own(writing, sql, tenant, id, now).await?;
    let changed =
        note_change(writing, &key, known.version + 1, (state.as_deref(), None), (cause, None), now).await?;
    add_event(writing, tenant, EventKind::Removed, id, now).await?;
    Ok(AuditEntry::found(id, None, cause).filter(|_| changed))
}

async fn known(
    writing: &mut Writing,
    key: &[Value; 4],
) -> Result<Option<(ConnectionRecord, Option<String>)>, StoreError> {
    let rows: Vec<StateRow> = writing.fetch(CONNECTION_AND_STATE, key).await?;
    let known = |row: StateRow| Ok((row.connection.try_into()?, row.state));
    rows.into_iter().next().map(known).transpose()
}

/// Keeps a reading of a connection, which is remembered if it was not. Gives what the audit log is to tell.
pub(super) async fn keep_reading(
    writing: &mut Writing,
    tenant: Tenant<'_>,
    reading: &Reading<'_>,
    now: Timestamp,
) -> Result<(Observed, Option<AuditEntry>), StoreError> {
    let [environment, issuer, org] = tenant_values(tenant);
    let key = [environment, issuer, org, Value::from(reading.connection.as_str())];
    let mut on_record = known(writing, &key).await?;
    if on_record.is_none() {
        remember(writing, tenant, reading.connection, None, now).await?;
        on_record = known(writing, &key).await?;
    }
    let (known, state_before) = on_record.ok_or(StoreError::Missing)?;
    if known.is_as_in(reading, now) {
        return Ok((Observed::Kept { version: known.version, is_new: false }, None));
    }
    if let Some(overtaken) = known.overtakes(reading, now) {
        if overtaken == Overtaken::InOneMoment {
            let unsure = "UPDATE connections SET updated_at = NULL
                          WHERE environment = $1 AND issuer = $2 AND org = $3 AND connection_id = $4";
            writing.add(unsure, &key).await?;
        }
        return Ok((Observed::Overtaken(overtaken), None));
    }
    let is_new = known.fingerprint.as_deref() != Some(reading.fingerprint);
    let version = known.version + u64::from(is_new);
    let [environment, issuer, org, id] = key.clone();
    let [fingerprint, stored_version, body, read_at, updated_at, watched] = values![
        reading.fingerprint,
        stored_version(version)?,
        reading.body,
        now.as_millis(),
        reading.updated_at.as_millis(),
        reading.watched.map(Watched::as_str),
    ];
    writing
        .add(
            "UPDATE connections
                SET fingerprint = $5, version = $6, body = $7, read_at = $8, updated_at = $9, watched = $10,
                    removed_at = NULL
              WHERE environment = $1 AND issuer = $2 AND org = $3 AND connection_id = $4",
            &[environment, issuer, org, id, fingerprint, stored_version, body, read_at, updated_at, watched],
        )
        .await?;
    let mut found = None;
    if is_new {
        let state = Some(reading.state);
        let states = (state_before.as_deref(), state);
        if note_change(writing, &key, version, states, (reading.cause, reading.error), now).await? {
            found = AuditEntry::found(reading.connection, state, reading.cause);
        }
        add_event(writing, tenant, EventKind::Connection, reading.connection, now).await?;
    }
    Ok((Observed::Kept { version, is_new }, found))
}

pub(super) async fn must_exist(
    writing: &mut Writing,
    tenant: Tenant<'_>,
    id: &ConnectionId,
) -> Result<(), StoreError> {
    let [environment, issuer, org] = tenant_values(tenant);
    let known: Vec<ConnectionRow> =
        writing.fetch(CONNECTION, &[environment, issuer, org, id.as_str().into()]).await?;
    let known: Option<ConnectionRecord> = first(known)?;
    known.filter(|known| known.removed_at.is_none()).map(|_| ()).ok_or(StoreError::Missing)
}

/// Adds an event of the customer's, whose lock is held: its number is the one after the last. The first has that of the second
/// in which it happens, so that a customer who was forgotten and comes back goes on after the numbers of before.
pub(super) async fn add_event(
    writing: &mut Writing,
    tenant: Tenant<'_>,
    kind: EventKind,
    id: &ConnectionId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let [environment, issuer, org] = tenant_values(tenant);
    let [kind, id, at] = values![kind.as_str(), id.as_str(), now.as_millis()];
    writing
        .add(
            "INSERT INTO customer_events (environment, issuer, org, seq, kind, connection_id, at)
             SELECT $1, $2, $3, coalesce(max(seq), $6 / 1000) + 1, $4, $5, $6 FROM customer_events
              WHERE environment = $1 AND issuer = $2 AND org = $3",
            &[environment, issuer, org, kind, id, at],
        )
        .await?;
    writing.tell(Announcement::Customer(CustomerKey::of(tenant))).await
}

/// Notes a change of state, if the word for it changed. `true`: it had been another. Without one there was none, as after a
/// removal.
async fn note_change(
    writing: &mut Writing,
    key: &[Value; 4],
    version: u64,
    (before, after): (Option<&str>, Option<&str>),
    (cause, error): (Cause, Option<&str>),
    now: Timestamp,
) -> Result<bool, StoreError> {
    if before == after {
        return Ok(false);
    }
    let [environment, issuer, org, id] = key.clone();
    let [version, now, state_before, state_after, cause, error] =
        values![stored_version(version)?, now.as_millis(), before, after, cause.as_str(), error];
    writing
        .add(
            "INSERT INTO connection_history
                (environment, issuer, org, connection_id, version, at, state_before, state_after, cause, error)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            &[environment, issuer, org, id, version, now, state_before, state_after, cause, error],
        )
        .await?;
    Ok(before.is_some())
}

pub(super) fn stored_version(version: u64) -> Result<i64, StoreError> {
    i64::try_from(version).map_err(|_| StoreError::Corrupt { what: "version" })
}

pub(super) async fn add_receipt(
    writing: &mut Writing,
    tenant: Tenant<'_>,
    receipt: &TermsReceipt,
) -> Result<(), StoreError> {
    let [environment, issuer, org] = tenant_values(tenant);
    let [id, user, sentence, link, language, at] = values![
        receipt.connection.as_str(),
        receipt.user.as_str(),
        receipt.sentence_sha256.as_slice(),
        receipt.link.as_str(),
        receipt.language.as_str(),
        receipt.accepted_at.as_millis(),
    ];
    writing
        .add(
            "INSERT INTO terms_receipts
                (environment, issuer, org, connection_id, user_id, sentence_sha256, link, language, accepted_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            &[environment, issuer, org, id, user, sentence, link, language, at],
        )
        .await?;
    Ok(())
}

pub(super) async fn end(
    writing: &mut Writing,
    intent: &IntentId,
    outcome: Outcome,
    now: Timestamp,
) -> Result<(), StoreError> {
    let written = match outcome {
        // Nothing was done, so there is nothing to look up later: the audit log says what was refused.
        Outcome::Refused => {
            let sql = "DELETE FROM intents WHERE id = $1 AND outcome = 'open'";
            writing.execute(sql, &values![intent.0.as_str()]).await?
        }
        Outcome::Done | Outcome::Unknown => {
            let sql = "UPDATE intents SET outcome = $2, ended_at = $3 WHERE id = $1 AND outcome = 'open'";
            writing.execute(sql, &values![intent.0.as_str(), outcome.as_str(), now.as_millis()]).await?
        }
    };
    if written == 1 { Ok(()) } else { Err(StoreError::Missing) }
}

/// Ends what somebody began who did not live to end it, unless it was ended or renewed meanwhile. Gives what the audit log is to tell.
pub(super) async fn interrupt(
    writing: &mut Writing,
    intent: &IntentRow,
    now: Timestamp,
) -> Result<Option<AuditEntry>, StoreError> {
    let sql = "UPDATE intents SET outcome = 'abandoned', ended_at = $2
                WHERE id = $1 AND outcome = 'open' AND coalesce(renewed_at, begun_at) = $3";
    let known = values![intent.id.as_str(), now.as_millis(), intent.alive_at().as_millis()];
    let ended = writing.execute(sql, &known).await?;
    Ok((ended == 1).then(|| AuditEntry::interrupted(intent.user(), &intent.action, &intent.subject)))
}

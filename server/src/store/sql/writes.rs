//! What each write does to the rows, within a transaction that somebody else begins and ends.

use domain::bank_choice::RequestedName;
use domain::ids::{ConnectionId, EntityId};
use domain::timestamp::Timestamp;

use super::database::{Value, Writing, values};
use super::first;
use super::rows::EntityRow;
use crate::store::{Cause, IntentId, MappedEntity, Outcome, StoreError, Tenant, TermsReceipt};

pub(super) const ENTITY: &str = "SELECT external_entity_id, entity_id, created_at FROM entity_map
                      WHERE environment = $1 AND issuer = $2 AND org = $3";

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
            writing.execute(sql, &[environment, issuer, org, entity.as_str().into()]).await?;
            Ok(())
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
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (connection_id, environment) DO UPDATE
                SET requested_name = coalesce(connections.requested_name, excluded.requested_name)
              WHERE connections.issuer = excluded.issuer AND connections.org = excluded.org",
            &[environment, issuer, org, id, name, now],
        )
        .await?;
    if written == 1 { Ok(()) } else { Err(StoreError::Taken) }
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
) -> Result<(), StoreError> {
    let [environment, issuer, org] = tenant_values(tenant);
    let key = [environment, issuer, org, Value::from(id.as_str())];
    let known: Vec<(i64, Option<i64>)> = writing
        .fetch(
            "SELECT version, removed_at FROM connections
             WHERE environment = $1 AND issuer = $2 AND org = $3 AND connection_id = $4",
            &key,
        )
        .await?;
    let (version, removed_at) = known.into_iter().next().ok_or(StoreError::Missing)?;
    if removed_at.is_some() {
        return Ok(());
    }
    let sql = "UPDATE connections
                  SET requested_name = NULL, user_confirmed = NULL, completion_sent = NULL, fingerprint = NULL,
                      body = NULL, version = version + 1, removed_at = $5
                WHERE environment = $1 AND issuer = $2 AND org = $3 AND connection_id = $4";
    update_own(writing, sql, tenant, id, now).await?;
    note_change(writing, &key, version + 1, None, cause, now).await
}

/// Notes a change of state, if the word for it changed.
pub(super) async fn note_change(
    writing: &mut Writing,
    key: &[Value; 4],
    version: i64,
    after: Option<&str>,
    cause: Cause,
    now: Timestamp,
) -> Result<(), StoreError> {
    let last: Vec<(Option<String>,)> = writing
        .fetch(
            "SELECT state_after FROM connection_history
             WHERE environment = $1 AND issuer = $2 AND org = $3 AND connection_id = $4
             ORDER BY id DESC LIMIT 1",
            key,
        )
        .await?;
    let before = last.into_iter().next().and_then(|(state,)| state);
    if before.as_deref() == after {
        return Ok(());
    }
    let [environment, issuer, org, id] = key.clone();
    let [version, now, before, after, cause] =
        values![version, now.as_millis(), before.as_deref(), after, cause.as_str()];
    writing
        .execute(
            "INSERT INTO connection_history
                (environment, issuer, org, connection_id, version, at, state_before, state_after, cause)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            &[environment, issuer, org, id, version, now, before, after, cause],
        )
        .await?;
    Ok(())
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
        .execute(
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
    let written = writing
        .execute(
            "UPDATE intents SET outcome = $2, ended_at = $3 WHERE id = $1 AND outcome = 'open'",
            &values![intent.0.as_str(), outcome.as_str(), now.as_millis()],
        )
        .await?;
    if written == 1 { Ok(()) } else { Err(StoreError::Missing) }
}

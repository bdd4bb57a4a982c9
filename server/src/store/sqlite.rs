//! The store in one SQLite file.

mod open;
mod refusal;
mod rows;

use async_trait::async_trait;
use domain::bank_choice::RequestedName;
use domain::ids::{ConnectionId, EntityId};
use domain::timestamp::Timestamp;
use sqlx::SqlitePool;
use sqlx::sqlite::SqliteQueryResult;

use self::rows::{ConnectionRow, EntityRow, TermsRow};
use super::{ConnectionRecord, EntityIntent, MappedEntity, Store, StoreError, Tenant, TermsReceipt};

pub use refusal::{DatabaseKind, OpenError};

/// Rows in one file: one connection writes, a few read.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
}

#[async_trait]
impl Store for SqliteStore {
    async fn entity(&self, tenant: Tenant<'_>) -> Result<Option<MappedEntity>, StoreError> {
        let row: Option<EntityRow> = sqlx::query_as(
            "SELECT external_entity_id, entity_id, created_at FROM entity_map
             WHERE issuer = $1 AND org = $2 AND environment = $3",
        )
        .bind(&tenant.customer.issuer)
        .bind(&tenant.customer.org)
        .bind(tenant.environment.as_str())
        .fetch_optional(&self.readers)
        .await?;
        row.map(MappedEntity::try_from).transpose()
    }

    async fn record_entity_intent(
        &self,
        tenant: Tenant<'_>,
        external_entity_id: &str,
        now: Timestamp,
    ) -> Result<EntityIntent, StoreError> {
        let inserted = sqlx::query(
            "INSERT INTO entity_map (issuer, org, environment, external_entity_id, state, created_at)
             VALUES ($1, $2, $3, $4, 'intent', $5) ON CONFLICT DO NOTHING",
        )
        .bind(&tenant.customer.issuer)
        .bind(&tenant.customer.org)
        .bind(tenant.environment.as_str())
        .bind(external_entity_id)
        .bind(now.as_millis())
        .execute(&self.writer)
        .await?;
        if inserted.rows_affected() == 1 {
            return Ok(EntityIntent::Started);
        }
        match self.entity(tenant).await? {
            Some(found) if found.external_entity_id == external_entity_id => Ok(match found.entity {
                Some(entity) => EntityIntent::Mapped(entity),
                None => EntityIntent::Pending { since: found.created_at },
            }),
            Some(_) | None => Err(StoreError::Taken),
        }
    }

    async fn record_entity(&self, tenant: Tenant<'_>, entity: &EntityId) -> Result<(), StoreError> {
        let updated = sqlx::query(
            "UPDATE entity_map SET entity_id = $4, state = 'mapped'
             WHERE issuer = $1 AND org = $2 AND environment = $3 AND (entity_id IS NULL OR entity_id = $4)",
        )
        .bind(&tenant.customer.issuer)
        .bind(&tenant.customer.org)
        .bind(tenant.environment.as_str())
        .bind(entity.as_str())
        .execute(&self.writer)
        .await;
        match updated {
            Ok(updated) if updated.rows_affected() == 1 => Ok(()),
            Ok(_) if self.entity(tenant).await?.is_none() => Err(StoreError::Missing),
            Ok(_) => Err(StoreError::Taken),
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Err(StoreError::Taken),
            Err(error) => Err(error.into()),
        }
    }

    async fn remember_connection(
        &self,
        tenant: Tenant<'_>,
        connection: &ConnectionId,
        requested_name: Option<&RequestedName>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let written = sqlx::query(
            "INSERT INTO connections (connection_id, environment, issuer, org, requested_name, created_at)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (connection_id, environment) DO UPDATE
                SET requested_name = coalesce(requested_name, excluded.requested_name)
              WHERE issuer = excluded.issuer AND org = excluded.org",
        )
        .bind(connection.as_str())
        .bind(tenant.environment.as_str())
        .bind(&tenant.customer.issuer)
        .bind(&tenant.customer.org)
        .bind(requested_name.map(RequestedName::as_str))
        .bind(now.as_millis())
        .execute(&self.writer)
        .await?;
        one_row(&written, StoreError::Taken)
    }

    async fn connection(
        &self,
        tenant: Tenant<'_>,
        connection: &ConnectionId,
    ) -> Result<Option<ConnectionRecord>, StoreError> {
        Ok(self.connections(tenant, std::slice::from_ref(connection)).await?.pop())
    }

    async fn connections(
        &self,
        tenant: Tenant<'_>,
        connections: &[ConnectionId],
    ) -> Result<Vec<ConnectionRecord>, StoreError> {
        let ids: Vec<&str> = connections.iter().map(ConnectionId::as_str).collect();
        let rows: Vec<ConnectionRow> = sqlx::query_as(
            "SELECT connection_id, requested_name, user_confirmed, completion_sent, version, created_at
             FROM connections WHERE environment = $1 AND issuer = $2 AND org = $3
                AND connection_id IN (SELECT value FROM json_each($4))",
        )
        .bind(tenant.environment.as_str())
        .bind(&tenant.customer.issuer)
        .bind(&tenant.customer.org)
        .bind(sqlx::types::Json(ids))
        .fetch_all(&self.readers)
        .await?;
        rows.into_iter().map(ConnectionRecord::try_from).collect()
    }

    async fn record_user_confirmed(
        &self,
        tenant: Tenant<'_>,
        connection: &ConnectionId,
        as_of: Timestamp,
    ) -> Result<(), StoreError> {
        let written = sqlx::query(
            "UPDATE connections SET user_confirmed = $5
             WHERE connection_id = $1 AND environment = $2 AND issuer = $3 AND org = $4",
        )
        .bind(connection.as_str())
        .bind(tenant.environment.as_str())
        .bind(&tenant.customer.issuer)
        .bind(&tenant.customer.org)
        .bind(as_of.as_millis())
        .execute(&self.writer)
        .await?;
        one_row(&written, StoreError::Missing)
    }

    async fn record_completion(
        &self,
        tenant: Tenant<'_>,
        connection: &ConnectionId,
        as_of: Timestamp,
    ) -> Result<(), StoreError> {
        let written = sqlx::query(
            "UPDATE connections SET completion_sent = $5
             WHERE connection_id = $1 AND environment = $2 AND issuer = $3 AND org = $4",
        )
        .bind(connection.as_str())
        .bind(tenant.environment.as_str())
        .bind(&tenant.customer.issuer)
        .bind(&tenant.customer.org)
        .bind(as_of.as_millis())
        .execute(&self.writer)
        .await?;
        one_row(&written, StoreError::Missing)
    }

    async fn observe(
        &self,
        tenant: Tenant<'_>,
        connection: &ConnectionId,
        fingerprint: &str,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        // Most readings find nothing new, and then nothing is written.
        let known: Option<(i64,)> = sqlx::query_as(
            "SELECT version FROM connections
             WHERE connection_id = $1 AND environment = $2 AND issuer = $3 AND org = $4 AND fingerprint = $5",
        )
        .bind(connection.as_str())
        .bind(tenant.environment.as_str())
        .bind(&tenant.customer.issuer)
        .bind(&tenant.customer.org)
        .bind(fingerprint)
        .fetch_optional(&self.readers)
        .await?;
        if let Some((version,)) = known {
            return rows::version(version);
        }
        let written: Option<(i64,)> = sqlx::query_as(
            "INSERT INTO connections (connection_id, environment, issuer, org, fingerprint, version, created_at)
             VALUES ($1, $2, $3, $4, $5, 1, $6)
             ON CONFLICT (connection_id, environment) DO UPDATE
                SET version = version + (fingerprint IS NOT excluded.fingerprint),
                    fingerprint = excluded.fingerprint
              WHERE issuer = excluded.issuer AND org = excluded.org
             RETURNING version",
        )
        .bind(connection.as_str())
        .bind(tenant.environment.as_str())
        .bind(&tenant.customer.issuer)
        .bind(&tenant.customer.org)
        .bind(fingerprint)
        .bind(now.as_millis())
        .fetch_optional(&self.writer)
        .await?;
        written.map_or(Err(StoreError::Taken), |(version,)| rows::version(version))
    }

    async fn record_terms(&self, tenant: Tenant<'_>, receipt: &TermsReceipt) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO terms_receipts
                (connection_id, environment, issuer, org, user_id, sentence_sha256, link, language, accepted_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(receipt.connection.as_str())
        .bind(tenant.environment.as_str())
        .bind(&tenant.customer.issuer)
        .bind(&tenant.customer.org)
        .bind(receipt.user.as_str())
        .bind(receipt.sentence_sha256.as_slice())
        .bind(&receipt.link)
        .bind(&receipt.language)
        .bind(receipt.accepted_at.as_millis())
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    async fn terms(
        &self,
        tenant: Tenant<'_>,
        connection: &ConnectionId,
    ) -> Result<Vec<TermsReceipt>, StoreError> {
        let rows: Vec<TermsRow> = sqlx::query_as(
            "SELECT connection_id, user_id, sentence_sha256, link, language, accepted_at FROM terms_receipts
             WHERE connection_id = $1 AND environment = $2 AND issuer = $3 AND org = $4 ORDER BY id",
        )
        .bind(connection.as_str())
        .bind(tenant.environment.as_str())
        .bind(&tenant.customer.issuer)
        .bind(&tenant.customer.org)
        .fetch_all(&self.readers)
        .await?;
        rows.into_iter().map(TermsReceipt::try_from).collect()
    }

    async fn check(&self) -> Result<(), StoreError> {
        let (applied,): (i64,) = sqlx::query_as("SELECT count(*) FROM _sqlx_migrations WHERE success")
            .fetch_one(&self.readers)
            .await?;
        if applied == open::migration_count() { Ok(()) } else { Err(StoreError::Corrupt { what: "schema" }) }
    }
}

fn one_row(written: &SqliteQueryResult, otherwise: StoreError) -> Result<(), StoreError> {
    if written.rows_affected() == 1 { Ok(()) } else { Err(otherwise) }
}

#[cfg(test)]
mod tests;

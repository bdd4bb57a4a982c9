//! Which deployment a database belongs to. It is written at the first start, so that entities are named the same way
//! for ever, whatever becomes of the deployment's address.

use super::SqlStore;
use super::database::{Lock, values};
use crate::store::StoreError;

/// The public address at the first start.
const ADDRESS: &str = "deployment";

/// The host that an earlier version used as namespace.
const FORMER_NAMESPACE: &str = "former_namespace";

const STORED: &str = "SELECT key, value FROM meta WHERE key IN ('deployment', 'former_namespace')";

/// What a database says about its deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// The public address that it had at its first start.
    pub address: String,
    /// What begins the external ids of entities, where an earlier version has chosen it.
    pub former_namespace: Option<String>,
}

impl SqlStore {
    /// Returns what is stored about the deployment; `None` before its first start.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn deployment(&self) -> Result<Option<Deployment>, StoreError> {
        Ok(deployment(self.database.fetch(STORED, &[]).await?))
    }

    /// Returns what is stored about the deployment. At its first start that is its `address`, and its `host` as well
    /// if an earlier version has named entities by it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keep_deployment(&self, address: &str, host: &str) -> Result<Deployment, StoreError> {
        if let Some(stored) = self.deployment().await? {
            return Ok(stored);
        }
        // Several replicas may start at once: the first decides for all.
        let mut writing = self.database.begin(Lock::Customer("")).await?;
        if let Some(stored) = deployment(writing.fetch(STORED, &[]).await?) {
            return Ok(stored);
        }
        let named = "SELECT count(*) FROM entity_map WHERE external_entity_id = $1 || ':' || org";
        let named: Vec<(i64,)> = writing.fetch(named, &values![host]).await?;
        let former_namespace = named.first().is_some_and(|(count,)| *count > 0).then(|| host.to_owned());
        let store = "INSERT INTO meta (key, value) VALUES ($1, $2)";
        writing.add(store, &values![ADDRESS, address]).await?;
        if let Some(namespace) = &former_namespace {
            writing.add(store, &values![FORMER_NAMESPACE, namespace.as_str()]).await?;
        }
        self.commit(writing).await?;
        Ok(Deployment { address: address.to_owned(), former_namespace })
    }
}

fn deployment(rows: Vec<(String, String)>) -> Option<Deployment> {
    let value = |name: &str| rows.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    Some(Deployment { address: value(ADDRESS)?, former_namespace: value(FORMER_NAMESPACE) })
}

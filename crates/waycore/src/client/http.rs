//! The client that speaks HTTP.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use domain::{
    credentials::NonEmptyCredentials,
    ids::{AccountId, ConnectionId, EntityId, InstitutionId, TransactionId, WebhookId},
};
use reqwest::{Method, StatusCode};
use secrecy::SecretString;

use super::{
    BaseUrl, BreakerState, BuildError, Created, Error, ListAccounts, ListBalances, ListConnections,
    ListTransactions, Nonsense, Seams, SyncTransactions, TimeLimits, Unclear, Waycore, call::Call,
    failed::outcome, line::Line, seams::HttpTransport,
};
use crate::wire::{
    Account, Balance, Connection, ConnectionCreate, Credentials, Entity, EntityCreate, Institution, Page,
    Transaction, TransactionsSync, Webhook, WebhookCreate, WebhookCreated, WebhookUpdate,
};

/// Waycore over HTTP. Cheap to clone; clones share what they know of Waycore's state. Its `Debug` shows where it sends
/// to and never the key.
#[derive(Clone)]
pub struct Client {
    pub(super) line: Arc<Line>,
}

impl Client {
    /// A client of one organization in one environment: both are in the key.
    ///
    /// # Errors
    /// [`BuildError`] if the key fits into no header, or TLS cannot be set up on this machine.
    pub fn new(base: BaseUrl, key: &SecretString, limits: TimeLimits) -> Result<Self, BuildError> {
        let transport = HttpTransport::new(&base, limits.connect)?;
        Self::with_seams(base, key, limits, Seams::real(Arc::new(transport)))
    }

    /// A client in a world of its own. `limits.connect` is the transport's to keep.
    ///
    /// # Errors
    /// [`BuildError::Key`] if the key fits into no header.
    pub fn with_seams(
        base: BaseUrl,
        key: &SecretString,
        limits: TimeLimits,
        seams: Seams,
    ) -> Result<Self, BuildError> {
        Ok(Self { line: Arc::new(Line::new(base, key, limits, seams)?) })
    }

    /// Uses another key from the next request on, also in clones. It has to be of the same organization and environment:
    /// what is known of Waycore's state stays.
    ///
    /// # Errors
    /// [`BuildError::Key`] if the key fits into no header; the old one stays.
    pub fn replace_key(&self, key: &SecretString) -> Result<(), BuildError> {
        self.line.replace_key(key)
    }

    /// What Waycore's clock showed at its last answer, in epoch seconds; `None` before the first, or if it does not say.
    pub fn last_date(&self) -> Option<i64> {
        self.line.last_date()
    }

    /// When the key expires, in epoch seconds; `None` if no answer has said so.
    pub fn key_expires_at(&self) -> Option<i64> {
        self.line.key_expires_at()
    }

    /// Where calls are sent to.
    pub fn base_url(&self) -> &BaseUrl {
        self.line.base()
    }

    /// Whether calls of the present customer go out at the moment; see [`on_behalf_of`](super::on_behalf_of).
    pub fn breaker(&self) -> BreakerState {
        self.line.breaker()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (base, breaker) = (self.line.base().as_str(), self.breaker());
        f.debug_struct("Client").field("base", &base).field("breaker", &breaker).finish_non_exhaustive()
    }
}

#[async_trait]
impl Waycore for Client {
    async fn list_entities(&self, external_entity_id: &str) -> Result<Page<Entity>, Error> {
        let call = Call::read("list_entities", &["entities"]);
        self.line.read_page(call.with("externalEntityId", Some(external_entity_id))).await
    }

    async fn get_entity(&self, id: &EntityId) -> Result<Entity, Error> {
        self.line.read(Call::read("get_entity", &["entities", id.as_str()])).await
    }

    async fn create_entity(&self, entity: &EntityCreate) -> Result<Entity, Error> {
        self.line.read(Call::write("create_entity", Method::POST, &["entities"]).json(entity)?).await
    }

    async fn search_institutions(
        &self,
        query: &str,
        limit: u16,
        cursor: Option<&str>,
    ) -> Result<Page<Institution>, Error> {
        let call = Call::read("search_institutions", &["institutions"])
            .with("query", Some(query).filter(|query| !query.is_empty()))
            .limit(Some(limit))
            .with("cursor", cursor);
        self.line.read_page(call).await
    }

    async fn get_institution(&self, id: &InstitutionId) -> Result<Institution, Error> {
        self.line.read(Call::read("get_institution", &["institutions", id.as_str()])).await
    }

    async fn create_connection(&self, connection: &ConnectionCreate) -> Result<Created, Error> {
        let call = Call::write("create_connection", Method::POST, &["connections"]).json(connection)?;
        let repeat = call.repeat;
        let answer = self.line.call(call).await?;
        let existing = match answer.status {
            StatusCode::OK => true,
            StatusCode::CREATED => false,
            other => return Err(Error::Unknown(Unclear::Nonsense(Nonsense::Status(other.as_u16())))),
        };
        let connection = answer.json().map_err(|error| outcome(repeat, error))?;
        Ok(Created { connection, existing })
    }

    async fn get_connection(&self, id: &ConnectionId) -> Result<Connection, Error> {
        self.line.read(Call::read("get_connection", &["connections", id.as_str()])).await
    }

    async fn list_connections(&self, filter: &ListConnections) -> Result<Page<Connection>, Error> {
        self.line.read_page(filter.call()).await
    }

    async fn put_credentials(
        &self,
        id: &ConnectionId,
        credentials: &NonEmptyCredentials,
    ) -> Result<Connection, Error> {
        let segments = ["connections", id.as_str(), "credentials"];
        let call = Call::write("put_credentials", Method::PUT, &segments).safely();
        self.line.read(call.json(&Credentials::from(credentials))?).await
    }

    async fn complete_setup(&self, id: &ConnectionId) -> Result<(), Error> {
        let segments = ["connections", id.as_str(), "setupCompletion"];
        self.line.call(Call::write("complete_setup", Method::PUT, &segments)).await.map(drop)
    }

    async fn sync_connection(&self, id: &ConnectionId) -> Result<(), Error> {
        let segments = ["connections", id.as_str(), "sync"];
        self.line.call(Call::write("sync_connection", Method::PUT, &segments).once()).await.map(drop)
    }

    async fn delete_connection(&self, id: &ConnectionId) -> Result<(), Error> {
        let segments = ["connections", id.as_str()];
        self.line.call(Call::write("delete_connection", Method::DELETE, &segments)).await.map(drop)
    }

    async fn list_accounts(&self, filter: &ListAccounts) -> Result<Page<Account>, Error> {
        self.line.read_page(filter.call()).await
    }

    async fn get_account(&self, id: &AccountId) -> Result<Account, Error> {
        self.line.read(Call::read("get_account", &["accounts", id.as_str()])).await
    }

    async fn list_balances(&self, filter: &ListBalances) -> Result<Page<Balance>, Error> {
        self.line.read_page(filter.call()).await
    }

    async fn list_transactions(&self, filter: &ListTransactions) -> Result<Page<Transaction>, Error> {
        self.line.read_page(filter.call()).await
    }

    async fn get_transaction(&self, id: &TransactionId) -> Result<Transaction, Error> {
        self.line.read(Call::read("get_transaction", &["transactions", id.as_str()])).await
    }

    async fn sync_transactions(&self, from: &SyncTransactions) -> Result<TransactionsSync, Error> {
        let call = from.call();
        let name = call.name;
        let batch: TransactionsSync = self.line.read(call).await?;
        self.line.note_unreadable(name, &batch.unreadable);
        Ok(batch)
    }

    async fn create_webhook(&self, webhook: &WebhookCreate) -> Result<Webhook, Error> {
        let call = Call::write("create_webhook", Method::POST, &["webhooks"]).json(webhook)?;
        let created: WebhookCreated = self.line.read(call).await?;
        Ok(created.webhook)
    }

    async fn list_webhooks(&self, cursor: Option<&str>) -> Result<Page<Webhook>, Error> {
        self.line.read_page(Call::read("list_webhooks", &["webhooks"]).with("cursor", cursor)).await
    }

    async fn get_webhook(&self, id: &WebhookId) -> Result<Webhook, Error> {
        self.line.read(Call::read("get_webhook", &["webhooks", id.as_str()])).await
    }

    async fn update_webhook(&self, id: &WebhookId, update: &WebhookUpdate) -> Result<Webhook, Error> {
        let call = Call::write("update_webhook", Method::PATCH, &["webhooks", id.as_str()]).safely();
        self.line.read(call.json(update)?).await
    }

    async fn delete_webhook(&self, id: &WebhookId) -> Result<(), Error> {
        let segments = ["webhooks", id.as_str()];
        self.line.call(Call::write("delete_webhook", Method::DELETE, &segments)).await.map(drop)
    }

    async fn test_webhook(&self, id: &WebhookId) -> Result<(), Error> {
        let segments = ["webhooks", id.as_str(), "test"];
        self.line.call(Call::write("test_webhook", Method::POST, &segments)).await.map(drop)
    }
}

//! Waycore as the rest of the product sees it.

use async_trait::async_trait;
use domain::{
    credentials::NonEmptyCredentials,
    ids::{AccountId, ConnectionId, EntityId, InstitutionId, TransactionId, WebhookId},
};

use super::{Error, ListAccounts, ListBalances, ListConnections, ListTransactions, SyncTransactions};
use crate::wire::{
    Account, Balance, Connection, ConnectionCreate, Entity, EntityCreate, Institution, Page, Transaction,
    TransactionsSync, Webhook, WebhookCreate, WebhookUpdate,
};

/// The calls of Waycore's API that a host of the onboarding flow makes.
///
/// Every method fails with an [`Error`]: one variant per documented status. Reads never end as [`Error::Unknown`];
/// a write that does may have been carried out, and the next step is the read that is named with it. None checks whose
/// object an answer holds: that is the caller's duty, who knows who is asking. Lists are single pages; [`super::paging`]
/// makes streams of them.
#[async_trait]
pub trait Waycore: Send + Sync {
    /// `GET /v1/entities?externalEntityId=` (documents: entities). The documents do not say that the match is exact or
    /// unique. Scope `entities:read`.
    async fn list_entities(&self, external_entity_id: &str) -> Result<Page<Entity>, Error>;

    /// `GET /v1/entities/{id}` (documents: ref/entities/get-entity). Scope `entities:read`.
    async fn get_entity(&self, id: &EntityId) -> Result<Entity, Error>;

    /// `POST /v1/entities` (documents: ref/entities/create-entity). What a second entity with the same external id
    /// becomes is not documented: look first, and look again after [`Error::Conflict`] and [`Error::Unknown`]. Scope
    /// `entities:write`.
    async fn create_entity(&self, entity: &EntityCreate) -> Result<Entity, Error>;

    /// `GET /v1/institutions?query=` (documents: institutions). An empty query lists the catalog; `limit` is held to
    /// 1..=500. Scope `connections:read`.
    async fn search_institutions(
        &self,
        query: &str,
        limit: u16,
        cursor: Option<&str>,
    ) -> Result<Page<Institution>, Error>;

    /// `GET /v1/institutions/{id}` (documents: institutions). Scope `connections:read`.
    async fn get_institution(&self, id: &InstitutionId) -> Result<Institution, Error>;

    /// `POST /v1/connections` (documents: ref/connections/create-connection), which creates a connection or returns
    /// the one that exists already. After [`Error::Unknown`] list the entity's connections. Scope `connections:write`.
    async fn create_connection(&self, connection: &ConnectionCreate) -> Result<Created, Error>;

    /// `GET /v1/connections/{id}` (documents: ref/connections/get-connection). Scope `connections:read`.
    async fn get_connection(&self, id: &ConnectionId) -> Result<Connection, Error>;

    /// `GET /v1/connections`, newest first (documents: ref/connections/list-connections). Scope `connections:read`.
    async fn list_connections(&self, filter: &ListConnections) -> Result<Page<Connection>, Error>;

    /// `PUT /v1/connections/{id}/credentials` (documents: ref/connections/update-connection-credentials). Sends the
    /// filled fields only; the password comes back in no answer. Scope `connections:write`.
    async fn put_credentials(
        &self,
        id: &ConnectionId,
        credentials: &NonEmptyCredentials,
    ) -> Result<Connection, Error>;

    /// `PUT /v1/connections/{id}/setupCompletion` (documents: onboarding flow). Neither body nor answer is documented:
    /// nothing is sent, the answer is not read, and the caller reads the connection afterwards. Scope
    /// `connections:write`.
    async fn complete_setup(&self, id: &ConnectionId) -> Result<(), Error>;

    /// `PUT /v1/connections/{id}/sync` (documents: connections, onboarding flow): asks for fresh data. It is refused in
    /// setup and while a sync runs ([`Error::Conflict`]), and in the cooldown of 45 minutes ([`Error::RateLimited`],
    /// by another page [`Error::Conflict`], with the time to wait). The answer's body is not documented: read the
    /// connection. Scope `connections:write`.
    async fn sync_connection(&self, id: &ConnectionId) -> Result<(), Error>;

    /// `DELETE /v1/connections/{id}` (documents: connections): the connection is gone for good, with its accounts and
    /// transactions. After [`Error::Unknown`] read it: [`Error::NotFound`] says that it is done. Scope
    /// `connections:write`.
    async fn delete_connection(&self, id: &ConnectionId) -> Result<(), Error>;

    /// `GET /v1/accounts` (documents: ref/accounts/list-accounts). Scope `accounts:read`.
    async fn list_accounts(&self, filter: &ListAccounts) -> Result<Page<Account>, Error>;

    /// `GET /v1/accounts/{id}` (documents: ref/accounts/get-account). Scope `accounts:read`.
    async fn get_account(&self, id: &AccountId) -> Result<Account, Error>;

    /// `GET /v1/balances`, the latest day first (documents: accounts). Rows change: read them again after a sync.
    /// Scope `accounts:read`.
    async fn list_balances(&self, filter: &ListBalances) -> Result<Page<Balance>, Error>;

    /// `GET /v1/transactions` (documents: transactions). Scope `transactions:read`.
    async fn list_transactions(&self, filter: &ListTransactions) -> Result<Page<Transaction>, Error>;

    /// `GET /v1/transactions/{id}` (documents: ref/transactions/get-transaction). Scope `transactions:read`.
    async fn get_transaction(&self, id: &TransactionId) -> Result<Transaction, Error>;

    /// `GET /v1/transactions/sync` (documents: ref/transactions/sync): what changed since a cursor. [`Error::Invalid`]
    /// for a cursor of another filter, and for one of more than 90 days: begin again without one, and read the list.
    /// Scope `transactions:read`.
    async fn sync_transactions(&self, from: &SyncTransactions) -> Result<TransactionsSync, Error>;

    /// `POST /v1/webhooks` (documents: ref/webhooks/create-webhook). The one answer that holds the secret. Scope
    /// `webhooks:write`.
    async fn create_webhook(&self, webhook: &WebhookCreate) -> Result<Webhook, Error>;

    /// `GET /v1/webhooks` (documents: webhooks). Scope `webhooks:read`.
    async fn list_webhooks(&self, cursor: Option<&str>) -> Result<Page<Webhook>, Error>;

    /// `GET /v1/webhooks/{id}`, with a masked secret (documents: ref/webhooks/get-webhook). Scope `webhooks:read`.
    async fn get_webhook(&self, id: &WebhookId) -> Result<Webhook, Error>;

    /// `PATCH /v1/webhooks/{id}` (documents: ref/webhooks/update-webhook; its verb is our inference). Scope
    /// `webhooks:write`.
    async fn update_webhook(&self, id: &WebhookId, update: &WebhookUpdate) -> Result<Webhook, Error>;

    /// `DELETE /v1/webhooks/{id}` (documents: webhooks). Scope `webhooks:write`.
    async fn delete_webhook(&self, id: &WebhookId) -> Result<(), Error>;

    /// `POST /v1/webhooks/{id}/test`: has a `test` event delivered; the registration must be active and ask for it
    /// (documents: webhooks). Scope `webhooks:write`.
    async fn test_webhook(&self, id: &WebhookId) -> Result<(), Error>;
}

/// What `POST /v1/connections` did.
#[derive(Debug, Clone, PartialEq)]
pub struct Created {
    /// May be far along already, even ready: its state decides what comes next, not `existing`.
    pub connection: Connection,
    /// True for 200, an existing connection; false for 201, a new one.
    pub existing: bool,
}

//! The port's implementation: each method asks one use case and turns its failure into the answer that may leave.

use std::sync::Arc;

use app::backend::{
    Caller, Coaching, ConnectionRecord, Credentials, Customer, FinishSetup, FormOutcome, Kept, ListQuery,
    Money, Onboarding, StartConnection, Suggested, TransactionQuery, Visit, request_scope,
};
use app::copy::locale::{self, speaking};
use app::error::WireError;
use app::model::{Accounts, Connection, ConnectionPage, Institution, Institutions, Started, TransactionPage};
use async_trait::async_trait;
use domain::ids::{ConnectionId, CustomerId, EntityId};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;
use waycore::client::{Payer, on_behalf_of};
use waycore::wire::Page;
use waycore::{Error, ListConnections, Waycore};

use super::UseCases;
use super::arrivals::Arrivals;
use super::attempt::observed;
use super::list_transactions::{ENOUGH, MOST};
use super::live::{Present, Refreshed, Since};
use super::locks::Locks;
use super::mirror::Mirror;
use super::namespace::EntityNamespace;
use super::provision::Provisioned;
use super::step_one::Popular;
use super::together::Together;
use crate::client::carried;
use crate::clock::Clock;
use crate::config::Environment;
use crate::failure::{Failure, Missing};
use crate::sealed::Sealer;
use crate::security_log::SecurityEvent;
use crate::store::{Cause, Change, Settled, Store, StoreError};
use crate::telemetry::current_support_code;

/// Drives the onboarding by way of Waycore. Cheap to clone.
#[derive(Clone)]
pub struct WaycoreOnboarding(Arc<UseCases>);

impl WaycoreOnboarding {
    /// `namespace` begins every `externalEntityId` and says which entities at Waycore are this deployment's.
    pub fn new(
        waycore: Arc<dyn Waycore>,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        environment: Environment,
        namespace: EntityNamespace,
        sealer: Sealer,
    ) -> Self {
        Self(Arc::new(UseCases {
            waycore,
            store,
            clock,
            environment,
            namespace,
            locks: Locks::default(),
            arrivals: Arrivals::default(),
            mirror: Mirror::default(),
            popular: Popular::default(),
            together: Together::default(),
            sealer,
            beside: TaskTracker::new(),
        }))
    }

    /// Waits until everything is noted that is noted beside the answers.
    pub(crate) async fn all_noted(&self) {
        self.0.beside.close();
        self.0.beside.wait().await;
        self.0.beside.reopen();
    }

    /// Keeps a mirror of the catalog until the end.
    pub(crate) async fn keep_mirror(self, shutdown: CancellationToken) {
        self.0.keep_mirror(shutdown).await;
    }

    /// What a customer's pages show.
    pub(crate) async fn present(&self, customer: &Customer) -> Result<Present, StoreError> {
        self.0.present(customer).await
    }

    /// What happened to a customer's connections after an event; `None` where only the present state tells.
    pub(crate) async fn since(&self, customer: &Customer, after: u64) -> Result<Option<Since>, StoreError> {
        self.0.since(customer, after).await
    }

    /// Reads a connection for whoever has it.
    pub(crate) async fn refresh(&self, id: &ConnectionId, cause: Cause) -> Result<Refreshed, Failure> {
        self.0.refresh(id, cause).await
    }

    /// Keeps a row of a list of everybody's, which was asked for while this version was known.
    pub(crate) async fn keep_row(
        &self,
        row: waycore::wire::Connection,
        asked_of: u64,
        cause: Cause,
    ) -> Result<Refreshed, Failure> {
        self.0.keep_row(row, asked_of, cause).await
    }

    /// Tells the pages of a connection's customer that there are new transactions, and settles the deliveries that said so.
    pub(crate) async fn note_transactions(
        &self,
        id: &ConnectionId,
        settled: &[(String, Settled)],
    ) -> Result<bool, Failure> {
        self.0.note_transactions(id, settled).await
    }

    /// Reads all of a customer's connections.
    pub(crate) async fn reread(&self, customer: &Customer) -> Result<(), Failure> {
        self.0.reread(customer).await
    }

    /// A page of Waycore's list, of every customer's connections.
    pub(crate) async fn everybodys(
        &self,
        filter: &ListConnections,
    ) -> Result<Page<waycore::wire::Connection>, Error> {
        self.0.everybodys(filter).await
    }

    /// Reads the catalog once.
    #[cfg(test)]
    pub(super) async fn mirror_once(&self) {
        self.0.mirror().await.expect("a catalog");
    }

    /// For the host's backend: maps a customer to an entity; to the one given, if one is.
    pub async fn provision(
        &self,
        by: &Caller,
        org: CustomerId,
        name: Option<String>,
        entity: Option<EntityId>,
    ) -> Result<Provisioned, WireError> {
        let asking = by.clone();
        self.change(by, "provision", |cases| async move { cases.provision(&asking, org, name, entity).await })
            .await
    }

    /// For the host's backend: a customer's connections.
    pub async fn connections_of(
        &self,
        by: &Caller,
        org: CustomerId,
        cursor: Option<String>,
    ) -> Result<ConnectionPage, WireError> {
        self.read(by, "connections_of", self.0.connections_of(by, org, cursor)).await
    }

    /// For the host's backend: how the state of a customer's connection changed, oldest first.
    pub async fn history_of(&self, by: &Caller, org: CustomerId, id: &str) -> Result<Vec<Change>, WireError> {
        self.read(by, "history_of", self.0.history_of(by, org, id)).await
    }

    /// For the host's backend: takes a customer out.
    pub async fn forget(&self, by: &Caller, org: CustomerId) -> Result<(), WireError> {
        let asking = by.clone();
        self.change(by, "forget", |cases| async move { cases.forget(&asking, org).await }).await
    }

    /// Carries a change to its end even when the browser does not wait for it: somebody who closes the page after
    /// "Finish setup" must not leave half of it behind.
    async fn change<T, F>(
        &self,
        caller: &Caller,
        what: &'static str,
        change: impl FnOnce(Arc<UseCases>) -> F,
    ) -> Result<T, WireError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Failure>> + Send + 'static,
    {
        let (support_code, outcome) = (support_code(), outcome());
        let change = on_behalf_of(payer(caller), observed(change(Arc::clone(&self.0))));
        let task = tokio::spawn(speaking(locale::current(), carried(change)).in_current_span());
        let (done, may_have_taken_effect) = task.await.unwrap_or((Err(Failure::Broken), true));
        if let Err(failure) = &done {
            note_budget(caller, failure);
            self.0.note_refusal(caller, what, failure);
            if failure.has_to_wait() {
                outcome.note_has_to_wait();
            }
        }
        done.map_err(|failure| failure.answer_to_change(may_have_taken_effect, &support_code))
    }

    /// Waits for what a use case reads.
    async fn read<T>(
        &self,
        caller: &Caller,
        what: &'static str,
        answer: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, WireError> {
        self.answer(caller, what, paid_by(caller, answer)).await
    }

    /// Like `read`, for work that charges its own calls.
    async fn answer<T>(
        &self,
        caller: &Caller,
        what: &'static str,
        answer: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, WireError> {
        let support_code = support_code();
        let read = answer.await;
        if let Err(failure @ Failure::NotFound(Missing::Foreign)) = &read {
            self.0.note_refusal(caller, what, failure);
        }
        read.map_err(|failure| failure.answer(&support_code))
    }
}

/// The code of the request that is being answered.
fn support_code() -> String {
    request_scope().map(|scope| scope.support_code).or_else(current_support_code).unwrap_or_default()
}

/// Returns the current form's outcome.
fn outcome() -> Arc<FormOutcome> {
    request_scope().map(|scope| scope.outcome).unwrap_or_default()
}

/// Whose share of the key a caller's calls count in.
fn payer(caller: &Caller) -> Payer {
    let Customer { issuer, org } = &caller.customer;
    waycore::client::Customer::new(&serde_json::json!([issuer, org]).to_string()).person(caller.user.as_str())
}

/// Charges the work's calls to the caller's share of the key.
async fn paid_by<T>(caller: &Caller, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let done = on_behalf_of(payer(caller), work).await;
    if let Err(failure) = &done {
        note_budget(caller, failure);
    }
    done
}

/// Tells the security log of a customer whose share of the key is used up.
fn note_budget(caller: &Caller, failure: &Failure) {
    if let Failure::Waycore { error, .. } = failure {
        note_budget_among(caller, [error]);
    }
}

/// The same of errors that hide behind an answer; once, however many there are.
pub(super) fn note_budget_among<'a>(caller: &Caller, errors: impl IntoIterator<Item = &'a Error>) {
    if errors.into_iter().any(|error| matches!(error, Error::OverBudget { .. })) {
        SecurityEvent::new("call_budget").by(caller).log();
    }
}

/// Whether it is a page that heard of what it is to show.
fn is_after_news() -> bool {
    request_scope().is_some_and(|scope| scope.after_news)
}

#[async_trait]
impl Onboarding for WaycoreOnboarding {
    async fn arrived(&self, caller: &Caller) {
        self.0.arrived(caller).await;
    }

    async fn heard(&self, caller: &Caller) -> Result<String, WireError> {
        self.read(caller, "heard", self.0.heard(caller)).await
    }

    async fn visit(&self, caller: &Caller) -> Result<Visit, WireError> {
        self.read(caller, "visit", self.0.visit(caller)).await
    }

    async fn list_connections(&self, caller: &Caller, query: ListQuery) -> Result<ConnectionPage, WireError> {
        self.read(caller, "list_connections", self.0.list_connections(caller, query)).await
    }

    async fn search_institutions(&self, caller: &Caller, query: &str) -> Result<Institutions, WireError> {
        self.read(caller, "search_institutions", self.0.search_institutions(caller, query)).await
    }

    async fn institution(&self, caller: &Caller, id: &str) -> Result<Institution, WireError> {
        self.read(caller, "institution", self.0.institution(caller, id)).await
    }

    async fn match_institution(
        &self,
        caller: &Caller,
        requested_name: Option<&str>,
        portal_url: &str,
    ) -> Result<Option<Institution>, WireError> {
        self.read(caller, "match_institution", self.0.match_institution(caller, requested_name, portal_url))
            .await
    }

    async fn popular_banks(&self, caller: &Caller) -> Result<Suggested, WireError> {
        self.read(caller, "popular_banks", self.0.popular_banks(caller)).await
    }

    async fn held_connections(&self, caller: &Caller) -> Result<Vec<Connection>, WireError> {
        self.read(caller, "held_connections", self.0.held_connections(caller)).await
    }

    async fn coach_portal(
        &self,
        caller: &Caller,
        requested_name: Option<&str>,
        portal_url: &str,
    ) -> Result<Coaching, WireError> {
        self.read(caller, "coach_portal", self.0.coach_portal(caller, requested_name, portal_url)).await
    }

    async fn start_connection(&self, caller: &Caller, input: StartConnection) -> Result<Started, WireError> {
        let asking = caller.clone();
        self.change(caller, "start_connection", |cases| async move {
            cases.start_connection(&asking, input).await
        })
        .await
    }

    async fn get_connection(&self, caller: &Caller, id: &str) -> Result<Connection, WireError> {
        self.read(caller, "get_connection", self.0.get_connection(caller, id)).await
    }

    async fn look_at_list(
        &self,
        caller: &Caller,
        query: ListQuery,
    ) -> Result<Kept<ConnectionPage>, WireError> {
        let (asking, wanted, query) = (caller.clone(), query.clone(), &query);
        let live = |cases: Arc<UseCases>| async move {
            paid_by(&asking, cases.list_connections(&asking, wanted)).await
        };
        let after_news = is_after_news();
        let kept = |cases: Arc<UseCases>| async move { cases.kept_list(caller, query, after_news).await };
        self.answer(caller, "look", self.0.look(after_news, live, kept)).await
    }

    async fn look_at_connection(&self, caller: &Caller, id: &str) -> Result<Kept<Connection>, WireError> {
        let (asking, wanted) = (caller.clone(), id.to_owned());
        let live = |cases: Arc<UseCases>| async move {
            paid_by(&asking, cases.get_connection(&asking, &wanted)).await
        };
        let kept = |cases: Arc<UseCases>| async move { cases.kept_connection(caller, id).await };
        self.answer(caller, "look", self.0.look(is_after_news(), live, kept)).await
    }

    async fn record(&self, caller: &Caller, id: &str) -> Result<ConnectionRecord, WireError> {
        self.read(caller, "record", self.0.record(caller, id)).await
    }

    async fn list_accounts(&self, caller: &Caller, id: &str) -> Result<Accounts, WireError> {
        self.read(caller, "list_accounts", self.0.list_accounts(caller, id)).await
    }

    async fn list_transactions(
        &self,
        caller: &Caller,
        id: &str,
        query: TransactionQuery,
    ) -> Result<TransactionPage, WireError> {
        self.read(caller, "list_transactions", self.0.list_transactions(caller, id, query, ENOUGH)).await
    }

    async fn export_transactions(
        &self,
        caller: &Caller,
        id: &str,
        query: TransactionQuery,
    ) -> Result<TransactionPage, WireError> {
        self.read(caller, "export_transactions", self.0.list_transactions(caller, id, query, MOST)).await
    }

    async fn look_at_money(
        &self,
        caller: &Caller,
        id: &str,
        query: TransactionQuery,
    ) -> Result<Money, WireError> {
        self.read(caller, "look", self.0.look_at_money(caller, id, query, is_after_news())).await
    }

    async fn confirm_user_created(&self, caller: &Caller, id: &str) -> Result<Connection, WireError> {
        let (asking, id) = (caller.clone(), id.to_owned());
        self.change(caller, "confirm_user_created", |cases| async move {
            cases.confirm_user_created(&asking, &id).await
        })
        .await
    }

    async fn submit_finish(
        &self,
        caller: &Caller,
        id: &str,
        input: FinishSetup,
    ) -> Result<Connection, WireError> {
        let (asking, id, outcome) = (caller.clone(), id.to_owned(), outcome());
        self.change(caller, "submit_finish", |cases| async move {
            cases.submit_finish(&asking, &id, input, &outcome).await
        })
        .await
    }

    async fn update_credentials(
        &self,
        caller: &Caller,
        id: &str,
        input: Credentials,
    ) -> Result<Connection, WireError> {
        let (asking, id, outcome) = (caller.clone(), id.to_owned(), outcome());
        self.change(caller, "update_credentials", |cases| async move {
            cases.update_credentials(&asking, &id, input, &outcome).await
        })
        .await
    }

    async fn sync_connection(&self, caller: &Caller, id: &str) -> Result<Connection, WireError> {
        let (asking, id) = (caller.clone(), id.to_owned());
        self.change(
            caller,
            "sync_connection",
            |cases| async move { cases.sync_connection(&asking, &id).await },
        )
        .await
    }

    async fn remove_connection(
        &self,
        caller: &Caller,
        id: &str,
        confirmation: &str,
    ) -> Result<(), WireError> {
        let (asking, id, confirmation) = (caller.clone(), id.to_owned(), confirmation.to_owned());
        self.change(caller, "remove_connection", |cases| async move {
            cases.remove_connection(&asking, &id, &confirmation).await
        })
        .await
    }
}

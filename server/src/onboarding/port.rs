//! The port's implementation: each method asks one use case and turns its failure into the answer that may leave.

use std::sync::Arc;

use app::backend::{Caller, FinishSetup, ListQuery, Onboarding, StartConnection, request_scope};
use app::error::WireError;
use app::model::{Connection, ConnectionPage, Institution, Started};
use async_trait::async_trait;
use tracing::Instrument as _;
use waycore::Waycore;

use super::UseCases;
use super::locks::Locks;
use crate::clock::Clock;
use crate::config::Environment;
use crate::failure::Failure;
use crate::store::Store;

/// Drives the onboarding by way of Waycore. Cheap to clone.
#[derive(Clone)]
pub struct WaycoreOnboarding(Arc<UseCases>);

impl WaycoreOnboarding {
    /// `namespace` begins every `externalEntityId`; together with the environment it keeps two products or stages on
    /// one Waycore organization apart.
    pub fn new(
        waycore: Arc<dyn Waycore>,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        environment: Environment,
        namespace: impl Into<String>,
    ) -> Self {
        let namespace = namespace.into();
        Self(Arc::new(UseCases { waycore, store, clock, environment, namespace, locks: Locks::default() }))
    }

    /// Carries a change to its end even when the browser does not wait for it: somebody who closes the page after
    /// "Finish setup" must not leave half of it behind.
    async fn change<T, F>(&self, change: impl FnOnce(Arc<UseCases>) -> F) -> Result<T, WireError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Failure>> + Send + 'static,
    {
        let support_code = support_code();
        let task = tokio::spawn(change(Arc::clone(&self.0)).in_current_span());
        let done = task.await.unwrap_or(Err(Failure::Broken));
        done.map_err(|failure| failure.answer(&support_code))
    }
}

/// Waits for what a use case reads.
async fn read<T>(answer: impl Future<Output = Result<T, Failure>>) -> Result<T, WireError> {
    let support_code = support_code();
    answer.await.map_err(|failure| failure.answer(&support_code))
}

/// The code of the request that is being answered.
fn support_code() -> String {
    request_scope().map(|scope| scope.support_code).unwrap_or_default()
}

#[async_trait]
impl Onboarding for WaycoreOnboarding {
    async fn list_connections(&self, caller: &Caller, query: ListQuery) -> Result<ConnectionPage, WireError> {
        read(self.0.list_connections(caller, query)).await
    }

    async fn search_institutions(&self, caller: &Caller, query: &str) -> Result<Vec<Institution>, WireError> {
        read(self.0.search_institutions(caller, query)).await
    }

    async fn institution(&self, caller: &Caller, id: &str) -> Result<Institution, WireError> {
        read(self.0.institution(caller, id)).await
    }

    async fn match_institution(
        &self,
        caller: &Caller,
        requested_name: Option<&str>,
        portal_url: &str,
    ) -> Result<Option<Institution>, WireError> {
        read(self.0.match_institution(caller, requested_name, portal_url)).await
    }

    async fn start_connection(&self, caller: &Caller, input: StartConnection) -> Result<Started, WireError> {
        let caller = caller.clone();
        self.change(|cases| async move { cases.start_connection(&caller, input).await }).await
    }

    async fn get_connection(&self, caller: &Caller, id: &str) -> Result<Connection, WireError> {
        read(self.0.get_connection(caller, id)).await
    }

    async fn confirm_user_created(&self, caller: &Caller, id: &str) -> Result<Connection, WireError> {
        let (caller, id) = (caller.clone(), id.to_owned());
        self.change(|cases| async move { cases.confirm_user_created(&caller, &id).await }).await
    }

    async fn submit_finish(
        &self,
        caller: &Caller,
        id: &str,
        input: FinishSetup,
    ) -> Result<Connection, WireError> {
        let (caller, id) = (caller.clone(), id.to_owned());
        self.change(|cases| async move { cases.submit_finish(&caller, &id, input).await }).await
    }
}

//! What live pages need: the present state of a customer's connections and what changed in it, and reading a connection
//! for everybody who looks at it.

use std::time::Duration;

use app::backend::{Caller, Customer, Role, Visit};
use app::model;
use domain::connection::{ActionRequiredBy, ConnectionState, NextAction, Setup, SyncStatus};
use domain::ids::{ConnectionId, UserId};
use domain::poll::Watched;
use domain::timestamp::Timestamp;
use waycore::wire::{Connection, Page};
use waycore::{Error, ListConnections};

use super::own::{Own, is_own, understood};
use super::view::{New, kept};
use super::{UseCases, access};
use crate::failure::{Call, Failure, Missing};
use crate::store::{
    Cause, ConnectionRecord, CustomerKey, EventKind, Settled, StoreError, Tenant, WithOwner, Write,
};

/// What a customer's pages show, and the last event that is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Present {
    pub(crate) head: u64,
    pub(crate) connections: Vec<LiveConnection>,
}

/// One connection of a customer's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LiveConnection {
    pub(crate) shown: model::Connection,
    pub(crate) id: ConnectionId,
    /// What is expected to happen to it.
    pub(crate) watched: Option<Watched>,
    /// For how much longer that is expected; `None` for as long as it stays as it is.
    pub(crate) ends_after: Option<Duration>,
    /// It is being set up or synced for the first time, in no list of those that wait for activation, and the next move is not
    /// the customer's: details are being prepared, for instance.
    pub(crate) awaits_others: bool,
}

/// What a customer's pages have not heard of yet, up to the event `head`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Since {
    pub(crate) head: u64,
    pub(crate) news: Vec<News>,
}

/// Something that a customer's pages have not heard of yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct News {
    pub(crate) seq: u64,
    pub(crate) what: Happened,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Happened {
    /// The connection looks like this now.
    Connection(Box<LiveConnection>),
    Removed(ConnectionId),
    Transactions(ConnectionId),
}

/// What came of reading a connection for everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refreshed {
    /// It is there.
    Read(New),
    /// It is not there any more, and that is on record.
    Gone(New),
    /// It is none of ours: of another product on the same organization, or not on record yet.
    Unknown,
}

impl UseCases {
    fn of<'a>(&self, customer: &'a Customer) -> Tenant<'a> {
        Tenant { customer, environment: self.environment }
    }

    /// The number of the customer's last event; 0 before the first.
    pub(super) async fn head(&self, tenant: Tenant<'_>) -> Result<u64, StoreError> {
        let heads = self.store.heads(tenant.environment, &[tenant.customer]).await?;
        Ok(heads.get(&CustomerKey::of(tenant)).copied().unwrap_or(0))
    }

    /// The present state, as it was last read.
    pub(super) async fn present(&self, customer: &Customer) -> Result<Present, StoreError> {
        let tenant = self.of(customer);
        // The head comes first: what happens in between is told once more, and never missed.
        let head = self.head(tenant).await?;
        let records = self.store.connections(tenant).await?;
        let now = self.clock.now();
        let connections = records.iter().filter_map(|record| live(record, now));
        Ok(Present { head, connections: connections.collect() })
    }

    /// The id of the last event that what is read from now on has in it.
    pub(super) async fn heard(&self, caller: &Caller) -> Result<String, Failure> {
        access::may_read(caller)?;
        let tenant = self.tenant(caller);
        let head = self.head(tenant).await?;
        Ok(CustomerKey::of(tenant).event_id(head).to_string())
    }

    /// Notes that somebody looks at the list.
    pub(super) async fn visit(&self, caller: &Caller) -> Result<Visit, Failure> {
        let heard = self.heard(caller).await?;
        let tenant = self.tenant(caller);
        let away = self.store.visit(tenant, &caller.user, self.clock.now()).await?;
        let changed = match away {
            Some((since, until)) => self.store.changed_between(tenant, since, until).await?,
            None => Vec::new(),
        };
        Ok(Visit { heard, changed: changed.iter().map(ToString::to_string).collect() })
    }

    /// What happened after an event; `None` where only the present state tells.
    pub(super) async fn since(&self, customer: &Customer, after: u64) -> Result<Option<Since>, StoreError> {
        let missed = self.store.events_after(self.of(customer), after).await?;
        let Some(events) = missed.events else { return Ok(None) };
        let now = self.clock.now();
        let news = events.into_iter().filter_map(|event| {
            let what = match event.kind {
                // What is gone by now has another event, which says so.
                EventKind::Connection => Happened::Connection(Box::new(live(&event.record, now)?)),
                EventKind::Removed => Happened::Removed(event.record.id),
                EventKind::Transactions => Happened::Transactions(event.record.id),
            };
            Some(News { seq: event.seq, what })
        });
        Ok(Some(Since { head: missed.head, news: news.collect() }))
    }

    /// Reads a connection for whoever has it.
    pub(super) async fn refresh(&self, id: &ConnectionId, cause: Cause) -> Result<Refreshed, Failure> {
        let Some(WithOwner { customer, entity, record }) =
            self.store.with_owner(self.environment, id).await?
        else {
            return Ok(Refreshed::Unknown);
        };
        let (product, entity) = (product(customer), entity.ok_or(Missing::NoEntityYet)?);
        let read = async {
            let own = self.read_of(&product, &entity, id, Some(&record), cause).await?;
            // What was known may be known no more: the answer has been under way for a while.
            let known = self.store.connection(self.tenant(&product), id).await?;
            self.keep_surely(&product, &own, known.as_ref(), cause).await
        };
        match read.await {
            Ok((_, new)) => Ok(Refreshed::Read(new)),
            Err(Failure::NotFound(Missing::Unknown)) => {
                let was_gone = record.removed_at.is_some();
                Ok(Refreshed::Gone(if was_gone { New::Nothing } else { New::State }))
            }
            Err(failure) => Err(failure),
        }
    }

    /// Keeps a row of a list of everybody's, which was asked for while this version was known.
    pub(super) async fn keep_row(
        &self,
        row: Connection,
        asked_of: u64,
        cause: Cause,
    ) -> Result<Refreshed, Failure> {
        let connection = understood(&row, Call::ListConnections)?;
        let known = self.store.with_owner(self.environment, &connection.id).await?;
        let Some(WithOwner { customer, entity, record }) = known else { return Ok(Refreshed::Unknown) };
        let (product, entity) = (product(customer), entity.ok_or(Missing::NoEntityYet)?);
        if !is_own(&product, &row, &entity) {
            return Err(Missing::Foreign.into());
        }
        let own = Own { wire: row, connection, asked_of: Some(asked_of) };
        // Where only another reading can tell, the next list is one.
        let (_, new) = self.keep_news(&product, &own, Some(&record), cause).await?;
        Ok(Refreshed::Read(new.unwrap_or(New::Nothing)))
    }

    /// Tells the pages of a connection's customer that there are new transactions, and settles the deliveries that said so.
    /// `false`: there is no such connection any more, and nothing was settled.
    pub(super) async fn note_transactions(
        &self,
        id: &ConnectionId,
        settled: &[(String, Settled)],
    ) -> Result<bool, Failure> {
        let Some(known) = self.store.with_owner(self.environment, id).await? else { return Ok(false) };
        match self.write(&product(known.customer), &[Write::NewTransactions { id, settled }]).await {
            Ok(()) => Ok(true),
            Err(StoreError::Missing) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Reads all of a customer's connections.
    pub(super) async fn reread(&self, customer: &Customer) -> Result<(), Failure> {
        self.read_list(&product(customer.clone()), Cause::Watch).await.map(drop)
    }

    /// A page of Waycore's list, of every customer's connections.
    pub(super) async fn everybodys(&self, filter: &ListConnections) -> Result<Page<Connection>, Error> {
        self.waycore.list_connections(filter).await
    }
}

/// The product itself, as it reads for a customer whom nobody speaks for at the moment.
fn product(customer: Customer) -> Caller {
    Caller { customer, user: UserId::product(), role: Role::Viewer, org_name: None, name: None, locale: None }
}

fn live(record: &ConnectionRecord, now: Timestamp) -> Option<LiveConnection> {
    let own = Own::kept(record)?;
    let awaits_others = match &own.connection.state {
        ConnectionState::Draft(setup) => awaits_others(setup),
        ConnectionState::ActivatingReady(_) => true,
        ConnectionState::Connected(ready) => ready.is_first_sync() && ready.sync == SyncStatus::Syncing,
        _ => false,
    };
    Some(LiveConnection {
        shown: kept(&own, record),
        id: record.id.clone(),
        watched: Watched::of(&own.connection.state),
        ends_after: Watched::ends_after(&own.connection, now).map(Duration::from_millis),
        awaits_others,
    })
}

/// Returns true if Waycore or the product has to act on a draft next, by the rule of its page (`Mover` in `app::wizard`).
fn awaits_others(setup: &Setup) -> bool {
    let is_customers = match &setup.action_required_by {
        ActionRequiredBy::EndUser => true,
        // Where Waycore does not say whose move it is, what a customer can do is the customer's.
        ActionRequiredBy::Other(by) if by.is_empty() => {
            matches!(setup.next_action, NextAction::CreateDelegatedUser | NextAction::ProvideCredentials)
        }
        ActionRequiredBy::Integrator | ActionRequiredBy::Waycore | ActionRequiredBy::Other(_) => false,
    };
    !is_customers || setup.instructions.is_pending()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn check(by: Value, next: &str, expected: bool) {
        let setup = json!({ "actionRequiredBy": by, "nextAction": next });
        let row = json!({
            "id": "c", "entityId": "e", "kind": "setup", "status": "draft", "setup": setup,
            "createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z",
        });
        let row: Connection = serde_json::from_value(row).expect("a connection");
        let connection = understood(&row, Call::ListConnections).expect("one that is understood");
        let ConnectionState::Draft(setup) = &connection.state else { panic!("{connection:?}") };
        assert_eq!(awaits_others(setup), expected, "{by}: {next}");
    }

    #[test]
    fn a_draft_awaits_others_where_its_page_says_so() {
        for (by, next, expected) in [
            (json!("endUser"), "createDelegatedUser", false),
            (json!("endUser"), "somethingNew", false),
            (json!("waycore"), "createDelegatedUser", true),
            (json!("integrator"), "provideCredentials", true),
            (json!("somebody"), "createDelegatedUser", true),
            (json!(null), "createDelegatedUser", false),
            (json!(""), "provideCredentials", false),
            (json!(7), "createDelegatedUser", false),
            (json!(null), "activateConnection", true),
            (json!(null), "somethingNew", true),
        ] {
            check(by, next, expected);
        }
    }
}

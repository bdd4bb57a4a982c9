//! The customer's connections, newest first.

use app::backend::{Caller, ListQuery};
use app::model::ConnectionPage;
use domain::ids::EntityId;
use waycore::ListConnections;
use waycore::wire::ConnectionStatus;

use super::list_cursor::{Place, page};
use super::own::{Own, is_own, understood};
use super::{UseCases, access};
use crate::failure::{Call, Failure};

/// How many pages of Waycore's are read at most: a customer with more than 2,000 banks is a mistake somewhere.
const MOST_PAGES: usize = 20;

impl UseCases {
    pub(super) async fn list_connections(
        &self,
        caller: &Caller,
        query: ListQuery,
    ) -> Result<ConnectionPage, Failure> {
        access::may_read(caller)?;
        let after = filled(query.cursor).map(|cursor| Place::parse(&cursor)).transpose()?;
        let Some(entity) = self.known_entity(caller).await? else {
            return Ok(ConnectionPage { connections: Vec::new(), next_cursor: None });
        };
        let status = filled(query.status).map(|status| ConnectionStatus::from(status.as_str()));
        let rows = self.all_rows(caller, entity, status).await?;
        let (rows, next_cursor) = page(rows, |own| Place::of(&own.connection), after.as_ref());
        let ids: Vec<_> = rows.iter().map(|own| own.connection.id.clone()).collect();
        let records = self.store.connections(self.tenant(caller), &ids).await?;
        let mut connections = Vec::with_capacity(rows.len());
        for own in &rows {
            let record = records.iter().find(|record| record.id == own.connection.id);
            match self.show_with(caller, own, record).await {
                Ok(connection) => connections.push(connection),
                // Withheld and logged already; the others are still the caller's.
                Err(Failure::NotFound(_)) => {}
                Err(failure) => return Err(failure),
            }
        }
        Ok(ConnectionPage { connections, next_cursor })
    }

    /// Every connection of the entity, in Waycore's pages. The order is documented and not relied on.
    async fn all_rows(
        &self,
        caller: &Caller,
        entity: EntityId,
        status: Option<ConnectionStatus>,
    ) -> Result<Vec<Own>, Failure> {
        let mut filter =
            ListConnections { entity_id: Some(entity.clone()), status, ..ListConnections::default() };
        let mut rows = Vec::new();
        for _ in 0..MOST_PAGES {
            let page = self.waycore.list_connections(&filter).await;
            let page = page.map_err(Failure::of(Call::ListConnections))?;
            rows.extend(page.data.into_iter().filter_map(|row| own_row(caller, row, &entity)));
            let next = page.pagination.next_cursor.filter(|_| page.pagination.has_more);
            if next.is_none() || next == filter.cursor {
                return Ok(rows);
            }
            filter.cursor = next;
        }
        tracing::warn!(%entity, pages = MOST_PAGES, "the list of connections is longer than what is read");
        Ok(rows)
    }
}

/// A row of the caller's that can be read; the others are dropped, and the log says so.
fn own_row(caller: &Caller, wire: waycore::wire::Connection, entity: &EntityId) -> Option<Own> {
    if !is_own(caller, &wire, entity) {
        return None;
    }
    match understood(&wire, Call::ListConnections) {
        Ok(connection) => Some(Own { wire, connection }),
        Err(_) => {
            tracing::warn!(%entity, "a connection in a list has an id that cannot be one, and was left out");
            None
        }
    }
}

fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

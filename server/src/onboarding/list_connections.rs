//! The customer's connections, newest first.

use std::collections::HashMap;

use app::backend::{Caller, Kept, ListQuery};
use app::model::{Connection, ConnectionPage};
use domain::ids::{ConnectionId, EntityId};
use domain::timestamp::Timestamp;
use waycore::wire::UnreadableRow;
use waycore::{Error, ListConnections};

use super::list_cursor::{Place, page};
use super::own::{Own, is_own, understood};
use super::view::{as_known, kept, text, without_record};
use super::{UseCases, access};
use crate::failure::{Call, EntityFault, Failure, Missing};
use crate::store::Cause;

/// How many connections a page of Waycore's has at most.
const PAGE: u16 = 500;

/// How many of its pages are read at most: a customer with more banks is a mistake somewhere.
const MOST_PAGES: usize = 20;

/// How many connections that are missing from Waycore's list are asked for one by one.
const MOST_MISSING: usize = 20;

/// All of a customer's connections that can be shown.
#[derive(Default)]
pub(super) struct Connections {
    connections: Vec<(Place, Connection)>,
    /// How many others there are, of which Waycore's answer could not be read.
    unreadable: usize,
}

/// What Waycore lists for an entity.
pub(super) struct Rows {
    pub(super) own: Vec<Own>,
    pub(super) unreadable: Vec<UnreadableRow>,
}

impl UseCases {
    /// Reads them all and shows a part.
    pub(super) async fn list_connections(
        &self,
        caller: &Caller,
        query: ListQuery,
    ) -> Result<ConnectionPage, Failure> {
        access::may_read(caller)?;
        let after = place(&query)?;
        let Connections { connections, unreadable } = self.read_list(caller, Cause::Look).await?;
        Ok(ConnectionPage { unreadable, ..part(connections, &query, after.as_ref()) })
    }

    /// Reads all of the customer's connections.
    pub(super) async fn read_list(&self, caller: &Caller, cause: Cause) -> Result<Connections, Failure> {
        let Some(entity) = self.known_entity(caller).await? else { return Ok(Connections::default()) };
        let began = self.clock.now();
        let Rows { own: rows, unreadable } = self.rows_at_waycore(caller, &entity).await?;
        let records = self.store.connections(self.tenant(caller)).await?;
        let records_by_id: HashMap<_, _> = records.iter().map(|record| (&record.id, record)).collect();
        let mut connections = Vec::with_capacity(rows.len());
        let (mut confirmed, mut buried) = (Vec::new(), Vec::new());
        for own in &rows {
            let record = records_by_id.get(&own.connection.id).copied();
            // Of most there is nothing new, and that is one write for all of them.
            if let Some((record, shown)) = record.and_then(|record| Some((record, as_known(own, record)?))) {
                if !record.was_read_lately(began) {
                    confirmed.push((record.id.clone(), record.version));
                }
                connections.push((Place::of(&own.connection), shown));
                continue;
            }
            match self.keep(caller, own, record, cause).await {
                Ok(connection) => connections.push((Place::of(&own.connection), connection)),
                // Withheld and logged already; the others are still the caller's.
                Err(Failure::NotFound(Missing::Foreign)) => {}
                Err(Failure::NotFound(_)) => buried.push(&own.connection.id),
                // What is on record of it cannot be read or stored. What Waycore says can be shown all the same.
                Err(Failure::Store(error)) if error.is_about_one_row() => {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(connection = %own.connection.id, error, "connection listed without its record");
                    connections.push((Place::of(&own.connection), without_record(own)));
                }
                Err(failure) => return Err(failure),
            }
        }
        let mut left_out = 0;
        for id in buried.into_iter().take(MOST_MISSING) {
            match self.listed_again(caller, id, cause).await {
                Ok(listed) => connections.extend(listed),
                Err(failure @ (Failure::Waycore { .. } | Failure::Answer { .. })) => {
                    tracing::warn!(connection = %id, %failure, "connection left out of the list");
                    left_out += 1;
                }
                Err(failure) => return Err(failure),
            }
        }
        self.store.confirm(self.tenant(caller), &confirmed, self.clock.now()).await?;
        let missing = records.iter().filter(|record| {
            // One that was made or read since is not missing but newer than the list.
            record.created_at.max(record.read_at.unwrap_or(record.created_at)) < began
                && rows.iter().all(|own| own.connection.id != record.id)
                && unreadable.iter().all(|row| row.id.as_deref() != Some(record.id.as_str()))
        });
        for record in missing.take(MOST_MISSING) {
            if let Err(Error::NotFound) = self.waycore.get_connection(&record.id).await {
                self.bury(caller, &record.id, cause).await?;
            }
        }
        Ok(Connections { connections, unreadable: unreadable.len() + left_out })
    }

    /// A connection that is known to be gone and is in a list all the same. The list may be late, or Waycore has said once
    /// that it did not know a connection that it knows: its own answer decides.
    async fn listed_again(
        &self,
        caller: &Caller,
        id: &ConnectionId,
        cause: Cause,
    ) -> Result<Option<(Place, Connection)>, Failure> {
        match self.read_own(caller, id, cause).await {
            Ok(own) => Ok(Some((Place::of(&own.connection), self.show(caller, &own, cause).await?))),
            Err(Failure::NotFound(_)) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// The list as it was last read, if it ever was. `after_news`: it was, for whoever asks.
    pub(super) async fn kept_list(
        &self,
        caller: &Caller,
        query: &ListQuery,
        after_news: bool,
    ) -> Result<Option<Kept<ConnectionPage>>, Failure> {
        access::may_read(caller)?;
        let after = place(query)?;
        let records = self.store.connections(self.tenant(caller)).await?;
        // Without a row nothing says when that was.
        let mut as_of: Option<Timestamp> = (after_news && records.is_empty()).then(|| self.clock.now());
        let mut connections = Vec::with_capacity(records.len());
        let mut unreadable = 0;
        for record in &records {
            // What is known to exist and cannot be shown is counted, and hides nothing else.
            let Some(own) = Own::kept(record) else {
                tracing::warn!(connection = %record.id, "stored connection cannot be shown");
                unreadable += 1;
                continue;
            };
            as_of = as_of.min(record.read_at).or(record.read_at);
            connections.push((Place::of(&own.connection), kept(&own, record)));
        }
        let what = ConnectionPage { unreadable, ..part(connections, query, after.as_ref()) };
        Ok(as_of.map(|at| Kept { what, as_of: Some(text(at)) }))
    }

    /// Every connection of the entity, in Waycore's pages. The order is documented and not relied on.
    pub(super) async fn rows_at_waycore(&self, caller: &Caller, entity: &EntityId) -> Result<Rows, Failure> {
        let limit = Some(PAGE);
        let mut filter =
            ListConnections { entity_id: Some(entity.clone()), limit, ..ListConnections::default() };
        let mut rows = Rows { own: Vec::new(), unreadable: Vec::new() };
        let known = self.store.connections(self.tenant(caller)).await?;
        let known: HashMap<_, _> = known.into_iter().map(|record| (record.id, record.version)).collect();
        for _ in 0..MOST_PAGES {
            let page = self.waycore.list_connections(&filter).await;
            let page = page.map_err(|error| match error {
                // A list names nothing else that could be missing.
                Error::NotFound => EntityFault::Gone.into(),
                error => Failure::of(Call::ListConnections)(error),
            })?;
            for row in page.data.into_iter().filter(|row| is_own(caller, row, entity)) {
                match understood(&row, Call::ListConnections) {
                    Ok(connection) => {
                        let asked_of = Some(known.get(&connection.id).copied().unwrap_or(0));
                        rows.own.push(Own { wire: row, connection, asked_of });
                    }
                    Err(_) => {
                        tracing::warn!(%entity, "connection left out: its id cannot be one");
                        let cause = "an id that cannot be one".to_owned();
                        rows.unreadable.push(UnreadableRow { id: None, cause });
                    }
                }
            }
            rows.unreadable.extend(page.unreadable);
            let next = page.pagination.next_cursor.filter(|_| page.pagination.has_more);
            if next.is_some() && next == filter.cursor {
                // Nobody can tell whether these are all.
                let cause = "a cursor came twice".to_owned();
                rows.unreadable.push(UnreadableRow { id: None, cause });
                return Ok(rows);
            }
            if next.is_none() {
                return Ok(rows);
            }
            filter.cursor = next;
        }
        tracing::warn!(%entity, pages = MOST_PAGES, "the list of connections is longer than what is read");
        Ok(rows)
    }
}

/// Where the part that is asked for begins.
fn place(query: &ListQuery) -> Result<Option<Place>, Failure> {
    Ok(filled(query.cursor.as_deref()).map(Place::parse).transpose()?)
}

fn part(
    mut connections: Vec<(Place, Connection)>,
    query: &ListQuery,
    after: Option<&Place>,
) -> ConnectionPage {
    let status = filled(query.status.as_deref());
    connections.retain(|(_, connection)| status.is_none_or(|status| connection.status == status));
    let (rows, next_cursor) = page(connections, |(place, _)| place.clone(), after);
    let connections = rows.into_iter().map(|(_, connection)| connection).collect();
    ConnectionPage { connections, next_cursor, unreadable: 0 }
}

fn filled(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

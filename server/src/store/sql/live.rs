//! The rows behind live pages.

use std::collections::{HashMap, HashSet};

use app::backend::Customer;
use async_trait::async_trait;
use domain::ids::{ConnectionId, UserId};
use domain::poll::Watched;
use domain::timestamp::Timestamp;
use tokio::sync::broadcast;

use super::database::{Apart, CHANNEL, Database, Kept, Lock, Value, Writing, values};
use super::rows::{ConnectionIdRow, DueRow, EventRow, MissedEvent, WatchedRow, WithOwnerRow};
use super::writes::tenant_values;
use super::{CONNECTIONS, SqlStore, first};
use crate::config::Environment;
use crate::store::live::{AT_ONCE, received};
use crate::store::{
    Announcement, CustomerKey, Delivery, DueDelivery, InboxSize, LONGEST_RETRY_MILLIS, LiveStore, Missed,
    Settled, StoreError, Tenant, VISIT_ENDS_AFTER_MILLIS, WatchedConnection, WithOwner,
};

/// How exactly the end of a visit is known.
const VISIT_NOTED_EVERY_MILLIS: i64 = 60_000;

#[async_trait]
impl LiveStore for SqlStore {
    fn announcements(&self) -> broadcast::Receiver<Announcement> {
        self.bus.listen()
    }

    async fn announce(&self, announcement: &Announcement) -> Result<(), StoreError> {
        match &self.database {
            Database::Sqlite { .. } => self.bus.tell(announcement.clone()),
            Database::Postgres(pool) => {
                let tell = sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(announcement.to_text());
                tell.execute(pool).await?;
            }
        }
        Ok(())
    }

    async fn receive(
        &self,
        environment: Environment,
        deliveries: &[Delivery],
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let rows: Vec<_> = deliveries
            .iter()
            .map(|delivery| {
                values![
                    environment.as_str(),
                    delivery.event_id.as_str(),
                    delivery.event_type.as_str(),
                    delivery.connection.as_ref().map(ConnectionId::as_str),
                    now.as_millis(),
                    AT_ONCE.as_millis(),
                ]
            })
            .collect();
        let sql = (
            "INSERT INTO inbox (environment, event_id, event_type, connection_id, received_at, due_at) VALUES ",
            " ON CONFLICT (environment, event_id) DO NOTHING",
        );
        let deliveries = deliveries.into();
        let news = move |new| received(environment, deliveries, new);
        self.write_rows(Lock::Nothing, sql, &rows, Kept::AtOnce, news).await
    }

    async fn due_deliveries(
        &self,
        environment: Environment,
        now: Timestamp,
        limit: i64,
    ) -> Result<Vec<DueDelivery>, StoreError> {
        /// `key` names a row also where its texts cannot be read; only a file keeps texts that are none.
        macro_rules! due {
            ($key:literal) => {
                concat!(
                    "SELECT ",
                    $key,
                    " AS key, event_id, event_type, connection_id, attempts FROM (
                        SELECT event_id, event_type, connection_id, attempts, received_at,
                               ROW_NUMBER() OVER (PARTITION BY connection_id ORDER BY received_at, event_id) AS place
                          FROM inbox
                         WHERE environment = $1 AND due_at IS NOT NULL AND (due_at <= $2 OR due_at > $3)) AS due
                     ORDER BY place, received_at, event_id LIMIT $4"
                )
            };
        }
        let sql = match &self.database {
            Database::Sqlite { .. } => due!("hex(event_id)"),
            Database::Postgres(_) => due!("event_id"),
        };
        // What is due in a later minute than any retry was noted by a clock that is ahead of this one.
        let absurd = now.plus_millis(LONGEST_RETRY_MILLIS).as_millis();
        let due = values![environment.as_str(), now.as_millis(), absurd, limit];
        let Apart { readable, left_out } =
            self.database.fetch_apart::<DueRow, DueDelivery>(("inbox", "key"), sql, &due).await?;
        // Otherwise every later read returns them again.
        if let Err(error) = self.park(environment, &left_out).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "unreadable deliveries not parked");
        }
        Ok(readable)
    }

    async fn settle(
        &self,
        environment: Environment,
        settled: &[(String, Settled)],
    ) -> Result<(), StoreError> {
        if settled.iter().all(|(_, settled)| *settled == Settled::Done) {
            let done: Vec<_> =
                settled.iter().map(|(id, _)| values![environment.as_str(), id.as_str()]).collect();
            self.write_rows(Lock::Nothing, DONE, &done, Kept::AtOnce, |_| None).await?;
            return Ok(());
        }
        let mut writing = self.database.begin(Lock::Nothing).await?;
        settle(&mut writing, environment, settled).await?;
        self.commit(writing).await
    }

    async fn inbox_size(&self, environment: Environment) -> Result<InboxSize, StoreError> {
        let sql = "SELECT (SELECT count(*) FROM inbox WHERE environment = $1 AND due_at IS NOT NULL),
                          (SELECT count(*) FROM inbox WHERE environment = $1 AND parked = 1)";
        let rows: Vec<(i64, i64)> = self.database.fetch(sql, &values![environment.as_str()]).await?;
        let count = |number: i64| u64::try_from(number).unwrap_or(0);
        Ok(rows.first().map_or(InboxSize::default(), |(waiting, parked)| InboxSize {
            waiting: count(*waiting),
            parked: count(*parked),
        }))
    }

    async fn with_owner(
        &self,
        environment: Environment,
        connection: &ConnectionId,
    ) -> Result<Option<WithOwner>, StoreError> {
        let sql = "SELECT connections.*, entity_map.entity_id
                     FROM connections LEFT JOIN entity_map USING (environment, issuer, org)
                    WHERE connections.environment = $1 AND connections.connection_id = $2";
        let rows: Vec<WithOwnerRow> =
            self.database.fetch(sql, &values![environment.as_str(), connection.as_str()]).await?;
        first(rows)
    }

    async fn watched(
        &self,
        environment: Environment,
        reason: Option<Watched>,
    ) -> Result<Vec<WatchedConnection>, StoreError> {
        let sql = match reason {
            Some(_) => {
                "SELECT connection_id, updated_at, version FROM connections
                 WHERE environment = $1 AND watched = $2"
            }
            None => {
                "SELECT connection_id, updated_at, version FROM connections
                 WHERE environment = $1 AND removed_at IS NULL AND ($2 = '')"
            }
        };
        let reason = reason.map_or("", Watched::as_str);
        self.database
            .fetch_readable::<WatchedRow, _>(CONNECTIONS, sql, &values![environment.as_str(), reason])
            .await
    }

    async fn remembered(&self, environment: Environment) -> Result<HashSet<ConnectionId>, StoreError> {
        let sql = "SELECT connection_id FROM connections WHERE environment = $1";
        let ids: Vec<ConnectionId> = self
            .database
            .fetch_readable::<ConnectionIdRow, _>(CONNECTIONS, sql, &values![environment.as_str()])
            .await?;
        Ok(ids.into_iter().collect())
    }

    async fn events_after(&self, tenant: Tenant<'_>, after: u64) -> Result<Missed, StoreError> {
        let [environment, issuer, org] = tenant_values(tenant);
        let from = Value::from(i64::try_from(after).unwrap_or(i64::MAX));
        // Those that came after it, or else the last. A connection's row stays for as long as its events.
        let sql = "WITH missed AS (
                       SELECT seq, kind, connection_id, min(seq) OVER () AS first, max(seq) OVER () AS head,
                              max(seq) OVER (PARTITION BY connection_id, kind = 'transactions') AS last
                         FROM customer_events
                        WHERE environment = $1 AND issuer = $2 AND org = $3
                          AND seq > (SELECT CASE WHEN max(seq) <= $4 THEN max(seq) - 1 ELSE $4 END
                                       FROM customer_events WHERE environment = $1 AND issuer = $2 AND org = $3))
                   SELECT missed.seq, missed.kind, missed.first, missed.head, connections.*
                     FROM missed JOIN connections ON connections.connection_id = missed.connection_id
                                                 AND connections.environment = $1
                                                 AND connections.issuer = $2 AND connections.org = $3
                    WHERE missed.seq = missed.last ORDER BY missed.seq";
        let rows: Vec<MissedEvent> = self
            .database
            .fetch_readable::<EventRow, _>(("customer_events", "seq"), sql, &[environment, issuer, org, from])
            .await?;
        let Some(MissedEvent { first, head, .. }) = rows.first() else {
            // There are none, or none that can be read.
            let heads = self.heads(tenant.environment, &[tenant.customer]).await?;
            let head = heads.get(&CustomerKey::of(tenant)).copied().unwrap_or(0);
            return Ok(Missed { head, events: (after <= head).then(Vec::new) });
        };
        let (oldest, head) = (*first, *head);
        // One that is missing has been pruned, or was never given.
        let whole = after == head || oldest.checked_sub(1) == Some(after);
        let missed = || rows.into_iter().map(|row| row.event).filter(|event| event.seq > after).collect();
        Ok(Missed { head, events: whole.then(missed) })
    }

    async fn heads(
        &self,
        environment: Environment,
        customers: &[&Customer],
    ) -> Result<HashMap<CustomerKey, u64>, StoreError> {
        let tenants = customers.iter().map(|customer| tenant_values(Tenant { customer, environment }));
        let tenants: Vec<_> = tenants.collect();
        let rows: Vec<(String, String, Option<i64>)> = self
            .database
            .fetch_rows(
                "SELECT column2, column3, (SELECT max(seq) FROM customer_events
                                            WHERE environment = column1 AND issuer = column2 AND org = column3)
                   FROM (VALUES ",
                &tenants,
                ") AS customers",
            )
            .await?;
        let head = |(issuer, org, seq): (String, String, Option<i64>)| {
            let customer = Customer { issuer, org };
            let key = CustomerKey::of(Tenant { customer: &customer, environment });
            Some((key, u64::try_from(seq?).ok()?))
        };
        Ok(rows.into_iter().filter_map(head).collect())
    }

    async fn hold_lease(&self, name: &str, holder: &str, millis: u32) -> Result<bool, StoreError> {
        // A file has but one process, and that one may always.
        if let Database::Sqlite { .. } = &self.database {
            return Ok(true);
        }
        let sql = "INSERT INTO leases (name, holder, until)
                   VALUES ($1, $2, CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) + $3)
                   ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
                    WHERE leases.holder = excluded.holder
                       OR leases.until < CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)";
        let mut writing = self.database.begin(Lock::Nothing).await?;
        let held = writing.execute(sql, &values![name, holder, i64::from(millis)]).await?;
        self.commit(writing).await?;
        Ok(held == 1)
    }

    async fn release_lease(&self, name: &str, holder: &str) -> Result<(), StoreError> {
        let mut writing = self.database.begin(Lock::Nothing).await?;
        let sql = "DELETE FROM leases WHERE name = $1 AND holder = $2";
        writing.add(sql, &values![name, holder]).await?;
        self.commit(writing).await
    }

    async fn visit(
        &self,
        tenant: Tenant<'_>,
        user: &UserId,
        now: Timestamp,
    ) -> Result<Option<(Timestamp, Timestamp)>, StoreError> {
        let mut writing = self.begin_for(tenant).await?;
        let [environment, issuer, org] = tenant_values(tenant);
        let key = [environment, issuer, org, user.as_str().into()];
        let rows: Vec<(Option<i64>, i64, i64)> = writing
            .fetch(
                "SELECT away_since, began_at, seen_at FROM visits
                 WHERE environment = $1 AND issuer = $2 AND org = $3 AND user_id = $4",
                &key,
            )
            .await?;
        let since = |at: i64| now.since(Timestamp::from_millis(at));
        let now = now.as_millis();
        let (away_since, began_at) = match rows.first() {
            Some((away_since, began_at, seen_at))
                if (0..VISIT_ENDS_AFTER_MILLIS).contains(&since(*seen_at)) =>
            {
                (*away_since, *began_at)
            }
            Some((_, _, seen_at)) => (Some(*seen_at), now),
            None => (None, now),
        };
        // Somebody who looks again and again is not a write each time, unless there is something new to have seen.
        let is_noted = match rows.first() {
            Some((_, _, seen_at)) if (0..VISIT_NOTED_EVERY_MILLIS).contains(&since(*seen_at)) => {
                !changed_since(&mut writing, tenant, *seen_at).await?
            }
            _ => false,
        };
        if !is_noted {
            note_visit(&mut writing, key, away_since, began_at, now).await?;
            self.commit(writing).await?;
        }
        Ok(away_since.map(|since| (Timestamp::from_millis(since), Timestamp::from_millis(began_at))))
    }

    async fn changed_between(
        &self,
        tenant: Tenant<'_>,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<ConnectionId>, StoreError> {
        let [environment, issuer, org] = tenant_values(tenant);
        let [from, to] = values![from.as_millis(), to.as_millis()];
        let sql = "SELECT DISTINCT connection_id FROM connection_history
                    WHERE environment = $1 AND issuer = $2 AND org = $3 AND at > $4 AND at <= $5
                      AND state_before IS NOT NULL";
        let table = ("connection_history", "connection_id");
        self.database
            .fetch_readable::<ConnectionIdRow, _>(table, sql, &[environment, issuer, org, from, to])
            .await
    }
}

impl SqlStore {
    /// Parks deliveries that cannot be read, by what [`LiveStore::due_deliveries`] calls them.
    async fn park(&self, environment: Environment, keys: &[String]) -> Result<(), StoreError> {
        if keys.is_empty() {
            return Ok(());
        }
        let sql = match &self.database {
            Database::Sqlite { .. } => {
                "UPDATE inbox SET due_at = NULL, parked = 1 WHERE environment = $1 AND hex(event_id) = $2"
            }
            Database::Postgres(_) => {
                "UPDATE inbox SET due_at = NULL, parked = 1 WHERE environment = $1 AND event_id = $2"
            }
        };
        let mut writing = self.database.begin(Lock::Nothing).await?;
        for key in keys {
            writing.add(sql, &values![environment.as_str(), key.as_str()]).await?;
        }
        self.commit(writing).await
    }
}

async fn changed_since(writing: &mut Writing, tenant: Tenant<'_>, at: i64) -> Result<bool, StoreError> {
    let [environment, issuer, org] = tenant_values(tenant);
    let changes: Vec<(i64,)> = writing
        .fetch(
            "SELECT version FROM connection_history
             WHERE environment = $1 AND issuer = $2 AND org = $3 AND at >= $4 LIMIT 1",
            &[environment, issuer, org, at.into()],
        )
        .await?;
    Ok(!changes.is_empty())
}

/// For [`Settled::Done`]. The number of attempts has an end, here and below: one that cannot be counted on would fail all that
/// is settled together.
const DONE: (&str, &str) = (
    "UPDATE inbox SET due_at = NULL, parked = 0,
                      attempts = attempts + CASE WHEN attempts < 1000000 THEN 1 ELSE 0 END
     WHERE due_at IS NOT NULL AND (environment, event_id) IN (VALUES ",
    ")",
);

/// Gives the number of those that were due: what was settled once stays as it is.
pub(super) async fn settle(
    writing: &mut Writing,
    environment: Environment,
    settled: &[(String, Settled)],
) -> Result<u64, StoreError> {
    let (mut done, mut count) = (Vec::new(), 0);
    for (event_id, settled) in settled {
        let (due_at, parked, tried) = match settled {
            Settled::Done => {
                done.push(values![environment.as_str(), event_id.as_str()]);
                continue;
            }
            Settled::Again(at) => (Some(at.as_millis()), 0, 1),
            Settled::Postponed(at) => (Some(at.as_millis()), 0, 0),
            Settled::Parked => (None, 1, 1),
        };
        let sql = "UPDATE inbox SET due_at = $3, parked = $4,
                          attempts = attempts + CASE WHEN attempts < 1000000 THEN $5 ELSE 0 END
                   WHERE environment = $1 AND event_id = $2 AND due_at IS NOT NULL";
        let row = values![environment.as_str(), event_id.as_str(), due_at, parked, tried];
        count += writing.execute(sql, &row).await?;
    }
    let (before, after) = DONE;
    count += writing.execute_rows(before, &done, after).await?;
    Ok(count)
}

async fn note_visit(
    writing: &mut Writing,
    key: [Value; 4],
    away_since: Option<i64>,
    began_at: i64,
    now: i64,
) -> Result<(), StoreError> {
    let [environment, issuer, org, user] = key;
    let [away_since, began_at, now] = values![away_since, began_at, now];
    writing
        .add(
            "INSERT INTO visits (environment, issuer, org, user_id, away_since, began_at, seen_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (environment, issuer, org, user_id) DO UPDATE
                SET away_since = excluded.away_since, began_at = excluded.began_at, seen_at = excluded.seen_at",
            &[environment, issuer, org, user, away_since, began_at, now],
        )
        .await?;
    Ok(())
}

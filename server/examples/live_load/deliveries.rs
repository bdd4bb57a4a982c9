//! What Waycore sends, at a rate that does not wait for answers.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::deployment::{Server, Waycore, unix_seconds};
use crate::figures::Times;
use crate::lines::Lines;
use crate::population::Waiting;
use crate::viewers::Viewers;
use crate::wire::Request;

/// How long the last change may take to reach everybody before it counts as lost.
const LOST_AFTER: Duration = Duration::from_secs(10);

/// One every so often, so many in all.
#[derive(Clone, Copy)]
pub(crate) struct Rate {
    pub(crate) every: Duration,
    pub(crate) count: usize,
}

/// From webhook to browser.
pub(crate) struct Reached {
    pub(crate) times: Times,
    /// Of the streams that were to be told, how many were not.
    pub(crate) lost: usize,
}

/// How long deliveries took to be answered.
pub(crate) struct TakenIn {
    pub(crate) times: Times,
    /// Those that were not answered with 204; Waycore would send them again.
    pub(crate) refused: usize,
}

/// The two ends of what is sent.
#[derive(Clone)]
pub(crate) struct Sender {
    waycore: Lines,
    server: Lines,
    secret: secrecy::SecretString,
}

impl Sender {
    pub(crate) fn new(waycore: &Waycore, server: &Server) -> Self {
        Self {
            waycore: Lines::to(waycore.at),
            server: Lines::to(server.at),
            secret: waycore.webhook_secret.clone().into(),
        }
    }

    /// Activates one connection after the other and tells the server of each; `viewers` streams show each of them.
    pub(crate) async fn activate(
        &self,
        waiting: &[Waiting],
        rate: Rate,
        viewers: &mut Viewers,
        streams_each: usize,
    ) -> Result<Reached> {
        let mut under_way = JoinSet::new();
        for (place, one) in in_time(rate).zip(waiting.iter().cloned()) {
            tokio::time::sleep_until(place.into()).await;
            under_way.spawn(self.clone().activate_one(one));
        }
        let mut sent = HashMap::new();
        while let Some(one) = under_way.join_next().await {
            let (connection, at) = one??;
            sent.insert(connection, at);
        }
        let wanted = sent.len() * streams_each;
        let told = viewers.told(wanted, LOST_AFTER).await;
        let took = told.iter().filter(|told| told.status == "active").filter_map(|told| {
            // Waycore's list may have shown it before the delivery was sent.
            Some(told.at.saturating_duration_since(*sent.get(&told.connection)?))
        });
        let times: Vec<_> = took.collect();
        Ok(Reached { lost: wanted.saturating_sub(times.len()), times: Times::new(times) })
    }

    /// Sends deliveries that mean nothing. Gives how long each took to be answered, from the time at which it was due.
    pub(crate) async fn take_in(&self, rate: Rate) -> Result<TakenIn> {
        let mut under_way = JoinSet::new();
        for due in in_time(rate) {
            tokio::time::sleep_until(due.into()).await;
            let sender = self.clone();
            under_way.spawn(async move {
                let status = sender.deliver("test", json!({})).await?;
                anyhow::Ok((status, due.elapsed()))
            });
        }
        let (mut times, mut refused) = (Vec::with_capacity(rate.count), 0);
        while let Some(one) = under_way.join_next().await {
            let (status, time) = one??;
            refused += usize::from(status != 204);
            times.push(time);
        }
        Ok(TakenIn { times: Times::new(times), refused })
    }

    async fn activate_one(self, one: Waiting) -> Result<(String, Instant)> {
        let Waiting { connection, entity } = one;
        let path = format!("/_sim/connections/{connection}");
        let state = json!({ "kind": "ready", "status": "active", "syncStatus": "idle" });
        self.waycore.post(&path, &[], &state).await?.json()?;
        let at = Instant::now();
        let data = json!({
            "connectionId": connection, "entityId": entity, "kind": "ready", "status": "active",
        });
        match self.deliver("connection.status_changed", data).await? {
            204 => Ok((connection, at)),
            status => bail!("a delivery was answered {status}"),
        }
    }

    /// Gives the status that it was answered with.
    async fn deliver(&self, event: &str, data: Value) -> Result<u16> {
        let id = format!("evt_{}", Uuid::now_v7().simple());
        let created = "2026-03-04T12:00:00Z";
        let body = json!({ "id": id, "type": event, "createdAt": created, "data": data }).to_string();
        let signature = waycore::webhook::sign(&self.secret, unix_seconds(), body.as_bytes());
        let headers = [("Content-Type", "application/json"), (waycore::webhook::HEADER, signature.as_str())];
        let path = "/webhooks/waycore";
        let delivery = Request { method: "POST", path, headers: &headers, body: body.as_bytes() };
        Ok(self.server.ask(&delivery).await?.status)
    }
}

/// The moments of a rate, from now on.
fn in_time(rate: Rate) -> impl Iterator<Item = Instant> {
    let began = Instant::now();
    let due = move |place| began + rate.every * u32::try_from(place).unwrap_or(u32::MAX);
    (0..rate.count).map(due)
}

//! People who look: each holds a stream of events open, and what it is told is noted with its time.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::{AbortHandle, JoinSet};

use crate::population::Person;
use crate::wire::{Endless, Request};

/// Streams that are opened side by side.
const AT_ONCE: usize = 32;

/// How long one may be refused because its customer asks too often.
const PATIENCE: usize = 60;

/// A change that a stream told.
pub(crate) struct Told {
    pub(crate) connection: String,
    pub(crate) status: String,
    pub(crate) at: Instant,
}

/// Open streams. They close with this value.
pub(crate) struct Viewers {
    told: UnboundedReceiver<Told>,
    open: Arc<AtomicUsize>,
    following: Vec<AbortHandle>,
}

/// What each of the openers needs.
#[derive(Clone)]
struct Door {
    server: SocketAddr,
    told: UnboundedSender<Told>,
    open: Arc<AtomicUsize>,
}

impl Viewers {
    /// Opens a stream for each, and waits until all have the present state: so many waiting connections.
    pub(crate) async fn open(server: SocketAddr, people: Vec<Person>, waiting: usize) -> Result<Self> {
        let (sender, told) = unbounded_channel();
        let open = Arc::new(AtomicUsize::new(0));
        let door = Door { server, told: sender, open: Arc::clone(&open) };
        let people = Arc::new(people);
        let mut openers = JoinSet::new();
        for opener in 0..AT_ONCE {
            let (door, people) = (door.clone(), Arc::clone(&people));
            openers.spawn(async move {
                let mut mine = Vec::new();
                for person in people.iter().skip(opener).step_by(AT_ONCE) {
                    mine.push(door.let_in(person, waiting).await?);
                }
                anyhow::Ok(mine)
            });
        }
        let mut following = Vec::new();
        while let Some(mine) = openers.join_next().await {
            following.extend(mine??);
        }
        Ok(Self { told, open, following })
    }

    /// How many are still open.
    pub(crate) fn count(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// What was told since the last time, once there is so much of it, or after this time.
    pub(crate) async fn told(&mut self, wanted: usize, patience: Duration) -> Vec<Told> {
        let mut all = Vec::with_capacity(wanted);
        let until = tokio::time::Instant::now() + patience;
        while all.len() < wanted {
            match tokio::time::timeout_at(until, self.told.recv()).await {
                Ok(Some(told)) => all.push(told),
                Ok(None) | Err(_) => break,
            }
        }
        all
    }
}

impl Drop for Viewers {
    fn drop(&mut self) {
        for one in &self.following {
            one.abort();
        }
    }
}

impl Door {
    async fn let_in(&self, person: &Person, waiting: usize) -> Result<AbortHandle> {
        for _ in 0..PATIENCE {
            let headers = person.headers();
            let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let look = Request { method: "GET", path: "/events", headers: &headers, body: &[] };
            match Endless::open(self.server, &look).await? {
                Ok(stream) => return self.follow(stream, waiting).await,
                Err(429) => tokio::time::sleep(Duration::from_secs(1)).await,
                Err(status) => bail!("a stream was answered {status}"),
            }
        }
        bail!("a stream was refused for a minute")
    }

    /// Reads the present state, and goes on reading beside us.
    async fn follow(&self, mut stream: Endless, waiting: usize) -> Result<AbortHandle> {
        let mut seen = 0;
        loop {
            let block =
                stream.block().await?.context("a stream ended before it had told the present state")?;
            seen += usize::from(told(&block).is_some_and(|told| told.status == "pendingActivation"));
            if block.lines().any(|line| line.starts_with("id:")) {
                break;
            }
        }
        if seen != waiting {
            bail!("a stream began with {seen} waiting connections");
        }
        let door = self.clone();
        door.open.fetch_add(1, Ordering::Relaxed);
        let following = tokio::spawn(async move {
            while let Ok(Some(block)) = stream.block().await {
                // Nobody listens any more once the measuring is over.
                let _ = told(&block).map(|told| door.told.send(told));
            }
            door.open.fetch_sub(1, Ordering::Relaxed);
        });
        Ok(following.abort_handle())
    }
}

/// The state of a connection that a block tells.
fn told(block: &str) -> Option<Told> {
    let at = Instant::now();
    let mut lines = block.lines();
    lines.clone().find(|line| line.trim_end() == "event: connection")?;
    let data: Value = serde_json::from_str(lines.find_map(|line| line.strip_prefix("data:"))?).ok()?;
    let text = |name: &str| Some(data[name].as_str()?.to_owned());
    Some(Told { connection: text("connectionId")?, status: text("status")?, at })
}

//! Connections that many requests share, each taking one for itself.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::wire::{Answer, Line, Request};

/// A connection that waited longer is not used again: the other side may be closing it just then.
const FRESH: Duration = Duration::from_secs(3);

/// Cheap to clone; as many connections as there are requests at one time.
#[derive(Clone)]
pub(crate) struct Lines {
    peer: SocketAddr,
    idle: Arc<Mutex<Vec<(Line, Instant)>>>,
}

impl Lines {
    pub(crate) fn to(peer: SocketAddr) -> Self {
        Self { peer, idle: Arc::default() }
    }

    pub(crate) async fn ask(&self, request: &Request<'_>) -> Result<Answer> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut line = match idle {
            Some((line, since)) if since.elapsed() < FRESH => line,
            Some(_) | None => Line::to(self.peer).await?,
        };
        let answer = line.ask(request).await?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push((line, Instant::now()));
        Ok(answer)
    }

    /// With a JSON body.
    pub(crate) async fn post(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: &serde_json::Value,
    ) -> Result<Answer> {
        let json = [("Content-Type", "application/json"), ("Accept", "application/json")];
        let headers = [headers, &json].concat();
        let body = serde_json::to_vec(body)?;
        self.ask(&Request { method: "POST", path, headers: &headers, body: &body }).await
    }
}

//! A page that hears what changed.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, BodyDataStream};
use axum::extract::Request;
use futures_util::StreamExt as _;
use http::HeaderMap;
use serde_json::Value;
use tower::ServiceExt as _;

/// Longer than anything takes that is heard at all.
const PATIENCE: Duration = Duration::from_secs(20);

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Heard {
    pub(crate) kind: String,
    pub(crate) data: Value,
    pub(crate) id: Option<String>,
}

/// A stream of events that is being read.
pub(crate) struct Listener {
    pub(crate) headers: HeaderMap,
    body: BodyDataStream,
    text: String,
    /// The id of the last event, as a browser keeps it.
    pub(crate) last_id: Option<String>,
}

impl Listener {
    pub(crate) async fn of(router: Router, request: Request<Body>) -> Self {
        let response = router.oneshot(request).await.expect("a router always answers");
        assert_eq!(response.status(), 200);
        let (parts, body) = response.into_parts();
        Self { headers: parts.headers, body: body.into_data_stream(), text: String::new(), last_id: None }
    }

    /// The next event; `None` when the stream has ended. Beats are passed over.
    pub(crate) async fn next(&mut self) -> Option<Heard> {
        loop {
            let block = self.block().await?;
            let field = |name: &str| {
                block.lines().find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(": ")?.to_owned()))
            };
            let id = field("id");
            self.last_id = id.clone().or(self.last_id.take());
            let kind = field("event").filter(|kind| kind != "beat");
            if let (Some(kind), Some(data)) = (kind, field("data")) {
                return Some(Heard { kind, data: serde_json::from_str(&data).expect("JSON"), id });
            }
        }
    }

    /// Reads until the id that ends the present state, and gives what was in it.
    pub(crate) async fn present(&mut self) -> Vec<Value> {
        let mut present = Vec::new();
        while self.last_id.is_none() {
            let block = self.block().await.expect("the stream goes on");
            for line in block.lines().filter(|_| !block.starts_with("event: beat")) {
                if let Some(data) = line.strip_prefix("data: ") {
                    present.push(serde_json::from_str(data).expect("JSON"));
                }
                if let Some(id) = line.strip_prefix("id: ") {
                    self.last_id = Some(id.to_owned());
                }
            }
        }
        present
    }

    /// Waits until a connection is said to be in a status.
    pub(crate) async fn until(&mut self, connection: &str, status: &str) -> Heard {
        loop {
            let heard = self.next().await.expect("the stream goes on");
            if heard.data["connectionId"] == connection && heard.data["status"] == status {
                return heard;
            }
        }
    }

    /// Whether the stream ends by itself.
    pub(crate) async fn ends(mut self) -> bool {
        while self.block().await.is_some() {}
        true
    }

    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let block = block.to_owned();
                self.text = rest.to_owned();
                return Some(block);
            }
            let next = tokio::time::timeout(PATIENCE, self.body.next()).await.expect("something is heard");
            let bytes = next?.expect("the stream does not break");
            self.text.push_str(std::str::from_utf8(&bytes).expect("text"));
        }
    }
}

//! What `/metrics` shows. No label names a customer, a connection or an institution.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use axum::Router;
use axum::routing::get;
use http::{Method, StatusCode};
use metrics::{counter, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};

use crate::web::FUNCTIONS;

/// From an answer out of memory to the longest that anybody waits, in seconds.
const BUCKETS: [f64; 12] = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 8.0, 15.0];

/// How often what was measured is put into its buckets, should nobody ask.
const UPKEEP: Duration = Duration::from_secs(10);

/// Counts from now on, and gives the route that shows it.
///
/// # Errors
/// When something else in the process counts already.
pub fn metrics_router() -> anyhow::Result<Router> {
    let builder =
        PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS)?;
    let handle = builder.install_recorder().context("Metrics are counted already")?;
    let upkeep = handle.clone();
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(UPKEEP);
        loop {
            ticks.tick().await;
            upkeep.run_upkeep();
        }
    });
    Ok(Router::new().route("/metrics", get(async move || handle.render())))
}

/// One request that is being answered. Also counted off if its client goes away.
pub(super) struct InFlight {
    method: &'static str,
    route: &'static str,
    began: Instant,
}

impl InFlight {
    pub(super) fn begin(method: &Method, path: &str) -> Self {
        gauge!("connect_requests_in_flight").increment(1);
        Self { method: method_name(method), route: route(path), began: Instant::now() }
    }

    pub(super) fn answered(&self, status: StatusCode) {
        let status = status.as_u16().to_string();
        counter!("connect_requests_total", "method" => self.method, "route" => self.route, "status" => status)
            .increment(1);
        histogram!("connect_request_seconds", "route" => self.route)
            .record(self.began.elapsed().as_secs_f64());
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        gauge!("connect_requests_in_flight").decrement(1);
    }
}

/// Anybody can send any word as a method.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

/// The route of a path below the base; whatever is no route of ours is one.
fn route(path: &str) -> &'static str {
    let segments: Vec<_> = path.trim_matches('/').split('/').collect();
    match segments[..] {
        [""] => "/",
        ["new"] => "/new",
        ["connections", _] => "/connections/{id}",
        ["connections", _, page] => match page {
            "setup" => "/connections/{id}/setup",
            "sheet" => "/connections/{id}/sheet",
            "remove" => "/connections/{id}/remove",
            "transactions.csv" => "/connections/{id}/transactions.csv",
            _ => "other",
        },
        ["api", _] => FUNCTIONS.into_iter().find(|known| *known == path).unwrap_or("other"),
        ["host", "connections", ..] => "/host/connections",
        ["host", "entities", ..] => "/host/entities",
        ["demo", ..] => "/demo",
        ["events"] => "/events",
        ["webhooks", ..] => "/webhooks",
        ["pkg", ..] => "/pkg",
        ["theme", ..] => "/theme",
        ["healthz"] => "/healthz",
        ["readyz"] => "/readyz",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::route;

    #[test]
    fn a_route_names_nobody() {
        let cases = [
            ("/", "/"),
            ("", "/"),
            ("/connections/conn_1", "/connections/{id}"),
            ("/connections/conn_1/setup", "/connections/{id}/setup"),
            ("/connections/conn_1/else", "other"),
            ("/api/start_connection", "/api/start_connection"),
            ("/api/start_connection_", "other"),
            ("/api/connection", "other"),
            ("/host/entities/acme", "/host/entities"),
            ("/host/connections/conn_1/history", "/host/connections"),
            ("/pkg/0123/connect.js", "/pkg"),
            ("/acme/secret", "other"),
        ];
        for (path, expected) in cases {
            assert_eq!(route(path), expected, "{path}");
        }
    }
}

//! The client of the present request: the address that it is limited and logged by.

use std::net::{IpAddr, SocketAddr};
use std::sync::Once;

use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::request::Parts;

use crate::config::TrustedProxies;
use crate::connections;

tokio::task_local! {
    static ADDRESS: Option<IpAddr>;
}

/// Where a request comes from. In its extensions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Client {
    /// `None` behind a proxy that is not trusted, and where a host's own server passes no connection info on.
    pub(crate) address: Option<IpAddr>,
    /// What a trusted proxy says of the request counts, such as its `traceparent`.
    pub(crate) is_from_trusted_proxy: bool,
}

impl Client {
    /// Returns the client that [`located`] found.
    pub(crate) fn of(parts: &Parts) -> Self {
        parts.extensions.get().copied().unwrap_or_default()
    }
}

/// Returns the address of the present request's client, for the log.
pub(crate) fn current_address() -> Option<IpAddr> {
    ADDRESS.try_with(|address| *address).ok().flatten()
}

/// Does the work of the present request in a task of its own, so that the log still names the client.
pub(crate) fn carried<F: Future>(work: F) -> impl Future<Output = F::Output> {
    ADDRESS.scope(current_address(), work)
}

/// Middleware: finds the client of a request.
pub(crate) async fn located(
    State(proxies): State<TrustedProxies>,
    mut request: Request,
    next: Next,
) -> Response {
    static WARNED: Warned = Warned::new();
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|ConnectInfo(peer)| peer.ip().to_canonical());
    let client = peer.map(|peer| client(&proxies, peer, &request, &WARNED)).unwrap_or_default();
    request.extensions_mut().insert(client);
    ADDRESS.scope(client.address, next.run(request)).await
}

/// What the log warns of once: every request would say the same.
struct Warned {
    untrusted: Once,
    unreadable: Once,
    nameless: Once,
}

impl Warned {
    const fn new() -> Self {
        Self { untrusted: Once::new(), unreadable: Once::new(), nameless: Once::new() }
    }
}

fn client(proxies: &TrustedProxies, peer: IpAddr, request: &Request, warned: &Warned) -> Client {
    let origin = proxies.origin(peer, request.headers());
    if origin.address.is_none() {
        warned.untrusted.call_once(|| {
            tracing::warn!(
                %peer,
                "a proxy is not trusted, so signed-out requests share one limit and clients have no address in the log: \
                 set CONNECT_TRUSTED_PROXIES to its address or network"
            );
        });
    }
    if origin.has_unreadable_element {
        warned.unreadable.call_once(|| {
            tracing::warn!(
                proxy = %peer,
                "X-Forwarded-For of a trusted proxy has an element that is no address, so the proxy's own counts: \
                 have each proxy write the address of its peer"
            );
        });
    }
    // Load balancers ask for themselves whether the server is well.
    if origin.names_no_client && !connections::is_probe(request.uri().path()) {
        warned.nameless.call_once(|| {
            tracing::warn!(
                proxy = %peer,
                "trusted proxy sends no X-Forwarded-For: its clients share one rate limit; configure the proxy to add the header \
                 (Forwarded and X-Real-IP are not read)"
            );
        });
    }
    Client { address: origin.address, is_from_trusted_proxy: origin.is_from_trusted_proxy }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;
    use crate::log_lines::LogLines;

    #[test]
    fn a_proxy_that_hides_its_clients_is_warned_of_once() {
        let proxies = TrustedProxies::parse("10.0.0.1").unwrap();
        let ask = |peer: &str, path: &str, forwarded: Option<&str>, warned: &Warned| {
            let mut request = Request::builder().uri(path);
            if let Some(forwarded) = forwarded {
                request = request.header("x-forwarded-for", forwarded);
            }
            client(&proxies, peer.parse().unwrap(), &request.body(Body::empty()).unwrap(), warned)
        };
        for (peer, path, forwarded, warnings) in [
            ("10.0.0.9", "/", Some("198.51.100.1"), 1),
            ("10.0.0.1", "/", Some("unknown"), 1),
            ("10.0.0.1", "/", None, 1),
            ("10.0.0.1", "/readyz", None, 0),
            ("10.0.0.1", "/", Some("198.51.100.1"), 0),
            ("203.0.113.7", "/", None, 0),
        ] {
            let (lines, warned) = (LogLines::default(), Warned::new());
            let _keeping = lines.keep();
            for _ in 0..3 {
                ask(peer, path, forwarded, &warned);
            }
            let lines = lines.with("WARN");
            assert_eq!(lines.len(), warnings, "{peer} {path} {forwarded:?}: {lines:?}");
            assert!(lines.iter().all(|line| line.contains(peer)), "{lines:?}");
        }
    }
}

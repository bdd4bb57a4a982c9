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
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let client = peer.map(|peer| client(&proxies, peer, &request)).unwrap_or_default();
    request.extensions_mut().insert(client);
    ADDRESS.scope(client.address, next.run(request)).await
}

fn client(proxies: &TrustedProxies, peer: IpAddr, request: &Request) -> Client {
    static UNTRUSTED: Once = Once::new();
    static UNREADABLE: Once = Once::new();
    static NAMELESS: Once = Once::new();
    let origin = proxies.origin(peer, request.headers());
    if origin.address.is_none() {
        UNTRUSTED.call_once(|| {
            tracing::warn!(
                %peer,
                "a proxy is not trusted, so signed-out requests share one limit and clients have no address in the log: \
                 set CONNECT_TRUSTED_PROXIES to its address or network"
            );
        });
    }
    if origin.has_unreadable_element {
        UNREADABLE.call_once(|| {
            tracing::warn!(
                proxy = %peer,
                "X-Forwarded-For of a trusted proxy has an element that is no address, so the proxy's own counts: \
                 have each proxy write the address of its peer"
            );
        });
    }
    // Load balancers ask for themselves whether the server is well.
    if origin.names_no_client && !connections::is_probe(request.uri().path()) {
        NAMELESS.call_once(|| {
            tracing::warn!(
                proxy = %peer,
                "trusted proxy sends no X-Forwarded-For: its clients share one rate limit; configure the proxy to add the header \
                 (Forwarded and X-Real-IP are not read)"
            );
        });
    }
    Client { address: origin.address, is_from_trusted_proxy: origin.is_from_trusted_proxy }
}

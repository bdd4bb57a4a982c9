//! Where to listen, and for how long.

use std::net::SocketAddr;
use std::time::Duration;

use super::connection_limits::{ConnectionLimits, seconds};
use super::public_url::BasePath;
use super::reader::Reader;

/// Longer than load balancers take to notice that a server is not ready, where they are told by its probe.
const DEFAULT_SHUTDOWN_DELAY: Duration = Duration::from_secs(3);

/// The listeners.
#[derive(Debug, Clone)]
pub struct Http {
    /// `CONNECT_ADDR`: the listen address.
    pub addr: SocketAddr,
    /// `CONNECT_BASE_PATH`: the prefix that reaches the listener; the public URL's path unless a proxy strips it.
    pub base_path: BasePath,
    /// `CONNECT_METRICS_ADDR`: where `/metrics` is served, if anywhere.
    pub metrics_addr: Option<SocketAddr>,
    /// `CONNECT_MAX_CONNECTIONS` and `CONNECT_KEEP_ALIVE_SECONDS`.
    pub connections: ConnectionLimits,
    /// `CONNECT_SHUTDOWN_DELAY_SECONDS`: how long after SIGTERM the server goes on taking connections while `/readyz`
    /// says that it is not ready any more.
    pub shutdown_delay: Duration,
}

impl Http {
    pub(super) fn read(reader: &mut Reader<'_>, public_base: BasePath) -> Option<Self> {
        let addr = reader.or("CONNECT_ADDR", SocketAddr::from(([127, 0, 0, 1], 3000)), address);
        let base_path = reader.or("CONNECT_BASE_PATH", public_base, BasePath::parse);
        let metrics_addr = reader.or("CONNECT_METRICS_ADDR", None, |text| address(text).map(Some));
        let connections = ConnectionLimits::read(reader);
        let shutdown_delay =
            reader.or("CONNECT_SHUTDOWN_DELAY_SECONDS", DEFAULT_SHUTDOWN_DELAY, |text| seconds(text, 0));
        Some(Self {
            addr: addr?,
            base_path: base_path?,
            metrics_addr: metrics_addr?,
            connections: connections?,
            shutdown_delay: shutdown_delay?,
        })
    }
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "must be an address and a port, such as 0.0.0.0:3000.".to_owned())
}

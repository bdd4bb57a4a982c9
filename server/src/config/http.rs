//! Where to listen.

use std::net::SocketAddr;

use super::public_url::BasePath;
use super::reader::Reader;

/// The listeners.
#[derive(Debug, Clone)]
pub struct Http {
    /// `CONNECT_ADDR`: the listen address.
    pub addr: SocketAddr,
    /// `CONNECT_BASE_PATH`: the prefix that reaches the listener; the public URL's path unless a proxy strips it.
    pub base_path: BasePath,
    /// `CONNECT_METRICS_ADDR`: where `/metrics` is served, if anywhere.
    pub metrics_addr: Option<SocketAddr>,
}

impl Http {
    pub(super) fn read(reader: &mut Reader<'_>, public_base: BasePath) -> Option<Self> {
        let addr = reader.or("CONNECT_ADDR", SocketAddr::from(([127, 0, 0, 1], 3000)), address);
        let base_path = reader.or("CONNECT_BASE_PATH", public_base, BasePath::parse);
        let metrics_addr = reader.or("CONNECT_METRICS_ADDR", None, |text| address(text).map(Some));
        Some(Self { addr: addr?, base_path: base_path?, metrics_addr: metrics_addr? })
    }
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "must be an address and a port, such as 0.0.0.0:3000.".to_owned())
}

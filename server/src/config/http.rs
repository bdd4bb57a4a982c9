//! Where to listen, and what browsers see.

use std::net::SocketAddr;

use super::public_url::{BasePath, PublicUrl};
use super::reader::Reader;

/// The listener and the addresses that lead to it.
#[derive(Debug, Clone)]
pub struct Http {
    /// `CONNECT_ADDR`: the listen address.
    pub addr: SocketAddr,
    /// `CONNECT_PUBLIC_URL`: what browsers see.
    pub public_url: PublicUrl,
    /// `CONNECT_BASE_PATH`: the prefix that reaches the listener; the public URL's path unless a proxy strips it.
    pub base_path: BasePath,
}

impl Http {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let addr = reader.or("CONNECT_ADDR", SocketAddr::from(([127, 0, 0, 1], 3000)), |text| {
            text.parse().map_err(|_| "must be an address and a port, such as 0.0.0.0:3000.".to_owned())
        });
        let public_url = reader.required(
            "CONNECT_PUBLIC_URL",
            "the address that browsers see, such as https://app.example.com/banks",
            PublicUrl::parse,
        );
        let default = public_url.as_ref().map(|url| url.base().clone()).unwrap_or_default();
        let base_path = reader.or("CONNECT_BASE_PATH", default, BasePath::parse);
        Some(Self { addr: addr?, public_url: public_url?, base_path: base_path? })
    }
}

//! Opening a port, with a sentence when it cannot be had.

use std::io::ErrorKind;
use std::net::SocketAddr;

use anyhow::anyhow;
use tokio::net::TcpListener;

/// Listens on an address; `setting` is what an operator would change to get another.
pub(super) async fn listen(addr: SocketAddr, setting: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(addr).await.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => {
            anyhow!("Port {} of {} is in use: choose another with {setting}.", addr.port(), addr.ip())
        }
        _ => anyhow!("The address {addr} cannot be listened on: {error}. Choose another with {setting}."),
    })
}

/// Where `demo` and `sim` listen: on this machine only, unless asked otherwise.
#[cfg(feature = "demo")]
pub(super) fn local_addr(port: u16, allow_remote: bool) -> SocketAddr {
    use std::net::Ipv4Addr;
    let ip = if allow_remote { Ipv4Addr::UNSPECIFIED } else { Ipv4Addr::LOCALHOST };
    SocketAddr::from((ip, port))
}

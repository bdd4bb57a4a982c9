//! Opening a port, with a sentence when it cannot be had.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;

use anyhow::anyhow;
use tokio::net::TcpListener;

/// Listens on an address; `setting` is what an operator would change to get another.
pub(super) async fn listen(addr: SocketAddr, setting: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(addr).await.map_err(|error| not_listening(addr, &error, setting))
}

fn not_listening(addr: SocketAddr, error: &io::Error, setting: &str) -> anyhow::Error {
    match error.kind() {
        ErrorKind::AddrInUse => {
            anyhow!("Port {} of {} is in use: choose another with {setting}.", addr.port(), addr.ip())
        }
        _ => anyhow!("The address {addr} cannot be listened on: {error}. Choose another with {setting}."),
    }
}

/// Where `demo` and `sim` listen.
#[cfg(feature = "demo")]
pub(super) mod trial {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use socket2::{Domain, Protocol, Socket, Type};

    use super::{ErrorKind, SocketAddr, TcpListener, io, listen, not_listening};

    /// Connections that wait to be accepted; as many as tokio lets wait.
    const BACKLOG: i32 = 1_024;

    /// Listens on this machine only, or with `allow_remote` on every IPv4 and IPv6 address that it has.
    pub(in crate::cli) async fn listen_on(
        port: u16,
        allow_remote: bool,
        setting: &str,
    ) -> anyhow::Result<TcpListener> {
        if !allow_remote {
            return listen(loopback(port), setting).await;
        }
        let every = SocketAddr::from((Ipv6Addr::UNSPECIFIED, port));
        match dual_stack(every) {
            Ok(listener) => Ok(listener),
            Err(error) if matches!(error.kind(), ErrorKind::AddrInUse | ErrorKind::PermissionDenied) => {
                Err(not_listening(every, &error, setting))
            }
            // A machine without IPv6.
            Err(_) => listen(SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)), setting).await,
        }
    }

    /// The address by which this machine reaches itself.
    pub(in crate::cli) fn loopback(port: u16) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, port))
    }

    /// Listens on an IPv6 address for IPv4 too, whatever the system's default is.
    fn dual_stack(addr: SocketAddr) -> io::Result<TcpListener> {
        let socket = Socket::new(Domain::IPV6, Type::STREAM, Some(Protocol::TCP))?;
        socket.set_only_v6(false)?;
        // As for every other listener: a port is free again as soon as its program ends.
        socket.set_reuse_address(true)?;
        socket.set_nonblocking(true)?;
        socket.bind(&addr.into())?;
        socket.listen(BACKLOG)?;
        TcpListener::from_std(socket.into())
    }
}

//! `healthy`: asks the server of this machine whether it is ready, for an image's health check.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use anyhow::{Context as _, bail};
use server::config::{ServeSettings, process};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Duration, timeout};

const PROBE_TIMEOUT: Duration = Duration::from_secs(3);

/// Fails unless `serve`, with these same settings, answers that it is ready.
pub(super) async fn run() -> anyhow::Result<()> {
    let http = ServeSettings::from_lookup(&process)?.http;
    if http.addr.port() == 0 {
        bail!("CONNECT_ADDR has port 0, so nobody knows which port the server took: give one.");
    }
    let path = format!("{}/readyz", http.base_path.as_str());
    let addresses = local_addresses(http.addr);
    let answer = timeout(PROBE_TIMEOUT, ask(&addresses, &path));
    let answer = answer.await.context("The server does not answer in time.")?;
    let answer = answer.with_context(|| format!("Nothing answers at {}.", http.addr))?;
    let line = answer.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if !line.windows(5).any(|part| part == b" 200 ") {
        bail!("The server is not ready: {}", String::from_utf8_lossy(line).trim());
    }
    Ok(())
}

/// Where this machine reaches a server that listens on an address. One that listens on every address is reached on a
/// loopback address: of its own family first, because `[::]` takes IPv4 too on most systems, and nothing else on some.
fn local_addresses(listening: SocketAddr) -> Vec<SocketAddr> {
    let ip = listening.ip();
    let (v4, v6) = (IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST));
    let all: &[IpAddr] = match ip.to_canonical() {
        IpAddr::V4(canonical) if canonical.is_unspecified() => &[v4],
        IpAddr::V6(canonical) if canonical.is_unspecified() => &[v6, v4],
        // With its scope, if it has one.
        _ => return vec![listening],
    };
    all.iter().map(|ip| SocketAddr::new(*ip, listening.port())).collect()
}

async fn ask(addresses: &[SocketAddr], path: &str) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(addresses).await?;
    let addr = stream.peer_addr()?;
    stream.write_all(format!("GET {path} HTTP/1.0\r\nHost: {addr}\r\n\r\n").as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_asked_where_it_listens() {
        for (listening, asked) in [
            ("0.0.0.0:3000", &["127.0.0.1:3000"][..]),
            ("[::]:3000", &["[::1]:3000", "127.0.0.1:3000"]),
            ("[::ffff:0.0.0.0]:3000", &["127.0.0.1:3000"]),
            ("127.0.0.1:3000", &["127.0.0.1:3000"]),
            ("127.0.0.2:8080", &["127.0.0.2:8080"]),
            ("[::1]:3000", &["[::1]:3000"]),
            ("10.1.2.3:80", &["10.1.2.3:80"]),
            ("[2001:db8::1]:80", &["[2001:db8::1]:80"]),
            ("[fe80::1%2]:80", &["[fe80::1%2]:80"]),
        ] {
            let found = local_addresses(listening.parse().expect("an address"));
            let found: Vec<_> = found.iter().map(ToString::to_string).collect();
            assert_eq!(found, asked, "{listening}");
        }
    }

    #[tokio::test]
    async fn a_server_on_one_family_alone_is_found() {
        for listening in ["127.0.0.1:0", "[::1]:0"] {
            // A machine without IPv6 has no such server.
            let Ok(listener) = tokio::net::TcpListener::bind(listening).await else { continue };
            let port = listener.local_addr().expect("an address").port();
            let server = async {
                let (mut stream, _) = listener.accept().await.expect("a connection");
                let _ = stream.read(&mut [0; 1_024]).await.expect("a request");
                stream.write_all(b"HTTP/1.0 200 OK\r\n\r\nok").await.expect("it reads");
            };
            let everywhere = SocketAddr::new(Ipv6Addr::UNSPECIFIED.into(), port);
            let addresses = local_addresses(everywhere);
            let (answer, ()) = tokio::join!(ask(&addresses, "/readyz"), server);
            assert!(answer.expect("an answer").starts_with(b"HTTP/1.0 200 "), "{listening}");
        }
    }
}

//! `healthy`: asks the server of this machine whether it is ready, for an image's health check.

use anyhow::{Context as _, bail};
use server::config::{ServeSettings, process};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Duration, timeout};

const PATIENCE: Duration = Duration::from_secs(3);

/// Fails unless `serve`, with these same settings, answers that it is ready.
pub(super) async fn run() -> anyhow::Result<()> {
    let http = ServeSettings::from_lookup(&process)?.http;
    // One that listens on every address is reached on this machine's own.
    let mut addr = http.addr;
    if addr.ip().is_unspecified() {
        addr.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    let path = format!("{}/readyz", http.base_path.as_str());
    let answer = timeout(PATIENCE, async {
        let mut stream = TcpStream::connect(addr).await?;
        stream.write_all(format!("GET {path} HTTP/1.0\r\nHost: {addr}\r\n\r\n").as_bytes()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        Ok::<_, std::io::Error>(answer)
    });
    let answer = answer.await.context("The server does not answer in time.")?;
    let answer = answer.with_context(|| format!("Nothing answers at {addr}."))?;
    let line = answer.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if !line.windows(5).any(|part| part == b" 200 ") {
        bail!("The server is not ready: {}", String::from_utf8_lossy(line).trim());
    }
    Ok(())
}

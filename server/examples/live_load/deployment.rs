//! What is loaded: a production server on a SQLite file, and the simulator that it takes for Waycore.

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::lines::Lines;
use crate::wire::{Line, Request};

const TOKEN_KEY: &str = "shared between the host and the server";

/// A program that was started here and ends with this value.
struct Program(Child);

/// The simulated Waycore, with an organization for the load.
pub(crate) struct Waycore {
    pub(crate) at: SocketAddr,
    pub(crate) key: String,
    pub(crate) webhook_secret: String,
    _program: Program,
}

/// The production server.
pub(crate) struct Server {
    pub(crate) at: SocketAddr,
    program: Program,
}

impl Waycore {
    /// Starts it with time standing still: nothing changes but what the load changes.
    pub(crate) async fn start(program: &Path) -> Result<Self> {
        let mut child = Command::new(program)
            .args(["sim", "--port", "0", "--speed", "0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("the simulator could not be started")?;
        let stdout = child.stdout.take().context("the simulator has no output")?;
        let program = Program(child);
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let address = line.trim().rsplit("http://").next().unwrap_or_default().trim_end_matches('/');
        let at = address.parse().with_context(|| format!("the simulator printed {line:?}"))?;
        let made = Lines::to(at).post("/_sim/organizations", &[], &json!({})).await?.json()?;
        let text = |name: &str| -> Result<String> {
            Ok(made[name].as_str().with_context(|| format!("an organization has no {name}"))?.to_owned())
        };
        Ok(Self { at, key: text("apiKey")?, webhook_secret: text("webhookSecret")?, _program: program })
    }
}

impl Server {
    /// Starts it on a database in that folder, which a server before it may have filled, and waits until it is ready.
    pub(crate) async fn start(program: &Path, folder: &Path, waycore: &Waycore) -> Result<Self> {
        let at = free_address()?;
        let child = Command::new(program)
            .arg("serve")
            .env_clear()
            .env("CONNECT_ADDR", at.to_string())
            .env("CONNECT_PUBLIC_URL", format!("http://{at}"))
            .env("CONNECT_SECRET_KEY", "a secret of the server that is long enough")
            .env("CONNECT_DATABASE_URL", format!("sqlite://{}", folder.join("connect.db").display()))
            .env("CONNECT_JWT_KEY", TOKEN_KEY)
            .env("CONNECT_JWT_ISSUER", "host")
            .env("CONNECT_JWT_AUDIENCE", "connect")
            // Each person who is simulated has an address of their own.
            .env("CONNECT_TRUSTED_PROXIES", "127.0.0.0/8")
            .env("WAYCORE_API_KEY", &waycore.key)
            .env("WAYCORE_BASE_URL", format!("http://{}/v1", waycore.at))
            .env("WAYCORE_WEBHOOK_SECRET", &waycore.webhook_secret)
            .env("CONNECT_SHUTDOWN_DELAY_SECONDS", "0")
            .env("RUST_LOG", "warn")
            .stdout(Stdio::null())
            .spawn()
            .context("the server could not be started")?;
        let mut server = Self { at, program: Program(child) };
        let began = Instant::now();
        while !server.is_ready().await {
            if let Some(status) = server.program.0.try_wait()? {
                bail!("the server ended with {status}: see above");
            }
            if began.elapsed() > Duration::from_secs(20) {
                bail!("the server does not answer");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(server)
    }

    /// Resident memory, in KiB.
    pub(crate) fn memory(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.program.0.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        line.trim_end_matches("kB").trim().parse().context("the kernel does not say how much memory it has")
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn end(mut self) -> Result<()> {
        let asked = Command::new("kill").args(["-TERM", &self.program.0.id().to_string()]).status()?;
        let ended = self.program.0.wait()?;
        if !(asked.success() && ended.success()) {
            bail!("the server ended with {ended}");
        }
        Ok(())
    }

    async fn is_ready(&self) -> bool {
        let Ok(mut line) = Line::to(self.at).await else { return false };
        let request = Request { method: "GET", path: "/readyz", headers: &[], body: &[] };
        line.ask(&request).await.is_ok_and(|answer| answer.status == 200)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Gone already is just as well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What the host signs for somebody, as the value of `Authorization`.
pub(crate) fn bearer(user: &str, org: &str, role: &str) -> String {
    let claims = json!({
        "iss": "host", "aud": "connect", "sub": user, "org": org, "roles": [role], "exp": unix_seconds() + 7_200,
    });
    let part = |json: &serde_json::Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let signed = format!("{}.{}", part(&json!({ "alg": "HS256", "typ": "JWT" })), part(&claims));
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, TOKEN_KEY.as_bytes());
    let tag = aws_lc_rs::hmac::sign(&key, signed.as_bytes());
    format!("Bearer {signed}.{}", URL_SAFE_NO_PAD.encode(tag))
}

pub(crate) fn unix_seconds() -> i64 {
    let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_1970.as_secs()).unwrap_or_default()
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

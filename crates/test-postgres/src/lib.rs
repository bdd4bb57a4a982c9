//! A PostgreSQL server for tests: started by the first test of a process that wants one, on a socket in a temporary
//! folder, never the system's, and gone when the process ends, however that happens.

#![allow(clippy::expect_used, reason = "a test without its database has to fail")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Executor as _};
use tempfile::TempDir;
use tokio::sync::OnceCell;

const USER: &str = "connect";

/// Waits for the end of its standard input, which comes with the end of the process that started it, in whatever way.
const UNTIL_STDIN_ENDS: &str =
    r#""$@" >"$LOG" 2>&1 & server=$!; cat >/dev/null; kill -QUIT $server; wait $server; rm -rf "$FOLDER""#;

static SERVER: OnceCell<Server> = OnceCell::const_new();

struct Server {
    folder: PathBuf,
}

/// An empty database of a test's own.
#[derive(Debug)]
pub struct TestDatabase {
    folder: PathBuf,
    name: String,
}

impl TestDatabase {
    /// Makes one.
    ///
    /// # Panics
    /// When there is no PostgreSQL; the message says how to install it.
    pub async fn new() -> Self {
        let server = SERVER.get_or_init(Server::start).await;
        let name = format!("t{}", uuid::Uuid::now_v7().simple());
        let mut connection =
            options(&server.folder, "postgres").connect().await.expect("the test's PostgreSQL answers");
        let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
        connection.execute(create).await.expect("a database can be made");
        Self { folder: server.folder.clone(), name }
    }

    /// How to connect to it.
    pub fn options(&self) -> PgConnectOptions {
        options(&self.folder, &self.name)
    }

    /// The same as an address, as a setting holds it.
    pub fn url(&self) -> String {
        format!("postgres://{USER}@localhost/{}?host={}", self.name, self.folder.display())
    }
}

fn options(folder: &Path, database: &str) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass().socket(folder).username(USER).database(database)
}

impl Server {
    async fn start() -> Self {
        let programs = programs();
        // The server's own user has to reach it, and a socket's path may be no longer than 107 bytes.
        let folder = TempDir::with_prefix("connect-pg-").expect("a temporary folder").keep();
        let data = folder.join("data");
        own(&folder);
        let made = as_server_user(&programs.join("initdb"))
            .args(["--no-sync", "--no-locale", "--encoding=UTF8", "--auth=trust", "--username", USER])
            .arg(&data)
            .stdout(Stdio::null())
            .status()
            .expect("initdb starts");
        assert!(made.success(), "initdb ends well");
        let server = as_server_user(&programs.join("postgres"));
        let mut keeper = Command::new("sh");
        keeper.args(["-c", UNTIL_STDIN_ENDS, "sh"]).arg(server.get_program()).args(server.get_args());
        keeper.arg("-D").arg(&data).arg("-k").arg(&folder);
        // Nothing here has to outlive the test, and nothing may be reached from elsewhere.
        for setting in ["listen_addresses=", "fsync=off", "max_connections=400", "shared_buffers=32MB"] {
            keeper.args(["-c", setting]);
        }
        let log = folder.join("log");
        keeper.env("FOLDER", &folder).env("LOG", &log).stdin(Stdio::piped()).stdout(Stdio::null());
        // Kept until the process ends: the pipe closes then, which is the keeper's sign.
        std::mem::forget(keeper.spawn().expect("a shell starts"));
        let began = std::time::Instant::now();
        while options(&folder, "postgres").connect().await.is_err() {
            assert!(
                began.elapsed() < Duration::from_secs(120),
                "PostgreSQL does not start: {}",
                std::fs::read_to_string(&log).unwrap_or_default()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Self { folder }
    }
}

/// Where Debian or the PATH has them.
fn programs() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debian = debian.map(|version| version.path().join("bin"));
    debian
        .chain(std::env::split_paths(&path))
        .find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
        .expect("PostgreSQL is not installed: `apt-get install postgresql` installs it")
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("`id` starts");
    id.stdout.trim_ascii() == b"0"
}

/// PostgreSQL refuses to be run by root; Debian's package brings a user for it.
fn as_server_user(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(program);
    command
}

fn own(folder: &Path) {
    if is_root() {
        let owned = Command::new("chown").arg("postgres").arg(folder).status().expect("`chown` starts");
        assert!(owned.success(), "the folder can be given to PostgreSQL's user");
    }
}

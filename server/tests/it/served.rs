//! `serve` with a simulated Waycore, as an operator sets it up.

use std::path::Path;

use serde_json::{Value, json};

use crate::host::host_token;
use crate::program::Program;
use crate::simulated::SimulatedWaycore;

/// Settings of a server with a simulated Waycore; the database and the key's file lie in the folder.
pub(crate) fn settings(waycore: &SimulatedWaycore, folder: &Path) -> Vec<(&'static str, String)> {
    let key = folder.join("key");
    std::fs::write(&key, waycore.api_key()).expect("a folder to write to");
    let fixed = [
        ("CONNECT_ADDR", "127.0.0.1:0"),
        ("CONNECT_PUBLIC_URL", "http://127.0.0.1:3000"),
        ("CONNECT_SECRET_KEY", "a secret of the server that is long enough"),
        ("CONNECT_JWT_KEY", "shared between the host and the server"),
        ("CONNECT_JWT_ISSUER", "host"),
        ("CONNECT_JWT_AUDIENCE", "connect"),
        ("CONNECT_JWT_COOKIE", "session"),
        ("CONNECT_LOG_FORMAT", "json"),
        ("CONNECT_SHUTDOWN_DELAY_SECONDS", "0"),
    ];
    let own = [
        ("WAYCORE_API_KEY_FILE", key.display().to_string()),
        ("WAYCORE_BASE_URL", waycore.address().to_owned()),
        ("CONNECT_DATABASE_URL", format!("sqlite://{}", folder.join("connect.db").display())),
    ];
    fixed.into_iter().map(|(name, value)| (name, value.to_owned())).chain(own).collect()
}

pub(crate) fn borrowed<'a>(settings: &'a [(&'static str, String)]) -> Vec<(&'static str, &'a str)> {
    settings.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

/// A started server and its address.
pub(crate) fn serve(settings: &[(&'static str, String)]) -> (Program, String) {
    let program = Program::start(&["serve"], &borrowed(settings));
    let line: Value = serde_json::from_str(&program.log_line_with("listening")).expect("JSON");
    let address = format!("http://{}", line["addr"].as_str().expect("an address"));
    (program, address)
}

pub(crate) fn manager() -> String {
    format!("session={}", host_token(json!({ "sub": "ana", "org": "acme", "roles": ["manager"] })))
}

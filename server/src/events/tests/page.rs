//! An open page, as a browser keeps it.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

/// What a page shows and has announced.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) shown: HashMap<String, Shown>,
    /// The id of the last event, with which a browser comes back.
    pub(super) last_id: Option<String>,
    /// Whatever connections anything was said about.
    pub(super) heard_of: HashSet<String>,
    /// Connections that it said are gone.
    gone: HashSet<String>,
    /// Waycore has denied one that it knows, so that it may come back.
    pub(super) was_misled: bool,
    /// What the present stream has told of each connection.
    told: HashMap<String, i64>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shown {
    pub(super) version: i64,
    pub(super) status: String,
}

impl Page {
    /// A stream begins: what it tells first may be known already.
    pub(super) fn listens(&mut self) {
        self.told.clear();
    }

    /// Takes what a stream says. `order` is where a status stands in its connection's life at Waycore.
    pub(super) fn hears(&mut self, text: &str, order: impl Fn(&str) -> usize) {
        for block in text.split("\n\n") {
            let field =
                |name: &str| block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
            if let Some(data) = field("data").filter(|_| field("event") != Some("beat")) {
                let data: Value = serde_json::from_str(data).unwrap();
                self.heard_of.insert(data["connectionId"].as_str().unwrap().to_owned());
                match field("event").unwrap() {
                    "connection" => self.shows(&data, &order),
                    "removed" => self.takes_away(&data),
                    _ => {}
                }
            }
            if let Some(id) = field("id") {
                let grows = self.last_id.as_ref().is_none_or(|last| number(last) <= number(id));
                assert!(grows, "{id} came after {:?}", self.last_id);
                self.last_id = Some(id.to_owned());
            }
        }
    }

    fn shows(&mut self, data: &Value, order: impl Fn(&str) -> usize) {
        let id = data["connectionId"].as_str().unwrap().to_owned();
        let version = data["version"].as_i64().unwrap();
        let status = data["status"].as_str().unwrap().to_owned();
        let told = self.told.insert(id.clone(), version);
        assert!(told.is_none_or(|told| told < version), "{id}: {version} came after {told:?} in one stream");
        let before = self.shown.get(&id);
        if let Some(before) = before.filter(|before| before.version == version) {
            assert_eq!(before.status, status, "version {version} of {id} has two meanings");
        }
        if before.is_some_and(|before| before.version >= version) {
            return;
        }
        assert!(!self.gone.remove(&id) || self.was_misled, "{id} is gone, and came back as {status}");
        // Nothing but its status ever changes about a connection here, so each version is another.
        if let Some(before) = before {
            let (was, is) = (order(&before.status), order(&status));
            assert!(was <= is, "{id} went from {before:?} back to {status}");
            assert!(was < is, "{id} is {status}, which was announced twice: {before:?}, and {version}");
        }
        self.shown.insert(id, Shown { version, status });
    }

    fn takes_away(&mut self, data: &Value) {
        let id = data["connectionId"].as_str().unwrap().to_owned();
        self.shown.remove(&id);
        assert!(self.gone.insert(id.clone()), "that {id} is gone was announced twice");
    }
}

fn number(id: &str) -> u64 {
    id.parse().unwrap()
}

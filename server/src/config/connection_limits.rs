//! How many connections a listener holds, and how long each may wait for its client.

use std::time::Duration;

use super::reader::Reader;

/// Connections and open files beside each other: the database, Waycore, logs, the site and whoever reads the metrics need some
/// files too.
const FILES_BESIDE_CONNECTIONS: usize = 128 + METRICS_CONNECTIONS;

/// A few collectors with a retry each.
const METRICS_CONNECTIONS: usize = 32;

/// Enough for ten thousand open pages and those who change to another; more is a setting away.
const DEFAULT_MAX_CONNECTIONS: usize = 20_000;

/// Caps and time limits of the connections of one listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// `CONNECT_MAX_CONNECTIONS`: connections that are served at once.
    pub max_connections: usize,
    /// Connections beyond them on which `/healthz` and `/readyz` alone are answered.
    pub reserved_for_probes: usize,
    /// How long a client may take to send the head of a request.
    pub head: Duration,
    /// `CONNECT_KEEP_ALIVE_SECONDS`: how long a connection may be idle between two requests. A proxy that keeps
    /// connections longer than the server loses a request now and then.
    pub keep_alive: Duration,
    /// How long a client may read nothing of an answer.
    pub write: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            max_connections: DEFAULT_MAX_CONNECTIONS,
            reserved_for_probes: 16,
            head: Duration::from_secs(10),
            keep_alive: Duration::from_secs(90),
            write: Duration::from_secs(20),
        }
    }
}

impl ConnectionLimits {
    /// Those of the listener of `/metrics`, which has no probes. Collectors come back every few seconds at most.
    pub fn of_metrics() -> Self {
        Self {
            max_connections: METRICS_CONNECTIONS,
            reserved_for_probes: 0,
            keep_alive: Duration::from_secs(10),
            ..Self::default()
        }
    }

    /// The same with no more connections than a process that may open so many files can hold.
    pub fn within(self, max_open_files: usize) -> Self {
        let room = max_open_files.saturating_sub(FILES_BESIDE_CONNECTIONS + self.reserved_for_probes);
        Self { max_connections: self.max_connections.min(room.max(1)), ..self }
    }

    /// Streams that leave a quarter of the connections for pages.
    pub fn max_streams(&self) -> usize {
        (self.max_connections / 4 * 3).max(1)
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let default = Self::default();
        let max_connections = reader.or("CONNECT_MAX_CONNECTIONS", default.max_connections, count);
        let keep_alive = reader.or("CONNECT_KEEP_ALIVE_SECONDS", default.keep_alive, |text| seconds(text, 1));
        Some(Self { max_connections: max_connections?, keep_alive: keep_alive?, ..default })
    }
}

/// Parses a number of things, of which there has to be one.
pub(super) fn count(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|count| *count > 0).ok_or_else(|| "must be a whole number above 0.".to_owned())
}

/// Parses a time of at most an hour.
pub(super) fn seconds(text: &str, min: u64) -> Result<Duration, String> {
    const MAX: u64 = 3_600;
    let seconds = text.parse().ok().filter(|seconds| (min..=MAX).contains(seconds));
    seconds.map(Duration::from_secs).ok_or_else(|| format!("must be whole seconds, from {min} to {MAX}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_files_for_everything_else() {
        for (files, connections, streams) in
            [(1_048_576, 20_000, 15_000), (4_096, 3_920, 2_940), (1_024, 848, 636), (100, 1, 1)]
        {
            let limits = ConnectionLimits::default().within(files);
            assert_eq!((limits.max_connections, limits.max_streams()), (connections, streams), "{files}");
            let metrics = ConnectionLimits::of_metrics();
            let open = limits.max_connections
                + limits.reserved_for_probes
                + metrics.max_connections
                + metrics.reserved_for_probes;
            assert!(open + 128 <= files || files < 256, "{open} connections with {files} files");
        }
    }
}

//! How many files, and so connections, the process may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the limit that counts to the highest that the process may give itself, and returns it. Service managers start
/// programs with a low one, because old programs cannot handle more.
pub(super) fn raise_limit() -> usize {
    let before = getrlimit(Resource::Nofile);
    if before.current != before.maximum {
        let raised = Rlimit { current: before.maximum, maximum: before.maximum };
        if let Err(error) = setrlimit(Resource::Nofile, raised) {
            tracing::warn!(%error, "open file limit not raised");
        }
    }
    let limit = getrlimit(Resource::Nofile).current;
    tracing::info!(before = ?before.current, now = ?limit, "open file limit");
    limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX)
}

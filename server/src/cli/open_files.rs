//! How many files, and so connections, the process may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The limit of open files before and after it was raised; `None` is no limit.
#[derive(Debug, Clone, Copy)]
pub(super) struct OpenFiles {
    before: Option<u64>,
    now: Option<u64>,
}

/// Raises the limit that counts to the highest that the process may give itself. Service managers start programs with a low
/// one, because old programs cannot handle more.
pub(super) fn raise_limit() -> OpenFiles {
    let Rlimit { current: before, maximum } = getrlimit(Resource::Nofile);
    if before != maximum
        && let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })
    {
        tracing::warn!(%error, "open file limit not raised");
    }
    OpenFiles { before, now: getrlimit(Resource::Nofile).current }
}

impl OpenFiles {
    /// Returns how many files may be open at once.
    pub(super) fn max(self) -> usize {
        self.now.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX)
    }

    pub(super) fn log(self) {
        tracing::info!(before = self.before, now = self.now, "open file limit");
    }
}

//! Ending on Ctrl-C and on SIGTERM.

use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// What signals ask for.
pub(super) struct Shutdown {
    /// Cancelled by the first signal: the server is to say that it is not ready.
    pub(super) announced: CancellationToken,
    /// Cancelled when the server is to end: at once after Ctrl-C, and after the delay after SIGTERM.
    pub(super) due: CancellationToken,
}

/// Waits for the two signals. A second one ends the process at once.
pub(super) fn on_signal(delay: Duration) -> std::io::Result<Shutdown> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let shutdown = Shutdown { announced: CancellationToken::new(), due: CancellationToken::new() };
    let (announced, due) = (shutdown.announced.clone(), shutdown.due.clone());
    tokio::spawn(async move {
        let delay = tokio::select! {
            _ = interrupt.recv() => Duration::ZERO,
            _ = terminate.recv() => delay,
        };
        announced.cancel();
        let end = async {
            tokio::time::sleep(delay).await;
            due.cancel();
            std::future::pending::<()>().await;
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            () = end => {}
        }
        std::process::exit(130);
    });
    Ok(shutdown)
}

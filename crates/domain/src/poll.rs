//! When a page that waits asks again, and when it stops.

use crate::step::{Step, Support};

/// How long a waiting page pauses between two questions.
pub const POLL_SECONDS: u32 = 5;

/// What the browser says about the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    Visible,
    /// Another tab is in front; nobody is looking.
    Hidden,
    Left,
}

/// What a waiting page does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Poll {
    Again { after_seconds: u32 },
    Stop(StopReason),
}

/// Why a page stops asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    Connected,
    Paused,
    Revoked,
    Hidden,
    Left,
    /// There is no connection yet, so there is nothing to ask about.
    NoConnection,
}

/// Decides after each answer, and whenever the page is hidden, shown or left.
pub fn poll(step: Step, page: Page) -> Poll {
    match page {
        Page::Left => return Poll::Stop(StopReason::Left),
        Page::Hidden => return Poll::Stop(StopReason::Hidden),
        Page::Visible => {}
    }
    match step {
        Step::ConnectionDetails => Poll::Stop(StopReason::NoConnection),
        Step::Connected => Poll::Stop(StopReason::Connected),
        Step::Support(Support::Paused) => Poll::Stop(StopReason::Paused),
        Step::Support(Support::Revoked) => Poll::Stop(StopReason::Revoked),
        Step::DelegatedUser | Step::FinishSetup | Step::Activation | Step::Recoverable(_) => {
            Poll::Again { after_seconds: POLL_SECONDS }
        }
    }
}

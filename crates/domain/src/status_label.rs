//! Which label a status carries. The words themselves belong to the copy of each language.

use crate::connection::{ConnectionState, SyncStatus};

/// The label beside a connection's name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StatusLabel {
    SetupInProgress,
    Activating,
    Connected,
    ReauthenticationRequired,
    Error,
    NeedsCorrection,
    Paused,
    Revoked,
    /// A status this version does not know.
    #[default]
    Checking,
}

/// The label of the sync status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncLabel {
    NotSyncing,
    Syncing,
    Unknown,
}

impl StatusLabel {
    /// Every label, in the documents' order.
    pub const ALL: [Self; 9] = [
        Self::SetupInProgress,
        Self::Activating,
        Self::Connected,
        Self::ReauthenticationRequired,
        Self::Error,
        Self::NeedsCorrection,
        Self::Paused,
        Self::Revoked,
        Self::Checking,
    ];

    /// The label's name for programs: that of the API's documentation, whatever language the reader has.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SetupInProgress => "Setup in progress",
            Self::Activating => "Activating",
            Self::Connected => "Connected",
            Self::ReauthenticationRequired => "Reauthentication required",
            Self::Error => "Error",
            Self::NeedsCorrection => "Needs correction",
            Self::Paused => "Paused",
            Self::Revoked => "Revoked",
            Self::Checking => "Checking with Waycore",
        }
    }

    /// Reads what [`as_str`](Self::as_str) writes.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|label| label.as_str() == name)
    }

    pub fn of(state: &ConnectionState) -> Self {
        match state {
            ConnectionState::Draft(_) => Self::SetupInProgress,
            ConnectionState::PendingActivation(_) | ConnectionState::ActivatingReady(_) => Self::Activating,
            ConnectionState::Connected(_) => Self::Connected,
            ConnectionState::ReauthRequired(_) => Self::ReauthenticationRequired,
            ConnectionState::Errored(_) => Self::Error,
            ConnectionState::InvalidConfig(_) => Self::NeedsCorrection,
            ConnectionState::Paused(_) => Self::Paused,
            ConnectionState::Revoked(_) => Self::Revoked,
            ConnectionState::Unrecognised(_) => Self::Checking,
        }
    }
}

impl SyncLabel {
    pub fn of(sync: &SyncStatus) -> Self {
        match sync {
            SyncStatus::Idle => Self::NotSyncing,
            SyncStatus::Syncing => Self::Syncing,
            SyncStatus::Unrecognised(_) => Self::Unknown,
        }
    }
}

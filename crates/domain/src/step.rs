//! Which step of the setup a connection shows.
//!
//! The documents name a diagram for this, and the diagram is missing from them. **The table below is our reading**: it
//! fits every documented field, and where the documents are silent it takes the answer that changes nothing at the bank.

use crate::connection::{ActionRequiredBy, Connection, ConnectionState, NextAction, Setup};
use crate::timestamp::Timestamp;

/// What the customer sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    ConnectionDetails,
    DelegatedUser,
    FinishSetup,
    Activation,
    Connected,
    Recoverable(Recoverable),
    Support(Support),
}

/// Why a connection does not work although it may again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recoverable {
    ReauthRequired,
    Errored,
    InvalidConfig,
}

/// Why only people can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    Paused,
    Revoked,
}

/// What the customer has done here that Waycore does not tell. Each moment is the connection's `updated_at` as it was
/// read when it happened, so that it compares with later readings and never with another machine's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The customer said that the delegated user exists.
    pub user_confirmed: Option<Timestamp>,
    /// Waycore was told that the setup is complete.
    pub completion_sent: Option<Timestamp>,
}

/// The step of a connection, or of none yet.
pub fn step(connection: Option<&Connection>, progress: &Progress) -> Step {
    let Some(connection) = connection else {
        return Step::ConnectionDetails;
    };
    match &connection.state {
        ConnectionState::Draft(setup) => step_of_draft(setup, connection.updated_at, progress),
        ConnectionState::PendingActivation(_) | ConnectionState::ActivatingReady(_) => Step::Activation,
        ConnectionState::Connected(_) => Step::Connected,
        ConnectionState::ReauthRequired(_) => Step::Recoverable(Recoverable::ReauthRequired),
        ConnectionState::Errored(_) => Step::Recoverable(Recoverable::Errored),
        ConnectionState::InvalidConfig(_) => Step::Recoverable(Recoverable::InvalidConfig),
        ConnectionState::Paused(_) => Step::Support(Support::Paused),
        ConnectionState::Revoked(_) => Step::Support(Support::Revoked),
        // Waiting promises nothing, and the next reading may be one that is understood.
        ConnectionState::Unrecognised(_) => Step::Activation,
    }
}

fn step_of_draft(setup: &Setup, updated_at: Timestamp, progress: &Progress) -> Step {
    if progress.completion_sent.is_some_and(|sent| !asked_again(setup, updated_at, sent)) {
        return Step::Activation;
    }
    match setup.next_action {
        NextAction::ProvideCredentials | NextAction::ActivateConnection => Step::FinishSetup,
        NextAction::CreateDelegatedUser | NextAction::Other(_) if confirmed(progress) => Step::FinishSetup,
        // Reading the details is safe, whatever a new word means.
        NextAction::CreateDelegatedUser | NextAction::Other(_) => Step::DelegatedUser,
    }
}

/// After the completion Waycore moves on by itself. Only a later state that names the end user and something that an
/// end user can do brings the customer back.
fn asked_again(setup: &Setup, updated_at: Timestamp, completion_sent: Timestamp) -> bool {
    updated_at > completion_sent
        && setup.action_required_by == ActionRequiredBy::EndUser
        && matches!(setup.next_action, NextAction::CreateDelegatedUser | NextAction::ProvideCredentials)
}

/// A confirmation that was part of an earlier round does not answer what is asked now.
fn confirmed(progress: &Progress) -> bool {
    match (progress.user_confirmed, progress.completion_sent) {
        (Some(confirmed), Some(sent)) => confirmed > sent,
        (confirmed, None) => confirmed.is_some(),
        (None, Some(_)) => false,
    }
}

impl Step {
    /// The step's name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::ConnectionDetails => "connectionDetails",
            Self::DelegatedUser => "delegatedUser",
            Self::FinishSetup => "finishSetup",
            Self::Activation => "activation",
            Self::Connected => "connected",
            Self::Recoverable(_) => "recoverable",
            Self::Support(_) => "support",
        }
    }

    /// The step behind a name and a connection's status, as the browser receives them.
    pub fn from_wire(name: &str, status: &str) -> Option<Self> {
        Some(match (name, status) {
            ("connectionDetails", _) => Self::ConnectionDetails,
            ("delegatedUser", _) => Self::DelegatedUser,
            ("finishSetup", _) => Self::FinishSetup,
            ("activation", _) => Self::Activation,
            ("connected", _) => Self::Connected,
            ("recoverable", "reauthRequired") => Self::Recoverable(Recoverable::ReauthRequired),
            ("recoverable", "errored") => Self::Recoverable(Recoverable::Errored),
            ("recoverable", "invalidConfig") => Self::Recoverable(Recoverable::InvalidConfig),
            ("support", "paused") => Self::Support(Support::Paused),
            ("support", "revoked") => Self::Support(Support::Revoked),
            _ => return None,
        })
    }
}

//! Removing a connection deletes it and its data at Waycore for good, so it takes a value that only a confirmation makes.

use crate::bank_choice::folded;
use crate::ids::ConnectionId;

/// Proof that a person typed the name of the connection they want to remove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfirmedRemoval {
    connection: ConnectionId,
}

/// What was typed is not the connection's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the typed name is not the connection's name")]
pub struct NotConfirmed;

impl ConfirmedRemoval {
    /// Compares without regard to case and to how the words are spaced: a page shows two spaces as one. A connection
    /// without a name cannot be confirmed by typing nothing.
    pub fn confirm(connection: ConnectionId, display_name: &str, typed: &str) -> Result<Self, NotConfirmed> {
        let typed = folded(typed);
        if typed.is_empty() || typed != folded(display_name) {
            return Err(NotConfirmed);
        }
        Ok(Self { connection })
    }

    pub fn connection(&self) -> &ConnectionId {
        &self.connection
    }
}

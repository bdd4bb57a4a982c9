//! Removing a connection deletes it and its data at Waycore for good, so it takes a value that only a confirmation makes.

use crate::folding::fold;
use crate::ids::ConnectionId;

/// Bytes that may be typed per byte of the name, and in addition: spaces do not count, and a letter has several encodings.
const MAX_TYPED_FOR_EACH_BYTE: usize = 8;
const MAX_TYPED_BESIDES: usize = 200;

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
    /// Compares as names are compared everywhere ([`fold`]): nobody can see which apostrophe a name has, or how many
    /// spaces. A connection without a name cannot be confirmed by typing nothing.
    pub fn confirm(connection: ConnectionId, display_name: &str, typed: &str) -> Result<Self, NotConfirmed> {
        // Bounds the cost of folding.
        if typed.len() > MAX_TYPED_FOR_EACH_BYTE * display_name.len() + MAX_TYPED_BESIDES {
            return Err(NotConfirmed);
        }
        let typed = fold(typed);
        if typed.is_empty() || typed != fold(display_name) {
            return Err(NotConfirmed);
        }
        Ok(Self { connection })
    }

    pub fn connection(&self) -> &ConnectionId {
        &self.connection
    }
}

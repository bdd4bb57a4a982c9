//! What a role may do.

use app::backend::Caller;

use crate::failure::Failure;

/// Everybody of the customer's reads; the host's own backend has routes of its own.
pub(super) fn may_read(caller: &Caller) -> Result<(), Failure> {
    if caller.role.reads() { Ok(()) } else { Err(Failure::Forbidden) }
}

/// Only some may change anything.
pub(super) fn may_change(caller: &Caller) -> Result<(), Failure> {
    if caller.role.changes() { Ok(()) } else { Err(Failure::Forbidden) }
}

//! What a role may do.

use app::backend::Caller;

use crate::failure::Failure;
use crate::security_log::SecurityEvent;

/// Everybody of the customer's reads; the host's own backend has routes of its own.
pub(super) fn may_read(caller: &Caller) -> Result<(), Failure> {
    if caller.role.reads() { Ok(()) } else { Err(forbidden(caller)) }
}

/// Only some may change anything.
pub(super) fn may_change(caller: &Caller) -> Result<(), Failure> {
    if caller.role.changes() { Ok(()) } else { Err(forbidden(caller)) }
}

/// Logs and returns the refusal of somebody whose role does not suffice.
pub(super) fn forbidden(caller: &Caller) -> Failure {
    SecurityEvent::new("forbidden_role").by(caller).log();
    Failure::Forbidden
}

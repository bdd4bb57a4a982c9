//! The invariants of the design: absences that no test of behaviour would notice.

mod browser;
mod domain;
mod secrets;
mod server_functions;
mod simulator;
mod waycore_seam;

use super::{Checks, Tally};

/// The invariants that sources and dependency trees show.
pub(super) fn check_sources(checks: &Checks, tally: &mut Tally) {
    browser::check(checks, tally);
    domain::check(checks, tally);
    waycore_seam::check(checks, tally);
    server_functions::check(checks, tally);
    simulator::check(checks, tally);
    secrets::check(checks, tally);
}

/// The invariants that only a build shows.
pub(super) fn check_download(checks: &Checks, tally: &mut Tally) {
    secrets::check_download(checks, tally);
}

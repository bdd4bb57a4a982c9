//! Black-box tests: the real router and the real program against the simulator, in verbs that a reader understands.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a helper that cannot go on ends its test")]

mod accounts;
mod answer;
mod browser;
mod connected;
mod demo;
mod events;
mod finish;
mod host;
mod identity;
mod isolation;
mod language;
mod listener;
mod mounting;
mod new_bank;
mod operating;
mod program;
mod protection;
mod provisioning;
mod repairing;
mod replicas;
mod secrets;
mod serve;
mod served;
mod setup;
mod simulated;
mod tenants;
mod viewer;
mod watching;
mod waycore_trouble;
mod webhooks;
mod whose_move;

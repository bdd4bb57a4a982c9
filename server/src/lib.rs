//! The host backend: identity, entity map, state machine, and what the waycore-connect program is made of.
//!
//! Nothing here names the simulator: only the program's own commands do.

pub mod assets;
pub mod clock;
pub mod config;
pub mod cookie;
pub mod failure;
pub mod identity;
pub mod onboarding;
pub mod signed;
pub mod startup;
pub mod store;
pub mod telemetry;
pub mod web;

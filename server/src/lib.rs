//! The host backend: identity, entity map, state machine, and what the waycore-connect program is made of.
//!
//! A product of its own mounts it with [`mount()`]; `serve` and `demo` do the same. Nothing here names the simulator: only
//! the program's own commands do.

pub mod assets;
mod client;
pub mod clock;
pub mod config;
pub mod connections;
pub mod cookie;
pub mod doctor;
mod events;
pub mod failure;
mod headers;
pub mod identity;
mod json;
mod limits;
#[cfg(test)]
mod log_lines;
mod mount;
pub mod onboarding;
pub mod panics;
mod place;
pub mod readiness;
pub mod sealed;
mod security;
mod security_log;
pub mod signed;
pub mod startup;
pub mod store;
pub mod telemetry;
mod time_limit;
mod upkeep;
pub mod web;

pub use config::{Layout, Settings};
pub use mount::{Mounted, Tasks, mount, mount_demo};
pub use place::placed;

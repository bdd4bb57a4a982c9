//! The simulator from outside: every test speaks to its router like a host or a test of a host would.

#![expect(clippy::expect_used, reason = "a helper of a test fails the test")]

mod bank_data;
mod bank_portal;
mod catalog;
mod connections;
mod console;
mod contract;
mod control;
mod entities;
mod environments;
mod faults;
mod hosts;
mod journal;
mod keys;
mod lifecycle;
mod lists;
mod sentinels;
mod shapes;
mod state_file;
mod stream;
mod support;
mod syncing;
mod transfers;
mod webhooks;
mod wire_faults;

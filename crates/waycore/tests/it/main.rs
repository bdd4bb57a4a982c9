//! The crate as its users see it: bodies against the documents' examples, the client against a server.

#![expect(clippy::expect_used, reason = "a helper of a test fails the test")]

mod client;
mod debug;
mod fixtures;
mod open_enums;
mod to_domain;
mod values;
mod webhook;

//! Black-box tests: the real router and the real program against the simulator, in verbs that a reader understands.

#![expect(clippy::expect_used, reason = "a helper that cannot go on ends its test")]

mod answer;
mod browser;
mod demo;
mod host;
mod identity;
mod program;
mod serve;
mod setup;
mod tenants;

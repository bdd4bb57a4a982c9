//! The use cases against a Waycore that can be told to misbehave.

mod bench;
mod confirming;
mod crashing;
mod entities;
pub(crate) mod fake_waycore;
mod finishing;
mod listing;
mod looking;
mod lost_answers;
mod on_record;
mod ownership;
mod removing;
mod searching;
mod starting;
mod syncing;
mod transactions;
mod unknown_outcomes;

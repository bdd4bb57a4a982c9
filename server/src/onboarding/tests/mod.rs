//! The use cases against a Waycore that can be told to misbehave.

mod bench;
mod confirming;
mod entities;
mod fake_waycore;
mod finishing;
mod listing;
mod ownership;
mod searching;
mod starting;

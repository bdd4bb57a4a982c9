//! The requirement tables, each as a test in the documents' order, and the properties that hold for every input.

#![expect(clippy::unwrap_used, reason = "a test stops where its own sample is wrong")]

mod bank_choice;
mod connection;
mod credentials;
mod draft;
mod folding;
mod poll;
mod portal_url;
mod removal;
mod samples;
mod status_label;
mod step;
mod suspicion;
mod typo;
mod user_error;
mod visible;

//! The rules of connecting a bank: no I/O, no clock.
//!
//! Everything here is decided from its arguments alone, so the same rule runs on the server and in the browser, and a
//! table in the requirements can be a table in a test. What time it is, and who asks, always comes in from outside.

pub mod bank_choice;
pub mod connection;
pub mod credentials;
pub mod display_name;
pub mod draft;
pub mod folding;
pub mod ids;
pub mod poll;
pub mod portal_url;
pub mod removal;
pub mod status_label;
pub mod step;
pub mod suspicion;
pub mod timestamp;
pub mod typo;
pub mod user_error;
pub mod visible;

pub use display_name::display_name;

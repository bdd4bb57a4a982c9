//! The wizard: one file a step, and the frame around them.

mod activation;
mod bank_field;
mod connection_details;
mod delegated_user;
mod finish_setup;
mod frame;
mod popular_banks;
mod portal_fields;
mod search_results;

pub use activation::activation;
pub use connection_details::{Details, connection_details};
pub use delegated_user::{Shown, delegated_user, details, guidance, instructions, rights};
pub use finish_setup::finish_setup;
pub use frame::Mover;
pub use portal_fields::help;

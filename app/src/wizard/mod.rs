//! The wizard: one file a step, and the frame around them.

mod activation;
mod another_bank;
mod bank_field;
mod connection_details;
mod delegated_user;
mod finish_setup;
mod frame;
mod search_results;

pub use activation::activation;
pub use another_bank::help;
pub use connection_details::{Details, connection_details};
pub use delegated_user::{Shown, delegated_user, details, guidance, instructions, rights};
pub use finish_setup::finish_setup;
pub use frame::Mover;

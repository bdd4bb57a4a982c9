//! The edge to the browser: who asks, which page answers, and what a form leads to.

mod api;
mod flash;
mod forms;
mod page;
mod scope;

pub use api::{refuse, refused_origin, server_function};
pub use page::{page, ready, refused_sign_in, sign_in};

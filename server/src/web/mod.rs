//! The edge to the browser: who asks, which page answers, and what a form leads to.

mod api;
mod flash;
mod forms;
mod host;
mod page;
mod scope;

pub(crate) use api::FUNCTIONS;
pub use api::{refuse, refused_origin, server_function};
pub use host::routes as host_routes;
pub use page::{page, ready, refused_sign_in, sign_in};

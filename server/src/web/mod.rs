//! The edge to the browser: who asks, which page answers, and what a form leads to.

mod api;
mod body;
mod events;
mod export;
mod fetch_site;
mod fields;
mod flash;
mod forms;
mod host;
mod language;
mod origin;
mod page;
mod scope;
mod sign_in_loop;
mod webhooks;

pub(crate) use api::FUNCTIONS;
pub use api::{refuse, refused_origin, server_function};
pub use events::{events, signed_out};
pub use export::{ExportSlots, transactions_csv};
pub use host::routes as host_routes;
pub use language::of_browser;
pub(crate) use page::{broken, turned_away};
pub use page::{page, ready, refused_sign_in, sign_in};
pub use webhooks::delivery;

//! Server functions: doors, not rooms. Each asks the port once; the server turns a failure into its HTTP status and,
//! for a plain form, into the page that follows.

mod coach_portal;
mod confirm_user_created;
mod get_connection;
#[cfg(not(feature = "ssr"))]
mod js;
#[cfg(feature = "ssr")]
mod list_accounts;
mod list_connections;
#[cfg(feature = "ssr")]
mod list_transactions;
mod remove_connection;
mod search_institutions;
mod start_connection;
mod submit_finish;
mod sync_connection;
mod update_credentials;
mod wire;

pub use coach_portal::{CoachPortal, coach_portal};
pub use confirm_user_created::{ConfirmUserCreated, confirm_user_created};
pub use get_connection::{GetConnection, get_connection};
#[cfg(feature = "ssr")]
pub use list_accounts::{ListAccounts, list_accounts};
pub use list_connections::{ListConnections, list_connections};
#[cfg(feature = "ssr")]
pub use list_transactions::{ListTransactions, list_transactions};
pub use remove_connection::{RemoveConnection, remove_connection};
pub use search_institutions::{SearchInstitutions, search_institutions};
pub use start_connection::{StartConnection, start_connection};
pub use submit_finish::{SubmitFinish, submit_finish};
pub use sync_connection::{SyncConnection, sync_connection};
pub use update_credentials::{UpdateCredentials, update_credentials};
pub use wire::Json;

#[cfg(feature = "ssr")]
use crate::{backend::RequestScope, error::WireError};

/// Who asks, and the port to ask.
#[cfg(feature = "ssr")]
fn scope() -> Result<RequestScope, WireError> {
    crate::backend::request_scope().ok_or_else(|| {
        WireError::new(domain::user_error::ErrorCode::SignedOut, crate::copy::errors().signed_out)
    })
}

/// Begins the name of a bank's own radio buttons for its portals, in a list of banks to choose from; its id follows.
pub const PORTAL_OF: &str = "portal_of:";

/// How a form says yes.
#[cfg(feature = "ssr")]
fn checked(field: Option<&str>) -> bool {
    matches!(field, Some("true" | "on"))
}

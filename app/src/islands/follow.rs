//! Follows a connection while its page is open: ties this device's draft to it, and brings the page up to date when it
//! changes.

use leptos::prelude::*;

use super::empty_view::EmptyView;

/// Follows the connection that the page names.
#[island]
pub fn Follow() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    crate::browser::follow::attach();
    EmptyView
}

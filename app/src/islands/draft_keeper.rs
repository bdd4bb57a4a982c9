//! Keeps step 1's form as a draft while it is filled in.

use leptos::prelude::*;

use super::empty_view::EmptyView;

/// Saves the fields of the form around it, and restores those that nothing else does.
#[island]
pub fn DraftKeeper() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    crate::browser::form::keep();
    EmptyView
}

//! The drafts of this device.

use leptos::prelude::*;

use super::empty_view::EmptyView;

/// Fills the page's list of drafts, which only the browser knows.
#[island]
pub fn DraftList() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    crate::browser::draft_list::attach();
    EmptyView
}

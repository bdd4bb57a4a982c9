//! The bank search.

use leptos::prelude::*;

use super::empty_view::EmptyView;

/// Brings the search field around it to life: options while somebody types, and the portals of the chosen bank.
#[island]
pub fn BankSearch() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    crate::browser::bank_search::attach();
    EmptyView
}

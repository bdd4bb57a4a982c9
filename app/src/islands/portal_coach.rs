//! Help with the address of an unlisted bank.

use leptos::prelude::*;

use super::empty_view::EmptyView;

/// Says beside the fields what is odd about them, and which bank of the catalog they seem to mean.
#[island]
pub fn PortalCoach() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    crate::browser::coach::attach();
    EmptyView
}

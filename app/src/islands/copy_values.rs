//! Copies a value with one tap, and says so.

use leptos::prelude::*;

use super::empty_view::EmptyView;

/// Brings the page's copy buttons to life. Each is a server-rendered `<button data-copy="VALUE" data-copied="WORDS">`:
/// one island serves them all.
#[island]
pub fn CopyValues() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    crate::browser::clipboard::attach();
    EmptyView
}

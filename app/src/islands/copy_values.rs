//! Copies a value with one tap, and says so.

use leptos::prelude::*;

/// Brings the page's copy buttons to life. Each is a server-rendered `<button data-copy="VALUE" data-copied="WORDS">`:
/// one island serves them all.
#[island]
pub fn CopyValues() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new(|_| crate::browser::clipboard::listen());
    view! { <span hidden></span> }
}

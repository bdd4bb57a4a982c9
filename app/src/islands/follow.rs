//! Follows a connection while its page is open: ties this device's draft to it, and brings the page up to date when it
//! changes.

use leptos::prelude::*;

/// Follows the connection that the page names.
#[island]
pub fn Follow() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new(|_| {
        use crate::browser::{drafts, follow};
        let Some(page) = follow::Followed::of_page() else { return };
        if page.done {
            drafts::clear(&page.scope, &page.connection);
        } else {
            drafts::link(&page.scope, &page.draft, &page.connection);
        }
        if page.watch {
            leptos::task::spawn_local(follow::until_changed(page));
        }
    });
    view! { <span hidden></span> }
}

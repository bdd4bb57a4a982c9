//! Ties this device's draft to the connection that came of it, and forgets it at the end.

use leptos::prelude::*;

/// With a `draft`: stores the connection's id in it. When `done`: clears the drafts of the connection.
#[island]
pub fn DraftLink(
    scope: String,
    connection_id: String,
    #[prop(optional_no_strip)] draft: Option<String>,
    done: bool,
) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        use crate::browser::drafts;
        if done {
            drafts::clear(&scope, &connection_id);
        } else if let Some(draft) = &draft {
            drafts::link(&scope, draft, &connection_id);
        }
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = (scope, connection_id, draft, done);
    view! { <span hidden></span> }
}

//! Ties the page to its connection, and keeps it up to date.

use super::{data, drafts, live};

/// What the server knew of the connection when it rendered the page, as `components::following` writes it.
struct Followed {
    /// Keeps one customer's drafts from another's.
    scope: String,
    /// The local draft that led here; empty if none did.
    draft: String,
    connection: String,
    /// Its drafts are of no more use.
    done: bool,
}

impl Followed {
    fn of_page() -> Option<Self> {
        let page = data("main [data-follow]")?;
        Some(Self {
            scope: page("scope"),
            draft: page("draft"),
            connection: page("connection"),
            done: page("done") == "true",
        })
    }
}

/// Ties this device's draft to the page's connection, if it has one, and follows what the page shows.
pub(crate) fn attach() {
    if let Some(page) = Followed::of_page() {
        drafts::link(&page.scope, &page.draft, &page.connection);
        if page.done {
            drafts::clear(&page.scope, &page.connection);
        }
    }
    live::attach();
}

//! Asks for a connection until it changes.

use super::{announce, data, drafts, navigation, page};
use crate::copy::{self, Say};

/// What the server knew of the connection when it rendered the page, as `components::following` writes it.
struct Followed {
    /// Keeps one customer's drafts from another's.
    scope: String,
    /// The local draft that led here; empty if none did.
    draft: String,
    connection: String,
    version: String,
    step: String,
    /// The connection may still move.
    watch: bool,
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
            version: page("version"),
            step: page("step"),
            watch: page("watch") == "true",
            done: page("done") == "true",
        })
    }
}

/// Ties this device's draft to the page's connection, and follows that.
pub(crate) fn attach() {
    let Some(page) = Followed::of_page() else { return };
    if page.done {
        drafts::clear(&page.scope, &page.connection);
    } else {
        drafts::link(&page.scope, &page.draft, &page.connection);
    }
    if page.watch {
        leptos::task::spawn_local(until_changed(page));
    }
}

/// Asks every five seconds while the page is visible, until it is left. The page itself is rendered by the server, so a
/// change is shown by fetching the page again, softly.
async fn until_changed(known: Followed) {
    let visit = navigation::visit_count();
    let mut trouble = false;
    loop {
        page::sleep(5_000).await;
        page::visible().await;
        if navigation::visit_count() != visit {
            return;
        }
        let answer = crate::api::get_connection(Some(known.connection.clone())).await;
        if navigation::visit_count() != visit {
            return;
        }
        match answer.map(|answer| answer.connection) {
            Ok(now) if now.version.to_string() == known.version && now.step.name() == known.step => {
                trouble = false
            }
            Ok(_) => return navigation::refresh(),
            // Said once, not every five seconds.
            Err(_) if !trouble => {
                trouble = true;
                announce(&copy::say(Say::LiveTrouble));
            }
            Err(_) => {}
        }
    }
}

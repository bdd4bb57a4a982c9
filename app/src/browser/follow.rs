//! Asks for a connection until it changes.

use super::{announce, data, navigation, page};

/// What the server knew of the connection when it rendered the page, as `components::following` writes it.
pub(crate) struct Followed {
    /// Keeps one customer's drafts from another's.
    pub(crate) scope: String,
    /// The local draft that led here; empty if none did.
    pub(crate) draft: String,
    pub(crate) connection: String,
    version: String,
    step: String,
    /// The connection may still move.
    pub(crate) watch: bool,
    /// Its drafts are of no more use.
    pub(crate) done: bool,
}

impl Followed {
    pub(crate) fn of_page() -> Option<Self> {
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

/// Asks every five seconds while the page is visible, until it is left. The page itself is rendered by the server, so a
/// change is shown by fetching the page again, softly.
pub(crate) async fn until_changed(known: Followed) {
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
            Ok(now) => {
                announce(crate::copy::status_label(now.label));
                return navigation::refresh();
            }
            // Said once, not every five seconds.
            Err(_) if !trouble => {
                trouble = true;
                announce(crate::copy::islands().live_trouble);
            }
            Err(_) => {}
        }
    }
}

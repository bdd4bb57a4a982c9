//! The frame of a page.

use maud::{DOCTYPE, Markup, html};

/// A page; `live` fetches it again every two seconds while somebody looks at it.
pub(super) fn page(title: &str, class: &str, live: bool, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { (title) }
                link rel="stylesheet" href="/web/style.css";
                @if live { script src="/web/live.js" defer {} }
            }
            body class=(class) { (content) }
        }
    }
}

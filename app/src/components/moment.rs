//! A moment in time, as a distance, with the exact time behind it.

use leptos::prelude::*;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// "2 minutes ago", which the browser keeps true while the page is open; the exact time on hover and for screen readers.
/// `at` is RFC 3339. The age is the server's: a browser's clock may be wrong, and only measures what has passed since.
#[component]
pub fn Moment(at: String, now_millis: i64) -> impl IntoView {
    OffsetDateTime::parse(&at, &Rfc3339).ok().map(|moment| {
        let exact = crate::copy::locale::moment(&at);
        let seconds = now_millis / 1000 - moment.unix_timestamp();
        view! {
            <time datetime=at.clone() title=exact.clone() data-age=seconds.to_string()>
                {crate::copy::ago(seconds)}
                <span class="visually-hidden">" ("{exact.clone()}")"</span>
            </time>
        }
    })
}

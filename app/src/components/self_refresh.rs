//! A page that waits, in a browser without JavaScript.

use leptos::prelude::*;

use crate::copy::pages::words;

/// Reloads the page every five seconds; `stop` is its address without that.
#[component]
pub fn SelfRefresh(stop: String) -> impl IntoView {
    view! {
        <noscript>
            <meta http-equiv="refresh" content="5"/>
            <p>{words().activation.refreshing} " " <a href=stop>{words().activation.stop_refreshing}</a></p>
        </noscript>
    }
}

//! Whom to ask.

use leptos::prelude::*;

use crate::{
    backend::{RequestScope, Site},
    copy::pages::words,
};

/// Leads to the host's support. Without an address for it, names the host and the code that finds the request's log lines.
#[component]
pub fn Support(scope: RequestScope) -> impl IntoView {
    let RequestScope { site, support_code, .. } = scope;
    match site.support_url.clone() {
        Some(href) => view! { <p><a href=href rel="external">{words().shell.support}</a></p> }.into_any(),
        None => view! {
            <p>{ask_host(site)}</p>
            <p>{words().shell.support_code} ": " <code translate="no">{support_code}</code></p>
        }
        .into_any(),
    }
}

/// Names the host, where there is no address of its support.
pub fn ask_host(site: Site) -> impl IntoView {
    view! { {words().shell.ask_host} " " <strong translate="no">{site.host_name}</strong> "." }
}

//! A link to a bank's portal.

use domain::portal_url::PortalUrl;
use leptos::prelude::*;

use crate::copy::pages::words;

/// Links to a portal in a new tab and names its host. Only a checked https address becomes a link: the server writes
/// any text into an `href` as it is.
#[component]
pub fn BankPortalLink(
    portal: Option<String>,
    /// Where the link leads in a demo, instead of to the portal that it names.
    simulated: Option<String>,
    #[prop(into)] text: String,
    #[prop(default = "button button-secondary")] class: &'static str,
) -> impl IntoView {
    portal.and_then(|portal| PortalUrl::parse(&portal).ok()).map(|portal| {
        let verbatim = (text == portal.as_str()).then_some("no");
        let href = simulated.unwrap_or_else(|| portal.as_str().to_owned());
        view! {
            <span class="portal-link">
                <a class=class href=href target="_blank" rel="noopener noreferrer">
                    <span translate=verbatim>{text}</span>
                    <span class="visually-hidden">" ("{words().user.new_tab}")"</span>
                </a>
                <span class="portal-host" translate="no">{portal.shown_host()}</span>
            </span>
        }
    })
}

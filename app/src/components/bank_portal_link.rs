//! A link to a bank's portal.

use domain::portal_url::PortalUrl;
use leptos::prelude::*;

use crate::copy::pages::words;

/// Links to a portal in a new tab and names its host. Only a checked https address becomes a link: the server writes
/// any text into an `href` as it is.
#[component]
pub fn BankPortalLink(
    portal: Option<String>,
    #[prop(into)] text: String,
    #[prop(default = "button button-secondary")] class: &'static str,
) -> impl IntoView {
    portal.and_then(|portal| PortalUrl::parse(&portal).ok()).map(|portal| {
        view! {
            <span class="portal-link">
                <a class=class href=portal.as_str().to_owned() target="_blank" rel="noopener noreferrer">
                    {text}
                    <span class="visually-hidden">" ("{words().user.new_tab}")"</span>
                </a>
                <span class="portal-host">{portal.host()}</span>
            </span>
        }
    })
}

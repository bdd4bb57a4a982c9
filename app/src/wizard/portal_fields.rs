//! The fields in which the address of a portal is typed, of an unlisted bank or of a portal that the list lacks, with the help
//! beside them and the box that confirms a suspicious address.

use domain::portal_url::PortalUrl;
use leptos::prelude::*;

use crate::{
    backend::Flash,
    components::{TextField, mark_verbatim},
    copy::pages::words,
    islands::PortalCoach,
};

/// What helps beside the fields of an unlisted bank: sentences, and a link if there is one, in which names and addresses stay
/// as they are.
pub fn help(notes: &[String], href: &str, choose: &str, exact: &[String]) -> String {
    let notes: Vec<_> = notes.iter().map(|note| view! { <p>{mark_verbatim(note, exact)}</p> }).collect();
    let link =
        (!href.is_empty()).then(|| view! { <a href=href.to_owned()>{mark_verbatim(choose, exact)}</a> });
    view! { {notes} {link} }.to_html()
}

/// A bank that is not in the catalog: its name, for the customer's own eyes, and its portal. A match in the catalog
/// must be chosen or denied. `name` and `portal` are what the fields begin with, `exact` the names and addresses in messages.
pub(super) fn unlisted_bank(flash: &Flash, name: String, portal: String, exact: Vec<String>) -> AnyView {
    let on_choice = flash.error_on("institution_id");
    // What was answered stays answered, should there be another question.
    let denied = !flash.value("not_listed").is_empty();
    let offered = on_choice.is_some() || denied;
    let suspicious = flash.error_on("address_checked");
    let name_error = flash.error_on("requested_name").or(on_choice);
    // What was typed counts, an emptied field too.
    let fresh = flash.values.is_empty();
    let value = |field: &str, begun: String| if fresh { begun } else { flash.value(field) };
    let portal = value("portal_url", portal);
    let check = address_check(flash, &portal);
    view! {
        <input type="hidden" name="unlisted" value="true"/>
        <TextField id="requested_name" label=words().details.bank_name hint=words().details.bank_name_hint
            value=value("requested_name", name) error=name_error exact=exact.clone()/>
        <TextField id="portal_url" label=words().details.portal_url hint=words().details.portal_url_hint
            value=portal error=flash.error_on("portal_url").or(suspicious) exact/>
        <div id="portal-coach" class="coach" role="status"></div>
        <PortalCoach/>
        {check}
        {offered.then(|| view! {
            <div class="check-row">
                <input id="not_listed" type="checkbox" name="not_listed" value="true" checked=denied/>
                <label for="not_listed">{words().details.different_bank}</label>
            </div>
        })}
    }
    .into_any()
}

/// "My portal is not here", and the address of that portal of the chosen bank, which the style sheet shows once the box is
/// ticked. The search shows both once a bank is chosen.
pub(super) fn own_portal(flash: &Flash, exact: Vec<String>, hidden: bool) -> AnyView {
    let portal = flash.value("own_portal");
    let error = flash.error_on("own_portal").or_else(|| flash.error_on("address_checked"));
    let check = address_check(flash, &portal);
    let ticked = !flash.value("portal_not_listed").is_empty();
    view! {
        <div class="own-portal" id="own-portal" hidden=hidden>
            <div class="check-row">
                <input id="portal_not_listed" type="checkbox" name="portal_not_listed" value="true" checked=ticked/>
                <label for="portal_not_listed">{words().details.portal_not_listed}</label>
            </div>
            <div class="own-portal-address stack">
                <TextField id="own_portal" label=words().details.portal_url hint=words().details.portal_url_hint
                    value=portal error exact/>
                {check}
            </div>
        </div>
    }
    .into_any()
}

/// Confirms a suspicious address. Its value is the host that the person was asked about, so that it counts for no other; the
/// coach shows it as soon as such an address is typed.
fn address_check(flash: &Flash, portal: &str) -> AnyView {
    let host = PortalUrl::parse(portal).map(|portal| portal.ascii_host()).unwrap_or_default();
    let answer = flash.value("address_checked");
    let checked = matches!(answer.as_str(), "true" | "on") || (!host.is_empty() && answer == host);
    let asked = flash.error_on("address_checked").is_some() || checked;
    view! {
        <div class="check-row" id="address-check" hidden=!asked>
            <input id="address_checked" type="checkbox" name="address_checked" value=host checked=checked/>
            <label for="address_checked">{words().details.address_checked}</label>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_shows_markup_in_names_and_addresses_as_text() {
        let exact = ["<b>Bank</b>".to_owned(), "x\"><i>.example".to_owned()];
        let notes = ["At <b>Bank</b>, x\"><i>.example <u>?".to_owned()];
        let html = help(&notes, "/new?a=\"><script>", "Use <b>Bank</b> <u>", &exact);
        for kept in
            ["&lt;b&gt;Bank&lt;/b&gt;", "x\"&gt;&lt;i&gt;.example", "&lt;u&gt;?", "href=\"/new?a=&quot;"]
        {
            assert!(html.contains(kept), "{kept}: {html}");
        }
        for raw in ["<b>", "<i>", "<u>", "<script>"] {
            assert!(!html.contains(raw), "{raw}: {html}");
        }
        assert_eq!(html.matches("translate=\"no\"").count(), 3, "{html}");
    }
}

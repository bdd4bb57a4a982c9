//! Step 1 without a search: banks to begin with, and a bank that is not in the list.

use leptos::prelude::*;

use crate::{
    backend::{Flash, Suggested},
    components::TextField,
    copy::pages::words,
    islands::PortalCoach,
    paths::{Paths, encode},
};

/// Banks to choose without typing. Each leads to a page on which it still has to be confirmed.
pub(super) fn popular(paths: &Paths, suggested: Suggested, draft: &str) -> Option<AnyView> {
    let Suggested { banks, often_chosen } = suggested;
    let title = if often_chosen { words().details.popular } else { words().details.first_banks };
    let rows = banks.iter().map(|bank| {
        let href = paths.new_with_institution(&bank.institution_id);
        let href = if draft.is_empty() { href } else { format!("{href}&draft={}", encode(draft)) };
        view! {
            <li>
                <a class="popular-bank" href=href>
                    <span class="option-name">{bank.name.clone()}</span> " "
                    <span class="option-domain">{bank.domain.clone()}</span>
                </a>
            </li>
        }
    });
    let rows: Vec<_> = rows.collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section aria-labelledby="popular">
                <h2 class="label" id="popular">{title}</h2>
                <ul class="popular">{rows}</ul>
            </section>
        }
        .into_any()
    })
}

/// A bank that is not in the catalog: its name, for the customer's own eyes, and its portal. A match in the catalog
/// must be chosen or denied. `name` and `portal` are what the fields begin with.
pub(super) fn unlisted_bank(flash: &Flash, name: String, portal: String) -> AnyView {
    let on_choice = flash.error_on("institution_id");
    // What was answered stays answered, should there be another question.
    let answered = |field: &str| !flash.value(field).is_empty();
    let (denied, checked) = (answered("not_listed"), answered("address_checked"));
    let offered = on_choice.is_some() || denied;
    let odd = flash.error_on("address_checked");
    let is_odd = odd.is_some() || checked;
    let name_error = flash.error_on("requested_name").or(on_choice);
    // What was typed counts, an emptied field too.
    let fresh = flash.values.is_empty();
    let value = |field: &str, begun: String| if fresh { begun } else { flash.value(field) };
    view! {
        <input type="hidden" name="unlisted" value="true"/>
        // Filled in by the coach, once it has said what is odd about the address.
        <input type="hidden" name="warned"/>
        <TextField id="requested_name" label=words().details.bank_name hint=words().details.bank_name_hint
            value=value("requested_name", name) error=name_error/>
        <TextField id="portal_url" label=words().details.portal_url hint=words().details.portal_url_hint
            value=value("portal_url", portal) error=flash.error_on("portal_url").or(odd)/>
        <div id="portal-coach" class="coach" role="status"></div>
        <PortalCoach/>
        {offered.then(|| view! {
            <div class="check-row">
                <input id="not_listed" type="checkbox" name="not_listed" value="true" checked=denied/>
                <label for="not_listed">{words().details.different_bank}</label>
            </div>
        })}
        {is_odd.then(|| view! {
            <div class="check-row">
                <input id="address_checked" type="checkbox" name="address_checked" value="true" checked=checked/>
                <label for="address_checked">{words().details.address_checked}</label>
            </div>
        })}
    }
    .into_any()
}

//! The search for a bank, with JavaScript and without, and what it says of a bank that the company has.

use domain::status_label::StatusLabel;
use leptos::prelude::*;

use super::portal_fields::own_portal;
use crate::{
    backend::{Flash, RequestScope},
    components::LONGEST_TYPED,
    copy::{pages::words, status_label},
    islands::BankSearch,
    model::Connection,
    paths::Paths,
};

/// The live search. Without JavaScript the search form stands in its place.
pub(super) fn bank_search(scope: &RequestScope, held: Vec<Connection>, exact: Vec<String>) -> AnyView {
    let flash = &scope.flash;
    let error = flash.error_on("institution_id").or_else(|| flash.error_on("portal_url"));
    let invalid = error.is_some().then_some("true");
    let held = held.iter().filter_map(|connection| {
        let bank = connection.institution_id.clone()?;
        Some(view! {
            <p class="held" data-institution=bank data-badge=badge(connection) hidden>
                {held_note(&scope.site.paths, connection)}
            </p>
        })
    });
    let held: Vec<_> = held.collect();
    view! {
        <div class="field combobox needs-script">
            <label class="label" for="bank">{crate::copy::say(crate::copy::Say::Bank)}</label>
            <p class="hint" id="bank-hint">{words().details.bank_hint}</p>
            {error.map(|text| view! { <p class="field-error" id="bank-error">{text}</p> })}
            <input
                id="bank"
                name="query"
                value=flash.value("query")
                role="combobox"
                maxlength=LONGEST_TYPED
                autocomplete="off"
                dir="auto"
                spellcheck="false"
                aria-autocomplete="list"
                aria-controls="bank-options"
                aria-describedby="bank-error bank-hint"
                aria-invalid=invalid
                aria-expanded="false"
            />
            <ul id="bank-options" role="listbox" tabindex="-1" aria-label=crate::copy::say(crate::copy::Say::Bank) class="options" hidden></ul>
            <p class="hint" id="bank-news" role="status"></p>
            <input type="hidden" id="bank-chosen" name="institution_id" value=""/>
            <div id="bank-portals"></div>
            {own_portal(flash, exact, true)}
            <div id="bank-held">{held}</div>
            <BankSearch/>
        </div>
    }
    .into_any()
}

/// What the company has of a bank, in two words.
fn badge(connection: &Connection) -> &'static str {
    match connection.label {
        StatusLabel::SetupInProgress | StatusLabel::Activating => words().details.held_setup,
        StatusLabel::Connected => words().details.held_connected,
        other => status_label(other),
    }
}

/// Leads to what the company has of a bank already.
pub(super) fn held_note(paths: &Paths, connection: &Connection) -> AnyView {
    let href = paths.detail(&connection.id);
    view! {
        <span>{words().details.held} " (" {badge(connection)} "). "</span>
        <a href=href>{words().details.open_held} <span class="visually-hidden">": " <span translate="no">{connection.display_name.clone()}</span></span></a>
    }
    .into_any()
}

/// Asks about another portal of a bank that is connected, once the server has found that it is one.
pub(super) fn another_portal(flash: &Flash) -> AnyView {
    // What it is about stands in the notice above.
    let asked = flash.error_on("another").map(|_| {
        view! {
            <div class="check-row">
                <input id="another" type="checkbox" name="another" value="true"/>
                <label for="another">{words().details.another}</label>
            </div>
        }
    });
    view! { <input type="hidden" name="ask_first" value="true"/> {asked} }.into_any()
}

/// The search as a form of its own, for browsers without JavaScript.
#[component]
pub(super) fn SearchForm(paths: Paths, query: String, refused: Option<String>) -> impl IntoView {
    view! {
        <form method="get" action=paths.new_connection() class="search-form" role="search">
            <label class="field">
                <span class="label">{crate::copy::say(crate::copy::Say::Bank)}</span>
                {refused.map(|text| view! { <span class="field-error" role="alert">{text}</span> })}
                <input type="search" name="query" value=query maxlength=LONGEST_TYPED autocomplete="off"/>
            </label>
            <button class="button button-secondary">{words().details.search}</button>
        </form>
    }
}

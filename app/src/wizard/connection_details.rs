//! Step 1: which bank, and which of its portals.

use leptos::prelude::*;

use super::frame::{Frame, Mover, WizardStep, frame};
use crate::{
    backend::{Flash, RequestScope},
    components::{ErrorNotice, TextField},
    copy::pages::{DETAILS, WIZARD},
    islands::{BankSearch, DraftKeeper, SearchField},
    model::Institution,
    paths::Paths,
};

/// What the page knows before it renders.
#[derive(Default)]
pub struct Details {
    /// The search text of a search without JavaScript.
    pub query: String,
    /// Banks to choose from by radio button.
    pub results: Option<Vec<Institution>>,
    pub unlisted: bool,
    /// The catalog's bank that an unlisted one seems to be.
    pub matched: Option<Institution>,
    /// The local draft to resume.
    pub draft: Option<String>,
}

/// Renders step 1.
pub fn connection_details(scope: &RequestScope, details: Details) -> AnyView {
    let paths = &scope.site.paths;
    let lead = if details.unlisted { DETAILS.unlisted_lead } else { DETAILS.lead };
    let body = match details.results {
        Some(results) => search_results(paths, scope, &details.query, results, details.draft),
        None => live_form(paths, scope, details),
    };
    let content = view! {
        <p class="lead">{lead}</p>
        <ErrorNotice flash=scope.flash.clone()/>
        {body}
    };
    frame(
        Frame {
            step: WizardStep::Details,
            title: DETAILS.title,
            bank: None,
            mover: Mover::You,
            next: vec![DETAILS.next_1, DETAILS.next_2, DETAILS.next_3],
        },
        content.into_any(),
    )
}

fn live_form(paths: &Paths, scope: &RequestScope, details: Details) -> AnyView {
    let flash = &scope.flash;
    let unlisted = details.unlisted;
    let matched = details.matched.map(|bank| {
        let href = paths.new_with_institution(&bank.institution_id);
        view! {
            <p class="choose-match">
                <a class="button button-secondary" href=href>
                    {DETAILS.choose_match}" "{bank.name}", "{bank.domain}
                </a>
            </p>
        }
    });
    let switch = if unlisted {
        view! { <a href=paths.new_connection() data-switch="listed">{DETAILS.listed}</a> }
    } else {
        view! { <a href=paths.new_unlisted() data-switch="unlisted">{DETAILS.not_listed}</a> }
    };
    let draft = details.draft.unwrap_or_default();
    let fields = if unlisted { unlisted_bank(flash) } else { bank_search(flash) };
    let hidden_draft = draft.clone();
    view! {
        {(!unlisted).then(|| view! { <noscript><SearchForm paths=paths.clone() query=String::new()/></noscript> })}
        <form method="post" action=paths.api("start_connection") class="stack" novalidate
            data-scope=scope.draft_scope.clone() data-draft=draft data-portal=flash.value("portal_url")>
            {matched}
            {fields}
            // Filled in by the keeper: they tell the server what to come back to.
            <input type="hidden" name="draft" value=hidden_draft/>
            <input type="hidden" name="scripted"/>
            {another_portal(flash)}
            <DraftKeeper/>
            <p class="hint" id="draft-saved" hidden>{DETAILS.saved_on_device}</p>
            <p class="switch">{switch}</p>
            <div class=if unlisted { "actions" } else { "actions needs-script" }>
                <button class="button button-primary">{DETAILS.continue_on}</button>
                <a href=paths.list()>{WIZARD.cancel}</a>
            </div>
        </form>
        {(!unlisted).then(|| view! { <noscript><p><a href=paths.list()>{WIZARD.cancel}</a></p></noscript> })}
    }
    .into_any()
}

/// The live search. Without JavaScript the search form stands in its place.
fn bank_search(flash: &Flash) -> AnyView {
    let error = flash.error_on("institution_id").or_else(|| flash.error_on("portal_url"));
    provide_context(SearchField { query: flash.value("query"), invalid: error.is_some() });
    view! {
        <div class="field combobox needs-script">
            <label class="label" for="bank">{crate::copy::islands().bank}</label>
            <p class="hint" id="bank-hint">{DETAILS.bank_hint}</p>
            {error.map(|text| view! { <p class="field-error" id="bank-error">{text}</p> })}
            <BankSearch/>
        </div>
    }
    .into_any()
}

/// Asks about another portal of a bank that is connected, once the server has found that it is one.
fn another_portal(flash: &Flash) -> AnyView {
    // What it is about stands in the notice above.
    let asked = flash.error_on("another").map(|_| {
        view! {
            <div class="check-row">
                <input id="another" type="checkbox" name="another" value="true"/>
                <label for="another">{DETAILS.another}</label>
            </div>
        }
    });
    view! { <input type="hidden" name="ask_first" value="true"/> {asked} }.into_any()
}

/// A bank that is not in the catalog: its name, for the customer's own eyes, and its portal. A match in the catalog
/// must be chosen or denied.
fn unlisted_bank(flash: &Flash) -> AnyView {
    let on_choice = flash.error_on("institution_id");
    let offered = on_choice.is_some();
    let name_error = flash.error_on("requested_name").or(on_choice);
    view! {
        <input type="hidden" name="unlisted" value="true"/>
        <TextField id="requested_name" label=DETAILS.bank_name hint=DETAILS.bank_name_hint
            value=flash.value("requested_name") error=name_error/>
        <TextField id="portal_url" label=DETAILS.portal_url hint=DETAILS.portal_url_hint
            value=flash.value("portal_url") error=flash.error_on("portal_url")/>
        {offered.then(|| view! {
            <div class="check-row">
                <input id="not_listed" type="checkbox" name="not_listed" value="true"/>
                <label for="not_listed">{DETAILS.different_bank}</label>
            </div>
        })}
    }
    .into_any()
}

/// The search as a form of its own, for browsers without JavaScript.
#[component]
fn SearchForm(paths: Paths, query: String) -> impl IntoView {
    view! {
        <form method="get" action=paths.new_connection() class="search-form" role="search">
            <label class="field">
                <span class="label">{crate::copy::islands().bank}</span>
                <input type="search" name="query" value=query autocomplete="off"/>
            </label>
            <button class="button button-secondary">{DETAILS.search}</button>
        </form>
    }
}

/// Results to choose from by radio button. Nothing is chosen beforehand, unless the customer came by choosing it.
fn search_results(
    paths: &Paths,
    scope: &RequestScope,
    query: &str,
    results: Vec<Institution>,
    draft: Option<String>,
) -> AnyView {
    let chosen_by_link = query.is_empty();
    let none = results.is_empty();
    let error = scope.flash.error_on("institution_id").or_else(|| scope.flash.error_on("portal_url"));
    let (bank, portal) = (scope.flash.value("institution_id"), scope.flash.value("portal_url"));
    let rows = results.into_iter().map(|row| {
        let checked = chosen_by_link || row.institution_id == bank;
        result_row(row, checked, &portal)
    });
    let rows = rows.collect_view();
    view! {
        <SearchForm paths=paths.clone() query=query.to_owned()/>
        {none.then(|| view! { <p role="status">{DETAILS.no_results}</p> })}
        <form method="post" action=paths.api("start_connection") class="stack">
            <input type="hidden" name="query" value=query.to_owned()/>
            {draft.map(|id| view! { <input type="hidden" name="draft" value=id/> })}
            {another_portal(&scope.flash)}
            {(!none).then(|| view! {
                <fieldset class="choices">
                    <legend>{DETAILS.results}</legend>
                    {error.map(|text| view! { <p class="field-error">{text}</p> })}
                    {rows}
                </fieldset>
            })}
            <p class="switch"><a href=paths.new_unlisted()>{DETAILS.not_listed}</a></p>
            <div class="actions">
                {(!none).then(|| view! { <button class="button button-primary">{DETAILS.continue_on}</button> })}
                <a href=paths.list()>{WIZARD.cancel}</a>
            </div>
        </form>
    }
    .into_any()
}

fn result_row(bank: Institution, checked: bool, chosen_portal: &str) -> impl IntoView + use<> {
    let label = format!("{}, {}", bank.name, bank.domain);
    let portals = (bank.portals.len() > 1).then(|| {
        let rows = bank.portals.iter().map(|portal| {
            view! {
                <label class="choice choice-portal">
                    <input type="radio" name="portal_url" value=portal.clone() checked=portal == chosen_portal/>
                    <span>{portal.clone()}</span>
                </label>
            }
        });
        view! { <fieldset class="choices-nested"><legend>{DETAILS.portals}</legend>{rows.collect_view()}</fieldset> }
    });
    view! {
        <label class="choice">
            <input type="radio" name="institution_id" value=bank.institution_id checked=checked/>
            <span>{label}</span>
        </label>
        {portals}
    }
}

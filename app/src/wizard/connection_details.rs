//! Step 1: which bank, and which of its portals.

use domain::status_label::StatusLabel;
use leptos::prelude::*;

use super::frame::{Frame, Mover, WizardStep, frame};
use crate::{
    backend::{Flash, RequestScope},
    components::{ErrorNotice, TextField},
    copy::{pages::words, status_label},
    islands::{BankSearch, DraftKeeper, PortalCoach},
    model::{Connection, Institution},
    paths::{Paths, encode},
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
    /// Banks that are often chosen.
    pub popular: Vec<Institution>,
    /// What the company has connected, or is connecting.
    pub held: Vec<Connection>,
    /// Why the search without JavaScript was refused.
    pub refused: Option<String>,
}

/// Renders step 1.
pub fn connection_details(scope: &RequestScope, details: Details) -> AnyView {
    let paths = &scope.site.paths;
    let lead = if details.unlisted { words().details.unlisted_lead } else { words().details.lead };
    let body = match details.results {
        Some(_) => search_results(paths, scope, details),
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
            title: words().details.title,
            bank: None,
            mover: Mover::You,
            next: vec![words().details.next_1, words().details.next_2, words().details.next_3],
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
                    {words().details.choose_match}" "{bank.name}", "{bank.domain}
                </a>
            </p>
        }
    });
    let switch = if unlisted {
        view! { <a href=paths.new_connection() data-switch="listed">{words().details.listed}</a> }
    } else {
        view! { <a href=paths.new_unlisted() data-switch="unlisted">{words().details.not_listed}</a> }
    };
    let draft = details.draft.unwrap_or_default();
    let fields = if unlisted { unlisted_bank(flash) } else { bank_search(scope, details.held) };
    let hidden_draft = draft.clone();
    let popular = popular(paths, details.popular, &draft);
    view! {
        {(!unlisted).then(|| view! {
            <noscript><SearchForm paths=paths.clone() query=String::new() refused=None/></noscript>
        })}
        <form method="post" action=paths.api("start_connection") class="stack" novalidate
            data-scope=scope.draft_scope.clone() data-draft=draft data-portal=flash.value("portal_url")>
            {matched}
            {fields}
            // Filled in by the keeper: they tell the server what to come back to.
            <input type="hidden" name="draft" value=hidden_draft/>
            <input type="hidden" name="scripted"/>
            {another_portal(flash)}
            {popular}
            <DraftKeeper/>
            <p class="hint" id="draft-saved" hidden>{words().details.saved_on_device}</p>
            <p class="switch">{switch}</p>
            <div class=if unlisted { "actions" } else { "actions needs-script" }>
                <button class="button button-primary">{words().details.continue_on}</button>
                <a href=paths.list()>{words().wizard.cancel}</a>
            </div>
        </form>
        {(!unlisted).then(|| view! { <noscript><p><a href=paths.list()>{words().wizard.cancel}</a></p></noscript> })}
    }
    .into_any()
}

/// The live search. Without JavaScript the search form stands in its place.
fn bank_search(scope: &RequestScope, held: Vec<Connection>) -> AnyView {
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
                autocomplete="off"
                spellcheck="false"
                aria-autocomplete="list"
                aria-controls="bank-options"
                aria-describedby="bank-error bank-hint"
                aria-invalid=invalid
                aria-expanded="false"
            />
            <ul id="bank-options" role="listbox" aria-label=crate::copy::say(crate::copy::Say::Bank) class="options" hidden></ul>
            <p class="hint" id="bank-news" role="status"></p>
            <input type="hidden" id="bank-chosen" name="institution_id" value=""/>
            <div id="bank-portals"></div>
            <div id="bank-held">{held}</div>
            <BankSearch/>
        </div>
    }
    .into_any()
}

/// Banks to choose without typing. Each leads to a page on which it still has to be confirmed.
fn popular(paths: &Paths, banks: Vec<Institution>, draft: &str) -> Option<AnyView> {
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
                <h2 class="label" id="popular">{words().details.popular}</h2>
                <ul class="popular">{rows}</ul>
            </section>
        }
        .into_any()
    })
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
fn held_note(paths: &Paths, connection: &Connection) -> AnyView {
    let href = paths.detail(&connection.id);
    view! {
        <span>{words().details.held} " (" {badge(connection)} "). "</span>
        <a href=href>{words().details.open_held} <span class="visually-hidden">": " {connection.display_name.clone()}</span></a>
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
                <label for="another">{words().details.another}</label>
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
        <TextField id="requested_name" label=words().details.bank_name hint=words().details.bank_name_hint
            value=flash.value("requested_name") error=name_error/>
        <TextField id="portal_url" label=words().details.portal_url hint=words().details.portal_url_hint
            value=flash.value("portal_url") error=flash.error_on("portal_url")/>
        <div id="portal-coach" class="coach" role="status"></div>
        <PortalCoach/>
        {offered.then(|| view! {
            <div class="check-row">
                <input id="not_listed" type="checkbox" name="not_listed" value="true"/>
                <label for="not_listed">{words().details.different_bank}</label>
            </div>
        })}
    }
    .into_any()
}

/// The search as a form of its own, for browsers without JavaScript.
#[component]
fn SearchForm(paths: Paths, query: String, refused: Option<String>) -> impl IntoView {
    view! {
        <form method="get" action=paths.new_connection() class="search-form" role="search">
            <label class="field">
                <span class="label">{crate::copy::say(crate::copy::Say::Bank)}</span>
                {refused.map(|text| view! { <span class="field-error" role="alert">{text}</span> })}
                <input type="search" name="query" value=query autocomplete="off"/>
            </label>
            <button class="button button-secondary">{words().details.search}</button>
        </form>
    }
}

/// Results to choose from by radio button. Nothing is chosen beforehand, unless the customer came by choosing it.
fn search_results(paths: &Paths, scope: &RequestScope, details: Details) -> AnyView {
    let Details { query, results, draft, held, refused, .. } = details;
    let results = results.unwrap_or_default();
    let chosen_by_link = query.is_empty();
    let none = results.is_empty();
    let nothing_fits = none && refused.is_none();
    let error = scope.flash.error_on("institution_id").or_else(|| scope.flash.error_on("portal_url"));
    let (bank, portal) = (scope.flash.value("institution_id"), scope.flash.value("portal_url"));
    let rows = results.into_iter().map(|row| {
        let checked = chosen_by_link || row.institution_id == bank;
        let held = held.iter().find(|held| held.institution_id.as_deref() == Some(&row.institution_id));
        let note = held.map(|held| view! { <p class="held">{held_note(paths, held)}</p> });
        view! { {result_row(row, checked, &portal)} {note} }
    });
    let rows = rows.collect_view();
    view! {
        <SearchForm paths=paths.clone() query=query.clone() refused/>
        {nothing_fits.then(|| view! { <p role="status">{words().details.no_results}</p> })}
        <form method="post" action=paths.api("start_connection") class="stack">
            <input type="hidden" name="query" value=query/>
            {draft.map(|id| view! { <input type="hidden" name="draft" value=id/> })}
            {another_portal(&scope.flash)}
            {(!none).then(|| view! {
                <fieldset class="choices">
                    <legend>{words().details.results}</legend>
                    {error.map(|text| view! { <p class="field-error">{text}</p> })}
                    {rows}
                </fieldset>
            })}
            <p class="switch"><a href=paths.new_unlisted()>{words().details.not_listed}</a></p>
            <div class="actions">
                {(!none).then(|| view! { <button class="button button-primary">{words().details.continue_on}</button> })}
                <a href=paths.list()>{words().wizard.cancel}</a>
            </div>
        </form>
    }
    .into_any()
}

fn result_row(bank: Institution, checked: bool, chosen_portal: &str) -> impl IntoView + use<> {
    let label = format!("{}, {}", bank.name, bank.domain);
    let portals = (bank.portals.len() > 1).then(|| {
        // Only of a bank that is chosen already: a portal is sent with whichever bank is chosen in the end.
        let usual = checked && !bank.portals.iter().any(|portal| portal == chosen_portal);
        let rows = bank.portals.iter().enumerate().map(|(index, portal)| {
            let chosen = portal == chosen_portal || (usual && index == 0);
            view! {
                <label class="choice choice-portal">
                    <input type="radio" name="portal_url" value=portal.clone() checked=chosen/>
                    <span>{portal.clone()}</span>
                </label>
            }
        });
        view! { <fieldset class="choices-nested"><legend>{words().details.portals}</legend>{rows.collect_view()}</fieldset> }
    });
    view! {
        <label class="choice">
            <input type="radio" name="institution_id" value=bank.institution_id checked=checked/>
            <span>{label}</span>
        </label>
        {portals}
    }
}

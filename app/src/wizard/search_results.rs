//! Banks to choose from by radio button: what a search without JavaScript found, or one that was chosen by its link.

use domain::bank_choice::SearchText;
use leptos::prelude::*;

use super::{
    bank_field::{SearchForm, another_portal, held_note},
    connection_details::{Details, again_field, draft_saved},
    portal_fields::own_portal,
};
use crate::{
    api::PORTAL_OF,
    backend::RequestScope,
    copy::{Say, items_unreadable, pages::words, say},
    islands::DraftKeeper,
    model::{Institution, Institutions},
    paths::Paths,
};

/// Results to choose from. Nothing is chosen beforehand, unless the customer came by choosing it.
pub(super) fn search_results(
    paths: &Paths,
    scope: &RequestScope,
    mut details: Details,
    exact: Vec<String>,
) -> AnyView {
    let again = again_field(&details);
    let unlisted = details.unlisted_path(paths);
    let begun = details.portal();
    // Whoever corrects an address wants another connection beside the one that does not work.
    let first = details.again.is_none();
    let Institutions { institutions: results, more, unreadable, news: _ } =
        details.results.take().unwrap_or_default();
    let Details { query, draft, held, refused, .. } = details;
    let draft = draft.unwrap_or_default();
    let chosen_by_link = query.is_empty();
    let none = results.is_empty();
    let nothing_fits = none && refused.is_none();
    let count = (!none && !chosen_by_link).then(|| crate::copy::banks_found(results.len(), more));
    let flash = &scope.flash;
    let error = flash.error_on("institution_id").or_else(|| flash.error_on("portal_url"));
    let (bank, portal) = (flash.value("institution_id"), flash.value("portal_url"));
    let portal = if portal.is_empty() { begun } else { portal };
    let typed = SearchText::parse(&query);
    let own = (!none).then(|| own_portal(flash, exact, false));
    let rows = results.into_iter().map(|row| {
        let checked = chosen_by_link || row.institution_id == bank;
        let held = held
            .iter()
            .filter(|_| first)
            .find(|held| held.institution_id.as_deref() == Some(&row.institution_id));
        let note = held.map(|held| view! { <p class="held">{held_note(paths, held)}</p> });
        let row = match &typed {
            Ok(typed) => row.marked(typed),
            Err(_) => row,
        };
        view! { {result_row(row, checked, &portal)} {note} }
    });
    let rows = rows.collect_view();
    view! {
        <SearchForm paths=paths.clone() query=query.clone() refused/>
        {nothing_fits.then(|| view! { <p role="status">{words().details.no_results}</p> })}
        {count.map(|count| view! { <p class="hint" role="status">{count}</p> })}
        {(unreadable > 0).then(|| view! { <p class="muted" role="status">{items_unreadable(unreadable)}</p> })}
        <form method="post" action=paths.api("start_connection") class="stack"
            data-scope=scope.draft_scope.clone() data-draft=draft>
            <input type="hidden" name="query" value=query/>
            <input type="hidden" name="draft" value=draft.clone()/>
            {again}
            {first.then(|| another_portal(flash))}
            {(!none).then(|| view! {
                <fieldset class="choices">
                    <legend>{if chosen_by_link { say(Say::Bank) } else { words().details.results }}</legend>
                    {error.map(|text| view! { <p class="field-error">{text}</p> })}
                    {rows}
                    {own}
                </fieldset>
            })}
            <DraftKeeper/>
            {draft_saved(paths)}
            <p class="switch"><a href=unlisted data-switch=first.then_some("unlisted")>{words().details.not_listed}</a></p>
            <div class="actions">
                {(!none).then(|| view! { <button class="button button-primary">{words().details.continue_on}</button> })}
                <a href=paths.list() data-cancel="">{words().wizard.cancel}</a>
            </div>
        </form>
    }
    .into_any()
}

fn result_row(bank: Institution, checked: bool, chosen_portal: &str) -> impl IntoView + use<> {
    let id = ["bank ", &bank.institution_id].concat().replace(char::is_whitespace, "-");
    let portals = match &bank.portals[..] {
        [] => None,
        // No choice, and not sent.
        [portal] => {
            Some(view! { <p class="choices-nested muted" translate="no">{portal.clone()}</p> }.into_any())
        }
        _ => Some(portals(&bank, &id, chosen_portal)),
    };
    let full_name = bank.name.clone();
    let name = marked(bank.name, bank.name_parts);
    let domain = marked(bank.domain, bank.domain_parts);
    view! {
        <label class="choice">
            <input type="radio" name="institution_id" value=bank.institution_id data-name=full_name checked=checked/>
            <span id=id translate="no">{name} ", " {domain}</span>
        </label>
        {portals}
    }
}

/// The portals of a bank. The one that was chosen before is chosen, or else the usual one if there is one. Each bank has a
/// group of its own, so that a choice in one is none in another; the server takes that of the bank that is chosen in the end.
fn portals(bank: &Institution, described: &str, chosen: &str) -> AnyView {
    let usual = bank.usual_portal();
    let chosen = bank.portals.iter().position(|portal| portal == chosen).or(usual);
    let name = [PORTAL_OF, &bank.institution_id].concat();
    let rows = bank.portals.iter().enumerate().map(|(index, portal)| {
        let usual =
            (usual == Some(index)).then(|| view! { " " <span class="muted">{say(Say::UsualPortal)}</span> });
        view! {
            <label class="choice choice-portal">
                <input type="radio" name=name.clone() value=portal.clone() checked=chosen == Some(index)/>
                <span><span translate="no">{portal.clone()}</span> {usual}</span>
            </label>
        }
    });
    let rows = rows.collect_view();
    view! {
        <fieldset class="choices-nested" role="radiogroup" aria-describedby=described.to_owned()>
            <legend>{words().details.portals}</legend>
            {rows}
        </fieldset>
    }
    .into_any()
}

/// A text with what was typed marked in it.
fn marked(text: String, parts: Vec<String>) -> AnyView {
    if parts.is_empty() {
        return text.into_any();
    }
    // An empty text would be written as a space.
    let parts = parts.into_iter().enumerate().filter(|(_, part)| !part.is_empty());
    let parts = parts.map(|(index, part)| match index % 2 {
        0 => part.into_any(),
        _ => view! { <mark>{part}</mark> }.into_any(),
    });
    parts.collect_view().into_any()
}

//! Step 1's fields: the bank search or the unlisted bank, kept as a draft while they are filled in.

use leptos::prelude::*;

use super::{bank_search::BankSearch, unlisted_bank::UnlistedBank};
use crate::model::Institution;

/// What the customer has entered so far.
#[derive(Clone, Copy)]
pub(super) struct Entered {
    /// Free text. It never becomes a choice by itself.
    pub(super) query: RwSignal<String>,
    /// The bank that was picked from the list.
    pub(super) chosen: RwSignal<Option<Institution>>,
    pub(super) requested_name: RwSignal<String>,
    pub(super) portal_url: RwSignal<String>,
    pub(super) not_listed: RwSignal<bool>,
}

/// The fields of step 1 inside the page's form. `scope` keeps one customer's drafts from another's.
#[island]
pub fn ConnectionForm(
    scope: String,
    draft: Option<String>,
    unlisted: bool,
    query: String,
    requested_name: String,
    portal_url: String,
    bank_error: Option<String>,
    name_error: Option<String>,
    portal_error: Option<String>,
    offer_different: bool,
) -> impl IntoView {
    let entered = Entered {
        query: RwSignal::new(query),
        chosen: RwSignal::new(None),
        requested_name: RwSignal::new(requested_name),
        portal_url: RwSignal::new(portal_url),
        not_listed: RwSignal::new(false),
    };
    let draft_id = RwSignal::new(draft.unwrap_or_default());
    let scripted = RwSignal::new("");
    let saved = RwSignal::new(false);
    #[cfg(feature = "hydrate")]
    keep_draft(scope, unlisted, entered, draft_id, scripted, saved);
    #[cfg(not(feature = "hydrate"))]
    let _ = scope;
    let fields = if unlisted {
        view! { <UnlistedBank entered name_error portal_error offer_different/> }.into_any()
    } else {
        view! { <BankSearch entered error=bank_error.or(portal_error)/> }.into_any()
    };
    view! {
        <input type="hidden" name="draft" prop:value=move || draft_id.get()/>
        <input type="hidden" name="scripted" prop:value=move || scripted.get()/>
        {unlisted.then(|| view! { <input type="hidden" name="unlisted" value="true"/> })}
        {fields}
        <p class="hint saved" hidden=move || !saved.get()>{crate::copy::islands().saved_on_device}</p>
    }
}

/// Restores the draft that the page was opened with, then saves every change.
#[cfg(feature = "hydrate")]
fn keep_draft(
    scope: String,
    unlisted: bool,
    entered: Entered,
    draft_id: RwSignal<String>,
    scripted: RwSignal<&'static str>,
    saved: RwSignal<bool>,
) {
    use crate::browser::drafts;
    let restored = StoredValue::new(false);
    Effect::new(move |_| {
        scripted.set("true");
        if !restored.get_value() {
            restored.set_value(true);
            if let Some(draft) = drafts::find(&scope, &draft_id.get_untracked()) {
                if let Some(connection) = draft.connection_id {
                    crate::browser::navigation::visit(&crate::browser::paths().setup(connection.as_str()));
                    return;
                }
                restore(entered, draft);
            }
        }
        let draft = |known: domain::draft::Draft| domain::draft::Draft {
            search_text: if unlisted { known.search_text } else { entered.query.get() },
            institution_id: entered.chosen.with(|bank| bank.as_ref().map(|b| b.institution_id.clone()).unwrap_or_default()),
            institution_name: entered.chosen.with(|bank| bank.as_ref().map(|b| b.name.clone()).unwrap_or_default()),
            requested_name: entered.requested_name.get(),
            portal_url: entered.portal_url.get(),
            not_listed: entered.not_listed.get(),
            ..known
        };
        let anything = !entered.query.with(String::is_empty)
            || !entered.requested_name.with(String::is_empty)
            || !entered.portal_url.with(String::is_empty);
        if anything && let Some(id) = drafts::save(&scope, &draft_id.get_untracked(), draft) {
            if draft_id.get_untracked() != id {
                draft_id.set(id);
            }
            saved.set(true);
        }
    });
}

/// Fills in what was stored, except where the page already carries something newer.
#[cfg(feature = "hydrate")]
fn restore(entered: Entered, draft: domain::draft::Draft) {
    let fill = |signal: RwSignal<String>, text: String| {
        if signal.with_untracked(String::is_empty) {
            signal.set(text);
        }
    };
    let picked = !draft.institution_id.is_empty();
    let name = draft.institution_name.clone();
    fill(entered.query, if picked { name.clone() } else { draft.search_text });
    fill(entered.requested_name, draft.requested_name);
    fill(entered.portal_url, draft.portal_url);
    entered.not_listed.set(draft.not_listed);
    if picked && entered.query.with_untracked(|text| *text == name) {
        // The catalog is asked again: the bank may have changed since the draft was saved.
        let wanted = draft.institution_id;
        leptos::task::spawn_local(async move {
            let found = crate::api::search_institutions(Some(wanted.clone())).await.ok();
            let bank = found.and_then(|f| f.institutions.into_iter().find(|b| b.institution_id == wanted));
            if entered.chosen.with_untracked(Option::is_none) && entered.query.with_untracked(|text| *text == name) {
                entered.chosen.set(bank);
            }
        });
    }
}

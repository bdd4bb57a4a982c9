//! The bank search: an editable combobox with a list and manual selection, after the ARIA Authoring Practices.

use leptos::{ev, html, prelude::*};

use crate::{copy, model::Institution};

/// What the last search brought.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Search {
    Idle,
    Answered,
    Failed,
}

#[derive(Clone, Copy)]
struct Combobox {
    input: NodeRef<html::Input>,
    /// Free text. It never becomes a choice by itself.
    query: RwSignal<String>,
    chosen: RwSignal<Option<Institution>>,
    banks: RwSignal<Vec<Institution>>,
    search: RwSignal<Search>,
    open: RwSignal<bool>,
    /// The option that the keyboard is on; it is not chosen before Enter.
    active: RwSignal<Option<usize>>,
    /// One request at a time: while it runs, only the newest text is remembered.
    asking: StoredValue<bool>,
}

/// How the search field first looks; the page gives it as context.
#[cfg(feature = "ssr")]
#[derive(Clone, Default)]
pub struct SearchField {
    pub query: String,
    pub invalid: bool,
}

/// The search field, its options, and the portals of the chosen bank. The label, what describes the field, and the form
/// that names the local draft stand around it.
#[island]
pub fn BankSearch() -> impl IntoView {
    let words = copy::islands();
    let combobox = Combobox {
        input: NodeRef::new(),
        query: RwSignal::default(),
        chosen: RwSignal::new(None),
        banks: RwSignal::new(Vec::new()),
        search: RwSignal::new(Search::Idle),
        open: RwSignal::new(false),
        active: RwSignal::new(None),
        asking: StoredValue::new(false),
    };
    // In the browser these stand on the page already.
    #[cfg(feature = "ssr")]
    let (query, invalid) = {
        let field = use_context::<SearchField>().unwrap_or_default();
        (field.query, field.invalid.then_some("true"))
    };
    #[cfg(not(feature = "ssr"))]
    let (query, invalid) = (String::new(), None::<&str>);
    let Combobox { chosen, active, .. } = combobox;
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| combobox.restore());
    view! {
        <input
            node_ref=combobox.input
            id="bank"
            name="query"
            value=query
            role="combobox"
            autocomplete="off"
            spellcheck="false"
            aria-autocomplete="list"
            aria-controls="bank-options"
            aria-describedby="bank-error bank-hint"
            aria-invalid=invalid
            aria-expanded=move || if combobox.shown() { "true" } else { "false" }
            aria-activedescendant=move || active.get().map(|index| format!("bank-option-{index}"))
            on:input=move |event| combobox.typed(event_target_value(&event))
            on:keydown=move |event| combobox.key(&event)
            on:blur=move |_| combobox.open.set(false)
        />
        <ul id="bank-options" role="listbox" aria-label=words.bank class="options" hidden=move || !combobox.shown()>
            {move || {
                let banks = combobox.banks.get();
                banks.into_iter().enumerate().map(|(index, bank)| combobox.option(index, bank)).collect::<Vec<_>>()
            }}
        </ul>
        <p class="hint" role="status">{move || combobox.news()}</p>
        <input
            type="hidden"
            name="institution_id"
            prop:value=move || chosen.with(|bank| bank.as_ref().map(|b| b.institution_id.clone()).unwrap_or_default())
        />
        {move || chosen.get().filter(|bank| bank.portals.len() > 1).map(portals)}
    }
}

impl Combobox {
    fn shown(self) -> bool {
        self.open.get() && !self.banks.with(Vec::is_empty)
    }

    fn typed(self, text: String) {
        self.chosen.set(None);
        self.active.set(None);
        self.open.set(true);
        self.query.set(text);
        self.ask();
    }

    /// Searches for what the field holds. An answer to an older text is not shown.
    fn ask(self) {
        if self.asking.get_value() {
            return;
        }
        self.asking.set_value(true);
        leptos::task::spawn_local(async move {
            loop {
                let text = self.query.get_untracked();
                if text.trim().is_empty() {
                    self.banks.set(Vec::new());
                    self.search.set(Search::Idle);
                    break;
                }
                let answer = crate::api::search_institutions(Some(text.clone())).await;
                if self.query.get_untracked() != text {
                    continue;
                }
                self.search.set(if answer.is_ok() { Search::Answered } else { Search::Failed });
                let banks = answer.map(|found| found.institutions).unwrap_or_default();
                // The keyboard stays on its bank, should that have been found again.
                let before = self.active.get_untracked();
                let before =
                    before.and_then(|index| self.banks.with_untracked(|banks| banks.get(index).cloned()));
                self.active.set(before.and_then(|bank| banks.iter().position(|found| *found == bank)));
                self.banks.set(banks);
                break;
            }
            self.asking.set_value(false);
        });
    }

    fn key(self, event: &ev::KeyboardEvent) {
        let count = self.banks.with_untracked(Vec::len);
        let active = self.active.get_untracked();
        let shown = self.open.get_untracked() && count > 0;
        match event.key().as_str() {
            "ArrowDown" | "ArrowUp" if count > 0 => {
                let next = match (active.filter(|_| shown), event.key() == "ArrowDown") {
                    (None, true) => 0,
                    (None, false) => count - 1,
                    (Some(index), true) => (index + 1) % count,
                    (Some(index), false) => (index + count - 1) % count,
                };
                event.prevent_default();
                self.open.set(true);
                self.active.set(Some(next));
                #[cfg(feature = "hydrate")]
                crate::browser::reveal(&format!("bank-option-{next}"));
            }
            "Enter" if shown => {
                // With the list open Enter belongs to the list; without an active option nothing is chosen or sent.
                event.prevent_default();
                let bank =
                    active.and_then(|index| self.banks.with_untracked(|banks| banks.get(index).cloned()));
                if let Some(bank) = bank {
                    self.choose(bank);
                }
            }
            "Escape" if shown => {
                event.prevent_default();
                self.open.set(false);
                self.active.set(None);
            }
            _ => {}
        }
    }

    fn choose(self, bank: Institution) {
        // The field is not bound to the text: what was typed before the wasm arrived must stay.
        if let Some(input) = self.input.get_untracked() {
            input.set_value(&bank.name);
        }
        self.query.set(bank.name.clone());
        self.chosen.set(Some(bank));
        self.open.set(false);
        self.active.set(None);
        #[cfg(feature = "hydrate")]
        leptos::task::spawn_local(async {
            // The form is read only after the effects have written the choice into it.
            crate::browser::page::sleep(0).await;
            crate::browser::form::changed("bank");
        });
    }

    fn option(self, index: usize, bank: Institution) -> impl IntoView {
        let (name, domain) = (bank.name.clone(), bank.domain.clone());
        let selected = move || if self.active.get() == Some(index) { "true" } else { "false" };
        view! {
            <li
                role="option"
                id=format!("bank-option-{index}")
                class="option"
                aria-selected=selected
                // Keeps the focus in the field, so that its blur does not close the list before the click.
                on:mousedown=|event| event.prevent_default()
                on:click=move |_| self.choose(bank.clone())
            >
                <span class="option-name">{name}</span>
                " "
                <span class="option-domain">{domain}</span>
            </li>
        }
    }

    fn news(self) -> String {
        let words = copy::islands();
        if let Some(bank) = self.chosen.get() {
            return [&bank.name, ", ", &bank.domain, " ", words.chosen].concat();
        }
        match self.search.get() {
            Search::Idle => String::new(),
            Search::Failed => words.search_failed.to_owned(),
            Search::Answered => match self.banks.with(Vec::len) {
                0 => words.no_results.to_owned(),
                1 => words.one_result.to_owned(),
                count => [&count.to_string(), " ", words.results].concat(),
            },
        }
    }

    /// Takes up what a draft holds, unless the page already carries something newer.
    #[cfg(feature = "hydrate")]
    fn restore(self) {
        let Some(input) = self.input.get_untracked() else { return };
        let typed_early = input.value();
        self.query.set(typed_early.clone());
        let Some(draft) = crate::browser::form::draft() else { return };
        if typed_early.is_empty() {
            input.set_value(&draft.search_text);
            self.query.set(draft.search_text.clone());
        }
        if draft.institution_id.is_empty() || self.query.get_untracked() != draft.search_text {
            return;
        }
        // The catalog is asked again: the bank may have changed since the draft was saved.
        leptos::task::spawn_local(async move {
            let found = crate::api::search_institutions(Some(draft.institution_id.clone())).await;
            let bank = found.ok().and_then(|found| {
                found.institutions.into_iter().find(|bank| bank.institution_id == draft.institution_id)
            });
            if self.query.get_untracked() == draft.search_text && bank.is_some() {
                self.chosen.set(bank);
            }
        });
    }
}

/// The portals of a bank that has several: the one chosen before the server had a question, else its usual one.
fn portals(bank: Institution) -> impl IntoView {
    let words = copy::islands();
    #[cfg(feature = "hydrate")]
    let before = crate::browser::data("form[data-portal]").map(|data| data("portal")).unwrap_or_default();
    // The server renders no portals.
    #[cfg(not(feature = "hydrate"))]
    let before = String::new();
    let chosen = bank.portals.iter().position(|portal| *portal == before).unwrap_or(0);
    let row = |(index, portal): (usize, String)| {
        let usual = if index == 0 { words.usual_portal } else { "" };
        view! {
            <label class="choice">
                <input type="radio" name="portal_url" value=portal.clone() checked=index == chosen/>
                <span>{portal} " " <span class="muted">{usual}</span></span>
            </label>
        }
    };
    view! {
        <fieldset class="choices" role="radiogroup">
            <legend>{words.bank_portal}</legend>
            {bank.portals.into_iter().enumerate().map(row).collect::<Vec<_>>()}
        </fieldset>
    }
}

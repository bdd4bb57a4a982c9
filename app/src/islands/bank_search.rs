//! The bank search: an editable combobox with a list and manual selection, after the ARIA Authoring Practices.

use leptos::{ev, html, prelude::*};

use super::connection_form::Entered;
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
    entered: Entered,
    input: NodeRef<html::Input>,
    banks: RwSignal<Vec<Institution>>,
    search: RwSignal<Search>,
    open: RwSignal<bool>,
    /// The option that the keyboard is on; it is not chosen before Enter.
    active: RwSignal<Option<usize>>,
    /// One request at a time: while it runs, only the newest text is remembered.
    asking: StoredValue<bool>,
}

/// The search field, its options, and the portals of the chosen bank.
#[component]
pub(super) fn BankSearch(entered: Entered, error: Option<String>) -> impl IntoView {
    let words = copy::islands();
    let combobox = Combobox {
        entered,
        input: NodeRef::new(),
        banks: RwSignal::new(Vec::new()),
        search: RwSignal::new(Search::Idle),
        open: RwSignal::new(false),
        active: RwSignal::new(None),
        asking: StoredValue::new(false),
    };
    let initial = entered.query.get_untracked();
    // The field is not bound to the text: what was typed before the wasm arrived must stay.
    Effect::new(move |_| {
        let text = entered.query.get();
        if let Some(input) = combobox.input.get() && input.value() != text {
            input.set_value(&text);
        }
    });
    let invalid = error.is_some().then_some("true");
    let described = if error.is_some() { "bank-error bank-hint" } else { "bank-hint" };
    view! {
        <div class="field combobox needs-script">
            <label class="label" for="bank">{words.bank}</label>
            <p class="hint" id="bank-hint">{words.bank_hint}</p>
            {error.map(|text| view! { <p class="field-error" id="bank-error">{text}</p> })}
            <input
                node_ref=combobox.input
                id="bank"
                name="query"
                value=initial
                role="combobox"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                aria-autocomplete="list"
                aria-controls="bank-options"
                aria-expanded=move || if combobox.shown() { "true" } else { "false" }
                aria-activedescendant=move || combobox.active.get().map(|index| format!("bank-option-{index}"))
                aria-describedby=described
                aria-invalid=invalid
                on:input=move |event| combobox.typed(event_target_value(&event))
                on:keydown=move |event| combobox.key(&event)
                on:blur=move |_| combobox.open.set(false)
            />
            <ul id="bank-options" role="listbox" aria-label=words.bank class="options" hidden=move || !combobox.shown()>
                {move || combobox.options()}
            </ul>
            <p class="hint" role="status">{move || combobox.news()}</p>
            <input
                type="hidden"
                name="institution_id"
                prop:value=move || entered.chosen.with(|bank| bank.as_ref().map(|b| b.institution_id.clone()).unwrap_or_default())
            />
        </div>
        {move || entered.chosen.get().map(portals)}
    }
}

impl Combobox {
    fn shown(self) -> bool {
        self.open.get() && !self.banks.with(Vec::is_empty)
    }

    fn typed(self, text: String) {
        self.entered.chosen.set(None);
        self.active.set(None);
        self.open.set(true);
        self.entered.query.set(text);
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
                let text = self.entered.query.get_untracked();
                if text.trim().is_empty() {
                    self.banks.set(Vec::new());
                    self.search.set(Search::Idle);
                    break;
                }
                let answer = crate::api::search_institutions(Some(text.clone())).await;
                if self.entered.query.try_get_untracked().is_none_or(|now| now != text) {
                    if self.entered.query.try_get_untracked().is_none() {
                        return;
                    }
                    continue;
                }
                let failed = answer.is_err();
                self.active.set(None);
                self.banks.set(answer.map(|found| found.institutions).unwrap_or_default());
                self.search.set(if failed { Search::Failed } else { Search::Answered });
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
                let down = event.key() == "ArrowDown";
                let next = match (active, down) {
                    _ if !shown => if down { 0 } else { count - 1 },
                    (None, true) => 0,
                    (None, false) => count - 1,
                    (Some(index), true) => (index + 1) % count,
                    (Some(index), false) => (index + count - 1) % count,
                };
                event.prevent_default();
                self.open.set(true);
                self.active.set(Some(next));
                self.reveal(next);
            }
            "Enter" if shown => {
                // With the list open Enter belongs to the list; without an active option nothing is chosen or sent.
                event.prevent_default();
                if let Some(bank) = active.and_then(|index| self.banks.with_untracked(|b| b.get(index).cloned())) {
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
        self.entered.query.set(bank.name.clone());
        self.entered.chosen.set(Some(bank));
        self.open.set(false);
        self.active.set(None);
    }

    fn options(self) -> Vec<AnyView> {
        let row = |(index, bank): (usize, Institution)| {
            let (name, domain) = (bank.name.clone(), bank.domain.clone());
            view! {
                <li
                    role="option"
                    id=format!("bank-option-{index}")
                    class="option"
                    aria-selected=move || if self.active.get() == Some(index) { "true" } else { "false" }
                    // Keeps the focus in the field, so that its blur does not close the list before the click.
                    on:mousedown=|event| event.prevent_default()
                    on:click=move |_| self.choose(bank.clone())
                >
                    <span class="option-name">{name}</span>
                    " "
                    <span class="option-domain">{domain}</span>
                </li>
            }
            .into_any()
        };
        self.banks.get().into_iter().enumerate().map(row).collect()
    }

    fn news(self) -> String {
        let words = copy::islands();
        if let Some(bank) = self.entered.chosen.get() {
            return format!("{}, {} {}", bank.name, bank.domain, words.chosen);
        }
        match self.search.get() {
            Search::Idle => String::new(),
            Search::Failed => words.search_failed.to_owned(),
            Search::Answered => match self.banks.with(Vec::len) {
                0 => words.no_results.to_owned(),
                1 => words.one_result.to_owned(),
                count => format!("{count} {}", words.results),
            },
        }
    }

    /// Keeps the active option in sight.
    fn reveal(self, index: usize) {
        #[cfg(feature = "hydrate")]
        if let Some(option) = crate::browser::document().get_element_by_id(&format!("bank-option-{index}")) {
            let nearest = web_sys::ScrollIntoViewOptions::new();
            nearest.set_block(web_sys::ScrollLogicalPosition::Nearest);
            option.scroll_into_view_with_scroll_into_view_options(&nearest);
        }
        let _ = index;
    }
}

/// The portals of a bank that has several, its usual one chosen.
fn portals(bank: Institution) -> Option<AnyView> {
    let words = copy::islands();
    let several = bank.portals.len() > 1;
    several.then(|| {
        let rows = bank.portals.into_iter().enumerate().map(|(index, portal)| {
            let usual = (index == 0).then_some(words.usual_portal);
            view! {
                <label class="choice choice-portal">
                    <input type="radio" name="portal_url" value=portal.clone() checked=index == 0/>
                    <span>
                        {portal}
                        {usual.map(|text| view! { <span class="muted">" ("{text}")"</span> })}
                    </span>
                </label>
            }
        });
        view! {
            <fieldset class="choices" role="radiogroup">
                <legend>{words.bank_portal}</legend>
                {rows.collect::<Vec<_>>()}
            </fieldset>
        }
        .into_any()
    })
}

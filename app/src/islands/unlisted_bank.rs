//! A bank that is not in the catalog: its name, for the customer's own eyes, and its portal.

use leptos::{html, prelude::*};

use super::connection_form::Entered;
use crate::copy;

/// The two fields, and the denial of a match once there is one.
#[component]
pub(super) fn UnlistedBank(
    entered: Entered,
    name_error: Option<String>,
    portal_error: Option<String>,
    offer_different: bool,
) -> impl IntoView {
    let words = copy::islands();
    let not_listed = entered.not_listed;
    view! {
        <TextField
            id="requested_name"
            label=words.bank_name
            hint=words.bank_name_hint
            text=entered.requested_name
            error=name_error
        />
        <TextField
            id="portal_url"
            label=words.portal_url
            hint=words.portal_url_hint
            text=entered.portal_url
            error=portal_error
        />
        {offer_different
            .then(|| view! {
                <div class="check-row">
                    <input
                        id="not_listed"
                        type="checkbox"
                        name="not_listed"
                        value="true"
                        prop:checked=move || not_listed.get()
                        on:change=move |event| not_listed.set(event_target_checked(&event))
                    />
                    <label for="not_listed">{words.different_bank}</label>
                </div>
            })}
    }
}

#[component]
fn TextField(
    id: &'static str,
    label: &'static str,
    hint: &'static str,
    text: RwSignal<String>,
    error: Option<String>,
) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let initial = text.get_untracked();
    Effect::new(move |_| {
        let text = text.get();
        if let Some(input) = input.get() && input.value() != text {
            input.set_value(&text);
        }
    });
    let described = if error.is_some() { format!("{id}-error {id}-hint") } else { format!("{id}-hint") };
    let invalid = error.is_some().then_some("true");
    view! {
        <div class="field">
            <label class="label" for=id>{label}</label>
            <p class="hint" id=format!("{id}-hint")>{hint}</p>
            {error.map(|text| view! { <p class="field-error" id=format!("{id}-error")>{text}</p> })}
            <input
                node_ref=input
                id=id
                name=id
                value=initial
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                aria-describedby=described
                aria-invalid=invalid
                on:input=move |event| text.set(event_target_value(&event))
            />
        </div>
    }
}

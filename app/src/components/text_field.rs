//! A labelled line of text.

use leptos::prelude::*;

use super::mark_verbatim;

/// `maxlength` of every text field, in UTF-16 units. Above every limit of the server, so that a cut value is still refused, and
/// short enough for a search URL.
pub const LONGEST_TYPED: u32 = 3_000;

/// The label above, the hint below it, and the error beside the field that it is about. `id` is also the name.
#[component]
pub fn TextField(
    id: &'static str,
    label: &'static str,
    value: String,
    error: Option<String>,
    /// Names and addresses in the error.
    #[prop(optional)]
    exact: Vec<String>,
    #[prop(optional)] hint: Option<&'static str>,
    #[prop(optional)] optional: Option<&'static str>,
) -> impl IntoView {
    let parts = [error.is_some().then_some("error"), hint.map(|_| "hint")];
    let described =
        parts.into_iter().flatten().map(|part| format!("{id}-{part}")).collect::<Vec<_>>().join(" ");
    let invalid = error.is_some().then_some("true");
    view! {
        <div class="field">
            <label class="label" for=id>{label}</label>
            {optional.map(|text| view! { <span class="optional" aria-hidden="true">{text}</span> })}
            {hint.map(|text| view! { <p class="hint" id=format!("{id}-hint")>{text}</p> })}
            {error.map(|text| view! { <p class="field-error" id=format!("{id}-error")><span>{mark_verbatim(&text, &exact)}</span></p> })}
            <input
                id=id
                name=id
                value=value
                maxlength=LONGEST_TYPED
                autocomplete="off"
                data-1p-ignore=""
                data-bwignore=""
                data-form-type="other"
                data-lpignore="true"
                data-protonpass-ignore="true"
                dir="auto"
                autocapitalize="none"
                spellcheck="false"
                aria-describedby=(!described.is_empty()).then_some(described)
                aria-invalid=invalid
            />
        </div>
    }
}

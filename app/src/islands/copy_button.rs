//! Copies one value with one tap, and says so.

use leptos::prelude::*;

/// A button named `label` that copies `value`; `what` names the value in the announcement.
#[island]
pub fn CopyButton(label: String, what: String, value: String) -> impl IntoView {
    let done = RwSignal::new(false);
    let copy = move |_| {
        #[cfg(feature = "hydrate")]
        {
            let (what, value) = (what.clone(), value.clone());
            leptos::task::spawn_local(async move {
                let words = crate::copy::islands();
                let copied = crate::browser::copy(&value).await;
                done.set(copied);
                let news = if copied { format!("{what} {}", words.copied) } else { words.copy_failed.to_owned() };
                crate::browser::announce(&news);
            });
        }
        let _ = (&what, &value, done);
    };
    view! {
        <button
            type="button"
            class=move || if done.get() { "copy copy-done" } else { "copy" }
            aria-label=label
            on:click=copy
        >
            <svg viewBox="0 0 16 16" aria-hidden="true" class="icon">
                <path d=move || if done.get() { "M3 8.5l3.5 3.5L13 5" } else { "M6 6h7v7H6zM3 10V3h7" }></path>
            </svg>
        </button>
    }
}

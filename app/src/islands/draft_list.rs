//! The drafts of this device: setups that have no connection yet.

use leptos::prelude::*;

use crate::copy;

#[derive(Clone, PartialEq, Eq)]
struct Row {
    id: String,
    href: String,
    name: String,
    age: String,
}

/// Lists the drafts, with a way back into each and a way to discard it.
#[island]
pub fn DraftList() -> impl IntoView {
    let words = copy::islands();
    let rows = RwSignal::new(Vec::<Row>::new());
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| rows.set(read()));
    let discard = move |id: &str| {
        #[cfg(feature = "hydrate")]
        {
            crate::browser::drafts::discard(&scope(), id);
            rows.set(read());
        }
        let _ = id;
    };
    let row = move |row: Row| {
        let id = row.id.clone();
        view! {
            <li class="connection">
                <div class="connection-main">
                    <span class="connection-name">{row.name}</span>
                    <span class="muted">{row.age}</span>
                </div>
                <a href=row.href>{words.resume}</a>
                <button type="button" class="link-button" on:click=move |_| discard(&id)>
                    {words.discard_draft}
                </button>
            </li>
        }
    };
    view! {
        <section class="drafts" aria-labelledby="drafts-title" hidden=move || rows.with(Vec::is_empty)>
            <h2 id="drafts-title">{words.drafts}</h2>
            <ul class="connections">{move || rows.get().into_iter().map(row).collect::<Vec<_>>()}</ul>
        </section>
    }
}

/// Whose drafts the page shows.
#[cfg(feature = "hydrate")]
fn scope() -> String {
    crate::browser::data("main [data-drafts]").map(|page| page("drafts")).unwrap_or_default()
}

#[cfg(feature = "hydrate")]
fn read() -> Vec<Row> {
    const DAY: i64 = 86_400_000;
    let words = copy::islands();
    let now = crate::browser::now().as_millis();
    let paths = crate::browser::paths();
    let row = |draft: domain::draft::Draft| {
        let name = [draft.institution_name, draft.requested_name, draft.search_text, draft.portal_url]
            .into_iter()
            .find(|text| !text.trim().is_empty())
            .unwrap_or_else(|| words.unnamed_draft.to_owned());
        let saved = match (now - draft.saved_at.as_millis()) / DAY {
            ..1 => words.saved_today.to_owned(),
            1 => words.saved_yesterday.to_owned(),
            days => copy::saved_days_ago(days),
        };
        let left = (draft.expires_at.as_millis() - now + DAY - 1) / DAY;
        let href = paths.resume_draft(draft.id.as_str());
        Row { id: draft.id.to_string(), href, name, age: [&saved, ", ", &copy::expires_in(left)].concat() }
    };
    // A draft with a connection is in the list of connections.
    crate::browser::drafts::all(&scope()).into_iter().filter(|d| d.connection_id.is_none()).map(row).collect()
}

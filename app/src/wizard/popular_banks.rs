//! Banks to begin with, before anybody types.

use leptos::prelude::*;

use crate::{
    backend::Suggested,
    copy::pages::words,
    paths::{Paths, encode},
};

/// Banks to choose without typing. Each leads to a page on which it still has to be confirmed.
pub(super) fn popular_banks(paths: &Paths, suggested: Suggested, draft: &str) -> Option<AnyView> {
    let Suggested { banks, often_chosen } = suggested;
    let title = if often_chosen { words().details.popular } else { words().details.first_banks };
    let rows = banks.iter().map(|bank| {
        let href = paths.new_with_institution(&bank.institution_id);
        let href = if draft.is_empty() { href } else { format!("{href}&draft={}", encode(draft)) };
        view! {
            <li>
                <a class="popular-bank" href=href translate="no">
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
                <h2 class="label" id="popular">{title}</h2>
                <ul class="popular">{rows}</ul>
            </section>
        }
        .into_any()
    })
}

//! A sentence that holds names and addresses, which no browser may translate.

use std::cmp::Reverse;

use leptos::prelude::*;

use crate::model::Institution;

/// The sentence, with each of `exact` in it marked as what stays as it is.
pub fn keeping(sentence: &str, exact: &[String]) -> AnyView {
    let mut rest = sentence;
    let mut parts: Vec<AnyView> = Vec::new();
    let add_text = |parts: &mut Vec<AnyView>, text: &str| {
        // An empty text would be written as a space.
        if !text.is_empty() {
            parts.push(text.to_owned().into_any());
        }
    };
    while let Some((at, found)) = first_of(exact, rest) {
        let (before, from) = rest.split_at(at);
        add_text(&mut parts, before);
        parts.push(view! { <span translate="no">{found.to_owned()}</span> }.into_any());
        rest = from.strip_prefix(found).unwrap_or_default();
    }
    add_text(&mut parts, rest);
    parts.collect_view().into_any()
}

/// A bank as our sentences name it.
pub fn named(bank: &Institution) -> [String; 4] {
    let Institution { name, domain, .. } = bank;
    [format!("{name}, {domain}"), format!("{name} ({domain})"), name.clone(), domain.clone()]
}

/// Where the first of them begins; of two that begin there, the longer one.
fn first_of<'a>(exact: &'a [String], text: &str) -> Option<(usize, &'a str)> {
    let exact = exact.iter().map(String::as_str).filter(|exact| !exact.is_empty());
    let found = exact.filter_map(|exact| Some((text.find(exact)?, exact)));
    found.min_by_key(|(at, exact)| (*at, Reverse(exact.len())))
}

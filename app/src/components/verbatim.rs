//! Sentences with names and addresses in them that no browser may translate (`translate="no"`).

use std::cmp::Reverse;

use leptos::prelude::*;

use crate::model::Institution;

/// Renders a sentence in which each text of `exact` is marked as not to be translated.
pub fn mark_verbatim(sentence: &str, exact: &[String]) -> AnyView {
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

/// Returns the forms in which our sentences name a bank, for [`mark_verbatim`].
pub fn verbatim_names(bank: &Institution) -> [String; 4] {
    let Institution { name, domain, .. } = bank;
    [format!("{name}, {domain}"), format!("{name} ({domain})"), name.clone(), domain.clone()]
}

/// Where the first of them begins; of two that begin there, the longer one. A bank may be called as a part of a word is.
fn first_of<'a>(exact: &'a [String], text: &str) -> Option<(usize, &'a str)> {
    let exact = exact.iter().map(String::as_str).filter(|exact| !exact.is_empty());
    let found = exact.filter_map(|exact| {
        let mut places = text.match_indices(exact).map(|(at, _)| at);
        Some((places.find(|at| stands_alone(text, *at, exact))?, exact))
    });
    found.min_by_key(|(at, exact)| (*at, Reverse(exact.len())))
}

/// Whether it is no part of a word there.
fn stands_alone(text: &str, at: usize, exact: &str) -> bool {
    let (before, from) = text.split_at(at);
    let after = from.strip_prefix(exact).unwrap_or_default();
    let beside = [before.chars().next_back(), after.chars().next()];
    !beside.into_iter().flatten().any(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_are_marked_where_they_are_no_part_of_a_word() {
        for (exact, sentence, marked) in [
            ("ING", "ING, ing.com: GOING to ING's", "[ING], ing.com: GOING to [ING]'s"),
            ("Is", "Is it Is? This Island Is.", "[Is] it [Is]? This Island [Is]."),
            ("Hü", "Hübsch, aber Hü", "Hübsch, aber [Hü]"),
            ("N26", "N261 is not N26", "N261 is not [N26]"),
            ("bank.example", "It is https://bank.example/login", "It is https://[bank.example]/login"),
            ("Bank (Old)", "At Bank (Old)", "At [Bank (Old)]"),
            ("", "Nothing", "Nothing"),
        ] {
            let html = mark_verbatim(sentence, &[exact.to_owned()]).to_html();
            let shown = html.replace("<span translate=\"no\">", "[").replace("</span>", "]");
            assert_eq!(shown.replace("<!>", ""), marked, "{exact}");
        }
        let both = ["Bank".to_owned(), "Bank, bank.example".to_owned()];
        let html = mark_verbatim("Bank, bank.example", &both).to_html();
        assert!(html.contains(">Bank, bank.example<"), "of two, the longer one: {html}");
    }
}

//! The title of a page.

use leptos::prelude::*;
use leptos_meta::Title;

/// Names the page in the browser's tab. `leptos_meta` writes a title as it is, and a name may hold what HTML would take
/// for an element.
#[component]
pub fn PageTitle(#[prop(into)] text: String) -> impl IntoView {
    view! { <Title text=escaped(&text)/> }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn a_title_holds_text_alone() {
        assert_eq!(escaped("</title><b>"), "&lt;/title>&lt;b>");
        assert_eq!(escaped("Smith & Sons"), "Smith &amp; Sons");
    }
}

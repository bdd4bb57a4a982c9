//! Pages that no route leads to.

use domain::user_error::ErrorCode;
use leptos::prelude::*;

use crate::{
    backend::Site,
    components::{Problem, load},
    copy::pages::words,
    error::WireError,
    shell::standalone,
};

/// An address below the mount that is no page.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    load(
        |_| async { Err::<(), _>(WireError::new(ErrorCode::NotFound, words().problem.no_page)) },
        |_, ()| ().into_any(),
    )
}

/// The whole document of a problem that is known before any page is rendered.
pub fn problem_document(
    site: Site,
    error: WireError,
    sign_in: Option<String>,
    title: Option<&'static str>,
) -> impl IntoView {
    let shown = site.clone();
    standalone(site, move || view! { <Problem site=shown error sign_in title/> }.into_any())
}

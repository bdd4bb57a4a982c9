//! The page in place of a page: what happened, what to do, and a code for support.

use domain::user_error::ErrorCode;
use leptos::prelude::*;

use crate::{
    backend::Site,
    components::PageTitle,
    copy::pages::{PROBLEM, SHELL},
    error::WireError,
};

/// Says what failed, offers the next step, and names the support code.
#[component]
pub fn Problem(site: Site, error: WireError, #[prop(optional)] sign_in: Option<String>) -> impl IntoView {
    let error = error.0;
    let (title, retry) = match error.code {
        ErrorCode::SignedOut => (PROBLEM.signed_out_title, false),
        ErrorCode::Forbidden => (PROBLEM.forbidden_title, false),
        ErrorCode::NotFound => (PROBLEM.not_found_title, false),
        ErrorCode::InvalidInput => (PROBLEM.check_title, true),
        ErrorCode::Conflict | ErrorCode::Cooldown => (PROBLEM.conflict_title, true),
        ErrorCode::RateLimited
        | ErrorCode::EntityUnresolved
        | ErrorCode::Misconfigured
        | ErrorCode::Unavailable => (PROBLEM.unavailable_title, true),
    };
    let list = (error.code != ErrorCode::SignedOut)
        .then(|| view! { <a href=site.paths.list()>{PROBLEM.to_list}</a> });
    view! {
        <PageTitle text=title/>
        <div class="column">
            <h1>{title}</h1>
            <p class="lead">{error.message}</p>
            <div class="actions">
                {retry.then(|| view! { <a class="button button-primary" href="" data-retry="">{PROBLEM.retry}</a> })}
                {sign_in
                    .map(|href| view! { <a class="button button-primary" href=href rel="external">{PROBLEM.sign_in}</a> })}
                {list}
                {site.support_url.map(|href| view! { <a href=href rel="external">{SHELL.support}</a> })}
            </div>
            {(!error.support_code.is_empty())
                .then(|| view! {
                    <p class="muted">{SHELL.support_code} ": " <code data-support-code="">{error.support_code}</code></p>
                })}
        </div>
    }
}

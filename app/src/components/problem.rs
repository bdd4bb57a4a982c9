//! The page in place of a page: what happened, what to do, and a code for support.

use domain::user_error::ErrorCode;
use leptos::prelude::*;

use super::support::ask_host;
use crate::{
    backend::Site,
    components::{Countdown, PageTitle},
    copy::pages::words,
    error::WireError,
};

/// Says what failed, offers the next step, and names the support code.
#[component]
pub fn Problem(
    site: Site,
    error: WireError,
    /// The page to sign in on.
    #[prop(optional_no_strip)]
    sign_in: Option<String>,
    /// Instead of the title that the error's code has.
    #[prop(optional_no_strip)]
    title: Option<&'static str>,
) -> impl IntoView {
    let error = error.0;
    let title = title.unwrap_or_else(|| problem_title(error.code));
    let retry = match error.code {
        // Without a page of ours to sign in, that happens elsewhere, and this page is tried again.
        ErrorCode::SignedOut => sign_in.is_none(),
        ErrorCode::Forbidden | ErrorCode::NotFound | ErrorCode::InvalidInput => false,
        _ => true,
    };
    let wait = error.retry_after_seconds.map(|seconds| {
        view! { <p>{words().problem.wait} " " <Countdown seconds/></p> }
    });
    let list = (error.code != ErrorCode::SignedOut)
        .then(|| view! { <a href=site.paths.list()>{words().problem.to_list}</a> });
    view! {
        <PageTitle text=title/>
        <div class="column" data-screen="problem">
            <h1>{title}</h1>
            <p class="lead">{error.message}</p>
            {wait}
            <div class="actions">
                {retry.then(|| view! { <a class="button button-primary" href="" data-retry="">{words().problem.retry}</a> })}
                {sign_in
                    .map(|href| view! { <a class="button button-primary" href=href rel="external">{words().problem.sign_in}</a> })}
                {list}
                {site.support_url.clone().map(|href| view! { <a href=href rel="external">{words().shell.support}</a> })}
            </div>
            {site.support_url.is_none().then(|| view! { <p>{ask_host(site)}</p> })}
            {(!error.support_code.is_empty())
                .then(|| view! {
                    <p class="muted">
                        {words().shell.support_code} ": " <code translate="no" data-support-code="">{error.support_code}</code> ". "
                        {words().problem.tell_support}
                    </p>
                })}
        </div>
    }
}

/// What kind of failure it is, in a few words.
pub fn problem_title(code: ErrorCode) -> &'static str {
    let titles = &words().problem;
    match code {
        ErrorCode::SignedOut => titles.signed_out_title,
        ErrorCode::Forbidden => titles.forbidden_title,
        ErrorCode::NotFound => titles.not_found_title,
        ErrorCode::InvalidInput => titles.check_title,
        ErrorCode::Conflict => titles.conflict_title,
        ErrorCode::Cooldown => titles.cooldown_title,
        ErrorCode::RateLimited => titles.rate_limited_title,
        ErrorCode::EntityUnresolved => titles.entity_title,
        ErrorCode::Misconfigured => titles.misconfigured_title,
        ErrorCode::Unavailable => titles.unavailable_title,
    }
}

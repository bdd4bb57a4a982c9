//! A block that says something worth stopping for.

use domain::user_error::ErrorCode;
use leptos::prelude::*;

use super::{Moment, Support, mark_verbatim};
use crate::{
    backend::{Flash, request_scope},
    copy::pages::words,
};

/// What kind of news it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Info,
    Positive,
    Caution,
    Negative,
}

/// A titled block with an icon of its tone.
#[component]
pub fn Notice(tone: Tone, #[prop(into)] title: String, children: Children) -> impl IntoView {
    let (class, icon) = match tone {
        Tone::Info => ("notice notice-info", "M8 7v5M8 4v.5"),
        Tone::Positive => ("notice notice-positive", "M3 8.5l3.5 3.5L13 5"),
        Tone::Caution => ("notice notice-caution", "M8 3v6M8 12v.5"),
        Tone::Negative => ("notice notice-negative", "M4 4l8 8M12 4l-8 8"),
    };
    view! {
        <section class=class>
            <svg viewBox="0 0 16 16" aria-hidden="true" class="icon">
                <path d=icon></path>
            </svg>
            <div class="notice-body">
                <h2 class="notice-title">{title}</h2>
                {children()}
            </div>
        </section>
    }
}

/// Says that what follows was read earlier, because Waycore does not answer. `as_of` is RFC 3339.
#[component]
pub fn KeptNotice(as_of: Option<String>, now_millis: i64) -> impl IntoView {
    as_of.map(|at| {
        view! {
            <Notice tone=Tone::Info title=words().kept.title>
                <p>{words().kept.text} " " <Moment at now_millis/> "."</p>
            </Notice>
        }
    })
}

/// The message that a form left, above the form; the page's errors repeat it beside their field. `also` is what else is
/// wrong with it, and `exact` are the names and addresses in it. What only has to wait is no failure.
#[component]
pub fn ErrorNotice(
    flash: Flash,
    #[prop(optional)] also: Vec<String>,
    #[prop(optional)] exact: Vec<String>,
) -> impl IntoView {
    let has_to_wait = flash.has_to_wait;
    flash.error.map(|error| {
        let (tone, title) = match error.code {
            // Whoever reads it has signed in again.
            ErrorCode::SignedOut => (Tone::Negative, words().refused.was_signed_out_title),
            _ if has_to_wait => (Tone::Info, super::problem_title(ErrorCode::Cooldown)),
            code => (Tone::Negative, super::problem_title(code)),
        };
        let is_failure = tone == Tone::Negative && error.field.is_none();
        let support = (is_failure && !error.support_code.is_empty()).then(|| {
            view! {
                <p class="muted">
                    {words().shell.support_code} ": " <code translate="no">{error.support_code}</code>
                </p>
            }
        });
        // What only support can settle leads there.
        let needs_support = matches!(error.code, ErrorCode::EntityUnresolved | ErrorCode::Misconfigured);
        let whom = request_scope().filter(|_| needs_support).map(|scope| view! { <Support scope/> });
        let support = support.filter(|_| whom.is_none());
        let also = also.into_iter().map(|text| view! { <p>{text}</p> }).collect_view();
        view! {
            <div role="alert" class="alert">
                <Notice tone title>
                    <p>{mark_verbatim(&error.message, &exact)}</p>
                    {also}
                    {support}
                    {whom}
                </Notice>
            </div>
        }
    })
}

//! How long to wait.

use leptos::prelude::*;

/// A number of seconds in words, which the browser counts down.
#[component]
pub fn Countdown(seconds: u64) -> impl IntoView {
    view! { <span data-countdown=seconds.to_string()>{crate::copy::wait(seconds)}</span> }
}

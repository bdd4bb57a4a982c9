//! The message that a form leaves for the page after it: a signed cookie that lives for one page.
//!
//! It never holds what a bank issued: the finish form does not use it.

use app::backend::Flash;
use domain::timestamp::Timestamp;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::{
    cookie::{self, SetCookie},
    signed::Purpose,
    startup::AppState,
};

const COOKIE: &str = "waycore_connect_flash";
const SECONDS: u64 = 60;

/// A browser drops a cookie of over 4 KiB; a longer text is cut, and the draft on the device still has it whole.
const LONGEST_VALUE: usize = 2_100;

/// The cookie that carries the message to the next page.
pub(super) fn leave(state: &AppState, flash: Flash) -> Option<(HeaderName, HeaderValue)> {
    leave_for(state, flash, SECONDS)
}

/// The same, for a page that comes up to so many seconds later.
pub(super) fn leave_for(
    state: &AppState,
    mut flash: Flash,
    seconds: u64,
) -> Option<(HeaderName, HeaderValue)> {
    for (_, value) in &mut flash.values {
        let end =
            (0..=LONGEST_VALUE.min(value.len())).rev().find(|at| value.is_char_boundary(*at)).unwrap_or(0);
        value.truncate(end);
    }
    let text = serde_json::to_string(&flash).ok()?;
    let expires = state.clock.now().as_millis() + i64::try_from(seconds).ok()? * 1_000;
    let value = state.signer.sign(Purpose::Flash, &text, Timestamp::from_millis(expires));
    set(state, &value, seconds)
}

/// The message left for this page, and the cookie that ends it.
pub(super) fn take(
    state: &AppState,
    headers: &HeaderMap,
) -> Option<(Flash, Option<(HeaderName, HeaderValue)>)> {
    let value = cookie::get(headers, COOKIE)?;
    let text = state.signer.verify(Purpose::Flash, value, state.clock.now()).unwrap_or_default();
    let flash = serde_json::from_str(&text).unwrap_or_default();
    Some((flash, set(state, "", 0)))
}

fn set(state: &AppState, value: &str, max_age_seconds: u64) -> Option<(HeaderName, HeaderValue)> {
    let path = state.site.paths.cookie_path();
    SetCookie { name: COOKIE, value, path, max_age_seconds, secure: state.secure() }.header()
}

//! The message that a form leaves for the page after it: a signed cookie that lives for one page.
//!
//! It never holds what a bank issued. It is shown to the person who sent the form and to
//! nobody else who uses the same browser.

use app::backend::{Caller, Customer, Flash};
use aws_lc_rs::digest;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::timestamp::Timestamp;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

use crate::{
    cookie::{self, SetCookie},
    signed::Purpose,
    startup::AppState,
};

const COOKIE: &str = "waycore_connect_flash";
/// How long a message waits for its page.
pub(super) const SECONDS: u64 = 60;

/// Browsers drop a cookie of over 4 KiB, and proxies answer 502 to long headers. In bytes, with name and attributes.
const MAX_SIZE: usize = 3_400;

/// What the cookie holds.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Message {
    /// Whom it is for; nobody in particular where the session had ended.
    recipient: Option<String>,
    flash: Flash,
}

/// The cookie that carries the message to this person's next page; `None` if it would be too long.
pub(super) fn leave(state: &AppState, caller: &Caller, flash: &Flash) -> Option<(HeaderName, HeaderValue)> {
    leave_message(state, Message { recipient: Some(recipient(caller)), flash: flash.clone() }, SECONDS)
}

/// The same for whoever opens a page within so many seconds. It must hold nothing that was typed.
pub(super) fn leave_for_anybody(
    state: &AppState,
    flash: &Flash,
    seconds: u64,
) -> Option<(HeaderName, HeaderValue)> {
    leave_message(state, Message { recipient: None, flash: flash.clone() }, seconds)
}

fn leave_message(state: &AppState, message: Message, seconds: u64) -> Option<(HeaderName, HeaderValue)> {
    let text = serde_json::to_string(&message).ok()?;
    let expires = state.clock.now().as_millis() + i64::try_from(seconds).ok()? * 1_000;
    let value = state.signer.sign(Purpose::Flash, &text, Timestamp::from_millis(expires));
    set(state, &value, seconds).filter(|(_, header)| header.len() <= MAX_SIZE)
}

/// The message left for this page, and the cookie that ends it.
pub(super) fn take(
    state: &AppState,
    caller: &Caller,
    headers: &HeaderMap,
) -> Option<(Flash, Option<(HeaderName, HeaderValue)>)> {
    let name = name(state);
    let mut values = cookie::all(headers, &name).peekable();
    values.peek()?;
    let (now, own) = (state.clock.now(), recipient(caller));
    let flash = values.find_map(|value| {
        let text = state.signer.verify(Purpose::Flash, value, now)?;
        let Message { recipient, flash } = serde_json::from_str(&text).ok()?;
        recipient.is_none_or(|recipient| recipient == own).then_some(flash)
    });
    Some((flash.unwrap_or_default(), set(state, "", 0)))
}

/// Tells a person from every other, and tells nothing else.
fn recipient(caller: &Caller) -> String {
    let Customer { issuer, org } = &caller.customer;
    let named = format!("{issuer}\0{org}\0{}", caller.user);
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, named.as_bytes()))
}

fn name(state: &AppState) -> String {
    cookie::prefixed(COOKIE, state.site.paths.cookie_path(), state.secure())
}

fn set(state: &AppState, value: &str, max_age_seconds: u64) -> Option<(HeaderName, HeaderValue)> {
    let path = state.site.paths.cookie_path();
    SetCookie { name: &name(state), value, path, max_age_seconds, secure: state.secure() }.header()
}

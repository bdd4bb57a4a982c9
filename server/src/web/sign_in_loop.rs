//! Ends a redirect loop between the host's sign-in and this server.
//!
//! A session that the host believes and this server refuses would send a person back and forth for ever. A signed cookie of
//! a minute counts the refusals, so that it does not matter which server of several answers.

use app::copy::pages::words;
use domain::timestamp::Timestamp;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::{
    cookie::{self, SetCookie},
    identity::SignedOut,
    signed::Purpose,
    startup::AppState,
};

const COOKIE: &str = "waycore_connect_sign_in";
const SECONDS: u64 = 60;

/// A session that is refused again after a sign-in will be refused the next time too.
const MAX_REFUSED: u32 = 1;

/// Without a session, a person may have opened a few pages at once.
const MAX_ABSENT: u32 = 5;

/// How often a person was refused, each time less than a minute after the one before.
pub(super) struct Refusals(u32);

impl Refusals {
    /// The refusals before this one.
    pub(super) fn of(state: &AppState, headers: &HeaderMap) -> Self {
        let (now, name) = (state.clock.now(), name(state));
        let count = |value| state.signer.verify(Purpose::SignInRefusals, value, now)?.parse().ok();
        Self(cookie::all(headers, &name).filter_map(count).max().unwrap_or_default())
    }

    /// Returns true if sending the person to the sign-in once more would not help.
    pub(super) fn show_a_loop(&self, refusal: &SignedOut) -> bool {
        let max = match refusal {
            SignedOut::Absent => MAX_ABSENT,
            _ => MAX_REFUSED,
        };
        self.0 >= max
    }

    /// The cookie that counts one more.
    pub(super) fn with_this_one(&self, state: &AppState) -> Option<(HeaderName, HeaderValue)> {
        let expires = state.clock.now().as_millis() + i64::try_from(SECONDS).ok()? * 1_000;
        let count = self.0.saturating_add(1).to_string();
        let value = state.signer.sign(Purpose::SignInRefusals, &count, Timestamp::from_millis(expires));
        set(state, &value, SECONDS)
    }
}

/// Why a session was refused, in words for the person. Which claim or key was wrong is in the log.
pub(super) fn reason(refusal: &SignedOut) -> String {
    let words = &words().not_accepted;
    let reason = match refusal {
        SignedOut::Absent => words.none,
        SignedOut::Expired => words.expired,
        SignedOut::NotYetValid => words.early,
        SignedOut::ExpiresTooLate => words.endless,
        SignedOut::WrongAudience { .. } => words.other_service,
        SignedOut::WrongIssuer { .. } => words.other_sign_in,
        SignedOut::MissingClaim(_) | SignedOut::BadClaim(_) | SignedOut::NoKnownRole => words.incomplete,
        SignedOut::SeveralTokens
        | SignedOut::Malformed
        | SignedOut::Encrypted
        | SignedOut::WrongAlgorithm { .. }
        | SignedOut::CriticalExtension
        | SignedOut::UnknownKey
        | SignedOut::KeysUnavailable
        | SignedOut::BadSignature => words.unverified,
    };
    [reason, words.next].join(" ")
}

/// The cookie that ends the count of somebody whose session was accepted, if there is one.
pub(super) fn forget(state: &AppState, headers: &HeaderMap) -> Option<(HeaderName, HeaderValue)> {
    cookie::all(headers, &name(state)).next()?;
    set(state, "", 0)
}

fn name(state: &AppState) -> String {
    cookie::prefixed(COOKIE, state.site.paths.cookie_path(), state.secure())
}

fn set(state: &AppState, value: &str, max_age_seconds: u64) -> Option<(HeaderName, HeaderValue)> {
    let path = state.site.paths.cookie_path();
    SetCookie { name: &name(state), value, path, max_age_seconds, secure: state.secure() }.header()
}

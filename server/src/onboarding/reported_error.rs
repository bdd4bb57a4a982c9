//! The error that Waycore reports of a connection, as the log and the host's support may have it.
//!
//! `errorMessage` is free text, written by Waycore or by a bank. No page shows it. What in it may name a person, an account
//! or a secret is masked before it is logged or stored.

use std::fmt;

use waycore::wire::Connection;

/// The longest text that is kept of a message, in characters.
const MAX_CHARS: usize = 500;

const MASK: &str = "[masked]";

/// Texts in these quotes are values.
const QUOTES: [(char, char); 5] = [('"', '"'), ('“', '”'), ('«', '»'), ('`', '`'), ('\'', '\'')];

/// A code with a masked message; one of them may be missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReportedError {
    code: Option<String>,
    message: Option<String>,
}

impl ReportedError {
    /// The error of a connection, if it reports one.
    pub(super) fn of(connection: &Connection) -> Option<Self> {
        let Connection::Ready(ready) = connection else { return None };
        let filled = |text: &Option<String>| {
            let text = masked(text.as_deref()?);
            (!text.is_empty()).then_some(text)
        };
        let (code, message) = (filled(&ready.error_code), filled(&ready.error_message));
        (code.is_some() || message.is_some()).then_some(Self { code, message })
    }

    /// Logs it with the support code of the request that meets it, so that support finds it by what a page shows.
    pub(super) fn log(&self, connection: &domain::ids::ConnectionId) {
        let Self { code, message } = self;
        tracing::warn!(%connection, error_code = code, error_message = message, "connection reports an error");
    }
}

impl fmt::Display for ReportedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [self.code.as_deref(), self.message.as_deref()];
        f.write_str(&parts.into_iter().flatten().collect::<Vec<_>>().join(": "))
    }
}

/// The connection as it is stored: without a message that is not masked.
pub(super) fn without_message(connection: &Connection) -> Connection {
    let mut stored = connection.clone();
    if let Connection::Ready(ready) = &mut stored {
        ready.error_message = ready.error_message.as_deref().map(masked);
    }
    stored
}

/// The text on one line, without what may be somebody's: quoted values, addresses, numbers of four digits and more, what
/// follows an equals sign, and what follows the name of a value and a colon.
fn masked(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_CHARS).collect();
    let line = unquoted(&line);
    let mut words: Vec<&str> = Vec::new();
    let mut is_value = false;
    for word in line.split_whitespace() {
        let is_named = word.split_once('=').is_some_and(|(_, value)| !value.is_empty())
            || word.split_once(':').is_some_and(|(name, value)| !value.is_empty() && names_a_value(name));
        if is_value || is_named || is_personal(word) {
            // Of several in a row one is enough.
            if words.last() != Some(&MASK) {
                words.push(MASK);
            }
        } else {
            words.push(word);
        }
        is_value = match word.strip_suffix(':') {
            Some("") => is_value || words.iter().rev().nth(1).is_some_and(|name| names_a_value(name)),
            Some(name) => names_a_value(name),
            None => word.ends_with('='),
        };
    }
    words.join(" ")
}

/// Whether a value of somebody's follows this word and a colon.
fn names_a_value(word: &str) -> bool {
    const NAMES: [&str; 18] = [
        "account", "code", "customer", "email", "iban", "id", "key", "login", "name", "otp", "passcode",
        "password", "phone", "pin", "secret", "token", "user", "username",
    ];
    NAMES.contains(&word.to_lowercase().as_str())
}

fn is_personal(word: &str) -> bool {
    word.contains(['@', '/', '\\']) || word.chars().filter(char::is_ascii_digit).count() >= 4
}

/// The text with each quoted part masked. A quote that is not closed masks the rest.
fn unquoted(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    let mut before = ' ';
    while let Some(c) = rest.next() {
        // An apostrophe stands within a word.
        let opens = !before.is_alphanumeric();
        let close = QUOTES.iter().find(|(open, _)| opens && *open == c).map(|(_, close)| *close);
        let Some(close) = close else {
            plain.push(c);
            before = c;
            continue;
        };
        while let Some(c) = rest.next() {
            let ends = rest.peek().is_none_or(|next| !next.is_alphanumeric());
            if c == close && ends {
                break;
            }
        }
        plain.push(' ');
        plain.push_str(MASK);
        plain.push(' ');
        before = close;
    }
    plain
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(code: Option<&str>, message: Option<&str>) -> Option<String> {
        let connection = json!({
            "id": "c", "entityId": "e", "kind": "ready", "status": "errored", "errorCode": code,
            "errorMessage": message, "createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z",
        });
        let connection: Connection = serde_json::from_value(connection).expect("a connection");
        ReportedError::of(&connection).map(|error| error.to_string())
    }

    #[test]
    fn what_may_be_somebodys_is_masked() {
        for (message, expected) in [
            ("The bank's portal did not answer in 30 s", "The bank's portal did not answer in 30 s"),
            ("login failed for ana.lopez@acme.example", "login failed for [masked]"),
            ("user \"alopez\" is locked", "user [masked] is locked"),
            ("user 'a lopez' is locked, don't retry", "user [masked] is locked, don't retry"),
            ("user “alopez” is locked", "user [masked] is locked"),
            ("account 12345678 is closed", "account [masked] is closed"),
            ("account DE89 3704 0044 is closed", "account DE89 [masked] is closed"),
            ("Password: hunter2 was refused", "Password: [masked] was refused"),
            ("user:alopez", "[masked]"),
            ("sign-in failed: timeout", "sign-in failed: timeout"),
            ("password=hunter2", "[masked]"),
            ("token : abc", "token : [masked]"),
            ("see https://bank.example/?session=1", "see [masked]"),
            ("open \"quote hunter2", "open [masked]"),
            ("two\nlines\u{1b}[31m", "two lines [31m"),
            ("", ""),
        ] {
            assert_eq!(masked(message), expected, "{message}");
        }
        assert_eq!(masked(&"a".repeat(9_000)).len(), MAX_CHARS);
    }

    #[test]
    fn a_code_and_a_message_are_told_together() {
        assert_eq!(of(Some("bank_down"), Some("no answer")).as_deref(), Some("bank_down: no answer"));
        assert_eq!(of(Some("bank_down"), None).as_deref(), Some("bank_down"));
        assert_eq!(of(None, Some("no answer")).as_deref(), Some("no answer"));
        assert_eq!(of(Some(" "), Some("")), None);
        assert_eq!(of(None, None), None);
    }
}

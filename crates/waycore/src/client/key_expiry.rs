//! When the API key expires, where Waycore says so.
//!
//! The documents say that keys expire, and name no call and no header that tells when. The usual names of such a header
//! are looked for in every answer.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use reqwest::header::HeaderMap;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::retry_after::http_date;

const HEADERS: [&str; 4] =
    ["waycore-key-expires-at", "x-waycore-key-expires-at", "x-api-key-expires-at", "api-key-expires-at"];

/// From how long before its end the log warns of it.
pub const WARNING: Duration = Duration::from_hours(14 * 24);

/// How often the log warns.
const WARN_EVERY_SECONDS: i64 = 24 * 60 * 60;

/// What the answers to one key have said. Zero stands for nothing in both fields.
#[derive(Debug, Default)]
pub(super) struct KeyExpiry {
    /// Epoch seconds.
    at: AtomicI64,
    warned_at: AtomicI64,
}

impl KeyExpiry {
    /// Epoch seconds.
    pub(super) fn at(&self) -> Option<i64> {
        Some(self.at.load(Ordering::Relaxed)).filter(|at| *at != 0)
    }

    /// Reads an answer's headers.
    pub(super) fn note(&self, headers: &HeaderMap, now: OffsetDateTime) {
        let told = HEADERS.iter().find_map(|name| moment(headers.get(*name)?.to_str().ok()?));
        let Some(at) = told else { return };
        self.at.store(at, Ordering::Relaxed);
        metrics::gauge!("waycore_key_expiry_timestamp_seconds").set(at as f64);
        let now = now.unix_timestamp();
        let is_near = at - now < i64::try_from(WARNING.as_secs()).unwrap_or(i64::MAX);
        let is_due = now - self.warned_at.load(Ordering::Relaxed) >= WARN_EVERY_SECONDS;
        if is_near && is_due {
            self.warned_at.store(now, Ordering::Relaxed);
            tracing::warn!(hours_left = (at - now).div_euclid(3_600), "the Waycore API key expires soon");
        }
    }

    /// Forgets what was said of another key.
    pub(super) fn forget(&self) {
        self.at.store(0, Ordering::Relaxed);
        self.warned_at.store(0, Ordering::Relaxed);
    }
}

/// RFC 3339, an HTTP date, or seconds since 1970.
fn moment(text: &str) -> Option<i64> {
    let text = text.trim();
    let dated = OffsetDateTime::parse(text, &Rfc3339).ok().or_else(|| http_date(text));
    dated.map(OffsetDateTime::unix_timestamp).or_else(|| text.parse().ok()).filter(|at| *at > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_read_in_each_usual_form() {
        for (name, text, expected) in [
            (HEADERS[0], "2027-01-15T08:00:00Z", Some(1_800_000_000)),
            (HEADERS[1], "Fri, 15 Jan 2027 08:00:00 GMT", Some(1_800_000_000)),
            (HEADERS[2], " 1800000000 ", Some(1_800_000_000)),
            (HEADERS[3], "1800000000", Some(1_800_000_000)),
            (HEADERS[0], "soon", None),
            (HEADERS[0], "0", None),
            (HEADERS[0], "-5", None),
            ("expires", "1800000000", None),
        ] {
            let (expiry, mut headers) = (KeyExpiry::default(), HeaderMap::new());
            headers.insert(name, text.parse().expect("a value"));
            expiry.note(&headers, OffsetDateTime::UNIX_EPOCH);
            assert_eq!(expiry.at(), expected, "{name}: {text}");
            expiry.note(&HeaderMap::new(), OffsetDateTime::UNIX_EPOCH);
            assert_eq!(expiry.at(), expected, "an answer that says nothing takes nothing back");
            expiry.forget();
            assert_eq!(expiry.at(), None);
        }
    }
}

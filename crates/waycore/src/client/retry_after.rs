//! `Retry-After`. The documents ask to honour it and do not say which of its two forms is sent: both are read.

use std::time::Duration;

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use time::{OffsetDateTime, format_description::well_known::Rfc2822};

/// How long Waycore asks to wait, at most [`RetryAfter::LONGEST`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RetryAfter(Duration);

impl RetryAfter {
    /// The longest documented wait is the sync's 45 minutes; a day leaves room for the undocumented, and no
    /// header can put a caller to sleep for a year.
    pub const LONGEST: Duration = Duration::from_hours(24);

    /// So long, or [`RetryAfter::LONGEST`].
    pub fn new(wait: Duration) -> Self {
        Self(wait.min(Self::LONGEST))
    }

    /// Reads seconds or an HTTP date, the latter counted from `now`. A date in the past is no wait at all,
    /// and a text that is neither is `None`.
    pub fn parse(text: &str, now: OffsetDateTime) -> Option<Self> {
        let text = text.trim();
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            // More digits than fit are still a number, only a very large one.
            return Some(Self::new(Duration::from_secs(text.parse().unwrap_or(u64::MAX))));
        }
        let wait = http_date(text)? - now;
        Some(Self::new(wait.try_into().unwrap_or(Duration::ZERO)))
    }

    pub fn as_duration(self) -> Duration {
        self.0
    }

    /// Whole seconds, rounded up: waiting for so long is enough.
    pub fn as_secs(self) -> u64 {
        self.0.as_secs() + u64::from(self.0.subsec_nanos() > 0)
    }

    /// Reads an answer's headers. A date is counted from the answer's own `Date` where it has one, so a wrong
    /// clock on this side does not matter.
    pub(super) fn of(headers: &HeaderMap, wall: OffsetDateTime) -> Option<Self> {
        let text = |name| headers.get(name)?.to_str().ok();
        let now = text(DATE).and_then(http_date).unwrap_or(wall);
        Self::parse(text(RETRY_AFTER)?, now)
    }
}

/// The form of HTTP dates that is sent today (RFC 9110, IMF-fixdate), which is also an RFC 2822 date.
pub(super) fn http_date(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc2822).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<u64>) {
        let now = http_date("Sun, 06 Nov 1994 08:49:37 GMT").expect("the RFC's own example");
        assert_eq!(RetryAfter::parse(text, now).map(RetryAfter::as_secs), expected, "{text:?}");
    }

    #[test]
    fn seconds() {
        check("0", Some(0));
        check("120", Some(120));
        check(" 7 ", Some(7));
        check("2700", Some(2_700));
        check("86400", Some(86_400));
        check("86401", Some(86_400));
        check("99999999999999999999999999", Some(86_400));
    }

    #[test]
    fn dates() {
        check("Sun, 06 Nov 1994 08:49:37 GMT", Some(0));
        check("Sun, 06 Nov 1994 08:50:37 GMT", Some(60));
        check("Mon, 07 Nov 1994 08:49:37 GMT", Some(86_400));
        check("Fri, 31 Dec 2100 23:59:59 GMT", Some(86_400));
        check("Sun, 06 Nov 1994 08:49:36 GMT", Some(0));
        check("Thu, 01 Jan 1970 00:00:00 GMT", Some(0));
    }

    #[test]
    fn anything_else_is_ignored() {
        for text in
            ["", " ", "soon", "-1", "+5", "1.5", "1e3", "5s", "٣", "1994-11-06T08:50:37Z", "Sun, 06 Nov"]
        {
            check(text, None);
        }
    }

    #[test]
    fn a_part_of_a_second_is_waited_for() {
        assert_eq!(RetryAfter::new(Duration::from_millis(1_001)).as_secs(), 2);
    }
}

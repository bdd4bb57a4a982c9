//! What is logged of rows that could not be read.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::wire::UnreadableRow;

/// A list is read every few seconds: the same row is not logged again before this.
const LOG_AGAIN: Duration = Duration::from_hours(1);

/// Rows that are remembered.
const MAX_REMEMBERED: usize = 1_000;

/// When each row was last logged. The key `None` stands for replaced text in an answer of this call.
#[derive(Debug, Default)]
pub(super) struct UnreadableRows(Mutex<HashMap<(&'static str, Option<UnreadableRow>), Duration>>);

impl UnreadableRows {
    /// Counts the rows of an answer that could not be read, and logs those that are new.
    pub(super) fn note(&self, call: &'static str, rows: &[UnreadableRow], now: Duration) {
        metrics::counter!("waycore_unreadable_rows_total", "call" => call).increment(rows.len() as u64);
        for row in rows.iter().filter(|row| self.is_new(call, Some(row), now)) {
            let UnreadableRow { id, cause } = row;
            tracing::warn!(call, row = id, cause, "row left out: it is not of the documented form");
        }
    }

    /// Logs replaced text, at most once an hour for each call.
    pub(super) fn note_replaced(&self, call: &'static str, now: Duration) {
        if self.is_new(call, None, now) {
            tracing::warn!(call, "invalid text replaced in Waycore's answer");
        }
    }

    fn is_new(&self, call: &'static str, row: Option<&UnreadableRow>, now: Duration) -> bool {
        let mut logged = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if logged.len() >= MAX_REMEMBERED {
            logged.retain(|_, at| now.saturating_sub(*at) < LOG_AGAIN);
        }
        let key = (call, row.cloned());
        let is_new = logged.get(&key).is_none_or(|at| now.saturating_sub(*at) >= LOG_AGAIN);
        // With more odd rows than that, each is logged each time: memory is bounded.
        if is_new && logged.len() < MAX_REMEMBERED {
            logged.insert(key, now);
        }
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_logged_once_an_hour() {
        let rows = UnreadableRows::default();
        let row = |id: &str| UnreadableRow { id: Some(id.to_owned()), cause: "missing field".to_owned() };
        let now = Duration::from_secs(5);
        assert!(rows.is_new("list_accounts", Some(&row("a")), now));
        assert!(!rows.is_new("list_accounts", Some(&row("a")), now + LOG_AGAIN / 2));
        assert!(rows.is_new("list_accounts", Some(&row("b")), now));
        assert!(rows.is_new("list_balances", Some(&row("a")), now));
        assert!(rows.is_new("list_accounts", None, now));
        assert!(!rows.is_new("list_accounts", None, now + LOG_AGAIN / 2));
        assert!(rows.is_new("list_accounts", Some(&row("a")), now + LOG_AGAIN));
    }

    #[test]
    fn memory_is_bounded() {
        let rows = UnreadableRows::default();
        for number in 0..MAX_REMEMBERED * 2 {
            let row = UnreadableRow { id: Some(number.to_string()), cause: String::new() };
            assert!(rows.is_new("list_accounts", Some(&row), Duration::ZERO));
        }
        assert_eq!(rows.0.lock().expect("whole").len(), MAX_REMEMBERED);
    }
}

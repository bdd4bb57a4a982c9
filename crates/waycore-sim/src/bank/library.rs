//! Books that were written already: a list of twenty pages writes them once.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use waycore::wire::Date;

use super::{books::Books, view::View};
use crate::world::{connection::Connection, lifecycle};

/// Books that are kept in memory.
const KEPT: usize = 256;

/// Company and bank, when it became readable, and the month up to which the books go.
type Key = (String, i64, (i32, u8));

#[derive(Debug)]
pub(crate) struct Library {
    seed: u64,
    written: Mutex<HashMap<Key, Arc<Books>>>,
}

impl Library {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, written: Mutex::default() }
    }

    /// What the connection of this customer shows; `None` before its first sync has ended.
    pub(crate) fn view<'a>(
        &self,
        connection: &'a Connection,
        external_entity_id: &str,
        now: i64,
    ) -> Option<View<'a>> {
        let data = lifecycle::state(connection, now).data?;
        let bank = connection.bank.institution_id().or(connection.bank.portal()).unwrap_or_default();
        let who = format!("{} {external_entity_id} {bank}", self.seed);
        Some(View { connection, books: self.books(who, data.since, data.until), data })
    }

    fn books(&self, who: String, since: i64, until: i64) -> Arc<Books> {
        let (year, month, _) = Date::of_millis(until).calendar();
        let key = (who, since, (year, month));
        let written = || self.written.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(books) = written().get(&key) {
            return Arc::clone(books);
        }
        let books = Arc::new(Books::new(&key.0, since, until));
        let mut written = written();
        if written.len() >= KEPT {
            written.clear();
        }
        written.insert(key, Arc::clone(&books));
        books
    }
}

//! What was asked of the simulator, so that a test can see what a host really sends.

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;
use serde_json::Value;
use waycore::wire::DateTime;

/// Entries that are kept for each organization; older ones make room.
const KEPT: usize = 2_000;

/// One request. It is entered when it arrives, so that one whose caller hung up is there too.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Entry {
    /// The organization's virtual time; the wall clock for a request without a valid key.
    pub(crate) at: DateTime,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) body: Value,
    /// `null` while there is no answer.
    pub(crate) status: Option<u16>,
}

/// Whom and what a request is about, as far as it says so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Subject {
    pub(crate) organization_id: Option<String>,
    pub(crate) entity_id: Option<String>,
    pub(crate) connection_id: Option<String>,
}

/// Finds an entry again when its answer is known.
#[derive(Debug)]
pub(crate) struct Ticket {
    organization_id: Option<String>,
    number: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Journal {
    next: u64,
    books: BTreeMap<Option<String>, VecDeque<Line>>,
}

#[derive(Debug)]
struct Line {
    number: u64,
    subject: Subject,
    entry: Entry,
}

impl Journal {
    pub(crate) fn enter(&mut self, subject: Subject, entry: Entry) -> Ticket {
        self.next += 1;
        let ticket = Ticket { organization_id: subject.organization_id.clone(), number: self.next };
        let book = self.books.entry(subject.organization_id.clone()).or_default();
        if book.len() == KEPT {
            book.pop_front();
        }
        book.push_back(Line { number: self.next, subject, entry });
        ticket
    }

    /// Notes the answer, and what the request turned out to be about: a create has no id before.
    pub(crate) fn answered(&mut self, ticket: &Ticket, status: u16, found: Option<Subject>) {
        let Some(book) = self.books.get_mut(&ticket.organization_id) else { return };
        let Ok(index) = book.binary_search_by_key(&ticket.number, |line| line.number) else { return };
        let Some(line) = book.get_mut(index) else { return };
        line.entry.status = Some(status);
        if let Some(found) = found {
            line.subject.entity_id = found.entity_id.or(line.subject.entity_id.take());
            line.subject.connection_id = found.connection_id.or(line.subject.connection_id.take());
        }
    }

    /// The entries that fit every id of the filter, in the order of arrival.
    pub(crate) fn find(&self, filter: &Subject) -> Vec<&Entry> {
        let fits = |wanted: &Option<String>, id: &Option<String>| wanted.is_none() || wanted == id;
        let mut lines: Vec<&Line> = self
            .books
            .values()
            .flatten()
            .filter(|line| {
                fits(&filter.organization_id, &line.subject.organization_id)
                    && fits(&filter.entity_id, &line.subject.entity_id)
                    && fits(&filter.connection_id, &line.subject.connection_id)
            })
            .collect();
        lines.sort_by_key(|line| line.number);
        lines.into_iter().map(|line| &line.entry).collect()
    }

    /// Forgets one organization's requests, or all.
    pub(crate) fn forget(&mut self, organization_id: Option<&str>) {
        match organization_id {
            Some(id) => {
                self.books.remove(&Some(id.to_owned()));
            }
            None => self.books.clear(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: String) -> Entry {
        Entry {
            at: DateTime::from_millis(0),
            method: "GET".to_owned(),
            path,
            query: String::new(),
            body: Value::Null,
            status: None,
        }
    }

    #[test]
    fn the_journal_keeps_the_latest_of_each_organization() {
        let mut journal = Journal::default();
        let busy = Subject { organization_id: Some("busy".to_owned()), ..Subject::default() };
        let quiet = Subject { organization_id: Some("quiet".to_owned()), ..Subject::default() };
        journal.enter(quiet.clone(), entry("/first".to_owned()));
        for number in 0..KEPT + 10 {
            journal.enter(busy.clone(), entry(format!("/{number}")));
        }
        assert_eq!(journal.find(&quiet).len(), 1);
        let kept = journal.find(&busy);
        assert_eq!((kept.len(), kept.first().map(|entry| entry.path.as_str())), (KEPT, Some("/10")));
    }
}

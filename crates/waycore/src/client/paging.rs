//! Lists as streams that end.
//!
//! A cursor comes from Waycore, so it is not trusted to lead anywhere: one that repeats, or more pages than a bound, is the end
//! and never a loop. A list that ends so is not whole, and keeps the rows that were read.

use std::{collections::HashSet, future::Future, pin::pin};

use futures_util::stream::{self, Stream, TryStreamExt as _};

use super::{Error, Nonsense};
use crate::wire::{Page, TransactionEvent, TransactionsSync, UnreadableRow};

/// Pages that are read of one list unless the caller says otherwise: at 500 rows a page, fifty thousand.
pub const PAGES: usize = 100;

/// How a list shows that it would never end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Endless {
    #[error("a cursor came twice")]
    RepeatedCursor,
    #[error("there is more, and no cursor to it")]
    NoCursor,
    #[error("it has too many pages")]
    TooManyPages,
}

/// The pages of a list, in its order. `fetch` makes one call with the cursor given; at most `most` are made. A page after which
/// the list may go on, and cannot be followed, is the last one, and its `is_end_known` is false.
pub fn pages<T, F, P>(most: usize, fetch: F) -> impl Stream<Item = Result<Page<T>, Error>>
where
    F: FnMut(Option<String>) -> P,
    P: Future<Output = Result<Page<T>, Error>>,
{
    let walk = Walk { fetch, pages: most, cursor: None, seen: HashSet::new(), ended: false };
    stream::try_unfold(walk, async |mut walk| {
        if walk.ended {
            return Ok(None);
        }
        let mut page: Page<T> = walk.next().await?;
        match walk.follow(page.pagination.has_more, page.pagination.next_cursor.clone()) {
            Ok(()) if walk.ended || walk.pages > 0 => {}
            Ok(()) => (walk.ended, page.is_end_known) = (true, false),
            Err(why) => {
                tracing::warn!(%why, "list ended early");
                // Where the page itself names no cursor, it has said so.
                if page.is_end_known {
                    page.unreadable.push(UnreadableRow { id: None, cause: why.to_string() });
                }
                (walk.ended, page.is_end_known) = (true, false);
            }
        }
        Ok(Some((page, walk)))
    })
}

/// A whole list, or as much of it as is read.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing<T> {
    pub rows: Vec<T>,
    /// The rows that are not in `rows`, because they could not be read.
    pub unreadable: Vec<UnreadableRow>,
    /// False if the list has more pages than were read, or may have: an answer did not say whether it is the last.
    pub is_whole: bool,
}

/// Reads a list of at most so many pages.
///
/// # Errors
/// The error of the first page that cannot be read.
pub async fn listing<T, F, P>(most: usize, fetch: F) -> Result<Listing<T>, Error>
where
    F: FnMut(Option<String>) -> P,
    P: Future<Output = Result<Page<T>, Error>>,
{
    let mut listing = Listing { rows: Vec::new(), unreadable: Vec::new(), is_whole: true };
    let mut pages = pin!(pages(most, fetch));
    while let Some(page) = pages.try_next().await? {
        listing.rows.extend(page.data);
        listing.unreadable.extend(page.unreadable);
        listing.is_whole &= page.is_end_known;
    }
    Ok(listing)
}

/// The batches of the transactions stream from a cursor on, until there is no more for now. Each comes with the
/// cursor to keep once the batch itself is kept.
///
/// Without a cursor the first answer has no events by design; it ends here, and its cursor is where to go on.
pub fn batches<F, P>(
    pages: usize,
    from: Option<String>,
    fetch: F,
) -> impl Stream<Item = Result<(Vec<TransactionEvent>, Option<String>), Error>>
where
    F: FnMut(Option<String>) -> P,
    P: Future<Output = Result<TransactionsSync, Error>>,
{
    let seen = from.iter().cloned().collect();
    let walk = Walk { fetch, pages, cursor: from, seen, ended: false };
    stream::try_unfold(walk, async |mut walk| {
        if walk.ended {
            return Ok(None);
        }
        let TransactionsSync { events, next_cursor, has_more, .. } = walk.next().await?;
        // A stream that stands still may give the same cursor again; only one that has more must move.
        let goes_on = walk.follow(has_more, next_cursor.clone().filter(|_| has_more));
        goes_on.map_err(|why| Error::Nonsense(Nonsense::Endless(why)))?;
        Ok(Some(((events, next_cursor), walk)))
    })
}

/// A way through pages that cannot go round in circles.
struct Walk<F> {
    fetch: F,
    pages: usize,
    cursor: Option<String>,
    seen: HashSet<String>,
    ended: bool,
}

impl<F> Walk<F> {
    async fn next<T, P>(&mut self) -> Result<T, Error>
    where
        F: FnMut(Option<String>) -> P,
        P: Future<Output = Result<T, Error>>,
    {
        let Some(left) = self.pages.checked_sub(1) else {
            return Err(Error::Nonsense(Nonsense::Endless(Endless::TooManyPages)));
        };
        self.pages = left;
        (self.fetch)(self.cursor.clone()).await
    }

    /// Goes on to the next page, if there is one.
    fn follow(&mut self, has_more: bool, next: Option<String>) -> Result<(), Endless> {
        match next.filter(|_| has_more) {
            Some(cursor) if !self.seen.insert(cursor.clone()) => Err(Endless::RepeatedCursor),
            Some(cursor) => {
                self.cursor = Some(cursor);
                Ok(())
            }
            None if has_more => Err(Endless::NoCursor),
            None => {
                self.ended = true;
                Ok(())
            }
        }
    }
}

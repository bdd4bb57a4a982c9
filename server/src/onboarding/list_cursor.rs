//! Where a list of connections goes on.
//!
//! The cursor is a place in the caller's own list, and none of Waycore's: it names the last connection that was shown.
//! In anybody else's hands it is a place in *their* list, so there is nothing to forge.

use std::cmp::Reverse;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::connection::Connection;
use domain::ids::ConnectionId;
use domain::timestamp::Timestamp;

use crate::failure::InvalidInput;

/// How many connections a page holds.
const PAGE: usize = 50;

/// The place of a connection in a list: newest first, and an order among those of one moment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place(Reverse<Timestamp>, ConnectionId);

impl Place {
    pub(super) fn of(connection: &Connection) -> Self {
        Self(Reverse(connection.created_at), connection.id.clone())
    }

    /// Reads a cursor back.
    pub(super) fn parse(cursor: &str) -> Result<Self, InvalidInput> {
        Self::read(cursor).ok_or(InvalidInput::Cursor)
    }

    fn read(cursor: &str) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
        let (millis, id) = text.split_once(' ')?;
        let created_at = Timestamp::from_millis(millis.parse().ok()?);
        Some(Self(Reverse(created_at), ConnectionId::parse(id).ok()?))
    }

    /// The text that a browser sends back.
    pub(super) fn cursor(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{} {}", self.0.0.as_millis(), self.1))
    }
}

/// Sorts the rows and cuts out the page after a place; the cursor is there if there is more.
pub(super) fn page<T>(
    rows: Vec<T>,
    place_of: impl Fn(&T) -> Place,
    after: Option<&Place>,
) -> (Vec<T>, Option<String>) {
    let mut rows: Vec<(Place, T)> = rows.into_iter().map(|row| (place_of(&row), row)).collect();
    rows.retain(|(place, _)| after.is_none_or(|after| place > after));
    rows.sort_by(|(one, _), (other, _)| one.cmp(other));
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let cursor = rows.last().filter(|_| more).map(|(place, _)| place.cursor());
    (rows.into_iter().map(|(_, row)| row).collect(), cursor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(created_at: i64, id: &str) -> Place {
        Place(Reverse(Timestamp::from_millis(created_at)), ConnectionId::parse(id).unwrap())
    }

    #[test]
    fn pages_hold_every_row_once_and_the_newest_first() {
        // Several of one moment, across the edge of a page.
        let rows: Vec<Place> = (0..120).map(|n| place(1000 + n / 7, &format!("conn {n:03}"))).collect();
        let mut shown = Vec::new();
        let mut cursor = None;
        loop {
            let after = cursor.as_deref().map(|cursor| Place::parse(cursor).unwrap());
            let (page, next) = page(rows.clone(), Place::clone, after.as_ref());
            assert!(page.len() <= PAGE);
            shown.extend(page);
            match next {
                Some(next) => cursor = Some(next),
                None => break,
            }
        }
        let mut expected = rows;
        expected.sort();
        assert_eq!(shown, expected);
        assert!(shown[0] == place(1017, "conn 119") && shown[119] == place(1000, "conn 006"), "newest first");
    }

    #[test]
    fn a_place_survives_the_removal_of_its_connection() {
        let after = place(5, "conn b");
        let (page, next) =
            page(vec![place(4, "a"), place(5, "conn c"), place(6, "z")], Place::clone, Some(&after));
        assert_eq!(page, [place(5, "conn c"), place(4, "a")]);
        assert_eq!(next, None);
    }

    #[test]
    fn nonsense_is_no_place() {
        for cursor in ["", "%", "conn_1", &URL_SAFE_NO_PAD.encode("5"), &URL_SAFE_NO_PAD.encode("x conn_1")] {
            assert_eq!(Place::parse(cursor), Err(InvalidInput::Cursor), "{cursor}");
        }
    }
}

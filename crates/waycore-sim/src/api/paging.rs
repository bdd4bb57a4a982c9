//! Lists: limit, cursor and envelope.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use waycore::wire::{Meta, Page, Pagination};

use super::{error::ApiError, params::Params};
use crate::ids::fingerprint;

const DEFAULT_LIMIT: usize = 100;
const LONGEST: usize = 500;

/// Where a list begins and how much of it is answered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    limit: usize,
    /// The place of the last item of the page before.
    pub(crate) after: Option<u128>,
    query: u64,
}

impl Window {
    /// `list` names the list and everything it is filtered by: a cursor is good for nothing else.
    pub(crate) fn new(params: &Params, list: &str) -> Result<Self, ApiError> {
        let limit = limit(params)?;
        let query = fingerprint(list);
        let after = params.get("cursor").map(|cursor| place(cursor, query)).transpose()?;
        Ok(Self { limit, after, query })
    }

    /// The place on a shelf of the last item of the page before; a first page begins above all of them.
    pub(crate) fn below(&self) -> u64 {
        self.after.map_or(u64::MAX, |after| u64::try_from(after).unwrap_or(u64::MAX))
    }

    /// One page of the items that come after the cursor, each with its place.
    pub(crate) fn page<T: Serialize>(&self, items: impl Iterator<Item = (u128, T)>, meta: Meta) -> Response {
        let mut places = Vec::new();
        let mut data = Vec::new();
        for (place, item) in items.take(self.limit + 1) {
            places.push(place);
            data.push(item);
        }
        let has_more = data.len() > self.limit;
        data.truncate(self.limit);
        let last = places.get(self.limit - 1).filter(|_| has_more);
        let next_cursor = last.map(|place| format!("cur_{:016x}{:032x}", self.query, place));
        Json(Page::new(data, Pagination { has_more, next_cursor }, meta)).into_response()
    }
}

/// How many items a page has at most; the documents' bounds.
pub(crate) fn limit(params: &Params) -> Result<usize, ApiError> {
    match params.get("limit") {
        None => Ok(DEFAULT_LIMIT),
        Some(text) => text
            .parse()
            .ok()
            .filter(|limit| (1..=LONGEST).contains(limit))
            .ok_or_else(|| ApiError::invalid("limit must be a number from 1 to 500")),
    }
}

fn place(cursor: &str, query: u64) -> Result<u128, ApiError> {
    let place = cursor
        .strip_prefix(&format!("cur_{query:016x}"))
        .filter(|place| place.len() == 32 && place.bytes().all(|digit| digit.is_ascii_hexdigit()))
        .and_then(|place| u128::from_str_radix(place, 16).ok());
    place.ok_or_else(ApiError::invalid_cursor)
}

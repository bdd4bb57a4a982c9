//! `/v1/transactions/sync`: what changed since a cursor.
//!
//! Events are no records: they follow from the syncs of the connections and from what the banks had at each of them, so
//! the same cursor gives the same events every time.

use axum::Json;
use waycore::wire::{DateTime, TransactionChange, TransactionEvent, TransactionsSync};

use super::{accounts::views, error::ApiError, gate::Caller, paging, params::Params};
use crate::{
    bank::{DAY, End, Entry, View},
    ids::fingerprint,
    world::syncs,
};

/// How long a cursor is good for.
const LIFE: i64 = 90 * DAY;

/// No entry is pending for longer.
const LONGEST_PENDING: i64 = 7 * DAY;

/// Everything before this virtual time was given, and so many events of the time itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Position {
    at: i64,
    given: u32,
}

/// What a sync found out about an entry.
struct Finding<'v> {
    at: i64,
    view: &'v View<'v>,
    entry: &'v Entry,
    what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Added,
    Modified,
    Removed,
}

/// The first call, without a cursor, has no events: it says where the stream stands.
#[utoipa::path(
    get,
    path = "/v1/transactions/sync",
    operation_id = "syncTransactions",
    tag = "Transactions",
    params(
        ("connectionId" = Option<String>, Query),
        ("accountId" = Option<String>, Query),
        ("limit" = Option<u16>, Query, minimum = 1, maximum = 500, description = "100 unless said otherwise"),
        ("cursor" = Option<String>, Query, description = "`nextCursor` of the page before; good for the same query only"),
    ),
    responses(
        (status = 200, description = "what changed since the cursor", body = TransactionsSync),
    ),
)]
pub(crate) async fn sync(caller: Caller, params: Params) -> Result<Json<TransactionsSync>, ApiError> {
    let (connection, account) = (params.get("connectionId"), params.get("accountId"));
    let query = fingerprint(&format!("stream {} {connection:?} {account:?}", caller.realm()));
    let limit = paging::limit(&params)?;
    let from = params.get("cursor").map(|cursor| Position::read(cursor, query)).transpose()?;
    caller.within("transactions:read", |desk| {
        let head = Position { at: desk.now, given: u32::MAX };
        let from = from.unwrap_or(head);
        if from.at < desk.now - LIFE {
            return Err(ApiError::cursor_expired());
        }
        let views = views(&desk, connection);
        let mut findings: Vec<Finding<'_>> =
            views.iter().rev().flat_map(|view| findings(view, account, from.at, desk.now)).collect();
        // Stable: the findings of one moment stay in the order of the connections and of the banks' books.
        findings.sort_by_key(|finding| finding.at);
        let of_the_moment = findings.iter().filter(|finding| finding.at == from.at).count();
        let skipped = of_the_moment.min(usize::try_from(from.given).unwrap_or(usize::MAX));
        let rest = findings.get(skipped..).unwrap_or_default();
        let given = rest.get(..limit).unwrap_or(rest);
        let has_more = given.len() < rest.len();
        let next = match given.last() {
            Some(last) if has_more => {
                let end = skipped + given.len();
                let before = findings.iter().position(|finding| finding.at == last.at).unwrap_or_default();
                Position { at: last.at, given: u32::try_from(end - before).unwrap_or(u32::MAX) }
            }
            _ => head,
        };
        let events = given.iter().map(Finding::event).collect();
        Ok(Json(TransactionsSync::new(events, Some(next.write(query)), has_more, caller.meta())))
    })
}

/// What the syncs of a connection in `from..=now` found out.
fn findings<'v>(view: &'v View<'v>, account: Option<&str>, from: i64, now: i64) -> Vec<Finding<'v>> {
    let accounts = view.account_ids();
    let is_wanted = |entry: &Entry| {
        account.is_none_or(|wanted| accounts.get(entry.account).is_some_and(|id| id == wanted))
    };
    let entries = view.all_entries();
    let mut findings = Vec::new();
    for at in syncs::ends(view.connection(), from - 1, now) {
        let before = syncs::last_end(view.connection(), at - 1);
        let oldest = before.map_or(i64::MIN, |before| before - LONGEST_PENDING);
        let first = entries.partition_point(|entry| entry.begins <= oldest);
        let last = entries.partition_point(|entry| entry.begins <= at);
        let news = entries.get(first..last).unwrap_or_default().iter().filter(|entry| is_wanted(entry));
        findings.extend(news.filter_map(|entry| {
            let what = What::of(entry, before, at)?;
            Some(Finding { at, view, entry, what })
        }));
    }
    findings
}

impl What {
    /// What a sync at `at` finds out about an entry after the one at `before`.
    fn of(entry: &Entry, before: Option<i64>, at: i64) -> Option<Self> {
        let was_shown = before.is_some_and(|before| entry.is_shown(before));
        let ended = before.is_some_and(|before| entry.ends_at() > before) && entry.ends_at() <= at;
        match (was_shown, entry.is_shown(at)) {
            (false, true) => before.is_none_or(|before| entry.begins > before).then_some(Self::Added),
            (true, false) => Some(Self::Removed),
            (true, true) => (ended && matches!(entry.ends, End::Posted(_))).then_some(Self::Modified),
            (false, false) => None,
        }
    }
}

impl Finding<'_> {
    fn event(&self) -> TransactionEvent {
        let whole = || Box::new(self.view.transaction_as_of(self.entry, self.at));
        let change = match self.what {
            What::Added => TransactionChange::Added(whole()),
            What::Modified => TransactionChange::Modified(whole()),
            What::Removed => TransactionChange::Removed(self.view.removed(self.entry)),
        };
        let id = format!("{} {} {:?}", self.view.transaction_id(self.entry), self.at, self.what);
        TransactionEvent {
            event_id: format!("txe_{:016x}", fingerprint(&id)),
            event_at: DateTime::from_millis(self.at),
            change,
        }
    }
}

impl Position {
    fn write(self, query: u64) -> String {
        format!("txs_{query:016x}{:016x}{:08x}", self.at, self.given)
    }

    fn read(cursor: &str, query: u64) -> Result<Self, ApiError> {
        let position = cursor.strip_prefix(&format!("txs_{query:016x}")).filter(|rest| rest.len() == 24);
        let parse = |rest: &str| {
            let (at, given) = rest.split_at_checked(16)?;
            let at = u64::from_str_radix(at, 16).ok()?;
            Some(Self { at: i64::try_from(at).ok()?, given: u32::from_str_radix(given, 16).ok()? })
        };
        position.and_then(parse).ok_or_else(ApiError::invalid_cursor)
    }
}

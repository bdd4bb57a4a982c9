//! `/v1/transactions`: what happened on the accounts.

use axum::{Json, response::Response};
use serde_json::Value;
use waycore::wire::{self, Date, Page, TransactionStatus};

use super::{
    accounts::views,
    error::ApiError,
    fields::Fields,
    gate::Caller,
    paging::Window,
    params::{IdInPath, Params},
};
use crate::{
    bank::{Entry, View},
    ids::fingerprint,
};

const FIELDS: [&str; 21] = [
    "id",
    "connectionId",
    "accountId",
    "status",
    "postedDate",
    "updatedAt",
    "amount",
    "currency",
    "entryType",
    "description",
    "rail",
    "rawDescription",
    "customerReference",
    "bankReference",
    "baiCode",
    "category",
    "subcategory",
    "mcc",
    "merchantName",
    "counterpartyName",
    "counterpartyAccountMasked",
];
const REQUIRED: [&str; 8] =
    ["id", "connectionId", "accountId", "status", "updatedAt", "amount", "currency", "entryType"];

/// What a list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Posted,
    Updated,
}

/// Everything that a list is narrowed by.
#[derive(Debug)]
struct Filter<'a> {
    account: Option<&'a str>,
    connection: Option<&'a str>,
    status: Option<&'a str>,
    rail: Option<&'a str>,
    posted_from: Option<Date>,
    posted_before: Option<Date>,
}

#[utoipa::path(
    get,
    path = "/v1/transactions",
    operation_id = "listTransactions",
    tag = "Transactions",
    params(
        ("connectionId" = Option<String>, Query),
        ("accountId" = Option<String>, Query),
        ("status" = Option<String>, Query),
        ("rail" = Option<String>, Query),
        ("postedDateGte" = Option<String>, Query, pattern = "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"),
        ("postedDateLt" = Option<String>, Query, pattern = "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"),
        ("sort" = Option<String>, Query, pattern = "^(-?(postedDate|updatedAt))?$"),
        ("fields" = Option<String>, Query),
        ("limit" = Option<u16>, Query, minimum = 1, maximum = 500, description = "100 unless said otherwise"),
        ("cursor" = Option<String>, Query, description = "`nextCursor` of the page before; good for the same query only"),
    ),
    responses(
        (status = 200, description = "the latest posted first", body = Page<wire::Transaction>),
    ),
)]
pub(crate) async fn list(caller: Caller, params: Params) -> Result<Response, ApiError> {
    let (sort, ascending) = sort(&params)?;
    let filter = Filter::read(&params)?;
    let window =
        Window::new(&params, &format!("transactions {} {sort:?} {ascending} {filter:?}", caller.realm()))?;
    let fields = Fields::read(&params, &FIELDS, &REQUIRED)?;
    caller.within("transactions:read", |desk| {
        let views = views(&desk, filter.connection);
        let mut found: Vec<(u128, &View<'_>, &Entry)> = Vec::new();
        for view in &views {
            let accounts = view.account_ids();
            let here = view.entries().filter(|entry| filter.takes(view, entry, &accounts));
            found.extend(here.map(|entry| (place(view, entry, sort, ascending), view, entry)));
        }
        found.retain(|(place, _, _)| window.after.is_none_or(|after| *place > after));
        found.sort_unstable_by_key(|(place, _, _)| *place);
        let page = found.into_iter().map(|(place, view, entry)| (place, fields.of(&view.transaction(entry))));
        Ok(window.page(page, caller.meta()))
    })
}

#[utoipa::path(
    get,
    path = "/v1/transactions/{id}",
    operation_id = "getTransaction",
    tag = "Transactions",
    params(
        ("id" = String, Path),
        ("fields" = Option<String>, Query),
    ),
    responses(
        (status = 200, description = "the transaction", body = wire::Transaction),
    ),
)]
pub(crate) async fn get(
    caller: Caller,
    IdInPath(id): IdInPath,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let fields = Fields::read(&params, &FIELDS, &REQUIRED)?;
    caller.within("transactions:read", |desk| {
        for view in views(&desk, None) {
            if let Some(entry) = view.entry(&id) {
                return Ok(Json(fields.of(&view.transaction(entry))));
            }
        }
        Err(ApiError::not_found())
    })
}

fn sort(params: &Params) -> Result<(Sort, bool), ApiError> {
    match params.get("sort") {
        None | Some("-postedDate") => Ok((Sort::Posted, false)),
        Some("postedDate") => Ok((Sort::Posted, true)),
        Some("-updatedAt") => Ok((Sort::Updated, false)),
        Some("updatedAt") => Ok((Sort::Updated, true)),
        Some(_) => {
            Err(ApiError::invalid("sort must be postedDate or updatedAt, with - for the latest first"))
        }
    }
}

/// Where an entry stands in the list. One that is not posted yet counts as later than every day.
fn place(view: &View<'_>, entry: &Entry, sort: Sort, ascending: bool) -> u128 {
    let posted_at = entry.posted_at().filter(|_| entry.is_posted(view.until()));
    let key = match sort {
        Sort::Posted => posted_at.map_or(i64::MAX, |at| Date::of_millis(at).as_millis()),
        Sort::Updated => posted_at.unwrap_or(entry.begins),
    };
    let key = key.max(0).unsigned_abs();
    let key = if ascending { key } else { u64::MAX - key };
    // Within a day in the order of the bank's books, and the same at every start.
    let connection = fingerprint(&view.connection().id) & 0x00ff_ffff;
    let number = entry.number & 0xffff_ffff;
    (u128::from(key) << 64) | u128::from((connection << 40) | ((entry.account as u64) << 32) | number)
}

impl<'a> Filter<'a> {
    fn read(params: &'a Params) -> Result<Self, ApiError> {
        Ok(Self {
            account: params.get("accountId"),
            connection: params.get("connectionId"),
            status: params.get("status"),
            rail: params.get("rail"),
            posted_from: params.date("postedDateGte")?,
            posted_before: params.date("postedDateLt")?,
        })
    }

    fn takes(&self, view: &View<'_>, entry: &Entry, accounts: &[String]) -> bool {
        let posted = entry.posted_at().filter(|_| entry.is_posted(view.until())).map(Date::of_millis);
        let status = if posted.is_some() { TransactionStatus::Posted } else { TransactionStatus::Pending };
        self.account.is_none_or(|wanted| accounts.get(entry.account).is_some_and(|id| id == wanted))
            && self.status.is_none_or(|wanted| wanted == status.as_str())
            && self
                .rail
                .is_none_or(|wanted| entry.text.rail.as_ref().is_some_and(|rail| rail.as_str() == wanted))
            && self.posted_from.is_none_or(|from| posted.is_some_and(|day| day >= from))
            && self.posted_before.is_none_or(|before| posted.is_some_and(|day| day < before))
    }
}

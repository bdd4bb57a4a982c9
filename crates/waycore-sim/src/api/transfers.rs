//! `/v1/transfers` (documents: transfers, ref/transfers/*).

use axum::{
    Json,
    http::{HeaderMap, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use waycore::wire::{AccountStatus, Decimal, Page};

use super::{
    accounts::views,
    error::ApiError,
    gate::{Caller, Desk},
    paging::Window,
    params::{IdInPath, JsonBody, Params},
};
use crate::{
    ids::fingerprint,
    world::transfer::{Body, Create, Transfer},
};

/// An idempotency key is good for at least a day; this is two, in virtual milliseconds.
const KEY_LIFE: i64 = 48 * 3_600_000;

/// What an idempotency key was used for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Used {
    transfer_id: String,
    payload: u64,
    at: i64,
}

/// 202 with the transfer, queued. With an `Idempotency-Key` the same request again gives the same transfer.
#[utoipa::path(
    post,
    path = "/v1/transfers",
    operation_id = "createTransfer",
    tag = "Transfers",
    params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, pattern = r"^\S(?:.*\S)?$")),
    request_body = Create,
    responses((status = 202, description = "the transfer is queued", body = Body)),
)]
pub(crate) async fn create(
    caller: Caller,
    headers: HeaderMap,
    JsonBody(create): JsonBody<Create>,
) -> Result<Response, ApiError> {
    caller.require("transfers:write")?;
    let key = idempotency_key(&headers)?;
    check(&create)?;
    let payload = fingerprint(&serde_json::to_string(&create).unwrap_or_default());
    caller.within("transfers:write", |desk| {
        let now = desk.now;
        if let Some(used) = key.as_ref().and_then(|key| desk.books.transfer_keys.get(key))
            && now - used.at < KEY_LIFE
        {
            let replayed = desk.books.transfers.get(&used.transfer_id).filter(|_| used.payload == payload);
            let replayed = replayed
                .ok_or_else(|| ApiError::conflict("the Idempotency-Key was used for another transfer"))?;
            let mark = [("idempotent-replayed", HeaderValue::from_static("true"))];
            return Ok((StatusCode::ACCEPTED, mark, Json(replayed.body(now))).into_response());
        }
        let lacks_funds = lacks_funds(&desk, &create)?;
        let transfer = Transfer::new(create, lacks_funds, now);
        let body = transfer.body(now);
        if let Some(key) = key {
            let used = Used { transfer_id: transfer.id.clone(), payload, at: now };
            desk.books.transfer_keys.insert(key, used);
        }
        desk.books.transfers.put(transfer);
        Ok((StatusCode::ACCEPTED, Json(body)).into_response())
    })
}

#[utoipa::path(
    get,
    path = "/v1/transfers",
    operation_id = "listTransfers",
    tag = "Transfers",
    params(
        ("limit" = Option<u16>, Query, minimum = 1, maximum = 500, description = "100 unless said otherwise"),
        ("cursor" = Option<String>, Query, description = "`nextCursor` of the page before"),
    ),
    responses((status = 200, description = "newest first", body = Page<Body>)),
)]
pub(crate) async fn list(caller: Caller, params: Params) -> Result<Response, ApiError> {
    let window = Window::new(&params, &format!("transfers {}", caller.realm()))?;
    caller.within("transfers:read", |desk| {
        let transfers = desk.books.transfers.older_than(window.below());
        Ok(window.page(transfers.map(|(place, one)| (u128::from(place), one.body(desk.now))), caller.meta()))
    })
}

#[utoipa::path(
    get,
    path = "/v1/transfers/{id}",
    operation_id = "getTransfer",
    tag = "Transfers",
    params(("id" = String, Path)),
    responses((status = 200, description = "the transfer", body = Body)),
)]
pub(crate) async fn get(caller: Caller, IdInPath(id): IdInPath) -> Result<Json<Body>, ApiError> {
    caller.within("transfers:read", |desk| {
        let transfer = desk.books.transfers.get(&id).ok_or_else(ApiError::not_found)?;
        Ok(Json(transfer.body(desk.now)))
    })
}

/// 202 with the transfer, queued again; only a failed one can be retried.
#[utoipa::path(
    post,
    path = "/v1/transfers/{id}/retry",
    operation_id = "retryTransfer",
    tag = "Transfers",
    params(
        ("id" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, pattern = r"^\S(?:.*\S)?$"),
    ),
    responses((status = 202, description = "the transfer is queued again", body = Body)),
)]
pub(crate) async fn retry(
    caller: Caller,
    IdInPath(id): IdInPath,
    headers: HeaderMap,
) -> Result<(StatusCode, Json<Body>), ApiError> {
    caller.require("transfers:write")?;
    idempotency_key(&headers)?;
    caller.within("transfers:write", |desk| {
        let now = desk.now;
        let create = desk.books.transfers.get(&id).ok_or_else(ApiError::not_found)?.create.clone();
        let lacks_funds = lacks_funds(&desk, &create)?;
        let transfer = desk.books.transfers.get_mut(&id).ok_or_else(ApiError::not_found)?;
        if !transfer.retry(lacks_funds, now) {
            return Err(ApiError::conflict("only a failed transfer can be retried"));
        }
        Ok((StatusCode::ACCEPTED, Json(transfer.body(now))))
    })
}

/// 1 to 255 characters, none of them white space at the ends.
fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().ok().filter(|key| (1..=255).contains(&key.len()) && key.trim() == *key);
    key.map(|key| Some(key.to_owned())).ok_or_else(|| {
        ApiError::invalid("Idempotency-Key must have 1 to 255 characters and no white space at its ends")
    })
}

fn check(create: &Create) -> Result<(), ApiError> {
    if hundredths(&create.amount.value).is_none_or(|amount| amount <= 0) {
        return Err(ApiError::invalid("amount.value must be a positive amount with at most two decimals"));
    }
    let reference = create.client_reference.as_ref().map_or(1, |text| text.chars().count());
    if !(1..=140).contains(&reference) {
        return Err(ApiError::invalid("clientReference must have 1 to 140 characters"));
    }
    if create.memo.as_ref().is_some_and(|memo| memo.chars().count() > 500) {
        return Err(ApiError::invalid("memo must have at most 500 characters"));
    }
    Ok(())
}

/// Whether the account has less than is to be moved. The account must be one of the caller's, open, and of the currency.
fn lacks_funds(desk: &Desk<'_>, create: &Create) -> Result<bool, ApiError> {
    let accounts = views(desk, None).into_iter().flat_map(|view| view.accounts());
    let account = accounts.into_iter().find(|account| account.id == create.source_account_id);
    let account = account.ok_or_else(ApiError::not_found)?;
    if account.status != AccountStatus::Open {
        return Err(ApiError::conflict("the account is closed"));
    }
    if account.currency != create.amount.currency {
        return Err(ApiError::invalid("amount.currency is not the account's"));
    }
    let available = account.available_balance.as_ref().and_then(hundredths).unwrap_or_default();
    Ok(hundredths(&create.amount.value).is_none_or(|amount| amount > available))
}

fn hundredths(decimal: &Decimal) -> Option<i64> {
    let text = decimal.as_str();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 2 {
        return None;
    }
    format!("{whole}{fraction:0<2}").parse().ok()
}

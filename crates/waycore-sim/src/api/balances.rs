//! `/v1/balances`: a row for each account and day.

use axum::response::Response;
use waycore::wire::{Balance, Page};

use super::{
    accounts::{place, views},
    error::ApiError,
    gate::Caller,
    paging::Window,
    params::Params,
};
use crate::bank::DAY;

/// The latest day first, and on a day in the order of the accounts' ids.
#[utoipa::path(
    get,
    path = "/v1/balances",
    operation_id = "listBalances",
    tag = "Accounts",
    params(
        ("entityId" = Option<String>, Query, pattern = "^([0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})?$"),
        ("connectionId" = Option<String>, Query),
        ("accountId" = Option<String>, Query),
        ("dateGte" = Option<String>, Query, pattern = "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"),
        ("dateLt" = Option<String>, Query, pattern = "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"),
        ("limit" = Option<u16>, Query, minimum = 1, maximum = 500, description = "100 unless said otherwise"),
        ("cursor" = Option<String>, Query, description = "`nextCursor` of the page before; good for the same query only"),
    ),
    responses(
        (status = 200, description = "the latest day first", body = Page<Balance>),
    ),
)]
pub(crate) async fn list(caller: Caller, params: Params) -> Result<Response, ApiError> {
    let (entity, connection) = (params.uuid("entityId")?, params.get("connectionId"));
    let account = params.get("accountId");
    let (from, before) = (params.date("dateGte")?, params.date("dateLt")?);
    let list =
        format!("balances {} {entity:?} {connection:?} {account:?} {from:?} {before:?}", caller.realm());
    let window = Window::new(&params, &list)?;
    caller.within("accounts:read", |desk| {
        let mut found: Vec<_> = views(&desk, connection)
            .into_iter()
            .filter(|view| entity.is_none_or(|wanted| wanted == view.connection().entity_id))
            .flat_map(|view| view.balances())
            .filter(|row| account.is_none_or(|wanted| wanted == row.account_id))
            .filter(|row| from.is_none_or(|from| row.date >= from))
            .filter(|row| before.is_none_or(|before| row.date < before))
            .map(|row| {
                let day = u32::try_from(row.date.as_millis() / DAY).unwrap_or_default();
                // The upper three quarters of an id tell the accounts of one day apart; the upper half is the connection's.
                ((u128::from(u32::MAX - day) << 96) | (place(&row.account_id) >> 32), row)
            })
            .filter(|(place, _)| window.after.is_none_or(|after| *place > after))
            .collect();
        found.sort_by_key(|(place, _)| *place);
        Ok(window.page(found.into_iter(), caller.meta()))
    })
}

//! `/v1/institutions`: the catalog, the same for every organization.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use waycore::wire::{Institution, Page};

use super::{
    error::ApiError,
    gate::Caller,
    paging::Window,
    params::{IdInPath, Params},
};

#[utoipa::path(
    get,
    path = "/v1/institutions",
    operation_id = "searchInstitutions",
    tag = "Institutions",
    params(
        ("query" = Option<String>, Query),
        ("limit" = Option<u16>, Query, minimum = 1, maximum = 500, description = "100 unless said otherwise"),
        ("cursor" = Option<String>, Query, description = "`nextCursor` of the page before; good for the same query only"),
    ),
    responses(
        (status = 200, description = "the best fit first", body = Page<Institution>),
    ),
)]
pub(crate) async fn list(caller: Caller, params: Params) -> Result<Response, ApiError> {
    caller.require("connections:read")?;
    let query = params.get("query").unwrap_or_default();
    let window = Window::new(&params, &format!("institutions {query:?}"))?;
    let found = caller.catalog().search(query);
    let first =
        window.after.map_or(0, |after| usize::try_from(after).unwrap_or(usize::MAX).saturating_add(1));
    Ok(window.page(found.from(first), caller.meta()))
}

#[utoipa::path(
    get,
    path = "/v1/institutions/{id}",
    operation_id = "getInstitution",
    tag = "Institutions",
    params(
        ("id" = String, Path),
    ),
    responses(
        (status = 200, description = "the institution", body = Institution),
    ),
)]
pub(crate) async fn get(caller: Caller, IdInPath(id): IdInPath) -> Result<Response, ApiError> {
    caller.require("connections:read")?;
    let institution = caller.catalog().get(&id).ok_or_else(ApiError::not_found)?;
    Ok(Json(institution).into_response())
}

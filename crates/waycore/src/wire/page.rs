//! The envelope of every list (documents: ref/connections/list-connections).

use serde::{Deserialize, Serialize};

use super::null_as_default;

/// One page of a list.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    pub data: Vec<T>,
    pub pagination: Pagination,
    #[serde(default, deserialize_with = "null_as_default")]
    pub meta: Meta,
}

/// Whether and where a list goes on.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pagination {
    pub has_more: bool,
    /// Opaque; good only for the same query.
    #[serde(default)]
    pub next_cursor: Option<String>,
}

/// What Waycore says about the request itself.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Meta {
    /// What Waycore's support asks for.
    #[serde(default)]
    pub request_id: Option<String>,
}

//! The envelope of every list (documents: ref/connections/list-connections).

use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};

use super::lenient::{Rows, UnreadableRow, odd_as_absent, odd_as_default};

/// One page of a list.
///
/// It is read row by row: a row that is not of the documented form is left out, and costs no other row. Without
/// `pagination`, and where it names more and no cursor to it, the rest cannot be read: that counts as a row that could not be.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Page<T> {
    pub data: Vec<T>,
    pub pagination: Pagination,
    pub meta: Meta,
    /// The rows that are not in `data`, because they could not be read.
    #[serde(skip)]
    pub unreadable: Vec<UnreadableRow>,
    /// False where there may be more rows, and no cursor leads to them.
    #[serde(skip)]
    pub is_end_known: bool,
}

/// Whether and where a list goes on.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Pagination {
    pub has_more: bool,
    /// Opaque; good only for the same query.
    pub next_cursor: Option<String>,
}

/// What Waycore says about the request itself.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Meta {
    /// What Waycore's support asks for.
    #[serde(default, deserialize_with = "odd_as_absent")]
    pub request_id: Option<String>,
}

impl<T> Page<T> {
    /// A page whose rows are all readable.
    pub fn new(data: Vec<T>, pagination: Pagination, meta: Meta) -> Self {
        Self { data, pagination, meta, unreadable: Vec::new(), is_end_known: true }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Page<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(bound = "T: DeserializeOwned")]
        struct Envelope<T> {
            data: Rows<T>,
            #[serde(default, deserialize_with = "odd_as_absent")]
            pagination: Option<Pagination>,
            #[serde(default, deserialize_with = "odd_as_default")]
            meta: Meta,
        }
        let Envelope { data: Rows { read, mut unreadable }, pagination, meta } =
            Envelope::deserialize(deserializer)?;
        let trouble = match &pagination {
            None => Some("pagination missing or not an object"),
            Some(pagination) if pagination.has_more && pagination.next_cursor.is_none() => {
                Some("pagination names more rows and no cursor")
            }
            Some(_) => None,
        };
        let is_end_known = trouble.is_none();
        unreadable.extend(trouble.map(|cause| UnreadableRow { id: None, cause: cause.to_owned() }));
        Ok(Self { data: read, pagination: pagination.unwrap_or_default(), meta, unreadable, is_end_known })
    }
}

impl<'de> Deserialize<'de> for Pagination {
    /// Where it is not said whether there is more, the cursor says so.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Said {
            #[serde(default, deserialize_with = "odd_as_absent")]
            has_more: Option<bool>,
            #[serde(default, deserialize_with = "odd_as_absent")]
            next_cursor: Option<String>,
        }
        let Said { has_more, next_cursor } = Said::deserialize(deserializer)?;
        // An empty parameter counts as absent: it would lead to the first page.
        let next_cursor = next_cursor.filter(|cursor| !cursor.is_empty());
        Ok(Self { has_more: has_more.unwrap_or(next_cursor.is_some()), next_cursor })
    }
}

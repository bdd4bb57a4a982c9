//! What requests carry besides their path, read once at the edge.

use std::fmt::Display;

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Query, Request},
    http::request::Parts,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use uuid::Uuid;
use waycore::wire::Date;

use super::error::ApiError;

/// The query's parameters. An empty one counts as absent; of several of a name the last counts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Params(Vec<(String, String)>);

/// The id in a path.
#[derive(Debug)]
pub(crate) struct IdInPath(pub(crate) String);

/// A JSON body, whatever its `Content-Type` says.
#[derive(Debug)]
pub(crate) struct JsonBody<T>(pub(crate) T);

impl Params {
    pub(crate) fn of(parts: &Parts) -> Option<Self> {
        Query::try_from_uri(&parts.uri).ok().map(|Query(pairs)| Self(pairs))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let mut given = self.0.iter().rev().filter(|(_, value)| !value.is_empty());
        given.find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Refuses parameters of other names, where a typing mistake would mean "all".
    pub(crate) fn only(self, names: &[&str]) -> Result<Self, ApiError> {
        match self.0.iter().find(|(name, _)| !names.contains(&name.as_str())) {
            Some((unknown, _)) => Err(ApiError::invalid(format!("there is no parameter {unknown:?}"))),
            None => Ok(self),
        }
    }
}

impl Params {
    /// A parameter that must be a UUID in its usual form, as the documents type it.
    pub(crate) fn uuid(&self, name: &str) -> Result<Option<&str>, ApiError> {
        let is_uuid = |text: &str| text.len() == 36 && Uuid::parse_str(text).is_ok();
        match self.get(name) {
            Some(text) if !is_uuid(text) => Err(ApiError::invalid(format!("{name} must be a UUID"))),
            other => Ok(other),
        }
    }

    /// A parameter that must be a day.
    pub(crate) fn date(&self, name: &str) -> Result<Option<Date>, ApiError> {
        let parse = |text| Date::parse(text).map_err(|error| ApiError::invalid(format!("{name} is {error}")));
        self.get(name).map(parse).transpose()
    }
}

impl<S: Sync> FromRequestParts<S> for Params {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Self::of(parts).ok_or_else(|| ApiError::invalid("the query is not readable"))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IdInPath {
    type Rejection = ApiError;

    /// An id that is no text is one that does not exist.
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path(id) = Path::from_request_parts(parts, state).await.map_err(|_| ApiError::not_found())?;
        Ok(Self(id))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let bytes = Bytes::from_request(request, state).await.map_err(|_| ApiError::too_large())?;
        // An empty body is an object without fields: no call needs a body that it does not have.
        let bytes: &[u8] = if bytes.trim_ascii().is_empty() { b"{}" } else { &bytes };
        // By way of an object: read directly, a list of values would pass for the fields in their order.
        let fields = serde_json::from_slice::<Map<String, Value>>(bytes).map_err(malformed)?;
        serde_path_to_error::deserialize(Value::Object(fields)).map(Self).map_err(|error| {
            let field = error.path().to_string();
            let cause = error.into_inner();
            if field == "." { malformed(cause) } else { malformed(format!("{field}: {cause}")) }
        })
    }
}

fn malformed(cause: impl Display) -> ApiError {
    ApiError::invalid(format!("the body is not as documented: {cause}"))
}

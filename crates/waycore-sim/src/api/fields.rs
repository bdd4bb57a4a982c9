//! `fields`: a list of the fields that the caller wants.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{error::ApiError, params::Params};

/// Which fields an object is answered with; `None` for all.
#[derive(Debug, Clone)]
pub(crate) struct Fields(Option<Vec<String>>);

impl Fields {
    /// Names of `known`, separated by commas; empty ones count as absent. Those in `required` are answered in any case, so that every answer is one
    /// of the documented type.
    pub(crate) fn read(params: &Params, known: &[&str], required: &[&str]) -> Result<Self, ApiError> {
        let Some(text) = params.get("fields") else { return Ok(Self(None)) };
        let given = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        let mut names: Vec<String> = given.map(str::to_owned).collect();
        if names.is_empty() {
            return Ok(Self(None));
        }
        if let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) {
            return Err(ApiError::invalid(format!("fields: there is no field {unknown:?}")));
        }
        names.extend(required.iter().map(|name| (*name).to_owned()));
        Ok(Self(Some(names)))
    }

    pub(crate) fn of(&self, object: &impl Serialize) -> Value {
        let value = serde_json::to_value(object).unwrap_or_default();
        match (&self.0, value) {
            (Some(wanted), Value::Object(fields)) => {
                let kept = fields.into_iter().filter(|(name, _)| wanted.contains(name));
                Value::Object(kept.collect::<Map<_, _>>())
            }
            (_, value) => value,
        }
    }
}

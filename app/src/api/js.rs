//! Reads answers with the browser's own JSON parser.

use domain::user_error::{ErrorCode, UserError};
use js_sys::{Array, JSON, Reflect};
use wasm_bindgen::JsValue;

use super::wire::Readable;
use crate::{
    error::WireError,
    model::{
        Advice, Connection, ConnectionPage, Institution, Institutions, Nothing, OneConnection, Started, Step,
    },
};

/// A parsed value.
pub struct Json(JsValue);

impl Json {
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        JSON::parse(std::str::from_utf8(bytes).ok()?).ok().map(Self)
    }

    fn get(&self, name: &str) -> Self {
        Self(Reflect::get(&self.0, &name.into()).unwrap_or_default())
    }

    fn text(&self, name: &str) -> Option<String> {
        self.get(name).0.as_string()
    }

    fn list<T>(&self, name: &str, read: impl Fn(&Self) -> Option<T>) -> Option<Vec<T>> {
        let list = self.get(name).0;
        Array::is_array(&list)
            .then(|| Array::from(&list).iter().filter_map(|item| read(&Self(item))).collect())
    }
}

impl Readable for Institutions {
    fn read(json: &Json) -> Option<Self> {
        let texts = |json: &Json, name: &str| json.list(name, |text| text.0.as_string());
        let institution = |json: &Json| {
            Some(Institution {
                institution_id: json.text("institutionId")?,
                name: json.text("name")?,
                domain: json.text("domain")?,
                portals: texts(json, "portals")?,
                no_usual_portal: json.get("noUsualPortal").0.is_truthy(),
                name_parts: texts(json, "nameParts").unwrap_or_default(),
                domain_parts: texts(json, "domainParts").unwrap_or_default(),
            })
        };
        let news = json.text("news").unwrap_or_default();
        Some(Self { institutions: json.list("institutions", institution)?, news })
    }
}

impl Readable for Advice {
    fn read(json: &Json) -> Option<Self> {
        Some(Self { html: json.text("html")?, confirm: json.text("confirm")? })
    }
}

impl Readable for Connection {
    /// What an island may ask of a connection; the rest is shown by pages, which the server renders.
    fn read(json: &Json) -> Option<Self> {
        #[expect(clippy::cast_possible_truncation, reason = "versions count up from one")]
        let version = json.get("version").0.as_f64()? as i64;
        Some(Self {
            id: json.text("id")?,
            step: Step::parse(&json.text("step")?)?,
            version,
            ..Self::default()
        })
    }
}

impl Readable for OneConnection {
    fn read(json: &Json) -> Option<Self> {
        Some(Self { connection: Connection::read(&json.get("connection"))? })
    }
}

impl Readable for Nothing {
    fn read(_: &Json) -> Option<Self> {
        Some(Self {})
    }
}

impl Readable for Started {
    fn read(json: &Json) -> Option<Self> {
        let existing = json.get("existing").0.as_bool()?;
        Some(Self { connection: Connection::read(&json.get("connection"))?, existing })
    }
}

impl Readable for ConnectionPage {
    fn read(json: &Json) -> Option<Self> {
        Some(Self {
            connections: json.list("connections", Connection::read)?,
            next_cursor: json.text("nextCursor"),
        })
    }
}

impl Readable for WireError {
    fn read(json: &Json) -> Option<Self> {
        let code = json.text("code")?;
        let code = if code == "signed_out" { ErrorCode::SignedOut } else { ErrorCode::Unavailable };
        Some(Self(UserError {
            code,
            message: json.text("message")?,
            field: json.text("field"),
            retry_after_seconds: None,
            support_code: json.text("supportCode")?,
        }))
    }
}

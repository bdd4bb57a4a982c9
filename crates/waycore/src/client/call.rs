//! A call before it is a request: what it is, and whether it may be repeated.

use reqwest::Method;
use serde::Serialize;

use super::Error;

/// Whether a second sending can do harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    /// It changes nothing.
    Read,
    /// It says once more what it said before: credentials and a webhook's settings replace what was there.
    Safe,
    /// It makes or ends something, and the documents do not say what a second one does. After an unclear end the
    /// outcome is [`Error::Unknown`], and the caller has to look.
    Never,
    /// The same, and a person waits to hear whether it is allowed: "too early" is an answer and no reason to ask again.
    Once,
}

impl Repeat {
    pub(super) fn is_harmless(self) -> bool {
        match self {
            Self::Read | Self::Safe => true,
            Self::Never | Self::Once => false,
        }
    }
}

/// One call of the API, without the address and the key.
#[derive(Clone)]
pub(super) struct Call {
    /// Names it in the log and to failpoints.
    pub(super) name: &'static str,
    pub(super) method: Method,
    pub(super) segments: Vec<String>,
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) body: Option<Vec<u8>>,
    pub(super) repeat: Repeat,
}

impl Call {
    pub(super) fn read(name: &'static str, segments: &[&str]) -> Self {
        Self::new(name, Method::GET, segments, Repeat::Read)
    }

    pub(super) fn write(name: &'static str, method: Method, segments: &[&str]) -> Self {
        Self::new(name, method, segments, Repeat::Never)
    }

    fn new(name: &'static str, method: Method, segments: &[&str], repeat: Repeat) -> Self {
        let segments = segments.iter().map(|segment| (*segment).to_owned()).collect();
        Self { name, method, segments, query: Vec::new(), body: None, repeat }
    }

    /// A write that may be repeated.
    pub(super) fn safely(self) -> Self {
        Self { repeat: Repeat::Safe, ..self }
    }

    /// A write that a person asks for and that is refused to them, rather than sent again later.
    pub(super) fn once(self) -> Self {
        Self { repeat: Repeat::Once, ..self }
    }

    /// Whether it names something that can be missing at Waycore; else "not found" can only mean the path.
    pub(super) fn names_an_object(&self) -> bool {
        let segments: Vec<&str> = self.segments.iter().map(String::as_str).collect();
        let in_path = !matches!(segments[..], [_] | ["transactions", "sync"]);
        let in_query = self
            .query
            .iter()
            .any(|(name, _)| matches!(*name, "entityId" | "connectionId" | "accountId" | "institutionId"));
        let in_body = self.method == Method::POST && segments == ["connections"];
        in_path || in_query || in_body
    }

    /// With a parameter, if there is a value for it.
    pub(super) fn with(mut self, name: &'static str, value: Option<impl ToString>) -> Self {
        self.query.extend(value.map(|value| (name, value.to_string())));
        self
    }

    /// With the documented limit of a page.
    pub(super) fn limit(self, limit: Option<u16>) -> Self {
        self.with("limit", limit.map(|limit| limit.clamp(1, 500)))
    }

    pub(super) fn json(mut self, body: &impl Serialize) -> Result<Self, Error> {
        // None of the bodies can fail to be written; if one ever does, it has not been sent.
        self.body = Some(serde_json::to_vec(body).map_err(|_| Error::Invalid)?);
        Ok(self)
    }
}

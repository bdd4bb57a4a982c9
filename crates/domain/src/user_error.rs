//! A failure as a customer may see it: what happened, in a safe sentence, and a code that finds the log line.

use serde::{Deserialize, Serialize};

/// What kind of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    SignedOut,
    /// The person's role does not allow it, or the request came from another site.
    Forbidden,
    /// Missing, or somebody else's: the two are told apart nowhere.
    NotFound,
    InvalidInput,
    Conflict,
    /// A sync that has to wait.
    Cooldown,
    RateLimited,
    /// Which entity the customer is at Waycore could not be settled, so nothing was created.
    EntityUnresolved,
    /// Waycore refused this server's key; only the host can help.
    Misconfigured,
    /// Waycore failed, took too long, or spoke nonsense.
    Unavailable,
}

/// The error that crosses the wire. Nothing in it comes from Waycore's texts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserError {
    pub code: ErrorCode,
    pub message: String,
    /// The form field beside which the message belongs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u64>,
    pub support_code: String,
}

impl ErrorCode {
    pub const fn http_status(self) -> u16 {
        match self {
            Self::SignedOut => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::InvalidInput => 422,
            Self::Conflict => 409,
            Self::Cooldown | Self::RateLimited => 429,
            Self::EntityUnresolved | Self::Misconfigured | Self::Unavailable => 503,
        }
    }

    /// The code's name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::InvalidInput => "invalid_input",
            Self::Conflict => "conflict",
            Self::Cooldown => "cooldown",
            Self::RateLimited => "rate_limited",
            Self::EntityUnresolved => "entity_unresolved",
            Self::Misconfigured => "misconfigured",
            Self::Unavailable => "unavailable",
        }
    }
}

impl UserError {
    pub fn new(code: ErrorCode, message: impl Into<String>, support_code: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            field: None,
            retry_after_seconds: None,
            support_code: support_code.into(),
        }
    }

    /// The same error, shown beside a form field.
    pub fn on_field(self, field: impl Into<String>) -> Self {
        Self { field: Some(field.into()), ..self }
    }
}

//! The one error that crosses the wire, in the shape of docs/reference.md, "Errors".

use domain::user_error::{ErrorCode, UserError};
use leptos::{prelude::FromServerFnError, server_fn::error::ServerFnErrorErr};
#[cfg(feature = "ssr")]
use serde::{Deserialize, Serialize};

/// What a customer may know about a failure. Causes stay behind the port, in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(Serialize, Deserialize), serde(transparent))]
pub struct WireError(pub UserError);

impl WireError {
    /// A failure with its safe sentence; the server adds the support code on the way out.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self(UserError {
            code,
            message: message.into(),
            field: None,
            retry_after_seconds: None,
            support_code: String::new(),
        })
    }

    /// Wrong input in one field of a form.
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        let mut error = Self::new(ErrorCode::InvalidInput, message);
        error.0.field = Some(field.to_owned());
        error
    }

    /// How long to wait before the next try, as far as the server knows.
    #[must_use]
    pub fn retry_after(mut self, seconds: Option<u64>) -> Self {
        self.0.retry_after_seconds = seconds;
        self
    }

    /// The code by which support finds the log line.
    #[must_use]
    pub fn support_code(mut self, code: &str) -> Self {
        code.clone_into(&mut self.0.support_code);
        self
    }
}

impl FromServerFnError for WireError {
    type Encoder = crate::api::Json;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        #[cfg(feature = "ssr")]
        let unreadable = matches!(
            error,
            ServerFnErrorErr::Args(_)
                | ServerFnErrorErr::MissingArg(_)
                | ServerFnErrorErr::Deserialization(_)
        );
        #[cfg(feature = "ssr")]
        if unreadable {
            return Self::new(ErrorCode::InvalidInput, crate::copy::errors().unreadable_form);
        }
        // In a browser nothing came back. What is said about that is an island's to choose.
        let _ = error;
        Self::new(ErrorCode::Unavailable, String::new())
    }
}

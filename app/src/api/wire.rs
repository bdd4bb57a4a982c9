//! How server functions answer: JSON, written by serde on the server and read by the browser's own parser.
//!
//! serde's reader would cost every customer about 10 kB for what a browser can do by itself.

use leptos::server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType};

/// The encoding of every answer and error.
pub struct Json;

/// The output of a server function.
pub type Answer = leptos::server_fn::codec::Post<Json>;

/// Why an answer could not be written or read.
#[derive(Debug, thiserror::Error)]
#[error("the answer is not what was agreed on")]
pub struct Unreadable;

/// A value that the server writes and the browser reads.
#[cfg(feature = "ssr")]
pub trait Readable: serde::Serialize {}
#[cfg(feature = "ssr")]
impl<T: serde::Serialize> Readable for T {}

/// A value that the server writes and the browser reads.
#[cfg(not(feature = "ssr"))]
pub trait Readable: Sized {
    /// Reads the value; `None` where something required is missing.
    fn read(json: &super::js::Json) -> Option<Self>;
}

impl ContentType for Json {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for Json {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Readable> Encodes<T> for Json {
    type Error = Unreadable;

    #[cfg(feature = "ssr")]
    fn encode(output: &T) -> Result<Bytes, Unreadable> {
        serde_json::to_vec(output).map(Bytes::from).map_err(|_| Unreadable)
    }

    /// Browsers do not answer.
    #[cfg(not(feature = "ssr"))]
    fn encode(_: &T) -> Result<Bytes, Unreadable> {
        Err(Unreadable)
    }
}

impl<T: Readable> Decodes<T> for Json {
    type Error = Unreadable;

    /// Servers are not answered.
    #[cfg(feature = "ssr")]
    fn decode(_: Bytes) -> Result<T, Unreadable> {
        Err(Unreadable)
    }

    #[cfg(not(feature = "ssr"))]
    fn decode(bytes: Bytes) -> Result<T, Unreadable> {
        super::js::Json::parse(&bytes).and_then(|json| T::read(&json)).ok_or(Unreadable)
    }
}

//! What came back.

use axum::Router;
use axum::body::to_bytes;
use axum::extract::Request;
use http::{HeaderMap, StatusCode, header};
use serde_json::Value;
use tower::ServiceExt as _;

/// An answer as a test looks at it.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    /// What a router answers, without a socket.
    pub(crate) async fn of(router: Router, request: Request) -> Self {
        let response = router.oneshot(request).await.expect("a router always answers");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("a whole body");
        let body = String::from_utf8_lossy(&body).into_owned();
        Self { status: parts.status, headers: parts.headers, body }
    }

    /// The body as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The JSON of an answer that must have worked.
    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{self:?}");
        self.json()
    }

    /// Status and code of an answer that must be a wire error.
    #[track_caller]
    pub(crate) fn error(&self) -> (u16, String) {
        let json = self.json();
        let support_code = json["supportCode"].as_str().unwrap_or_default();
        assert_eq!(self.header("x-request-id"), Some(support_code), "support finds the request: {self:?}");
        (self.status.as_u16(), json["code"].as_str().unwrap_or_default().to_owned())
    }

    /// Where the answer sends a browser.
    #[track_caller]
    pub(crate) fn goes_to(&self) -> &str {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{self:?}");
        self.header(header::LOCATION.as_str()).expect("a redirect says where to")
    }

    /// One header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// What a browser sends back because of this answer.
    pub(crate) fn cookie(&self) -> Option<&str> {
        self.header("set-cookie").and_then(|cookie| cookie.split(';').next())
    }
}

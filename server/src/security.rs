//! The headers that every answer has, whatever it is and whatever went wrong.

use axum::Router;
use http::{HeaderName, HeaderValue, header};
use tower_http::set_header::SetResponseHeaderLayer;

/// For what is no page: it may load and do nothing. A page brings its own policy.
const NO_PAGE: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A year. Other hosts of the domain are not ours to decide for.
const HTTPS_ONLY: &str = "max-age=31536000";

/// Sets them; `https` says whether browsers come over https.
pub(crate) fn protected(router: Router, https: bool) -> Router {
    let always = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
    };
    let unless_there = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    let router = router
        .layer(unless_there(header::CONTENT_SECURITY_POLICY, NO_PAGE))
        .layer(always(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(always(header::REFERRER_POLICY, "strict-origin-when-cross-origin"))
        .layer(always(header::X_FRAME_OPTIONS, "DENY"));
    if https { router.layer(always(header::STRICT_TRANSPORT_SECURITY, HTTPS_ONLY)) } else { router }
}

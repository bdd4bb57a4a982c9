//! The headers that every answer has, whatever it is and whatever went wrong.

use axum::Router;
use http::{HeaderName, HeaderValue, header};
use tower_http::set_header::SetResponseHeaderLayer;

/// For what is no page: it may load and do nothing. A page brings its own policy.
const NO_PAGE: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What a page cannot do in a browser, whatever is put into it. Copy buttons write to the clipboard.
const PERMISSIONS: &str = "accelerometer=(), autoplay=(), camera=(), clipboard-read=(), clipboard-write=(self), \
     display-capture=(), encrypted-media=(), fullscreen=(), geolocation=(), gyroscope=(), magnetometer=(), \
     microphone=(), midi=(), payment=(), picture-in-picture=(), publickey-credentials-get=(), screen-wake-lock=(), \
     usb=(), xr-spatial-tracking=()";

/// The caching of everything that holds a customer's data. Proxies that change pages, such as those that hide e-mail
/// addresses or compress streams, leave these as they are.
pub(crate) const NEVER_STORED: HeaderValue = HeaderValue::from_static("no-store, no-transform");

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
        .layer(always(header::X_FRAME_OPTIONS, "DENY"))
        .layer(always(HeaderName::from_static("permissions-policy"), PERMISSIONS))
        .layer(always(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"))
        .layer(always(HeaderName::from_static("cross-origin-resource-policy"), "same-origin"));
    if https { router.layer(always(header::STRICT_TRANSPORT_SECURITY, HTTPS_ONLY)) } else { router }
}

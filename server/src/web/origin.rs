//! Which page a change comes from, as browsers without `Sec-Fetch-Site` say it: by `Origin`, or by `Referer` alone.
//!
//! Where `Sec-Fetch-Site` is sent, `tower_http`'s CSRF layer decides. Without it, that layer believes every `Origin` that has
//! the authority of `Host`: also one of another scheme, and one of a name that only leads to this server.

use std::convert::Infallible;
use std::future::ready;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, header};
use tower::{Layer as _, ServiceExt as _, service_fn};
use tower_http::csrf::{CsrfLayer, ProtectionError};
use url::Url;

/// Whether a request comes from a page of another origin than the public one, and would change something. Only its head is
/// looked at, so that the form in its body can still be read.
pub(super) async fn is_refused(csrf: &CsrfLayer, parts: &Parts, public_origin: &str) -> bool {
    is_change(&parts.method)
        && (is_foreign(&parts.method, &parts.headers, public_origin) || is_refused_by(csrf, parts).await)
}

async fn is_refused_by(csrf: &CsrfLayer, parts: &Parts) -> bool {
    let mut head = Request::new(Body::empty());
    *head.method_mut() = parts.method.clone();
    *head.uri_mut() = parts.uri.clone();
    *head.headers_mut() = parts.headers.clone();
    let accepted = service_fn(|_: Request| ready(Ok::<_, Infallible>(Response::<Body>::default())));
    let Ok(answer) = csrf.layer(accepted).oneshot(head).await;
    answer.extensions().get::<ProtectionError>().is_some()
}

fn is_change(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Returns true if a change was sent by a page of another origin than the public one. Programs send no such header, and are
/// asked for their token instead.
fn is_foreign(method: &Method, headers: &HeaderMap, public_origin: &str) -> bool {
    if !is_change(method) || sent(headers, "sec-fetch-site").next().is_some() {
        return false;
    }
    let mut origins = sent(headers, header::ORIGIN.as_str()).peekable();
    if origins.peek().is_some() {
        return origins.any(|origin| origin.as_bytes() != public_origin.as_bytes());
    }
    sent(headers, header::REFERER.as_str()).any(|referer| !is_of(referer, public_origin))
}

/// The lines of a header that hold something.
fn sent<'a>(headers: &'a HeaderMap, name: &'static str) -> impl Iterator<Item = &'a HeaderValue> {
    headers.get_all(name).iter().filter(|value| !value.is_empty())
}

fn is_of(page: &HeaderValue, public_origin: &str) -> bool {
    let url = std::str::from_utf8(page.as_bytes()).ok().and_then(|text| Url::parse(text).ok());
    url.is_some_and(|url| url.origin().ascii_serialization() == public_origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLIC: &str = "https://app.example.com";

    #[test]
    fn a_change_comes_from_the_public_origin_or_from_no_page() {
        let cases: &[(&[(&str, &str)], bool)] = &[
            (&[], false),
            (&[("origin", PUBLIC)], false),
            (&[("origin", "")], false),
            (&[("origin", PUBLIC), ("host", "inside:3000")], false),
            (&[("origin", PUBLIC), ("referer", "https://evil.example/")], false),
            (&[("origin", PUBLIC), ("origin", PUBLIC)], false),
            (&[("origin", "http://app.example.com")], true),
            (&[("origin", "http://app.example.com"), ("host", "app.example.com")], true),
            (&[("origin", "https://app.example.com:8443"), ("host", "app.example.com:8443")], true),
            (&[("origin", "https://evil.example"), ("host", "evil.example")], true),
            (&[("origin", "https://app.example.com.evil.example")], true),
            (&[("origin", "https://APP.example.com")], true),
            (&[("origin", "https://app.example.com/")], true),
            (&[("origin", "null")], true),
            (&[("origin", PUBLIC), ("origin", "https://evil.example")], true),
            (&[("origin", "https://évil.example")], true),
            (&[("referer", "https://app.example.com/banks/new?a=b")], false),
            (&[("referer", "https://app.example.com:443/")], false),
            (&[("referer", "")], false),
            (&[("referer", "http://app.example.com/banks")], true),
            (&[("referer", "https://app.example.com:8443/banks"), ("host", "app.example.com:8443")], true),
            (&[("referer", "https://evil.example/?https://app.example.com/")], true),
            (&[("referer", "https://app.example.com@evil.example/")], true),
            (&[("referer", "about:blank")], true),
            (&[("referer", "/banks")], true),
            // The browser's own word is the other layer's to judge.
            (&[("sec-fetch-site", "same-origin"), ("origin", "http://app.example.com")], false),
            (&[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")], false),
            (&[("sec-fetch-site", ""), ("origin", "https://evil.example")], true),
        ];
        for (sent, expected) in cases {
            let mut headers = HeaderMap::new();
            for (name, value) in *sent {
                headers.append(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
            }
            for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH, Method::TRACE] {
                assert_eq!(is_foreign(&method, &headers, PUBLIC), *expected, "{method} {sent:?}");
            }
            for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
                assert!(!is_foreign(&method, &headers, PUBLIC), "{method} {sent:?}");
            }
        }
    }
}

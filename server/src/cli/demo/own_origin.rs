//! A demo has one public origin, `http://127.0.0.1:PORT`, and more names than that: `localhost`, and with `--allow-remote`
//! those of its machine. Browsers send no `Sec-Fetch-Site` over http to another machine, so `Origin` has to decide there.

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use http::{HeaderMap, HeaderValue, header};

/// Lets the demo's pages change something under whatever name they were opened: their origin counts as the public one.
pub(super) fn accepted(router: Router, public: HeaderValue) -> Router {
    router.layer(from_fn(move |mut request: Request, next: Next| {
        if is_own(request.headers()) {
            request.headers_mut().insert(header::ORIGIN, public.clone());
        }
        next.run(request)
    }))
}

/// Returns true if the page that asks was opened by the name that it asks for.
fn is_own(headers: &HeaderMap) -> bool {
    let only = |name| {
        let mut values = headers.get_all(name).iter();
        values.next().filter(|_| values.next().is_none()).map(HeaderValue::as_bytes)
    };
    only(header::ORIGIN)
        .and_then(|origin| origin.strip_prefix(b"http://"))
        .is_some_and(|authority| only(header::HOST) == Some(authority))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_own_if_it_is_the_host_asked() {
        let cases: &[(&[&'static str], &[&'static str], bool)] = &[
            (&["http://localhost:3000"], &["localhost:3000"], true),
            (&["http://192.168.0.7:3000"], &["192.168.0.7:3000"], true),
            (&["http://[::1]:3000"], &["[::1]:3000"], true),
            (&["https://localhost:3000"], &["localhost:3000"], false),
            (&["http://localhost:3001"], &["localhost:3000"], false),
            (&["http://evil.example"], &["localhost:3000"], false),
            (&["null"], &["localhost:3000"], false),
            (&["http://localhost:3000", "http://evil.example"], &["localhost:3000"], false),
            (&["http://evil.example"], &["localhost:3000", "evil.example"], false),
            (&["http://localhost:3000"], &[], false),
            (&[], &["localhost:3000"], false),
        ];
        for (origins, hosts, expected) in cases {
            let mut headers = HeaderMap::new();
            for (name, values) in [(header::ORIGIN, origins), (header::HOST, hosts)] {
                for value in *values {
                    headers.append(name.clone(), HeaderValue::from_static(value));
                }
            }
            assert_eq!(is_own(&headers), *expected, "{origins:?} {hosts:?}");
        }
    }
}

//! Where the product stands on a listener of its own, and what is said to whoever comes by a wrong way.

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{Html, IntoResponse as _, Response};
use http::{StatusCode, header};

use crate::config::BasePath;
use crate::security::{self, NEVER_STORED};

/// The routes below the prefix that reaches the listener. Anything beside it, and the public prefix where a proxy was to
/// take it off, gets a page that says which prefix is expected: the product's own pages would come without their style
/// and script there.
pub fn placed(router: Router, base_path: &BasePath, public_base: &BasePath) -> Router {
    let (expected, public) = (base_path.as_str().to_owned(), public_base.as_str().to_owned());
    if !expected.is_empty() {
        let wrong = move || async move { wrong_prefix(&expected) };
        return security::protected(base_path.mount(router).fallback(wrong), false);
    }
    if public.is_empty() {
        return router;
    }
    let router = router.layer(from_fn(move |request: Request, next: Next| {
        let below = request.uri().path().strip_prefix(public.as_str());
        let is_wrong = below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        async move { if is_wrong { wrong_prefix("/") } else { next.run(request).await } }
    }));
    security::protected(router, false)
}

fn wrong_prefix(expected: &str) -> Response {
    let page = format!(
        "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>Wrong path</title>\
         <h1>Nothing is served at this path</h1>\
         <p>Waycore Connect was told that requests reach it below <code>{expected}</code>, and this one did not.</p>\
         <p>If a proxy leads here, set <code>CONNECT_BASE_PATH</code> to the prefix that it passes on \
         (<code>/</code> if it takes the prefix off), and <code>CONNECT_PUBLIC_URL</code> to what browsers see.</p>"
    );
    (StatusCode::NOT_FOUND, [(header::CACHE_CONTROL, NEVER_STORED)], Html(page)).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;

    async fn ask(base: &str, public: &str, path: &str) -> (u16, bool) {
        let routes = Router::new()
            .route("/", get(|| async { "the list" }))
            .route("/healthz", get(|| async { "ok" }))
            .fallback(|| async { (StatusCode::NOT_FOUND, "no such page") });
        let base = BasePath::parse(base).unwrap();
        let router = placed(routes, &base, &BasePath::parse(public).unwrap());
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), 10_000).await.unwrap();
        (status, String::from_utf8_lossy(&body).contains("CONNECT_BASE_PATH"))
    }

    #[tokio::test]
    async fn a_wrong_prefix_is_explained_and_a_right_one_is_served() {
        for (base, public, path, expected) in [
            ("/bank", "/bank", "/bank", (200, false)),
            ("/bank", "/bank", "/bank/", (200, false)),
            ("/bank", "/bank", "/bank/none", (404, false)),
            ("/bank", "/bank", "/", (404, true)),
            ("/bank", "/bank", "/banks", (404, true)),
            ("/bank", "/bank", "/bank/healthz", (200, false)),
            ("/bank", "/bank", "/healthz", (404, true)),
            ("/", "/bank", "/", (200, false)),
            ("/", "/bank", "/none", (404, false)),
            ("/", "/bank", "/bank/", (404, true)),
            ("/", "/bank", "/banks", (404, false)),
            ("/", "/", "/none", (404, false)),
        ] {
            assert_eq!(ask(base, public, path).await, expected, "{base} {public} {path}");
        }
    }
}

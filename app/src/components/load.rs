//! How every page reads: the port is asked once, on the server, and one place renders what came or what failed.

use leptos::prelude::*;
use leptos_axum::ResponseOptions;

use super::Problem;
use crate::{
    backend::{RequestScope, request_scope},
    error::WireError,
};

/// Renders what `fetch` brings, or the problem. Renders nothing while the route list is generated.
pub fn load<T, F>(
    fetch: impl FnOnce(RequestScope) -> F + Send + 'static,
    content: impl FnOnce(RequestScope, T) -> AnyView + Send + 'static,
) -> AnyView
where
    T: Send + 'static,
    F: Future<Output = Result<T, WireError>> + Send + 'static,
{
    let Some(scope) = request_scope() else { return ().into_any() };
    let response = use_context::<ResponseOptions>();
    Suspend::new(async move {
        match fetch(scope.clone()).await {
            Ok(loaded) => content(scope, loaded),
            Err(error) => {
                if let Some(response) = response {
                    response.set_status(status(&error));
                }
                view! { <Problem site=scope.site.clone() error=error.support_code(&scope.support_code)/> }
                    .into_any()
            }
        }
    })
    .into_any()
}

/// Sends the browser to another page. Works because every page waits for its data before the first byte.
pub fn go(path: &str) -> AnyView {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(http::StatusCode::SEE_OTHER);
        if let Ok(location) = http::HeaderValue::from_str(path) {
            response.insert_header(http::header::LOCATION, location);
        }
    }
    ().into_any()
}

fn status(error: &WireError) -> http::StatusCode {
    http::StatusCode::from_u16(error.0.code.http_status()).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR)
}

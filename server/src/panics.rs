//! A panic ends one request, and tells nobody what it was working on.

use std::any::Any;
use std::panic::AssertUnwindSafe;

use app::error::WireError;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use domain::user_error::ErrorCode;
use futures_util::FutureExt as _;

use crate::web;

/// Middleware: answers a request whose handler panicked. The hook has logged where.
pub(crate) async fn answered(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let kept = Request::from_parts(parts.clone(), axum::body::Body::empty());
    let run = AssertUnwindSafe(next.run(Request::from_parts(parts, body)));
    run.catch_unwind().await.unwrap_or_else(|_| {
        tracing::error!("a request ended in a panic");
        web::refuse(&kept, WireError::new(ErrorCode::Unavailable, app::copy::errors().trouble))
    })
}

/// Logs where a panic happened. What it says is logged only if it was written when the program was: a message that is
/// put together at run time can hold anything, also a secret.
pub fn log_panics() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, what = shown(info.payload()), "a panic");
    }));
}

fn shown(payload: &dyn Any) -> &'static str {
    payload.downcast_ref::<&'static str>().copied().unwrap_or("(not shown)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_program_says_by_itself_is_shown() {
        assert_eq!(shown(&"index out of bounds"), "index out of bounds");
        let token = "a token";
        assert_eq!(shown(&format!("cannot read {token}")), "(not shown)");
        assert_eq!(shown(&7), "(not shown)");
    }
}

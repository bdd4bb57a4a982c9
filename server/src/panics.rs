//! A panic ends one request, and tells nobody what it was working on.

use std::any::Any;
use std::panic::AssertUnwindSafe;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::FutureExt as _;

use crate::startup::AppState;
use crate::web;

/// Middleware: answers a request whose handler panicked, the one for a page with a page. The hook has logged where.
pub(crate) async fn answered(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let asked = parts.clone();
    let run = AssertUnwindSafe(next.run(Request::from_parts(parts, body)));
    match run.catch_unwind().await {
        Ok(response) => response,
        Err(_) => {
            tracing::error!("a request ended in a panic");
            web::broken(&state, asked).await
        }
    }
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

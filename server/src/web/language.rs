//! In which language a request is answered: as the host's token says, else as the browser wishes.

use app::backend::Caller;
use app::copy::locale::{Locale, speaking};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::header;

/// Answers as the browser wishes, until it is known who asks.
pub async fn of_browser(request: Request, next: Next) -> Response {
    let wishes = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let wishes = accept_language::parse(wishes.unwrap_or_default());
    speaking(Locale::choose(wishes.iter().map(String::as_str)), next.run(request)).await
}

/// Answers as the host says of its user. A language that has no catalogue is no wish.
pub(super) async fn of_caller<T>(caller: &Caller, answer: impl Future<Output = T>) -> T {
    match caller.locale.as_deref().and_then(Locale::read) {
        Some(locale) => speaking(locale, answer).await,
        None => answer.await,
    }
}

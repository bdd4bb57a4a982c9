//! In which language a request is answered: as the host's token says, else as the browser wishes.

use std::cmp::Reverse;

use app::backend::Caller;
use app::copy::locale::{Locale, speaking};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::header;

use crate::headers::{elements, parameter};

/// More than any person reads.
const MOST_WISHES: usize = 32;

/// Answers as the browser wishes, until it is known who asks.
pub async fn of_browser(request: Request, next: Next) -> Response {
    let locale = Locale::choose(in_order(elements(request.headers(), header::ACCEPT_LANGUAGE, b',')));
    speaking(locale, next.run(request)).await
}

/// The languages of `Accept-Language`, the preferred first. An element that cannot be read is left out.
fn in_order<'a>(elements: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut wishes: Vec<_> = elements.take(MOST_WISHES).filter_map(wish).collect();
    wishes.retain(|(quality, _)| *quality > 0);
    wishes.sort_by_key(|(quality, _)| Reverse(*quality));
    wishes.into_iter().map(|(_, tag)| tag).collect()
}

/// How dear a language is, in thousandths, and its tag.
fn wish(part: &str) -> Option<(u16, &str)> {
    let (tag, quality) = part.split_once(';').unwrap_or((part, "q=1"));
    let quality: f32 = parameter(quality, "q")?.parse().ok()?;
    // The cast saturates, and takes what is no number for none.
    Some(((quality * 1_000.0) as u16, tag.trim()))
}

/// Answers as the host says of its user. A language that has no catalogue is no wish.
pub(super) async fn of_caller<T>(caller: &Caller, answer: impl Future<Output = T>) -> T {
    match caller.locale.as_deref().and_then(Locale::read) {
        Some(locale) => speaking(locale, answer).await,
        None => answer.await,
    }
}

#[cfg(test)]
mod tests {
    use super::in_order;

    #[test]
    fn the_dearest_language_comes_first() {
        for (header, expected) in [
            ("", &[][..]),
            ("es", &["es"]),
            ("en-GB, es;q=0.8, fr; q=0.9", &["en-GB", "fr", "es"]),
            ("en;q=0, es;q=0.1", &["es"]),
            ("en;Q=0.7, es; Q=0.9", &["es", "en"]),
            ("en;q=nan, es;q=x, fr;q=-1, de;q=9, it;;q=1", &["de"]),
        ] {
            let found: Vec<_> =
                in_order(header.split(',')).into_iter().filter(|tag| !tag.is_empty()).collect();
            assert_eq!(found, expected, "{header}");
        }
        assert!(in_order("en;q=nan,es,".repeat(10_000).split(',')).len() <= 32);
    }
}

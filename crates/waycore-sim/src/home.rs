//! `/`: what this is, for a person who opens it in a browser.

use axum::{Router, response::Html, routing::get};

pub(crate) fn router() -> Router {
    Router::new().route("/", get(async || Html(include_str!("home.html"))))
}

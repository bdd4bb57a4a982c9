//! The browser's files, under a path that changes whenever one of them does.

mod encoding;
mod site;

use std::borrow::Cow;
use std::sync::LazyLock;

use aws_lc_rs::digest;
use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use self::encoding::Encoding;
use self::site::Files;

/// The files of this process: read once, so that a page and its files always belong together.
static FILES: LazyLock<Files> = LazyLock::new(site::files);

/// The files that pages refer to.
pub struct Assets;

impl Assets {
    /// The path of the files, relative to the mount: `pkg/{version}`. The version names this build's files, so that browsers
    /// may keep them for ever and never mix the files of two builds.
    ///
    /// Under `cargo leptos watch` it is `pkg`, where cargo-leptos expects the style sheet that it reloads.
    pub fn path() -> &'static str {
        static PATH: LazyLock<String> = LazyLock::new(|| match is_watched() {
            true => "pkg".to_owned(),
            false => format!("pkg/{}", current_version()),
        });
        &PATH
    }

    /// `/pkg/{version}/{file}`; under `cargo leptos watch` also `/pkg/{file}`.
    pub fn router() -> Router {
        let router = Router::new().route("/pkg/{version}/{*file}", get(serve));
        if is_watched() { router.route("/pkg/{file}", get(serve_newest)) } else { router }
    }
}

/// Returns whether `cargo leptos watch` started this development build.
fn is_watched() -> bool {
    cfg!(debug_assertions) && std::env::var_os("LEPTOS_WATCH").is_some()
}

fn current_version() -> &'static str {
    static VERSION: LazyLock<String> = LazyLock::new(|| version(FILES.iter()));
    &VERSION
}

/// The first 12 hex digits of a SHA-256 over names and contents, in the order of names.
fn version<N: AsRef<str>, C: AsRef<[u8]>>(files: impl Iterator<Item = (N, C)>) -> String {
    let mut files: Vec<_> = files.collect();
    files.sort_by(|a, b| a.0.as_ref().cmp(b.0.as_ref()));
    let mut all = digest::Context::new(&digest::SHA256);
    for (name, content) in &files {
        // Each length goes before what it measures, so that no byte can move from one file to the next.
        for part in [name.as_ref().as_bytes(), content.as_ref()] {
            all.update(&(part.len() as u64).to_be_bytes());
            all.update(part);
        }
    }
    all.finish().as_ref().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

async fn serve(Path((version, file)): Path<(String, String)>, headers: HeaderMap) -> Response {
    // A page of another build asks for files that this one does not have; a wrong file would break it.
    if version != current_version() {
        return StatusCode::NOT_FOUND.into_response();
    }
    const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
    match find(|name| FILES.get(name).cloned(), &file, &headers) {
        Some((content, encoding)) => answer(&file, content, encoding, FOR_EVER),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Serves the file as it is on the disk by now: `cargo leptos watch` replaces files while the program runs.
async fn serve_newest(Path(file): Path<String>) -> Response {
    const NEVER: HeaderValue = HeaderValue::from_static("no-store");
    match find(|name| site::files().remove(name), &file, &HeaderMap::new()) {
        Some((content, encoding)) => answer(&file, content, encoding, NEVER),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The file in the smallest form that the browser takes and the site has.
fn find<T>(site: impl Fn(&str) -> Option<T>, file: &str, headers: &HeaderMap) -> Option<(T, Encoding)> {
    // What is built lies in `pkg`, what is only copied beside it.
    [format!("pkg/{file}"), file.to_owned()].into_iter().find_map(|name| {
        let plain = site(&name)?;
        let smaller = encoding::accepted(headers)
            .find_map(|encoding| Some((site(&format!("{name}{}", encoding.suffix()))?, encoding)));
        Some(smaller.unwrap_or((plain, Encoding::Identity)))
    })
}

fn answer(name: &str, content: Cow<'static, [u8]>, encoding: Encoding, caching: HeaderValue) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(name)));
    headers.insert(header::CACHE_CONTROL, caching);
    headers.insert(header::VARY, HeaderValue::from_name(header::ACCEPT_ENCODING));
    headers.insert(HeaderName::from_static("x-content-type-options"), HeaderValue::from_static("nosniff"));
    if let Some(encoding) = encoding.name() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    (headers, content).into_response()
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("wasm") => "application/wasm",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("json" | "webmanifest") => "application/json",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests;

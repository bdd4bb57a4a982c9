//! Files as a browser gets them. What the site holds depends on the build, so a test that needs files brings its own.

use axum::body::Body;
use http::Request;
use tower::ServiceExt as _;

use super::*;

async fn get_status(path: &str) -> StatusCode {
    let request = Request::builder().uri(path).body(Body::empty()).unwrap();
    Assets::router().oneshot(request).await.unwrap().status()
}

#[test]
fn the_version_names_exactly_these_files() {
    let of = |files: &[(&'static str, &'static str)]| version(files.iter().copied());
    let one = of(&[("a", "1"), ("b", "2")]);
    assert_eq!(one.len(), 12);
    assert!(one.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert_eq!(of(&[("b", "2"), ("a", "1")]), one, "the order of files is no difference");
    for other in
        [&[("a", "1"), ("b", "3")][..], &[("a", "1"), ("c", "2")], &[("a", "1b2")], &[("a", "1")], &[]]
    {
        assert_ne!(of(other), one, "{other:?}");
    }
    assert_eq!(current_version().len(), 12);
}

#[tokio::test]
async fn an_unknown_version_or_file_is_not_found() {
    let version = current_version();
    for path in ["/pkg/000000000000/connect.js", "/pkg/connect.js"] {
        assert_eq!(get_status(path).await, StatusCode::NOT_FOUND, "{path}");
    }
    for file in ["missing.js", "../Cargo.toml", "%2e%2e/Cargo.toml", "pkg/pkg/connect.js"] {
        assert_eq!(get_status(&format!("/pkg/{version}/{file}")).await, StatusCode::NOT_FOUND, "{file}");
    }
}

/// Tells the test below that it runs in a process of its own, whose site is `OWN_SITE`.
const HAS_OWN_SITE: &str = "TEST_HAS_OWN_SITE";

const OWN_SITE: [&str; 5] =
    ["favicon.svg", "pkg/connect.css", "pkg/connect.css.br", "pkg/connect.js", "pkg/connect.wasm"];

/// Runs a test of this module again, in a process whose site is `OWN_SITE`: files are read once in a process.
fn run_with_own_site(test: &str) {
    let site = tempfile::tempdir().unwrap();
    std::fs::create_dir(site.path().join("pkg")).unwrap();
    for file in OWN_SITE {
        std::fs::write(site.path().join(file), file).unwrap();
    }
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("assets::tests::{test}")])
        .env("LEPTOS_SITE_ROOT", site.path())
        .env_remove("LEPTOS_WATCH")
        .env(HAS_OWN_SITE, "true")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[tokio::test]
async fn every_file_of_the_site_is_served_for_ever() {
    // A release has its files inside, if there were any when it was built.
    if cfg!(not(embedded_site)) {
        if std::env::var_os(HAS_OWN_SITE).is_none() {
            return run_with_own_site("every_file_of_the_site_is_served_for_ever");
        }
        assert_eq!(FILES.keys().collect::<Vec<_>>(), OWN_SITE);
    }
    for name in FILES.keys() {
        let file = name.strip_prefix("pkg/").unwrap_or(name);
        let request = Request::builder()
            .uri(format!("/pkg/{}/{file}", current_version()))
            .header("accept-encoding", "br")
            .body(Body::empty())
            .unwrap();
        let response = Assets::router().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{name}");
        let headers = response.headers();
        assert_eq!(headers["cache-control"], "public, max-age=31536000, immutable");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["vary"], "accept-encoding");
        assert_eq!(headers["content-type"], content_type(file));
        let compressed = FILES.contains_key(&format!("{name}.br"));
        assert_eq!(headers.get("content-encoding").is_some(), compressed, "{name}");
    }
}

#[track_caller]
fn check_form(file: &str, accept: &str, expected: Option<(&str, Encoding)>) {
    let site = |name: &str| {
        [
            "pkg/connect.js",
            "pkg/connect.js.br",
            "pkg/connect.js.gz",
            "pkg/old.js",
            "pkg/old.js.gz",
            "icon.svg",
        ]
        .into_iter()
        .find(|known| *known == name)
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT_ENCODING, accept.parse().unwrap());
    assert_eq!(find(site, file, &headers), expected, "{file} {accept}");
}

#[test]
fn a_browser_gets_the_smallest_form_that_it_takes() {
    check_form("connect.js", "gzip, br", Some(("pkg/connect.js.br", Encoding::Brotli)));
    check_form("connect.js", "gzip", Some(("pkg/connect.js.gz", Encoding::Gzip)));
    check_form("connect.js", "", Some(("pkg/connect.js", Encoding::Identity)));
    check_form("old.js", "br, gzip", Some(("pkg/old.js.gz", Encoding::Gzip)));
    check_form("icon.svg", "br, gzip", Some(("icon.svg", Encoding::Identity)));
    check_form("missing.js", "br, gzip", None);
}

#[track_caller]
fn check_type(name: &str, expected: &str) {
    assert_eq!(content_type(name), expected, "{name}");
}

#[test]
fn browsers_need_the_right_type() {
    check_type("connect.wasm", "application/wasm");
    check_type("connect.js", "text/javascript; charset=utf-8");
    check_type("connect.css", "text/css; charset=utf-8");
    check_type("favicon.svg", "image/svg+xml");
    check_type("connect", "application/octet-stream");
}

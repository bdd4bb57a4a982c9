//! The HTML document around every page, and the routes.

use leptos::{
    config::{LeptosOptions, get_configuration},
    hydration::AutoReload,
    nonce::use_nonce,
    prelude::*,
};
use leptos_axum::ResponseOptions;
use leptos_meta::{MetaTags, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{Route, Router, Routes},
    path,
};

use crate::{
    backend::{Chrome, Site, request_scope},
    components::PageTitle,
    copy::{locale, pages::words},
    pages::{DetailPage, ListPage, NewPage, NotFoundPage, RemovePage, SetupPage, SheetPage},
    paths::BUILD,
};

/// The document of a page of the product.
pub fn shell() -> impl IntoView {
    provide_meta_context();
    let scope = request_scope();
    let site = scope.as_ref().map(|scope| scope.site.clone());
    let person = scope.and_then(|scope| scope.caller.name.clone().or(Some(scope.caller.user.to_string())));
    document(site, person, || view! { <App/> }.into_any())
}

/// The document of a page that stands alone: a problem, the demo's sign-in.
pub fn standalone(site: Site, content: impl FnOnce() -> AnyView + Send + 'static) -> impl IntoView {
    provide_meta_context();
    document(Some(site), None, || view! { <main id="main">{content()}</main> }.into_any())
}

/// Every page of the product. All wait for their data, so that a redirect and a status can still be sent.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let base = request_scope().map(|scope| scope.site.paths.base().to_owned()).unwrap_or_default();
    view! {
        <Router base=base>
            <main id="main">
                <Routes fallback=|| view! { <NotFoundPage/> }>
                    <Route path=path!("") view=ListPage ssr=SsrMode::Async/>
                    <Route path=path!("new") view=NewPage ssr=SsrMode::Async/>
                    <Route path=path!("connections/:id/setup") view=SetupPage ssr=SsrMode::Async/>
                    <Route path=path!("connections/:id/sheet") view=SheetPage ssr=SsrMode::Async/>
                    <Route path=path!("connections/:id/remove") view=RemovePage ssr=SsrMode::Async/>
                    <Route path=path!("connections/:id") view=DetailPage ssr=SsrMode::Async/>
                </Routes>
            </main>
        </Router>
    }
}

fn document(
    site: Option<Site>,
    person: Option<String>,
    body: impl FnOnce() -> AnyView + Send + 'static,
) -> AnyView {
    let Some(site) = site else {
        // Only the route list is being generated.
        return body();
    };
    let paths = site.paths.clone();
    let chrome = site.chrome.clone();
    protect(&chrome);
    let style_sheets = chrome.style_sheets.clone();
    view! {
        <!DOCTYPE html>
        <html lang=locale::current().tag() dir=locale::language().direction()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="connect-base" content=paths.base().to_owned()/>
                <meta name=BUILD content=paths.build().to_owned()/>
                <meta name="connect-words" content=crate::copy::carried()/>
                <link rel="icon" type="image/svg+xml" href=paths.asset("favicon.svg")/>
                <link rel="stylesheet" href=paths.asset("connect.css")/>
                <noscript>
                    <link rel="stylesheet" href=paths.asset("noscript.css")/>
                </noscript>
                {style_sheets
                    .into_iter()
                    .map(|href| view! { <link rel="stylesheet" href=href/> })
                    .collect_view()}
                <HydrationScript site=site.clone()/>
                {watch_options().map(|options| view! { <AutoReload options/> })}
                <PageTitle text=words().shell.brand/>
                <MetaTags/>
            </head>
            <body>
                <a class="skip-link" href="#main">{words().shell.skip}</a>
                {host_html(&chrome.before)}
                <Header site=site.clone() person/>
                // Before the page, where what everybody is to see pushes it down and covers nothing.
                <div id="announcer" class="visually-hidden" role="status"></div>
                {body()}
                <footer class="page-footer">
                    <p>{words().shell.reassurance}</p>
                </footer>
                {host_html(&chrome.after)}
            </body>
        </html>
    }
    .into_any()
}

/// A content security policy that allows this response's own script and nothing inline besides.
fn protect(chrome: &Chrome) {
    let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) else { return };
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'{}; \
         img-src 'self'{}; font-src 'self'{}; connect-src 'self'{}; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'",
        chrome.style_sources,
        chrome.asset_sources,
        chrome.asset_sources,
        watch_options().map(|options| reload_sources(options.reload_port)).unwrap_or_default(),
    );
    if let Ok(policy) = http::HeaderValue::from_str(&policy) {
        response.insert_header(http::header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// Returns what cargo-leptos sets for a development build that `cargo leptos watch` started, and nothing for any other.
fn watch_options() -> Option<LeptosOptions> {
    if !cfg!(debug_assertions) || std::env::var_os("LEPTOS_WATCH").is_none() {
        return None;
    }
    get_configuration(None).ok().map(|file| file.leptos_options)
}

/// The addresses at which cargo-leptos announces changes, as a part of a content security policy.
fn reload_sources(port: u32) -> String {
    format!(" ws://127.0.0.1:{port} ws://localhost:{port}")
}

/// The host's own HTML. It is the host's to vouch for; see `Layout` on the server.
fn host_html(html: &str) -> Option<AnyView> {
    (!html.is_empty())
        .then(|| view! { <div class="host-chrome" inner_html=html.to_owned()></div> }.into_any())
}

#[component]
fn Header(site: Site, person: Option<String>) -> impl IntoView {
    let paths = site.paths;
    view! {
        <header>
        {site.demo.then(|| view! { <p class="demo-banner">{words().shell.demo_banner}</p> })}
        <div class="page-header">
            <a class="brand" href=paths.list()>
                {match site.chrome.logo_url.clone() {
                    Some(logo) => view! { <img class="brand-logo" src=logo alt=words().shell.brand/> }.into_any(),
                    None => {
                        view! { <span class="brand-mark" aria-hidden="true"></span> {words().shell.brand} }.into_any()
                    }
                }}
            </a>
            <div class="page-header-end">
                {site.chrome.home_url.clone().map(|home| view! { <a href=home rel="external">{words().shell.back_home}</a> })}
                {person.clone().map(|name| view! { <span class="person" translate="no">{name}</span> })}
                {(site.demo && person.is_some())
                    .then(|| view! {
                        <a href=paths.sign_out() rel="external">{words().shell.sign_out}</a>
                    })}
            </div>
        </div>
        </header>
    }
}

/// Loads the wasm and hands each island to it: `public/loader.js`. Our own, because the files are below a path that is
/// known at run time and carries the build's version.
#[component]
fn HydrationScript(site: Site) -> impl IntoView {
    let paths = site.paths;
    view! {
        <link rel="modulepreload" href=paths.asset("connect.js") nonce=use_nonce()/>
        <script type="module" nonce=use_nonce() src=paths.asset("loader.js")></script>
    }
}

//! A small product that mounts the flow: its own sign-in, its own navigation, and a page that leads to
//! `/banking/connections`.
//!
//! It reads the same settings as `waycore-connect serve`, without those of tokens: its own session says who is asking.
//! `CONNECT_PUBLIC_URL` has to end in `/banking/connections`. See docs/mounting.md.

use std::net::SocketAddr;
use std::sync::Arc;

use app::backend::{Caller, Customer, Role};
use async_trait::async_trait;
use axum::extract::Query;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::{Form, Router, routing::get};
use domain::ids::UserId;
use http::header::SET_COOKIE;
use http::request::Parts;
use server::config::{Link, Theme};
use server::cookie;
use server::identity::{HostIdentity, SignedOut};
use server::{Layout, Settings};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Where the flow stands in this product.
const CONNECTIONS: &str = "/banking/connections";

/// This product's own session. A real one would be signed; this one only shows the seam.
struct Session;

#[async_trait]
impl HostIdentity for Session {
    async fn identify(&self, request: &Parts) -> Result<Caller, SignedOut> {
        let user = session(request).ok_or(SignedOut::Absent)?;
        Ok(Caller {
            customer: Customer { issuer: "ledgerly".to_owned(), org: format!("{user}-company") },
            user: UserId::parse(&user).map_err(|_| SignedOut::BadClaim("user"))?,
            role: Role::Manager,
            org_name: Some("The company".to_owned()),
            name: Some(user),
            locale: None,
        })
    }
}

fn session(request: &Parts) -> Option<String> {
    // A real one takes the first that it signed: a browser may send several of one name.
    let mut mine = cookie::all(&request.headers, "ledgerly_session");
    mine.find(|value| !value.is_empty()).map(str::to_owned)
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let shutdown = CancellationToken::new();
    let layout = Layout {
        before: r#"<nav aria-label="Ledgerly"><a href="/" rel="external">Ledgerly</a></nav>"#.to_owned(),
        after: r#"<p class="ledgerly">Ledgerly keeps your books.</p>"#.to_owned(),
        style_sheets: vec![link("/ledgerly.css")?],
        theme: Theme::parse("--connect-accent: light-dark(#7a2e8e, #e0a8ee);").map_err(anyhow::Error::msg)?,
        home: Some(link("/")?),
        ..Layout::default()
    };
    let settings = Settings::from_process()?;
    let mounted = server::mount(settings, Arc::new(Session), layout, shutdown.clone()).await?;
    let product = Router::new()
        .route("/", get(home))
        .route("/sign-in", get(sign_in_form).post(sign_in))
        .route("/ledgerly.css", get(style))
        .nest_service(CONNECTIONS, mounted.router);
    let addr = std::env::var("CONNECT_ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(addr).await?;
    let stop = shutdown.clone();
    let served = axum::serve(listener, product.into_make_service_with_connect_info::<SocketAddr>());
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            stop.cancel();
        }
    });
    served.with_graceful_shutdown(shutdown.clone().cancelled_owned()).await?;
    mounted.tasks.ended().await;
    Ok(())
}

fn link(text: &str) -> anyhow::Result<Link> {
    Link::parse(text).map_err(anyhow::Error::msg)
}

async fn home(request: axum::extract::Request) -> Html<String> {
    let (parts, _) = request.into_parts();
    let body = match session(&parts) {
        Some(user) => format!(
            "<h1>Ledgerly</h1><p>Hello, {user}.</p><p><a href=\"{CONNECTIONS}/\">Bank connections</a></p>"
        ),
        None => "<h1>Ledgerly</h1><p><a href=\"/sign-in\">Sign in</a></p>".to_owned(),
    };
    Html(format!(
        "<!DOCTYPE html><html lang=\"en\"><link rel=\"icon\" href=\"data:,\"><title>Ledgerly</title>{body}"
    ))
}

#[derive(serde::Deserialize)]
struct SignIn {
    user: String,
    #[serde(default)]
    return_to: String,
}

#[derive(serde::Deserialize)]
struct Wanted {
    #[serde(default)]
    return_to: String,
}

async fn sign_in_form(Query(wanted): Query<Wanted>) -> Html<String> {
    // Only the path is kept: nobody is sent to another site from here.
    let path = wanted.return_to.find(CONNECTIONS).map_or("/", |at| &wanted.return_to[at..]);
    let path: String = path.chars().filter(|c| c.is_ascii_alphanumeric() || "/-_?=&".contains(*c)).collect();
    Html(format!(
        "<!DOCTYPE html><html lang=\"en\"><link rel=\"icon\" href=\"data:,\"><title>Sign in</title><h1>Sign in to Ledgerly</h1>\
         <form method=\"post\"><label>User <input name=\"user\"></label>\
         <input type=\"hidden\" name=\"return_to\" value=\"{path}\"><button>Sign in</button></form>"
    ))
}

async fn sign_in(Form(form): Form<SignIn>) -> Response {
    let user: String = form.user.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
    let to = if form.return_to.starts_with('/') && !form.return_to.starts_with("//") {
        &form.return_to
    } else {
        "/"
    };
    let cookie = format!("ledgerly_session={user}; Path=/; HttpOnly; SameSite=Lax");
    ([(SET_COOKIE, cookie)], Redirect::to(to)).into_response()
}

async fn style() -> impl IntoResponse {
    let css = ".host-chrome nav { padding: 12px 20px; background: #2b1133; }\n.host-chrome nav a { color: #fff; }\n\
               .ledgerly { padding: 0 20px; }\n";
    ([(http::header::CONTENT_TYPE, "text/css")], css)
}

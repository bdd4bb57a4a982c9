//! A person at a browser, or a program in their place.

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::answer::Answer;
use crate::host::TestHost;
use crate::listener::Listener;

/// Sends what a signed-in person's browser sends. Paths are those of docs/reference.md, without a base.
pub(crate) struct Browser<'a> {
    host: &'a TestHost,
    headers: Vec<(&'static str, String)>,
    /// What the browser says of the page that sends, in `Sec-Fetch-Site`; an old browser says nothing.
    site: Option<&'static str>,
}

impl<'a> Browser<'a> {
    pub(crate) fn new(host: &'a TestHost, headers: Vec<(&'static str, String)>) -> Self {
        Self { host, headers, site: Some("same-origin") }
    }

    /// The same person, on a page of another site.
    pub(crate) fn lured_elsewhere(self) -> Self {
        Self { site: Some("cross-site"), ..self }
    }

    /// The same person on a page of this origin, in a browser that sends `Origin` and no `Sec-Fetch-Site`.
    pub(crate) fn in_an_old_browser_on(mut self, origin: &str) -> Self {
        self.headers.push(("origin", origin.to_owned()));
        Self { site: None, ..self }
    }

    /// The same person on a page, in a browser that sends `Referer` and neither `Origin` nor `Sec-Fetch-Site`.
    pub(crate) fn in_an_old_browser_that_came_from(mut self, page: &str) -> Self {
        self.headers.push(("referer", page.to_owned()));
        Self { site: None, ..self }
    }

    /// The same person, whose browser holds another cookie besides.
    pub(crate) fn with_cookie(mut self, cookie: &str) -> Self {
        if let Some((_, held)) = self.headers.iter_mut().find(|(name, _)| *name == "cookie") {
            held.push_str("; ");
            held.push_str(cookie);
        }
        self
    }

    /// The same person, whose page fetches itself again because it heard of something.
    pub(crate) fn after_news(mut self) -> Self {
        self.headers.push((app::paths::AFTER_NEWS, "true".to_owned()));
        self
    }

    /// The same person, on a page of some build, whose script asks.
    pub(crate) fn on_a_page_of(mut self, build: &str) -> Self {
        self.headers.push((app::paths::BUILD, build.to_owned()));
        self
    }

    /// Opens a page.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "text/html", &[]).await
    }

    /// Asks for a page with any method.
    pub(crate) async fn send_as(&self, method: &str, path: &str) -> Answer {
        self.send(method, path, "text/html", &[]).await
    }

    /// Opens a stream of events, as a page does; `last` is the last event that it heard.
    pub(crate) async fn listen(&self, path: &str, last: Option<&str>) -> Listener {
        let mut request = Request::builder().uri(self.host.path(path)).header("accept", "text/event-stream");
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        Listener::of(self.host.router(), request.body(Body::empty()).expect("a request")).await
    }

    /// Begins a download and reads no more than its head.
    pub(crate) async fn begin(&self, path: &str) -> Response {
        let request = self.request("GET", path, "text/html", Body::empty());
        self.host.router().oneshot(request).await.expect("a router always answers")
    }

    /// Calls a server function as an island does; the answer is JSON.
    pub(crate) async fn post_api(&self, name: &str, fields: &[(&str, &str)]) -> Answer {
        self.send("POST", &format!("/api/{name}"), "application/json", fields).await
    }

    /// Sends a form as a browser without JavaScript does.
    pub(crate) async fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send("POST", path, "text/html", fields).await
    }

    /// Sends JSON, as a host's backend does.
    pub(crate) async fn post_json(&self, path: &str, body: &Value) -> Answer {
        self.send_json("POST", path, body).await
    }

    /// Deletes, with a JSON body.
    pub(crate) async fn delete_json(&self, path: &str, body: &Value) -> Answer {
        self.send_json("DELETE", path, body).await
    }

    /// Posts a body as it is, form-encoded or not.
    pub(crate) async fn post_body(&self, path: &str, accept: &str, body: String) -> Answer {
        self.send_body("POST", path, accept, Body::from(body)).await
    }

    async fn send_json(&self, method: &str, path: &str, body: &Value) -> Answer {
        let mut request = Request::builder().method(method).uri(self.host.path(path));
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let request = request.header("content-type", "application/json");
        self.host.send(request.body(Body::from(body.to_string())).expect("a request")).await
    }

    /// Begins with a bank of the catalog, and gives the connection.
    pub(crate) async fn start(&self, institution: &str) -> Value {
        let answer = self.post_api("start_connection", &[("institution_id", institution)]).await;
        answer.ok()["connection"].clone()
    }

    /// Reads one connection.
    pub(crate) async fn connection(&self, id: &str) -> Answer {
        self.post_api("get_connection", &[("connection_id", id)]).await
    }

    /// The ids of the list, as it is ordered.
    pub(crate) async fn list(&self) -> Vec<String> {
        let page = self.post_api("list_connections", &[]).await.ok();
        let rows = page["connections"].as_array().expect("a list").iter();
        rows.map(|row| row["id"].as_str().expect("an id").to_owned()).collect()
    }

    async fn send(&self, method: &str, path: &str, accept: &str, fields: &[(&str, &str)]) -> Answer {
        let body = match method {
            "GET" => Body::empty(),
            _ => Body::from(serde_urlencoded::to_string(fields).expect("a form")),
        };
        self.send_body(method, path, accept, body).await
    }

    async fn send_body(&self, method: &str, path: &str, accept: &str, body: Body) -> Answer {
        self.host.send(self.request(method, path, accept, body)).await
    }

    fn request(&self, method: &str, path: &str, accept: &str, body: Body) -> Request {
        let mut request = Request::builder()
            .method(method)
            .uri(self.host.path(path))
            .header("host", "127.0.0.1:3000")
            .header("accept", accept);
        if let Some(site) = self.site {
            request = request.header("sec-fetch-site", site);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if method != "GET" {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        request.body(body).expect("a request")
    }
}

//! Leads from the demo's pages to the banks that its simulator simulates. The portals in the catalog are `.example`
//! addresses, which lead nowhere.

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use http::uri::Authority;
use http::{HeaderMap, StatusCode, header};
use server::config::BasePath;
use waycore_sim::Simulator;

use crate::cli::listen::trial;

/// The path of the product; a connection's id follows.
const PATH: &str = "/demo/bank-portal/";

/// The path that browsers see; a connection's id follows.
pub(super) fn address(base: &BasePath) -> String {
    format!("{}{PATH}", base.as_str())
}

/// Redirects to the simulated bank of a connection.
pub(super) fn router(simulator: Simulator, simulator_port: u16) -> Router {
    let redirect = async move |Path(connection): Path<String>, headers: HeaderMap| -> Response {
        match simulator.bank_portal(&connection) {
            Some(path) => {
                Redirect::to(&format!("http://{}{path}", beside(&headers, simulator_port))).into_response()
            }
            None => (StatusCode::NOT_FOUND, "The simulator does not know this connection.\n").into_response(),
        }
    };
    Router::new().route(&format!("{PATH}{{connection}}"), get(redirect))
}

/// The host by which the browser reached the demo, with another port: it may be on another machine.
fn beside(headers: &HeaderMap, port: u16) -> String {
    let host = headers.get(header::HOST).and_then(|host| Authority::try_from(host.as_bytes()).ok());
    match host {
        Some(host) => format!("{}:{port}", host.host()),
        None => trial::loopback(port).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn the_simulator_is_reached_by_the_host_of_the_demo() {
        for (host, expected) in [
            (Some("127.0.0.1:3000"), "127.0.0.1:3100"),
            (Some("localhost"), "localhost:3100"),
            (Some("[::1]:3000"), "[::1]:3100"),
            (Some("laptop.lan:3000"), "laptop.lan:3100"),
            (Some("two words"), "127.0.0.1:3100"),
            (None, "127.0.0.1:3100"),
        ] {
            let named = host.map(|host| (header::HOST, HeaderValue::from_static(host)));
            assert_eq!(beside(&named.into_iter().collect(), 3100), expected, "{host:?}");
        }
    }
}

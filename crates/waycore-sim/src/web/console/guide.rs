//! How to use the simulator, for a person who opened it in a browser.

use maud::{Markup, html};

const API: [&str; 11] = [
    "GET POST /v1/entities, GET PATCH DELETE /v1/entities/{id}",
    "GET /v1/institutions, /v1/institutions/{id}",
    "GET POST /v1/connections, GET DELETE /v1/connections/{id}",
    "PUT /v1/connections/{id}/credentials, /setupCompletion, /sync",
    "GET /v1/accounts, /v1/accounts/{id}",
    "GET /v1/balances",
    "GET /v1/transactions, /v1/transactions/{id}",
    "GET /v1/transactions/sync",
    "GET POST /v1/transfers, GET /v1/transfers/{id}, POST /v1/transfers/{id}/retry",
    "GET POST /v1/webhooks, GET PATCH DELETE /v1/webhooks/{id}",
    "POST /v1/webhooks/{id}/test",
];

const CONTROL: [&str; 7] = [
    "GET POST /_sim/organizations",
    "GET POST /_sim/clock",
    "POST /_sim/connections/{id}",
    "POST DELETE /_sim/faults",
    "GET POST /_sim/webhooks",
    "GET /_sim/requests",
    "POST /_sim/reset",
];

const BANKS: [(&str, &str); 16] = [
    ("sim-instant", "active after 3 seconds"),
    ("sim-standard", "active after 20 seconds, like every bank that is not named here"),
    ("sim-slow", "active after six hours"),
    ("sim-provisioning", "e-mail address and telephone number arrive after two minutes"),
    ("sim-portals", "three portals"),
    ("sim-existing", "a create returns a setup of yesterday"),
    ("sim-ready", "a create returns a connection that is ready"),
    ("sim-reauth", "needs to sign in again soon after its first sync"),
    ("sim-errored", "fails soon after its first sync"),
    ("sim-invalid-config", "turns out to have a wrong portal soon after its first sync"),
    ("sim-paused", "is paused soon after its first sync"),
    ("sim-revoked", "is revoked soon after its first sync"),
    ("sim-unknown-status", "gets a status that nobody knows"),
    ("sim-strict", "fails unless the delegated user was created at its portal"),
    ("sim-rate-limited", "refuses creates for 30 seconds"),
    ("sim-unavailable", "cannot be connected"),
];

pub(super) fn guide() -> Markup {
    html! {
        h2 { "API" }
        p { "With " code { "Authorization: Bearer KEY" } "; described at " a href="/openapi.json" { code { "/openapi.json" } } "." }
        ul { @for line in API { li { code { (line) } } } }
        h2 { "Control" }
        p { "JSON, without a key." }
        ul { @for line in CONTROL { li { code { (line) } } } }
        h2 { "Banks with a behaviour of their own" }
        p { "Times are virtual. Each links to its simulated portal." }
        ul { @for (id, what) in BANKS { li { a href={ "/bank/" (id) } { code { (id) } } ": " (what) } } }
    }
}

//! What is wrong with a deployment: one check a concern, each with a sentence that says what to do.
//!
//! It changes nothing, neither at Waycore nor in the database; unless it is asked to register the webhook.

mod database;
mod register;
mod tokens;

use std::path::Path;

use secrecy::ExposeSecret as _;
use serde::Serialize;
use waycore::client::{BaseUrl, Client, KEY_EXPIRY_WARNING, Nonsense, TimeLimits};
use waycore::{Error, ListAccounts, ListConnections, ListTransactions, Waycore as _};

use crate::clock::{Clock as _, SystemClock};
use crate::config::{self, Environment, ServeSettings, Settings};

/// What came of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// As it should be.
    Ok,
    /// It works, and something is worth knowing.
    Warning,
    /// It will not work.
    Failed,
    /// Could only be found out by changing something.
    NotChecked,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What.
    pub name: String,
    /// What came of it.
    pub outcome: Outcome,
    /// What it means, and what to do.
    pub message: String,
}

pub use register::register;

/// An external id that no entity has: this program's own have a colon.
const NOBODY: &str = "waycore-connect-doctor";

/// Signatures are judged with a tolerance of five minutes; half of it is a warning.
const SKEW_SECONDS: i64 = 150;

/// Looks at everything that the settings lead to, and at a token of the host's if there is a file with one.
pub async fn examine(lookup: &dyn Fn(&str) -> Option<String>, token_file: Option<&Path>) -> Vec<Check> {
    let settings = match ServeSettings::from_lookup(lookup) {
        Ok(settings) => settings,
        Err(problems) => {
            let failed = problems.0.iter().map(|problem| check("settings", Outcome::Failed, problem));
            return failed.collect();
        }
    };
    let mut checks = vec![check("settings", Outcome::Ok, "complete")];
    checks.push(key_prefix(&settings.mount));
    checks.push(tokens::key(&settings.token).await);
    if let Some(file) = token_file {
        checks.push(tokens::token(&settings.token, file).await);
    }
    checks.extend(waycore(&settings.mount).await);
    checks.extend(database::examine(&settings).await);
    checks.push(webhooks(&settings.mount));
    checks.push(addresses(&settings));
    checks.push(proxies(&settings.mount));
    checks.push(support(&settings.mount));
    checks
}

fn check(name: &str, outcome: Outcome, message: impl ToString) -> Check {
    Check { name: name.to_owned(), outcome, message: message.to_string() }
}

fn key_prefix(settings: &Settings) -> Check {
    let waycore = &settings.waycore;
    match Environment::of_key(waycore.api_key.expose_secret()) {
        Some(environment) if environment == waycore.environment => {
            check("key", Outcome::Ok, format!("of the {environment} environment"))
        }
        Some(environment) => {
            let wanted = waycore.environment;
            check(
                "key",
                Outcome::Failed,
                format!("is of the {environment} environment and WAYCORE_ENVIRONMENT is {wanted}"),
            )
        }
        None => {
            let message = format!("has no known prefix; taken as of the {} environment", waycore.environment);
            check("key", Outcome::Warning, message)
        }
    }
}

/// The key, its scopes for reading, and the clock.
async fn waycore(settings: &Settings) -> Vec<Check> {
    let waycore = &settings.waycore;
    let client = match Client::new(waycore.base_url.clone(), &waycore.api_key, TimeLimits::default()) {
        Ok(client) => client,
        Err(error) => return vec![check("Waycore", Outcome::Failed, error)],
    };
    // A list of it is empty, and shows that lists can be read.
    let first = client.list_entities(NOBODY).await.map(drop);
    let mut checks = vec![match &first {
        Ok(()) | Err(Error::Forbidden) => check("Waycore", Outcome::Ok, "answers, and accepts the key"),
        Err(Error::Unauthorized) => {
            let message =
                "does not accept the key: take another from the Waycore console for WAYCORE_API_KEY";
            return vec![check("Waycore", Outcome::Failed, message)];
        }
        Err(error) => {
            return vec![check("Waycore", Outcome::Failed, no_answer(client.base_url(), error))];
        }
    }];
    checks.push(scope("entities:read", first, Outcome::Failed));
    let banks = client.search_institutions("a", 1, None).await.map(drop);
    checks.push(scope("institutions", banks, Outcome::Failed));
    let one = ListConnections { limit: Some(1), ..ListConnections::default() };
    checks.push(scope("connections:read", client.list_connections(&one).await.map(drop), Outcome::Failed));
    let accounts = ListAccounts { limit: Some(1), ..ListAccounts::default() };
    checks.push(scope("accounts:read", client.list_accounts(&accounts).await.map(drop), Outcome::Warning));
    let transactions = ListTransactions { limit: Some(1), ..ListTransactions::default() };
    let transactions = client.list_transactions(&transactions).await.map(drop);
    checks.push(scope("transactions:read", transactions, Outcome::Warning));
    checks.push(write_scope("entities:write", client.may_write_entities().await));
    checks.push(write_scope("connections:write", client.may_write_connections().await));
    checks.push(key_expiry(client.key_expires_at()));
    checks.push(clock(&client));
    checks
}

/// Why the address of the settings does not answer as Waycore's API does, and what to try.
fn no_answer(base: &BaseUrl, error: &Error) -> String {
    let asked = format!("{base}/entities was asked");
    let is_elsewhere = match error {
        Error::NoSuchPath => true,
        Error::Nonsense(nonsense) => {
            matches!(nonsense, Nonsense::Body | Nonsense::Redirect | Nonsense::Status(_))
        }
        _ => false,
    };
    if !is_elsewhere {
        return format!("{asked}: {error}");
    }
    let ends_in_v1 = base.as_str().ends_with("/v1");
    let hint = if ends_in_v1 {
        "check WAYCORE_BASE_URL".to_owned()
    } else {
        format!("Waycore's API is below /v1: try {base}/v1 for WAYCORE_BASE_URL")
    };
    format!("{asked}: {error}; {hint}")
}

/// What a change tells that Waycore has to refuse whatever the key may do.
fn write_scope(name: &str, granted: Result<bool, Error>) -> Check {
    match granted {
        Ok(true) => check(name, Outcome::Ok, "granted"),
        Ok(false) => check(name, Outcome::Failed, "not granted: add it to the key in the Waycore console"),
        Err(error) => {
            let message = format!("only a change could tell ({error}); see the key in the Waycore console");
            check(name, Outcome::NotChecked, message)
        }
    }
}

/// Whether the key has to be replaced soon. `at` is in epoch seconds, if Waycore says it.
fn key_expiry(at: Option<i64>) -> Check {
    let name = "key expiry";
    let Some(at) = at else {
        let message = "Waycore does not say when the key expires; see the key in the Waycore console";
        return check(name, Outcome::NotChecked, message);
    };
    let left = at - SystemClock.now().as_millis() / 1_000;
    let hours = left.div_euclid(3_600);
    let (days, rest) = (hours.div_euclid(24), hours.rem_euclid(24));
    let renew =
        "make another in the Waycore console, put it in place of the old one and send the server SIGHUP";
    if left <= 0 {
        check(name, Outcome::Failed, format!("the key has expired: {renew}"))
    } else if left < i64::try_from(KEY_EXPIRY_WARNING.as_secs()).unwrap_or(i64::MAX) {
        check(name, Outcome::Warning, format!("the key expires in {days} days and {rest} hours: {renew}"))
    } else {
        check(name, Outcome::Ok, format!("in {days} days"))
    }
}

/// A scope that is missing is as bad as `without`.
fn scope(name: &str, read: Result<(), Error>, without: Outcome) -> Check {
    match read {
        Ok(()) => check(name, Outcome::Ok, "granted"),
        Err(Error::Forbidden) if without == Outcome::Warning => {
            check(name, without, "not granted: pages say that this is not available")
        }
        Err(Error::Forbidden) => {
            check(name, without, "not granted: add it to the key in the Waycore console")
        }
        Err(error) => check(name, Outcome::Failed, error),
    }
}

fn clock(client: &Client) -> Check {
    let now = SystemClock.now().as_millis() / 1_000;
    match client.last_date().map(|theirs| now - theirs) {
        None => check("clock", Outcome::Warning, "Waycore does not say what time it is"),
        Some(off) if off.abs() <= SKEW_SECONDS => {
            check("clock", Outcome::Ok, format!("{off} s from Waycore's"))
        }
        Some(off) => {
            let message = format!(
                "{off} s from Waycore's: set this machine's clock, or webhooks and sign-ins are refused"
            );
            check("clock", Outcome::Failed, message)
        }
    }
}

fn webhooks(settings: &Settings) -> Check {
    if let Some(warning) = config::Waycore::webhook_secrets_warning(&settings.webhook_secrets) {
        return check("webhooks", Outcome::Warning, warning);
    }
    match settings.webhook_secrets.len() {
        0 => check(
            "webhooks",
            Outcome::Warning,
            "WAYCORE_WEBHOOK_SECRET is not set: states are learned by asking alone",
        ),
        1 => check("webhooks", Outcome::Ok, "a secret is set"),
        several => check(
            "webhooks",
            Outcome::Ok,
            format!("{several} secrets are set; remove the older when it is replaced"),
        ),
    }
}

fn support(settings: &Settings) -> Check {
    match &settings.links.support {
        Some(_) => check("support", Outcome::Ok, "pages lead to it"),
        None => check(
            "support",
            Outcome::Warning,
            "CONNECT_SUPPORT_URL is not set: where pages send a person to support, they only name the host",
        ),
    }
}

fn addresses(settings: &ServeSettings) -> Check {
    let (public, base) = (&settings.mount.public_url, settings.http.base_path.as_str());
    let shown = format!("{}{}", public.origin(), public.base().as_str());
    let below = if base.is_empty() { "/" } else { base };
    let message =
        format!("browsers see {shown}; requests have to reach {} below {below}", settings.http.addr);
    if !base.is_empty() && base != public.base().as_str() {
        let message = format!("{message}: a proxy has to rewrite the path");
        return check("addresses", Outcome::Warning, message);
    }
    if !public.is_https() {
        return check("addresses", Outcome::Warning, format!("{message}; http is for trying out alone"));
    }
    check("addresses", Outcome::Ok, message)
}

/// Browsers come over https, and this server speaks http: there is a proxy in front of it.
fn proxies(settings: &Settings) -> Check {
    let proxies = &settings.trusted_proxies;
    if proxies.trusts_everybody() {
        let message = "CONNECT_TRUSTED_PROXIES names every address: each client can say that it is another. \
                       Name the addresses of your proxies alone";
        return check("proxies", Outcome::Failed, message);
    }
    if !proxies.is_empty() {
        return check(
            "proxies",
            Outcome::Ok,
            "clients are told apart behind the proxies that the settings name",
        );
    }
    if settings.public_url.is_https() {
        let message = "CONNECT_TRUSTED_PROXIES is not set: clients behind your proxy are not told apart, neither in \
                       the limits of signed-out requests nor in the log. Set it to the proxy's address or network, \
                       such as 127.0.0.1 or 10.0.0.0/8";
        return check("proxies", Outcome::Warning, message);
    }
    check("proxies", Outcome::Ok, "none in front")
}

#[cfg(test)]
mod tests;

//! What is wrong with a deployment: one check a concern, each with a sentence that says what to do.
//!
//! It reads and never writes, neither at Waycore nor in the database; unless it is asked to register the webhook.

mod register;

use secrecy::ExposeSecret as _;
use serde::Serialize;
use waycore::client::{Client, TimeLimits};
use waycore::{Error, ListAccounts, ListConnections, ListTransactions, Waycore as _};

use crate::clock::{Clock as _, SystemClock};
use crate::config::{self, Environment, ServeSettings, Settings};
use crate::store::{SqlStore, Store as _};

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

/// Signatures are judged with a tolerance of five minutes; half of it is a warning.
const SKEW_SECONDS: i64 = 150;

/// Looks at everything that the settings lead to.
pub async fn examine(lookup: &dyn Fn(&str) -> Option<String>) -> Vec<Check> {
    let settings = match ServeSettings::from_lookup(lookup) {
        Ok(settings) => settings,
        Err(problems) => {
            let failed = problems.0.iter().map(|problem| check("settings", Outcome::Failed, problem));
            return failed.collect();
        }
    };
    let mut checks = vec![check("settings", Outcome::Ok, "complete")];
    checks.push(key_prefix(&settings.mount));
    checks.extend(waycore(&settings.mount).await);
    checks.extend(database(&settings.mount).await);
    checks.push(webhooks(&settings.mount));
    checks.push(addresses(&settings));
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
    // Nobody has this one; a list of it is empty, and shows that lists can be read.
    let nobody = [&waycore.namespace, ":doctor"].concat();
    let first = client.list_entities(&nobody).await.map(drop);
    let mut checks = vec![match &first {
        Ok(()) | Err(Error::Forbidden) => check("Waycore", Outcome::Ok, "answers, and accepts the key"),
        Err(Error::Unauthorized) => {
            let message =
                "does not accept the key: take another from the Waycore console for WAYCORE_API_KEY";
            return vec![check("Waycore", Outcome::Failed, message)];
        }
        Err(error) => return vec![check("Waycore", Outcome::Failed, error)],
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
    for name in ["entities:write", "connections:write"] {
        checks.push(check(
            name,
            Outcome::NotChecked,
            "only a change could tell; see the key in the Waycore console",
        ));
    }
    checks.push(clock(&client));
    checks
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

async fn database(settings: &Settings) -> Vec<Check> {
    if let config::Database::Sqlite(path) = &settings.database
        && !path.exists()
    {
        let message = "is not there yet; `serve` makes it at its first start";
        return vec![check("database", Outcome::Warning, message)];
    }
    let store = match SqlStore::open_to_read(&settings.database, &settings.secret_keys).await {
        Ok(store) => store,
        Err(error) => return vec![check("database", Outcome::Failed, error)],
    };
    let mut checks = vec![match store.check().await {
        Ok(()) => check("database", Outcome::Ok, "answers, and its tables are those of this version"),
        Err(_) => {
            let message = "its tables are not those of this version; `serve` brings older ones up to date";
            check("database", Outcome::Failed, message)
        }
    }];
    if let config::Database::Postgres(_) = &settings.database {
        checks
            .push(database_clock((store.clock().now().as_millis() - SystemClock.now().as_millis()) / 1_000));
    }
    store.close().await;
    checks
}

/// Servers that share a database go by its clock; see [`DatabaseClock`](crate::clock::DatabaseClock).
fn database_clock(off: i64) -> Check {
    let name = "clock of the database";
    if off.abs() <= SKEW_SECONDS {
        return check(name, Outcome::Ok, format!("{off} s from this machine's"));
    }
    let message =
        format!("{off} s from this machine's: set the one that is wrong. Webhooks go by the database's");
    check(name, Outcome::Failed, message)
}

fn webhooks(settings: &Settings) -> Check {
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
            "CONNECT_SUPPORT_URL is not set: pages that send a person to support lead nowhere",
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

#[cfg(test)]
mod tests;

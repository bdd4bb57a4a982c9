//! Registers the webhook at Waycore, which gives its secret once and never again.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use domain::ids::WebhookId;
use secrecy::{ExposeSecret as _, SecretString};
use waycore::client::paging::{self, Listing};
use waycore::client::{Client, TimeLimits};
use waycore::wire::{EventType, Webhook, WebhookCreate, WebhookUpdate};
use waycore::{Error, Waycore};

use super::{Check, Outcome, check};
use crate::config::{self, Environment};

const NAME: &str = "webhook";

/// What the product listens to, and the event with which it is tried.
const EVENTS: [EventType; 3] =
    [EventType::ConnectionStatusChanged, EventType::TransactionsSyncAvailable, EventType::Test];

/// More registrations than anybody has.
const PAGES: usize = 20;

/// Registers `url`, keeps its secret in a new file that only its owner can read, and has a test event sent. Of an address
/// that is registered already the secret cannot be had again; what is left is to try it.
///
/// The secret is in no answer of this function, and never printed.
pub async fn register(waycore: &config::Waycore, url: &str, secret_file: &Path) -> Vec<Check> {
    let client = match Client::new(waycore.base_url.clone(), &waycore.api_key, TimeLimits::default()) {
        Ok(client) => client,
        Err(error) => return vec![failed(error)],
    };
    match registered(&client, url, secret_file, waycore.environment).await {
        Ok(checks) => checks,
        Err(problem) => vec![failed(problem)],
    }
}

fn failed(message: impl ToString) -> Check {
    check(NAME, Outcome::Failed, message)
}

async fn registered(
    waycore: &dyn Waycore,
    url: &str,
    secret_file: &Path,
    environment: Environment,
) -> Result<Vec<Check>, String> {
    if !url.starts_with("https://") {
        return Err(format!("{url} does not begin with https://, which Waycore asks for"));
    }
    let all = paging::listing(PAGES, |cursor| async move { waycore.list_webhooks(cursor.as_deref()).await });
    let Listing { rows: all, unreadable, .. } = all.await.map_err(|error| refused(&error))?;
    // Of several, one that is switched off is not the one that is used.
    if let Some(known) = all.iter().filter(|known| known.url == url).max_by_key(|known| known.active) {
        // Without its secret, nothing that it sends would be believed.
        if !secret_file.exists() {
            return Ok(vec![has_no_secret(known, secret_file)]);
        }
        let message = format!(
            "{url} is registered already, as {}; {} is taken for its secret",
            known.id,
            secret_file.display()
        );
        let known_already = check(NAME, Outcome::Ok, message);
        let (completed, tried) = (completed(waycore, known).await, tried(waycore, known).await);
        return Ok([Some(known_already), completed, Some(tried)].into_iter().flatten().collect());
    }
    if !unreadable.is_empty() {
        let ids: Vec<_> = unreadable.iter().map(|row| row.id.as_deref().unwrap_or("without an id")).collect();
        return Err(format!(
            "{} of the registrations could not be read, and may be this one ({}): look at them in the Waycore console",
            ids.len(),
            ids.join(", ")
        ));
    }
    // First, because the secret is given once: what cannot be kept must not be asked for.
    let file = new_file(secret_file).map_err(|error| {
        format!("{} cannot be made, and nothing was registered: {error}", secret_file.display())
    })?;
    let wanted = WebhookCreate { url: url.to_owned(), events: EVENTS.to_vec(), metadata: None };
    let made = match waycore.create_webhook(&wanted).await {
        Ok(made) => made,
        Err(error) => {
            // It is empty, and stands in the way of the next try.
            let _ = std::fs::remove_file(secret_file);
            return Err(refused(&error));
        }
    };
    keep(file, &made.secret).map_err(|error| {
        format!(
            "{} is registered and its secret could not be written: {error}; delete it in the Waycore console",
            made.id
        )
    })?;
    let path = secret_file.display();
    let message = format!(
        "registered for the {environment} environment as {}; its secret is in {path}, for WAYCORE_WEBHOOK_SECRET_FILE",
        made.id
    );
    Ok(vec![check(NAME, Outcome::Ok, message), tried(waycore, &made).await])
}

fn has_no_secret(known: &Webhook, secret_file: &Path) -> Check {
    let (url, id, path) = (&known.url, &known.id, secret_file.display());
    failed(format!(
        "{url} is registered already, as {id}, and its secret cannot be had again: {path} is not there; delete the \
         registration in the Waycore console to register it anew"
    ))
}

/// Switches a registration on that is off, and has it send what it does not.
async fn completed(waycore: &dyn Waycore, known: &Webhook) -> Option<Check> {
    let missing: Vec<_> = EVENTS.into_iter().filter(|event| !known.events.contains(event)).collect();
    let mut lacks: Vec<_> = missing.iter().map(EventType::as_str).collect();
    lacks.extend((!known.active).then_some("being active"));
    if lacks.is_empty() {
        return None;
    }
    let (id, lacks) = (&known.id, lacks.join(", "));
    let update = WebhookUpdate {
        events: Some([known.events.as_slice(), &missing].concat()),
        active: Some(true),
        ..WebhookUpdate::default()
    };
    let updated = match WebhookId::parse(id.as_str()) {
        Ok(id) => waycore.update_webhook(&id, &update).await.map_err(|error| refused(&error)),
        Err(error) => Err(error.to_string()),
    };
    Some(match updated {
        Ok(_) => check(NAME, Outcome::Ok, format!("{id} lacked {lacks}, and has it now")),
        Err(problem) => failed(format!(
            "{id} lacks {lacks}, and could not be changed: {problem}; change it in the Waycore console"
        )),
    })
}

async fn tried(waycore: &dyn Waycore, made: &Webhook) -> Check {
    const TRIED: &str = "test event";
    let Ok(id) = WebhookId::parse(made.id.as_str()) else {
        return check(TRIED, Outcome::Failed, "the registration's id cannot be used");
    };
    match waycore.test_webhook(&id).await {
        Ok(()) => {
            let message = "asked for: a server that has the secret answers it with 204, and counts it in \
                           connect_deliveries_total";
            check(TRIED, Outcome::Ok, message)
        }
        Err(error) => check(TRIED, Outcome::Warning, format!("was not sent: {}", refused(&error))),
    }
}

fn refused(error: &Error) -> String {
    match error {
        Error::Forbidden => {
            "the key lacks the scopes webhooks:read and webhooks:write; register it in the Waycore console, or use \
             another key for this command"
                .to_owned()
        }
        error => error.to_string(),
    }
}

fn new_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

fn keep(mut file: File, secret: &SecretString) -> io::Result<()> {
    file.write_all(secret.expose_secret().as_bytes())?;
    file.sync_all()
}

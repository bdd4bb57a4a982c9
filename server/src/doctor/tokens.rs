//! Whether the host's tokens can be checked, and what becomes of one of them.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use app::backend::Role;

use super::{Check, Outcome, check};
use crate::clock::SystemClock;
use crate::config::{self, KeySetUrl, TokenAlgorithm, TokenKeys};
use crate::identity::{TokenIdentity, token::key_set};

/// Says what the key is, or reads the key set.
pub(super) async fn key(settings: &config::Token) -> Check {
    match &settings.keys {
        TokenKeys::Fixed(key) => check("token key", Outcome::Ok, key.description()),
        TokenKeys::Set(url, algorithms) => read_key_set(url, algorithms).await,
    }
}

async fn read_key_set(url: &KeySetUrl, algorithms: &[TokenAlgorithm]) -> Check {
    let name = "token key";
    // The query may hold a secret.
    let mut address = url.as_url().clone();
    address.set_query(None);
    let wanted: Vec<_> = algorithms.iter().map(|algorithm| algorithm.as_str()).collect();
    let wanted = wanted.join(" or ");
    match key_set::contents(url, algorithms).await {
        Ok(contents) if contents.usable == 0 => {
            let others = contents.others;
            let message =
                format!("{address} holds no key for {wanted} (and {others} others): nobody can sign in");
            check(name, Outcome::Failed, message)
        }
        Ok(contents) => {
            let (usable, others) = (contents.usable, contents.others);
            check(name, Outcome::Ok, format!("{address} holds {usable} for {wanted}, and {others} others"))
        }
        Err(error) => {
            let cause = match innermost(&error) {
                Some(cause) => format!("{error}: {cause}"),
                None => error.to_string(),
            };
            let message = format!("{address} gives no keys: {cause}. Until it does, nobody can sign in");
            check(name, Outcome::Failed, message)
        }
    }
}

fn innermost(error: &dyn Error) -> Option<&dyn Error> {
    let mut cause = error.source()?;
    while let Some(next) = cause.source() {
        cause = next;
    }
    Some(cause)
}

/// Judges the token in a file as `serve` would.
pub(super) async fn token(settings: &config::Token, file: &Path) -> Check {
    let name = "token";
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => {
            return check(name, Outcome::Failed, format!("{} cannot be read: {error}", file.display()));
        }
    };
    let token = text.trim();
    let token = token.strip_prefix("Bearer ").unwrap_or(token).trim();
    match TokenIdentity::new(settings, Arc::new(SystemClock)).judge(token).await {
        Ok(caller) => {
            let role = match caller.role {
                Role::Viewer => "viewer",
                Role::Manager => "manager",
                Role::Provisioner => "provisioner",
            };
            let (user, org) = (caller.user.as_str(), caller.customer.org);
            check(name, Outcome::Ok, format!("is accepted: user {user:?} of customer {org:?}, as {role}"))
        }
        Err(reason) => check(name, Outcome::Failed, format!("is refused: {reason}")),
    }
}

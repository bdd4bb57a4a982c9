//! Checks of the database: that it can be read and written, that it is kept from others, and what it says about this
//! deployment.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::{Check, Outcome, SKEW_SECONDS, check};
use crate::clock::{Clock as _, SystemClock};
use crate::config::{self, ServeSettings};
use crate::onboarding::EntityNamespace;
use crate::store::{Deployment, SqlStore};

const NAME: &str = "database";

/// Looks at the database, and at the namespace, which it may have stored.
pub(super) async fn examine(settings: &ServeSettings) -> Vec<Check> {
    let database = &settings.mount.database;
    if let config::Database::Sqlite(path) = database
        && !path.exists()
    {
        let message = "is not there yet; `serve` makes it at its first start";
        return vec![check(NAME, Outcome::Warning, message), namespace(settings, None)];
    }
    let store = match SqlStore::open_to_read(database, &settings.mount.secret_keys).await {
        Ok(store) => store,
        Err(error) => return vec![check(NAME, Outcome::Failed, error)],
    };
    let mut checks = vec![answers(&store).await];
    match database {
        config::Database::Sqlite(path) => checks.push(permissions(path)),
        config::Database::Postgres(_) => {
            checks.push(encryption(database));
            let off = store.clock().now().as_millis() - SystemClock.now().as_millis();
            checks.push(clock(off / 1_000));
            checks.push(notifications(store.hears_announcements().await.ok().flatten()));
        }
    }
    // Of tables that cannot be read, something has been said already.
    let stored = store.deployment().await.ok().flatten();
    checks.extend(address(settings, stored.as_ref()));
    checks.push(namespace(settings, stored));
    store.close().await;
    checks
}

async fn answers(store: &SqlStore) -> Check {
    if store.check_tables().await.is_err() {
        let message = "its tables are not those of this version; `serve` brings older ones up to date";
        return check(NAME, Outcome::Failed, message);
    }
    match store.try_to_write().await {
        Ok(()) => {
            check(NAME, Outcome::Ok, "answers, can be written, and its tables are those of this version")
        }
        Err(problem) => check(NAME, Outcome::Failed, format!("cannot be written: {problem}")),
    }
}

/// The folder as well: whoever may list it may read what SQLite puts beside the file.
fn permissions(path: &Path) -> Check {
    const NAME: &str = "permissions of the database";
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let open_to_others = [path, folder].into_iter().filter(|path| {
        // Others may pass through a folder; what they must not do is read.
        std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o006 != 0)
    });
    let open_to_others: Vec<_> = open_to_others.map(|path| path.display().to_string()).collect();
    if open_to_others.is_empty() {
        return check(NAME, Outcome::Ok, "nobody else on this machine reads it");
    }
    let message = format!("everybody on this machine can read {}: chmod o-rwx", open_to_others.join(" and "));
    check(NAME, Outcome::Warning, message)
}

pub(super) fn encryption(database: &config::Database) -> Check {
    const NAME: &str = "encryption of the database connection";
    if !database.leaves_encryption_open() {
        return check(NAME, Outcome::Ok, "chosen, or the database is on this machine");
    }
    let message = "sslmode is not chosen, so a database that offers no encryption gets none: add sslmode=verify-full to \
                   CONNECT_DATABASE_URL, or sslmode=disable for a network that is yours alone";
    check(NAME, Outcome::Warning, message)
}

/// Servers that share a database go by its clock; see [`DatabaseClock`](crate::clock::DatabaseClock).
pub(super) fn clock(off: i64) -> Check {
    const NAME: &str = "clock of the database";
    if off.abs() <= SKEW_SECONDS {
        return check(NAME, Outcome::Ok, format!("{off} s from this machine's"));
    }
    let message =
        format!("{off} s from this machine's: set the one that is wrong. Webhooks go by the database's");
    check(NAME, Outcome::Failed, message)
}

pub(super) fn notifications(heard: Option<bool>) -> Check {
    const NAME: &str = "notifications of the database";
    match heard {
        Some(true) => check(NAME, Outcome::Ok, "arrive"),
        Some(false) => {
            let message = "do not arrive, so servers look at all rows again and again: have the pooler pool by session, or \
                           lead CONNECT_DATABASE_URL to PostgreSQL itself";
            check(NAME, Outcome::Warning, message)
        }
        None => check(NAME, Outcome::Failed, "cannot be listened to"),
    }
}

/// Whether the database is that of another deployment, unless the settings name the entities.
pub(super) fn address(settings: &ServeSettings, stored: Option<&Deployment>) -> Option<Check> {
    let now = settings.mount.public_url.address();
    let first = &stored.filter(|_| settings.mount.waycore.namespace.is_none())?.address;
    let check = |outcome, message| check("address of the deployment", outcome, message);
    Some(match *first == now {
        true => check(Outcome::Ok, "the one that the database was first used at".to_owned()),
        false => check(Outcome::Warning, crate::mount::moved(first, &now)),
    })
}

/// `stored` is what the database says; before its first start the settings decide.
pub(super) fn namespace(settings: &ServeSettings, stored: Option<Deployment>) -> Check {
    const NAME: &str = "entity namespace";
    let public = &settings.mount.public_url;
    let namespace = match &settings.mount.waycore.namespace {
        Some(chosen) => EntityNamespace::chosen(chosen),
        None => {
            let stored =
                stored.unwrap_or_else(|| Deployment { address: public.address(), former_namespace: None });
            EntityNamespace::default_of(stored.address, stored.former_namespace)
        }
    };
    let text = namespace.text(&settings.token.issuer);
    if !namespace.is_default() {
        return check(NAME, Outcome::Ok, text);
    }
    let message = match namespace.is_former() {
        true => format!(
            "{text}, the host alone, as an earlier version chose it; a deployment that shares the host and the Waycore \
             organization may find its customers refused"
        ),
        false => format!(
            "{text}, a default that is stored in the database: set CONNECT_ENTITY_NAMESPACE to it, so that a new database \
             finds the same entities"
        ),
    };
    check(NAME, Outcome::Warning, message)
}

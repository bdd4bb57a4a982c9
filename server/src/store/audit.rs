//! The audit log: who did what, chained so that a change or a gap shows.
//!
//! Each row's `mac` is a keyed hash of the row and of the `mac` before it. Of the customer and the person it covers
//! keyed hashes, so that the names can be taken out when a customer is forgotten; a later row about that same customer
//! has to say that it was. Old refusals are removed, and a signed [`AuditCheckpoint`] takes their place in the chain.
//! No value that was handed to a bank is ever in it.
//!
//! Rows of version 1 were signed by the server's secret itself and cover no hash of the customer.

use std::collections::{BTreeMap, HashMap};

use aws_lc_rs::hmac;
use domain::ids::{ConnectionId, UserId};
use domain::timestamp::Timestamp;
use secrecy::ExposeSecret as _;
use serde::Serialize;
use serde_json::json;

use super::{Action, Cause, Refusal, Tenant};
use crate::config::SecretKeys;
use crate::sealed::derived;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditEvent {
    /// A person came, for the first time in twelve hours.
    SignedIn,
    /// The customer got an entity at Waycore.
    EntityMapped,
    /// The host took the customer out.
    CustomerForgotten,
    /// A connection was created, or the one that exists found.
    ConnectionStarted,
    /// The terms of use were accepted.
    TermsAccepted,
    /// What the bank had issued was handed to Waycore; never which of it.
    CredentialsSubmitted,
    /// A setup was completed.
    SetupCompleted,
    /// A sync was asked for.
    SyncRequested,
    /// A connection was removed.
    ConnectionRemoved,
    /// A connection's state was found to be another, and nobody here made it so.
    StateChanged,
    /// Something was asked for and refused.
    Refused,
    /// Something was begun whose end nobody lived to note: it was done, or not.
    Interrupted,
}

impl AuditEvent {
    /// As it is stored and exported.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignedIn => "signed_in",
            Self::EntityMapped => "entity_mapped",
            Self::CustomerForgotten => "customer_forgotten",
            Self::ConnectionStarted => "connection_started",
            Self::TermsAccepted => "terms_accepted",
            Self::CredentialsSubmitted => "credentials_submitted",
            Self::SetupCompleted => "setup_completed",
            Self::SyncRequested => "sync_requested",
            Self::ConnectionRemoved => "connection_removed",
            Self::StateChanged => "state_changed",
            Self::Refused => "refused",
            Self::Interrupted => "interrupted",
        }
    }
}

/// Something for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// What happened.
    pub event: AuditEvent,
    /// Whose doing it was.
    pub user: UserId,
    /// Which connection it was about.
    pub connection: Option<ConnectionId>,
    /// One more word: an outcome, a code.
    pub detail: String,
}

impl AuditEntry {
    /// Something that was refused, and how often.
    pub(super) fn refused(refusal: Refusal<'_>, count: i64) -> Self {
        let what = [refusal.action, refusal.code].join(" ");
        let detail = if count == 1 { what } else { format!("{what} x{count}") };
        Self { event: AuditEvent::Refused, user: refusal.user.clone(), connection: None, detail }
    }

    /// That a customer was forgotten. `hashes` are those by which the customer's rows are known in the log: with another
    /// key they are others.
    pub(super) fn forgotten(by: &UserId, hashes: &[Vec<u8>]) -> Self {
        let hashes: Vec<_> = hashes.iter().map(|hash| hex_text(hash)).collect();
        let event = AuditEvent::CustomerForgotten;
        Self { event, user: by.clone(), connection: None, detail: hashes.join(" ") }
    }

    /// A change of state, to `after`, or to nothing. What somebody here did is told of as theirs.
    pub(super) fn found(connection: &ConnectionId, after: Option<&str>, cause: Cause) -> Option<Self> {
        let entry = || Self {
            event: AuditEvent::StateChanged,
            user: UserId::product(),
            connection: Some(connection.clone()),
            detail: after.unwrap_or("gone").to_owned(),
        };
        matches!(cause, Cause::Look | Cause::Webhook | Cause::Watch).then(entry)
    }

    /// What somebody began and nobody ended; an intent's action and subject say what. Of the subject only a connection
    /// is told: the others name the customer, who may want to be forgotten.
    pub(super) fn interrupted(user: UserId, action: &str, subject: &str) -> Self {
        let about_connection =
            [Action::Finish, Action::Sync, Action::Remove].map(Action::as_str).contains(&action);
        let connection = ConnectionId::parse(subject).ok().filter(|_| about_connection);
        Self { event: AuditEvent::Interrupted, user, connection, detail: action.to_owned() }
    }
}

/// A row of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub struct AuditRow {
    /// 1 for the first, one more for each.
    pub seq: i64,
    /// Epoch milliseconds.
    pub at: i64,
    /// See [`AuditEvent::as_str`].
    pub event: String,
    /// `live` or `test`.
    pub environment: String,
    /// How it is signed.
    pub version: i64,
    /// A keyed hash of the customer; `None` in version 1.
    #[serde(serialize_with = "hex_if_any")]
    pub customer: Option<Vec<u8>>,
    /// Who vouches for the customer; gone when the customer is forgotten, as the next two. Who asked for that stays.
    pub issuer: Option<String>,
    /// The host's customer id.
    pub org: Option<String>,
    /// The host's user.
    pub user_id: Option<String>,
    /// A keyed hash of the customer and the user.
    #[serde(serialize_with = "hex")]
    pub who: Vec<u8>,
    /// Which connection.
    pub connection_id: Option<String>,
    /// One more word.
    pub detail: String,
    /// Of this row and of the `mac` before it.
    #[serde(serialize_with = "hex")]
    pub mac: Vec<u8>,
}

/// A run of rows that was removed from the log, all of them refusals.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct AuditCheckpoint {
    /// The first that was removed.
    pub first_seq: i64,
    /// The last.
    pub last_seq: i64,
    /// What the first followed; empty at the beginning of the log.
    pub mac_before: Vec<u8>,
    /// The last one's, which the next row follows.
    pub mac_after: Vec<u8>,
    /// Of all this.
    pub mac: Vec<u8>,
}

/// The end of the log as somebody noted it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditHead {
    /// How many rows there were.
    pub seq: i64,
    /// The last one's.
    pub mac: Vec<u8>,
}

impl AuditHead {
    /// Reads `SEQ:MAC`, as it is logged and as `audit verify` prints it.
    pub fn parse(text: &str) -> Option<Self> {
        let (seq, mac) = text.trim().split_once(':')?;
        let digits = (mac.len() % 2 == 0 && mac.is_ascii()).then_some(mac)?;
        let mac = (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16));
        Some(Self { seq: seq.parse().ok()?, mac: mac.collect::<Result<_, _>>().ok()? })
    }
}

impl std::fmt::Display for AuditHead {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}:{}", self.seq, hex_text(&self.mac))
    }
}

/// The first row that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrokenChain {
    /// A row is missing before this one.
    #[error("Row {seq} of the audit log should be row {expected}: rows are missing.")]
    Gap {
        /// Which number it has.
        seq: i64,
        /// Which it should have.
        expected: i64,
    },
    /// The row, or one before it, is not what was written.
    #[error("Row {seq} of the audit log was changed, or none of the given keys signed it.")]
    Changed {
        /// Which.
        seq: i64,
    },
    /// The names are gone, and no later row says that the customer was forgotten.
    #[error(
        "Row {seq} of the audit log has no names, and no later row says that its customer was forgotten."
    )]
    Unnamed {
        /// Which.
        seq: i64,
    },
    /// The noted head lies beyond the end.
    #[error("The audit log ends at row {end}, before the noted row {seq}: it was cut off.")]
    CutOff {
        /// The last row.
        end: i64,
        /// The noted one.
        seq: i64,
    },
    /// There is another row where the noted head was.
    #[error("Row {seq} of the audit log is not the one that was noted: the log was replaced.")]
    Replaced {
        /// Which.
        seq: i64,
    },
}

/// What version this program writes.
const VERSION: i64 = 2;

/// Words that keys are derived with; another one makes another log.
const CHAIN: &[u8] = b"waycore-connect audit chain 2";
const NAMES: &[u8] = b"waycore-connect audit names 2";

/// The keys of the chain. The first signs, all verify.
#[derive(Clone)]
pub struct AuditKeys(Vec<KeySet>);

/// What is made of one secret.
#[derive(Clone)]
struct KeySet {
    /// Of rows and checkpoints.
    chain: hmac::Key,
    /// Of customers and people.
    names: hmac::Key,
    /// The secret itself, which signed all of it in version 1.
    secret: hmac::Key,
}

/// What a row's names say.
enum Names {
    /// Whose row it is.
    There,
    /// They were taken out; a later row must say that the customer was forgotten.
    TakenOut,
    /// They are not those that were signed.
    Wrong,
}

impl AuditKeys {
    /// Of the server's own keys.
    pub fn new(keys: &SecretKeys) -> Self {
        let set = |secret: &secrecy::SecretString| KeySet {
            chain: hmac::Key::new(hmac::HMAC_SHA256, &derived(secret, CHAIN)),
            names: hmac::Key::new(hmac::HMAC_SHA256, &derived(secret, NAMES)),
            secret: hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes()),
        };
        Self(keys.all().map(set).collect())
    }

    /// The row that comes after `last`.
    pub(super) fn row(
        &self,
        last: Option<&AuditHead>,
        tenant: Tenant<'_>,
        entry: &AuditEntry,
        now: Timestamp,
    ) -> AuditRow {
        let customer = tenant.customer;
        let hash = self.customer(tenant);
        let mut row = AuditRow {
            seq: last.map_or(0, |last| last.seq) + 1,
            at: now.as_millis(),
            event: entry.event.as_str().to_owned(),
            environment: tenant.environment.as_str().to_owned(),
            version: VERSION,
            who: self.signed(|keys| &keys.names, &person(&hash, entry.user.as_str())),
            customer: Some(hash),
            issuer: Some(customer.issuer.clone()),
            org: Some(customer.org.clone()),
            user_id: Some(entry.user.to_string()),
            connection_id: entry.connection.as_ref().map(ToString::to_string),
            detail: entry.detail.clone(),
            mac: Vec::new(),
        };
        row.mac = self.signed(|keys| &keys.chain, &covered(&row, last.map_or(&[], |last| &last.mac)));
        row
    }

    /// A row as version 1 wrote it.
    #[cfg(test)]
    pub(super) fn row_in_version_1(
        &self,
        last: Option<&AuditHead>,
        tenant: Tenant<'_>,
        entry: &AuditEntry,
        now: Timestamp,
    ) -> AuditRow {
        let Tenant { customer, .. } = tenant;
        let who = who_in_version_1(&customer.issuer, &customer.org, entry.user.as_str());
        let mut row = AuditRow {
            version: 1,
            customer: None,
            who: self.signed(|keys| &keys.secret, &who),
            ..self.row(last, tenant, entry, now)
        };
        let before = last.map_or(&[][..], |last| &last.mac);
        row.mac = self.signed(|keys| &keys.secret, &covered_in_version_1(&row, before));
        row
    }

    /// Signs that these rows, which follow each other and are all refusals, were removed. `before` is the `mac` that the
    /// first of them follows.
    pub(super) fn checkpoint(&self, before: Vec<u8>, first: i64, last: AuditHead) -> AuditCheckpoint {
        let AuditHead { seq: last_seq, mac: mac_after } = last;
        let mut removed =
            AuditCheckpoint { first_seq: first, last_seq, mac_before: before, mac_after, mac: Vec::new() };
        removed.mac = self.signed(|keys| &keys.chain, &removed.covered());
        removed
    }

    /// Stands for a customer in the rows that are written now.
    fn customer(&self, tenant: Tenant<'_>) -> Vec<u8> {
        let Tenant { customer, environment } = tenant;
        let text = customer_text(environment.as_str(), &customer.issuer, &customer.org);
        self.signed(|keys| &keys.names, &text)
    }

    fn signed(&self, key: impl Fn(&KeySet) -> &hmac::Key, message: &[u8]) -> Vec<u8> {
        self.0.first().map(|keys| hmac::sign(key(keys), message).as_ref().to_vec()).unwrap_or_default()
    }

    fn is_signed(&self, key: impl Fn(&KeySet) -> &hmac::Key, message: &[u8], mac: &[u8]) -> bool {
        self.0.iter().any(|keys| hmac::verify(key(keys), message, mac).is_ok())
    }

    fn is_intact(&self, row: &AuditRow, before: &[u8]) -> bool {
        match row.version {
            1 => self.is_signed(|keys| &keys.secret, &covered_in_version_1(row, before), &row.mac),
            VERSION => self.is_signed(|keys| &keys.chain, &covered(row, before), &row.mac),
            _ => false,
        }
    }

    fn names(&self, row: &AuditRow) -> Names {
        let is_right = match (&row.issuer, &row.org, &row.user_id, &row.customer) {
            (None, None, None, _) if row.version == 1 || !row.is_erasure() => return Names::TakenOut,
            (Some(issuer), Some(org), Some(user), None) if row.version == 1 => {
                self.is_signed(|keys| &keys.secret, &who_in_version_1(issuer, org, user), &row.who)
            }
            (Some(issuer), Some(org), Some(user), Some(hash)) if row.version != 1 => {
                self.is_signed(|keys| &keys.names, &customer_text(&row.environment, issuer, org), hash)
                    && self.is_signed(|keys| &keys.names, &person(hash, user), &row.who)
            }
            // Of the row that says that a customer was forgotten, whoever asked for it stays.
            (None, None, Some(user), Some(hash)) if row.is_erasure() => {
                self.is_signed(|keys| &keys.names, &person(hash, user), &row.who)
            }
            _ => false,
        };
        if is_right { Names::There } else { Names::Wrong }
    }
}

impl AuditRow {
    fn is_erasure(&self) -> bool {
        self.event == AuditEvent::CustomerForgotten.as_str()
    }
}

impl AuditCheckpoint {
    fn covered(&self) -> Vec<u8> {
        let macs = [hex_text(&self.mac_before), hex_text(&self.mac_after)];
        json!(["checkpoint", self.first_seq, self.last_seq, macs]).to_string().into_bytes()
    }

    /// Puts rows that are removed into runs that follow each other. `before` gives the `mac` of the row, or of the
    /// checkpoint, that ends before a number.
    pub(super) fn of(keys: &AuditKeys, removed: &[AuditHead], before: &HashMap<i64, Vec<u8>>) -> Vec<Self> {
        let follows = |one: &AuditHead, next: &AuditHead| one.seq + 1 == next.seq;
        let runs = removed.chunk_by(follows);
        let run = |run: &[AuditHead]| {
            let (first, last) = (run.first()?, run.last()?);
            let mac_before = before.get(&(first.seq - 1)).cloned().unwrap_or_default();
            Some(keys.checkpoint(mac_before, first.seq, last.clone()))
        };
        runs.filter_map(run).collect()
    }
}

impl std::fmt::Debug for AuditKeys {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "AuditKeys({})", self.0.len())
    }
}

/// Follows the chain row by row, so that a long log needs no memory.
#[derive(Debug)]
pub struct ChainCheck<'a> {
    keys: &'a AuditKeys,
    noted: Option<&'a AuditHead>,
    head: Option<AuditHead>,
    rows: u64,
    /// By the number that each begins with.
    checkpoints: BTreeMap<i64, AuditCheckpoint>,
    /// The first row without names of each customer, by the keyed hash, until a row says that the customer was forgotten.
    unnamed: HashMap<String, i64>,
    /// The same for rows of version 1, which do not say whose they are.
    unnamed_in_version_1: Option<i64>,
}

impl<'a> ChainCheck<'a> {
    /// From the first row; `noted` is a head that was seen earlier, and must still be there. `checkpoints` stand for rows that
    /// were removed.
    pub fn new(keys: &'a AuditKeys, noted: Option<&'a AuditHead>, checkpoints: Vec<AuditCheckpoint>) -> Self {
        let checkpoints = checkpoints.into_iter().map(|removed| (removed.first_seq, removed)).collect();
        let (head, unnamed) = (None, HashMap::new());
        Self { keys, noted, head, rows: 0, checkpoints, unnamed, unnamed_in_version_1: None }
    }

    /// The next row.
    ///
    /// # Errors
    /// When it does not follow from the one before.
    pub fn next(&mut self, row: &AuditRow) -> Result<(), BrokenChain> {
        while row.seq > self.expected() {
            self.pass_removed(row.seq)?;
        }
        if row.seq != self.expected() {
            return Err(BrokenChain::Gap { seq: row.seq, expected: self.expected() });
        }
        if !self.keys.is_intact(row, self.head.as_ref().map_or(&[], |head| &head.mac)) {
            return Err(BrokenChain::Changed { seq: row.seq });
        }
        match (self.keys.names(row), &row.customer) {
            (Names::There, _) => {}
            (Names::Wrong, _) => return Err(BrokenChain::Changed { seq: row.seq }),
            (Names::TakenOut, Some(customer)) => {
                self.unnamed.entry(hex_text(customer)).or_insert(row.seq);
            }
            (Names::TakenOut, None) => {
                self.unnamed_in_version_1.get_or_insert(row.seq);
            }
        }
        if row.is_erasure() {
            let own = row.customer.iter().map(|customer| hex_text(customer));
            for customer in row.detail.split(' ').map(ToOwned::to_owned).chain(own) {
                self.unnamed.remove(&customer);
            }
            self.unnamed_in_version_1 = None;
        }
        self.pass(AuditHead { seq: row.seq, mac: row.mac.clone() })?;
        self.rows += 1;
        Ok(())
    }

    /// Goes on after rows that were removed; `seq` is the next that is there.
    fn pass_removed(&mut self, seq: i64) -> Result<(), BrokenChain> {
        let expected = self.expected();
        let gap = BrokenChain::Gap { seq, expected };
        let Some(removed) = self.checkpoints.remove(&expected) else { return Err(gap) };
        let follows = removed.mac_before == self.head.as_ref().map_or(&[][..], |head| &head.mac);
        let is_signed = self.keys.is_signed(|keys| &keys.chain, &removed.covered(), &removed.mac);
        if !follows || !is_signed || removed.last_seq < expected {
            return Err(gap);
        }
        self.pass(AuditHead { seq: removed.last_seq, mac: removed.mac_after })
    }

    fn pass(&mut self, head: AuditHead) -> Result<(), BrokenChain> {
        if self.noted.is_some_and(|noted| noted.seq == head.seq && noted.mac != head.mac) {
            return Err(BrokenChain::Replaced { seq: head.seq });
        }
        self.head = Some(head);
        Ok(())
    }

    fn expected(&self) -> i64 {
        self.head.as_ref().map_or(0, |head| head.seq) + 1
    }

    /// The number of rows so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The end; `None` when the log is empty.
    ///
    /// # Errors
    /// When the noted head was never reached, or names are missing of a customer who was not forgotten.
    pub fn end(self) -> Result<Option<AuditHead>, BrokenChain> {
        if let Some(seq) = self.unnamed.into_values().chain(self.unnamed_in_version_1).min() {
            return Err(BrokenChain::Unnamed { seq });
        }
        let end = self.head.as_ref().map_or(0, |head| head.seq);
        match self.noted {
            Some(noted) if noted.seq > end => Err(BrokenChain::CutOff { end, seq: noted.seq }),
            _ => Ok(self.head),
        }
    }
}

// All are JSON, so that no two different rows give the same bytes.

fn customer_text(environment: &str, issuer: &str, org: &str) -> Vec<u8> {
    json!(["customer", environment, issuer, org]).to_string().into_bytes()
}

fn person(customer: &[u8], user: &str) -> Vec<u8> {
    json!(["person", hex_text(customer), user]).to_string().into_bytes()
}

fn covered(row: &AuditRow, before: &[u8]) -> Vec<u8> {
    json!([
        "row",
        hex_text(before),
        row.seq,
        row.at,
        row.event,
        row.environment,
        row.customer.as_deref().map(hex_text),
        hex_text(&row.who),
        row.connection_id,
        row.detail
    ])
    .to_string()
    .into_bytes()
}

fn who_in_version_1(issuer: &str, org: &str, user: &str) -> Vec<u8> {
    json!(["who", issuer, org, user]).to_string().into_bytes()
}

fn covered_in_version_1(row: &AuditRow, before: &[u8]) -> Vec<u8> {
    json!([
        "audit",
        hex_text(before),
        row.seq,
        row.at,
        row.event,
        row.environment,
        hex_text(&row.who),
        row.connection_id,
        row.detail
    ])
    .to_string()
    .into_bytes()
}

fn hex_text(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hex<S: serde::Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&hex_text(bytes))
}

fn hex_if_any<S: serde::Serializer>(bytes: &Option<Vec<u8>>, serializer: S) -> Result<S::Ok, S::Error> {
    match bytes {
        Some(bytes) => hex(bytes, serializer),
        None => serializer.serialize_none(),
    }
}

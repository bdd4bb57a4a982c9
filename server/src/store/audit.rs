//! The audit log: who did what, chained so that a change or a gap shows.
//!
//! Each row's `mac` is a keyed hash of the row and of the `mac` before it. Of the person it covers a keyed hash, so
//! that the names can be taken out when a customer is forgotten. No value that was handed to a bank is ever in it.

use aws_lc_rs::hmac;
use domain::ids::{ConnectionId, UserId};
use domain::timestamp::Timestamp;
use secrecy::ExposeSecret as _;
use serde::Serialize;
use serde_json::json;

use super::{Action, Cause, Tenant};
use crate::config::SecretKeys;

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
    /// Who vouches for the customer; gone when the customer is forgotten, as the next two.
    pub issuer: Option<String>,
    /// The host's customer id.
    pub org: Option<String>,
    /// The host's user.
    pub user_id: Option<String>,
    /// A keyed hash of these three.
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

/// The keys of the chain. The first signs, all verify.
#[derive(Clone)]
pub struct AuditKeys(Vec<hmac::Key>);

impl AuditKeys {
    /// Of the server's own keys.
    pub fn new(keys: &SecretKeys) -> Self {
        let all = std::iter::once(keys.first()).chain(keys.others());
        Self(all.map(|key| hmac::Key::new(hmac::HMAC_SHA256, key.expose_secret().as_bytes())).collect())
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
        let mut row = AuditRow {
            seq: last.map_or(0, |last| last.seq) + 1,
            at: now.as_millis(),
            event: entry.event.as_str().to_owned(),
            environment: tenant.environment.as_str().to_owned(),
            who: self.signed(&who(&customer.issuer, &customer.org, entry.user.as_str())),
            issuer: Some(customer.issuer.clone()),
            org: Some(customer.org.clone()),
            user_id: Some(entry.user.to_string()),
            connection_id: entry.connection.as_ref().map(ToString::to_string),
            detail: entry.detail.clone(),
            mac: Vec::new(),
        };
        row.mac = self.signed(&covered(&row, last.map_or(&[], |last| &last.mac)));
        row
    }

    fn signed(&self, message: &[u8]) -> Vec<u8> {
        self.0.first().map(|key| hmac::sign(key, message).as_ref().to_vec()).unwrap_or_default()
    }

    fn is_signed(&self, message: &[u8], mac: &[u8]) -> bool {
        self.0.iter().any(|key| hmac::verify(key, message, mac).is_ok())
    }

    fn holds(&self, row: &AuditRow, before: &[u8]) -> bool {
        let named = match (&row.issuer, &row.org, &row.user_id) {
            (Some(issuer), Some(org), Some(user)) => self.is_signed(&who(issuer, org, user), &row.who),
            (None, None, None) => true,
            _ => false,
        };
        named && self.is_signed(&covered(row, before), &row.mac)
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
}

impl<'a> ChainCheck<'a> {
    /// From the first row; `noted` is a head that was seen earlier, and must still be there.
    pub fn new(keys: &'a AuditKeys, noted: Option<&'a AuditHead>) -> Self {
        Self { keys, noted, head: None }
    }

    /// The next row.
    ///
    /// # Errors
    /// When it does not follow from the one before.
    pub fn next(&mut self, row: &AuditRow) -> Result<(), BrokenChain> {
        let expected = self.head.as_ref().map_or(0, |head| head.seq) + 1;
        if row.seq != expected {
            return Err(BrokenChain::Gap { seq: row.seq, expected });
        }
        if !self.keys.holds(row, self.head.as_ref().map_or(&[], |head| &head.mac)) {
            return Err(BrokenChain::Changed { seq: row.seq });
        }
        if self.noted.is_some_and(|noted| noted.seq == row.seq && noted.mac != row.mac) {
            return Err(BrokenChain::Replaced { seq: row.seq });
        }
        self.head = Some(AuditHead { seq: row.seq, mac: row.mac.clone() });
        Ok(())
    }

    /// The end; `None` when the log is empty.
    ///
    /// # Errors
    /// When the noted head was never reached.
    pub fn end(self) -> Result<Option<AuditHead>, BrokenChain> {
        let end = self.head.as_ref().map_or(0, |head| head.seq);
        match self.noted {
            Some(noted) if noted.seq > end => Err(BrokenChain::CutOff { end, seq: noted.seq }),
            _ => Ok(self.head),
        }
    }
}

// Both are JSON, so that no two different rows give the same bytes.

fn who(issuer: &str, org: &str, user: &str) -> Vec<u8> {
    json!(["who", issuer, org, user]).to_string().into_bytes()
}

fn covered(row: &AuditRow, before: &[u8]) -> Vec<u8> {
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

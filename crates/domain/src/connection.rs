//! A connection as the product understands it.
//!
//! Waycore tells the state in several fields (`kind`, `status`, `setup`, `syncStatus`). Here they become one enum whose
//! variants own what exists only in that state, so nothing has to agree with anything else.

use crate::ids::{ConnectionId, EntityId, InstitutionId};
use crate::timestamp::Timestamp;

/// One bank of one customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    pub id: ConnectionId,
    pub entity_id: EntityId,
    pub institution_id: Option<InstitutionId>,
    pub institution_name: Option<String>,
    /// As Waycore gives it, possibly normalised: never compared with what a customer typed.
    pub portal_url: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub state: ConnectionState,
}

/// What a connection is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectionState {
    /// Being set up; the customer or Waycore still has something to do.
    Draft(Setup),
    /// The bank's side is done and Waycore activates.
    PendingActivation(Pending),
    /// The status says active, but the connection is still of the kind setup: not connected yet.
    ActivatingReady(Pending),
    /// Kind ready **and** status active: the only state that may be called connected.
    Connected(Ready),
    ReauthRequired(Fault),
    Errored(Fault),
    InvalidConfig(Fault),
    Paused(Fault),
    Revoked(Fault),
    /// Something this version does not know; the text is for the log.
    Unrecognised(String),
}

/// What a connection that is being set up owns: a draft, or one that failed meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// Waycore's own word for where the setup stands, if it says one: for support.
    pub status: Option<String>,
    pub instructions: Instructions,
    /// Working credentials were handed over already. It is the only trace of them that can be read back.
    pub credentials_present: bool,
    pub action_required_by: ActionRequiredBy,
    pub next_action: NextAction,
}

/// What is known of a setup while Waycore activates, as far as Waycore says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pending {
    /// As in [`Setup`], as the next.
    pub status: Option<String>,
    pub credentials_present: Option<bool>,
    pub action_required_by: Option<ActionRequiredBy>,
    pub next_action: Option<NextAction>,
}

/// What only a connected bank has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ready {
    pub sync: SyncStatus,
    pub last_synced_at: Option<Timestamp>,
}

/// What is known about a connection that does not work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fault {
    /// Of a connection that failed during its setup, which has nothing of the rest.
    pub setup: Option<Setup>,
    pub sync: Option<SyncStatus>,
    pub last_synced_at: Option<Timestamp>,
    pub error_code: Option<String>,
}

/// The details of the delegated user that Waycore issued, to be typed at the bank exactly. Any may still be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Instructions {
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    /// One line of free text, as Waycore gives it.
    pub address: Option<String>,
    pub email: Option<String>,
    pub username: Option<String>,
    pub phone_number: Option<String>,
    /// How far the e-mail address is, if Waycore says so.
    pub email_provisioning: Option<Provisioning>,
    /// The same of the phone number.
    pub phone_provisioning: Option<Provisioning>,
}

/// How far a value is that Waycore has to set up before it can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provisioning {
    /// Still being set up: a value that is there already cannot be used yet.
    Pending,
    /// Anything else that Waycore says. The documents name no other value, so it is for support.
    Other(String),
}

/// A detail of the delegated user, as far as it can be typed at the bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail<'a> {
    /// There is none, and none is on its way.
    Absent,
    /// Being set up; what is there meanwhile cannot be used yet.
    Pending(Option<&'a str>),
    Ready(&'a str),
}

impl<'a> Detail<'a> {
    /// Only a provisioning status says that a value is on its way: one that is merely missing may never come.
    pub fn of(value: Option<&'a str>, provisioning: Option<&Provisioning>) -> Self {
        match (value, provisioning) {
            (value, Some(Provisioning::Pending)) => Self::Pending(value),
            (Some(value), _) => Self::Ready(value),
            (None, _) => Self::Absent,
        }
    }
}

impl Instructions {
    /// The e-mail address.
    pub fn email(&self) -> Detail<'_> {
        Detail::of(self.email.as_deref(), self.email_provisioning.as_ref())
    }

    /// The phone number.
    pub fn phone_number(&self) -> Detail<'_> {
        Detail::of(self.phone_number.as_deref(), self.phone_provisioning.as_ref())
    }

    /// Whether Waycore is still setting up any of them.
    pub fn is_pending(&self) -> bool {
        [self.email(), self.phone_number()].iter().any(|detail| matches!(detail, Detail::Pending(_)))
    }
}

impl Provisioning {
    /// Reads Waycore's word; an empty one says nothing.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim() {
            "" => None,
            "pending" => Some(Self::Pending),
            other => Some(Self::Other(other.to_owned())),
        }
    }

    pub fn as_str(&self) -> &str {
        match self {
            Self::Pending => "pending",
            Self::Other(text) => text,
        }
    }
}

/// Whose move it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActionRequiredBy {
    EndUser,
    Integrator,
    Waycore,
    Other(String),
}

/// What has to be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextAction {
    CreateDelegatedUser,
    ProvideCredentials,
    ActivateConnection,
    Other(String),
}

impl Ready {
    /// Whether the first sync is not over: there was none that succeeded, so nothing can be shown yet.
    pub fn is_first_sync(&self) -> bool {
        self.last_synced_at.is_none()
    }
}

/// Whether data is being fetched right now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SyncStatus {
    Idle,
    Syncing,
    Unrecognised(String),
}

/// The fields from which a state is decided, as the wire has them.
#[derive(Clone, Debug, Default)]
pub struct StateParts<'a> {
    pub kind: &'a str,
    pub status: &'a str,
    /// Only a connection of the kind setup has it.
    pub setup: Option<Setup>,
    pub sync: Option<SyncStatus>,
    pub last_synced_at: Option<Timestamp>,
    pub error_code: Option<String>,
}

impl ConnectionState {
    /// The one place where kind and status become a state. What does not fit together is `Unrecognised`: a wrong
    /// guess here would call a bank connected that is not.
    pub fn from_parts(parts: StateParts<'_>) -> Self {
        let StateParts { kind, status, setup, sync, last_synced_at, error_code } = parts;
        let ready = match kind {
            "ready" => true,
            "setup" => false,
            _ => return Self::Unrecognised(described(kind, status)),
        };
        let fault = |setup, sync| Fault { setup, sync, last_synced_at, error_code };
        match status {
            "draft" => match setup {
                Some(setup) if !ready => Self::Draft(setup),
                _ => Self::Unrecognised(described(kind, status)),
            },
            "pendingActivation" => Self::PendingActivation(Pending::of(setup)),
            "active" if ready => {
                let sync = sync.unwrap_or_else(|| SyncStatus::Unrecognised(String::new()));
                Self::Connected(Ready { sync, last_synced_at })
            }
            "active" => Self::ActivatingReady(Pending::of(setup)),
            "reauthRequired" => Self::ReauthRequired(fault(setup, sync)),
            "errored" => Self::Errored(fault(setup, sync)),
            "invalidConfig" => Self::InvalidConfig(fault(setup, sync)),
            "paused" => Self::Paused(fault(setup, sync)),
            "revoked" => Self::Revoked(fault(setup, sync)),
            _ => Self::Unrecognised(described(kind, status)),
        }
    }

    /// The sync status, where there is one.
    pub fn sync(&self) -> Option<&SyncStatus> {
        match self {
            Self::Connected(ready) => Some(&ready.sync),
            Self::ReauthRequired(fault)
            | Self::Errored(fault)
            | Self::InvalidConfig(fault)
            | Self::Paused(fault)
            | Self::Revoked(fault) => fault.sync.as_ref(),
            Self::Draft(_)
            | Self::PendingActivation(_)
            | Self::ActivatingReady(_)
            | Self::Unrecognised(_) => None,
        }
    }
}

fn described(kind: &str, status: &str) -> String {
    [kind, status].join("/")
}

impl Pending {
    fn of(setup: Option<Setup>) -> Self {
        match setup {
            Some(setup) => Self {
                status: setup.status,
                credentials_present: Some(setup.credentials_present),
                action_required_by: Some(setup.action_required_by),
                next_action: Some(setup.next_action),
            },
            None => Self::default(),
        }
    }
}

impl ActionRequiredBy {
    pub fn parse(text: &str) -> Self {
        match text {
            "endUser" => Self::EndUser,
            "integrator" => Self::Integrator,
            "waycore" => Self::Waycore,
            other => Self::Other(other.to_owned()),
        }
    }

    pub fn as_str(&self) -> &str {
        match self {
            Self::EndUser => "endUser",
            Self::Integrator => "integrator",
            Self::Waycore => "waycore",
            Self::Other(text) => text,
        }
    }
}

impl NextAction {
    pub fn parse(text: &str) -> Self {
        match text {
            "createDelegatedUser" => Self::CreateDelegatedUser,
            "provideCredentials" => Self::ProvideCredentials,
            "activateConnection" => Self::ActivateConnection,
            other => Self::Other(other.to_owned()),
        }
    }

    pub fn as_str(&self) -> &str {
        match self {
            Self::CreateDelegatedUser => "createDelegatedUser",
            Self::ProvideCredentials => "provideCredentials",
            Self::ActivateConnection => "activateConnection",
            Self::Other(text) => text,
        }
    }
}

impl SyncStatus {
    pub fn parse(text: &str) -> Self {
        match text {
            "idle" => Self::Idle,
            "syncing" => Self::Syncing,
            other => Self::Unrecognised(other.to_owned()),
        }
    }

    pub fn as_str(&self) -> &str {
        match self {
            Self::Idle => "idle",
            Self::Syncing => "syncing",
            Self::Unrecognised(text) => text,
        }
    }
}

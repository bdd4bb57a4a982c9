//! A connection as it is kept: what happened to it and when. What state that makes is [`super::lifecycle`].

use serde::{Deserialize, Serialize};
use waycore::wire::{Institution, Instructions};

use super::{
    instructions::instructions,
    lifecycle::{self, State},
    overrides::Overrides,
    shelf::Labelled,
};
use crate::{catalog::Behaviour, ids};

/// The facts of a connection. All times are virtual milliseconds since 1970.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Connection {
    pub(crate) id: String,
    pub(crate) entity_id: String,
    pub(crate) bank: Bank,
    pub(crate) created_at: i64,
    /// The last change that a request made; changes that time makes come on top.
    pub(crate) touched_at: i64,
    pub(crate) credentials_present: bool,
    pub(crate) completed_at: Option<i64>,
    /// Starts of the syncs that were asked for, in order.
    #[serde(default)]
    pub(crate) syncs_asked: Vec<i64>,
    /// The delegated user, once it was created at the simulated bank.
    #[serde(default)]
    pub(crate) bank_user: Option<BankUser>,
    pub(crate) overrides: Overrides,
}

/// A delegated user at the simulated bank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BankUser {
    pub(crate) created_at: i64,
    /// Set at once where the bank asks for no second administrator.
    pub(crate) approved_at: Option<i64>,
}

/// Which bank a connection leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Bank {
    /// One of the catalog; its name stays with the connection when the catalog changes with the seed.
    Listed { institution_id: String, name: String, portal: Option<String> },
    /// Only the portal is known, byte for byte as it was sent.
    Unlisted { portal: String },
}

/// After a sync that was asked for, in virtual milliseconds.
const COOLDOWN: i64 = 45 * 60_000;

/// Syncs that were asked for are remembered as long as a cursor of the stream lives.
const ASKED_KEPT: i64 = 91 * 24 * 3_600_000;

/// Why a sync does not begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoSync {
    InSetup,
    Running,
    NotActive,
    Cooldown { until: i64 },
}

/// A call came at a stage in which it makes no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WrongStage;

impl Bank {
    pub(crate) fn listed(institution: &Institution, portal: Option<String>) -> Self {
        Self::Listed {
            institution_id: institution.institution_id.clone(),
            name: institution.name.clone(),
            portal: portal.or_else(|| institution.canonical_portal_url.clone()),
        }
    }

    /// Whether a second connection to `other` would be one to the same bank. A listed bank is the same at
    /// every one of its portals, unless they stand apart.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Listed { institution_id: one, portal: at, .. },
                Self::Listed { institution_id: other, portal: there, .. },
            ) => one == other && (at == there || !Behaviour::of(Some(one)).portals_apart),
            (Self::Unlisted { portal: one }, Self::Unlisted { portal: other }) => one == other,
            (Self::Listed { .. }, Self::Unlisted { .. }) | (Self::Unlisted { .. }, Self::Listed { .. }) => {
                false
            }
        }
    }

    pub(crate) fn institution_id(&self) -> Option<&str> {
        match self {
            Self::Listed { institution_id, .. } => Some(institution_id),
            Self::Unlisted { .. } => None,
        }
    }

    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Self::Listed { name, .. } => Some(name),
            Self::Unlisted { .. } => None,
        }
    }

    /// What a bank is called in addresses: an unlisted one by its portal.
    pub(crate) fn public_id(&self) -> String {
        match self {
            Self::Listed { institution_id, .. } => institution_id.clone(),
            Self::Unlisted { portal } => format!("unlisted-{:016x}", ids::fingerprint(portal)),
        }
    }

    pub(crate) fn portal(&self) -> Option<&str> {
        match self {
            Self::Listed { portal, .. } => portal.as_deref(),
            Self::Unlisted { portal } => Some(portal),
        }
    }
}

impl Connection {
    pub(crate) fn new(entity_id: String, bank: Bank, now: i64) -> Self {
        Self {
            id: ids::connection(),
            entity_id,
            bank,
            created_at: now,
            touched_at: now,
            credentials_present: false,
            completed_at: None,
            syncs_asked: Vec::new(),
            bank_user: None,
            overrides: Overrides::default(),
        }
    }

    pub(crate) fn behaviour(&self) -> Behaviour {
        Behaviour::of(self.bank.institution_id())
    }

    /// What Waycore issued for the delegated user, so far.
    pub(crate) fn instructions(&self, now: i64) -> Instructions {
        let provisioned = lifecycle::state(self, now).provisioned;
        self.overrides.instructions(instructions(&self.id, provisioned))
    }

    /// When the delegated user was able to sign in at the bank, if it ever was.
    pub(crate) fn bank_user_works_at(&self) -> Option<i64> {
        self.bank_user.as_ref()?.approved_at
    }

    /// Bank-issued credentials were handed over. They themselves are kept nowhere.
    pub(crate) fn take_credentials(&mut self, now: i64) -> Result<(), WrongStage> {
        match lifecycle::state(self, now).status.as_str() {
            "draft" | "pendingActivation" | "reauthRequired" | "errored" | "invalidConfig" => {
                self.credentials_present = true;
                self.touch(now);
                Ok(())
            }
            _ => Err(WrongStage),
        }
    }

    /// The customer's part is done. A repetition while activation is under way changes nothing.
    pub(crate) fn complete_setup(&mut self, now: i64) -> Result<(), WrongStage> {
        let State { kind, status, .. } = lifecycle::state(self, now);
        match (kind.as_str(), status.as_str()) {
            ("setup", "draft") => {
                self.touch(now);
                self.completed_at = Some(now);
                self.overrides.resume_life_cycle();
                Ok(())
            }
            ("setup", "pendingActivation") => Ok(()),
            _ => Err(WrongStage),
        }
    }

    /// A sync was asked for; it begins at once.
    pub(crate) fn ask_for_sync(&mut self, now: i64) -> Result<(), NoSync> {
        let state = lifecycle::state(self, now);
        if state.kind != "ready" {
            return Err(NoSync::InSetup);
        }
        if state.sync_status == "syncing" {
            return Err(NoSync::Running);
        }
        if state.status != "active" {
            return Err(NoSync::NotActive);
        }
        let until = self.syncs_asked.last().map_or(i64::MIN, |start| start + COOLDOWN);
        if now < until {
            return Err(NoSync::Cooldown { until });
        }
        self.syncs_asked.retain(|start| *start > now - ASKED_KEPT);
        self.syncs_asked.push(now);
        self.touch(now);
        Ok(())
    }

    /// Moves `updatedAt` on, even while the clock stands still: hosts tell by it that something changed.
    pub(crate) fn touch(&mut self, now: i64) {
        self.touched_at = now.max(lifecycle::state(self, now).updated_at + 1);
    }
}

impl Labelled for Connection {
    fn id(&self) -> &str {
        &self.id
    }
}

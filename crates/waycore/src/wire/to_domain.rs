//! From Waycore's words to the product's: the only way that an answer becomes a connection or a bank.

use domain::{
    bank_choice, connection as target,
    connection::{ConnectionState, StateParts},
    ids::{ConnectionId, EntityId, InstitutionId, InvalidId},
    portal_url::PortalUrl,
    timestamp::Timestamp,
};
use serde_json::Value;

use super::{
    Connection, DateTime, Institution, Instructions, OtherConnection, ProvisioningStatus, ReadyConnection,
    Setup, SetupConnection,
};

/// A body has the documented form, and one of its ids can be no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{field} of Waycore's answer: {reason}")]
pub struct UnusableId {
    /// Waycore's name of the field.
    pub field: &'static str,
    pub reason: InvalidId,
}

impl Connection {
    /// The connection as the product knows it. A state that is not understood is no error: it becomes
    /// [`ConnectionState::Unrecognised`].
    ///
    /// # Errors
    /// [`UnusableId`] if its own id or the entity's is empty, over-long or has control characters.
    pub fn to_domain(&self) -> Result<target::Connection, UnusableId> {
        let institution = Bank::of(self);
        Ok(target::Connection {
            id: ConnectionId::parse(self.id()).map_err(unusable("id"))?,
            entity_id: EntityId::parse(self.entity_id()).map_err(unusable("entityId"))?,
            // A connection may have none, so one that can be no id costs no connection.
            institution_id: institution.id.and_then(|id| InstitutionId::parse(id).ok()),
            institution_name: institution.name.map(str::to_owned),
            portal_url: institution.portal_url.map(str::to_owned),
            created_at: self.created_at().into(),
            updated_at: self.updated_at().into(),
            state: self.state(),
        })
    }

    fn state(&self) -> ConnectionState {
        let parts = StateParts { kind: self.kind(), status: self.status().as_str(), ..StateParts::default() };
        ConnectionState::from_parts(match self {
            Self::Ready(ready) => StateParts {
                sync: ready.sync_status.as_ref().map(|status| target::SyncStatus::parse(status.as_str())),
                last_synced_at: ready.last_synced_at.as_ref().map(Timestamp::from),
                error_code: present(&ready.error_code).map(str::to_owned),
                ..parts
            },
            Self::Setup(connection) => StateParts { setup: Some(connection.setup.to_domain()), ..parts },
            Self::Other(_) => parts,
        })
    }
}

impl Institution {
    /// The bank as the product knows it, the default portal first if it can be used. A portal address that is not a plain https
    /// address is left out: it would become a link.
    ///
    /// # Errors
    /// [`UnusableId`] if the id is empty, over-long or has control characters.
    pub fn to_domain(&self) -> Result<bank_choice::Institution, UnusableId> {
        let canonical = self.canonical_portal_url.as_ref().and_then(|text| PortalUrl::parse(text).ok());
        let has_canonical = canonical.is_some();
        let mut portals = Vec::from_iter(canonical);
        for text in &self.additional_portal_urls {
            match PortalUrl::parse(text) {
                Ok(portal) if !portals.contains(&portal) => portals.push(portal),
                Ok(_) | Err(_) => {}
            }
        }
        let id = InstitutionId::parse(self.institution_id.as_str()).map_err(unusable("institutionId"))?;
        Ok(bank_choice::Institution { id, name: self.name.clone(), portals, has_canonical })
    }
}

impl Setup {
    fn to_domain(&self) -> target::Setup {
        let by = self.action_required_by.as_ref().map(|by| by.as_str());
        let next = self.next_action.as_ref().map(|next| next.as_str());
        let status = self.status.as_ref().map(|status| status.as_str().trim());
        target::Setup {
            status: status.filter(|status| !status.is_empty()).map(str::to_owned),
            instructions: self.instructions.to_domain(),
            credentials_present: self.credentials_present,
            action_required_by: target::ActionRequiredBy::parse(by.unwrap_or_default()),
            next_action: target::NextAction::parse(next.unwrap_or_default()),
        }
    }
}

impl Instructions {
    fn to_domain(&self) -> target::Instructions {
        let value = |field| present(field).map(str::to_owned);
        target::Instructions {
            first_name: value(&self.first_name),
            last_name: value(&self.last_name),
            address: value(&self.address),
            email: value(&self.email),
            username: value(&self.username),
            phone_number: value(&self.phone_number),
            email_provisioning: provisioning(self.email_provisioning_status.as_ref()),
            phone_provisioning: provisioning(self.phone_number_provisioning_status.as_ref()),
        }
    }
}

/// The documents do not say whether "pending" goes with an empty value, nor what follows it.
fn provisioning(status: Option<&ProvisioningStatus>) -> Option<target::Provisioning> {
    target::Provisioning::parse(status?.as_str())
}

/// What a body says about the bank.
struct Bank<'a> {
    id: Option<&'a str>,
    name: Option<&'a str>,
    portal_url: Option<&'a str>,
}

impl<'a> Bank<'a> {
    fn of(connection: &'a Connection) -> Self {
        match connection {
            Connection::Ready(ReadyConnection { institution_id, institution_name, portal_url, .. })
            | Connection::Setup(SetupConnection { institution_id, institution_name, portal_url, .. }) => {
                Self {
                    id: present(institution_id),
                    name: present(institution_name),
                    portal_url: present(portal_url),
                }
            }
            Connection::Other(OtherConnection { rest, .. }) => {
                let text = |field| rest.get(field).and_then(Value::as_str).filter(|text| !is_blank(text));
                Self {
                    id: text("institutionId"),
                    name: text("institutionName"),
                    portal_url: text("portalUrl"),
                }
            }
        }
    }
}

impl From<&DateTime> for Timestamp {
    fn from(moment: &DateTime) -> Self {
        Self::from_millis(moment.as_millis())
    }
}

impl From<Timestamp> for DateTime {
    fn from(moment: Timestamp) -> Self {
        Self::from_millis(moment.as_millis())
    }
}

fn unusable(field: &'static str) -> impl FnOnce(InvalidId) -> UnusableId {
    move |reason| UnusableId { field, reason }
}

/// A text that says something: an empty one is as good as none.
fn present(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !is_blank(text))
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

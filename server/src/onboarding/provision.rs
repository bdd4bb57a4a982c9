//! What the host's own backend does with its customers: map, import, list and forget them.
//!
//! A provisioner speaks for its issuer alone: it names a customer by `org`, and never another host's.

use super::own::connection_id;
use super::turn::audited;
use super::{UseCases, access};
use crate::failure::{Failure, Missing};
use crate::store::{Action, AuditEvent, Change, EntityIntent, StoreError, Write};
use app::backend::{Caller, Customer, ListQuery, Role};
use app::model::ConnectionPage;
use domain::ids::{CustomerId, EntityId};

/// A customer's entity, and whether it was mapped just now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provisioned {
    /// Waycore's id.
    pub entity: EntityId,
    /// False when it was known before.
    pub new: bool,
}

impl UseCases {
    /// Maps a customer: to the entity that is given, else to the one of its external id, which is created if need be.
    pub(super) async fn provision(
        &self,
        by: &Caller,
        org: CustomerId,
        name: Option<String>,
        entity: Option<EntityId>,
    ) -> Result<Provisioned, Failure> {
        let customer = on_behalf(by, org, name)?;
        match (self.known_entity(&customer).await?, entity) {
            (Some(known), None) => Ok(Provisioned { entity: known, new: false }),
            (Some(known), Some(wanted)) if known == wanted => Ok(Provisioned { entity: known, new: false }),
            (Some(_), Some(_)) => Err(Failure::Mapped),
            (None, None) => Ok(Provisioned { entity: self.resolve_entity(&customer).await?, new: true }),
            (None, Some(wanted)) => {
                let found = self.importable(&customer, &wanted).await?;
                let turn = self.turn(&customer, Action::MapEntity, wanted.as_str()).await?;
                let imported = self.import(&customer, &wanted, &found.external_entity_id).await;
                turn.end(imported, None, |()| Vec::new()).await?;
                Ok(Provisioned { entity: wanted, new: true })
            }
        }
    }

    /// Maps a customer to an entity that exists, under whatever external id it has.
    async fn import(&self, customer: &Caller, wanted: &EntityId, external_id: &str) -> Result<(), Failure> {
        let intent =
            self.store.record_entity_intent(self.tenant(customer), external_id, self.clock.now()).await;
        match intent.map_err(taken)? {
            EntityIntent::Mapped(known) if known == *wanted => Ok(()),
            EntityIntent::Mapped(_) => Err(Failure::Mapped),
            EntityIntent::Started | EntityIntent::Pending { .. } => {
                let entry = audited(customer, AuditEvent::EntityMapped, None, wanted.as_str());
                let written = self.write(customer, &[Write::Entity(wanted), Write::Audit(&entry)]).await;
                written.map_err(taken)
            }
        }
    }

    /// A customer's connections with their states.
    pub(super) async fn connections_of(
        &self,
        by: &Caller,
        org: CustomerId,
        cursor: Option<String>,
    ) -> Result<ConnectionPage, Failure> {
        let customer = on_behalf(by, org, None)?;
        self.list_connections(&customer, ListQuery { cursor, ..ListQuery::default() }).await
    }

    /// How the state of one of a customer's connections changed, with the errors that Waycore reported.
    pub(super) async fn history_of(
        &self,
        by: &Caller,
        org: CustomerId,
        id: &str,
    ) -> Result<Vec<Change>, Failure> {
        let customer = on_behalf(by, org, None)?;
        let id = connection_id(id)?;
        let history = self.store.history(self.tenant(&customer), &id).await?;
        if history.is_empty() { Err(Missing::Unknown.into()) } else { Ok(history) }
    }

    /// Takes a customer out here; at Waycore nothing is deleted.
    pub(super) async fn forget(&self, by: &Caller, org: CustomerId) -> Result<(), Failure> {
        let customer = on_behalf(by, org, None)?;
        let forgotten = self.store.forget(self.tenant(&customer), &by.user, self.clock.now()).await;
        forgotten.map_err(|error| match error {
            StoreError::Missing => Missing::Customer.into(),
            error => error.into(),
        })
    }
}

/// The customer as the use cases see it, in the provisioner's name.
fn on_behalf(by: &Caller, org: CustomerId, name: Option<String>) -> Result<Caller, Failure> {
    if by.role != Role::Provisioner {
        return Err(access::forbidden(by));
    }
    Ok(Caller {
        customer: Customer { issuer: by.customer.issuer.clone(), org: org.to_string() },
        user: by.user.clone(),
        role: Role::Viewer,
        org_name: name,
        name: None,
        locale: by.locale.clone(),
    })
}

fn taken(error: StoreError) -> Failure {
    match error {
        StoreError::Taken => Failure::Mapped,
        error => error.into(),
    }
}

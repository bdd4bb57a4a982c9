//! What the host's own backend does with its customers: map, import, list and forget them.
//!
//! A provisioner speaks for its issuer alone: it names a customer by `org`, and never another host's.

use app::backend::{Caller, Customer, ListQuery, Role};
use app::model::ConnectionPage;
use domain::ids::{CustomerId, EntityId};
use waycore::Error;

use super::UseCases;
use super::turn::audited;
use crate::failure::{Call, EntityFault, Failure, Missing};
use crate::store::{Action, AuditEvent, EntityIntent, StoreError, Write};

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
                let turn = self.turn(&customer, Action::MapEntity, wanted.as_str()).await?;
                let imported = self.import(&customer, &wanted).await;
                turn.end(imported, |()| Vec::new()).await?;
                Ok(Provisioned { entity: wanted, new: true })
            }
        }
    }

    /// Maps a customer to an entity that exists, under whatever external id it has.
    async fn import(&self, customer: &Caller, wanted: &EntityId) -> Result<(), Failure> {
        let entity = self.waycore.get_entity(wanted).await.map_err(|error| match error {
            Error::NotFound | Error::Invalid => Missing::Entity.into(),
            error => Failure::of(Call::GetEntity)(error),
        })?;
        if entity.entity_id != wanted.as_str() {
            return Err(EntityFault::OtherExternalId.into());
        }
        if entity.is_default_org_entity {
            return Err(EntityFault::DefaultEntity.into());
        }
        let external_id = &entity.external_entity_id;
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
        return Err(Failure::Forbidden);
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

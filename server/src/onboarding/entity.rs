//! Which entity at Waycore a customer is.
//!
//! The map is filled at the customer's first change and never by a look. What a second `POST /v1/entities` with the
//! same external id does is not documented, so the order is fixed: note the intent, look, create, and look again when
//! the outcome is not known. Two customers on one entity would see each other's banks; rather than guess, nothing is
//! created and a person is asked.

use app::backend::Caller;
use domain::ids::EntityId;
use waycore::Error;
use waycore::wire::{Entity, EntityCreate, Page};

use super::UseCases;
use super::turn::audited;
use crate::failure::{Call, EntityFault, Failure, Missing};
use crate::store::{Action, AuditEvent, EntityIntent, StoreError, Write};

impl UseCases {
    /// The entity that the customer is mapped to. It asks nobody and creates nothing.
    pub(super) async fn known_entity(&self, caller: &Caller) -> Result<Option<EntityId>, Failure> {
        Ok(self.store.entity(self.tenant(caller)).await?.and_then(|mapped| mapped.entity))
    }

    /// The same, for what only a mapped customer can have.
    pub(super) async fn mapped_entity(&self, caller: &Caller) -> Result<EntityId, Failure> {
        self.known_entity(caller).await?.ok_or_else(|| Missing::NoEntityYet.into())
    }

    /// The customer's entity, found or created at Waycore if this is the first time.
    pub(super) async fn resolve_entity(&self, caller: &Caller) -> Result<EntityId, Failure> {
        if let Some(entity) = self.known_entity(caller).await? {
            return Ok(entity);
        }
        let external_id = [&self.namespace, ":", &caller.customer.org].concat();
        let turn = self.turn(caller, Action::MapEntity, &external_id).await?;
        let settled = self.settle_entity(caller, &external_id).await;
        turn.end(settled, |_| Vec::new()).await
    }

    async fn settle_entity(&self, caller: &Caller, external_id: &str) -> Result<EntityId, Failure> {
        let intent =
            self.store.record_entity_intent(self.tenant(caller), external_id, self.clock.now()).await;
        match intent.map_err(|error| or_taken(error, EntityFault::ExternalIdTaken))? {
            EntityIntent::Mapped(entity) => Ok(entity),
            // A process may have died between the intent and the answer: looking first covers both.
            EntityIntent::Started | EntityIntent::Pending { .. } => {
                let entity = self.find_or_create(caller, external_id).await?;
                let entry = audited(caller, AuditEvent::EntityMapped, None, entity.as_str());
                let recorded = self.write(caller, &[Write::Entity(&entity), Write::Audit(&entry)]).await;
                recorded.map_err(|error| or_taken(error, EntityFault::EntityTaken))?;
                tracing::info!(%entity, org = %caller.customer.org, "a customer has an entity now");
                Ok(entity)
            }
        }
    }

    async fn find_or_create(&self, caller: &Caller, external_id: &str) -> Result<EntityId, Failure> {
        if let Some(entity) = self.find_entity(external_id).await? {
            return Ok(entity);
        }
        let request = EntityCreate {
            external_entity_id: external_id.to_owned(),
            name: caller.org_name.clone().filter(|name| !name.trim().is_empty()),
            metadata: None,
        };
        let error = match self.waycore.create_entity(&request).await {
            Ok(entity) => return proved(&entity, external_id),
            Err(error) => error,
        };
        if !matches!(error, Error::Conflict { .. } | Error::Unknown(_)) {
            return Err(Failure::of(Call::CreateEntity)(error));
        }
        match self.find_entity(external_id).await? {
            Some(entity) => Ok(entity),
            None if matches!(error, Error::Conflict { .. }) => Err(EntityFault::Conflict.into()),
            None => Err(Failure::of(Call::CreateEntity)(error)),
        }
    }

    async fn find_entity(&self, external_id: &str) -> Result<Option<EntityId>, Failure> {
        let found = self.waycore.list_entities(external_id).await;
        the_only(&found.map_err(Failure::of(Call::ListEntities))?, external_id)
    }
}

/// The one entity of an answer; more than that, or anything else in it, and the answer cannot be relied on.
fn the_only(found: &Page<Entity>, external_id: &str) -> Result<Option<EntityId>, Failure> {
    match found.data.as_slice() {
        [] if !found.pagination.has_more => Ok(None),
        [entity] if !found.pagination.has_more => proved(entity, external_id).map(Some),
        entities if entities.iter().all(|entity| entity.external_entity_id == external_id) => {
            Err(EntityFault::Several.into())
        }
        _ => Err(EntityFault::OtherExternalId.into()),
    }
}

/// An entity that is exactly the one asked for.
fn proved(entity: &Entity, external_id: &str) -> Result<EntityId, Failure> {
    if entity.external_entity_id != external_id {
        return Err(EntityFault::OtherExternalId.into());
    }
    if entity.is_default_org_entity {
        return Err(EntityFault::DefaultEntity.into());
    }
    EntityId::parse(entity.entity_id.as_str()).map_err(|_| EntityFault::UnusableId.into())
}

/// A row that is somebody else's is no trouble with the database.
fn or_taken(error: StoreError, fault: EntityFault) -> Failure {
    match error {
        StoreError::Taken => fault.into(),
        StoreError::Missing | StoreError::Corrupt { .. } | StoreError::Database(_) => error.into(),
    }
}

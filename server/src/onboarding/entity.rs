//! Which entity at Waycore a customer is.
//!
//! The map is filled at the customer's first change and never by a look. What a second `POST /v1/entities` with the
//! same external id does is not documented, so the order is fixed: note the intent, look, create, and look again when
//! the outcome is not known. Two customers on one entity would see each other's banks; rather than guess, nothing is
//! created and a person is asked. An entity that is found has to prove that it was made here; see [`Owner`].

use app::backend::Caller;
use domain::ids::EntityId;
use domain::visible::is_blank;
use waycore::wire::{Entity, EntityCreate, Page};
use waycore::{Error, Unclear};

use super::UseCases;
use super::attempt::{attempted, settled};
use super::namespace::Owner;
use super::turn::{OUTCOME_UNKNOWN, audited};
use crate::failure::{Call, EntityFault, Failure, Missing};
use crate::security_log::SecurityEvent;
use crate::store::{Action, AuditEvent, EntityIntent, MappedEntity, StoreError, Write};

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
        let external_id = match self.store.entity(self.tenant(caller)).await? {
            Some(MappedEntity { entity: Some(entity), .. }) => return Ok(entity),
            // Finished as it was begun, whatever the namespace is by now.
            Some(intended) => intended.external_entity_id,
            None => self.namespace.external_id(&caller.customer),
        };
        let turn = self.turn(caller, Action::MapEntity, &external_id).await?;
        let resolved = self.settle_entity(caller, &external_id).await;
        let unknown = audited(caller, AuditEvent::EntityMapped, None, OUTCOME_UNKNOWN);
        let entity = turn.end(resolved, Some(&unknown), |_| Vec::new()).await?;
        settled();
        Ok(entity)
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
        if let Some(entity) = self.find_entity(caller, external_id).await? {
            return Ok(entity);
        }
        let request = EntityCreate {
            external_entity_id: external_id.to_owned(),
            name: caller.org_name.clone().filter(|name| !is_blank(name)),
            metadata: Some(self.namespace.metadata(&caller.customer.issuer)),
        };
        let error = match attempted(self.waycore.create_entity(&request).await) {
            Ok(entity) => return self.proved(caller, &entity, external_id),
            Err(error) => error,
        };
        if !matches!(error, Error::Conflict { .. } | Error::Unknown(_)) {
            return Err(Failure::of(Call::CreateEntity)(error));
        }
        match self.find_entity(caller, external_id).await? {
            Some(entity) => Ok(entity),
            None if matches!(error, Error::Conflict { .. }) => Err(EntityFault::Conflict.into()),
            // It has left nothing at Waycore.
            None if error == Error::Unknown(Unclear::NoAnswer) => {
                let again = attempted(self.waycore.create_entity(&request).await);
                self.proved(caller, &again.map_err(Failure::of(Call::CreateEntity))?, external_id)
            }
            None => Err(Failure::of(Call::CreateEntity)(error)),
        }
    }

    async fn find_entity(&self, caller: &Caller, external_id: &str) -> Result<Option<EntityId>, Failure> {
        let found = self.waycore.list_entities(external_id).await;
        let found = found.map_err(Failure::of(Call::ListEntities))?;
        match the_only(&found, external_id)? {
            Some(entity) => self.proved(caller, entity, external_id).map(Some),
            None => Ok(None),
        }
    }

    /// Returns the id of an entity that is exactly the one asked for, and that this deployment made for the same issuer.
    fn proved(&self, caller: &Caller, entity: &Entity, external_id: &str) -> Result<EntityId, Failure> {
        if entity.external_entity_id != external_id {
            return Err(EntityFault::OtherExternalId.into());
        }
        let id = usable(entity)?;
        match owner(self, caller, entity)? {
            Owner::This => Ok(id),
            Owner::Another | Owner::Unknown => Err(refuse_foreign(caller, entity, EntityFault::Unmarked)),
        }
    }

    /// Returns the id of an entity that the host's backend asks for by that id. Its external id is of no matter, and it may
    /// be older than the digest.
    pub(super) async fn importable(&self, customer: &Caller, wanted: &EntityId) -> Result<Entity, Failure> {
        let entity = self.waycore.get_entity(wanted).await.map_err(|error| match error {
            Error::NotFound | Error::Invalid => Missing::Entity.into(),
            error => Failure::of(Call::GetEntity)(error),
        })?;
        if usable(&entity)? != *wanted {
            return Err(EntityFault::OtherExternalId.into());
        }
        owner(self, customer, &entity)?;
        Ok(entity)
    }
}

/// Returns who made an entity. One that another deployment made is refused, however it was found.
fn owner(cases: &UseCases, caller: &Caller, entity: &Entity) -> Result<Owner, Failure> {
    match cases.namespace.owner(&caller.customer.issuer, entity) {
        Owner::Another => Err(refuse_foreign(caller, entity, EntityFault::OtherDeployment)),
        owner @ (Owner::This | Owner::Unknown) => Ok(owner),
    }
}

fn refuse_foreign(caller: &Caller, entity: &Entity, fault: EntityFault) -> Failure {
    let reason = format!("{fault:?} {}", entity.entity_id);
    SecurityEvent::new("foreign_entity").by(caller).because(&reason).log();
    fault.into()
}

/// The one entity of an answer; more than that, or anything else in it, and the answer cannot be relied on.
fn the_only<'a>(found: &'a Page<Entity>, external_id: &str) -> Result<Option<&'a Entity>, Failure> {
    if !found.unreadable.is_empty() {
        // It may be the customer's, and a second one must not be made beside it.
        return Err(EntityFault::Unreadable.into());
    }
    match found.data.as_slice() {
        [] if !found.pagination.has_more => Ok(None),
        [entity] if !found.pagination.has_more => Ok(Some(entity)),
        entities if entities.iter().all(|entity| entity.external_entity_id == external_id) => {
            Err(EntityFault::Several.into())
        }
        _ => Err(EntityFault::OtherExternalId.into()),
    }
}

/// Returns the id of an entity that can stand for a customer.
fn usable(entity: &Entity) -> Result<EntityId, Failure> {
    if entity.is_default_org_entity {
        return Err(EntityFault::DefaultEntity.into());
    }
    EntityId::parse(entity.entity_id.as_str()).map_err(|_| EntityFault::UnusableId.into())
}

/// A row that is somebody else's is no trouble with the database.
fn or_taken(error: StoreError, fault: EntityFault) -> Failure {
    match error {
        StoreError::Taken => fault.into(),
        StoreError::Missing | StoreError::Corrupt { .. } | StoreError::Gone | StoreError::Database(_) => {
            error.into()
        }
    }
}

#[cfg(test)]
mod tests {
    use waycore::wire::{Meta, Pagination, UnreadableRow};

    use super::*;

    #[test]
    fn an_entity_that_cannot_be_read_is_not_taken_for_none() {
        let none = || Page::new(Vec::new(), Pagination::default(), Meta::default());
        assert!(matches!(the_only(&none(), "a:42"), Ok(None)));
        let mut odd = none();
        odd.unreadable.push(UnreadableRow { id: None, cause: "missing field `createdAt`".to_owned() });
        let without_pagination = serde_json::from_str(r#"{"data":[]}"#).unwrap();
        for page in [odd, without_pagination] {
            let fault = Failure::Entity(EntityFault::Unreadable);
            assert_eq!(format!("{:?}", the_only(&page, "a:42").unwrap_err()), format!("{fault:?}"));
        }
    }
}

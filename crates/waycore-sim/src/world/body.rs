//! A connection as it goes over the wire at a virtual time.

use serde_json::Value;
use waycore::wire::{self, DateTime, Metadata, OtherConnection, ReadyConnection, Setup, SetupConnection};

use super::{
    connection::{Bank, Connection},
    lifecycle::{self, State},
};

impl Connection {
    pub(crate) fn body(&self, now: i64) -> wire::Connection {
        let state = lifecycle::state(self, now);
        match state.kind.as_str() {
            "ready" => wire::Connection::Ready(self.ready(state)),
            "setup" => wire::Connection::Setup(self.setup(state, now)),
            _ => wire::Connection::Other(self.other(state)),
        }
    }

    /// The institution that the wire shows. The documents require one of a ready connection, so a portal that
    /// no institution owns gets an id of its own then; before that it is null.
    pub(crate) fn institution_on_wire(&self, now: i64) -> Option<String> {
        match &self.bank {
            Bank::Listed { institution_id, .. } => Some(institution_id.clone()),
            Bank::Unlisted { .. } => {
                (lifecycle::state(self, now).kind == "ready").then(|| self.bank.public_id())
            }
        }
    }

    fn ready(&self, state: State) -> ReadyConnection {
        ReadyConnection {
            id: self.id.clone(),
            entity_id: self.entity_id.clone(),
            institution_id: Some(self.bank.public_id()),
            status: state.status.as_str().into(),
            sync_status: Some(state.sync_status.as_str().into()),
            created_at: DateTime::from_millis(self.created_at),
            updated_at: DateTime::from_millis(state.updated_at),
            portal_url: self.bank.portal().map(str::to_owned),
            institution_name: self.bank.name().map(str::to_owned),
            last_synced_at: state.last_synced_at.map(DateTime::from_millis),
            error_code: state.error_code,
            error_message: state.error_message,
            metadata: Metadata::new(),
        }
    }

    fn setup(&self, state: State, now: i64) -> SetupConnection {
        let step =
            if state.status == "draft" { "awaitingDelegatedUserCreation" } else { "awaitingActivation" };
        SetupConnection {
            id: self.id.clone(),
            entity_id: self.entity_id.clone(),
            status: state.status.as_str().into(),
            created_at: DateTime::from_millis(self.created_at),
            updated_at: DateTime::from_millis(state.updated_at),
            setup: Setup {
                status: Some(step.into()),
                instructions: self.instructions(now),
                credentials_present: self.credentials_present,
                action_required_by: Some(state.action_required_by.as_str().into()),
                next_action: Some(state.next_action.as_str().into()),
            },
            portal_url: self.bank.portal().map(str::to_owned),
            institution_id: self.bank.institution_id().map(str::to_owned),
            institution_name: self.bank.name().map(str::to_owned),
            metadata: Metadata::new(),
        }
    }

    /// What a kind of tomorrow might look like: only the fields that both known kinds share.
    fn other(&self, state: State) -> OtherConnection {
        let text = |text: Option<&str>| text.map_or(Value::Null, Value::from);
        OtherConnection {
            id: self.id.clone(),
            entity_id: self.entity_id.clone(),
            status: state.status.as_str().into(),
            created_at: DateTime::from_millis(self.created_at),
            updated_at: DateTime::from_millis(state.updated_at),
            kind: Some(state.kind),
            rest: Metadata::from_iter([
                ("portalUrl".to_owned(), text(self.bank.portal())),
                ("institutionId".to_owned(), text(self.bank.institution_id())),
                ("institutionName".to_owned(), text(self.bank.name())),
                ("metadata".to_owned(), Value::Object(Metadata::new())),
            ]),
        }
    }
}

//! Connections to ask questions about.

use domain::connection::{
    ActionRequiredBy, Connection, ConnectionState, Instructions, NextAction, Setup, StateParts, SyncStatus,
};
use domain::ids::{ConnectionId, EntityId};
use domain::timestamp::Timestamp;

/// What a setup asks for, by whom.
pub(crate) fn setup(action_required_by: &str, next_action: &str) -> Setup {
    Setup {
        status: None,
        instructions: Instructions::default(),
        credentials_present: false,
        action_required_by: ActionRequiredBy::parse(action_required_by),
        next_action: NextAction::parse(next_action),
    }
}

/// The state that Waycore's kind and status lead to, with what such a connection has on the wire.
pub(crate) fn state(kind: &str, status: &str) -> ConnectionState {
    ConnectionState::from_parts(StateParts {
        kind,
        status,
        setup: (kind == "setup").then(|| setup("endUser", "createDelegatedUser")),
        sync: (kind == "ready").then_some(SyncStatus::Idle),
        ..StateParts::default()
    })
}

/// A connection in that state, last changed at `updated_at`.
pub(crate) fn connection(state: ConnectionState, updated_at: i64) -> Connection {
    Connection {
        id: ConnectionId::parse("conn_1").unwrap(),
        entity_id: EntityId::parse("ent_1").unwrap(),
        institution_id: None,
        institution_name: None,
        portal_url: None,
        created_at: Timestamp::from_millis(0),
        updated_at: Timestamp::from_millis(updated_at),
        state,
    }
}

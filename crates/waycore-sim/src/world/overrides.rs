//! What the control API puts in place of a connection's own state.

use serde::{Deserialize, Deserializer, Serialize};
use waycore::wire::{Instructions, Metadata};

use super::{connection::Connection, lifecycle};

/// Values that win over the life cycle; any text, documented or not.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Overrides {
    /// Set while kind or status are: the life cycle stands at this virtual time.
    pub(crate) stopped_at: Option<i64>,
    pub(crate) kind: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) sync_status: Option<String>,
    pub(crate) next_action: Option<String>,
    pub(crate) action_required_by: Option<String>,
    pub(crate) error_code: Option<String>,
    pub(crate) error_message: Option<String>,
    /// Fields of the instructions, by their names on the wire.
    pub(crate) instructions: Metadata,
}

/// Body of `POST /_sim/connections/{id}`: a text sets a field, `null` takes it back, an absent one stays.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Patch {
    status: Change<String>,
    kind: Change<String>,
    sync_status: Change<String>,
    next_action: Change<String>,
    action_required_by: Change<String>,
    error_code: Change<String>,
    error_message: Change<String>,
    instructions: Change<Metadata>,
}

#[derive(Debug, Default)]
enum Change<T> {
    #[default]
    Keep,
    TakeBack,
    Set(T),
}

/// The instructions hold a name or a value that the API has no place for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("instructions.{0} is no text, or no field of the instructions")]
pub(crate) struct NoInstruction(String);

impl Overrides {
    /// The customer moved the setup on, so it goes its own way again.
    pub(crate) fn resume_life_cycle(&mut self) {
        self.stopped_at = None;
        self.kind = None;
        self.status = None;
        self.next_action = None;
        self.action_required_by = None;
    }

    /// The instructions with the overridden fields put in.
    pub(crate) fn instructions(&self, own: Instructions) -> Instructions {
        merge(own, &self.instructions).unwrap_or_default()
    }
}

impl Patch {
    /// Checks everything before anything changes.
    pub(crate) fn apply(self, connection: &mut Connection, now: i64) -> Result<(), NoInstruction> {
        if let Change::Set(fields) = &self.instructions {
            check_instructions(fields)?;
        }
        let before = lifecycle::state(connection, now);
        let overrides = &mut connection.overrides;
        match (self.kind, self.status) {
            (Change::Keep, Change::Keep) => {}
            (Change::TakeBack, Change::TakeBack | Change::Keep) | (Change::Keep, Change::TakeBack) => {
                overrides.stopped_at = None;
                overrides.kind = None;
                overrides.status = None;
            }
            // The one that is not named stays what it is at this moment: they only make sense together.
            (kind, status) => {
                overrides.stopped_at = overrides.stopped_at.or(Some(now));
                overrides.kind = kind.or(before.kind);
                overrides.status = status.or(before.status);
            }
        }
        self.sync_status.put(&mut overrides.sync_status);
        self.next_action.put(&mut overrides.next_action);
        self.action_required_by.put(&mut overrides.action_required_by);
        self.error_code.put(&mut overrides.error_code);
        self.error_message.put(&mut overrides.error_message);
        match self.instructions {
            Change::Keep => {}
            Change::TakeBack => overrides.instructions.clear(),
            Change::Set(fields) => overrides.instructions.extend(fields),
        }
        connection.touched_at = now.max(before.updated_at + 1);
        Ok(())
    }
}

impl Change<String> {
    fn or(self, present: String) -> Option<String> {
        match self {
            Self::Set(text) => Some(text),
            Self::Keep => Some(present),
            Self::TakeBack => None,
        }
    }

    fn put(self, field: &mut Option<String>) {
        match self {
            Self::Keep => {}
            Self::TakeBack => *field = None,
            Self::Set(text) => *field = Some(text),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value: Option<T> = Deserialize::deserialize(deserializer)?;
        Ok(value.map_or(Self::TakeBack, Self::Set))
    }
}

/// Every field must be one of the wire type's, and of its type.
fn check_instructions(fields: &Metadata) -> Result<(), NoInstruction> {
    for (name, value) in fields {
        let one = Metadata::from_iter([(name.clone(), value.clone())]);
        let known = serde_json::to_value(Instructions::default());
        let is_known = known.is_ok_and(|known| known.get(name).is_some());
        // The client's types read more than Waycore writes.
        let is_text = value.is_null() || value.is_string();
        if !is_known || !is_text || merge(Instructions::default(), &one).is_none() {
            return Err(NoInstruction(name.clone()));
        }
    }
    Ok(())
}

fn merge(own: Instructions, fields: &Metadata) -> Option<Instructions> {
    let mut merged = serde_json::to_value(own).ok()?;
    merged.as_object_mut()?.extend(fields.clone());
    serde_json::from_value(merged).ok()
}

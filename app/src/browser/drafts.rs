//! The drafts of this device in localStorage, one key a customer. Without storage the flow goes on without drafts.

use domain::{
    draft::{Draft, Drafts},
    ids::{ConnectionId, DraftId},
};
use gloo_storage::{LocalStorage, Storage};

use super::{now, window};

/// All drafts of one customer, the newest first.
pub(crate) fn all(scope: &str) -> Vec<Draft> {
    let mut drafts = load(scope).drafts;
    drafts.sort_by_key(|draft| std::cmp::Reverse(draft.saved_at));
    drafts
}

pub(crate) fn find(scope: &str, id: &str) -> Option<Draft> {
    let id = DraftId::parse(id).ok()?;
    load(scope).get(&id).cloned()
}

/// Saves what `change` makes of the draft with this id, or of a new one. Gives the draft's id if it could be stored.
pub(crate) fn save(scope: &str, id: &str, change: impl FnOnce(Draft) -> Draft) -> Option<String> {
    let id = DraftId::parse(id).or_else(|_| DraftId::parse(new_id())).ok()?;
    let mut drafts = load(scope);
    let known = drafts.get(&id).cloned().unwrap_or_else(|| Draft::new(id.clone(), now()));
    drafts.put(change(known).saved(now()));
    store(scope, &drafts).then(|| id.to_string())
}

pub(crate) fn discard(scope: &str, id: &str) {
    if let Ok(id) = DraftId::parse(id) {
        let mut drafts = load(scope);
        drafts.discard(&id);
        store(scope, &drafts);
    }
}

/// From now on the draft resumes by its connection.
pub(crate) fn link(scope: &str, id: &str, connection: &str) {
    if let (Some(known), Ok(connection)) = (find(scope, id), ConnectionId::parse(connection)) {
        save(scope, known.id.as_str(), |draft| Draft { connection_id: Some(connection), ..draft });
    }
}

/// Forgets the drafts that led to a connection.
pub(crate) fn clear(scope: &str, connection: &str) {
    let Ok(connection) = ConnectionId::parse(connection) else { return };
    let mut drafts = load(scope);
    let before = drafts.drafts.len();
    drafts.drafts.retain(|draft| draft.connection_id.as_ref() != Some(&connection));
    if drafts.drafts.len() != before {
        store(scope, &drafts);
    }
}

fn key(scope: &str) -> String {
    format!("waycore-connect:drafts:{scope}")
}

/// gloo-storage panics where storage is denied, so that is asked first.
fn available() -> bool {
    matches!(window().local_storage(), Ok(Some(_)))
}

/// What is unreadable is as good as nothing: a draft is a convenience.
fn load(scope: &str) -> Drafts {
    if !available() {
        return Drafts::empty(scope);
    }
    LocalStorage::get::<Drafts>(key(scope)).unwrap_or_else(|_| Drafts::empty(scope)).admit(scope, now())
}

fn store(scope: &str, drafts: &Drafts) -> bool {
    available() && LocalStorage::set(key(scope), drafts).is_ok()
}

fn new_id() -> String {
    let random = (js_sys::Math::random() * 1e9) as u32;
    format!("{}-{random}", now().as_millis())
}

//! The drafts of this device in localStorage, one key a customer. Without storage the flow goes on without drafts.

use domain::{
    draft::{Draft, Drafts, SCHEMA},
    ids::{ConnectionId, DraftId},
    timestamp::Timestamp,
};
use gloo_storage::{LocalStorage, Storage};
use js_sys::{Array, JSON, Object, Reflect};
use wasm_bindgen::JsValue;

use super::{now, window};

/// All drafts of one customer, the newest first.
pub(crate) fn all(scope: &str) -> Vec<Draft> {
    let mut drafts = load(scope).drafts;
    drafts.reverse();
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

/// Erases all expired and unreadable drafts, also those of other customers, who may never use this device again.
pub(crate) fn erase_expired() {
    if !available() {
        return;
    }
    let storage = LocalStorage::raw();
    let keys =
        (0..storage.length().unwrap_or_default()).filter_map(|index| storage.key(index).ok().flatten());
    for key in keys.collect::<Vec<_>>() {
        let Some(scope) = key.strip_prefix(PREFIX) else { continue };
        let left = match stored(scope) {
            // What a newer program keeps is its own matter.
            Some(stored) if stored.schema != SCHEMA => continue,
            stored => stored.map(|stored| stored.admit(scope, now())),
        };
        match left.filter(|left| !left.drafts.is_empty()) {
            // Stores the readable drafts only. Writing the same text raises no `storage` event in other pages.
            Some(left) => drop(store(scope, &left)),
            None => drop(storage.remove_item(&key)),
        }
    }
}

const PREFIX: &str = "waycore-connect:drafts:";

fn key(scope: &str) -> String {
    [PREFIX, scope].concat()
}

/// gloo-storage panics where storage is denied, so that is asked first.
fn available() -> bool {
    matches!(window().local_storage(), Ok(Some(_)))
}

/// What is unreadable is as good as nothing: a draft is a convenience.
fn load(scope: &str) -> Drafts {
    stored(scope).unwrap_or_else(|| Drafts::empty(scope)).admit(scope, now())
}

/// What is stored under a customer's key, expired drafts included.
fn stored(scope: &str) -> Option<Drafts> {
    let stored = if available() { LocalStorage::raw().get_item(&key(scope)).ok().flatten() } else { None };
    stored.and_then(|text| JSON::parse(&text).ok()).and_then(|stored| read(&stored))
}

fn store(scope: &str, drafts: &Drafts) -> bool {
    let text = JSON::stringify(&write(drafts)).ok().and_then(|text| text.as_string());
    available() && text.is_some_and(|text| LocalStorage::raw().set_item(&key(scope), &text).is_ok())
}

/// Reads the stored form, which is the one that `domain::draft` gives serde: the browser's own parser costs nothing.
fn read(stored: &JsValue) -> Option<Drafts> {
    let list = get(stored, "drafts");
    let list = if Array::is_array(&list) { Array::from(&list) } else { Array::new() };
    Some(Drafts {
        schema: number(stored, "schema")? as u32,
        scope: text(stored, "scope"),
        drafts: list.iter().filter_map(|draft| read_draft(&draft)).collect(),
    })
}

fn read_draft(draft: &JsValue) -> Option<Draft> {
    Some(Draft {
        id: DraftId::parse(text(draft, "id")).ok()?,
        search_text: text(draft, "searchText"),
        requested_name: text(draft, "requestedName"),
        portal_url: text(draft, "portalUrl"),
        institution_id: text(draft, "institutionId"),
        institution_name: text(draft, "institutionName"),
        not_listed: get(draft, "notListed").is_truthy(),
        connection_id: ConnectionId::parse(text(draft, "connectionId")).ok(),
        saved_at: Timestamp::from_millis(number(draft, "savedAt")?),
        expires_at: Timestamp::from_millis(number(draft, "expiresAt")?),
    })
}

fn write(drafts: &Drafts) -> JsValue {
    let list = Array::new();
    for draft in &drafts.drafts {
        let connection = draft.connection_id.as_ref().map_or(JsValue::NULL, |id| id.as_str().into());
        list.push(&object(&[
            ("id", draft.id.as_str().into()),
            ("searchText", draft.search_text.as_str().into()),
            ("requestedName", draft.requested_name.as_str().into()),
            ("portalUrl", draft.portal_url.as_str().into()),
            ("institutionId", draft.institution_id.as_str().into()),
            ("institutionName", draft.institution_name.as_str().into()),
            ("notListed", draft.not_listed.into()),
            ("connectionId", connection),
            ("savedAt", (draft.saved_at.as_millis() as f64).into()),
            ("expiresAt", (draft.expires_at.as_millis() as f64).into()),
        ]));
    }
    object(&[
        ("schema", drafts.schema.into()),
        ("scope", drafts.scope.as_str().into()),
        ("drafts", list.into()),
    ])
}

fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or_default()
}

fn text(object: &JsValue, name: &str) -> String {
    get(object, name).as_string().unwrap_or_default()
}

fn number(object: &JsValue, name: &str) -> Option<i64> {
    get(object, name).as_f64().map(|number| number as i64)
}

fn new_id() -> String {
    let random = (js_sys::Math::random() * 1e9) as u32;
    format!("{}-{random}", now().as_millis())
}

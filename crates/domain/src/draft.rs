//! What a browser keeps of an unfinished setup, so that a customer can come back to it.
//!
//! A draft is an allow-list: only the fields below can be stored, and none of them is a secret. What a bank issued for
//! the delegated user has no place here.

use serde::{Deserialize, Serialize};

use crate::ids::{ConnectionId, DraftId};
use crate::portal_url::has_user_info;
use crate::step::Step;
use crate::timestamp::Timestamp;

/// How long a draft is kept after it was saved last.
pub const DRAFT_DAYS: u32 = 30;

/// The version of the stored form. Anything else is not read at all.
pub const SCHEMA: u32 = 1;

/// One unfinished setup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Draft {
    pub id: DraftId,
    /// What stands in the search field.
    #[serde(default)]
    pub search_text: String,
    #[serde(default)]
    pub requested_name: String,
    #[serde(default)]
    pub portal_url: String,
    /// The bank that was picked; empty until then.
    #[serde(default)]
    pub institution_id: String,
    #[serde(default)]
    pub institution_name: String,
    /// The customer said that it is a different bank than the one in the catalog.
    #[serde(default)]
    pub not_listed: bool,
    /// Known from the moment the connection exists; from then on it is what the setup resumes from.
    #[serde(default)]
    pub connection_id: Option<ConnectionId>,
    pub saved_at: Timestamp,
    pub expires_at: Timestamp,
}

/// Everything that is stored, under one key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drafts {
    pub schema: u32,
    /// Whose drafts these are; another customer in the same browser must not see them.
    pub scope: String,
    pub drafts: Vec<Draft>,
}

/// Whether reaching this step ends the draft.
pub fn clears(step: Step) -> bool {
    match step {
        Step::Connected => true,
        Step::ConnectionDetails
        | Step::DelegatedUser
        | Step::FinishSetup
        | Step::Activation
        | Step::Recoverable(_)
        | Step::Support(_) => false,
    }
}

impl Draft {
    pub fn new(id: DraftId, now: Timestamp) -> Self {
        Self {
            id,
            search_text: String::new(),
            requested_name: String::new(),
            portal_url: String::new(),
            institution_id: String::new(),
            institution_name: String::new(),
            not_listed: false,
            connection_id: None,
            saved_at: now,
            expires_at: now.plus_days(DRAFT_DAYS),
        }
    }

    /// The same draft, saved now: it is kept for the full time again.
    pub fn saved(self, now: Timestamp) -> Self {
        Self { saved_at: now, expires_at: now.plus_days(DRAFT_DAYS), ..self }
    }
}

impl Drafts {
    pub fn empty(scope: impl Into<String>) -> Self {
        Self { schema: SCHEMA, scope: scope.into(), drafts: Vec::new() }
    }

    /// What may be used of something that was stored: nothing of another scope or schema, and nothing expired. What expires later
    /// than a draft of today was saved while the clock was ahead, and would stay for as long as that was.
    pub fn admit(self, scope: &str, now: Timestamp) -> Self {
        if self.schema != SCHEMA || self.scope != scope {
            return Self::empty(scope);
        }
        // A day more: a clock is set back by a little now and then.
        let latest = now.plus_days(DRAFT_DAYS + 1);
        let is_current = |draft: &Draft| now < draft.expires_at && draft.expires_at <= latest;
        let drafts = self.drafts.into_iter().filter(is_current).collect();
        Self { drafts, ..self }
    }

    /// Stores a draft, in the place of the one with the same id. An address with user name or password is left out of
    /// whatever field: it would be a secret.
    pub fn put(&mut self, mut draft: Draft) {
        for typed in [&mut draft.search_text, &mut draft.requested_name, &mut draft.portal_url] {
            if has_user_info(typed) {
                typed.clear();
            }
        }
        match self.drafts.iter_mut().find(|known| known.id == draft.id) {
            Some(known) => *known = draft,
            None => self.drafts.push(draft),
        }
    }

    /// Forgets a draft; says whether there was one.
    pub fn discard(&mut self, id: &DraftId) -> bool {
        let before = self.drafts.len();
        self.drafts.retain(|draft| draft.id != *id);
        self.drafts.len() < before
    }

    pub fn get(&self, id: &DraftId) -> Option<&Draft> {
        self.drafts.iter().find(|draft| draft.id == *id)
    }

    /// The draft that led to this connection.
    pub fn draft_of(&self, connection: &ConnectionId) -> Option<&Draft> {
        self.drafts.iter().find(|draft| draft.connection_id.as_ref() == Some(connection))
    }
}

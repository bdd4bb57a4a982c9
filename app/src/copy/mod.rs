//! Every sentence that a user reads: one typed catalogue a language, so that a missing entry does not compile.
//!
//! What islands say stands apart from what pages say: only the former travels in the wasm.

mod en;
#[cfg(feature = "ssr")]
pub mod pages;

use domain::status_label::{StatusLabel, SyncLabel};

pub use en::{DELEGATED_USER_TERMS_LINK, GENERAL_GUIDE_LINK};

/// Sentences of failures.
pub struct ErrorWords {
    pub signed_out: &'static str,
    pub forbidden: &'static str,
    pub other_site: &'static str,
    pub not_found: &'static str,
    pub conflict: &'static str,
    pub rate_limited: &'static str,
    pub entity_unresolved: &'static str,
    pub misconfigured: &'static str,
    pub unavailable: &'static str,
    pub trouble: &'static str,
    pub unreadable_form: &'static str,
    pub refused: &'static str,
    pub offline: &'static str,
    pub choose_bank: &'static str,
    pub unknown_bank: &'static str,
    pub portal_missing: &'static str,
    pub portal_too_long: &'static str,
    pub portal_not_https: &'static str,
    pub portal_user_info: &'static str,
    pub portal_malformed: &'static str,
    pub portal_spaces: &'static str,
    pub portal_not_of_bank: &'static str,
    pub name_too_long: &'static str,
    pub user_active_missing: &'static str,
    pub terms_missing: &'static str,
}

/// What islands say.
pub struct IslandWords {
    pub bank: &'static str,
    pub bank_portal: &'static str,
    pub usual_portal: &'static str,
    pub no_results: &'static str,
    pub one_result: &'static str,
    pub results: &'static str,
    pub search_failed: &'static str,
    pub chosen: &'static str,
    pub copy_failed: &'static str,
    pub drafts: &'static str,
    pub resume: &'static str,
    pub discard_draft: &'static str,
    pub unnamed_draft: &'static str,
    pub saved_today: &'static str,
    pub saved_yesterday: &'static str,
    pub live_trouble: &'static str,
    pub offline_title: &'static str,
    pub offline: &'static str,
    pub not_sent: &'static str,
    pub retry: &'static str,
}

/// The sentences of failures.
pub fn errors() -> &'static ErrorWords {
    &en::ERRORS
}

/// The sentences of islands.
pub fn islands() -> &'static IslandWords {
    &en::ISLANDS
}

/// "This looks like …", when an unlisted bank seems to be in the catalog.
pub fn looks_like(bank: &str) -> String {
    en::looks_like(bank)
}

/// "saved 3 days ago".
pub fn saved_days_ago(days: i64) -> String {
    en::saved_days_ago(days)
}

/// "expires in 28 days".
pub fn expires_in(days: i64) -> String {
    en::expires_in(days)
}

/// The status label of contract.md.
pub fn status_label(label: StatusLabel) -> &'static str {
    en::status_label(label)
}

/// The sync label of contract.md.
pub fn sync_label(label: SyncLabel) -> &'static str {
    en::sync_label(label)
}

/// A moment as a distance from now: "2 minutes ago".
#[cfg(feature = "ssr")]
pub fn ago(seconds: i64) -> String {
    en::ago(seconds)
}

//! Every sentence that a user reads: one typed catalogue a language, so that a missing entry does not compile.
//!
//! What islands say stands apart from what pages say: only the former travels in the wasm.

#[cfg(feature = "ssr")]
mod en;
#[cfg(feature = "ssr")]
mod es;
#[cfg(feature = "ssr")]
pub mod locale;
#[cfg(feature = "ssr")]
pub mod pages;

#[cfg(feature = "ssr")]
use domain::status_label::{StatusLabel, SyncLabel};

#[cfg(feature = "ssr")]
use locale::Language;

/// Waycore's terms of use, as the documents give the address.
pub const DELEGATED_USER_TERMS_LINK: &str = "https://docs.waycore.com/legal/terms-of-use";
/// The general guide; the documents forbid to guess a bank's own.
pub const GENERAL_GUIDE_LINK: &str = "https://docs.waycore.com/user-setup";

/// Sentences of failures.
#[cfg(feature = "ssr")]
pub struct ErrorWords {
    pub signed_out: &'static str,
    pub sign_in_unavailable: &'static str,
    pub forbidden: &'static str,
    pub other_site: &'static str,
    pub other_site_read: &'static str,
    pub not_found: &'static str,
    pub conflict: &'static str,
    pub rate_limited: &'static str,
    pub entity_unresolved: &'static str,
    pub misconfigured: &'static str,
    pub unavailable: &'static str,
    pub trouble: &'static str,
    pub outcome_unknown: &'static str,
    pub unreadable_form: &'static str,
    pub form_too_long: &'static str,
    pub refused: &'static str,
    pub choose_bank: &'static str,
    pub unknown_bank: &'static str,
    pub portal_missing: &'static str,
    pub portal_too_long: &'static str,
    pub portal_not_https: &'static str,
    pub portal_user_info: &'static str,
    pub portal_malformed: &'static str,
    pub portal_spaces: &'static str,
    pub portal_invisible: &'static str,
    pub portal_not_of_bank: &'static str,
    pub own_portal_refused: &'static str,
    pub name_too_long: &'static str,
    pub issued_too_long: &'static str,
    pub text_invisible: &'static str,
    pub user_active_missing: &'static str,
    pub terms_missing: &'static str,
}

/// Declares what islands say, in the order in which a page carries it.
macro_rules! said_by_islands {
    ($($said:ident,)*) => {
        /// What islands say. The page that holds an island carries these, so that no language travels in the wasm.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Say { $($said,)* }

        #[cfg(feature = "ssr")]
        impl Say {
            const ALL: &[Self] = &[$(Self::$said,)*];
        }
    };
}

said_by_islands! {
    Bank,
    BankPortal,
    UsualPortal,
    SearchFailed,
    Chosen,
    CopyFailed,
    Resume,
    DiscardDraft,
    UnnamedDraft,
    SavedToday,
    SavedYesterday,
    LiveTrouble,
    NewsWaiting,
    ShowNews,
    NewsClears,
    OfflineTitle,
    Offline,
    NotSent,
    Retry,
    SavedDays,
    ExpiresDay,
    ExpiresDays,
    Gone,
    NewTransactions,
}

/// What an island says, in the language of the person who asks.
#[cfg(feature = "ssr")]
pub fn say(said: Say) -> &'static str {
    match locale::language() {
        Language::English => en::island(said),
        Language::Spanish => es::island(said),
    }
}

/// What an island says, as the page carries it.
#[cfg(feature = "hydrate")]
pub fn say(said: Say) -> String {
    crate::browser::meta("connect-words").split('\n').nth(said as usize).unwrap_or_default().to_owned()
}

/// A sentence of an island with a number in it.
#[cfg(feature = "hydrate")]
pub fn counted(said: Say, number: i64) -> String {
    let sentence = say(said);
    // By letters: a search for a text of several would cost each customer a kilobyte.
    let (before, rest) = sentence.split_once('{').unwrap_or((&sentence, ""));
    let after = rest.split_once('}').unwrap_or_default().1;
    [before, &number.to_string(), after].concat()
}

/// What a page carries for its islands, a sentence a line.
#[cfg(feature = "ssr")]
pub fn carried() -> String {
    Say::ALL.iter().map(|said| say(*said)).collect::<Vec<_>>().join("\n")
}

/// The sentences of failures.
#[cfg(feature = "ssr")]
pub fn errors() -> &'static ErrorWords {
    match locale::language() {
        Language::English => &en::ERRORS,
        Language::Spanish => &es::ERRORS,
    }
}

/// "This looks like …", when an unlisted bank seems to be in the catalog.
#[cfg(feature = "ssr")]
pub fn looks_like(bank: &str) -> String {
    match locale::language() {
        Language::English => en::looks_like(bank),
        Language::Spanish => es::looks_like(bank),
    }
}

/// "Use … instead", where an address imitates that of a bank in the catalog.
#[cfg(feature = "ssr")]
pub fn use_instead(bank: &str, domain: &str) -> String {
    match locale::language() {
        Language::English => en::use_instead(bank, domain),
        Language::Spanish => es::use_instead(bank, domain),
    }
}

/// How many banks a search found, or that more fit than are shown.
#[cfg(feature = "ssr")]
pub fn banks_found(count: usize, has_more: bool) -> String {
    match locale::language() {
        Language::English => en::banks_found(count, has_more),
        Language::Spanish => es::banks_found(count, has_more),
    }
}

/// The status line of the live search: [`banks_found`], and how many banks could not be read.
#[cfg(feature = "ssr")]
pub fn search_news(count: usize, has_more: bool, unreadable: usize) -> String {
    let found = banks_found(count, has_more);
    if unreadable == 0 {
        return found;
    }
    [found.trim_end_matches('.'), ". ", &items_unreadable(unreadable)].concat()
}

/// "{bank} is connected", the moment that everybody has waited for.
#[cfg(feature = "ssr")]
pub fn bank_is_connected(bank: &str) -> String {
    match locale::language() {
        Language::English => en::bank_is_connected(bank),
        Language::Spanish => es::bank_is_connected(bank),
    }
}

/// How many transactions a page shows, or that there are more. `is_older`: it goes on from an earlier page.
#[cfg(feature = "ssr")]
pub fn transactions_shown(count: usize, has_more: bool, is_older: bool) -> String {
    match locale::language() {
        Language::English => en::transactions_shown(count, has_more, is_older),
        Language::Spanish => es::transactions_shown(count, has_more, is_older),
    }
}

/// How many connections are shown, or that there are more.
#[cfg(feature = "ssr")]
pub fn connections_shown(count: usize, has_more: bool) -> String {
    match locale::language() {
        Language::English => en::connections_shown(count, has_more),
        Language::Spanish => es::connections_shown(count, has_more),
    }
}

/// The status label of docs/reference.md.
#[cfg(feature = "ssr")]
pub fn status_label(label: StatusLabel) -> &'static str {
    match locale::language() {
        Language::English => en::status_label(label),
        Language::Spanish => es::status_label(label),
    }
}

/// The sync label of docs/reference.md.
#[cfg(feature = "ssr")]
pub fn sync_label(label: SyncLabel) -> &'static str {
    match locale::language() {
        Language::English => en::sync_label(label),
        Language::Spanish => es::sync_label(label),
    }
}

/// "1 item could not be read": rows that are missing from what is shown.
#[cfg(feature = "ssr")]
pub fn items_unreadable(count: usize) -> String {
    match locale::language() {
        Language::English => en::items_unreadable(count),
        Language::Spanish => es::items_unreadable(count),
    }
}

/// A moment as a distance from now: "2 minutes ago".
#[cfg(feature = "ssr")]
pub fn ago(seconds: i64) -> String {
    match locale::language() {
        Language::English => en::ago(seconds),
        Language::Spanish => es::ago(seconds),
    }
}

/// How long to wait, roundly: "2 minutes".
#[cfg(feature = "ssr")]
pub fn wait(seconds: u64) -> String {
    match locale::language() {
        Language::English => en::wait(seconds),
        Language::Spanish => es::wait(seconds),
    }
}

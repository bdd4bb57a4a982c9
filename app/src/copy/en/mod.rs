//! English.

mod pages;

use domain::status_label::{StatusLabel, SyncLabel};

use super::{ErrorWords, Say};

pub(super) use pages::PAGES;

pub(super) static ERRORS: ErrorWords = ErrorWords {
    signed_out: "You are signed out. Sign in again, then come back to this page.",
    sign_in_unavailable: "Your sign-in cannot be checked at the moment. Try again in a minute.",
    forbidden: "You can look at bank connections, but not change them. Ask a manager in your company to do this.",
    other_site_read: "This was opened from another website. Open the page here, then try again.",
    other_site: "This change came from another website, so nothing was done. Open the page here, then try again.",
    not_found: "There is no such bank connection in your company. It may have been removed.",
    conflict: "The connection has changed in the meantime. Look at its present state, then try again.",
    rate_limited: "There were too many requests at once. Wait a moment, then try again.",
    entity_unresolved: "Your company could not be matched with its record at Waycore. Nothing was sent. Contact support.",
    misconfigured: "Bank connections are not set up correctly on our side. Nothing was lost. Contact support.",
    unavailable: "Waycore cannot be reached at the moment. Nothing was lost. Try again in a minute.",
    trouble: "Something on our side does not work at the moment. Nothing was lost. Try again in a minute.",
    outcome_unknown: "We cannot tell whether this was done. Check your list of banks before you try again.",
    unreadable_form: "The form could not be read. Reload the page, then try again.",
    form_too_long: "The form is too long, so nothing was done. Go back in your browser, shorten the text, then send it again.",
    refused: "Waycore did not accept this input. Check it, then try again.",
    choose_bank: "Choose your bank from the list.",
    unknown_bank: "This bank is no longer in the list. Search for it again.",
    portal_missing: "Enter the address of your bank's portal.",
    portal_too_long: "The address is too long. It can have at most 2,048 characters.",
    portal_not_https: "The address must start with https://. Copy it from your browser while the bank's sign-in page is open.",
    portal_user_info: "The address must not contain a user name or password. Delete everything after https:// up to and including the @ sign.",
    portal_malformed: "This is not a complete web address. Copy it from your browser while the bank's sign-in page is open.",
    portal_spaces: "The address must not contain spaces. Copy it from your browser again.",
    portal_invisible: "The address contains a character that cannot be seen. Copy it again from the address bar of your browser, or type it.",
    portal_not_of_bank: "This portal does not belong to the bank that you chose. Choose one of its portals.",
    own_portal_refused: "Waycore does not accept this address for the bank that you chose. Check it, or choose one of the portals above.",
    name_too_long: "The name is too long. It can have at most 200 characters.",
    issued_too_long: "This is too long. It can have at most 1,000 characters. Copy only what the bank issued.",
    text_invisible: "This contains characters that cannot be seen. Delete it, then type it instead of pasting it.",
    user_active_missing: "Confirm that the delegated user is active. If your bank still has to approve it, come back later.",
    terms_missing: "Accept the terms of use to finish the setup.",
};

pub(super) fn island(said: Say) -> &'static str {
    match said {
        Say::Bank => "Bank",
        Say::BankPortal => "Bank portal",
        Say::UsualPortal => "usual portal",
        Say::SearchFailed => "The search does not answer. Type again to retry.",
        Say::Chosen => "chosen",
        Say::CopyFailed => "Copying is not possible here. Select the text instead.",
        Say::Resume => "Resume",
        Say::DiscardDraft => "Discard draft",
        Say::UnnamedDraft => "Bank not chosen yet",
        Say::SavedToday => "saved today",
        Say::SavedYesterday => "saved yesterday",
        Say::LiveTrouble => "Live updates are interrupted. Trying again.",
        Say::NewsWaiting => "There is news.",
        Say::ShowNews => "Show it",
        Say::NewsClears => "What you typed here is cleared then.",
        Say::OfflineTitle => "The page cannot be loaded",
        Say::Offline => "The server cannot be reached. Check your internet connection, then try again.",
        Say::NotSent => {
            "The server cannot be reached. What you entered is still here. Check your internet connection, then try again."
        }
        Say::Retry => "Try again",
        Say::SavedDays => "saved {n} days ago",
        Say::ExpiresDay => "expires in 1 day",
        Say::ExpiresDays => "expires in {n} days",
        Say::Gone => "Removed",
        Say::NewTransactions => "There are new transactions",
    }
}

pub(super) fn looks_like(bank: &str) -> String {
    format!(
        "This looks like {bank}, which is in the list. Choose it, or confirm that yours is a different bank."
    )
}

pub(super) fn bank_is_connected(bank: &str) -> String {
    format!("{bank} is connected")
}

pub(super) fn transactions_shown(count: usize, has_more: bool, is_older: bool) -> String {
    match (count, has_more, is_older) {
        (1, _, true) => "1 older transaction".to_owned(),
        (count, _, true) => format!("{count} older transactions"),
        (1, false, false) => "1 transaction".to_owned(),
        (count, true, false) => format!("First {count} transactions"),
        (count, false, false) => format!("{count} transactions"),
    }
}

pub(super) fn banks_found(count: usize, has_more: bool) -> String {
    match (count, has_more) {
        (0, _) => "No bank found. Try another spelling, or use the link below.".to_owned(),
        (count, true) => format!("First {count}. Keep typing."),
        (1, false) => "1 bank found".to_owned(),
        (count, false) => format!("{count} banks found"),
    }
}

pub(super) fn connections_shown(count: usize, has_more: bool) -> String {
    match (count, has_more) {
        (count, true) => format!("First {count} connections"),
        (1, false) => "1 connection".to_owned(),
        (count, false) => format!("{count} connections"),
    }
}

pub(super) fn use_instead(bank: &str, domain: &str) -> String {
    format!("Use {bank} ({domain}) instead")
}

pub(super) fn status_label(label: StatusLabel) -> &'static str {
    match label {
        StatusLabel::SetupInProgress => "Setup in progress",
        StatusLabel::Activating => "Activating",
        StatusLabel::Connected => "Connected",
        StatusLabel::ReauthenticationRequired => "Reauthentication required",
        StatusLabel::Error => "Error",
        StatusLabel::NeedsCorrection => "Needs correction",
        StatusLabel::Paused => "Paused",
        StatusLabel::Revoked => "Revoked",
        StatusLabel::Checking => "Checking with Waycore",
    }
}

pub(super) fn sync_label(label: SyncLabel) -> &'static str {
    match label {
        SyncLabel::NotSyncing => "Not currently syncing",
        SyncLabel::Syncing => "Syncing now",
        SyncLabel::Unknown => "Checking with Waycore",
    }
}

pub(super) fn items_unreadable(count: usize) -> String {
    if count == 1 {
        "1 item could not be read".to_owned()
    } else {
        format!("{count} items could not be read")
    }
}

pub(super) fn ago(seconds: i64) -> String {
    let (count, unit) = match seconds {
        ..60 => return "just now".to_owned(),
        60..3_600 => (seconds / 60, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural} ago")
}

pub(super) fn wait(seconds: u64) -> String {
    let (count, unit) = match seconds {
        ..60 => (seconds, "second"),
        60..3_600 => (seconds.div_ceil(60), "minute"),
        _ => (seconds.div_ceil(3_600), "hour"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

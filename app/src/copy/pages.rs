//! What pages say. Only the server holds these.

use super::locale::{self, Language};

/// Declares the sentences of each screen; a language is a value of [`PageWords`].
macro_rules! words {
    ($($(#[$doc:meta])* $screen:ident: $name:ident { $($entry:ident,)* })*) => {
        /// What all pages say.
        pub struct PageWords { $($(#[$doc])* pub $screen: $name,)* }
        $($(#[$doc])* pub struct $name { $(pub $entry: &'static str,)* })*
    };
}

words! {
    /// What every page carries.
    shell: ShellWords {
        brand, skip, demo_banner, sign_out, back_home, reassurance, support, ask_host, support_code,
    }

    /// The list of connections.
    list: ListWords {
        removed_title, removed, title, connect, empty_title, empty_login, empty_password, empty_remove, older, last_synced, never_synced, changed, filter, all, none_with_status, show_all, move_you, move_manager, move_waycore, move_us, viewer, drafts,
    }

    /// The wizard's frame.
    wizard: WizardWords {
        progress, step_details, step_user, step_finish, step_activation, done, next_title, whose_move, you, manager, now_manager, your_bank, waycore, us, now_us, now_choose, now_prepare, now_create, now_create_later, now_hand_over, now_confirm, now_asked, now_activate, now_wait, now, status_at_waycore, finish_later, back_to_setup, cancel, viewer, remove,
    }

    /// Step 1.
    details: DetailsWords {
        title, bank_hint, bank_name, bank_name_hint, portal_url, portal_url_hint, different_bank, saved_on_device, keep_draft, lead, search, results, no_results, not_listed, listed, continue_on, portals, portal_not_listed, unlisted_lead, choose_match, another, next_1, next_2, next_3, popular, first_banks, again_title, again_portal, again_address, again_stays, held, held_connected, held_setup, open_held, address_checked, coach_ip, coach_private, coach_encoded, coach_alphabets, coach_imitates, coach_imitates_own, coach_other_bank, coach_matches, coach_choose,
    }

    /// Step 2.
    user: UserWords {
        title, lead_own, details, details_hint, first_name, last_name, address, username, email, phone, copy_first_name, copy_last_name, copy_address, copy_username, copy_email, copy_phone, preparing, preparing_reload, not_active, still_missing, rights_title, rights, codes_title, codes, second_title, second, open_portal, copied, new_tab, guide, sheet, created, next_1, next_2,
    }

    /// Step 3.
    finish: FinishWords {
        title, lead, not_yours, username, customer_id, password, password_again, without_password, sent_title, sent_on, sent, sent_again, not_sent_title, not_sent, optional, active, active_hint, terms, terms_link, submit, back, next_1, next_2,
    }

    /// Step 4.
    activation: ActivationWords {
        title, sentence, duration, leave, started, checking, refreshing, stop_refreshing, next_1, next_2, late, late_title,
    }

    /// The detail of a connection.
    detail: DetailWords {
        connected_title, connected, reauth_title, reauth, reauth_to_do, reauth_viewer, errored_title, errored, waycore_acts, invalid_title, invalid, invalid_to_do, invalid_viewer, paused_title, paused, revoked_title, revoked, revoked_to_do, revoked_viewer, checking_title, checking, facts, portal, sync, last_synced, fetching, created, error_code, all, reconnect, repair, hand_over, sync_asked_title, sync_asked, handed_over_title, handed_over, trying_title, credentials_sent, send_different, start_again, sync_now, remove, accounts, transactions, no_accounts, not_granted, charts_silent, silent, pending, reversed, cancelled, history, history_started, history_changed, history_gone, terms, terms_accepted, balance, lowest, highest, date, month, by_month, came_in, went_out, numbers, others_left_out, too_much, too_large, available, as_of, filters, filtered_by, charts_unfiltered, account, all_accounts, chosen_account, from, to, contains, show, clear, older, narrow, searched_in_part, nothing_fits, description, amount, csv, status, counterparty, reference, currency, transaction_id, sync_every, again_in, again_now, viewer, no_transactions,
    }

    /// What is said about something that was refused, where only the server says it.
    refused: RefusalWords {
        sync_cooldown, sync_limited, sync_running, sync_in_setup, sync_conflict, create_conflict, delete_conflict, unreadable_answer, confirmation, confirmation_missing, mapped, nobody, bad_request, another_portal, day, days_reversed, nothing_entered, busy, was_signed_out, was_signed_out_before, was_signed_out_title, odd_address, no_text,
    }

    /// The sheet for a bank's administrator.
    sheet: SheetWords {
        title, lead, bank, portal, preparing, after, after_text, print, guide,
    }

    /// What is known only from before.
    kept: KeptWords {
        title, text,
    }

    /// The page on which a removal is confirmed.
    remove: RemoveWords {
        title, lead, lost, name, data, at_bank, type_name, submit, cancel, viewer, accounts, transactions, at_least, not_known,
    }

    /// Pages that say what happened instead of what was asked for.
    problem: ProblemWords {
        signed_out_title, forbidden_title, not_found_title, no_page, unavailable_title, check_title, retry, to_list, sign_in, conflict_title, rate_limited_title, entity_title, misconfigured_title, cooldown_title, wait, tell_support,
    }

    /// A session that the host believes and this server refuses.
    not_accepted: NotAcceptedWords {
        title, none, expired, early, endless, other_service, other_sign_in, incomplete, unverified, next,
    }

    /// The demo's sign-in.
    sign_in: SignInWords {
        title, lead, ana, vic, bo, other, user, org, sign_in, unknown,
    }
}

/// What pages say, in the language of the person who asks.
pub fn words() -> &'static PageWords {
    match locale::language() {
        Language::English => &super::en::PAGES,
        Language::Spanish => &super::es::PAGES,
    }
}

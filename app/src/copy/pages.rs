//! What pages say. Only the server holds these.

/// Declares the sentences of one screen and their English text; another language is another value of the same type.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $value:ident { $($entry:ident: $english:expr,)* }) => {
        $(#[$doc])*
        pub struct $name { $(pub $entry: &'static str,)* }
        pub static $value: $name = $name { $($entry: $english,)* };
    };
}

words! {
    /// What every page carries.
    ShellWords, SHELL {
        brand: "Connect",
        skip: "Skip to content",
        demo_banner: "This is a demo with simulated banks. No real account can be connected here.",
        sign_out: "Sign out",
        back_home: "Back to your product",
        reassurance: "Connections are read-only. Nobody asks for your own bank password.",
        support: "Contact support",
        support_code: "Support code",
    }
}

words! {
    /// The list of connections.
    ListWords, LIST {
        title: "Bank connections",
        connect: "Connect a bank",
        empty_title: "Connect your first bank",
        empty_login: "You create a separate login at your bank, with read-only rights, for Waycore alone.",
        empty_password: "Nobody asks for your own password.",
        empty_remove: "You can remove that login at your bank at any time.",
        older: "Show older connections",
        open: "Open",
        last_synced: "Last updated",
        never_synced: "No data yet",
    }
}

words! {
    /// The wizard's frame.
    WizardWords, WIZARD {
        progress: "Setup progress",
        step_details: "Connection details",
        step_user: "Delegated user",
        step_finish: "Finish setup",
        step_activation: "Activation",
        done: "done",
        next_title: "What happens next",
        whose_move: "Whose move it is",
        you: "You",
        your_bank: "Your bank",
        waycore: "Waycore",
        now: "now",
        finish_later: "Finish later",
        back_to_setup: "Back to the setup",
        cancel: "Cancel",
        viewer: "You can look at this setup, but not change it. A manager in your company can go on with it.",
    }
}

words! {
    /// Step 1.
    DetailsWords, DETAILS {
        title: "Connection details",
        bank_hint: "Type the name or the web address of your bank, then choose it from the list.",
        bank_name: "Bank name",
        bank_name_hint: "As your colleagues know it. It is shown to your company only.",
        portal_url: "Bank portal URL",
        portal_url_hint: "The full https:// address of the page where you sign in to business banking.",
        different_bank: "This is a different bank",
        saved_on_device: "Saved on this device for 30 days.",
        lead: "Choose the bank whose accounts you want to see here.",
        search: "Search",
        results: "Search results",
        no_results: "No bank fits this search. Try another spelling, or say that your bank is not listed.",
        not_listed: "My bank is not listed",
        listed: "Search in the list of banks instead",
        continue_on: "Continue",
        portals: "Bank portal",
        unlisted_lead: "Your bank can be connected all the same. Tell us where you sign in to it.",
        choose_match: "Choose",
        another: "Connect this portal too",
        next_1: "You get the details of a new, read-only login.",
        next_2: "You, or your bank's administrator, create that login in your bank's portal.",
        next_3: "Waycore activates the connection. This takes about 4–8 hours.",
    }
}

words! {
    /// Step 2.
    UserWords, USER {
        title: "Create the delegated user",
        lead_own: "This is a separate login for Waycore. Your own password is never asked for, and you can remove the login at your bank at any time.",
        details: "Delegated user details",
        details_hint: "Type these exactly as they stand here.",
        first_name: "First name",
        last_name: "Last name",
        address: "Address",
        username: "Username",
        email: "Email",
        phone: "Phone number",
        copy_first_name: "Copy first name",
        copy_last_name: "Copy last name",
        copy_address: "Copy address",
        copy_username: "Copy username",
        copy_email: "Copy email",
        copy_phone: "Copy phone number",
        preparing: "Being prepared. It appears here by itself.",
        preparing_reload: "Being prepared. Reload this page in a minute.",
        rights_title: "Give read-only rights",
        rights: "Allow the user to see balances, transactions and statements of every account that you want to connect. Leave payments and approvals off.",
        codes_title: "Sign-in codes",
        codes: "If the bank asks how the user receives sign-in codes, choose SMS, a call or email. An authenticator app works if the bank insists. Hardware tokens are not supported.",
        second_title: "A second approval",
        second: "Some banks ask another administrator of your company to approve a new user. The user works only after that.",
        open_portal: "Open bank portal",
        copied: "copied",
        new_tab: "opens in a new tab",
        guide: "Setup guide",
        sheet: "A sheet to print for your bank's administrator",
        created: "I have created the user",
        next_1: "You hand over what your bank issued for the new user, if anything.",
        next_2: "Waycore activates the connection. You can close the page meanwhile.",
    }
}

words! {
    /// Step 3.
    FinishWords, FINISH {
        title: "Finish setup",
        lead: "Did your bank issue a username, a customer ID or a password for the delegated user? Enter what you have and leave the rest empty.",
        not_yours: "Enter only what the bank issued for the delegated user, never your own login.",
        username: "Bank username",
        customer_id: "Customer ID",
        password: "Password",
        optional: "optional",
        active: "The delegated user is active",
        active_hint: "It has been approved at your bank and could sign in now.",
        terms: "I accept the Waycore terms of use",
        terms_link: "Read the terms of use",
        submit: "Finish setup",
        back: "Show the delegated user details again",
        next_1: "Waycore checks the login and starts the first update of your accounts.",
        next_2: "This takes about 4–8 hours. You can close the page.",
    }
}

words! {
    /// Step 4.
    ActivationWords, ACTIVATION {
        title: "Activating your connection",
        sentence: "Waycore is finalizing activation and will start the first sync automatically.",
        duration: "This typically takes about 4–8 hours.",
        leave: "You can close this page. The setup goes on without it, and you find its state in the list at any time.",
        started: "Handed over",
        checking: "Waycore reports a state that we do not know yet. We keep checking. If it lasts longer than a day, contact support.",
        refreshing: "This page reloads itself every five seconds.",
        stop_refreshing: "Stop reloading",
        next_1: "The page changes by itself as soon as the connection is active.",
        next_2: "Your accounts and transactions appear after the first update.",
    }
}

words! {
    /// The detail of a connection.
    DetailWords, DETAIL {
        connected_title: "The connection works",
        connected: "Waycore reads your accounts on a schedule. There is nothing for you to do.",
        reauth_title: "The bank asks for a new sign-in",
        reauth: "Waycore can no longer sign in with the delegated user. Check at your bank that the user is active. If the bank issued a new password or a new username for it, hand that over here.",
        errored_title: "Something went wrong at the bank",
        errored: "Waycore tries again by itself. If this lasts longer than a day, contact support.",
        invalid_title: "The connection needs a correction",
        invalid: "Check that the portal below is the one where the delegated user was created. If it is not, start a new connection with the right address, or contact support.",
        paused_title: "The connection is paused",
        paused: "It has been suspended on purpose, usually for maintenance. Contact support if you did not expect this.",
        revoked_title: "The connection has ended",
        revoked: "Access was removed, and no more data arrives. Connect the bank again if you still need it.",
        checking_title: "We are checking with Waycore",
        checking: "Waycore reports a state that we do not know yet. Nothing is lost. If it lasts longer than a day, contact support.",
        facts: "Connection",
        portal: "Bank portal",
        sync: "Updates",
        last_synced: "Last updated",
        never: "Not yet",
        created: "Set up",
        error_code: "Error code for support",
        all: "All bank connections",
        reconnect: "Connect a bank",
        repair: "Hand over a new sign-in",
        hand_over: "Hand over",
        start_again: "Start again with a corrected address",
        sync_now: "Sync now",
        remove: "Remove connection",
        accounts: "Accounts",
        transactions: "Transactions",
        no_accounts: "No accounts yet. They appear after the first update.",
        no_transactions: "No transactions yet. They appear after the first update.",
        not_granted: "Not available in this product.",
        silent: "Waycore does not answer at the moment. Reload this page in a minute.",
        pending: "Pending",
        history: "History",
        history_started: "Seen for the first time",
        history_changed: "Changed to",
        history_gone: "Gone",
        terms: "Terms of use",
        terms_accepted: "Accepted by",
    }
}

words! {
    /// What is said about something that was refused, where only the server says it.
    RefusalWords, REFUSED {
        sync_cooldown: "The accounts were updated a short while ago. The bank allows the next update in a while.",
        sync_conflict: "The connection cannot be updated now: an update is running, or its setup is not finished.",
        confirmation: "This is not the connection's name. Type it exactly as it stands above.",
        mapped: "The customer or the entity is mapped already.",
        nobody: "There is no such customer, or no such entity.",
        bad_request: "The body is not what this call takes.",
        another_portal: "Your company has connected another portal of this bank. Its connection stands in your list. Connect this portal too only if it shows other accounts.",
        day: "This is no day. Write it as 2026-01-31.",
        days_reversed: "The last day is before the first one.",
        nothing_entered: "Enter at least one of the three.",
        busy: "The same is being done at this moment, by you in another window or by a colleague. Try again in a few seconds.",
    }
}

words! {
    /// The sheet for a bank's administrator.
    SheetWords, SHEET {
        title: "Create a user at the bank",
        lead: "Please create this user in the bank's portal. It is a dedicated login with which Waycore reads the accounts; it is nobody's own, and it can be removed at any time.",
        bank: "Bank",
        portal: "Bank portal",
        preparing: "Not there yet. Open this sheet again in a minute.",
        after: "Afterwards",
        after_text: "Give the username, the customer ID and the password that the bank issues to the person who gave you this sheet. Do not write them here.",
        print: "Print this page with your browser, or save it as a PDF.",
        guide: "How to do it at this bank",
    }
}

words! {
    /// What is known only from before.
    KeptWords, KEPT {
        title: "This may be out of date",
        text: "Waycore does not answer at the moment. This is what it said",
    }
}

words! {
    /// The page on which a removal is confirmed.
    RemoveWords, REMOVE {
        title: "Remove connection",
        lead: "This removes the connection for everybody in your company.",
        lost: "What will be lost",
        name: "Name of the connection",
        data: "Its accounts and transactions are deleted here and at Waycore. They cannot be brought back.",
        at_bank: "The delegated user at your bank stays. Remove it in the bank's portal if you no longer need it.",
        type_name: "To confirm, type the connection's name",
        submit: "Remove permanently",
        cancel: "Keep the connection",
        viewer: "Only a manager in your company can remove a connection.",
    }
}

words! {
    /// Pages that say what happened instead of what was asked for.
    ProblemWords, PROBLEM {
        signed_out_title: "You are signed out",
        forbidden_title: "You may not do this",
        not_found_title: "Not found",
        no_page: "There is no page at this address.",
        unavailable_title: "This is not possible at the moment",
        check_title: "Check your input",
        retry: "Try again",
        to_list: "All bank connections",
        sign_in: "Sign in",
        conflict_title: "The state has changed",
    }
}

words! {
    /// The demo's sign-in.
    SignInWords, SIGN_IN {
        title: "Sign in to the demo",
        lead: "Choose who you are. Everything here is simulated.",
        ana: "Ana, manager at Acme",
        vic: "Vic, may only look, at Acme",
        bo: "Bo, manager at Globex",
        other: "Somebody else",
        user: "User",
        org: "Organization",
        sign_in: "Sign in",
        unknown: "Enter a user and an organization.",
    }
}

//! What somebody reads for their work at the bank: the details to type, what the user may do, and which guide to follow.

use serde_json::json;
use server::config::Guides;

use crate::host::TestHost;
use crate::html::{main_text, tag, tags};

const EXACT: &str = "https://docs.waycore.example/guides/standard-test-bank";
const GENERAL: &str = "https://docs.waycore.com/user-setup";

#[tokio::test]
async fn a_bank_has_its_own_guide_and_every_other_the_general_one() {
    let guides = Guides::parse(&format!("sim-standard = \"{EXACT}\"\n")).expect("guides");
    let host = TestHost::start_with(|settings| settings.guides = guides).await;
    let ana = host.signed_in_as("ana", "acme").await;
    for (bank, guide) in [("sim-standard", EXACT), ("sim-portals", GENERAL)] {
        let id = ana.start(bank).await["id"].as_str().expect("an id").to_owned();
        let page = ana.get(&format!("/connections/{id}/setup")).await;
        assert!(tag(&page, &format!("href=\"{guide}\"")).contains("target=\"_blank\""), "{bank}: {page:?}");
        let text = main_text(&page);
        assert!(text.contains("Setup guide (opens in a new tab)"), "{bank}: {text}");
        let sheet = main_text(&ana.get(&format!("/connections/{id}/sheet")).await);
        assert!(sheet.contains(guide), "{bank}: {sheet}");
    }
}

#[tokio::test]
async fn the_step_and_the_sheet_hold_what_is_typed_and_allowed_at_the_bank() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let portal = "https://quiet-cove.example/Sign-In?region=EU&next=home";
    let form = [("requested_name", "Paper Bank"), ("portal_url", portal)];
    let connection = ana.post_api("start_connection", &form).await.ok()["connection"].clone();
    let id = connection["id"].as_str().expect("an id");
    let setup = ana.get(&format!("/connections/{id}/setup")).await;
    let sheet = ana.get(&format!("/connections/{id}/sheet")).await;
    assert!(setup.body.contains(&format!("href=\"/connections/{id}/sheet\"")), "{setup:?}");
    assert!(sheet.body.contains(&format!("href=\"/connections/{id}/setup\"")), "{sheet:?}");
    assert!(sheet.body.contains("<h1>Create a user at the bank</h1>"), "{sheet:?}");
    assert!(main_text(&sheet).contains(portal), "{sheet:?}");
    let link = portal.replace('&', "&amp;");
    assert!(tag(&setup, &format!("href=\"{link}\"")).contains("target=\"_blank\""), "{setup:?}");
    assert!(main_text(&setup).contains("Your own password is never asked for"), "{setup:?}");
    for page in [&setup, &sheet] {
        let text = main_text(page);
        assert!(text.contains("Paper Bank"), "{text}");
        for (term, field, copy) in [
            ("First name", "firstName", "Copy first name"),
            ("Last name", "lastName", "Copy last name"),
            ("Address", "address", "Copy address"),
            ("Username", "username", "Copy username"),
            ("Email", "email", "Copy email"),
            ("Phone number", "phoneNumber", "Copy phone number"),
        ] {
            let value = connection["instructions"][field].as_str().expect("a value");
            assert!(text.contains(&format!("{term} {value}")), "{term} {value}: {text}");
            let button = tag(&setup, &format!("aria-label=\"{copy}\""));
            assert!(button.contains(&format!("data-copy=\"{value}\"")), "{value}: {button}");
        }
        for said in [
            "Give read-only rights",
            "Allow the user to see balances, transactions and statements of every account",
            "Leave payments and approvals off.",
            "Sign-in codes",
            "If the bank asks how the user receives sign-in codes, choose SMS, a call or email.",
            "An authenticator app works if the bank insists.",
            "Hardware tokens are not supported.",
            "A second approval",
        ] {
            assert!(text.contains(said), "{said}: {text}");
        }
    }
}

#[tokio::test]
async fn a_setup_that_failed_keeps_its_details_and_its_sheet() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().expect("an id").to_owned();
    let (detail, sheet) = (format!("/connections/{id}"), format!("/connections/{id}/sheet"));
    for status in ["errored", "reauthRequired", "invalidConfig", "paused"] {
        let state = json!({
            "kind": "setup", "status": status, "actionRequiredBy": "endUser", "nextAction": "createDelegatedUser",
        });
        host.waycore.put_connection(&id, state).await;
        let connection = ana.connection(&id).await.ok()["connection"].clone();
        assert_eq!(connection["credentialsPresent"], false, "{connection}");
        assert_eq!(connection["actionRequiredBy"], "endUser", "{connection}");
        assert_eq!(connection["nextAction"], "createDelegatedUser", "{connection}");
        let username = connection["instructions"]["username"].as_str().expect("a username");
        let page = ana.get(&detail).await;
        assert!(main_text(&page).contains(&format!("Username {username}")), "{status}: {page:?}");
        assert!(tag(&page, "aria-label=\"Copy username\"").contains(username), "{status}: {page:?}");
        assert!(page.body.contains(&format!("href=\"{sheet}\"")), "{status}: {page:?}");
        let asked = main_text(&page).contains("Waycore needs something from you.");
        assert_eq!(asked, matches!(status, "errored" | "paused"), "{status}: {page:?}");
        let page = ana.get(&sheet).await;
        assert!(main_text(&page).contains(&format!("Username {username}")), "{status}: {page:?}");
        assert!(page.body.contains(&format!("href=\"{detail}\"")), "{status}: {page:?}");
    }
    for state in
        [json!({ "kind": "setup", "status": "revoked" }), json!({ "kind": "ready", "status": "errored" })]
    {
        host.waycore.put_connection(&id, state.clone()).await;
        assert_eq!(ana.get(&sheet).await.goes_to(), detail, "{state}");
        assert!(!main_text(&ana.get(&detail).await).contains("Delegated user details"), "{state}");
    }
}

#[tokio::test]
async fn a_value_that_is_being_prepared_says_so_and_cannot_be_copied_yet() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-provisioning").await["id"].as_str().expect("an id").to_owned();
    let (setup, sheet) = (format!("/connections/{id}/setup"), format!("/connections/{id}/sheet"));
    let page = ana.get(&setup).await;
    let text = main_text(&page);
    assert_eq!(text.matches("Being prepared. Reload this page in a minute.").count(), 2, "{text}");
    let can_be_copied = |page, name: &str| tags(page, &format!("aria-label=\"Copy {name}\"")).count() == 1;
    for name in ["first name", "last name", "address", "username"] {
        assert!(can_be_copied(&page, name), "{name}: {page:?}");
    }
    assert!(!can_be_copied(&page, "email") && !can_be_copied(&page, "phone number"), "{page:?}");
    let text = main_text(&ana.get(&sheet).await);
    assert_eq!(text.matches("Not there yet.").count(), 2, "{text}");

    let late = json!({
        "email": "late@delegates.waycore.example",
        "phoneNumber": "+44 20 7946 0123",
        "emailProvisioningStatus": "provisioned",
        "phoneNumberProvisioningStatus": "provisioned",
    });
    host.waycore.put_connection(&id, json!({ "instructions": late })).await;
    let page = ana.get(&setup).await;
    assert!(can_be_copied(&page, "email") && can_be_copied(&page, "phone number"), "{page:?}");
    for text in [main_text(&page), main_text(&ana.get(&sheet).await)] {
        assert!(
            text.contains("late@delegates.waycore.example") && text.contains("+44 20 7946 0123"),
            "{text}"
        );
        assert!(!text.contains("Being prepared") && !text.contains("Not there yet"), "{text}");
    }
}

#[tokio::test]
async fn a_value_that_is_there_and_not_active_says_why_to_wait_and_one_that_is_absent_is_not_shown() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().expect("an id").to_owned();
    let (setup, sheet) = (format!("/connections/{id}/setup"), format!("/connections/{id}/sheet"));
    let email = "early@delegates.waycore.example";
    let issued = json!({
        "email": email,
        "emailProvisioningStatus": "pending",
        "phoneNumber": null,
        "phoneNumberProvisioningStatus": null,
    });
    host.waycore.put_connection(&id, json!({ "instructions": issued })).await;
    for path in [&setup, &sheet] {
        let page = ana.get(path).await;
        let text = main_text(&page);
        let told = format!("Email {email} Not active yet. Wait before you enter it at the bank");
        assert!(text.contains(&told), "{text}");
        assert!(!text.contains("Phone number") && !text.contains("Being prepared"), "{text}");
        assert_eq!(tags(&page, "aria-label=\"Copy email\"").count(), 0, "{page:?}");
    }
    let text = main_text(&ana.get(&setup).await);
    assert!(text.contains("setup: awaitingDelegatedUserCreation, email: pending"), "{text}");
    // Nobody waits for what was never promised.
    for status in ["provisioned", "unheardOf"] {
        let issued = json!({ "email": null, "emailProvisioningStatus": status });
        host.waycore.put_connection(&id, json!({ "instructions": issued })).await;
        let text = main_text(&ana.get(&setup).await);
        assert!(!text.contains("Being prepared") && !text.contains("Not active yet"), "{text}");
        assert!(text.contains(&format!("email: {status}")), "{text}");
    }
}

#[tokio::test]
async fn what_the_user_may_do_stands_before_what_is_typed() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().expect("an id").to_owned();
    for path in [format!("/connections/{id}/setup"), format!("/connections/{id}/sheet")] {
        let page = ana.get(&path).await;
        let text = main_text(&page);
        let place = |said: &str| text.find(said).unwrap_or_else(|| panic!("no {said}: {text}"));
        assert!(place("Give read-only rights") < place("First name"), "{text}");
        assert!(tag(&page, "notice-caution").contains("notice"), "{page:?}");
    }
}

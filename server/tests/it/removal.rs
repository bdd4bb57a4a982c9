//! The page that removes a connection: it says what will be lost, and a slip removes nothing.

use domain::visible::is_blank;
use serde_json::json;

use crate::browser::Browser;
use crate::host::TestHost;
use crate::html::{error_beside, main_text, tag, tags};

/// What is at the bank is the customer's, and only they can take it away.
const STAYS: &str =
    "The delegated user at your bank stays. Remove it in the bank's portal if you no longer need it.";

async fn started(ana: &Browser<'_>, name: &str, portal: &str) -> String {
    let form = [("requested_name", name), ("portal_url", portal)];
    let started = ana.post_api("start_connection", &form).await.ok();
    started["connection"]["id"].as_str().expect("an id").to_owned()
}

async fn deletions(host: &TestHost) -> usize {
    host.waycore.changes().await.iter().filter(|change| change.starts_with("DELETE")).count()
}

#[tokio::test]
async fn what_will_be_lost_is_counted() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-instant").await["id"].as_str().expect("an id").to_owned();
    let form = [("connection_id", id.as_str()), ("delegated_user_active", "on"), ("accept_terms", "on")];
    ana.post_api("submit_finish", &form).await.ok();
    host.waycore.wait_virtually(24 * 60 * 60).await;
    let accounts = ana.post_api("list_accounts", &form[..1]).await.ok()["accounts"].as_array().map(Vec::len);
    let accounts = accounts.expect("accounts");
    let first = ana.post_api("list_transactions", &form[..1]).await.ok();
    let shown = first["transactions"].as_array().map(Vec::len).expect("transactions");
    assert!(accounts > 0 && shown > 9 && first["nextCursor"].is_string(), "{accounts} accounts: {first}");
    let text = main_text(&ana.get(&format!("/connections/{id}/remove")).await);
    assert!(text.contains(&format!("Accounts {accounts} ")), "{text}");
    // There are years of transactions, and nobody waits until all are counted.
    assert!(text.contains(&format!("Transactions at least {shown} ")), "{text}");
    assert!(text.contains("They cannot be brought back.") && text.contains(STAYS), "{text}");
}

#[tokio::test]
async fn only_the_right_name_removes_a_connection() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = started(&ana, "Leaving Bank", "https://leaving.example/").await;
    let kept = started(&ana, "Other Bank", "https://other.example/").await;
    host.waycore.put_connection(&id, json!({ "kind": "ready", "status": "active" })).await;
    let form = |typed| [("connection_id", id.as_str()), ("confirmation", typed)];
    for wrong in [
        "",
        " ",
        "\u{2060}",
        "\u{feff}",
        "\u{ad} \u{200b}",
        "\u{202e}\u{200d}\u{200c}",
        "Other Bank",
        "Leaving",
    ] {
        let refused = ana.post_form("/api/remove_connection", &form(wrong)).await;
        assert_eq!(refused.goes_to(), format!("/connections/{id}/remove"), "{wrong}");
        let cookie = refused.cookie().expect("a message");
        let again = host.signed_in_as("ana", "acme").await.with_cookie(cookie).get(refused.goes_to()).await;
        let field = tag(&again, " id=\"confirmation\"");
        assert!(
            field.contains("aria-invalid=\"true\"") && field.contains(&format!("value=\"{wrong}\"")),
            "{field}"
        );
        let said = error_beside(&again, "confirmation");
        let expected = if is_blank(wrong) {
            "Type the connection's name to confirm that you want to remove it."
        } else {
            "This is not the connection's name. Type it exactly as it stands above."
        };
        assert_eq!(said, expected, "{wrong:?}");
    }
    assert_eq!(deletions(&host).await, 0);

    let removed = ana.post_form("/api/remove_connection", &form("Leaving Bank")).await;
    assert_eq!(removed.goes_to(), "/");
    let cookie = removed.cookie().expect("a message");
    let list = host.signed_in_as("ana", "acme").await.with_cookie(cookie).get("/").await;
    let text = main_text(&list);
    assert!(text.contains("The connection and its data are gone at Waycore."), "{text}");
    assert!(!text.contains("Leaving Bank") && text.contains("Other Bank"), "{text}");
    assert_eq!(deletions(&host).await, 1);
    let gone = ana.get(&format!("/connections/{id}")).await;
    assert_eq!(gone.status, 404);
    assert!(main_text(&gone).contains("Not found"), "{gone:?}");
    assert_eq!(ana.list().await, [kept]);
}

#[tokio::test]
async fn a_name_confirms_as_it_looks() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    for (bank, (name, typed)) in [
        ("Spacious   Bank", "Spacious Bank"),
        ("Loud Bank", " LOUD BANK "),
        ("Plain Bank", "plain bank"),
        ("O’Brien – Söhne", "o'brien - So\u{308}hne\u{200b}"),
        ("Harbor\u{200d} Bank", "harbor bank"),
    ]
    .into_iter()
    .enumerate()
    {
        let id = started(&ana, name, &format!("https://bank-{bank}.example/")).await;
        let form = [("connection_id", id.as_str()), ("confirmation", typed)];
        assert_eq!(ana.post_form("/api/remove_connection", &form).await.goes_to(), "/", "{name}");
        assert_eq!(ana.connection(&id).await.status, 404, "{name}");
    }
}

#[tokio::test]
async fn every_step_leads_to_the_removal_and_back() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().expect("an id").to_owned();
    let (setup, detail) = (format!("/connections/{id}/setup"), format!("/connections/{id}"));
    let form = [("connection_id", id.as_str()), ("delegated_user_active", "true"), ("accept_terms", "true")];
    let check = async |page: &str, heading: &str, link: &str, loses_data: bool| {
        let step = ana.get(page).await;
        assert!(step.body.contains(&format!(">{heading}</h1>")), "{step:?}");
        let remove = format!("/connections/{id}/remove");
        assert!(tags(&step, &format!("href=\"{remove}\"")).count() == 1, "{heading}: {step:?}");
        assert!(main_text(&step).contains(link), "{heading}: {step:?}");
        let removal = ana.get(&remove).await;
        let text = main_text(&removal);
        assert!(text.contains(STAYS), "{heading}: {text}");
        assert_eq!(text.contains("cannot be brought back"), loses_data, "{heading}: {text}");
        assert!(removal.body.contains(&format!("href=\"{page}\">Keep the connection</a>")), "{removal:?}");
    };
    check(&setup, "Create the delegated user", "Remove this setup", false).await;
    ana.post_api("confirm_user_created", &form[..1]).await.ok();
    check(&setup, "Finish setup", "Remove this setup", false).await;
    ana.post_api("submit_finish", &form).await.ok();
    check(&setup, "Activating your connection", "Remove this setup", false).await;
    host.waycore.put_connection(&id, json!({ "kind": "ready", "status": "active" })).await;
    check(&detail, "Standard Test Bank", "Remove connection", true).await;
    assert_eq!(deletions(&host).await, 0, "nobody has to remove what they looked at");
}

//! Step 1 as pages without JavaScript: what is refused comes back with a reason, and what is odd is asked about.

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::browser::Browser;
use crate::host::TestHost;
use crate::html::{error_beside, main_text, tag};

const START: &str = "/api/start_connection";

/// The largest cookie that browsers keep.
const COOKIE_BYTES: usize = 4_096;

async fn ana(host: &TestHost) -> Browser<'_> {
    host.signed_in_as("ana", "acme").await
}

/// Sends a form that is refused or asks something. Gives where it leads, and the page there.
async fn sent_back(host: &TestHost, form: &[(&str, &str)]) -> (String, Answer) {
    let answer = ana(host).await.post_form(START, form).await;
    let to = answer.goes_to().to_owned();
    let kept = answer.header("set-cookie").expect("what was typed").to_owned();
    assert!(kept.len() < COOKIE_BYTES, "a browser drops a cookie of {} bytes", kept.len());
    let page = ana(host).await.with_cookie(answer.cookie().expect("a cookie")).get(&to).await;
    (to, page)
}

/// Sends a form that leads to a setup. Gives its address.
async fn accepted(host: &TestHost, form: &[(&str, &str)]) -> String {
    let setup = ana(host).await.post_form(START, form).await.goes_to().to_owned();
    assert!(setup.starts_with("/connections/") && setup.ends_with("/setup"), "{setup}");
    setup
}

fn unlisted<'a>(name: &'a str, portal: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("unlisted", "true"), ("requested_name", name), ("portal_url", portal)]
}

/// The creates that Waycore answered, without the customer's entity.
async fn created(host: &TestHost) -> Vec<Value> {
    let requests = host.waycore.requests().await;
    let creates = requests.iter().filter(|request| request["path"] == "/v1/connections");
    let answered = creates.filter(|request| request["method"] == "POST" && request["status"] == 201);
    let bodies = answered.map(|request| {
        let mut body = request["body"].clone();
        body.as_object_mut().expect("an object").remove("entityId");
        body
    });
    bodies.collect()
}

#[tokio::test]
async fn an_address_that_cannot_be_a_portal_stays_in_its_field_beside_the_reason() {
    let host = TestHost::start().await;
    let too_long = format!("https://bank.example/{}", "a".repeat(2_048));
    for (typed, says, left) in [
        ("", "Enter the address", None),
        ("http://bank.example/login", "must start with https://", None),
        ("bank.example/login", "must start with https://", None),
        ("javascript:alert(1)", "must start with https://", None),
        // What is a secret is not repeated.
        ("https://me@bank.example/login", "user name or password", Some("https://bank.example/login")),
        ("https://me:secret@bank.example/", "user name or password", Some("https://bank.example/")),
        ("https://", "not a complete web address", None),
        ("https://bank.example/log in", "must not contain spaces", None),
        ("https://bank.example/log\u{200b}in", "a character that cannot be seen", None),
        ("https://ba\u{ad}nk.example/", "a character that cannot be seen", None),
        (&too_long, "at most 2,048 characters", None),
    ] {
        let (to, page) = sent_back(&host, &unlisted("Mistyped Bank", typed)).await;
        assert_eq!(to, "/new?unlisted=true");
        let field = tag(&page, " id=\"portal_url\"");
        let value = format!("value=\"{}\"", left.unwrap_or(typed));
        assert!(field.contains("aria-invalid=\"true\"") && field.contains(&value), "{typed}: {field}");
        let said = error_beside(&page, "portal_url");
        assert!(said.contains(says), "{typed}: {said}");
        assert!(
            tag(&page, " id=\"requested_name\"").contains("value=\"Mistyped Bank\""),
            "{typed}: {page:?}"
        );
        assert!(!page.body.contains("me:secret"), "{page:?}");
    }
    assert_eq!(host.waycore.requests().await, Vec::<Value>::new());
    accepted(&host, &unlisted("Mistyped Bank", "https://quiet-cove.example/")).await;
}

#[tokio::test]
async fn a_bank_of_the_catalog_is_offered_before_it_is_connected_as_another() {
    let host = TestHost::start().await;
    let fresh = ana(&host).await.get("/new?unlisted=true").await;
    assert!(!main_text(&fresh).contains("This is a different bank"), "{fresh:?}");
    let portal = "https://quiet-cove.example/";
    let same_name = unlisted("  standard   TEST bank ", portal);
    let same_host = unlisted("Some Bank", "https://PORTAL.standard-test-bank.example/other/path");
    for form in [&same_name, &same_host] {
        let (to, page) = sent_back(&host, form).await;
        assert_eq!(to, "/new?unlisted=true");
        let text = main_text(&page);
        assert!(text.contains("This looks like Standard Test Bank"), "{text}");
        assert!(text.contains("This is a different bank"), "{text}");
        assert!(tag(&page, " id=\"not_listed\"").contains("type=\"checkbox\""), "{page:?}");
        let typed = form[2].1;
        assert!(tag(&page, " id=\"portal_url\"").contains(&format!("value=\"{typed}\"")), "{page:?}");
        assert!(page.body.contains("href=\"/new?institution=sim-standard\""), "{page:?}");
    }
    assert_eq!(created(&host).await, Vec::<Value>::new());

    // The bank that was meant is chosen there already.
    let meant = ana(&host).await.get("/new?institution=sim-standard").await;
    assert!(tag(&meant, "value=\"sim-standard\"").contains(" checked"), "{meant:?}");
    let setup = accepted(&host, &[("institution_id", "sim-standard")]).await;
    let page = ana(&host).await.get(&setup).await;
    let link = tag(&page, "href=\"https://portal.standard-test-bank.example/login\"");
    assert!(link.contains("target=\"_blank\""), "{link}");
    // Or it is another one.
    accepted(&host, &[same_name, vec![("not_listed", "true")]].concat()).await;
    assert_eq!(
        created(&host).await,
        [json!({ "institutionId": "sim-standard" }), json!({ "portalUrl": portal })]
    );
}

#[tokio::test]
async fn nothing_is_chosen_for_the_customer_but_the_usual_portal_of_each_bank() {
    let host = TestHost::start().await;
    let page = ana(&host).await.get("/new?query=test%20bank").await;
    let text = main_text(&page);
    assert!(text.contains("Standard Test Bank, ") && text.contains("standard-test-bank.example"), "{text}");
    for bank in crate::html::tags(&page, "name=\"institution_id\"") {
        assert!(!bank.contains(" checked"), "{bank}");
    }
    let groups: Vec<&str> = page.body.split("role=\"radiogroup\"").skip(1).collect();
    assert!(!groups.is_empty(), "{page:?}");
    for group in groups {
        let (group, _) = group.split_once("</fieldset>").expect("an end of it");
        let radios: Vec<&str> = group.split("<input").skip(1).collect();
        for (index, radio) in radios.iter().enumerate() {
            let (radio, _) = radio.split_once('>').expect("an end of it");
            assert_eq!(radio.contains(" checked"), index == 0, "{radio}");
        }
    }
    // The usual portal of another bank comes along with the form.
    let usual =
        ("portal_of:sim-portals", "https://corporate.three-portals-test-bank.example/Login?Region=EU");
    accepted(&host, &[("query", "test bank"), usual, ("institution_id", "sim-standard")]).await;
    assert_eq!(created(&host).await, [json!({ "institutionId": "sim-standard" })]);
}

#[tokio::test]
async fn another_portal_of_a_connected_bank_is_asked_about_first() {
    let host = TestHost::start().await;
    let corporate = "https://corporate.three-portals-test-bank.example/Login?Region=EU";
    let treasury = "https://treasury.three-portals-test-bank.example/sign-in";
    let choice = |portal| {
        vec![
            ("query", "sim-portals"),
            ("ask_first", "true"),
            ("portal_of:sim-portals", portal),
            ("institution_id", "sim-portals"),
        ]
    };
    let first = accepted(&host, &choice(corporate)).await;
    assert_eq!(accepted(&host, &choice(corporate)).await, first, "the same portal leads to its connection");
    let (to, page) = sent_back(&host, &choice(treasury)).await;
    assert_eq!(to, "/new?query=sim-portals");
    let text = main_text(&page);
    assert!(text.contains("has connected another portal of this bank"), "{text}");
    assert!(text.contains("Connect this portal too"), "{text}");
    assert!(tag(&page, &format!("value=\"{treasury}\"")).contains(" checked"), "{page:?}");
    assert!(tag(&page, "value=\"sim-portals\" data-name").contains(" checked"), "{page:?}");
    let another = [choice(treasury), vec![("another", "true")]].concat();
    let second = accepted(&host, &another).await;
    assert_ne!(second, first);
    let page = ana(&host).await.get(&second).await;
    assert!(page.body.contains(&format!("href=\"{treasury}\"")), "{page:?}");
}

#[tokio::test]
async fn following_the_advice_about_a_user_name_leaves_an_address_that_is_accepted() {
    let host = TestHost::start().await;
    let typed = "https://me:secret@quiet-cove.example/login";
    let (_, page) = sent_back(&host, &unlisted("Quiet Bank", typed)).await;
    let advice = "Delete everything after https:// up to and including the @ sign.";
    assert!(error_beside(&page, "portal_url").contains(advice), "{page:?}");
    let (scheme, rest) = typed.split_once("https://").expect("a scheme");
    let followed = [scheme, "https://", rest.split_once('@').expect("a user").1].concat();
    accepted(&host, &unlisted("Quiet Bank", &followed)).await;
}

#[tokio::test]
async fn an_address_outside_ascii_is_sent_as_typed_and_shown_with_its_ascii_form() {
    let host = TestHost::start().await;
    let portal = "https://Bücher-Bank.example:8443/Konto?Straße=1";
    let setup = accepted(&host, &unlisted("Bücher Bank", &format!("\u{feff}{portal}\u{200b}"))).await;
    assert_eq!(created(&host).await, [json!({ "portalUrl": portal })]);
    let shown = "bücher-bank.example (xn--bcher-bank-9db.example)";
    let detail = setup.trim_end_matches("/setup");
    for path in ["/", &setup] {
        let page = ana(&host).await.get(path).await;
        assert!(main_text(&page).contains(shown), "{path}: {page:?}");
    }
    let sheet = main_text(&ana(&host).await.get(&format!("{detail}/sheet")).await);
    assert!(sheet.contains(&format!("{portal} (xn--bcher-bank-9db.example)")), "{sheet}");
    let page = ana(&host).await.get(&setup).await;
    assert!(page.body.contains(&format!("href=\"{portal}\"")), "{page:?}");
}

#[tokio::test]
async fn the_usual_portal_of_a_bank_is_shown() {
    let host = TestHost::start().await;
    for path in ["/new?institution=sim-standard", "/new?query=sim-standard"] {
        let page = ana(&host).await.get(path).await;
        let text = main_text(&page);
        assert!(text.contains("https://portal.standard-test-bank.example/login"), "{path}: {text}");
        assert!(text.contains("My portal is not here"), "{path}: {text}");
        assert!(!tag(&page, " id=\"portal_not_listed\"").contains(" checked"), "{page:?}");
        assert!(tag(&page, " id=\"own_portal\"").contains("value=\"\""), "{page:?}");
    }
    // With JavaScript once a bank is chosen.
    let page = ana(&host).await.get("/new").await;
    assert!(tag(&page, " id=\"own-portal\"").contains(" hidden"), "{page:?}");
    // What was typed counts with its box alone.
    let form = [("own_portal", "https://elsewhere.example/"), ("institution_id", "sim-standard")];
    accepted(&host, &form).await;
    assert_eq!(created(&host).await, [json!({ "institutionId": "sim-standard" })]);
}

#[tokio::test]
async fn a_portal_that_is_not_in_the_list_is_sent_with_its_bank_and_a_refusal_stands_beside_it() {
    let host = TestHost::start().await;
    let portal = "https://corporate.standard-test-bank.example/Login?Region=EU";
    let own = |portal| {
        vec![("portal_not_listed", "true"), ("own_portal", portal), ("institution_id", "sim-standard")]
    };
    for (typed, says) in [
        ("", "Enter the address"),
        ("http://corporate.standard-test-bank.example/", "must start with https://"),
        ("https://corporate.standard-test-bank.example/\u{200b}x", "cannot be seen"),
        ("https://192.0.2.7/login", "is a number instead of a name"),
        // The simulator knows the portals of its banks.
        (portal, "Waycore does not accept this address"),
    ] {
        let (to, page) = sent_back(&host, &own(typed)).await;
        assert_eq!(to, "/new?institution=sim-standard", "{typed}");
        assert!(tag(&page, " id=\"portal_not_listed\"").contains(" checked"), "{typed}: {page:?}");
        let field = tag(&page, " id=\"own_portal\"");
        let value = format!("value=\"{typed}\"");
        assert!(field.contains("aria-invalid=\"true\"") && field.contains(&value), "{typed}: {field}");
        let said = error_beside(&page, "own_portal");
        assert!(said.contains(says), "{typed}: {said}");
        let asks = !tag(&page, " id=\"address-check\"").contains("hidden");
        assert_eq!(asks, typed == "https://192.0.2.7/login", "{typed}: {page:?}");
    }
    let requests = host.waycore.requests().await;
    let sent: Vec<&Value> = requests
        .iter()
        .filter(|request| request["path"] == "/v1/connections" && request["method"] == "POST")
        .map(|request| &request["body"])
        .collect();
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert_eq!((&sent[0]["institutionId"], &sent[0]["portalUrl"]), (&json!("sim-standard"), &json!(portal)));
    // One of several that is listed after all is that one.
    let listed = "https://treasury.three-portals-test-bank.example/sign-in";
    let usual = ("portal_of:sim-portals", "https://business.three-portals-test-bank.example/login");
    let form =
        [usual, ("portal_not_listed", "on"), ("own_portal", listed), ("institution_id", "sim-portals")];
    accepted(&host, &form).await;
    assert_eq!(created(&host).await, [json!({ "institutionId": "sim-portals", "portalUrl": listed })]);
}

#[tokio::test]
async fn opening_step_one_and_searching_tells_waycore_nothing_of_the_customer() {
    let host = TestHost::start().await;
    for path in
        ["/", "/new", "/new?query=standard", "/new?institution=sim-standard", "/new?unlisted=true", "/"]
    {
        assert_eq!(ana(&host).await.get(path).await.status, 200, "{path}");
    }
    for request in host.waycore.requests().await {
        assert!(
            request["path"].as_str().is_some_and(|path| path.starts_with("/v1/institutions")),
            "{request}"
        );
        assert!(!request.to_string().contains("acme"), "{request}");
    }
}

#[tokio::test]
async fn the_same_unlisted_bank_once_more_leads_to_the_connection_that_exists() {
    let host = TestHost::start().await;
    let form = unlisted("Repeated Bank", "https://repeated.example/");
    let first = accepted(&host, &form).await;
    assert_eq!(accepted(&host, &form).await, first);
    assert_eq!(ana(&host).await.list().await.len(), 1);
}

#[tokio::test]
async fn two_people_who_begin_two_banks_at_once_share_one_entity() {
    let host = TestHost::start().await;
    let (ana, kim) = (ana(&host).await, host.signed_in_as("kim", "acme").await);
    let (one, other) =
        (unlisted("One Bank", "https://one.example/"), unlisted("Other Bank", "https://other.example/"));
    let (one, other) = tokio::join!(ana.post_form(START, &one), kim.post_form(START, &other));
    assert_ne!(one.goes_to(), other.goes_to());
    let changes = host.waycore.changes().await;
    assert_eq!(changes.iter().filter(|change| *change == "POST /v1/entities").count(), 1, "{changes:?}");
    assert_eq!(ana.list().await.len(), 2);
}

#[tokio::test]
async fn the_list_shows_the_newest_bank_first_with_its_name_as_text() {
    let host = TestHost::start().await;
    let name = r#"<img src=x onerror="alert(1)"> & "quotes""#;
    let first = accepted(&host, &unlisted("First Bank", "https://first.example/")).await;
    host.waycore.wait_virtually(1).await;
    accepted(&host, &unlisted(name, "https://second.example/")).await;
    let list = ana(&host).await.get("/").await;
    assert!(!list.body.contains("<img"), "{list:?}");
    let text = main_text(&list);
    let (newest, oldest) =
        (text.find(name).expect("the newest"), text.find("First Bank").expect("the oldest"));
    assert!(newest < oldest, "{text}");
    assert_eq!(text.matches("Setup in progress").count(), 2, "{text}");

    let id = first.trim_start_matches("/connections/").trim_end_matches("/setup");
    host.waycore.put_connection(id, json!({ "kind": "ready", "status": "invalidConfig" })).await;
    let text = main_text(&ana(&host).await.get("/").await);
    assert!(text.contains("Needs correction") && text.matches("Setup in progress").count() == 1, "{text}");
}

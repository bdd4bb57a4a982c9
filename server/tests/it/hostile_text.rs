//! A hundred texts that would do something if a page took them for markup, in every field that a person or Waycore fills in.
//! What the browser's own program writes is checked by `end2end/specs/hostile-text.spec.ts`.

use app::paths::encode;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::host::TestHost;
use crate::html::{Token, tokens};

/// Each would leave an element with this attribute behind, run `pwned`, or lead somewhere by a script.
const MARK: &str = "data-pwned";

const ELEMENTS: [&str; 16] = [
    "<script data-pwned>pwned=1</script>",
    "<img src=x onerror=pwned=1 data-pwned>",
    "<svg onload=pwned=1 data-pwned>",
    "<a href=javascript:pwned=1 data-pwned>x</a>",
    "<iframe srcdoc=\"<script>parent.pwned=1</script>\" data-pwned>",
    "<input autofocus onfocus=pwned=1 data-pwned>",
    "<details open ontoggle=pwned=1 data-pwned>",
    "<style data-pwned>*{display:none}</style>",
    "<base href=//evil.example data-pwned>",
    "<form action=//evil.example data-pwned><button>",
    "<link rel=stylesheet href=//evil.example data-pwned>",
    "<object data=javascript:pwned=1 data-pwned>",
    "<meta http-equiv=refresh content=0;//evil.example data-pwned>",
    "<math><mtext><img src=x onerror=pwned=1 data-pwned>",
    "<template><p data-pwned></template><p data-pwned>",
    "<b data-pwned>",
];
/// Ways out of a text, of an attribute, and of elements that hold only text.
const BEFORE: [&str; 6] = [
    "",
    "\">",
    "'>",
    "--></title></textarea></noscript></script>",
    "\" onmouseover=pwned=1 x=\"",
    "\\u003c/p>",
];
const ALONE: [&str; 4] =
    ["javascript:pwned=1", "{{pwned=1}}", "${pwned=1}", "</script><script>pwned=1</script>"];

fn all_texts() -> Vec<String> {
    let after = |before: &str| ELEMENTS.map(|element| [before, element].concat());
    BEFORE.into_iter().flat_map(after).chain(ALONE.map(str::to_owned)).collect()
}

/// All texts when `CONNECT_SOAK` is set. Else each way out with two elements, other ones for each, and those that stand alone:
/// whether a page escapes depends on the way out, not on what comes after it.
fn hostile_texts() -> Vec<String> {
    if std::env::var_os("CONNECT_SOAK").is_some() {
        return all_texts();
    }
    let pairs = BEFORE.into_iter().enumerate().flat_map(|(row, before)| {
        [row, row + ELEMENTS.len() / 2].map(|element| [before, ELEMENTS[element]].concat())
    });
    pairs.chain(ALONE.map(str::to_owned)).collect()
}

/// Panics if the page took any text for markup.
#[track_caller]
fn assert_harmless(page: &Answer, what: &str) -> Vec<Token> {
    assert!(
        page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")),
        "{what}: {page:?}"
    );
    let tokens = tokens(&page.body);
    for token in &tokens {
        let Token::Start(tag) = token else { continue };
        for (name, value) in &tag.attributes {
            assert!(name != MARK && !name.starts_with("on"), "{what}: {tag:?}");
            let is_address = matches!(name.as_str(), "href" | "src" | "action" | "formaction" | "data");
            let scheme = value.trim_start().to_ascii_lowercase();
            assert!(!is_address || !scheme.starts_with("javascript:"), "{what}: {tag:?}");
        }
        let is_ours = tag.name != "script" || tag.attribute("nonce").is_some();
        assert!(is_ours, "{what}: {tag:?}");
    }
    tokens
}

/// The same, and panics if the page does not show the text to be read, or in a field.
#[track_caller]
fn assert_shown(page: &Answer, text: &str, what: &str) {
    let holds = |shown: &str| shown.contains(text.trim());
    let shown = assert_harmless(page, what).iter().any(|token| match token {
        Token::Text(shown) => holds(shown),
        Token::Start(tag) => tag.attributes.iter().any(|(_, value)| holds(value)),
        Token::End(_) => false,
    });
    assert!(shown, "{what} is not shown: {}", page.body);
}

#[test]
fn there_are_a_hundred_texts() {
    let texts: std::collections::HashSet<_> = all_texts().into_iter().collect();
    assert_eq!(texts.len(), 100);
    assert!(hostile_texts().iter().all(|text| texts.contains(text)));
}

#[tokio::test]
async fn what_a_person_types_is_shown_as_text() {
    let host = TestHost::start().await;
    for (row, text) in hostile_texts().iter().enumerate() {
        // A customer of its own, because each may send so many requests a second.
        let person = host.signed_in_as(text, &format!("org-{row}")).await;
        let portal = format!("https://portal.example/?{}", encode(text));
        let bank = [("requested_name", text.as_str()), ("portal_url", &portal), ("not_listed", "true")];
        let started = person.post_api("start_connection", &bank).await.ok();
        let id = started["connection"]["id"].as_str().expect("an id").to_owned();

        let setup = format!("/connections/{id}/setup");
        let step = format!("{setup}?step=finish");
        let (sheet, remove) = (format!("/connections/{id}/sheet"), format!("/connections/{id}/remove"));
        let search = format!("/new?query={}", encode(text));
        for path in ["/", &setup, &step, &sheet, &remove, &search] {
            assert_shown(&person.get(path).await, text, &format!("{path}: {text}"));
        }

        // Forms that come back with a message.
        let refused =
            [("unlisted", "true"), ("requested_name", text.as_str()), ("portal_url", text.as_str())];
        let back = person.post_form("/api/start_connection", &refused).await;
        let message = back.cookie().expect("a message for the page").to_owned();
        let form = host.signed_in_as(text, &format!("org-{row}")).await.with_cookie(&message);
        assert_shown(&form.get(back.goes_to()).await, text, &format!("a refused bank: {text}"));
        let issued = [
            ("connection_id", id.as_str()),
            ("display_name", text.as_str()),
            ("bank_username", text.as_str()),
            ("bank_customer_id", text.as_str()),
            ("password", text.as_str()),
        ];
        let form = person.post_form("/api/submit_finish", &issued).await;
        assert_eq!(form.status, 422, "{text}");
        assert_shown(&form, text, &format!("a refused finish form: {text}"));
        let wrong = format!("not {text}");
        let removal = [("connection_id", id.as_str()), ("confirmation", &wrong)];
        let back = person.post_form("/api/remove_connection", &removal).await;
        let message = back.cookie().expect("a message for the page").to_owned();
        let form = host.signed_in_as(text, &format!("org-{row}")).await.with_cookie(&message);
        assert_shown(&form.get(back.goes_to()).await, &wrong, &format!("a refused removal: {text}"));

        // The same once it is handed over, and once it has to be corrected, with who accepted the terms.
        let finish =
            [("connection_id", id.as_str()), ("delegated_user_active", "on"), ("accept_terms", "on")];
        person.post_api("submit_finish", &finish).await.ok();
        assert_shown(&person.get(&setup).await, text, &format!("an activation: {text}"));
        host.waycore.put_connection(&id, json!({ "kind": "ready", "status": "invalidConfig" })).await;
        let filters = format!("/connections/{id}?text={text}&account={text}", text = encode(text));
        let again = format!("/new?again={id}");
        for path in [&filters, &again] {
            assert_shown(&person.get(path).await, text, &format!("{path}: {text}"));
        }
    }
}

#[tokio::test]
async fn no_address_puts_markup_into_a_page() {
    let host = TestHost::start().await;
    for (row, text) in hostile_texts().iter().enumerate() {
        let pat = host.signed_in_as("pat", &format!("org-{row}")).await;
        let id = pat.start("sim-standard").await["id"].as_str().expect("an id").to_owned();
        host.waycore.put_connection(&id, json!({ "kind": "ready", "status": "active" })).await;
        let text = encode(text);
        for path in [
            format!("/?status={text}&cursor={text}"),
            format!("/new?draft={text}&institution={text}"),
            format!("/new?again={text}"),
            format!("/connections/{text}?step={text}"),
            format!("/connections/{text}/setup?draft={text}&refresh={text}"),
            format!("/connections/{id}?from={text}&to={text}&cursor={text}"),
            format!("/{text}"),
        ] {
            let page = pat.get(&path).await;
            if page.status != 303 {
                assert_harmless(&page, &path);
            }
        }
        let sign_in = host.signed_out().get(&format!("/demo/sign-in?return_to={text}")).await;
        assert_harmless(&sign_in, &text);
    }
}

#[tokio::test]
async fn what_waycore_says_is_shown_as_text() {
    let host = TestHost::start().await;
    let mut person = None;
    for (row, text) in hostile_texts().iter().enumerate() {
        // The customer changes now and then, because each may send so many requests a second.
        if row % 25 == 0 {
            let pat = host.signed_in_as("pat", &format!("org-{row}")).await;
            let id = pat.start("sim-standard").await["id"].as_str().expect("an id").to_owned();
            let requests = host.waycore.requests().await;
            let created =
                |request: &&Value| request["path"] == "/v1/connections" && request["method"] == "POST";
            let created = requests.iter().rfind(created).expect("the request that made it");
            person = Some((pat, id, created["body"]["entityId"].clone()));
        }
        let (pat, id, entity) = person.as_ref().expect("somebody");
        // Later than what is known already: an older state would be taken for a late answer.
        let at = format!("2999-01-01T00:{:02}:{:02}Z", row / 60, row % 60);
        let connection = |more: Value| {
            let mut connection = json!({
                "id": id, "entityId": entity, "institutionId": text, "institutionName": text, "portalUrl": text,
                "createdAt": at, "updatedAt": at, "errorCode": text, "errorMessage": text, "syncStatus": text,
            });
            connection.as_object_mut().expect("an object").extend(more.as_object().expect("fields").clone());
            connection
        };
        let setup = json!({
            "status": text, "credentialsPresent": false, "actionRequiredBy": "endUser",
            "nextAction": "createDelegatedUser",
            "instructions": {
                "firstName": text, "lastName": text, "address": text, "username": text, "email": text,
                "phoneNumber": text, "emailProvisioningStatus": text, "phoneNumberProvisioningStatus": text,
            },
        });
        let setup = connection(json!({ "kind": "setup", "status": "draft", "setup": setup }));
        answers(&host, &format!("/v1/connections/{id}"), setup.clone()).await;
        answers(&host, "/v1/connections", rows(setup)).await;
        for path in ["/".to_owned(), format!("/connections/{id}/setup"), format!("/connections/{id}/sheet")] {
            assert_shown(&pat.get(&path).await, text, &format!("{path}: {text}"));
        }
        host.waycore.heal().await;

        let account = json!({
            "id": text, "connectionId": id, "type": text, "currency": "EUR", "name": text, "status": text,
            "createdAt": at, "updatedAt": at, "maskedNumber": text, "currentBalance": "1.00",
        });
        let movement = json!({
            "id": text, "connectionId": id, "accountId": text, "status": text, "updatedAt": at, "amount": "1.00",
            "currency": "EUR", "entryType": text, "description": text,
        });
        let errored = connection(json!({ "kind": "ready", "status": "errored" }));
        answers(&host, &format!("/v1/connections/{id}"), errored.clone()).await;
        answers(&host, "/v1/connections", rows(errored)).await;
        answers(&host, "/v1/accounts", rows(account)).await;
        answers(&host, "/v1/transactions", rows(movement)).await;
        for path in ["/".to_owned(), format!("/connections/{id}"), format!("/connections/{id}/remove")] {
            let page = pat.get(&path).await;
            assert_shown(&page, text, &format!("{path}: {text}"));
            let is_complete = page.body.contains("class=\"money\"") && page.body.contains("transaction-day");
            assert!(is_complete || !path.ends_with(id.as_str()), "{path}: {}", page.body);
        }
        host.waycore.heal().await;
    }
}

#[tokio::test]
async fn names_in_the_catalog_are_shown_as_text() {
    let texts = hostile_texts();
    let banks = texts.iter().enumerate().map(|(row, text)| {
        let portal = |kind: &str| format!("https://bank-{row}.example/{kind}?\"'><b");
        json!({
            "institutionId": format!("bank-{row}"), "name": text, "canonicalPortalUrl": portal("usual"),
            "additionalPortalUrls": [portal("other"), text],
        })
    });
    let catalog = page_of_rows(banks.collect());
    let effect = json!({ "status": 200, "body": catalog });
    let host =
        TestHost::start_while(json!({ "match": { "path": "/v1/institutions" }, "effect": effect })).await;
    for (row, text) in texts.iter().enumerate() {
        let pat = host.signed_in_as("pat", &format!("org-{row}")).await;
        assert_harmless(&pat.get("/new").await, "banks to begin with");
        let by_id = format!("/new?query=bank-{row}");
        let by_link = format!("/new?institution=bank-{row}");
        for path in [by_id, by_link] {
            assert_shown(&pat.get(&path).await, text, &format!("{path}: {text}"));
        }
        // What was typed is marked in what was found.
        assert_harmless(&pat.get(&format!("/new?query={}", encode(text))).await, text);
        let bank = format!("bank-{row}");
        let form =
            [("unlisted", "true"), ("requested_name", text.as_str()), ("portal_url", "https://x.example/")];
        let asked = pat.post_form("/api/start_connection", &form).await;
        let message = asked.cookie().expect("the question whether it is that bank").to_owned();
        let form = host.signed_in_as("pat", &format!("org-{row}")).await.with_cookie(&message);
        assert_shown(&form.get(asked.goes_to()).await, text, &format!("asked about {bank}: {text}"));
    }
}

/// Waycore answers so from now on where the path begins so; the first such rule counts.
async fn answers(host: &TestHost, path: &str, body: Value) {
    let effect = json!({ "status": 200, "body": body });
    host.waycore.fail(json!({ "match": { "method": "GET", "path": path }, "effect": effect })).await;
}

fn rows(row: Value) -> Value {
    page_of_rows(vec![row])
}

fn page_of_rows(rows: Vec<Value>) -> Value {
    json!({ "data": rows, "pagination": { "hasMore": false, "nextCursor": null }, "meta": { "requestId": "r" } })
}

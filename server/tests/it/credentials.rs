//! What a bank issued: what is sent of it, and what comes back in a form.

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::browser::Browser;
use crate::host::{TestHost, host_token};
use crate::html::{error_beside, main_text, tag, tags};

const CONFIRMED: [(&str, &str); 2] = [("delegated_user_active", "true"), ("accept_terms", "true")];

/// A setup at a bank of its own.
async fn started(ana: &Browser<'_>, bank: &str) -> String {
    let portal = format!("https://{bank}.example/login");
    let form = [("portal_url", portal.as_str()), ("requested_name", bank)];
    let started = ana.post_api("start_connection", &form).await.ok();
    started["connection"]["id"].as_str().expect("an id").to_owned()
}

/// What Waycore received of a connection that was changed, in order: the end of the path, and the body.
async fn sent(host: &TestHost, id: &str) -> Vec<(String, Value)> {
    let prefix = format!("/v1/connections/{id}/");
    let requests = host.waycore.requests().await;
    let changes = requests.iter().filter(|request| request["method"] != "GET");
    let below = changes.filter_map(|request| {
        let path = request["path"].as_str()?.strip_prefix(&prefix)?;
        Some((path.to_owned(), request["body"].clone()))
    });
    below.collect()
}

#[tokio::test]
async fn a_character_that_cannot_be_seen_is_removed_at_the_ends_and_refused_inside() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = started(&ana, "pasted").await;
    let form = |field, typed| {
        let filled = vec![("connection_id", id.as_str()), (field, typed), ("password", "\u{200b}p w ")];
        [filled, CONFIRMED.to_vec()].concat()
    };
    for (field, typed) in [("bank_username", "wc\u{200b}-acme"), ("bank_customer_id", "47\u{202e}11")] {
        let page = ana.post_form("/api/submit_finish", &form(field, typed)).await;
        assert_eq!(page.status, 422, "{page:?}");
        assert!(error_beside(&page, field).contains("characters that cannot be seen"), "{page:?}");
    }
    assert_eq!(sent(&host, &id).await, []);
    ana.post_api("submit_finish", &form("bank_username", "\u{feff}wc-acme\u{200b}")).await.ok();
    let (_, credentials) = sent(&host, &id).await.remove(0);
    assert_eq!(credentials["bankUsername"], "wc-acme");
}

#[tokio::test]
async fn exactly_what_was_filled_in_is_sent_and_before_the_completion() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let (user, customer, password) = ("bank_username", "bank_customer_id", "password");
    for (bank, filled, expected) in [
        ("nothing", vec![], None),
        ("spaces", vec![(user, "  "), (customer, "\t"), (password, "   ")], None),
        ("username", vec![(user, " wc-acme ")], Some(json!({ "bankUsername": "wc-acme" }))),
        // A browser sends every field of the form.
        (
            "blanks",
            vec![(user, "wc-acme"), (customer, "  "), (password, "")],
            Some(json!({ "bankUsername": "wc-acme" })),
        ),
        ("customer", vec![(customer, "0047 11")], Some(json!({ "bankCustomerId": "0047 11" }))),
        ("password", vec![(password, " a b c ")], Some(json!({ "password": "masked" }))),
        (
            "everything",
            vec![(user, "wc-acme"), (customer, "4711"), (password, "issued")],
            Some(json!({ "bankUsername": "wc-acme", "bankCustomerId": "4711", "password": "masked" })),
        ),
    ] {
        let id = started(&ana, bank).await;
        let form = [vec![("connection_id", id.as_str())], filled, CONFIRMED.to_vec()].concat();
        let answer = ana.post_form("/api/submit_finish", &form).await;
        assert_eq!(answer.goes_to(), format!("/connections/{id}/setup"), "{bank}");
        let mut sent = sent(&host, &id).await;
        let completion = sent.pop().expect("a completion");
        assert_eq!(completion.0, "setupCompletion", "{bank}");
        // The simulator's journal shows no password.
        for password in sent.iter_mut().filter_map(|(_, body)| body.get_mut("password")) {
            assert!(!password.to_string().contains("a b c"), "{bank}: {password}");
            *password = json!("masked");
        }
        let credentials = expected.map(|body| ("credentials".to_owned(), body));
        assert_eq!(sent, credentials.into_iter().collect::<Vec<_>>(), "{bank}");
    }
}

#[tokio::test]
async fn a_refused_finish_form_keeps_all_but_the_password() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    for (missing, given, said) in [
        ("delegated_user_active", "accept_terms", "Confirm that the delegated user is active."),
        ("accept_terms", "delegated_user_active", "Accept the terms of use to finish the setup."),
    ] {
        let id = started(&ana, &missing.replace('_', "-")).await;
        let form = [
            ("connection_id", id.as_str()),
            ("bank_username", "wc-acme"),
            ("bank_customer_id", "4711"),
            ("password", "from the bank"),
            (given, "true"),
        ];
        let page = ana.post_form("/api/submit_finish", &form).await;
        assert_eq!(page.status, 422, "{missing}");
        assert!(
            page.body.contains("<h1>Finish setup</h1>") && page.body.contains("role=\"alert\""),
            "{page:?}"
        );
        assert!(main_text(&page).contains(said), "{missing}: {page:?}");
        assert!(error_beside(&page, missing).starts_with(said), "{missing}: {page:?}");
        assert!(tag(&page, " id=\"bank_username\"").contains("value=\"wc-acme\""), "{page:?}");
        assert!(tag(&page, " id=\"bank_customer_id\"").contains("value=\"4711\""), "{page:?}");
        assert!(!tag(&page, " id=\"password\"").contains("value="), "{page:?}");
        assert!(!page.body.contains("from the bank"), "{page:?}");
        let ticked = |name: &str| tag(&page, &format!(" id=\"{name}\"")).contains(" checked");
        assert!(ticked(given) && !ticked(missing), "{page:?}");
        assert_eq!(sent(&host, &id).await, [], "{missing}");
    }
}

#[tokio::test]
async fn a_new_sign_in_needs_at_least_one_of_three_and_sends_no_more() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = started(&ana, "expired").await;
    host.waycore.put_connection(&id, json!({ "kind": "ready", "status": "reauthRequired" })).await;
    let nothing = [("connection_id", id.as_str()), ("bank_username", " "), ("password", "")];
    let page = ana.post_form("/api/update_credentials", &nothing).await;
    assert_eq!(page.status, 422);
    assert_eq!(error_beside(&page, "bank_username"), "Enter at least one of the three.");
    let answer = ana.post_api("update_credentials", &nothing).await;
    assert_eq!(answer.error(), (422, "invalid_input".to_owned()));
    assert_eq!(sent(&host, &id).await, []);

    let form = [("connection_id", id.as_str()), ("bank_username", ""), ("password", "issued anew")];
    assert_eq!(ana.post_form("/api/update_credentials", &form).await.goes_to(), format!("/connections/{id}"));
    let sent = sent(&host, &id).await;
    let [(path, Value::Object(body))] = &sent[..] else { panic!("{sent:?}") };
    assert_eq!((path.as_str(), body.len()), ("credentials", 1), "{body:?}");
    assert!(body.contains_key("password"), "{body:?}");
}

#[tokio::test]
async fn a_new_sign_in_that_waycore_refuses_keeps_all_but_the_password() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = started(&ana, "refusing").await;
    host.waycore.put_connection(&id, json!({ "kind": "ready", "status": "reauthRequired" })).await;
    let fault = json!({ "match": { "method": "PUT" }, "effect": { "status": 422 }, "times": 1 });
    host.waycore.fail(fault).await;
    let form = [("connection_id", id.as_str()), ("bank_username", "wc-acme"), ("password", "not the one")];
    let page = ana.post_form("/api/update_credentials", &form).await;
    assert_eq!(page.status, 422);
    let text = main_text(&page);
    assert!(text.contains("Waycore did not accept this input.") && !text.contains("Handed over"), "{text}");
    assert!(tag(&page, " id=\"bank_username\"").contains("value=\"wc-acme\""), "{page:?}");
    assert!(!page.body.contains("not the one"), "{page:?}");
}

#[tokio::test]
async fn a_password_manager_is_asked_for_nothing() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = started(&ana, "managed").await;
    let check = async |path: String| {
        let page = ana.get(&path).await;
        let password = tag(&page, " id=\"password\"");
        assert!(password.contains("type=\"password\""), "{password}");
        assert!(password.contains("autocomplete=\"new-password\""), "{password}");
        for name in ["bank_username", "bank_customer_id"] {
            let field = tag(&page, &format!(" id=\"{name}\""));
            assert!(field.contains("autocomplete=\"off\""), "{field}");
        }
    };
    check(format!("/connections/{id}/setup?step=finish")).await;
    host.waycore.put_connection(&id, json!({ "kind": "ready", "status": "reauthRequired" })).await;
    check(format!("/connections/{id}")).await;
}

const AGAIN: &str = "Enter the password again. We don't keep it.";

/// The form as a page shows it: whether it asks for the password again, and whether the focus begins there.
fn asks_again(page: &Answer) -> bool {
    let field = tag(page, " id=\"password\"");
    let asks = field.contains("autofocus");
    assert_eq!(asks, field.contains("aria-invalid=\"true\""), "{field}");
    if asks {
        assert_eq!(error_beside(page, "password"), AGAIN);
    }
    assert_eq!(asks, tags(page, "name=\"password_dropped\"").count() == 1, "{page:?}");
    assert_eq!(asks, tags(page, "name=\"without_password\"").count() == 1, "{page:?}");
    asks
}

#[tokio::test]
async fn a_password_that_was_typed_is_not_left_out_without_a_word() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = started(&ana, "forgetful").await;
    let untouched = ana.get(&format!("/connections/{id}/setup?step=finish")).await;
    assert!(!asks_again(&untouched), "nothing was typed yet");
    let typed = [("connection_id", id.as_str()), ("bank_username", "wc-acme"), ("password", "from the bank")];
    let page = ana.post_form("/api/submit_finish", &typed).await;
    assert!(asks_again(&page));
    assert!(main_text(&page).matches(AGAIN).count() == 2, "above the form too: {page:?}");

    // The boxes are ticked, and the password is not typed again.
    let ticked = [("delegated_user_active", "on"), ("accept_terms", "on"), ("password_dropped", "true")];
    let mut form = vec![typed[0], typed[1], ("password", "")];
    form.extend(ticked);
    for _ in 0..2 {
        let page = ana.post_form("/api/submit_finish", &form).await;
        assert_eq!(page.status, 422);
        assert!(asks_again(&page));
    }
    let refused = ana.post_api("submit_finish", &form).await;
    assert_eq!(refused.error(), (422, "invalid_input".to_owned()));
    assert_eq!(refused.json()["field"], "password");
    assert_eq!(sent(&host, &id).await, []);

    // Somebody says to go on without it.
    form.push(("without_password", "true"));
    ana.post_form("/api/submit_finish", &form).await.goes_to();
    let sent = sent(&host, &id).await;
    assert_eq!(sent[0], ("credentials".to_owned(), json!({ "bankUsername": "wc-acme" })));
}

#[tokio::test]
async fn every_way_in_which_a_typed_password_gets_lost_says_so() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    // Waycore fails.
    let id = started(&ana, "failing").await;
    host.waycore.fail(json!({ "match": { "method": "PUT" }, "effect": { "status": 503 } })).await;
    let typed = [
        ("connection_id", id.as_str()),
        ("password", "from the bank"),
        ("delegated_user_active", "on"),
        ("accept_terms", "on"),
    ];
    assert!(asks_again(&ana.post_form("/api/submit_finish", &typed).await));
    host.waycore.heal().await;
    let before = sent(&host, &id).await.len();
    // Waycore refuses what is handed over again.
    host.waycore.put_connection(&id, json!({ "kind": "ready", "status": "reauthRequired" })).await;
    let fault = json!({ "match": { "method": "PUT" }, "effect": { "status": 422 }, "times": 1 });
    host.waycore.fail(fault).await;
    assert!(asks_again(&ana.post_form("/api/update_credentials", &typed[..2]).await));
    let form = [typed[0], ("bank_username", "wc-acme"), ("password_dropped", "true")];
    assert!(asks_again(&ana.post_form("/api/update_credentials", &form).await));
    assert_eq!(sent(&host, &id).await.len(), before + 1, "what was refused, and nothing after it");
    // The session ends.
    let id = started(&ana, "signed-out").await;
    let form = [("connection_id", id.as_str()), ("password", "from the bank"), ("accept_terms", "on")];
    let answer = host.signed_out().post_form("/api/submit_finish", &form).await;
    let message = answer.cookie().expect("a message").to_owned();
    let back = ana.with_cookie(&message).get(&format!("/connections/{id}/setup?step=finish")).await;
    assert!(asks_again(&back));
    // Waycore refuses every call, or has no time for any.
    let ana = host.signed_in_as("ana", "acme").await;
    let id = started(&ana, "no-key").await;
    for status in [401, 403, 429] {
        for method in ["GET", "POST", "PUT"] {
            host.waycore.fail(json!({ "match": { "method": method }, "effect": { "status": status } })).await;
        }
        let typed = [
            ("connection_id", id.as_str()),
            ("display_name", "no-key"),
            ("bank_username", "wc-acme"),
            ("password", "from the bank"),
        ];
        let page = ana.post_form("/api/submit_finish", &[&typed[..], &CONFIRMED].concat()).await;
        host.waycore.heal().await;
        assert_eq!(page.status, 422, "{status}: {page:?}");
        assert!(asks_again(&page), "{status}");
        assert!(tag(&page, " id=\"bank_username\"").contains("value=\"wc-acme\""), "{status}: {page:?}");
    }
}

/// The form that was sent is no longer on the page that its connection leads to.
#[tokio::test]
async fn a_form_whose_connection_moved_on_says_what_happened_on_the_page_after_it() {
    let host = TestHost::start().await;
    let changed = "The connection has changed in the meantime.";
    for (status, is_asked_again) in
        [("errored", false), ("reauthRequired", true), ("paused", false), ("revoked", false)]
    {
        let ana = host.signed_in_as("ana", "acme").await;
        let id = started(&ana, &status.to_lowercase()).await;
        host.waycore.put_connection(&id, json!({ "kind": "ready", "status": status })).await;
        let typed =
            [("connection_id", id.as_str()), ("bank_username", "wc-acme"), ("password", "from the bank")];
        let answer = ana.post_form("/api/submit_finish", &[&typed[..], &CONFIRMED].concat()).await;
        let detail = answer.goes_to().to_owned();
        assert_eq!(detail, format!("/connections/{id}"), "{status}");
        let message = answer.cookie().expect("a message").to_owned();
        let page = ana.with_cookie(&message).get(&detail).await;
        assert!(main_text(&page).contains(changed), "{status}: {page:?}");
        assert!(!page.body.contains("wc-acme"), "{status}: what a bank issued stands in no cookie");
        if is_asked_again {
            assert!(asks_again(&page), "{status}");
        }
    }
}

#[tokio::test]
async fn a_form_that_waycore_did_not_let_show_again_asks_for_the_password_once_it_does() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = started(&ana, "locked-out").await;
    host.waycore.put_connection(&id, json!({ "kind": "ready", "status": "reauthRequired" })).await;
    for method in ["GET", "PUT"] {
        host.waycore.fail(json!({ "match": { "method": method }, "effect": { "status": 401 } })).await;
    }
    let typed = [("connection_id", id.as_str()), ("password", "from the bank")];
    let refused = ana.post_form("/api/update_credentials", &typed).await;
    assert_eq!(refused.status, 503);
    let message = refused.cookie().expect("a message").to_owned();
    let ana = ana.with_cookie(&message);
    let detail = format!("/connections/{id}");
    let still = ana.get(&detail).await;
    assert_eq!((still.status.as_u16(), still.header("set-cookie")), (503, None), "nobody has read it");
    host.waycore.heal().await;
    assert!(asks_again(&ana.get(&detail).await));
}

/// Nothing of the form is looked at: of what was in it only that there was a password is left for the next page.
#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_turned_away_unread_asks_for_the_password_again() {
    let host = TestHost::start_with_tokens().await;
    let token = |user: &str, role: &str| {
        format!("Bearer {}", host_token(json!({ "sub": user, "org": "acme", "roles": [role] })))
    };
    let bearer = |user: &str, role: &str| Browser::new(&host, vec![("authorization", token(user, role))]);
    let ana = bearer("ana", "manager");
    let id = started(&ana, "turned-away").await;
    let typed = [("connection_id", id.as_str()), ("bank_username", "wc-acme"), ("password", "from the bank")];
    let form = [&typed[..], &CONFIRMED].concat();
    let submit = async |person: &Browser<'_>| person.post_form("/api/submit_finish", &form).await;
    let refused = submit(&bearer("ana", "gone")).await;
    assert_eq!(refused.status, 403);
    let role = refused.cookie().expect("a message").to_owned();
    let max = bearer("max", "manager");
    let mut limited = None;
    for _ in 0..20 {
        while max.post_api("start_connection", &[]).await.status != 429 {}
        let answer = submit(&max).await;
        if answer.status == 429 {
            limited = Some(answer);
            break;
        }
    }
    let limited = limited.expect("too many requests");
    let limit = limited.cookie().expect("a message").to_owned();
    for message in [role, limit] {
        let ana = Browser::new(
            &host,
            vec![("authorization", token("ana", "manager")), ("cookie", message.clone())],
        );
        let page = ana.get(&format!("/connections/{id}/setup?step=finish")).await;
        assert!(asks_again(&page), "{message}: {page:?}");
        assert!(!page.body.contains("wc-acme") && !message.contains("wc-acme"), "{page:?}");
    }
    assert_eq!(sent(&host, &id).await, []);
    // Where nothing was lost, nothing is said.
    let nothing = bearer("ana", "gone").post_form("/api/submit_finish", &form[..2]).await;
    assert_eq!((nothing.status.as_u16(), nothing.cookie()), (403, None));
}

#[tokio::test]
async fn what_was_typed_after_the_setup_was_finished_is_said_not_to_be_sent() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let left_out = "What you entered was not sent";
    for (row, (kind, status)) in [
        ("setup", "pendingActivation"),
        ("ready", "active"),
        ("ready", "reauthRequired"),
        ("ready", "errored"),
        ("ready", "revoked"),
    ]
    .into_iter()
    .enumerate()
    {
        for is_sent_before in [false, true] {
            let id = started(&ana, &format!("finished-{row}-{is_sent_before}")).await;
            let confirmed = [&[("connection_id", id.as_str())][..], &CONFIRMED].concat();
            let typed = [&confirmed[..], &[("password", "from the bank")]].concat();
            let first = if is_sent_before { &typed } else { &confirmed };
            ana.post_form("/api/submit_finish", first).await.goes_to();
            host.waycore.put_connection(&id, json!({ "kind": kind, "status": status })).await;
            let calls = sent(&host, &id).await.len();
            for (form, is_said) in [(&confirmed, false), (&typed, !is_sent_before)] {
                let answer = ana.post_form("/api/submit_finish", form).await;
                let next = answer.goes_to().to_owned();
                let page = match answer.cookie() {
                    Some(message) => {
                        let message = message.to_owned();
                        host.signed_in_as("ana", "acme").await.with_cookie(&message).get(&next).await
                    }
                    None => ana.get(&next).await,
                };
                assert_eq!(page.status, 200, "{status}: {page:?}");
                let said = main_text(&page).matches(left_out).count();
                assert_eq!(said, usize::from(is_said), "{status} {is_sent_before}: {page:?}");
                assert_eq!(page.body.matches("data-said").count(), said, "{status}: said aloud once");
            }
            ana.post_api("submit_finish", &typed).await.ok();
            assert_eq!(sent(&host, &id).await.len(), calls, "{status}: nothing is sent again");
        }
    }
}

#[tokio::test]
async fn what_waycore_has_accepted_is_not_asked_for_again() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let (server_error, conflict, reset) =
        (json!({ "status": 500 }), json!({ "status": 409 }), json!({ "reset": true }));
    let refused = json!({ "status": 422 });
    for (row, (call, effect, is_accepted)) in [
        ("setupCompletion", &server_error, true),
        ("setupCompletion", &conflict, true),
        ("setupCompletion", &reset, true),
        // Waycore has not, or nobody knows.
        ("credentials", &server_error, false),
        ("credentials", &reset, false),
        ("credentials", &refused, false),
    ]
    .into_iter()
    .enumerate()
    {
        let what = format!("{call} {effect}");
        let id = started(&ana, &format!("accepted-{row}")).await;
        // A conflict is one as long as Waycore asks for something else first.
        let asks = json!({
            "kind": "setup", "status": "draft", "actionRequiredBy": "endUser", "nextAction": "provideCredentials",
        });
        host.waycore.put_connection(&id, asks).await;
        let path = format!("/v1/connections/{id}/{call}");
        host.waycore.fail(json!({ "match": { "path": path }, "effect": effect })).await;
        let form = [
            ("connection_id", id.as_str()),
            ("bank_username", "wc-acme"),
            ("password", "from the bank"),
            ("delegated_user_active", "on"),
            ("accept_terms", "on"),
        ];
        let page = ana.post_form("/api/submit_finish", &form).await;
        assert_eq!(page.status, 422, "{what}: {page:?}");
        assert_eq!(asks_again(&page), !is_accepted, "{what}");
        assert_eq!(main_text(&page).contains(AGAIN), !is_accepted, "{what}");
        let username = tag(&page, " id=\"bank_username\"");
        assert_eq!(username.contains("value=\"wc-acme\""), !is_accepted, "{what}: {username}");
        assert_eq!(main_text(&page).contains("Waycore has the bank sign-in details"), is_accepted, "{what}");
        for ticked in ["delegated_user_active", "accept_terms"] {
            assert!(tag(&page, &format!(" id=\"{ticked}\"")).contains(" checked"), "{what}: {page:?}");
        }
        host.waycore.heal().await;
        if is_accepted {
            // The form as it came back.
            let again = [form[0], ("bank_username", ""), ("password", ""), form[3], form[4]];
            let answer = ana.post_form("/api/submit_finish", &again).await;
            assert_eq!(answer.goes_to(), format!("/connections/{id}/setup"), "{what}");
        }
    }
}

#[tokio::test]
async fn a_page_says_when_the_sign_in_details_were_sent() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = started(&ana, "resent").await;
    let form = [
        ("connection_id", id.as_str()),
        ("password", "from the bank"),
        ("delegated_user_active", "on"),
        ("accept_terms", "on"),
    ];
    let sent_on = "The bank sign-in details were sent on";
    let setup = format!("/connections/{id}/setup");
    assert!(!main_text(&ana.get(&setup).await).contains(sent_on));
    ana.post_api("submit_finish", &form).await.ok();
    host.waycore.put_connection(&id, json!({ "kind": "setup", "status": "pendingActivation" })).await;
    let text = main_text(&ana.get(&setup).await);
    assert!(text.contains(sent_on) && text.contains(" UTC"), "{text}");
    // Waycore asks again.
    host.waycore.wait_virtually(1).await;
    let asked = json!({
        "kind": "setup", "status": "draft", "actionRequiredBy": "endUser", "nextAction": "provideCredentials",
    });
    host.waycore.put_connection(&id, asked).await;
    let text = main_text(&ana.get(&setup).await);
    assert!(text.contains(sent_on) && text.contains("only if something has changed"), "{text}");
}

//! One customer never sees, changes or even notices another's bank.

use serde_json::json;

use crate::host::TestHost;
use crate::html::main_text;

#[tokio::test]
async fn each_customer_lists_its_own_connections() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let bo = host.signed_in_as("bo", "globex").await;
    let first = ana.start("sim-standard").await["id"].as_str().unwrap().to_owned();
    let second = bo.start("sim-standard").await["id"].as_str().unwrap().to_owned();
    assert_ne!(first, second, "the same bank is another connection for another customer");
    assert_eq!(ana.list().await, [first]);
    assert_eq!(bo.list().await, [second]);
}

#[tokio::test]
async fn a_foreign_connection_answers_like_one_that_does_not_exist() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let bo = host.signed_in_as("bo", "globex").await;
    bo.start("sim-instant").await;
    let foreign = ana.start("sim-standard").await["id"].as_str().unwrap().to_owned();
    let before = host.waycore.changes().await;
    for name in [
        "get_connection",
        "confirm_user_created",
        "submit_finish",
        "update_credentials",
        "sync_connection",
        "remove_connection",
    ] {
        let call = async |id: &str| {
            let form = [
                ("connection_id", id),
                ("password", "from the bank"),
                ("delegated_user_active", "on"),
                ("accept_terms", "on"),
            ];
            let mut json = bo.post_api(name, &form).await;
            assert_eq!(json.error(), (404, "not_found".to_owned()), "{name} {id}");
            json.body = json.body.replace(json.header("x-request-id").unwrap(), "…");
            json.body
        };
        assert_eq!(call(&foreign).await, call("conn_that_never_was").await, "{name}");
    }
    for page in ["", "/setup", "/remove"] {
        let status = bo.get(&format!("/connections/{foreign}{page}")).await.status;
        assert_eq!(status, 404);
        assert_eq!(bo.get(&format!("/connections/conn_that_never_was{page}")).await.status, status);
    }
    assert_eq!(host.waycore.changes().await, before, "nothing was done to it");
    assert_eq!(ana.connection(&foreign).await.ok()["connection"]["step"], "delegatedUser");
}

#[tokio::test]
async fn the_same_org_of_another_issuer_is_another_customer() {
    let host = TestHost::start_with_tokens().await;
    let claims = json!({ "sub": "ana", "org": "acme", "roles": ["manager"] });
    let ana = host.bearing(&crate::host::host_token(claims));
    let id = ana.start("sim-standard").await["id"].as_str().unwrap().to_owned();
    // The other customers of the host come with its tokens, those of another issuer with none that counts.
    let other = json!({ "sub": "ana", "org": "acme", "roles": ["manager"], "iss": "elsewhere" });
    let stranger = host.bearing(&crate::host::host_token(other));
    assert_eq!(stranger.connection(&id).await.error(), (401, "signed_out".to_owned()));
}

#[tokio::test]
async fn a_change_that_another_site_sends_is_refused_in_words() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await.lured_elsewhere();
    let before = host.waycore.changes().await;
    let answer = ana.post_api("start_connection", &[("institution_id", "sim-standard")]).await;
    assert_eq!(answer.error(), (403, "forbidden".to_owned()));
    assert_eq!(host.waycore.changes().await, before, "nothing was done");
}

/// Whoever reads it may have a browser that says too little of the page: they are on that page again, and can go on.
#[tokio::test]
async fn a_form_that_another_site_sends_leads_to_its_page_with_the_reason() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let draft = ana.start("sim-standard").await["id"].as_str().unwrap().to_owned();
    let broken = ana.start("sim-instant").await["id"].as_str().unwrap().to_owned();
    host.waycore.put_connection(&broken, json!({ "kind": "ready", "status": "reauthRequired" })).await;
    let before = host.waycore.changes().await;
    let reason = "This change came from another website, so nothing was done.";
    for (name, id, page) in [
        ("start_connection", &draft, "/new".to_owned()),
        ("confirm_user_created", &draft, format!("/connections/{draft}/setup")),
        ("submit_finish", &draft, format!("/connections/{draft}/setup?step=finish")),
        ("update_credentials", &broken, format!("/connections/{broken}")),
        ("sync_connection", &broken, format!("/connections/{broken}")),
        ("remove_connection", &broken, format!("/connections/{broken}/remove")),
    ] {
        let form = [
            ("connection_id", id.as_str()),
            ("scripted", "true"),
            ("requested_name", "Typed elsewhere"),
            ("bank_username", "Typed elsewhere"),
            ("confirmation", "Typed elsewhere"),
            ("password", "Typed elsewhere"),
            ("delegated_user_active", "on"),
            ("accept_terms", "on"),
        ];
        let ana = async || host.signed_in_as("ana", "acme").await;
        for lured in [ana().await.lured_elsewhere(), ana().await.in_an_old_browser_on("https://evil.example")]
        {
            let refused = lured.post_form(&format!("/api/{name}"), &form).await;
            assert_eq!(refused.goes_to(), page, "{name}");
            let message = refused.cookie().expect("a message").to_owned();
            let shown = ana().await.with_cookie(&message).get(&page).await;
            assert_eq!(shown.status, 200, "{name}");
            let text = main_text(&shown);
            let support_code = refused.header("x-request-id").expect("a support code");
            assert!(text.contains(reason) && text.contains(support_code), "{name}: {text}");
            assert!(!shown.body.contains("Typed elsewhere"), "{name}: {}", shown.body);
            assert_eq!(lured.post_api(name, &form).await.error(), (403, "forbidden".to_owned()), "{name}");
        }
    }
    // What is no form of the product's, or too long to be read, is refused on a page of its own.
    let lured = host.signed_in_as("ana", "acme").await.lured_elsewhere();
    let long = ["query=", &"x".repeat(300_000)].concat();
    for refused in [
        lured.post_form("/demo/sign-in", &[("user", "bo")]).await,
        lured.post_form("/api/nothing", &[]).await,
        lured.post_body("/api/start_connection", "text/html", long).await,
    ] {
        assert_eq!((refused.status.as_u16(), refused.cookie()), (403, None), "{refused:?}");
        assert!(main_text(&refused).contains(reason), "{refused:?}");
    }
    assert_eq!(host.waycore.changes().await, before, "nothing was done");
}

//! The demo's pages: they say that they are a demo, and show nothing to somebody who is signed out.

use crate::host::TestHost;
use crate::html::main_text;

#[tokio::test]
async fn every_page_says_that_it_is_a_demo() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().expect("an id").to_owned();
    let own = ["/setup", "/sheet", "/remove"].map(|page| format!("/connections/{id}{page}"));
    for path in ["/", "/new", "/new?unlisted=true", "/nowhere"].map(str::to_owned).into_iter().chain(own) {
        let page = ana.get(&path).await;
        assert!(page.body.contains("This is a demo with simulated banks."), "{path}: {page:?}");
    }
}

#[tokio::test]
async fn somebody_who_is_signed_out_sees_the_sign_in_and_nothing_else() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let form = [("requested_name", "Locked Bank"), ("portal_url", "https://locked.example/")];
    let started = ana.post_api("start_connection", &form).await.ok();
    let id = started["connection"]["id"].as_str().expect("an id");
    let nobody = host.signed_out();
    let pages = ["", "/setup", "/sheet", "/remove", "/transactions.csv"];
    let own = pages.map(|page| format!("/connections/{id}{page}"));
    for path in ["/", "/new"].map(str::to_owned).into_iter().chain(own) {
        let answer = nobody.get(&path).await;
        let to = answer.goes_to();
        // A file is no page to come back to: its link is on the page of the connection.
        let back = path.trim_end_matches("/transactions.csv");
        assert_eq!(to, format!("/demo/sign-in?return_to={}", app::paths::encode(back)));
        let page = nobody.get(to).await;
        assert!(main_text(&page).contains("Sign in to the demo"), "{page:?}");
        assert!(!page.body.contains("Locked Bank") && !answer.body.contains("Locked Bank"), "{path}");
    }
    assert_eq!(nobody.connection(id).await.error(), (401, "signed_out".to_owned()));
}

#[tokio::test]
async fn a_form_on_another_site_confirms_nothing() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().expect("an id").to_owned();
    let form = [("connection_id", id.as_str()), ("delegated_user_active", "on"), ("accept_terms", "on")];
    let lured = host.signed_in_as("ana", "acme").await.lured_elsewhere();
    for name in ["confirm_user_created", "submit_finish", "remove_connection"] {
        assert_eq!(lured.post_api(name, &form).await.error(), (403, "forbidden".to_owned()), "{name}");
    }
    assert_eq!(ana.connection(&id).await.ok()["connection"]["step"], "delegatedUser");
}

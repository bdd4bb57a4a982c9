//! Step 2: the customer says that the delegated user exists.

use app::model::Step;
use serde_json::json;

use super::bench::{Bench, ana, vic};

#[tokio::test]
async fn the_word_of_the_customer_is_kept_for_every_device() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    let before = bench.get(&vic(), &id).await.unwrap();
    assert_eq!(before.step, Step::DelegatedUser);
    assert_eq!(bench.confirm(&ana(), &id).await.unwrap().step, Step::FinishSetup);
    let after = bench.get(&vic(), &id).await.unwrap();
    assert_eq!(after.step, Step::FinishSetup);
    assert!(after.version > before.version, "other devices have to notice");
    let calls = bench.waycore.calls();
    assert!(calls.iter().all(|call| call.starts_with("get_connection")), "{calls:?}");
}

#[tokio::test]
async fn saying_it_twice_or_late_changes_nothing() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    let first = bench.confirm(&ana(), &id).await.unwrap();
    assert_eq!(bench.confirm(&ana(), &id).await.unwrap(), first);
    let kept = bench.record(&ana(), &id).await.progress;
    bench.waycore.change(&id, json!({"status": "pendingActivation"}));
    assert_eq!(bench.confirm(&ana(), &id).await.unwrap().step, Step::Activation);
    assert_eq!(bench.record(&ana(), &id).await.progress, kept);
}

#[tokio::test]
async fn the_details_that_arrive_late_are_shown_and_make_a_new_version() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    let before = bench.get(&ana(), &id).await.unwrap();
    assert_eq!(before.instructions.as_ref().unwrap().first_name.as_deref(), Some("Waycore"));
    assert_eq!(before.instructions.as_ref().unwrap().email, None);
    assert_eq!(bench.get(&ana(), &id).await.unwrap(), before, "the same state is the same version");

    let setup = json!({
        "instructions": {"firstName": "Waycore", "email": "user@waycore.example"},
        "credentialsPresent": false, "actionRequiredBy": "endUser", "nextAction": "createDelegatedUser",
    });
    bench.waycore.change(&id, json!({ "setup": setup }));
    let after = bench.get(&ana(), &id).await.unwrap();
    assert_eq!(after.instructions.unwrap().email.as_deref(), Some("user@waycore.example"));
    assert_eq!(after.version, before.version + 1);
}

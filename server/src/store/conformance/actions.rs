//! What every store must do for actions: one at a time, and none without an end.

use super::*;

pub(super) async fn begin(
    store: &dyn Store,
    tenant: Tenant<'_>,
    subject: &str,
    millis: i64,
) -> Option<IntentId> {
    match store.begin(tenant, &ana(), Action::Create, subject, at(millis)).await.unwrap() {
        Begun::First(id) => Some(id),
        Begun::Busy { .. } => None,
    }
}

pub(in crate::store) async fn an_action_is_done_one_at_a_time(store: &dyn Store) {
    let first = begin(store, acme(), "bank", 1).await.unwrap();
    assert_eq!(begin(store, acme(), "bank", 2).await, None);
    assert!(begin(store, acme(), "another bank", 2).await.is_some());
    assert!(begin(store, globex(), "bank", 2).await.is_some());
    assert!(begin(store, in_test(acme()), "bank", 2).await.is_some());
    let sync = store.begin(acme(), &ana(), Action::Sync, "bank", at(2)).await.unwrap();
    assert!(matches!(sync, Begun::First(_)));
    write(store, acme(), Write::End(&first, Outcome::Done), 3).await.unwrap();
    missing(write(store, acme(), Write::End(&first, Outcome::Done), 3).await);
    assert!(begin(store, acme(), "bank", 4).await.is_some());
}

pub(in crate::store) async fn of_many_at_once_one_begins(store: &dyn Store) {
    let one = || begin(store, acme(), "bank", 1);
    let (a, b, c, d) = tokio::join!(one(), one(), one(), one());
    assert_eq!([a, b, c, d].iter().flatten().count(), 1);
}

pub(in crate::store) async fn a_dead_ones_action_is_taken_over(store: &dyn Store) {
    let dead = begin(store, acme(), "bank", 1).await.unwrap();
    assert_eq!(begin(store, acme(), "bank", 60_000).await, None);
    let next = begin(store, acme(), "bank", 60_001).await.unwrap();
    // Should it have been alive after all, it learns that it was overtaken.
    missing(write(store, acme(), Write::End(&dead, Outcome::Done), 60_002).await);
    write(store, acme(), Write::End(&next, Outcome::Done), 60_003).await.unwrap();
}

pub(in crate::store) async fn a_clock_that_was_ahead_keeps_no_action_busy(store: &dyn Store) {
    const HOUR: i64 = 60 * 60 * 1_000;
    let ahead = begin(store, acme(), "bank", 10 * HOUR).await.unwrap();
    assert_eq!(
        begin(store, acme(), "bank", 10 * HOUR - 5_000).await,
        None,
        "another replica's clock is seconds behind"
    );
    let next = begin(store, acme(), "bank", HOUR).await.unwrap();
    missing(write(store, acme(), Write::End(&ahead, Outcome::Done), HOUR + 1).await);
    write(store, acme(), Write::End(&next, Outcome::Done), HOUR + 2).await.unwrap();
}

pub(in crate::store) async fn whoever_says_so_is_still_at_it(store: &dyn Store) {
    let long = begin(store, acme(), "bank", 1).await.unwrap();
    for millis in [40_000, 80_000] {
        store.renew(&long, at(millis)).await.unwrap();
        assert_eq!(begin(store, acme(), "bank", millis + 59_999).await, None);
    }
    assert_eq!(store.abandon(at(80_000), at(139_999)).await.unwrap(), 0);
    let next = begin(store, acme(), "bank", 140_000).await.unwrap();
    missing(store.renew(&long, at(140_001)).await);
    write(store, acme(), Write::End(&next, Outcome::Done), 140_002).await.unwrap();
    missing(store.renew(&next, at(140_003)).await);
}

pub(in crate::store) async fn what_was_refused_leaves_no_action_behind(store: &dyn Store) {
    for millis in 1..20 {
        let refused = begin(store, acme(), "bank", millis).await.unwrap();
        write(store, acme(), Write::End(&refused, Outcome::Refused), millis).await.unwrap();
        missing(write(store, acme(), Write::End(&refused, Outcome::Refused), millis).await);
    }
    assert_eq!(store.prune(at(1_000), at(1_000)).await.unwrap(), 0);
}

pub(in crate::store) async fn what_nobody_lived_to_end_is_ended_and_told(store: &dyn Store) {
    begin(store, acme(), "bank", 1).await.unwrap();
    store.begin(globex(), &UserId::parse("bo").unwrap(), Action::Finish, "conn_1", at(2)).await.unwrap();
    begin(store, acme(), "another bank", 3).await.unwrap();
    assert_eq!(store.abandon(at(3), at(10)).await.unwrap(), 2);
    assert_eq!(store.abandon(at(3), at(11)).await.unwrap(), 0);
    assert!(begin(store, acme(), "bank", 12).await.is_some());
    assert_eq!(begin(store, acme(), "another bank", 12).await, None);
    // Whoever takes one over finds the same in the log.
    assert!(begin(store, acme(), "another bank", 60_003).await.is_some());
    let rows = store.audit_rows(0, 10).await.unwrap();
    let told: Vec<_> = rows
        .iter()
        .map(|row| (row.user_id.as_deref().unwrap_or(""), row.connection_id.as_deref(), row.detail.as_str()))
        .collect();
    assert_eq!(told, [("ana", None, "create"), ("bo", Some("conn_1"), "finish"), ("ana", None, "create")]);
    assert!(rows.iter().all(|row| row.event == "interrupted"));
    checked(store, None).await.unwrap();
}

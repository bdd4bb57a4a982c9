//! What every store must do for the audit log.

use super::*;
use crate::store::AuditRow;

pub(super) fn entry(event: AuditEvent) -> AuditEntry {
    AuditEntry { event, user: ana(), connection: None, detail: "a word".to_owned() }
}

/// Follows the chain from its beginning.
pub(in crate::store) async fn checked(
    store: &dyn Store,
    noted: Option<&AuditHead>,
) -> Result<Option<AuditHead>, BrokenChain> {
    let keys = audit_keys();
    let mut check = ChainCheck::new(&keys, noted, store.audit_checkpoints().await.unwrap());
    for row in store.audit_rows(0, 1_000).await.unwrap() {
        check.next(&row)?;
    }
    check.end()
}

pub(in crate::store) async fn coming_back_the_same_day_is_no_second_sign_in(store: &dyn Store) {
    const HOUR: i64 = 60 * 60 * 1_000;
    // From 25 to 5: a clock that was ahead is set back.
    for hour in [0, 1, 12, 25, 5, 6] {
        store.seen(acme(), &ana(), at(hour * HOUR)).await.unwrap();
    }
    store.seen(globex(), &ana(), at(HOUR)).await.unwrap();
    let rows = store.audit_rows(0, 100).await.unwrap();
    let signed_in: Vec<_> = rows.iter().map(|row| (row.at / HOUR, row.org.as_deref().unwrap())).collect();
    assert_eq!(signed_in, [(0, "acme"), (25, "acme"), (5, "acme"), (1, "globex")]);
}

pub(in crate::store) async fn a_change_that_nobody_here_made_is_in_the_audit_log(store: &dyn Store) {
    let id = connection("c1");
    mapped(store, acme()).await;
    let read = async |state, cause, millis| {
        let reading = Reading { cause, ..reading(&id, state, millis) };
        store.observe(acme(), reading, at(millis)).await.unwrap();
    };
    read("draft", Cause::Start, 1).await;
    read("pending", Cause::Finish, 2).await;
    read("active", Cause::Watch, 3).await;
    read("active", Cause::Look, 4).await;
    read("revoked", Cause::Webhook, 5).await;
    write(store, acme(), Write::Tombstone { id: &id, cause: Cause::Look }, 6).await.unwrap();
    write(store, acme(), Write::Tombstone { id: &id, cause: Cause::Look }, 7).await.unwrap();
    let rows = store.audit_rows(0, 100).await.unwrap();
    let told: Vec<_> = rows.iter().map(|row| (row.event.as_str(), row.detail.as_str(), row.at)).collect();
    let changed = "state_changed";
    assert_eq!(told, [(changed, "active", 3), (changed, "revoked", 5), (changed, "gone", 6)]);
    assert!(rows.iter().all(|row| row.connection_id.as_deref() == Some("c1")));
    assert!(rows.iter().all(|row| row.user_id.as_deref() == Some(UserId::product().as_str())));
}

pub(in crate::store) async fn the_audit_log_is_a_chain(store: &dyn Store) {
    assert_eq!(checked(store, None).await, Ok(None));
    for event in [AuditEvent::ConnectionStarted, AuditEvent::SetupCompleted, AuditEvent::Refused] {
        write(store, acme(), Write::Audit(&entry(event)), 7).await.unwrap();
    }
    let rows = store.audit_rows(0, 100).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.seq).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(store.audit_rows(1, 1).await.unwrap(), rows[1..2]);
    let head = checked(store, None).await.unwrap().unwrap();
    assert_eq!(store.audit_head().await.unwrap(), Some(head.clone()));
    assert_eq!(AuditHead::parse(&head.to_string()), Some(head.clone()));
    assert_eq!(checked(store, Some(&head)).await, Ok(Some(head.clone())));
    let beyond = AuditHead { seq: 4, ..head.clone() };
    assert_eq!(checked(store, Some(&beyond)).await, Err(BrokenChain::CutOff { end: 3, seq: 4 }));
    let other = AuditHead { seq: 2, ..head };
    assert_eq!(checked(store, Some(&other)).await, Err(BrokenChain::Replaced { seq: 2 }));

    let keys = audit_keys();
    let judge = |rows: &[AuditRow]| {
        let mut check = ChainCheck::new(&keys, None, Vec::new());
        rows.iter().try_for_each(|row| check.next(row))
    };
    assert_eq!(judge(&rows[1..]), Err(BrokenChain::Gap { seq: 2, expected: 1 }));
    for change in [
        |row: &mut AuditRow| row.at += 1,
        |row: &mut AuditRow| row.event = "sync_requested".to_owned(),
        |row: &mut AuditRow| row.org = Some("globex".to_owned()),
        |row: &mut AuditRow| row.user_id = None,
        |row: &mut AuditRow| row.connection_id = Some("c1".to_owned()),
        |row: &mut AuditRow| row.detail.push('s'),
        |row: &mut AuditRow| row.who[0] ^= 1,
        |row: &mut AuditRow| row.mac[0] ^= 1,
    ] {
        let mut changed = rows.clone();
        change(&mut changed[1]);
        assert_eq!(judge(&changed), Err(BrokenChain::Changed { seq: 2 }));
    }
}

pub(in crate::store) async fn many_at_once_make_one_chain(store: &dyn Store) {
    let one = |tenant| async move {
        for _ in 0..5 {
            write(store, tenant, Write::Audit(&entry(AuditEvent::SyncRequested)), 7).await.unwrap();
        }
    };
    tokio::join!(one(acme()), one(globex()), one(in_test(acme())), one(in_test(globex())));
    assert_eq!(checked(store, None).await.unwrap().unwrap().seq, 20);
}

async fn refuse(store: &dyn Store, tenant: Tenant<'_>, user: &str, action: &str, code: &str, millis: i64) {
    let user = UserId::parse(user).unwrap();
    store.refuse(tenant, Refusal { user: &user, action, code }, at(millis)).await.unwrap();
}

async fn details(store: &dyn Store) -> Vec<(String, i64)> {
    let rows = store.audit_rows(0, 10_000).await.unwrap();
    rows.into_iter().map(|row| (row.detail, row.at)).collect()
}

pub(in crate::store) async fn refusals_of_one_kind_are_one_row_a_minute(store: &dyn Store) {
    let said = |text: &str, millis| (text.to_owned(), millis);
    let again = async |millis| refuse(store, acme(), "ana", "sync_connection", "not_found", millis).await;
    for millis in 0..50 {
        again(millis).await;
    }
    let mut expected = vec![said("sync_connection not_found", 0)];
    assert_eq!(details(store).await, expected);
    assert_eq!(store.settle_refusals(at(59_999)).await.unwrap(), 0, "its time is not over");
    again(60_000).await;
    expected.push(said("sync_connection not_found x50", 60_000));
    assert_eq!(details(store).await, expected);
    for millis in [60_001, 60_002, 119_999] {
        again(millis).await;
    }
    // It ends, and what was counted is told all the same, once.
    assert_eq!(store.settle_refusals(at(120_000)).await.unwrap(), 1);
    assert_eq!(store.settle_refusals(at(500_000)).await.unwrap(), 0);
    expected.push(said("sync_connection not_found x3", 120_000));
    again(600_000).await;
    expected.push(said("sync_connection not_found", 600_000));
    // A clock that was ahead keeps nothing out of the log.
    again(10).await;
    expected.push(said("sync_connection not_found", 10));
    assert_eq!(details(store).await, expected);
    checked(store, None).await.unwrap();
}

pub(in crate::store) async fn refusals_are_counted_for_each_kind(store: &dyn Store) {
    for _ in 0..3 {
        refuse(store, acme(), "ana", "sync_connection", "not_found", 1).await;
        refuse(store, acme(), "ana", "sync_connection", "forbidden", 1).await;
        refuse(store, acme(), "ana", "remove_connection", "not_found", 1).await;
        refuse(store, acme(), "bo", "sync_connection", "not_found", 1).await;
        refuse(store, globex(), "ana", "sync_connection", "not_found", 1).await;
        refuse(store, in_test(acme()), "ana", "sync_connection", "not_found", 1).await;
    }
    assert_eq!(details(store).await.len(), 6);
    store.seen(acme(), &ana(), at(2)).await.unwrap();
    store.forget(acme(), &ana(), at(3)).await.unwrap();
    assert_eq!(store.settle_refusals(at(100_000)).await.unwrap(), 2, "nothing is told of who was forgotten");
    checked(store, None).await.unwrap();
}

pub(in crate::store) async fn old_refusals_go_and_the_chain_holds(store: &dyn Store) {
    // 1 to 3 refused, 4 signed in, 5 refused, 6 signed in, 7 to 8 refused.
    for millis in [1, 60_001, 120_001] {
        refuse(store, acme(), "ana", "a", "forbidden", millis).await;
    }
    store.seen(acme(), &ana(), at(120_002)).await.unwrap();
    refuse(store, acme(), "ana", "b", "forbidden", 120_003).await;
    store.seen(globex(), &ana(), at(120_004)).await.unwrap();
    for action in ["c", "d"] {
        refuse(store, acme(), "ana", action, "forbidden", 120_005).await;
    }
    let all = store.audit_rows(0, 100).await.unwrap();
    let heads: Vec<_> = all.iter().map(|row| AuditHead { seq: row.seq, mac: row.mac.clone() }).collect();
    let numbers = async || {
        let rows = store.audit_rows(0, 100).await.unwrap();
        rows.into_iter().map(|row| row.seq).collect::<Vec<_>>()
    };
    assert_eq!(store.prune_refusals(at(1)).await.unwrap(), 0, "none is older");
    assert_eq!(store.prune_refusals(at(60_002)).await.unwrap(), 2);
    assert_eq!(numbers().await, [3, 4, 5, 6, 7, 8]);
    checked(store, Some(&heads[2])).await.unwrap();
    assert_eq!(store.prune_refusals(at(1_000_000)).await.unwrap(), 3);
    assert_eq!(
        numbers().await,
        [4, 6, 8],
        "what is no refusal stays, and the last row, which the next one follows"
    );
    let runs = store.audit_checkpoints().await.unwrap();
    let numbers_of_runs: Vec<_> = runs.iter().map(|run| (run.first_seq, run.last_seq)).collect();
    assert_eq!(numbers_of_runs, [(1, 2), (3, 3), (5, 5), (7, 7)]);
    refuse(store, acme(), "ana", "e", "forbidden", 2_000_000).await;
    for noted in &heads {
        let head = checked(store, Some(noted)).await.unwrap().unwrap();
        assert_eq!(head.seq, 9, "a head that was noted before still counts: {noted}");
    }
    let replaced = AuditHead { seq: 5, mac: vec![0; 32] };
    assert_eq!(checked(store, Some(&replaced)).await, Err(BrokenChain::Replaced { seq: 5 }));

    let keys = audit_keys();
    let rows = store.audit_rows(0, 100).await.unwrap();
    let judge = |runs: Vec<AuditCheckpoint>| {
        let mut check = ChainCheck::new(&keys, None, runs);
        rows.iter().try_for_each(|row| check.next(row)).and_then(|()| check.end().map(drop))
    };
    judge(runs.clone()).unwrap();
    assert_eq!(judge(runs[1..].to_vec()), Err(BrokenChain::Gap { seq: 4, expected: 1 }));
    assert_eq!(judge(runs[..2].to_vec()), Err(BrokenChain::Gap { seq: 6, expected: 5 }));
    for change in [
        |run: &mut AuditCheckpoint| run.last_seq += 1,
        |run: &mut AuditCheckpoint| run.mac_before[0] ^= 1,
        |run: &mut AuditCheckpoint| run.mac_after[0] ^= 1,
        |run: &mut AuditCheckpoint| run.mac[0] ^= 1,
    ] {
        let mut changed = runs.clone();
        change(&mut changed[2]);
        assert!(judge(changed).is_err());
    }
}

pub(in crate::store) async fn names_are_missing_only_where_a_customer_was_forgotten(store: &dyn Store) {
    for tenant in [acme(), globex()] {
        store.seen(tenant, &ana(), at(1)).await.unwrap();
    }
    let keys = audit_keys();
    let judge = |rows: &[AuditRow]| {
        let mut check = ChainCheck::new(&keys, None, Vec::new());
        rows.iter().try_for_each(|row| check.next(row)).and_then(|()| check.end().map(drop))
    };
    let without_names = |row: &AuditRow| AuditRow { issuer: None, org: None, user_id: None, ..row.clone() };
    let rows = store.audit_rows(0, 100).await.unwrap();
    assert_eq!(judge(&[without_names(&rows[0]), rows[1].clone()]), Err(BrokenChain::Unnamed { seq: 1 }));
    store.forget(globex(), &ana(), at(2)).await.unwrap();
    let rows = store.audit_rows(0, 100).await.unwrap();
    judge(&rows).unwrap();
    let mut changed = rows.clone();
    changed[0] = without_names(&changed[0]);
    assert_eq!(judge(&changed), Err(BrokenChain::Unnamed { seq: 1 }), "another customer was forgotten");
    let mut changed = rows.clone();
    changed[2] = without_names(&changed[2]);
    assert!(judge(&changed).is_err(), "whoever asked for it is part of the log");
    for change in [
        |row: &mut AuditRow| row.customer = None,
        |row: &mut AuditRow| row.customer.iter_mut().for_each(|hash| hash[0] ^= 1),
        |row: &mut AuditRow| row.version = 1,
        |row: &mut AuditRow| row.version = 3,
        |row: &mut AuditRow| row.user_id = Some("bo".to_owned()),
        |row: &mut AuditRow| row.event = "signed_in".to_owned(),
    ] {
        let mut changed = rows.clone();
        change(&mut changed[2]);
        assert!(judge(&changed).is_err(), "{:?}", changed[2]);
    }
    // Who comes back is a customer again, whose names cannot be taken out either.
    store.seen(globex(), &ana(), at(3)).await.unwrap();
    let mut rows = store.audit_rows(0, 100).await.unwrap();
    judge(&rows).unwrap();
    rows[3] = without_names(&rows[3]);
    assert_eq!(judge(&rows), Err(BrokenChain::Unnamed { seq: 4 }));
}

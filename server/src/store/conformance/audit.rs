//! What every store must do for the audit log.

use super::*;
use crate::store::AuditRow;

pub(super) fn entry(event: AuditEvent) -> AuditEntry {
    AuditEntry { event, user: ana(), connection: None, detail: "a word".to_owned() }
}

/// Follows the chain from its beginning.
pub(super) async fn checked(
    store: &dyn Store,
    noted: Option<&AuditHead>,
) -> Result<Option<AuditHead>, BrokenChain> {
    let keys = audit_keys();
    let mut check = ChainCheck::new(&keys, noted);
    for row in store.audit_rows(0, 1_000).await.unwrap() {
        check.next(&row)?;
    }
    check.end()
}

pub(in crate::store) async fn coming_back_the_same_day_is_no_second_sign_in(store: &dyn Store) {
    const HOUR: i64 = 60 * 60 * 1_000;
    for hour in [0, 1, 12, 25] {
        store.seen(acme(), &ana(), at(hour * HOUR)).await.unwrap();
    }
    store.seen(globex(), &ana(), at(HOUR)).await.unwrap();
    let rows = store.audit_rows(0, 100).await.unwrap();
    let signed_in: Vec<_> = rows.iter().map(|row| (row.at / HOUR, row.org.as_deref().unwrap())).collect();
    assert_eq!(signed_in, [(0, "acme"), (25, "acme"), (1, "globex")]);
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
        let mut check = ChainCheck::new(&keys, None);
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

//! What every store must do for live pages.

use std::collections::{HashMap, HashSet};

use domain::poll::Watched;

use super::*;
use crate::store::{
    Announcement, CustomerEvent, CustomerKey, Delivery, EVENTS_KEPT_MILLIS, EventKind, InboxSize,
    LONGEST_RETRY_MILLIS, Missed, Overtaken, Reading, Settled, VISIT_ENDS_AFTER_MILLIS, WatchedConnection,
};

/// As `conforms!`, of this module.
macro_rules! conforms_live {
    ($open:expr) => {
        mod live {
            use super::*;

            $crate::store::conformance::live::conforms_live!(
                $open;
                an_older_answer_never_takes_a_newer_ones_place,
                of_two_answers_of_one_moment_a_third_tells_the_later,
                what_was_removed_does_not_come_back_with_a_late_answer,
                each_change_is_one_event_of_its_customers,
                events_are_numbered_one_by_one_however_many_come_at_once,
                the_last_events_of_many_customers_are_one_read,
                whoever_was_away_for_too_long_gets_the_present_state,
                new_transactions_are_told_beside_the_state,
                what_is_kept_is_announced,
                a_delivery_is_kept_once,
                a_delivery_is_due_until_it_is_settled,
                a_delivery_noted_by_a_wrong_clock_is_not_lost,
                a_flood_for_one_connection_hides_no_other,
                new_transactions_are_told_once_however_often_a_crash_undoes_it,
                those_that_wait_are_found,
                a_connections_owner_is_known,
                what_changed_between_two_visits_is_found,
                a_forgotten_customers_events_are_gone,
                old_events_and_deliveries_are_pruned,
            );
        }
    };
    ($open:expr; $($name:ident),* $(,)?) => {$(
        #[tokio::test]
        async fn $name() {
            let (store, _kept_alive) = $open().await;
            $crate::store::conformance::live::$name(&store).await;
        }
    )*};
}
pub(in crate::store) use conforms_live;

const LIVE: Environment = Environment::Live;

async fn told(store: &dyn Store, tenant: Tenant<'_>, after: u64) -> Vec<(u64, EventKind, String)> {
    let Missed { events, .. } = store.events_after(tenant, after).await.unwrap();
    let event = |event: CustomerEvent| (event.seq, event.kind, event.record.id.to_string());
    events.unwrap().into_iter().map(event).collect()
}

async fn head(store: &dyn Store, tenant: Tenant<'_>) -> u64 {
    store.events_after(tenant, u64::MAX).await.unwrap().head
}

pub(in crate::store) async fn an_older_answer_never_takes_a_newer_ones_place(store: &dyn Store) {
    let id = connection("c1");
    let state = async || store.connection(acme(), &id).await.unwrap().unwrap().body.unwrap();
    mapped(store, acme()).await;
    store.observe(acme(), reading(&id, "active", 20), at(1_000)).await.unwrap();
    let told = head(store, acme()).await;
    let late = store.observe(acme(), reading(&id, "pending", 10), at(1_500)).await.unwrap();
    assert_eq!((late, state().await.as_str()), (Observed::Overtaken(Overtaken::ByWhatIsLater), "active"));
    assert_eq!(head(store, acme()).await, told, "nobody hears of it");
    // Whatever the clocks of the two say that read it.
    for clock in [-600_000, 601_000] {
        let late = Reading { asked_of: Some(0), ..reading(&id, "pending", 10) };
        let late = store.observe(acme(), late, at(clock)).await.unwrap();
        assert_eq!((late, state().await.as_str()), (Observed::Overtaken(Overtaken::ByWhatIsLater), "active"));
    }
    // No answer takes a minute: then it is Waycore that has gone back.
    let back = store.observe(acme(), reading(&id, "pending", 10), at(100_000)).await.unwrap();
    assert_eq!((back, state().await.as_str()), (Observed::Kept { version: 2, is_new: true }, "pending"));
}

/// Waycore's times have whole seconds, so what is no newer may be either: it takes no place, and the next reading tells.
pub(in crate::store) async fn of_two_answers_of_one_moment_a_third_tells_the_later(store: &dyn Store) {
    let id = connection("c1");
    let record = async || store.connection(acme(), &id).await.unwrap().unwrap();
    observe(store, acme(), &id, "draft", 10).await.unwrap();
    let asked_of =
        |version, state, updated_at| Reading { asked_of: Some(version), ..reading(&id, state, updated_at) };
    let pending = store.observe(acme(), asked_of(1, "pending", 20), at(30)).await.unwrap();
    assert_eq!(pending, Observed::Kept { version: 2, is_new: true });
    for (late, updated_at) in [("active", 20), ("draft", 10)] {
        let late = store.observe(acme(), asked_of(1, late, updated_at), at(40)).await.unwrap();
        assert!(matches!(late, Observed::Overtaken(_)), "{late:?}");
        assert_eq!(record().await.body.as_deref(), Some("pending"));
    }
    assert_eq!(record().await.updated_at, None, "whoever compares lists looks again");
    let agreeing = store.observe(acme(), asked_of(2, "pending", 20), at(45)).await.unwrap();
    assert_eq!(agreeing, Observed::Kept { version: 2, is_new: false });
    assert_eq!(record().await.updated_at, Some(at(20)), "now it is known");
    let third = store.observe(acme(), asked_of(2, "active", 20), at(50)).await.unwrap();
    assert_eq!(third, Observed::Kept { version: 3, is_new: true });
    assert_eq!(record().await.updated_at, Some(at(20)));
}

pub(in crate::store) async fn what_was_removed_does_not_come_back_with_a_late_answer(store: &dyn Store) {
    let id = connection("c1");
    observe(store, acme(), &id, "active", 10).await.unwrap();
    write(store, acme(), Write::Tombstone { id: &id, cause: Cause::Removal }, 20).await.unwrap();
    for clock in [30, -600_000, 600_000] {
        let late = Reading { asked_of: Some(1), ..reading(&id, "active", 10) };
        assert_eq!(
            store.observe(acme(), late, at(clock)).await.unwrap(),
            Observed::Overtaken(Overtaken::ByWhatIsLater)
        );
    }
    assert_eq!(store.connections(acme()).await.unwrap(), []);
}

pub(in crate::store) async fn each_change_is_one_event_of_its_customers(store: &dyn Store) {
    let (one, two) = (connection("c1"), connection("c2"));
    observe(store, acme(), &one, "draft", 1).await.unwrap();
    observe(store, acme(), &two, "draft", 2).await.unwrap();
    observe(store, acme(), &two, "draft", 3).await.unwrap();
    observe(store, acme(), &one, "pending", 4).await.unwrap();
    observe(store, globex(), &connection("g1"), "draft", 5).await.unwrap();
    let change = EventKind::Connection;
    assert_eq!(
        told(store, acme(), 0).await,
        [(2, change, "c2".to_owned()), (3, change, "c1".to_owned())],
        "the last of each connection"
    );
    write(store, acme(), Write::Tombstone { id: &one, cause: Cause::Look }, 6).await.unwrap();
    write(store, acme(), Write::Tombstone { id: &one, cause: Cause::Look }, 7).await.unwrap();
    assert_eq!(told(store, acme(), 3).await, [(4, EventKind::Removed, "c1".to_owned())]);
    assert_eq!(told(store, acme(), 4).await, []);
    assert_eq!(head(store, acme()).await, 4);
    assert_eq!(head(store, globex()).await, 1);
    assert_eq!(head(store, in_test(acme())).await, 0);
}

pub(in crate::store) async fn events_are_numbered_one_by_one_however_many_come_at_once(store: &dyn Store) {
    let one = async |name: &str| {
        let id = connection(name);
        for (step, state) in ["draft", "pending", "active"].into_iter().enumerate() {
            observe(store, acme(), &id, state, 10 + step as i64).await.unwrap();
        }
    };
    tokio::join!(one("c1"), one("c2"), one("c3"), one("c4"));
    assert_eq!(head(store, acme()).await, 12);
    let after: Vec<_> = told(store, acme(), 0).await.into_iter().map(|(seq, ..)| seq).collect();
    assert!(after.len() == 4 && after.is_sorted() && after.last() == Some(&12), "{after:?}");
}

pub(in crate::store) async fn the_last_events_of_many_customers_are_one_read(store: &dyn Store) {
    let customers: Vec<_> = (0..100).map(|number| customer(&format!("org{number}"))).collect();
    let tenant = |number: usize| Tenant { customer: &customers[number], environment: LIVE };
    for (number, states) in [(3, ["a", "b"]), (99, ["a", "a"])] {
        for state in states {
            observe(store, tenant(number), &connection(&format!("c{number}")), state, 1).await.unwrap();
        }
    }
    let elsewhere = Tenant { environment: Environment::Test, ..tenant(4) };
    observe(store, elsewhere, &connection("c4"), "a", 1).await.unwrap();
    let all: Vec<_> = customers.iter().collect();
    let known = HashMap::from([(CustomerKey::of(tenant(3)), 2), (CustomerKey::of(tenant(99)), 1)]);
    assert_eq!(store.heads(LIVE, &all).await.unwrap(), known);
    assert_eq!(store.heads(LIVE, &[]).await.unwrap(), HashMap::new());
}

pub(in crate::store) async fn whoever_was_away_for_too_long_gets_the_present_state(store: &dyn Store) {
    let id = connection("c1");
    observe(store, acme(), &id, "draft", 1).await.unwrap();
    observe(store, acme(), &id, "pending", EVENTS_KEPT_MILLIS + 5).await.unwrap();
    store.prune(at(0), at(EVENTS_KEPT_MILLIS + 5)).await.unwrap();
    let missed = store.events_after(acme(), 0).await.unwrap();
    assert_eq!(missed, Missed { head: 2, events: None });
    assert_eq!(told(store, acme(), 1).await.len(), 1);
    let unknown = store.events_after(acme(), 99).await.unwrap();
    assert_eq!(unknown, Missed { head: 2, events: None }, "no event of this customer's");
    assert_eq!(store.events_after(globex(), 0).await.unwrap().events, Some(Vec::new()));
}

pub(in crate::store) async fn new_transactions_are_told_beside_the_state(store: &dyn Store) {
    let id = connection("c1");
    store.receive(LIVE, &[delivery("e1", Some("c1"))], at(1)).await.unwrap();
    let settled = [("e1".to_owned(), Settled::Done)];
    let news = || Write::NewTransactions { id: &id, settled: &settled };
    missing(write(store, acme(), news(), 1).await);
    observe(store, acme(), &id, "active", 2).await.unwrap();
    missing(write(store, globex(), news(), 3).await);
    write(store, acme(), news(), 4).await.unwrap();
    let both = [(1, EventKind::Connection, "c1".to_owned()), (2, EventKind::Transactions, "c1".to_owned())];
    assert_eq!(told(store, acme(), 0).await, both);
}

pub(in crate::store) async fn what_is_kept_is_announced(store: &dyn Store) {
    let mut announcements = store.announcements();
    store.announce(&Announcement::Interest("of one".to_owned())).await.unwrap();
    observe(store, acme(), &connection("c1"), "draft", 1).await.unwrap();
    observe(store, acme(), &connection("c1"), "draft", 2).await.unwrap();
    store.receive(LIVE, &[delivery("e1", None)], at(3)).await.unwrap();
    store.receive(LIVE, &[delivery("e1", None)], at(4)).await.unwrap();
    store.receive(LIVE, &[delivery("e1", None), delivery("e2", None)], at(5)).await.unwrap();
    let expected = [
        Announcement::Interest("of one".to_owned()),
        Announcement::Customer(CustomerKey::of(acme())),
        Announcement::Inbox(LIVE, [delivery("e1", None)].into()),
        Announcement::Inbox(LIVE, [].into()),
    ];
    // Of PostgreSQL only whoever listens hears; that is tested with two replicas.
    if announcements.is_empty() {
        return;
    }
    for announcement in expected {
        assert_eq!(announcements.try_recv().unwrap(), announcement);
    }
    assert!(announcements.is_empty(), "what was known is no news");
}

fn delivery(id: &str, about: Option<&str>) -> Delivery {
    Delivery {
        event_id: id.to_owned(),
        event_type: "connection.status_changed".to_owned(),
        connection: about.map(connection),
    }
}

async fn due(store: &dyn Store, millis: i64) -> Vec<(String, u32)> {
    let due = store.due_deliveries(LIVE, at(millis), 10).await.unwrap();
    due.into_iter().map(|due| (due.delivery.event_id, due.attempts)).collect()
}

pub(in crate::store) async fn a_delivery_is_kept_once(store: &dyn Store) {
    let both = [delivery("e1", Some("c1")), delivery("e2", None)];
    assert_eq!(store.receive(LIVE, &both, at(1)).await.unwrap(), 2);
    let again = [delivery("e1", Some("c1")), delivery("e3", None), delivery("e3", None)];
    assert_eq!(store.receive(LIVE, &again, at(2)).await.unwrap(), 1);
    assert_eq!(store.receive(Environment::Test, &both[..1], at(2)).await.unwrap(), 1, "another world");
    let kept = store.due_deliveries(LIVE, at(5), 10).await.unwrap();
    let kept: Vec<_> = kept.into_iter().map(|due| due.delivery).collect();
    assert_eq!(kept, [both[0].clone(), both[1].clone(), delivery("e3", None)]);
    assert_eq!(store.due_deliveries(LIVE, at(5), 2).await.unwrap().len(), 2);
}

pub(in crate::store) async fn a_delivery_is_due_until_it_is_settled(store: &dyn Store) {
    let four: Vec<_> = ["e1", "e2", "e3", "e4"].iter().map(|id| delivery(id, None)).collect();
    store.receive(LIVE, &four, at(1)).await.unwrap();
    let settled = [
        ("e1".to_owned(), Settled::Done),
        ("e2".to_owned(), Settled::Again(at(50))),
        ("e3".to_owned(), Settled::Postponed(at(60))),
        ("e4".to_owned(), Settled::Parked),
    ];
    store.settle(LIVE, &settled).await.unwrap();
    assert_eq!(due(store, 10).await, []);
    assert_eq!(due(store, 55).await, [("e2".to_owned(), 1)]);
    assert_eq!(due(store, 60).await, [("e2".to_owned(), 1), ("e3".to_owned(), 0)]);
    assert_eq!(store.inbox_size(LIVE).await.unwrap(), InboxSize { waiting: 2, parked: 1 });
    assert_eq!(store.receive(LIVE, &four, at(70)).await.unwrap(), 0, "what was settled is known");
}

pub(in crate::store) async fn a_delivery_noted_by_a_wrong_clock_is_not_lost(store: &dyn Store) {
    store.receive(LIVE, &[delivery("e1", None)], at(LONGEST_RETRY_MILLIS * 10)).await.unwrap();
    assert_eq!(due(store, 5).await, [("e1".to_owned(), 0)]);
}

pub(in crate::store) async fn a_flood_for_one_connection_hides_no_other(store: &dyn Store) {
    let flood: Vec<_> = (0..50).map(|number| delivery(&format!("f{number:02}"), Some("c1"))).collect();
    store.receive(LIVE, &flood, at(1)).await.unwrap();
    let others = [delivery("e1", Some("c2")), delivery("e2", Some("c3")), delivery("e3", None)];
    store.receive(LIVE, &others, at(2)).await.unwrap();
    let first: Vec<_> = due(store, 5).await.into_iter().map(|(id, _)| id).collect();
    assert_eq!(first, ["f00", "e1", "e2", "e3", "f01", "f02", "f03", "f04", "f05", "f06"]);
}

pub(in crate::store) async fn new_transactions_are_told_once_however_often_a_crash_undoes_it(
    store: &dyn Store,
) {
    let id = connection("c1");
    observe(store, acme(), &id, "active", 1).await.unwrap();
    store.receive(LIVE, &[delivery("e1", Some("c1"))], at(2)).await.unwrap();
    let settled = [("e1".to_owned(), Settled::Done)];
    let news = |id| [Write::NewTransactions { id, settled: &settled }];
    // What is not told is not settled.
    let unknown = connection("c9");
    missing(store.write(acme(), &news(&unknown), at(3)).await);
    assert_eq!(due(store, 5).await, [("e1".to_owned(), 0)]);
    store.write(acme(), &news(&id), at(6)).await.unwrap();
    assert_eq!(due(store, 7).await, []);
    assert_eq!(head(store, acme()).await, 2);
    // Another replica had begun to look before this one took its place.
    store.write(acme(), &news(&id), at(8)).await.unwrap();
    assert_eq!(head(store, acme()).await, 2);
    store.settle(LIVE, &[("e1".to_owned(), Settled::Again(at(9)))]).await.unwrap();
    assert_eq!(due(store, 20).await, []);
}

pub(in crate::store) async fn those_that_wait_are_found(store: &dyn Store) {
    observe(store, acme(), &connection("c1"), "pending", 1).await.unwrap();
    observe(store, globex(), &connection("c2"), "pending", 2).await.unwrap();
    observe(store, acme(), &connection("c3"), "active", 3).await.unwrap();
    let found = async |reason| {
        let mut found = store.watched(LIVE, reason).await.unwrap();
        found.sort_by(|one, other| one.id.cmp(&other.id));
        found
    };
    let waits = |id: &str, millis, version| {
        let updated_at = Some(at(millis));
        WatchedConnection { id: connection(id), updated_at, version }
    };
    assert_eq!(found(Some(Watched::Activation)).await, [waits("c1", 1, 1), waits("c2", 2, 1)]);
    assert_eq!(found(Some(Watched::Draft)).await, []);
    assert_eq!(found(None).await, [waits("c1", 1, 1), waits("c2", 2, 1), waits("c3", 3, 1)]);
    observe(store, acme(), &connection("c1"), "active", 4).await.unwrap();
    write(store, acme(), Write::Tombstone { id: &connection("c3"), cause: Cause::Look }, 5).await.unwrap();
    assert_eq!(found(Some(Watched::Activation)).await, [waits("c2", 2, 1)]);
    assert_eq!(found(None).await, [waits("c1", 4, 2), waits("c2", 2, 1)]);
}

pub(in crate::store) async fn a_connections_owner_is_known(store: &dyn Store) {
    let (id, entity) = (connection("c1"), EntityId::parse("e1").unwrap());
    let known = async || {
        let known = store.with_owner(LIVE, &id).await.unwrap()?;
        assert_eq!(known.customer, *acme().customer);
        assert_eq!(Some(&known.record), store.connection(acme(), &id).await.unwrap().as_ref());
        Some((known.entity, known.record.version))
    };
    assert_eq!(known().await, None);
    store.record_entity_intent(acme(), "ns:acme", at(1)).await.unwrap();
    write(store, acme(), Write::Entity(&entity), 1).await.unwrap();
    observe(store, acme(), &id, "draft", 1).await.unwrap();
    observe(store, globex(), &connection("c2"), "draft", 1).await.unwrap();
    assert_eq!(known().await, Some((Some(entity.clone()), 1)));
    assert_eq!(store.with_owner(Environment::Test, &id).await.unwrap(), None);
    write(store, acme(), Write::Tombstone { id: &id, cause: Cause::Look }, 2).await.unwrap();
    // Should Waycore speak of it again, this is who would have to know.
    assert_eq!(known().await, Some((Some(entity), 2)));
    assert_eq!(store.remembered(LIVE).await.unwrap(), HashSet::from([id, connection("c2")]));
    assert_eq!(store.remembered(Environment::Test).await.unwrap(), HashSet::new());
}

pub(in crate::store) async fn what_changed_between_two_visits_is_found(store: &dyn Store) {
    let id = connection("c1");
    let visit = async |millis| {
        let away = store.visit(acme(), &ana(), at(millis)).await.unwrap();
        away.map(|(since, until)| (since.as_millis(), until.as_millis()))
    };
    observe(store, acme(), &id, "draft", 1).await.unwrap();
    assert_eq!(visit(100).await, None, "nothing has changed for whoever is new");
    let later = VISIT_ENDS_AFTER_MILLIS * 2;
    observe(store, acme(), &id, "pending", 200).await.unwrap();
    observe(store, acme(), &connection("c2"), "draft", 300).await.unwrap();
    assert_eq!(visit(later).await, Some((100, later)));
    assert_eq!(visit(later + 5).await, Some((100, later)), "the same visit");
    let changed = async |from, to| store.changed_between(acme(), at(from), at(to)).await.unwrap();
    assert_eq!(changed(100, later).await, [connection("c1")], "a new one is none that changed");
    assert_eq!(changed(200, later).await, []);
    assert_eq!(store.changed_between(globex(), at(0), at(later)).await.unwrap(), []);
    // What somebody saw change a moment later is not what changed while they were away.
    observe(store, acme(), &id, "active", later + 10).await.unwrap();
    visit(later + 20).await;
    let much_later = later + VISIT_ENDS_AFTER_MILLIS * 2;
    assert_eq!(visit(much_later).await, Some((later + 20, much_later)));
    assert_eq!(
        visit(later).await,
        Some((much_later, later)),
        "a clock that was ahead makes no visit without end"
    );
}

pub(in crate::store) async fn a_forgotten_customers_events_are_gone(store: &dyn Store) {
    store.record_entity_intent(acme(), "ns:acme", at(1)).await.unwrap();
    observe(store, acme(), &connection("c1"), "draft", 2).await.unwrap();
    store.visit(acme(), &ana(), at(3)).await.unwrap();
    store.forget(acme(), &ana(), at(4)).await.unwrap();
    assert_eq!(store.events_after(acme(), 0).await.unwrap(), Missed { head: 0, events: Some(Vec::new()) });
    assert_eq!(store.visit(acme(), &ana(), at(VISIT_ENDS_AFTER_MILLIS * 2)).await.unwrap(), None);
    // Who heard the last of before is told everything, should the customer come back.
    observe(store, acme(), &connection("c1"), "active", 9_000).await.unwrap();
    assert_eq!(store.events_after(acme(), 1).await.unwrap(), Missed { head: 10, events: None });
}

pub(in crate::store) async fn old_events_and_deliveries_are_pruned(store: &dyn Store) {
    store.receive(LIVE, &[delivery("e1", None), delivery("e2", None)], at(1)).await.unwrap();
    store.settle(LIVE, &[("e1".to_owned(), Settled::Done)]).await.unwrap();
    observe(store, acme(), &connection("c1"), "draft", 2).await.unwrap();
    assert_eq!(store.prune(at(5), at(5)).await.unwrap(), 1, "what is settled");
    assert_eq!(due(store, 10).await, [("e2".to_owned(), 0)], "what is due stays");
    observe(store, acme(), &connection("c1"), "active", 3).await.unwrap();
    observe(store, globex(), &connection("g1"), "draft", 3).await.unwrap();
    let late = at(EVENTS_KEPT_MILLIS + 5);
    assert_eq!(store.prune(at(5), late).await.unwrap(), 1, "each customer's last event is its number");
    assert_eq!((head(store, acme()).await, head(store, globex()).await), (2, 1));
    assert_eq!(store.prune(at(5), late).await.unwrap(), 0);
}

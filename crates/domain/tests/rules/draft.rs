//! What is kept of an unfinished setup, for whom, and how long.

use domain::draft::{DRAFT_DAYS, Draft, Drafts, SCHEMA, clears};
use domain::ids::{ConnectionId, DraftId};
use domain::step::{Recoverable, Step, Support};
use domain::timestamp::Timestamp;
use proptest::prelude::*;

const DAY: i64 = 24 * 60 * 60 * 1000;
const SAVED: Timestamp = Timestamp::from_millis(1_700_000_000_000);

fn draft(id: &str) -> Draft {
    Draft::new(DraftId::parse(id).unwrap(), SAVED)
}

fn stored(scope: &str, drafts: Vec<Draft>) -> Drafts {
    Drafts { drafts, ..Drafts::empty(scope) }
}

fn later(millis: i64) -> Timestamp {
    Timestamp::from_millis(SAVED.as_millis() + millis)
}

fn ids(drafts: &Drafts) -> Vec<&str> {
    drafts.drafts.iter().map(|draft| draft.id.as_str()).collect()
}

#[test]
fn a_draft_lives_thirty_days_from_when_it_was_saved_last() {
    assert_eq!(DRAFT_DAYS, 30);
    let stored = stored("acme", vec![draft("a"), draft("b").saved(later(DAY))]);
    let at = |millis: i64| ids(&stored.clone().admit("acme", later(millis))).join(" ");
    assert_eq!(at(0), "a b");
    assert_eq!(at(30 * DAY - 1), "a b");
    assert_eq!(at(30 * DAY), "b");
    assert_eq!(at(31 * DAY), "");
}

#[test]
fn a_draft_of_a_clock_that_was_ahead_is_not_admitted() {
    let stored = stored("acme", vec![draft("a"), draft("b").saved(later(365 * DAY))]);
    let at = |millis: i64| ids(&stored.clone().admit("acme", later(millis))).join(" ");
    assert_eq!(at(0), "a");
    assert_eq!(at(-DAY), "a", "a clock that was set back a little");
    assert_eq!(at(-DAY - 1), "");
}

#[test]
fn another_customers_drafts_are_not_admitted() {
    let stored = stored("acme", vec![draft("a")]);
    assert_eq!(stored.clone().admit("globex", SAVED), Drafts::empty("globex"));
    assert_eq!(stored.clone().admit("Acme", SAVED), Drafts::empty("Acme"));
    assert_eq!(stored.clone().admit("acme", SAVED), stored);
}

#[test]
fn another_schema_is_not_read() {
    let stored = Drafts { schema: SCHEMA + 1, ..stored("acme", vec![draft("a")]) };
    assert_eq!(stored.admit("acme", SAVED), Drafts::empty("acme"));
}

#[test]
fn a_draft_is_put_found_and_discarded() {
    let connection = ConnectionId::parse("conn_1").unwrap();
    let mut drafts = Drafts::empty("acme");
    drafts.put(draft("a"));
    drafts.put(draft("b"));
    drafts.put(Draft {
        connection_id: Some(connection.clone()),
        search_text: "har".to_owned(),
        ..draft("a")
    });
    assert_eq!(ids(&drafts), ["a", "b"]);

    let a = DraftId::parse("a").unwrap();
    assert_eq!(drafts.get(&a).unwrap().search_text, "har");
    assert_eq!(drafts.draft_of(&connection).unwrap().id, a);
    assert!(drafts.discard(&a));
    assert!(!drafts.discard(&a));
    assert_eq!(drafts.get(&a), None);
    assert_eq!(drafts.draft_of(&connection), None);
    assert_eq!(ids(&drafts), ["b"]);
}

#[test]
fn an_address_with_a_password_in_it_is_not_stored() {
    let mut drafts = Drafts::empty("acme");
    drafts.put(Draft { portal_url: "https://ana:hunter2@bank.example/".to_owned(), ..draft("a") });
    drafts.put(Draft { portal_url: "http://ana:hunter2@bank.example/a b".to_owned(), ..draft("c") });
    drafts.put(Draft { search_text: "https://ana:hunter2@bank.example/".to_owned(), ..draft("d") });
    drafts.put(Draft { requested_name: "//ana:hunter2@bank.example/".to_owned(), ..draft("e") });
    drafts.put(Draft { portal_url: "http://half-typed".to_owned(), ..draft("b") });
    let json = serde_json::to_string(&drafts).unwrap();
    assert!(!json.contains("hunter2"), "{json}");
    assert!(json.contains("http://half-typed"), "{json}");
}

#[test]
fn exactly_the_allowed_fields_are_stored() {
    let json = serde_json::to_value(stored("acme", vec![draft("a")])).unwrap();
    let keys =
        |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(keys(&json), "drafts schema scope");
    assert_eq!(
        keys(&json["drafts"][0]),
        "connectionId expiresAt id institutionId institutionName notListed portalUrl requestedName savedAt searchText"
    );
}

#[test]
fn what_is_not_allowed_is_lost_when_it_is_read() {
    let json =
        r#"{"schema":1,"scope":"acme","drafts":[{"id":"a","savedAt":1,"expiresAt":2,"password":"hunter2"}]}"#;
    let drafts: Drafts = serde_json::from_str(json).unwrap();
    assert_eq!(ids(&drafts), ["a"]);
    assert!(!serde_json::to_string(&drafts).unwrap().contains("hunter2"));
}

#[test]
fn only_connected_clears_the_draft() {
    assert!(clears(Step::Connected));
    for step in [
        Step::ConnectionDetails,
        Step::DelegatedUser,
        Step::FinishSetup,
        Step::Activation,
        Step::Recoverable(Recoverable::Errored),
        Step::Support(Support::Revoked),
    ] {
        assert!(!clears(step), "{step:?}");
    }
}

prop_compose! {
    fn any_draft()(
        id in "[a-z]{1,3}",
        texts in proptest::array::uniform5(".{0,12}"),
        not_listed in any::<bool>(),
        connection in proptest::option::of("[a-z]{1,3}"),
        saved_at in 0i64..100,
        expires_at in 0i64..100,
    ) -> Draft {
        let [search_text, requested_name, portal_url, institution_id, institution_name] = texts;
        Draft {
            id: DraftId::parse(id).unwrap(),
            search_text, requested_name, portal_url, institution_id, institution_name, not_listed,
            connection_id: connection.map(|id| ConnectionId::parse(id).unwrap()),
            saved_at: Timestamp::from_millis(saved_at),
            expires_at: Timestamp::from_millis(expires_at),
        }
    }
}

prop_compose! {
    fn any_drafts()(
        schema in 0..=SCHEMA + 1,
        scope in "acme|globex",
        drafts in proptest::collection::vec(any_draft(), 0..6),
    ) -> Drafts {
        Drafts { schema, scope, drafts }
    }
}

proptest! {
    #[test]
    fn exactly_the_expired_and_foreign_are_dropped(stored in any_drafts(), now in 0i64..100) {
        let now = Timestamp::from_millis(now);
        let readable = stored.schema == SCHEMA && stored.scope == "acme";
        let expected: Vec<Draft> =
            stored.drafts.iter().filter(|draft| readable && draft.expires_at > now).cloned().collect();
        let admitted = stored.admit("acme", now);
        prop_assert_eq!(&admitted.drafts, &expected);
        prop_assert_eq!((admitted.schema, admitted.scope.as_str()), (SCHEMA, "acme"));
        prop_assert_eq!(admitted.clone().admit("acme", now), admitted, "admitting twice changes nothing");
    }

    #[test]
    fn what_is_stored_comes_back(stored in any_drafts()) {
        let json = serde_json::to_string(&stored).unwrap();
        prop_assert_eq!(serde_json::from_str::<Drafts>(&json).unwrap(), stored);
    }

    #[test]
    fn reading_a_spoilt_store_never_panics(text in any::<String>(), stored in any_drafts(), cut in 0usize..400) {
        let _ = serde_json::from_str::<Drafts>(&text);
        let json = serde_json::to_string(&stored).unwrap();
        let _ = serde_json::from_str::<Drafts>(json.get(..cut).unwrap_or(&json));
    }

    #[test]
    fn an_id_is_stored_once(drafts in proptest::collection::vec(any_draft(), 0..8)) {
        let mut stored = Drafts::empty("acme");
        for draft in drafts {
            stored.put(draft.clone());
            prop_assert_eq!(stored.drafts.iter().filter(|known| known.id == draft.id).count(), 1);
        }
    }
}

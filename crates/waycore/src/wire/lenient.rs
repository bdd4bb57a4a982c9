//! Generous reading: an odd value costs itself, an odd row costs that row, and the rest of an answer is read.

use std::collections::HashMap;

use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::value::RawValue;

/// The longest id that is kept of a row that could not be read.
const MAX_ID_CHARS: usize = 100;

/// Reads an optional field. A value of another type than the documented one counts as absent.
pub(super) fn odd_as_absent<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    // As text: what is valid JSON and no value, as a number out of all range, must cost no more than the field.
    let value = Box::<RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str(value.get()).ok())
}

/// Reads a field that has a default. `null` and a value of another type than the documented one count as missing: the
/// documents type many fields as "value or null" without saying which of the two an absent value becomes.
pub(super) fn odd_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + DeserializeOwned,
{
    odd_as_absent(deserializer).map(Option::unwrap_or_default)
}

/// Reads a list of texts and leaves out what is no text.
pub(super) fn texts_only<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let values: Vec<Box<RawValue>> = odd_as_default(deserializer)?;
    Ok(values.iter().filter_map(|value| serde_json::from_str(value.get()).ok()).collect())
}

/// A row of a list that is not of the documented form.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UnreadableRow {
    /// Waycore's id of it, if it has a text for one: at most 100 characters, without control characters.
    pub id: Option<String>,
    /// Why it could not be read. Names types and fields, and never a value of the row.
    pub cause: String,
}

impl UnreadableRow {
    fn new(row: &RawValue, error: &serde_json::Error) -> Self {
        Self { id: id_of(row), cause: cause_of(error) }
    }
}

/// The rows of a list: those that could be read, and what is known of the others.
pub(super) struct Rows<T> {
    pub(super) read: Vec<T>,
    pub(super) unreadable: Vec<UnreadableRow>,
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Rows<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let rows = Vec::<Box<RawValue>>::deserialize(deserializer)?;
        let mut all = Self { read: Vec::with_capacity(rows.len()), unreadable: Vec::new() };
        for row in rows {
            match serde_json::from_str(row.get()) {
                Ok(read) => all.read.push(read),
                Err(error) => all.unreadable.push(UnreadableRow::new(&row, &error)),
            }
        }
        Ok(all)
    }
}

/// The id of a row, under the names that Waycore gives to ids. A balance has none: its account and day tell it apart.
fn id_of(row: &RawValue) -> Option<String> {
    // Each by itself: the value that makes the row unreadable must not hide its id.
    let fields: HashMap<String, Box<RawValue>> = serde_json::from_str(row.get()).ok()?;
    let text = |name: &str| serde_json::from_str::<String>(fields.get(name)?.get()).ok();
    let balance = || Some([text("accountId")?, text("date")?].join(" "));
    let named = ["id", "institutionId", "eventId"].into_iter().find_map(text);
    // An account and a connection name others' ids beside their own; an entity has no other.
    let id = named.or_else(balance).or_else(|| text("entityId"))?;
    Some(id.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_ID_CHARS).collect())
}

/// Describes an error without the value that it quotes: an answer holds names, references and amounts of a bank's customer.
pub(crate) fn cause_of(error: &serde_json::Error) -> String {
    let text = error.to_string();
    for kind in ["invalid type: ", "invalid value: ", "invalid length "] {
        if let Some(rest) = text.strip_prefix(kind) {
            // What stands after the last "expected" is written here; what stands before it may be Waycore's.
            let expected = rest.rsplit_once(", expected ").map_or("", |(_, expected)| expected);
            let found = rest.split([' ', ',']).next().unwrap_or_default();
            return [kind, found, ", expected ", expected].concat();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::{Account, Balance, Connection, Entity, Institution, Page, Transaction};
    use super::*;

    fn page<T: DeserializeOwned>(rows: &[Value]) -> Page<T> {
        let body = json!({ "data": rows, "pagination": { "hasMore": false } }).to_string();
        serde_json::from_str(&body).expect("a page")
    }

    fn account(id: &str) -> Value {
        json!({
            "id": id, "connectionId": "c", "type": "checking", "currency": "EUR", "name": "Operating",
            "status": "open", "createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z",
        })
    }

    /// The row with these fields set.
    fn with(mut row: Value, fields: Value) -> Value {
        for (name, value) in fields.as_object().expect("an object") {
            row[name] = value.clone();
        }
        row
    }

    #[test]
    fn an_odd_row_is_left_out_with_its_id_and_cause() {
        let odd = with(account("odd"), json!({ "currency": 7 }));
        let read: Page<Account> = page(&[account("a"), odd, json!(null), json!([]), account("b")]);
        assert_eq!(read.data.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        let ids: Vec<_> = read.unreadable.iter().map(|row| row.id.as_deref()).collect();
        assert_eq!(ids, [Some("odd"), None, None]);
        assert!(read.unreadable[0].cause.starts_with("invalid type: integer, expected a string"));
    }

    #[test]
    fn a_row_is_known_by_the_id_that_its_resource_has() {
        #[track_caller]
        fn check<T: DeserializeOwned>(row: Value, id: &str) {
            let read: Page<T> = page(&[row]);
            let ids: Vec<_> = read.unreadable.iter().map(|row| row.id.as_deref()).collect();
            assert_eq!(ids, [Some(id)]);
        }
        check::<Connection>(json!({ "id": "conn_1", "entityId": "ent_1" }), "conn_1");
        check::<Transaction>(
            json!({ "id": "txn_1", "accountId": "acc_1", "connectionId": "conn_1" }),
            "txn_1",
        );
        check::<Institution>(json!({ "institutionId": "bank" }), "bank");
        check::<Entity>(json!({ "entityId": "ent_1" }), "ent_1");
        let balance = json!({ "accountId": "acc_1", "date": "2026-01-01", "entityId": "ent_1" });
        check::<Balance>(balance, "acc_1 2026-01-01");
        check::<Account>(
            json!({ "id": format!("a\n{}", "x".repeat(200)) }),
            &format!("a {}", "x".repeat(98)),
        );
    }

    #[test]
    fn a_cause_never_quotes_a_value() {
        let mut odd = Vec::new();
        for secret in [
            json!("hunter2"),
            json!("x\", expected hunter2, expected a string"),
            json!(["hunter2"]),
            json!({ "hunter2": 1 }),
        ] {
            for field in ["createdAt", "updatedAt", "type", "name", "currency"] {
                odd.push(with(account("odd"), json!({ field: secret })));
            }
        }
        odd.push(json!("hunter2"));
        let read: Page<Account> = page(&odd);
        assert!(read.unreadable.len() > 10, "{read:?}");
        assert!(!format!("{:?}", read.unreadable).contains("hunter2"), "{read:?}");
    }

    #[test]
    fn an_odd_optional_field_costs_itself_and_not_its_row() {
        for odd in [json!(true), json!(-1.5), json!([]), json!({}), json!({ "a": [1] })] {
            let fields = json!({
                "officialName": odd, "maskedNumber": odd, "accountNumber": odd, "routingNumber": odd,
                "swiftBic": odd, "availableBalance": "much", "balanceAsOf": odd, "metadata": "none",
                "currentBalance": "12.50",
            });
            let read: Page<Account> = page(&[with(account("a"), fields)]);
            let [account] = read.data.as_slice() else { panic!("{odd}: {read:?}") };
            assert_eq!(account.current_balance.as_ref().map(|money| money.as_str()), Some("12.50"));
            assert_eq!((&account.official_name, &account.available_balance), (&None, &None));
        }
    }

    /// The text of a list of one row, in which `$` stands for a value that no tree of values can hold.
    fn page_of_text<T: DeserializeOwned>(row: &Value, value: &str) -> Page<T> {
        let body = json!({ "data": [row], "pagination": {} }).to_string().replace("\"$\"", value);
        serde_json::from_str(&body).expect("a page")
    }

    #[test]
    fn an_odd_optional_value_that_is_valid_json_costs_itself_and_an_odd_row_keeps_its_id() {
        let nested = ["[".repeat(200), "]".repeat(200)].concat();
        for value in ["1e999", r#""\ud83d""#, r#"["\ude00"]"#, r#"{"x":1e999}"#, &nested] {
            let optional =
                json!({ "metadata": "$", "officialName": "$", "availableBalance": "$", "of tomorrow": "$" });
            let read: Page<Account> = page_of_text(&with(account("a"), optional), value);
            let [read] = read.data.as_slice() else { panic!("{value}: {read:?}") };
            assert_eq!((&read.official_name, read.metadata.len()), (&None, 0), "{value}");

            let odd = with(account("odd"), json!({ "metadata": "$", "currency": "$" }));
            let read: Page<Account> = page_of_text(&odd, value);
            let ids: Vec<_> = read.unreadable.iter().map(|row| row.id.as_deref()).collect();
            assert_eq!(ids, [Some("odd")], "{value}");

            let connection = json!({
                "id": "c", "entityId": "e", "kind": "setup", "status": "draft", "setup": { "instructions": "$" },
                "institutionName": "$", "metadata": { "x": "$" },
                "createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z",
            });
            let read: Page<Connection> = page_of_text(&connection, value);
            let [Connection::Setup(read)] = read.data.as_slice() else { panic!("{value}: {read:?}") };
            assert_eq!(read.institution_name, None, "{value}");

            let bank = json!({ "institutionId": "b", "name": "Bank", "additionalPortalUrls": ["$", "https://b.example"] });
            let read: Page<Institution> = page_of_text(&bank, value);
            assert_eq!(read.data[0].additional_portal_urls, ["https://b.example"], "{value}");
        }
    }

    #[test]
    fn an_odd_part_of_a_setup_costs_no_connection() {
        let connection = json!({
            "id": "c", "entityId": "e", "kind": "setup", "status": "draft",
            "createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z",
        });
        let setup = json!({ "instructions": { "email": ["a"], "username": "wsvc" }, "credentialsPresent": "yes",
                            "nextAction": 7, "actionRequiredBy": "endUser" });
        for (setup, username) in [(setup, Some("wsvc")), (json!("later"), None), (json!([]), None)] {
            let fields = json!({ "setup": setup, "portalUrl": 7, "institutionName": {}, "metadata": [] });
            let read: Page<Connection> = page(&[with(connection.clone(), fields)]);
            let [Connection::Setup(read)] = read.data.as_slice() else { panic!("{read:?}") };
            assert_eq!(read.setup.instructions.username.as_deref(), username);
        }
    }

    #[test]
    fn an_odd_portal_costs_itself() {
        let bank = json!({ "institutionId": "b", "name": "Bank", "canonicalPortalUrl": {},
                           "additionalPortalUrls": ["https://one.example", 2, null, "https://two.example"] });
        let read: Page<Institution> =
            page(&[bank.clone(), with(bank, json!({ "additionalPortalUrls": "x" }))]);
        let portals: Vec<_> = read.data.iter().map(|bank| bank.additional_portal_urls.as_slice()).collect();
        assert_eq!(portals, [&["https://one.example", "https://two.example"][..], &[]]);
    }

    #[test]
    fn an_odd_kind_costs_no_connection() {
        let connection = json!({
            "id": "c", "entityId": "e", "status": "active",
            "createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z",
        });
        for kind in [json!(7), json!(null), json!({}), json!("other")] {
            let read: Page<Connection> = page(&[with(connection.clone(), json!({ "kind": kind }))]);
            assert_eq!((read.data.len(), read.unreadable.len()), (1, 0), "{kind}");
            assert_eq!(read.data[0].kind(), kind.as_str().unwrap_or_default());
        }
    }

    #[test]
    fn odd_words_about_the_list_cost_no_rows() {
        for (rest, has_more, unreadable) in [
            (json!({ "pagination": { "hasMore": true, "nextCursor": "n" }, "meta": "none" }), true, 0),
            (json!({ "pagination": { "nextCursor": "n" }, "meta": { "requestId": 7 } }), true, 0),
            (json!({ "pagination": { "hasMore": "no", "nextCursor": null }, "meta": null }), false, 0),
            (json!({ "pagination": {} }), false, 0),
            // There is more, and nothing leads to it.
            (json!({ "pagination": { "hasMore": true } }), true, 1),
            (json!({ "pagination": { "hasMore": true, "nextCursor": 7 } }), true, 1),
            (json!({ "pagination": { "hasMore": true, "nextCursor": "" } }), true, 1),
            // Nobody can tell whether these are all.
            (json!({ "pagination": null }), false, 1),
            (json!({ "pagination": "none" }), false, 1),
            (json!({ "pagination": 7 }), false, 1),
            (json!({}), false, 1),
        ] {
            let body = with(rest, json!({ "data": [account("a")] })).to_string();
            let read: Page<Account> = serde_json::from_str(&body).expect("a page");
            let found = (read.data.len(), read.pagination.has_more, read.unreadable.len());
            assert_eq!(found, (1, has_more, unreadable), "{body}");
            assert_eq!(read.is_end_known, unreadable == 0, "{body}");
        }
    }
}

//! What somebody who is refused again and again leaves behind: a bounded number of rows, and no action that was begun.

use std::time::Duration;

use sqlx::Connection as _;

use crate::browser::Browser;
use crate::host::TestHost;

const ACTIONS: [&str; 5] =
    ["confirm_user_created", "submit_finish", "update_credentials", "sync_connection", "remove_connection"];

const TIMES: usize = 20;

/// How many refusals are on record: the rows, those that rows count, and those that the next rows will count.
const NOTED: &str =
    "SELECT (SELECT count(*) FROM audit_log WHERE event = 'refused' AND detail NOT LIKE '% x%')
    + (SELECT coalesce(sum(CAST(substr(detail, instr(detail, ' x') + 2) AS INTEGER)), 0) FROM audit_log
        WHERE event = 'refused' AND detail LIKE '% x%')
    + (SELECT coalesce(sum(unaudited), 0) FROM refusals)";

/// Asks for every action many times.
async fn ask_again_and_again(person: &Browser<'_>, id: &str, code: &str) {
    let form = [
        ("connection_id", id),
        ("bank_username", "u"),
        ("delegated_user_active", "on"),
        ("accept_terms", "on"),
        ("confirmation", "Standard Test Bank"),
    ];
    for action in ACTIONS {
        for _ in 0..TIMES {
            assert_eq!(person.post_api(action, &form).await.error().1, code, "{action}");
        }
    }
}

async fn count(host: &TestHost, sql: &'static str) -> i64 {
    let mut database = sqlx::SqliteConnection::connect(&host.database()).await.unwrap();
    sqlx::query_scalar(sql).fetch_one(&mut database).await.unwrap()
}

#[tokio::test]
async fn refusals_without_end_are_a_few_rows_and_begin_nothing() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().unwrap().to_owned();
    let bo = host.signed_in_as("bo", "globex").await;
    bo.start("sim-instant").await;
    let vic = host.signed_in_with_role("vic", "acme", "viewer").await;
    let begun = "SELECT count(*) FROM intents WHERE action IN ('finish', 'sync', 'remove')";
    ask_again_and_again(&bo, &id, "not_found").await;
    ask_again_and_again(&bo, "conn_that_never_was", "not_found").await;
    ask_again_and_again(&vic, &id, "forbidden").await;
    assert_eq!(count(&host, begun).await, 0, "whose it is, is proved first");
    // They are noted beside the answers: each has been counted in the end.
    let noted = async {
        while count(&host, NOTED).await < i64::try_from(3 * TIMES * ACTIONS.len()).unwrap() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), noted).await.unwrap();
    // One row a kind and minute, and this may take two minutes.
    let rows = count(&host, "SELECT count(*) FROM audit_log WHERE event = 'refused'").await;
    let kinds = i64::try_from(2 * ACTIONS.len()).unwrap();
    assert!((kinds / 2..=2 * kinds).contains(&rows), "{rows} rows");
    let rows = count(&host, "SELECT count(*) FROM intents").await;
    assert!(rows <= 8, "{rows} intents");
}

//! What somebody is told where nobody knows whether a change was made: never that nothing was lost.

use app::backend::{Credentials, FinishSetup, Onboarding as _};
use app::copy;
use app::error::WireError;
use domain::user_error::ErrorCode;
use waycore::client::Nonsense;
use waycore::{Error, Unclear};

use super::bench::{Bench, ana, bank, confirmed};

/// What a change is answered whose request ends like this.
async fn told(call: &'static str, error: Error) -> WireError {
    let bench = Bench::new().await;
    let id = match call {
        "create_entity" | "create_connection" => String::new(),
        _ => bench.started(&ana()).await,
    };
    bench.waycore.fail(call, error);
    let credentials = Credentials { bank_username: Some("user".to_owned()), ..Credentials::default() };
    match call {
        "create_entity" | "create_connection" => bench.start(&ana(), bank("harbour")).await.map(drop),
        "put_credentials" => bench.port.update_credentials(&ana(), &id, credentials).await.map(drop),
        "complete_setup" => bench.finish(&ana(), &id, confirmed()).await.map(drop),
        "sync_connection" => bench.port.sync_connection(&ana(), &id).await.map(drop),
        "delete_connection" => bench.port.remove_connection(&ana(), &id, "Harbour Bank").await,
        _ => panic!("{call} changes nothing"),
    }
    .unwrap_err()
}

#[tokio::test]
async fn only_what_was_surely_not_done_is_called_so() {
    let (unknown, sure) = (copy::errors().outcome_unknown, copy::errors().unavailable);
    for call in [
        "create_entity",
        "create_connection",
        "put_credentials",
        "complete_setup",
        "sync_connection",
        "delete_connection",
    ] {
        for (error, message) in [
            (Error::Unknown(Unclear::Timeout), unknown),
            (Error::Unknown(Unclear::Server(502)), unknown),
            (Error::Unknown(Unclear::Nonsense(Nonsense::BrokenOff)), unknown),
            (Error::Unreachable("refused".to_owned()), sure),
        ] {
            let WireError(answer) = told(call, error.clone()).await;
            assert_eq!(
                (answer.code, answer.message.as_str()),
                (ErrorCode::Unavailable, message),
                "{call}: {error:?}"
            );
        }
    }
}

#[tokio::test]
async fn what_fails_after_a_change_was_made_does_not_undo_it() {
    let bench = Bench::new().await;
    let id = bench.started(&ana()).await;
    // The first reading proves whose it is, and the one after the completion fails.
    bench.waycore.fail_after("complete_setup", "get_connection", Error::Timeout);
    let WireError(answer) = bench.finish(&ana(), &id, confirmed()).await.unwrap_err();
    assert_eq!(answer.message, copy::errors().outcome_unknown);
    // Before anything was sent it is as it was.
    bench.waycore.fail("get_connection", Error::Timeout);
    let WireError(answer) = bench.port.sync_connection(&ana(), &id).await.unwrap_err();
    assert_eq!(answer.message, copy::errors().unavailable);
    // What is on record by then leaves no doubt: the completion alone was surely not made.
    bench.waycore.fail("complete_setup", Error::Unreachable("refused".to_owned()));
    let form = FinishSetup { password: Some("top secret".to_owned()), ..confirmed() };
    let id = bench.start(&ana(), bank("meadow")).await.unwrap().connection.id;
    let WireError(answer) = bench.finish(&ana(), &id, form).await.unwrap_err();
    assert_eq!(answer.message, copy::errors().unavailable);
    // Nor is an answer believed that is about something else: a connection may have been made.
    let other = Bench::new().await;
    other.waycore.connection("conn_x", "ent_x");
    other.waycore.answer_creates_with("conn_x");
    let WireError(answer) = other.start(&ana(), bank("meadow")).await.unwrap_err();
    assert_eq!(answer.message, copy::errors().outcome_unknown);
}

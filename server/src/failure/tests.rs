//! Every failure's code, field and words.

use std::time::Duration;

use domain::bank_choice::TextError;
use domain::portal_url::PortalUrlError;
use domain::user_error::ErrorCode;
use waycore::client::Nonsense;
use waycore::{Error, RetryAfter, Unclear};

use super::*;

#[track_caller]
fn check(failure: Failure, code: ErrorCode, field: Option<&str>) -> WireError {
    let shown = format!("{failure:?}");
    let error = failure.answer("the-code");
    assert_eq!(error.0.code, code, "{shown}");
    assert_eq!(error.0.field.as_deref(), field, "{shown}");
    assert_eq!(error.0.support_code, "the-code", "{shown}");
    assert!(!error.0.message.is_empty(), "{shown}");
    error
}

#[track_caller]
fn check_waycore(call: Call, error: Error, code: ErrorCode) -> WireError {
    check(Failure::Waycore { call, error }, code, None)
}

#[test]
fn each_status_of_waycores_has_its_answer() {
    let call = Call::GetConnection;
    check_waycore(call, Error::Invalid, ErrorCode::InvalidInput);
    check_waycore(call, Error::Unauthorized, ErrorCode::Misconfigured);
    check_waycore(call, Error::Forbidden, ErrorCode::Misconfigured);
    check_waycore(call, Error::NotFound, ErrorCode::NotFound);
    check_waycore(call, Error::Conflict { retry_after: None }, ErrorCode::Conflict);
    check_waycore(call, Error::RateLimited { retry_after: None }, ErrorCode::RateLimited);
    check_waycore(call, Error::Server { status: 500, retry_after: None }, ErrorCode::Unavailable);
    check_waycore(call, Error::Timeout, ErrorCode::Unavailable);
    check_waycore(call, Error::Unknown(Unclear::Timeout), ErrorCode::Unavailable);
    let retry_after = RetryAfter::new(Duration::from_secs(5));
    check_waycore(call, Error::CircuitOpen { retry_after }, ErrorCode::Unavailable);
    check_waycore(call, Error::Unreachable("refused".to_owned()), ErrorCode::Unavailable);
    check_waycore(call, Error::NoAnswer, ErrorCode::Unavailable);
    check_waycore(call, Error::Nonsense(Nonsense::Body), ErrorCode::Unavailable);
}

#[test]
fn only_of_an_answer_that_began_is_said_that_waycore_answered() {
    let (silent, answered) =
        (app::copy::errors().unavailable, app::copy::pages::words().refused.unreadable_answer);
    for (error, said) in [
        (Error::NoAnswer, silent),
        (Error::Timeout, silent),
        (Error::Unreachable("refused".to_owned()), silent),
        (Error::Unknown(Unclear::NoAnswer), silent),
        (Error::Nonsense(Nonsense::BrokenOff), answered),
        (Error::Nonsense(Nonsense::Body), answered),
    ] {
        let message = check_waycore(Call::GetConnection, error.clone(), ErrorCode::Unavailable).0.message;
        assert_eq!(message, said, "{error:?}");
    }
}

#[test]
fn how_long_to_wait_is_passed_on() {
    let retry_after = Some(RetryAfter::new(Duration::from_millis(1_500)));
    let error =
        check_waycore(Call::CompleteSetup, Error::RateLimited { retry_after }, ErrorCode::RateLimited);
    assert_eq!(error.0.retry_after_seconds, Some(2));
}

#[test]
fn not_found_means_what_was_named() {
    check_waycore(Call::PutCredentials, Error::NotFound, ErrorCode::NotFound);
    check_waycore(Call::CompleteSetup, Error::NotFound, ErrorCode::NotFound);
    check_waycore(Call::CreateSupported, Error::NotFound, ErrorCode::EntityUnresolved);
    check_waycore(Call::CreateUnsupported, Error::NotFound, ErrorCode::EntityUnresolved);
    check_waycore(Call::CreateAtOwnPortal, Error::NotFound, ErrorCode::EntityUnresolved);
    check_waycore(Call::ListConnections, Error::NotFound, ErrorCode::EntityUnresolved);
    check_waycore(Call::ListEntities, Error::NotFound, ErrorCode::Unavailable);
    check_waycore(Call::SearchInstitutions, Error::NotFound, ErrorCode::Unavailable);
}

#[test]
fn a_conflict_means_what_was_asked_for() {
    let (errors, refused) = (app::copy::errors(), &app::copy::pages::words().refused);
    for (call, message) in [
        (Call::CreateEntity, errors.entity_unresolved),
        (Call::CreateSupported, refused.create_conflict),
        (Call::CreateAtOwnPortal, refused.create_conflict),
        (Call::CreateUnsupported, refused.create_conflict),
        (Call::Delete, refused.delete_conflict),
        (Call::PutCredentials, errors.conflict),
        (Call::CompleteSetup, errors.conflict),
    ] {
        let WireError(error) =
            check_waycore(call, Error::Conflict { retry_after: None }, ErrorCode::Conflict);
        assert_eq!(error.message, message, "{call:?}");
    }
}

#[test]
fn a_refused_create_is_shown_beside_what_was_chosen() {
    let refused = |call| Failure::Waycore { call, error: Error::Invalid };
    check(refused(Call::CreateSupported), ErrorCode::InvalidInput, Some("institution_id"));
    check(refused(Call::CreateUnsupported), ErrorCode::InvalidInput, Some("portal_url"));
    check(refused(Call::CreateAtOwnPortal), ErrorCode::InvalidInput, Some("own_portal"));
}

#[test]
fn wrong_input_is_shown_beside_its_field() {
    #[track_caller]
    fn check_input(input: InvalidInput, field: &str) {
        check(input.into(), ErrorCode::InvalidInput, Some(field));
    }
    check_input(InvalidInput::BankMissing, "institution_id");
    check_input(InvalidInput::UnknownBank, "institution_id");
    check_input(InvalidInput::LooksLike("Harbour Bank".to_owned()), "institution_id");
    check_input(InvalidInput::PortalNotOfBank, "portal_url");
    for error in [
        PortalUrlError::Empty,
        PortalUrlError::TooLong,
        PortalUrlError::NotHttps,
        PortalUrlError::UserInfo,
        PortalUrlError::NoHost,
        PortalUrlError::Spaces,
        PortalUrlError::Invisible,
        PortalUrlError::Malformed,
    ] {
        check_input(InvalidInput::PortalUrl(error), "portal_url");
        check_input(InvalidInput::OwnPortal(error), "own_portal");
    }
    check_input(InvalidInput::RequestedName(TextError::TooLong), "requested_name");
    check_input(InvalidInput::RequestedName(TextError::Invisible), "requested_name");
    check_input(InvalidInput::OddAddress("It is odd.".to_owned()), "address_checked");
    check_input(InvalidInput::Invisible("bank_username"), "bank_username");
    check_input(InvalidInput::TooLong("password"), "password");
    check_input(InvalidInput::Query(TextError::TooLong), "query");
    check_input(InvalidInput::Cursor, "cursor");
    check_input(InvalidInput::UserNotActive, "delegated_user_active");
    check_input(InvalidInput::TermsNotAccepted, "accept_terms");
}

#[test]
fn a_match_in_the_catalog_is_named() {
    let error = check(
        InvalidInput::LooksLike("Harbour Bank".to_owned()).into(),
        ErrorCode::InvalidInput,
        Some("institution_id"),
    );
    assert!(error.0.message.contains("Harbour Bank"), "{}", error.0.message);
}

#[test]
fn somebody_elses_answers_exactly_like_what_does_not_exist() {
    let of = |missing: Missing| check(missing.into(), ErrorCode::NotFound, None);
    let unknown = of(Missing::Unknown);
    for missing in [Missing::Foreign, Missing::NoEntityYet, Missing::NoSuchId] {
        assert_eq!(of(missing), unknown);
    }
    assert_eq!(check_waycore(Call::GetConnection, Error::NotFound, ErrorCode::NotFound), unknown);
}

#[test]
fn of_a_change_that_may_have_been_made_nobody_says_that_nothing_was_lost() {
    let (unknown, trouble) = (app::copy::errors().outcome_unknown, app::copy::errors().trouble);
    let said = |failure: Failure, effect| failure.answer_to_change(effect, "the-code").0.message;
    for effect in [false, true] {
        assert_eq!(said(StoreError::Database(sqlx::Error::PoolTimedOut).into(), effect), unknown);
        assert_eq!(said(Failure::Broken, effect), unknown);
        assert_ne!(said(Failure::Forbidden, effect), unknown, "a refusal is one");
    }
    let timeout = || Failure::Waycore { call: Call::GetConnection, error: Error::Timeout };
    assert_eq!(said(timeout(), true), unknown);
    assert_eq!(said(timeout(), false), app::copy::errors().unavailable);
    assert_eq!(Failure::Broken.answer("the-code").0.message, trouble, "a page that is only read");
}

#[test]
fn the_rest_has_its_answer() {
    check(Failure::Forbidden, ErrorCode::Forbidden, None);
    check(Failure::Moved, ErrorCode::Conflict, None);
    check(EntityFault::Several.into(), ErrorCode::EntityUnresolved, None);
    let fault = AnswerFault::UnusableId;
    check(Failure::Answer { call: Call::GetConnection, fault }, ErrorCode::Unavailable, None);
    check(StoreError::Missing.into(), ErrorCode::Unavailable, None);
    check(Failure::Broken, ErrorCode::Unavailable, None);
}

#[test]
fn the_log_says_what_failed_in_words() {
    let store = |error| Failure::from(StoreError::Database(error));
    for (failure, said) in [
        (Failure::Waycore { call: Call::GetConnection, error: Error::Timeout }, "GetConnection: "),
        (Failure::Answer { call: Call::Sync, fault: AnswerFault::UnusableId }, "Sync: UnusableId"),
        (store(sqlx::Error::RowNotFound), "the database failed: no rows returned"),
        (StoreError::Corrupt { what: "row" }.into(), "a stored row cannot be read"),
        (Failure::Busy, "somebody else is doing the same"),
    ] {
        let text = failure.to_string();
        assert!(text.starts_with(said), "{text}");
        assert!(!text.contains("Database(") && !text.contains('{'), "{text}");
    }
}

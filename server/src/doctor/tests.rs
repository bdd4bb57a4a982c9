//! What each check makes of the settings and the clocks. `server/tests/it/operating.rs` runs the whole command.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use waycore::client::seams::{AnswerBody, SendError, Transport, TransportAnswer, TransportRequest};
use waycore::client::{BaseUrl, Seams};

use super::*;

/// Complete settings, with these.
fn settings(changes: &[(&str, &str)]) -> ServeSettings {
    let mut all = HashMap::from([
        ("CONNECT_PUBLIC_URL", "https://app.example.com/banks"),
        ("CONNECT_SECRET_KEY", "a secret of the server that is long enough"),
        ("WAYCORE_API_KEY", "way_live_k_s"),
        ("CONNECT_JWT_KEY", "shared-with-the-host"),
        ("CONNECT_JWT_ISSUER", "host"),
        ("CONNECT_JWT_AUDIENCE", "connect"),
    ]);
    all.extend(changes.iter().copied());
    ServeSettings::from_lookup(&|name| all.get(name).map(|value| (*value).to_owned())).unwrap()
}

#[track_caller]
fn said(check: &Check, outcome: Outcome, part: &str) {
    assert!(check.outcome == outcome && check.message.contains(part), "{part:?}: {check:?}");
}

#[test]
fn a_keys_prefix_says_of_which_environment_it_is() {
    for (key, environment, outcome, part) in [
        ("way_live_k_s", "", Outcome::Ok, "of the live environment"),
        ("way_test_k_s", "", Outcome::Ok, "of the test environment"),
        ("way_test_k_s", "test", Outcome::Ok, "of the test environment"),
        ("opaque", "", Outcome::Warning, "has no known prefix; taken as of the live environment"),
        ("opaque", "test", Outcome::Warning, "has no known prefix; taken as of the test environment"),
        ("way_live_k_s", "test", Outcome::Failed, "of the live environment and WAYCORE_ENVIRONMENT is test"),
    ] {
        let settings = settings(&[("WAYCORE_API_KEY", key), ("WAYCORE_ENVIRONMENT", environment)]);
        said(&key_prefix(&settings.mount), outcome, part);
    }
}

#[test]
fn requests_reach_the_listener_below_the_public_path_or_where_a_proxy_leads_them() {
    for (public_url, base_path, outcome, part) in [
        ("https://app.example.com/banks", "", Outcome::Ok, "reach 127.0.0.1:3000 below /banks"),
        ("https://app.example.com/banks", "/banks", Outcome::Ok, "reach 127.0.0.1:3000 below /banks"),
        ("https://app.example.com/banks", "/", Outcome::Ok, "browsers see https://app.example.com/banks;"),
        ("https://app.example.com/banks", "/", Outcome::Ok, "reach 127.0.0.1:3000 below /"),
        ("https://app.example.com", "", Outcome::Ok, "reach 127.0.0.1:3000 below /"),
        (
            "https://app.example.com/banks",
            "/inside",
            Outcome::Warning,
            "below /inside: a proxy has to rewrite the path",
        ),
        ("https://app.example.com", "/inside", Outcome::Warning, "a proxy has to rewrite the path"),
        ("http://127.0.0.1:3000/banks", "", Outcome::Warning, "http is for trying out alone"),
    ] {
        let settings = settings(&[("CONNECT_PUBLIC_URL", public_url), ("CONNECT_BASE_PATH", base_path)]);
        said(&addresses(&settings), outcome, part);
    }
}

/// A Waycore whose clock is so many seconds ahead of this machine's, or that sends no date.
struct Waycore {
    ahead: Option<i64>,
}

struct NoBody;

#[async_trait]
impl Transport for Waycore {
    async fn send(&self, _: TransportRequest) -> Result<TransportAnswer, SendError> {
        let mut headers = HeaderMap::new();
        if let Some(ahead) = self.ahead {
            let now = SystemClock.now().as_millis() / 1_000 + ahead;
            let date = OffsetDateTime::from_unix_timestamp(now).unwrap().format(&Rfc2822).unwrap();
            headers.insert(header::DATE, HeaderValue::from_str(&date).unwrap());
        }
        Ok(TransportAnswer { status: StatusCode::FORBIDDEN, headers, body: Box::new(NoBody) })
    }
}

#[async_trait]
impl AnswerBody for NoBody {
    async fn chunk(&mut self) -> Result<Option<Vec<u8>>, SendError> {
        Ok(None)
    }
}

#[tokio::test]
async fn half_of_what_a_signature_may_be_off_is_too_much_for_a_clock() {
    for (ahead, outcome, part) in [
        (Some(0), Outcome::Ok, "s from Waycore's"),
        (Some(140), Outcome::Ok, "s from Waycore's"),
        (Some(-140), Outcome::Ok, "s from Waycore's"),
        (Some(160), Outcome::Failed, "set this machine's clock"),
        (Some(-160), Outcome::Failed, "set this machine's clock"),
        (None, Outcome::Warning, "Waycore does not say what time it is"),
    ] {
        let base_url = BaseUrl::parse("https://waycore.example/v1").unwrap();
        let seams = Seams::real(Arc::new(Waycore { ahead }));
        let client = Client::with_seams(base_url, &"key".into(), TimeLimits::default(), seams).unwrap();
        // Any answer has the time.
        client.list_entities("nobody").await.unwrap_err();
        said(&clock(&client), outcome, part);
    }
    for (off, outcome, part) in [
        (150, Outcome::Ok, "150 s from this machine's"),
        (-150, Outcome::Ok, "-150 s from this machine's"),
        (151, Outcome::Failed, "set the one that is wrong"),
        (-151, Outcome::Failed, "set the one that is wrong"),
    ] {
        said(&database_clock(off), outcome, part);
    }
}

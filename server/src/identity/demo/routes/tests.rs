//! Signing in to the demo, and out again.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::body::Body;
use domain::timestamp::Timestamp;
use http::Request;
use tower::ServiceExt as _;

use super::*;
use crate::clock::Clock;
use crate::config::SecretKeys;
use crate::identity::{HostIdentity as _, SignedOut};
use crate::signed::Signer;

#[derive(Default)]
struct Hands(AtomicI64);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }
}

struct Demo {
    identity: DemoIdentity,
    hands: Arc<Hands>,
}

impl Demo {
    fn below(base: &str) -> Self {
        let signer = Signer::new(&SecretKeys::parse("a secret of the demo that is long enough").unwrap());
        let hands = Arc::new(Hands::default());
        Self { identity: DemoIdentity::new(signer, hands.clone(), base), hands }
    }

    async fn send(&self, method: &str, path: &str, body: &'static str) -> Response {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        self.identity.routes().oneshot(request).await.unwrap()
    }

    async fn who(&self, cookie: &str) -> Result<String, SignedOut> {
        let request = Request::builder().header("cookie", cookie).body(Body::empty()).unwrap();
        let caller = self.identity.identify(&request.into_parts().0).await?;
        Ok(format!("{} of {}", caller.user, caller.customer.org))
    }
}

fn text<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers()[name].to_str().unwrap()
}

#[tokio::test]
async fn signing_in_lasts_twelve_hours() {
    let demo = Demo::below("/bank");
    let response = demo.send("POST", "/demo/sign-in", "user=ana").await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(text(&response, "location"), "/bank/");
    let cookie = text(&response, "set-cookie");
    assert!(cookie.ends_with("; Path=/bank; Max-Age=43200; HttpOnly; SameSite=Lax"), "{cookie}");
    let session = cookie.split_once(';').unwrap().0;
    assert_eq!(demo.who(session).await.unwrap(), "ana of acme");
    demo.hands.0.store(43_199_999, Ordering::Relaxed);
    assert_eq!(demo.who(session).await.unwrap(), "ana of acme");
    demo.hands.0.store(43_200_000, Ordering::Relaxed);
    assert_eq!(demo.who(session).await, Err(SignedOut::Expired));
    assert_eq!(demo.who("other=1").await, Err(SignedOut::Absent));
}

#[tokio::test]
async fn a_session_is_the_demos_own() {
    let demo = Demo::below("");
    assert_eq!(
        demo.who(r#"waycore_connect_demo={"user":"ana","org":"acme","role":"manager"}"#).await,
        Err(SignedOut::Expired)
    );
}

#[tokio::test]
async fn a_bad_form_signs_nobody_in() {
    let response = Demo::below("").send("POST", "/demo/sign-in", "user=eve").await;
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!response.headers().contains_key("set-cookie"));
}

#[tokio::test]
async fn signing_out_forgets_the_session() {
    for method in ["GET", "POST"] {
        let response = Demo::below("/bank").send(method, "/demo/sign-out", "").await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        assert_eq!(text(&response, "location"), "/bank/", "as after a sign-in");
        let expected = "waycore_connect_demo=; Path=/bank; Max-Age=0; HttpOnly; SameSite=Lax";
        assert_eq!(text(&response, "set-cookie"), expected);
    }
}

#[track_caller]
fn returns(base: &str, return_to: &str, expected: &str) {
    assert_eq!(Demo::below(base).identity.safe_return(return_to), expected, "{return_to}");
}

#[test]
fn a_person_returns_to_this_mount_only() {
    returns("", "", "/");
    returns("", "/new?draft=1", "/new?draft=1");
    returns("", "//elsewhere.example.com/", "/");
    returns("", "https://elsewhere.example.com/", "/");
    returns("", "/\\elsewhere.example.com/", "/");
    returns("", "/\t/elsewhere.example.com", "/");
    returns("/bank", "/bank/new", "/bank/new");
    returns("/bank", "/bank", "/bank/");
    returns("/bank", "/banker/new", "/bank/");
    returns("/bank", "/new", "/bank/");
}

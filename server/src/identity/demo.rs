//! The demo's sign-in: anybody may be anybody. A signed cookie remembers who. `serve` has none of it.

mod person;
mod routes;

use std::sync::Arc;

use app::backend::Caller;
use async_trait::async_trait;
use axum::Router;
use http::request::Parts;

use self::person::Person;
use super::{HostIdentity, SignedOut};
use crate::clock::Clock;
use crate::cookie;
use crate::signed::{Purpose, Signer};

/// The session's cookie.
const COOKIE: &str = "waycore_connect_demo";

/// Twelve hours: a demo is over by tomorrow.
const SESSION_SECONDS: u32 = 12 * 60 * 60;

/// Believes its own cookie, which its own form hands out.
#[derive(Clone)]
pub struct DemoIdentity {
    signer: Signer,
    clock: Arc<dyn Clock>,
    base: String,
}

impl DemoIdentity {
    /// `base` is the prefix that browsers see, without a slash at the end; empty at the root.
    pub fn new(signer: Signer, clock: Arc<dyn Clock>, base: &str) -> Self {
        Self { signer, clock, base: base.to_owned() }
    }
}

#[async_trait]
impl HostIdentity for DemoIdentity {
    async fn identify(&self, request: &Parts) -> Result<Caller, SignedOut> {
        let mut sessions = cookie::all(&request.headers, COOKIE).peekable();
        sessions.peek().ok_or(SignedOut::Absent)?;
        let now = self.clock.now();
        let session = sessions.find_map(|session| self.signer.verify(Purpose::DemoSession, session, now));
        let person = Person::from_session(&session.ok_or(SignedOut::Expired)?);
        person.map(Person::into_caller).ok_or(SignedOut::BadClaim("session"))
    }

    fn routes(&self) -> Router {
        routes::router(self.clone())
    }
}

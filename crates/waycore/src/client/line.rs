//! The one place where calls become requests, answers become results, and failures are tried again.

use std::{
    borrow::Cow,
    future::Future,
    pin::pin,
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use backon::{BackoffBuilder as _, ExponentialBuilder};
use futures_util::future::{Either, select};
use reqwest::{
    Method, StatusCode,
    header::{
        ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, DATE, HeaderMap, HeaderName,
        HeaderValue,
    },
};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;

use super::{
    BODY_LIMIT, BaseUrl, BreakerState, BuildError, Error, Nonsense, RetryAfter, Seams, TimeLimits,
    body::{Form, plain},
    call::Call,
    customer::Payer,
    failed::{Failed, outcome, refusal},
    key_expiry::KeyExpiry,
    retry_after::http_date,
    said::{Said, Sent, is_about_the_path},
    seams::{Failpoint, SendError, TransportAnswer, TransportRequest},
    steady::{Breaker, Budget, Key, NotBefore, Refusal, Scope, Share, Shares},
    unreadable::UnreadableRows,
};
use crate::{
    json,
    wire::{Page, UnreadableRow, cause_of},
};

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// Tries beyond the first.
const RETRIES: usize = 2;

/// How long the body of a refusal may take: it is for the log alone.
const REASON_LIMIT: Duration = Duration::from_secs(1);

/// Before the second try; twice as long before the third.
const FIRST_WAIT: Duration = Duration::from_millis(200);

/// Speaks with Waycore at one address, with one key.
pub(super) struct Line {
    base: BaseUrl,
    authorization: RwLock<HeaderValue>,
    limits: TimeLimits,
    seams: Seams,
    budget: Budget,
    /// Everybody's; each customer has one of their own among the shares.
    breaker: Breaker,
    shares: Shares,
    not_before: NotBefore,
    unreadable: UnreadableRows,
    key_expiry: KeyExpiry,
    /// What the last answer said of the time, in epoch seconds; 0 before the first.
    date: AtomicI64,
}

/// A complete answer of success.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// The call that it answers.
    call: &'static str,
    form: Form,
    body: String,
}

impl Line {
    pub(super) fn new(
        base: BaseUrl,
        key: &SecretString,
        limits: TimeLimits,
        seams: Seams,
    ) -> Result<Self, BuildError> {
        Ok(Self {
            base,
            authorization: RwLock::new(bearer(key)?),
            limits,
            budget: Budget::new(seams.clock.elapsed()),
            breaker: Breaker::new(Scope::Key),
            shares: Shares::default(),
            not_before: NotBefore::default(),
            unreadable: UnreadableRows::default(),
            key_expiry: KeyExpiry::default(),
            date: AtomicI64::new(0),
            seams,
        })
    }

    /// Uses another key from the next request on.
    pub(super) fn replace_key(&self, key: &SecretString) -> Result<(), BuildError> {
        let authorization = bearer(key)?;
        *self.authorization.write().unwrap_or_else(PoisonError::into_inner) = authorization;
        self.key_expiry.forget();
        Ok(())
    }

    fn authorization(&self) -> HeaderValue {
        self.authorization.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn base(&self) -> &BaseUrl {
        &self.base
    }

    /// Whether calls of the present customer go out.
    pub(super) fn breaker(&self) -> BreakerState {
        let now = self.seams.clock.elapsed();
        match self.breaker.state(now) {
            BreakerState::Closed => self.shares.of(Payer::current().as_ref(), now).breaker.state(now),
            held_back => held_back,
        }
    }

    /// When the key expires, in epoch seconds, if Waycore has said so.
    pub(super) fn key_expires_at(&self) -> Option<i64> {
        self.key_expiry.at()
    }

    /// What time it is at Waycore, by its last answer.
    pub(super) fn last_date(&self) -> Option<i64> {
        Some(self.date.load(Ordering::Relaxed)).filter(|date| *date != 0)
    }

    /// Makes the call and reads its answer.
    pub(super) async fn read<T: DeserializeOwned>(&self, call: Call) -> Result<T, Error> {
        let repeat = call.repeat;
        let answer = self.call(call).await?;
        answer.json().map_err(|error| outcome(repeat, error))
    }

    /// Makes the call and reads its answer, a page of a list. Rows that cannot be read are counted and logged.
    pub(super) async fn read_page<T: DeserializeOwned>(&self, call: Call) -> Result<Page<T>, Error> {
        let name = call.name;
        let page: Page<T> = self.read(call).await?;
        self.note_unreadable(name, &page.unreadable);
        Ok(page)
    }

    /// Counts and logs rows of an answer that cannot be read.
    pub(super) fn note_unreadable(&self, call: &'static str, rows: &[UnreadableRow]) {
        if !rows.is_empty() {
            self.unreadable.note(call, rows, self.seams.clock.elapsed());
        }
    }

    /// Makes the call, and counts it.
    pub(super) async fn call(&self, call: Call) -> Result<Answer, Error> {
        let (name, began) = (call.name, self.seams.clock.elapsed());
        let result = self.make(call).await;
        let outcome = result.as_ref().map_or_else(|error| error.name(), |_| "ok");
        metrics::counter!("waycore_calls_total", "call" => name, "outcome" => outcome).increment(1);
        let seconds = self.seams.clock.elapsed().saturating_sub(began).as_secs_f64();
        metrics::histogram!("waycore_call_seconds", "call" => name).record(seconds);
        let open = self.breaker.state(self.seams.clock.elapsed()) != BreakerState::Closed;
        metrics::gauge!("waycore_breaker_open").set(if open { 1.0 } else { 0.0 });
        result
    }

    /// Within the time limits, again where that can do no harm, and not before it may be made.
    async fn make(&self, call: Call) -> Result<Answer, Error> {
        let now = || self.seams.clock.elapsed();
        let key = self.not_before.key(&call);
        if let Some((wait, refusal)) = self.not_before.wait(&key, now()) {
            return Err(refusal.error(Some(wait)));
        }
        let deadline = now() + self.limits.whole;
        let payer = Payer::current();
        let share = self.shares.of(payer.as_ref(), now());
        let turn = share.turn(payer.as_ref(), &*self.seams.clock, deadline).await;
        let _turn = turn.map_err(|wait| Error::OverBudget { retry_after: RetryAfter::new(wait) })?;
        self.admit(&share)?;
        self.budget.called();
        let result = self.try_until(&call, key, deadline).await;
        let failed = result.as_ref().err().is_some_and(Failed::is_waycores_fault);
        for breaker in [&self.breaker, &share.breaker] {
            breaker.record(
                now(),
                payer.as_ref().map(|payer| &payer.customer),
                failed,
                self.seams.random.fraction(),
            );
        }
        result.map_err(|failed| outcome(call.repeat, failed.error))
    }

    /// Refuses a call while a circuit breaker is open: everybody's, or the one of this share.
    fn admit(&self, share: &Share) -> Result<(), Error> {
        let now = self.seams.clock.elapsed();
        // Everybody's last: a probe that it lets out is made.
        let admitted = share.breaker.admit(now).and_then(|()| self.breaker.admit(now));
        admitted.map_err(|wait| Error::CircuitOpen { retry_after: RetryAfter::new(wait) })
    }

    /// Sends the request until it is answered, or must not be sent again.
    async fn try_until(&self, call: &Call, key: Key, deadline: Duration) -> Result<Answer, Failed> {
        let mut waits = ExponentialBuilder::default()
            .with_min_delay(FIRST_WAIT)
            .with_factor(2.0)
            .with_max_times(RETRIES)
            .build();
        // What must not be sent twice goes out where it cannot be lost on a connection that is being closed.
        let mut fresh = !call.repeat.is_harmless();
        loop {
            let failed = match self.attempt(call, fresh, deadline).await {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            if let (Some(wait), Some(refusal)) = (failed.retry_after, Refusal::of(&failed.error)) {
                self.not_before.refused(key.clone(), self.seams.clock.elapsed(), wait, refusal);
            }
            // It says nothing about Waycore, so it costs neither a wait nor a try; it cannot happen twice.
            if failed.is_stale && !fresh {
                fresh = true;
                continue;
            }
            let again = waits.next().filter(|_| failed.may_be_tried_again(call.repeat));
            match again.and_then(|wait| self.affordable(wait, &failed, deadline)) {
                Some(wait) => self.seams.clock.sleep(wait).await,
                None => return Err(failed),
            }
        }
    }

    /// How long to wait before another try: as Waycore asks, spread a little. None if the call would take too long, as
    /// a person waits behind it, or if the budget is spent.
    fn affordable(&self, wait: Duration, failed: &Failed, deadline: Duration) -> Option<Duration> {
        let now = self.seams.clock.elapsed();
        let spread = wait.mul_f64(1.0 + self.seams.random.fraction() / 2.0);
        let wait = failed.retry_after.map_or(spread, |asked| asked.as_duration().max(spread));
        (now + wait < deadline && self.budget.spend(now)).then_some(wait)
    }

    /// One request, one answer.
    async fn attempt(&self, call: &Call, fresh: bool, deadline: Duration) -> Result<Answer, Failed> {
        let authorization = self.authorization();
        let request = self.request(call, fresh, authorization.clone()).ok_or(Failed::of(Error::NotFound))?;
        self.seams.failpoints.reach(Failpoint::BeforeSend(call.name)).await;
        let sent = self.within(deadline, self.seams.transport.send(request)).await;
        self.seams.failpoints.reach(Failpoint::AfterSend(call.name)).await;
        let answer = sent.map_err(Failed::sending)?;
        let status = answer.status;
        if let Some(date) = answer.headers.get(DATE).and_then(|date| http_date(date.to_str().ok()?)) {
            self.date.store(date.unix_timestamp(), Ordering::Relaxed);
        }
        self.key_expiry.note(&answer.headers, self.seams.clock.wall());
        tracing::debug!(call = call.name, status = status.as_u16(), "Waycore answered");
        if status.is_success() {
            let form = Form::of(&answer.headers);
            let body = self.body(answer, deadline).await.map_err(|error| {
                note_unread(call.name, status, &form, &error);
                Failed::of(error)
            })?;
            let body = self.readable(call.name, &body);
            return Ok(Answer { status, call: call.name, form, body });
        }
        let retry_after = RetryAfter::of(&answer.headers, self.seams.clock.wall());
        let sent = Sent::in_call(call, &authorization);
        let is_about_the_path = self.note_refusal(call, &sent, answer, deadline).await;
        let error = match refusal(status, retry_after) {
            Error::NotFound if is_about_the_path => Error::NoSuchPath,
            error => error,
        };
        Err(Failed { error, retry_after, is_stale: false })
    }

    /// Logs what Waycore says about a call that it did not carry out, if it says it soon. Returns whether a "not found"
    /// would speak of the path.
    async fn note_refusal(
        &self,
        call: &Call,
        sent: &Sent,
        answer: TransportAnswer,
        deadline: Duration,
    ) -> bool {
        let (status, headers) = (answer.status.as_u16(), answer.headers.clone());
        let soon = (self.seams.clock.elapsed() + REASON_LIMIT).min(deadline);
        let body = self.body(answer, soon).await.unwrap_or_default();
        let body = json::readable(&body);
        let said = Said::of(&headers, body.as_bytes(), sent);
        let is_about_the_path = is_about_the_path(call, body.as_bytes(), &said);
        let Said { request_id, code, message } = said;
        tracing::warn!(
            call = call.name,
            status,
            waycore_request_id = request_id,
            waycore_code = code,
            waycore_message = message,
            "Waycore refused a call"
        );
        is_about_the_path
    }

    fn request(&self, call: &Call, fresh: bool, authorization: HeaderValue) -> Option<TransportRequest> {
        let segments: Vec<&str> = call.segments.iter().map(String::as_str).collect();
        let mut url = self.base.join(&segments)?;
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&call.query);
        }
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        headers.insert(AUTHORIZATION, authorization);
        let traceparent = self.seams.trace.traceparent();
        if let Some(value) = traceparent.and_then(|value| HeaderValue::try_from(value).ok()) {
            headers.insert(TRACEPARENT, value);
        }
        match &call.body {
            Some(_) => drop(headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"))),
            // Some servers refuse a PUT that does not say how long its body is.
            None if call.method == Method::PUT || call.method == Method::POST => {
                headers.insert(CONTENT_LENGTH, HeaderValue::from(0));
            }
            None => {}
        }
        Some(TransportRequest { method: call.method.clone(), url, headers, body: call.body.clone(), fresh })
    }

    /// Reads the body, unpacks it, and stops as soon as it is too long.
    async fn body(&self, mut answer: TransportAnswer, deadline: Duration) -> Result<Vec<u8>, Error> {
        let announced =
            answer.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        if announced.is_some_and(|length: u64| length > BODY_LIMIT as u64) {
            return Err(Error::Nonsense(Nonsense::TooLarge));
        }
        let mut body = Vec::new();
        loop {
            let chunk = self.within(deadline, answer.body.chunk()).await.map_err(|error| match error {
                SendError::Timeout => Error::Timeout,
                SendError::NotConnected(_) | SendError::Stale | SendError::Broken => {
                    Error::Nonsense(Nonsense::BrokenOff)
                }
            })?;
            let Some(chunk) = chunk else { return plain(body).map_err(Error::Nonsense) };
            if body.len() + chunk.len() > BODY_LIMIT {
                return Err(Error::Nonsense(Nonsense::TooLarge));
            }
            body.extend_from_slice(&chunk);
        }
    }

    /// The text of a body; says now and then if part of it had to be replaced.
    fn readable(&self, call: &'static str, body: &[u8]) -> String {
        let text = json::readable(body);
        if let Cow::Owned(_) = text {
            self.unreadable.note_replaced(call, self.seams.clock.elapsed());
        }
        text.into_owned()
    }

    /// Gives up when nothing came for too long, or when the whole call has taken too long.
    async fn within<T>(
        &self,
        deadline: Duration,
        step: impl Future<Output = Result<T, SendError>>,
    ) -> Result<T, SendError> {
        let left = deadline.saturating_sub(self.seams.clock.elapsed());
        let limit = pin!(self.seams.clock.sleep(self.limits.first_byte.min(left)));
        match select(pin!(step), limit).await {
            Either::Left((result, _)) => result,
            Either::Right(((), _)) => Err(SendError::Timeout),
        }
    }
}

impl Answer {
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_str(&self.body).map_err(|error| {
            let Self { status, call, form, body } = self;
            let Form { content_type, content_encoding } = form;
            let (status, bytes, cause) = (status.as_u16(), body.len(), cause_of(&error));
            tracing::warn!(
                call,
                status,
                content_type,
                content_encoding,
                bytes,
                cause,
                "answer not understood"
            );
            Error::Nonsense(Nonsense::Body)
        })
    }
}

/// Logs an answer whose body could not be read to its end.
fn note_unread(call: &'static str, status: StatusCode, form: &Form, error: &Error) {
    let Form { content_type, content_encoding } = form;
    let status = status.as_u16();
    tracing::warn!(call, status, content_type, content_encoding, cause = %error, "answer not readable");
}

/// The header with the key, marked so that no `Debug` shows it.
fn bearer(key: &SecretString) -> Result<HeaderValue, BuildError> {
    let key = key.expose_secret();
    if key.trim().is_empty() {
        return Err(BuildError::Key);
    }
    let mut value = HeaderValue::try_from(format!("Bearer {key}")).map_err(|_| BuildError::Key)?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_key(key: &str, expected: bool) {
        assert_eq!(bearer(&SecretString::from(key)).is_ok(), expected, "{key:?}");
    }

    #[test]
    fn any_key_that_a_header_can_carry_will_do() {
        check_key("way_live_1_abc", true);
        check_key("something else entirely", true);
        check_key("", false);
        check_key("  ", false);
        check_key("two\nlines", false);
        check_key("nul\0", false);
    }

    #[test]
    fn the_key_is_marked_as_sensitive() {
        let value = bearer(&SecretString::from("way_test_1_secret")).expect("a header");
        assert!(value.is_sensitive() && !format!("{value:?}").contains("secret"));
    }
}

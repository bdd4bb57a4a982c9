//! Failure on demand: rules that requests are held against, and what they do to them.

use std::io;

use axum::{
    body::{Body, Bytes, HttpBody as _},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::stream::{self, Stream, StreamExt as _};
use serde::Deserialize;
use serde_json::Value;

use crate::{api::error::ApiError, dice::Dice, journal::Subject};

/// The longest delay, in real milliseconds: ten minutes.
const LONGEST_DELAY: u64 = 600_000;

/// Body of `POST /_sim/faults`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Rule {
    #[serde(rename = "match", default)]
    matches: Match,
    effect: Effect,
    /// How many requests it meets; without it, all until it is deleted.
    times: Option<u32>,
    /// The part of the fitting requests that are met, from 0 to 1; the others are spared and do not count.
    probability: Option<f64>,
    /// Makes the choice repeatable: the same seed spares the same requests.
    #[serde(default)]
    seed: u64,
    #[serde(skip)]
    dice: Option<Dice>,
    /// Names it on the console.
    #[serde(skip)]
    number: u64,
}

/// Which requests are met: those that fit every field given.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Match {
    method: Option<String>,
    /// The beginning of the path, such as `/v1/connections`.
    path: Option<String>,
    organization_id: Option<String>,
    entity_id: Option<String>,
    connection_id: Option<String>,
}

/// What happens to a request that is met.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Effect {
    /// The status answered instead.
    status: Option<u16>,
    retry_after: Option<RetryAfter>,
    /// The body answered instead: a text as it is, anything else as JSON.
    body: Option<Value>,
    /// Real time before the answer.
    pub(crate) delay_ms: u64,
    /// Whether the request takes effect before it fails.
    pub(crate) applied: bool,
    /// The connection is reset, and nothing is answered.
    pub(crate) reset: bool,
    /// The answer breaks off after so many bytes of its body, although it announces all of them.
    truncate: Option<usize>,
}

/// Seconds or an HTTP date: what is put into the header, as it is.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum RetryAfter {
    Seconds(u64),
    Text(String),
}

/// A rule that cannot be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RuleError {
    #[error("effect.status must be from 200 to 599")]
    Status,
    #[error("effect.delayMs must be at most 600000")]
    Delay,
    #[error("effect.retryAfter must be a number of seconds or a text for the header")]
    RetryAfter,
    #[error("effect must have a status, a body, a delayMs, reset or truncate")]
    Nothing,
    #[error("probability must be a number from 0 to 1")]
    Probability,
    #[error("times must be at least 1")]
    Times,
}

#[derive(Debug, Default)]
pub(crate) struct Faults {
    rules: Vec<Rule>,
    added: u64,
}

impl Faults {
    pub(crate) fn add(&mut self, rule: Rule) -> Result<(), RuleError> {
        rule.check()?;
        let dice = Some(Dice::new(rule.seed));
        self.added += 1;
        self.rules.push(Rule { dice, number: self.added, ..rule });
        Ok(())
    }

    /// Removes the rules made for one organization, for one connection, or all.
    pub(crate) fn remove(&mut self, organization_id: Option<&str>, connection_id: Option<&str>) {
        let made_for =
            |made_for: &Option<String>, id: Option<&str>| id.is_none() || made_for.as_deref() == id;
        self.rules.retain(|Rule { matches, .. }| {
            !made_for(&matches.organization_id, organization_id)
                || !made_for(&matches.connection_id, connection_id)
        });
    }

    pub(crate) fn remove_one(&mut self, number: u64) {
        self.rules.retain(|rule| rule.number != number);
    }

    /// The rules that can meet an organization's requests: number, and what it says.
    pub(crate) fn of(&self, organization_id: &str) -> Vec<(u64, String)> {
        let named =
            |rule: &&Rule| rule.matches.organization_id.as_deref().is_none_or(|id| id == organization_id);
        self.rules.iter().filter(named).map(|rule| (rule.number, rule.summary())).collect()
    }

    /// The effect of the first rule that meets a request; it counts as one of the rule's times.
    pub(crate) fn meet(&mut self, method: &str, path: &str, subject: &Subject) -> Option<Effect> {
        let mut rules = self.rules.iter_mut().enumerate();
        let (index, rule) =
            rules.find_map(|(index, rule)| rule.meets(method, path, subject).then_some((index, rule)))?;
        let effect = rule.effect.clone();
        if let Some(times) = &mut rule.times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                self.rules.remove(index);
            }
        }
        Some(effect)
    }
}

impl Rule {
    /// Whether the request fits, and is not spared.
    fn meets(&mut self, method: &str, path: &str, subject: &Subject) -> bool {
        if !self.matches.meets(method, path, subject) {
            return false;
        }
        match (self.probability, &mut self.dice) {
            (Some(probability), Some(dice)) => (dice.below(1_000_000) as f64) < probability * 1_000_000.0,
            (Some(_), None) | (None, _) => true,
        }
    }

    /// In a line, for people.
    fn summary(&self) -> String {
        let Match { method, path, entity_id, connection_id, .. } = &self.matches;
        let Effect { status, delay_ms, reset, truncate, .. } = &self.effect;
        let mut parts = vec![method.clone().unwrap_or_else(|| "any".to_owned())];
        parts.extend(path.clone());
        parts.extend(entity_id.iter().chain(connection_id).cloned());
        parts.push("→".to_owned());
        parts.extend(status.map(|status| status.to_string()));
        parts.extend((*delay_ms > 0).then(|| format!("after {delay_ms} ms")));
        parts.extend(reset.then(|| "reset".to_owned()));
        parts.extend(truncate.map(|bytes| format!("cut at byte {bytes}")));
        parts.extend(self.effect.body.as_ref().map(|_| "another body".to_owned()));
        parts.extend(self.probability.map(|part| format!("with probability {part}")));
        parts.extend(self.times.map(|times| format!("{times} more times")));
        parts.join(" ")
    }

    fn check(&self) -> Result<(), RuleError> {
        let effect = &self.effect;
        if effect.status.is_some_and(|status| !(200..600).contains(&status)) {
            return Err(RuleError::Status);
        }
        if effect.delay_ms > LONGEST_DELAY {
            return Err(RuleError::Delay);
        }
        if effect.retry_after.as_ref().is_some_and(|wait| wait.header().is_none()) {
            return Err(RuleError::RetryAfter);
        }
        let broken = effect.reset || effect.truncate.is_some();
        if effect.status.is_none() && effect.body.is_none() && effect.delay_ms == 0 && !broken {
            return Err(RuleError::Nothing);
        }
        if self.probability.is_some_and(|probability| !(0.0..=1.0).contains(&probability)) {
            return Err(RuleError::Probability);
        }
        if self.times == Some(0) { Err(RuleError::Times) } else { Ok(()) }
    }
}

impl Match {
    fn meets(&self, method: &str, path: &str, subject: &Subject) -> bool {
        let same = |wanted: &Option<String>, id: &Option<String>| wanted.is_none() || wanted == id;
        self.method.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && self.path.as_ref().is_none_or(|beginning| path.starts_with(beginning.as_str()))
            && same(&self.organization_id, &subject.organization_id)
            && same(&self.entity_id, &subject.entity_id)
            && same(&self.connection_id, &subject.connection_id)
    }
}

impl Effect {
    /// Whether another answer takes the place of the request's own, or none at all does.
    pub(crate) fn replaces_answer(&self) -> bool {
        self.status.is_some() || self.body.is_some() || self.reset
    }

    /// The answer with its end cut off, or, where there is no connection to reset, without anything but a failure.
    pub(crate) fn break_off(&self, answer: Response) -> Response {
        let Some(length) = self.truncate.or(self.reset.then_some(0)) else { return answer };
        let (mut parts, body) = answer.into_parts();
        let size = body.size_hint().exact();
        if let Some(size) = size {
            parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(size));
        }
        Response::from_parts(parts, Body::from_stream(broken(body, length)))
    }

    /// The answer in place of the request's own, whose status stays where the rule names none.
    pub(crate) fn answer(&self, own_status: Option<StatusCode>) -> Response {
        let status = self.status.and_then(|status| StatusCode::from_u16(status).ok());
        let status = status.or(own_status).unwrap_or(StatusCode::OK);
        let mut response = match &self.body {
            Some(Value::String(text)) => (status, text.clone()).into_response(),
            Some(json) => (status, axum::Json(json.clone())).into_response(),
            None if status == StatusCode::NO_CONTENT => (status, Body::empty()).into_response(),
            None => ApiError::fault(status).into_response(),
        };
        if let Some(value) = self.retry_after.as_ref().and_then(RetryAfter::header) {
            response.headers_mut().insert(header::RETRY_AFTER, value);
        }
        response
    }
}

/// So many bytes of a body, and then an error instead of the rest.
fn broken(body: Body, length: usize) -> impl Stream<Item = io::Result<Bytes>> {
    stream::unfold(Some((body.into_data_stream(), length)), async |state| {
        let (mut data, left) = state?;
        match data.next().await {
            Some(Ok(bytes)) if left > 0 => {
                let part = bytes.slice(..left.min(bytes.len()));
                let left = left - part.len();
                Some((Ok(part), Some((data, left))))
            }
            _ => {
                // What was given so far goes out before the connection ends.
                tokio::task::yield_now().await;
                Some((Err(io::ErrorKind::ConnectionAborted.into()), None))
            }
        }
    })
}

impl RetryAfter {
    fn header(&self) -> Option<HeaderValue> {
        match self {
            Self::Seconds(seconds) => Some(HeaderValue::from(*seconds)),
            Self::Text(text) => HeaderValue::from_str(text).ok(),
        }
    }
}

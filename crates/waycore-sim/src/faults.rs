//! Failure on demand: rules that requests are held against, and what they do to them.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::Value;

use crate::{api::error::ApiError, journal::Subject};

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
    #[error("effect must have a status, a body or a delayMs")]
    Nothing,
    #[error("times must be at least 1")]
    Times,
}

#[derive(Debug, Default)]
pub(crate) struct Faults {
    rules: Vec<Rule>,
}

impl Faults {
    pub(crate) fn add(&mut self, rule: Rule) -> Result<(), RuleError> {
        rule.check()?;
        self.rules.push(rule);
        Ok(())
    }

    /// Removes the rules made for one organization, or all.
    pub(crate) fn remove(&mut self, organization_id: Option<&str>) {
        self.rules.retain(|rule| {
            organization_id.is_some_and(|id| rule.matches.organization_id.as_deref() != Some(id))
        });
    }

    /// The effect of the first rule that meets a request; it counts as one of the rule's times.
    pub(crate) fn meet(&mut self, method: &str, path: &str, subject: &Subject) -> Option<Effect> {
        let index = self.rules.iter().position(|rule| rule.matches.meets(method, path, subject))?;
        let rule = self.rules.get_mut(index)?;
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
        if effect.status.is_none() && effect.body.is_none() && effect.delay_ms == 0 {
            return Err(RuleError::Nothing);
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
    /// Whether another answer takes the place of the request's own; else it is only delayed.
    pub(crate) fn replaces_answer(&self) -> bool {
        self.status.is_some() || self.body.is_some()
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

impl RetryAfter {
    fn header(&self) -> Option<HeaderValue> {
        match self {
            Self::Seconds(seconds) => Some(HeaderValue::from(*seconds)),
            Self::Text(text) => HeaderValue::from_str(text).ok(),
        }
    }
}

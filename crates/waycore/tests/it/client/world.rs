//! A world in memory: a scripted way out, time that nobody waits for, dice that always fall the same.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use reqwest::{
    StatusCode,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use secrecy::SecretString;
use tokio::time::Instant;
use waycore::{
    BaseUrl, Client, TimeLimits,
    client::seams::{
        AnswerBody, NoFailpoints, NoTrace, Random, Seams, SendError, SystemClock, Transport, TransportAnswer,
        TransportRequest,
    },
};

use super::KEY;

/// What the other side does with one request.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    Answer(Answer),
    Fail(SendError),
    /// No answer ever comes.
    Silence,
}

#[derive(Debug, Clone)]
pub(crate) struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    /// How the body ends after its bytes.
    ends: Option<SendError>,
}

/// The other side: its replies in order, the last one for ever.
pub(crate) struct World {
    replies: Mutex<VecDeque<Reply>>,
    sent: Mutex<Vec<(Duration, TransportRequest)>>,
    started: Instant,
    /// Bytes of bodies that were handed over.
    pub(crate) read: Arc<Mutex<usize>>,
}

pub(crate) fn answer(status: u16) -> Answer {
    Answer { status, headers: Vec::new(), body: Vec::new(), ends: None }
}

impl Answer {
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn body(self, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..self }
    }

    pub(crate) fn breaking_off(self) -> Self {
        Self { ends: Some(SendError::Broken), ..self }
    }
}

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Self {
        Self::Answer(answer)
    }
}

impl World {
    pub(crate) fn new(replies: impl IntoIterator<Item = Reply>) -> Arc<Self> {
        Arc::new(Self {
            replies: Mutex::new(replies.into_iter().collect()),
            sent: Mutex::default(),
            started: Instant::now(),
            read: Arc::default(),
        })
    }

    pub(crate) fn client(self: &Arc<Self>) -> Client {
        self.client_with(|seams| seams)
    }

    pub(crate) fn client_with(self: &Arc<Self>, change: impl FnOnce(Seams) -> Seams) -> Client {
        let seams = Seams {
            transport: self.clone(),
            clock: Arc::new(SystemClock::default()),
            random: Arc::new(Steady),
            failpoints: Arc::new(NoFailpoints),
            trace: Arc::new(NoTrace),
        };
        let base = BaseUrl::parse("https://waycore.example/v1").expect("a base URL");
        Client::with_seams(base, &SecretString::from(KEY), TimeLimits::default(), change(seams))
            .expect("a client")
    }

    /// When requests were sent, in milliseconds since the world began; timers are a millisecond late.
    pub(crate) fn times(&self) -> Vec<u128> {
        self.sent.lock().expect("whole").iter().map(|(at, _)| at.as_millis() / 10 * 10).collect()
    }

    pub(crate) fn requests(&self) -> Vec<TransportRequest> {
        self.sent.lock().expect("whole").iter().map(|(_, request)| request.clone()).collect()
    }

    fn next(&self) -> Reply {
        let mut replies = self.replies.lock().expect("whole");
        match replies.len() {
            0 | 1 => replies.front().cloned().expect("a reply"),
            _ => replies.pop_front().expect("a reply"),
        }
    }
}

#[async_trait]
impl Transport for World {
    async fn send(&self, request: TransportRequest) -> Result<TransportAnswer, SendError> {
        self.sent.lock().expect("whole").push((self.started.elapsed(), request));
        match self.next() {
            Reply::Fail(error) => Err(error),
            Reply::Silence => std::future::pending().await,
            Reply::Answer(answer) => {
                let mut headers = HeaderMap::new();
                for (name, value) in answer.headers {
                    headers.append(
                        HeaderName::from_static(name),
                        HeaderValue::from_bytes(value.as_bytes()).expect("a header"),
                    );
                }
                let body = Chunks { body: answer.body, given: 0, ends: answer.ends, read: self.read.clone() };
                let status = StatusCode::from_u16(answer.status).expect("a status");
                Ok(TransportAnswer { status, headers, body: Box::new(body) })
            }
        }
    }
}

struct Chunks {
    body: Vec<u8>,
    /// Bytes of it that were handed over.
    given: usize,
    ends: Option<SendError>,
    read: Arc<Mutex<usize>>,
}

#[async_trait]
impl AnswerBody for Chunks {
    async fn chunk(&mut self) -> Result<Option<Vec<u8>>, SendError> {
        let chunk: Vec<u8> = self.body.iter().skip(self.given).take(16 * 1_024).copied().collect();
        if chunk.is_empty() {
            return self.ends.clone().map_or(Ok(None), Err);
        }
        self.given += chunk.len();
        *self.read.lock().expect("whole") += chunk.len();
        Ok(Some(chunk))
    }
}

struct Steady;

impl Random for Steady {
    fn fraction(&self) -> f64 {
        0.0
    }
}

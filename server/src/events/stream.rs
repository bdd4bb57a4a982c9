//! One open page: what it hears, for as long as its person is signed in.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use app::backend::Customer;
use axum::body::{Body, Bytes};
use axum::extract::OriginalUri;
use futures_util::future::{Fuse, FusedFuture as _, FutureExt as _};
use futures_util::stream;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Uri};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

use super::frame;
use super::hub::Viewer;
use super::takeover::{Taken, Takeover};
use crate::identity::HostIdentity;

/// How often a stream shows that it works.
const BEAT_INTERVAL: Duration = Duration::from_secs(10);

/// Every so many beats it is asked again who is asking: every thirty seconds.
const BEATS_PER_CHECK: u32 = 3;

/// Whoever does not take what is written for so long is not there.
const PATIENCE: Duration = Duration::from_secs(10);

/// A client that listens has nothing more to say. One that goes on sending is ended.
const MAX_IGNORED_BYTES: usize = 4_096;

/// How many texts an ordinary body holds for a slow reader.
const QUEUE: usize = 4;

/// Who asked for a stream, to be asked about again. Ten thousand streams keep ten thousand of these, so of the headers only
/// those that the identity reads are kept, as the text that they are.
pub(crate) struct Asker {
    identity: Arc<dyn HostIdentity>,
    customer: Customer,
    uri: Uri,
    headers: Box<[u8]>,
    /// What a host's own server attached to the request, for its identity to find again.
    extensions: http::Extensions,
}

impl Asker {
    pub(crate) fn new(identity: Arc<dyn HostIdentity>, customer: Customer, request: &Parts) -> Self {
        let mut headers = Vec::new();
        for (name, value) in &identity.kept_headers(&request.headers) {
            headers.extend_from_slice(name.as_str().as_bytes());
            headers.push(0);
            headers.extend_from_slice(value.as_bytes());
            headers.push(0);
        }
        let mut extensions = request.extensions.clone();
        extensions.remove::<Takeover>();
        if let Some(OriginalUri(uri)) = extensions.remove() {
            extensions.insert(OriginalUri(of_its_own(&uri)));
        }
        let uri = of_its_own(&request.uri);
        Self { identity, customer, uri, headers: headers.into(), extensions }
    }

    /// Whether the same customer's person is still signed in, and may still look.
    async fn is_signed_in(&self) -> bool {
        let (mut parts, ()) = Request::new(()).into_parts();
        parts.uri = self.uri.clone();
        parts.headers = self.header_map();
        parts.extensions = self.extensions.clone();
        match self.identity.identify(&parts).await {
            Ok(caller) => caller.customer == self.customer && caller.role.reads(),
            Err(_) => false,
        }
    }

    fn header_map(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let mut texts = self.headers.split(|byte| *byte == 0);
        while let (Some(name), Some(value)) = (texts.next(), texts.next()) {
            if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
                headers.append(name, value);
            }
        }
        headers
    }
}

/// The path, in a copy that does not keep the buffer alive that the request was read into. What a page asks for behind the
/// path says nothing about who asks.
fn of_its_own(uri: &Uri) -> Uri {
    uri.path().parse().unwrap_or_default()
}

/// A stream that has begun.
pub(crate) struct EventStream {
    pub(crate) viewer: Viewer,
    pub(crate) asker: Asker,
}

impl EventStream {
    /// The answer's body, written by a task of its own: to the socket where that can be had.
    pub(crate) fn into_body(self, takeover: Option<Takeover>) -> Body {
        if let Some(takeover) = takeover {
            return takeover.body(move |taken| {
                tokio::spawn(self.write_to(Chunked { taken, ignored_bytes: 0 }));
            });
        }
        let (texts, written) = mpsc::channel::<Bytes>(QUEUE);
        tokio::spawn(self.write_to(texts));
        let written = stream::unfold(written, |mut written| async {
            let text = written.recv().await?;
            Some((Ok::<_, io::Error>(text), written))
        });
        Body::from_stream(written)
    }

    /// Writes until the reader is gone, the session is over, or the server ends.
    async fn write_to(self, mut reader: impl Reader) {
        let Self { mut viewer, asker } = self;
        let first = viewer.joined.first.clone();
        // In one piece: the page knows at once that the stream works, and what there is to show.
        let begun = Bytes::from([frame::BEAT.as_bytes(), &first.text].concat());
        if !takes(&mut reader, begun).await {
            return;
        }
        let mut heard = first.seq;
        // Not all in the same second, however many came at once.
        let begin = Instant::now() + BEAT_INTERVAL.mul_f64(fastrand::f64());
        let mut beats = interval_at(begin, BEAT_INTERVAL);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut count = 0;
        // While somebody is asked, whoever listens goes on hearing.
        let mut asking = Fuse::terminated();
        loop {
            let text = tokio::select! {
                biased;
                () = viewer.end.cancelled() => break,
                () = reader.gone() => return,
                frame = viewer.joined.frames.recv() => match frame {
                    Ok(frame) if frame.seq > heard => {
                        heard = frame.seq;
                        frame.text
                    }
                    Ok(_) => continue,
                    // Whoever lagged too far behind comes back, and hears what was missed.
                    Err(RecvError::Lagged(_) | RecvError::Closed) => break,
                },
                signed_in = &mut asking => match signed_in {
                    Ok(true) => continue,
                    Ok(false) | Err(_) => break,
                },
                _ = beats.tick() => {
                    count += 1;
                    if count % BEATS_PER_CHECK == 0 && asking.is_terminated() {
                        asking = Box::pin(timeout(PATIENCE, asker.is_signed_in())).fuse();
                    }
                    Bytes::from_static(frame::BEAT.as_bytes())
                }
            };
            if !takes(&mut reader, text).await {
                return;
            }
        }
        // Whoever is gone meanwhile needs no end.
        let _ = timeout(PATIENCE, reader.end()).await;
    }
}

async fn takes(reader: &mut impl Reader, text: Bytes) -> bool {
    timeout(PATIENCE, reader.write(text)).await.is_ok_and(|taken| taken.is_ok())
}

/// Whoever reads a stream.
trait Reader: Send + 'static {
    fn write(&mut self, text: Bytes) -> impl Future<Output = io::Result<()>> + Send;
    /// Waits until it is not there any more.
    fn gone(&mut self) -> impl Future<Output = ()> + Send;
    fn end(&mut self) -> impl Future<Output = io::Result<()>> + Send;
}

impl Reader for mpsc::Sender<Bytes> {
    async fn write(&mut self, text: Bytes) -> io::Result<()> {
        self.send(text).await.map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    async fn gone(&mut self) {
        self.closed().await;
    }

    async fn end(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A socket on which an answer in chunks has begun (RFC 9112, section 7.1).
struct Chunked {
    taken: Taken,
    ignored_bytes: usize,
}

impl Reader for Chunked {
    async fn write(&mut self, text: Bytes) -> io::Result<()> {
        let chunk = [format!("{:x}\r\n", text.len()).as_bytes(), &text, b"\r\n"].concat();
        self.taken.socket.write_all(&chunk).await
    }

    async fn gone(&mut self) {
        let mut ignored = [0; 64];
        while let Ok(count @ 1..) = self.taken.socket.read(&mut ignored).await {
            self.ignored_bytes += count;
            if self.ignored_bytes > MAX_IGNORED_BYTES {
                return;
            }
        }
    }

    async fn end(&mut self) -> io::Result<()> {
        self.taken.socket.write_all(b"0\r\n\r\n").await?;
        self.taken.socket.shutdown().await
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::duplex;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_client_that_goes_on_sending_is_ended() {
        let (mut client, socket) = duplex(100_000);
        let mut reader = Chunked { taken: Taken { socket: Box::new(socket), _slot: None }, ignored_bytes: 0 };
        // Such as a request that a program sends ahead.
        client.write_all(&[b'x'; MAX_IGNORED_BYTES]).await.unwrap();
        assert!(timeout(Duration::from_secs(60), reader.gone()).await.is_err(), "it still listens");
        client.write_all(b"x").await.unwrap();
        assert!(timeout(Duration::from_secs(60), reader.gone()).await.is_ok());
    }
}

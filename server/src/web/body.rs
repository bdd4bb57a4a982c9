//! Reads the body of a request, of a limited size and in a limited time.

use std::time::Duration;

use axum::body::{Body, Bytes};
use bytes::BytesMut;
use futures_util::StreamExt as _;
use tokio::time::timeout;

/// Bodies are at most a few hundred kilobytes: this is enough on a slow line.
const READ_LIMIT: Duration = Duration::from_secs(10);

/// Why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unread {
    #[error("too large")]
    TooLarge,
    #[error("too slow")]
    TooSlow,
    #[error("broken off")]
    BrokenOff,
}

/// Reads a whole body of at most `limit` bytes.
pub(super) async fn read(body: Body, limit: usize) -> Result<Bytes, Unread> {
    let whole = async {
        let mut chunks = body.into_data_stream();
        let mut whole = BytesMut::new();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|_| Unread::BrokenOff)?;
            if whole.len() + chunk.len() > limit {
                return Err(Unread::TooLarge);
            }
            whole.extend_from_slice(&chunk);
        }
        Ok(whole.freeze())
    };
    timeout(READ_LIMIT, whole).await.unwrap_or(Err(Unread::TooSlow))
}

#[cfg(test)]
mod tests {
    use std::io;

    use futures_util::stream;

    use super::*;

    fn chunk(text: &'static str) -> io::Result<Bytes> {
        Ok(Bytes::from_static(text.as_bytes()))
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_is_read_whole_or_not_at_all() {
        let broken = stream::iter([chunk("ab"), Err(io::ErrorKind::ConnectionReset.into())]);
        let trickling = stream::unfold((), async |()| {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Some((chunk("a"), ()))
        });
        for (what, body, expected) in [
            ("empty", Body::empty(), Ok(Bytes::new())),
            ("whole", Body::from_stream(stream::iter([chunk("ab"), chunk("cd")])), Ok(Bytes::from("abcd"))),
            ("one byte too many", Body::from("abcde"), Err(Unread::TooLarge)),
            ("broken off", Body::from_stream(broken), Err(Unread::BrokenOff)),
        ] {
            assert_eq!(read(body, 4).await, expected, "{what}");
        }
        assert_eq!(read(Body::from_stream(trickling), 1_000).await, Err(Unread::TooSlow), "a byte a second");
        let silent = Body::from_stream(stream::pending::<io::Result<Bytes>>());
        assert_eq!(read(silent, 4).await, Err(Unread::TooSlow), "nothing at all");
    }
}

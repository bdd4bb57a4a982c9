//! The bytes of an answer without what a gateway may have put around them: gzip, and a byte order mark.

use std::io::Read as _;

use flate2::bufread::GzDecoder;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName};

use super::{BODY_LIMIT, Nonsense};
use crate::json::BYTE_ORDER_MARK;

/// How a body in gzip begins, and no JSON does: what it is counts, and not what its headers call it.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// One gateway may compress what another has compressed.
const MAX_LAYERS: usize = 2;

/// The body as it was written, at most [`BODY_LIMIT`] bytes.
pub(super) fn plain(mut body: Vec<u8>) -> Result<Vec<u8>, Nonsense> {
    for _ in 0..MAX_LAYERS {
        if !body.starts_with(&GZIP) {
            break;
        }
        body = unzipped(&body)?;
    }
    // One gateway may mark what another has marked.
    while body.starts_with(BYTE_ORDER_MARK) {
        body.drain(..BYTE_ORDER_MARK.len());
    }
    Ok(body)
}

/// A gateway that compresses as it goes sends several members. What follows them and is none, zeros that fill a block for
/// example, is ignored, as other programs do.
fn unzipped(mut body: &[u8]) -> Result<Vec<u8>, Nonsense> {
    let mut plain = Vec::new();
    while body.starts_with(&GZIP) {
        let mut member = GzDecoder::new(body);
        // A byte more than is allowed tells that there is more.
        let left = (BODY_LIMIT + 1).saturating_sub(plain.len());
        member.by_ref().take(left as u64).read_to_end(&mut plain).map_err(|_| Nonsense::Body)?;
        if plain.len() > BODY_LIMIT {
            return Err(Nonsense::TooLarge);
        }
        body = member.into_inner();
    }
    Ok(plain)
}

/// What the headers say a body is, for the log.
#[derive(Debug, Default)]
pub(super) struct Form {
    pub(super) content_type: Option<String>,
    pub(super) content_encoding: Option<String>,
}

impl Form {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        /// Longer than any that is used.
        const MAX_CHARS: usize = 100;
        let text = |name: HeaderName| {
            let text = headers.get(name)?.to_str().ok()?;
            Some(text.chars().take(MAX_CHARS).collect())
        };
        Self { content_type: text(CONTENT_TYPE), content_encoding: text(CONTENT_ENCODING) }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn zipped(body: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(body).expect("memory takes it");
        encoder.finish().expect("memory takes it")
    }

    #[test]
    fn what_a_gateway_put_around_a_body_is_taken_off() {
        let body = br#"{"id":"\u00e9"}"#.as_slice();
        let marked = [BYTE_ORDER_MARK, body].concat();
        let (first, second) = body.split_at(5);
        for sent in [
            body.to_vec(),
            marked.clone(),
            zipped(body),
            zipped(&marked),
            zipped(&zipped(body)),
            [BYTE_ORDER_MARK, &marked].concat(),
            [zipped(body), vec![0; 512]].concat(),
            [zipped(&zipped(body)), b"\r\n".to_vec()].concat(),
            // A gateway that compresses as it goes sends several members.
            [zipped(first), zipped(second)].concat(),
        ] {
            assert_eq!(plain(sent).as_deref(), Ok(body));
        }
        assert_eq!(plain(Vec::new()), Ok(Vec::new()));
    }

    #[test]
    fn what_is_packed_is_held_to_the_limit_of_what_is_not() {
        assert_eq!(plain(zipped(&vec![b' '; BODY_LIMIT])).map(|body| body.len()), Ok(BODY_LIMIT));
        let bomb = zipped(&vec![b' '; BODY_LIMIT * 20]);
        assert!(bomb.len() < BODY_LIMIT);
        assert_eq!(plain(bomb.clone()), Err(Nonsense::TooLarge));
        assert_eq!(plain(zipped(&bomb)), Err(Nonsense::TooLarge));
    }

    #[test]
    fn a_broken_package_is_no_body() {
        let whole = zipped(br#"{"id":"conn"}"#);
        for length in 2..whole.len() - 8 {
            assert_eq!(plain(whole[..length].to_vec()), Err(Nonsense::Body), "{length}");
        }
        assert_eq!(plain(GZIP.to_vec()), Err(Nonsense::Body));
    }
}

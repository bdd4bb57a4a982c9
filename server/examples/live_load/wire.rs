//! HTTP/1.1 over raw sockets: as little as possible stands between what is measured and who measures. Nothing is held
//! for a connection that waits, so that ten thousand of them cost the machine little on this side.

use std::io;
use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail};
use tokio::net::TcpStream;

/// Longest head of an answer.
const LONGEST_HEAD: usize = 16 * 1024;

/// One request; the body is JSON or a form.
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) headers: &'a [(&'a str, &'a str)],
    pub(crate) body: &'a [u8],
}

/// A whole answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// A connection for one request after the other.
pub(crate) struct Line {
    peer: SocketAddr,
    socket: TcpStream,
}

/// An answer that goes on for as long as it is read.
pub(crate) struct Endless {
    socket: TcpStream,
    framing: Framing,
    /// Of the body, and not taken yet.
    ready: Vec<u8>,
}

/// How the end of a body is known.
enum Framing {
    Length(usize),
    Chunked(Chunks),
    UntilClosed,
}

/// Where in a chunked body the last read ended.
#[derive(Default)]
struct Chunks {
    /// Of the present chunk and its line end, still to come.
    left: usize,
    /// A size whose line is not complete.
    size: Vec<u8>,
    is_over: bool,
}

impl Answer {
    /// The body of an answer that was to be a success.
    pub(crate) fn json(&self) -> Result<serde_json::Value> {
        let text = String::from_utf8_lossy(&self.body);
        if !(200..300).contains(&self.status) {
            bail!("a request was answered {}: {text}", self.status);
        }
        serde_json::from_slice(&self.body).with_context(|| format!("an answer is no JSON: {text}"))
    }
}

impl Line {
    pub(crate) async fn to(peer: SocketAddr) -> Result<Self> {
        Ok(Self { peer, socket: connected(peer).await? })
    }

    /// Sends and waits for the whole answer.
    pub(crate) async fn ask(&mut self, request: &Request<'_>) -> Result<Answer> {
        write(&self.socket, self.peer, request).await?;
        let (status, mut framing, mut rest) = head(&self.socket).await?;
        if status == 204 {
            framing = Framing::Length(0);
        }
        let mut body = Vec::new();
        while !framing.take(&mut rest, &mut body)? {
            if read(&self.socket, &mut rest).await? == 0 {
                if matches!(framing, Framing::UntilClosed) {
                    break;
                }
                bail!("an answer broke off");
            }
        }
        if matches!(framing, Framing::UntilClosed) {
            self.socket = connected(self.peer).await?;
        }
        Ok(Answer { status, body })
    }
}

impl Endless {
    /// Asks for something endless; `Err` in the result is the status of a refusal.
    pub(crate) async fn open(peer: SocketAddr, request: &Request<'_>) -> Result<Result<Self, u16>> {
        let socket = connected(peer).await?;
        write(&socket, peer, request).await?;
        let (status, framing, rest) = head(&socket).await?;
        if status != 200 {
            return Ok(Err(status));
        }
        let mut endless = Self { socket, framing, ready: Vec::new() };
        endless.feed(rest)?;
        Ok(Ok(endless))
    }

    /// The next block of lines, without the empty one after it; `None` at the end.
    pub(crate) async fn block(&mut self) -> Result<Option<String>> {
        loop {
            if let Some(end) = self.ready.windows(2).position(|two| two == b"\n\n") {
                let block = self.ready.drain(..end + 2).take(end).collect();
                self.ready.shrink_to(0);
                return Ok(Some(String::from_utf8(block).context("an event is no text")?));
            }
            let mut received = Vec::new();
            if read(&self.socket, &mut received).await? == 0 {
                return Ok(None);
            }
            self.feed(received)?;
        }
    }

    fn feed(&mut self, mut received: Vec<u8>) -> Result<()> {
        self.framing.take(&mut received, &mut self.ready).map(drop)
    }
}

impl Framing {
    /// Moves what belongs to the body; whether the body is complete.
    fn take(&mut self, received: &mut Vec<u8>, body: &mut Vec<u8>) -> Result<bool> {
        match self {
            Self::Length(left) => {
                let mine = received.len().min(*left);
                body.extend(received.drain(..mine));
                *left -= mine;
                Ok(*left == 0)
            }
            Self::Chunked(chunks) => chunks.take(received, body),
            Self::UntilClosed => {
                body.append(received);
                Ok(false)
            }
        }
    }
}

impl Chunks {
    fn take(&mut self, received: &mut Vec<u8>, body: &mut Vec<u8>) -> Result<bool> {
        for byte in received.drain(..) {
            match (self.left, byte) {
                // The two bytes after a chunk's content are its line end.
                (1..=2, _) => self.left -= 1,
                (3.., _) => {
                    body.push(byte);
                    self.left -= 1;
                }
                (0, b'\n') => {
                    let text = std::mem::take(&mut self.size);
                    let digits = text.split(|byte| b";\r".contains(byte)).next().unwrap_or_default();
                    let digits = std::str::from_utf8(digits).context("a chunk's size is no text")?;
                    let size = usize::from_str_radix(digits.trim(), 16).context("a chunk has no size")?;
                    self.left = size + 2;
                    self.is_over |= size == 0;
                }
                (0, _) => self.size.push(byte),
            }
        }
        Ok(self.is_over && self.left == 0)
    }
}

async fn connected(peer: SocketAddr) -> Result<TcpStream> {
    let socket = TcpStream::connect(peer).await.with_context(|| format!("no connection to {peer}"))?;
    socket.set_nodelay(true)?;
    Ok(socket)
}

async fn write(socket: &TcpStream, peer: SocketAddr, request: &Request<'_>) -> Result<()> {
    let Request { method, path, headers, body } = request;
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: {peer}\r\n");
    for (name, value) in *headers {
        text.extend([name, ": ", value, "\r\n"]);
    }
    if *method != "GET" {
        text.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    text.push_str("\r\n");
    let bytes = [text.as_bytes(), body].concat();
    let mut left = bytes.as_slice();
    while !left.is_empty() {
        socket.writable().await?;
        match socket.try_write(left) {
            Ok(written) => left = left.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error).context("a request could not be sent"),
        }
    }
    Ok(())
}

/// Waits for bytes before there is room for them. Gives how many came; none at the end.
async fn read(socket: &TcpStream, received: &mut Vec<u8>) -> Result<usize> {
    loop {
        socket.readable().await?;
        let mut room = [0; 4_096];
        match socket.try_read(&mut room) {
            Ok(count) => {
                received.extend(room.iter().take(count));
                return Ok(count);
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error).context("an answer could not be read"),
        }
    }
}

/// The status, how long the body is, and what came of it already.
async fn head(socket: &TcpStream) -> Result<(u16, Framing, Vec<u8>)> {
    let mut received = Vec::new();
    let end = loop {
        if let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if received.len() > LONGEST_HEAD || read(socket, &mut received).await? == 0 {
            bail!("an answer has no head");
        }
    };
    let rest = received.split_off(end);
    let head = String::from_utf8_lossy(&received).to_ascii_lowercase();
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
    let status = status.parse().context("an answer has no status")?;
    let field = |wanted: &str| {
        lines.clone().filter_map(|line| line.split_once(':')).find(|(name, _)| *name == wanted)
    };
    let framing = match (field("content-length"), field("transfer-encoding")) {
        (Some((_, length)), _) => Framing::Length(length.trim().parse().context("a length is no number")?),
        (None, Some(_)) => Framing::Chunked(Chunks::default()),
        (None, None) => Framing::UntilClosed,
    };
    Ok((status, framing, rest))
}

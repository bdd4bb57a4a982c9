//! The program itself, as an operator starts it and a script talks to it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};

use http::{HeaderMap, HeaderName, StatusCode};

use crate::answer::Answer;

/// A running program; ends with the test at the latest.
pub(crate) struct Program {
    child: Child,
    out: BufReader<ChildStdout>,
    err: BufReader<ChildStderr>,
}

/// How a program ended by itself.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) success: bool,
    pub(crate) out: String,
    pub(crate) err: String,
}

fn command(args: &[&str], settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_waycore-connect"));
    command.args(args).env_clear().envs(settings.iter().copied());
    command
}

impl Program {
    /// Starts it with exactly these settings.
    pub(crate) fn start(args: &[&str], settings: &[(&str, &str)]) -> Self {
        let mut child = command(args, settings)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let out = BufReader::new(child.stdout.take().expect("its output"));
        let err = BufReader::new(child.stderr.take().expect("its log"));
        Self { child, out, err }
    }

    /// Starts it where it has to end by itself.
    pub(crate) fn finished(args: &[&str], settings: &[(&str, &str)]) -> Finished {
        let output = command(args, settings).output().expect("the program starts");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Finished { success: output.status.success(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// The next line on standard output.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    }

    /// The next log line that holds a text.
    pub(crate) fn log_line_with(&mut self, text: &str) -> String {
        let mut seen = String::new();
        loop {
            let mut line = String::new();
            let read = self.err.read_line(&mut line).expect("a line");
            assert_ne!(read, 0, "the program ended without {text:?}: {seen}");
            if line.contains(text) {
                return line;
            }
            seen.push_str(&line);
        }
    }

    /// Sends it a signal, by its name without `SIG`.
    pub(crate) fn signal(&self, name: &str) {
        let kill = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(kill.expect("kill is there").success());
    }

    /// Asks it to end, as a terminal (`INT`) or an orchestrator (`TERM`) does.
    pub(crate) fn end(mut self, signal: &str) -> ExitStatus {
        self.signal(signal);
        self.child.wait().expect("the program ends")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Already ended is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends one request to `http://HOST:PORT…`, with a cookie, and a form if there is one.
pub(crate) fn request(address: &str, cookie: &str, form: Option<&[(&str, &str)]>) -> Answer {
    let rest = address.strip_prefix("http://").expect("an http address");
    let (host, path) = rest.find('/').map_or((rest, "/"), |at| rest.split_at(at));
    let body = form.map(|fields| serde_urlencoded::to_string(fields).expect("a form")).unwrap_or_default();
    let method = if form.is_some() { "POST" } else { "GET" };
    let mut stream = TcpStream::connect(host).expect("the program listens");
    // With HTTP/1.0 the answer is whole once the connection ends.
    write!(
        stream,
        "{method} {path} HTTP/1.0\r\nHost: {host}\r\nCookie: {cookie}\r\nAccept: application/json\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    parse(&answer)
}

fn parse(answer: &str) -> Answer {
    let (head, body) = answer.split_once("\r\n\r\n").expect("head and body");
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status");
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        headers.append(name.parse::<HeaderName>().expect("a name"), value.parse().expect("a value"));
    }
    let status = StatusCode::from_bytes(status.as_bytes()).expect("a status");
    Answer { status, headers, body: body.to_owned() }
}

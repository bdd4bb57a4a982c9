//! The program itself, as an operator starts it and a script talks to it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};

use http::{HeaderMap, HeaderName, StatusCode};

use crate::answer::Answer;

/// A running program; ends with the test at the latest.
pub(crate) struct Program {
    child: Child,
    out: BufReader<ChildStdout>,
    /// Lines as they come, and all of them so far: somebody has to read, or the program waits for it.
    lines: Receiver<String>,
    log: Arc<Mutex<String>>,
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
        let (sender, lines) = mpsc::channel();
        let log = Arc::new(Mutex::new(String::new()));
        let all = log.clone();
        std::thread::spawn(move || {
            for line in err.lines().map_while(Result::ok) {
                all.lock().expect("no reader panics").push_str(&format!("{line}\n"));
                // Nobody may be waiting.
                let _ = sender.send(line);
            }
        });
        Self { child, out, lines, log }
    }

    /// Starts it where it has to end by itself.
    pub(crate) fn finished(args: &[&str], settings: &[(&str, &str)]) -> Finished {
        let output = command(args, settings).output().expect("the program starts");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Finished { success: output.status.success(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// The id of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The next line on standard output.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    }

    /// The next log line that holds a text.
    pub(crate) fn log_line_with(&self, text: &str) -> String {
        loop {
            match self.lines.recv() {
                Ok(line) if line.contains(text) => return line,
                Ok(_) => {}
                Err(_) => panic!("the program ended without {text:?}: {}", self.log()),
            }
        }
    }

    /// Everything that it logged so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().expect("no reader panics").clone()
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

    /// Asks it to end, and gives everything that it logged.
    pub(crate) fn end_with_log(mut self) -> String {
        self.signal("TERM");
        assert!(self.child.wait().expect("the program ends").success());
        // The lines end when the pipe does.
        while self.lines.recv().is_ok() {}
        self.log()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Already ended is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends one request to `http://HOST:PORT…`, with a cookie, and a form if there is one; the answer is JSON.
pub(crate) fn request(address: &str, cookie: &str, form: Option<&[(&str, &str)]>) -> Answer {
    send(address, "application/json", cookie, form)
}

/// The same as a browser without JavaScript does it.
pub(crate) fn browse(address: &str, cookie: &str, form: Option<&[(&str, &str)]>) -> Answer {
    send(address, "text/html", cookie, form)
}

/// The same as a browser does it that opened the program's pages by another name than its address.
pub(crate) fn request_naming(named: &str, address: &str, form: Option<&[(&str, &str)]>) -> Answer {
    let headers = format!("Host: {named}\r\nOrigin: http://{named}\r\nAccept: application/json\r\n");
    exchange(address, &headers, form)
}

fn send(address: &str, accept: &str, cookie: &str, form: Option<&[(&str, &str)]>) -> Answer {
    let host = parts(address).0;
    exchange(address, &format!("Host: {host}\r\nCookie: {cookie}\r\nAccept: {accept}\r\n"), form)
}

/// Host with port, and path.
fn parts(address: &str) -> (&str, &str) {
    let rest = address.strip_prefix("http://").expect("an http address");
    rest.find('/').map_or((rest, "/"), |at| rest.split_at(at))
}

fn exchange(address: &str, headers: &str, form: Option<&[(&str, &str)]>) -> Answer {
    let (host, path) = parts(address);
    let body = form.map(|fields| serde_urlencoded::to_string(fields).expect("a form")).unwrap_or_default();
    let method = if form.is_some() { "POST" } else { "GET" };
    let mut stream = TcpStream::connect(host).expect("the program listens");
    // With HTTP/1.0 the answer is whole once the connection ends.
    write!(
        stream,
        "{method} {path} HTTP/1.0\r\n{headers}Content-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\n\r\n{body}",
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

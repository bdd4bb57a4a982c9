//! Clients that keep connections and give nothing for it, on real sockets.

use std::time::{Duration, Instant};

use server::config::ConnectionLimits;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::host::TestHost;
use crate::soak::sample_or_all;

/// A second on a machine that does nothing else.
const ANSWERED_WITHIN: Duration = Duration::from_secs(10);

/// What a client sends before it does nothing more.
const BEGUN: [&str; 4] = [
    "",
    "GET / HTTP/1.1\r\nhost: x\r\n",
    "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n",
    "POST /webhooks/waycore HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n{",
];

#[tokio::test(flavor = "multi_thread")]
async fn idle_and_slow_clients_keep_nobody_waiting() {
    let host = TestHost::start_with_webhooks(&["whsec_of_the_test"]).await;
    let session = host.signed_out().post_form("/demo/sign-in", &[("user", "ana")]).await;
    let session = session.cookie().expect("a session").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let clients = sample_or_all(200, 2_000);
    let limits = ConnectionLimits { max_connections: clients / 4, ..ConnectionLimits::default() };
    tokio::spawn(server::connections::run(listener, host.router(), limits, host.shutdown.clone()));
    let mut idle = Vec::new();
    for number in 0..clients {
        let mut client = TcpStream::connect(address).await.expect("it is accepted");
        // It may have had to make room already.
        let _ = client.write_all(BEGUN[number % BEGUN.len()].as_bytes()).await;
        idle.push(client);
    }
    for (path, cookie) in [("/healthz", ""), ("/readyz", ""), ("/", &*session)] {
        let began = Instant::now();
        let answer = get(address, path, cookie).await;
        assert!(answer.starts_with("HTTP/1.0 200") || answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
        assert!(began.elapsed() < ANSWERED_WITHIN, "{path}: {:?}", began.elapsed());
    }
}

async fn get(address: std::net::SocketAddr, path: &str, cookie: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("it is accepted");
    let request = format!("GET {path} HTTP/1.0\r\nhost: x\r\naccept: text/html\r\ncookie: {cookie}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("it reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("it answers");
    String::from_utf8_lossy(&answer).into_owned()
}

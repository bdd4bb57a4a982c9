//! `sim` as a team starts it, and what `sim` and `demo` make of the simulator's options.

use waycore::Waycore as _;
use waycore::client::{BaseUrl, Client, TimeLimits};
use waycore::wire::Institution;

use crate::program::{Program, request, request_naming};

/// Host and port of a program's simulator.
fn simulator(program: &mut Program) -> String {
    loop {
        let line = program.line();
        if let Some(address) = line.strip_prefix("Waycore simulator: http://") {
            return address.trim_end_matches('/').to_owned();
        }
        assert!(!line.is_empty(), "the program ended: {}", program.log());
    }
}

#[test]
fn a_torn_state_file_ends_the_simulator_with_one_sentence_and_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state.json");
    let torn = r#"{"what":"waycore-sim state","schema": 2}"#;
    std::fs::write(&state, torn).unwrap();
    let path = state.to_str().expect("a Unicode path");
    let refusal = Program::finished(&["sim", "--port", "0", "--state", path], &[]);
    assert!(!refusal.success);
    assert!(refusal.err.contains("is torn or damaged") && refusal.err.contains(path), "{refusal:?}");
    assert_eq!((refusal.err.lines().count(), refusal.out.as_str()), (1, ""));
    assert_eq!(std::fs::read_to_string(&state).unwrap(), torn);
}

/// Linux answers on all of 127.0.0.0/8, so its second address stands for any other of this machine's.
#[cfg(target_os = "linux")]
#[test]
fn others_reach_the_simulator_only_when_asked_for() {
    let has_ipv6 = std::net::TcpListener::bind("[::1]:0").is_ok();
    for (more, reached) in [(&[][..], false), (&["--allow-remote"], true)] {
        let mut program = Program::start(&[&["sim", "--port", "0"], more].concat(), &[]);
        let own = simulator(&mut program);
        let reaches = |other: &str| std::net::TcpStream::connect(own.replace("127.0.0.1:", other)).is_ok();
        assert!(reaches("127.0.0.1:"), "{own} {more:?}");
        assert_eq!(reaches("127.0.0.2:"), reached, "{own} {more:?}");
        assert_eq!(reaches("[::1]:"), reached && has_ipv6, "{own} {more:?}");
        let named = request_naming("sim.example:3100", &format!("http://{own}/"), None).status;
        assert_eq!(named, if reached { 200 } else { 421 }, "{more:?}");
    }
}

#[test]
fn a_state_file_that_another_simulator_uses_is_refused_with_its_process() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state.json");
    let path = state.to_str().expect("a Unicode path");
    let mut first = Program::start(&["sim", "--port", "0", "--state", path], &[]);
    let address = simulator(&mut first);
    let refusal = Program::finished(&["sim", "--port", "0", "--state", path], &[]);
    let holder = format!("is in use by another simulator, process {}: end that one first", first.id());
    assert!(!refusal.success && refusal.err.contains(&holder), "{refusal:?}");
    assert_eq!((refusal.err.lines().count(), refusal.out.as_str()), (1, ""));
    assert_eq!(request(&format!("http://{address}/"), "", None).status, 200, "the first goes on");
    // A process that is killed leaves no lock behind.
    first.end("KILL");
    simulator(&mut Program::start(&["sim", "--port", "0", "--state", path], &[]));
}

/// The first banks of the catalog of a program's simulator.
async fn banks(args: &[&str]) -> Vec<Institution> {
    let mut program = Program::start(args, &[]);
    let address = format!("http://{}", simulator(&mut program));
    let organization = request(&format!("{address}/_sim/organizations"), "", Some(&[])).json();
    let key = organization["apiKey"].as_str().expect("a key").into();
    let base_url = BaseUrl::parse(&format!("{address}/v1")).unwrap();
    let client = Client::new(base_url, &key, TimeLimits::default()).unwrap();
    client.search_institutions("", 100, None).await.unwrap().data
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seed_makes_the_same_banks_every_time() {
    let seventh = banks(&["sim", "--port", "0", "--seed", "7"]).await;
    assert_eq!(seventh.len(), 100);
    for (seed, is_same) in [("7", true), ("8", false)] {
        let of_sim = banks(&["sim", "--port", "0", "--seed", seed]).await;
        assert_eq!(of_sim == seventh, is_same, "sim --seed {seed}");
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().to_str().expect("a Unicode path");
        let demo = ["demo", "--port", "0", "--sim-port", "0", "--data", data, "--seed", seed];
        assert_eq!(banks(&demo).await == seventh, is_same, "demo --seed {seed}");
    }
}

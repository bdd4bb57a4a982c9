//! The demo as a person starts it.

use std::path::Path;

use crate::program::{Program, browse, request, request_naming};

struct Demo {
    program: Program,
    connect: String,
    simulator: String,
}

fn start(data: &Path, more: &[&str]) -> Demo {
    let data = data.to_str().expect("a Unicode path");
    let args = [&["demo", "--port", "0", "--sim-port", "0", "--data", data], more].concat();
    let mut program = Program::start(&args, &[]);
    let first = program.line();
    let connect =
        first.strip_prefix("Waycore Connect demo: ").unwrap_or_else(|| panic!("{first}")).to_owned();
    let second = program.line();
    let simulator =
        second.strip_prefix("Waycore simulator: ").unwrap_or_else(|| panic!("{second}")).to_owned();
    Demo { program, connect, simulator }
}

#[test]
fn a_second_run_finds_everything_as_it_was() {
    let data = tempfile::tempdir().unwrap();
    // Virtual time stands still, so nothing changes by itself.
    let args = ["--base-path", "/bank", "--speed", "0"];
    let demo = start(data.path(), &args);
    assert!(demo.connect.ends_with("/bank"), "{}", demo.connect);
    let clocks = request(&format!("{}_sim/clock", demo.simulator), "", None).ok();
    assert_eq!(clocks["data"][0]["speed"], 0.0, "{clocks}");
    let signed_in = request(&format!("{}/demo/sign-in", demo.connect), "", Some(&[("user", "ana")]));
    assert_eq!(signed_in.goes_to(), "/bank/");
    let session = signed_in.cookie().unwrap().to_owned();
    let api = |demo: &Demo, name: &str, form: &[(&str, &str)]| {
        request(&format!("{}/api/{name}", demo.connect), &session, Some(form)).ok()
    };
    let started =
        api(&demo, "start_connection", &[("institution_id", "sim-standard"), ("requested_name", "Mine")]);
    let id = started["connection"]["id"].as_str().unwrap().to_owned();
    api(&demo, "confirm_user_created", &[("connection_id", &id)]);
    assert!(demo.program.end("TERM").success());

    let again = start(data.path(), &args);
    let list = api(&again, "list_connections", &[]);
    assert_eq!(list["connections"].as_array().unwrap().len(), 1);
    assert_eq!(list["connections"][0]["id"], id.as_str());
    assert_eq!(list["connections"][0]["step"], "finishSetup", "what the customer said is remembered too");
    assert!(again.program.end("INT").success());
}

#[test]
fn the_demo_listens_on_this_machine_and_says_where() {
    let data = tempfile::tempdir().unwrap();
    let demo = start(data.path(), &[]);
    let port = |address: &str| {
        address.strip_prefix("http://127.0.0.1:").unwrap().strip_suffix('/').unwrap().parse::<u16>()
    };
    assert_ne!(port(&demo.connect).unwrap(), port(&demo.simulator).unwrap());
    assert_eq!(request(&format!("{}readyz", demo.connect), "", None).status, 200);
    assert_eq!(request(&demo.simulator, "", None).status, 200);
}

/// Linux answers on all of 127.0.0.0/8, so its second address stands for any other of this machine's.
#[cfg(target_os = "linux")]
#[test]
fn others_reach_the_demo_only_when_asked_for() {
    for (more, reached) in [(&[][..], false), (&["--allow-remote"], true)] {
        let data = tempfile::tempdir().unwrap();
        let demo = start(data.path(), more);
        for address in [&demo.connect, &demo.simulator] {
            let other =
                address.strip_prefix("http://").unwrap().trim_end_matches('/').replace(".0.1:", ".0.2:");
            assert_eq!(std::net::TcpStream::connect(&other).is_ok(), reached, "{other} {more:?}");
        }
    }
}

/// Another site's page may lead its own name to this machine; it must not be able to sign in or to make keys.
#[test]
fn a_demo_for_this_machine_answers_to_no_other_name() {
    for (more, refused) in [(&[][..], true), (&["--allow-remote"], false)] {
        let data = tempfile::tempdir().unwrap();
        let demo = start(data.path(), more);
        let sign_in = Some(&[("user", "ana")][..]);
        for (path, form) in [
            (format!("{}demo/sign-in", demo.connect), sign_in),
            (format!("{}healthz", demo.connect), None),
            (format!("{}no/such/path", demo.connect), None),
            (format!("{}demo/bank-portal/conn_none", demo.connect), None),
            (demo.simulator.clone(), None),
        ] {
            let answer = request_naming("rebind.example:3000", &path, form);
            assert_eq!(answer.status == 421, refused, "{path} {more:?}: {answer:?}");
        }
        for (named, works) in [("localhost:3000", true), ("laptop.example:3000", !refused)] {
            let answer = request_naming(named, &format!("{}demo/sign-in", demo.connect), sign_in);
            assert_eq!(answer.status == 303, works, "{named} {more:?}: {answer:?}");
        }
    }
}

#[test]
fn the_link_to_a_banks_portal_leads_to_the_simulated_bank() {
    let data = tempfile::tempdir().unwrap();
    let demo = start(data.path(), &["--base-path", "/bank", "--speed", "0"]);
    let address = |path: &str| format!("{}{path}", demo.connect);
    let session =
        request(&address("/demo/sign-in"), "", Some(&[("user", "ana")])).cookie().unwrap().to_owned();
    let start = |form: &[(&str, &str)]| request(&address("/api/start_connection"), &session, Some(form)).ok();
    let portal = "https://rare-bank.example/Login?next=%2F";
    for (form, bank, host) in [
        (
            &[("institution_id", "sim-standard")][..],
            "Standard Test Bank",
            "portal.standard-test-bank.example",
        ),
        (&[("requested_name", "Rare"), ("portal_url", portal)][..], "Unlisted Bank", "rare-bank.example"),
    ] {
        let connection = start(form)["connection"].clone();
        let id = connection["id"].as_str().unwrap();
        let page = browse(&address(&format!("/connections/{id}/setup")), &session, None);
        assert!(page.body.contains(host), "the page names the bank's own address: {page:?}");
        let link = format!("/bank/demo/bank-portal/{id}");
        assert!(page.body.contains(&format!("href=\"{link}\"")), "{page:?}");
        let to = browse(&address(link.strip_prefix("/bank").unwrap()), "", None).goes_to().to_owned();
        assert!(to.starts_with(&format!("{}bank/", demo.simulator)), "{to}");
        let administration = browse(&to, "", None);
        assert_eq!(administration.status, 200);
        assert!(administration.body.contains(bank), "{administration:?}");
    }
    assert_eq!(browse(&address("/demo/bank-portal/conn_none"), "", None).status, 404);
}

#[test]
fn the_demo_takes_nothing_from_the_settings_of_serve() {
    let data = tempfile::tempdir().unwrap();
    let args = ["demo", "--port", "0", "--sim-port", "0", "--data", data.path().to_str().unwrap()];
    let settings = [
        ("WAYCORE_API_KEY", "way_live_real"),
        ("WAYCORE_BASE_URL", "nonsense"),
        ("CONNECT_DATABASE_URL", "postgres://localhost/real"),
        ("CONNECT_JWT_KEY", "-----BEGIN"),
        ("CONNECT_PUBLIC_URL", "nonsense"),
    ];
    let mut program = Program::start(&args, &settings);
    assert!(program.line().starts_with("Waycore Connect demo: http://127.0.0.1:"));
}

#[test]
fn a_folder_or_port_in_use_is_one_sentence() {
    let data = tempfile::tempdir().unwrap();
    let demo = start(data.path(), &[]);
    let folder = data.path().to_str().unwrap();
    let refusal = Program::finished(&["demo", "--port", "0", "--sim-port", "0", "--data", folder], &[]);
    assert_eq!(
        refusal.err,
        format!("The folder {folder} is in use by another demo: choose another with --data.\n")
    );
    let port = demo.connect.strip_prefix("http://127.0.0.1:").unwrap().trim_end_matches('/').to_owned();
    let other = tempfile::tempdir().unwrap();
    let other = other.path().to_str().unwrap();
    let refusal = Program::finished(&["demo", "--port", &port, "--sim-port", "0", "--data", other], &[]);
    assert_eq!(refusal.err, format!("Port {port} of 127.0.0.1 is in use: choose another with --port.\n"));
    assert!(!refusal.success);
    assert_eq!(refusal.out, "");
}

#[cfg(unix)]
#[test]
fn the_demos_key_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let data = tempfile::tempdir().unwrap();
    let demo = start(data.path(), &[]);
    let key = data.path().join("secret.key");
    let mode = std::fs::metadata(&key).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let first = std::fs::read(&key).unwrap();
    assert!(demo.program.end("TERM").success());
    start(data.path(), &[]);
    assert_eq!(std::fs::read(&key).unwrap(), first, "a second run keeps people signed in");
}

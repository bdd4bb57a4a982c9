//! A restart finds everything as it was, and a file that cannot be trusted is refused.

use std::{fs, path::Path};

use rstest::rstest;
use serde_json::json;
use waycore_sim::{SimOptions, Simulator};

use crate::support::{Host, simulator};

/// A second process with the same file: another simulator, the same organization and key.
fn restarted(host: Host, path: &Path) -> Host {
    let Host { organization_id, key, simulator: first, router } = host;
    drop((first, router));
    let simulator = simulator(Some(path.to_owned()));
    Host { router: simulator.router(), simulator, organization_id, key }
}

#[tokio::test]
async fn a_restart_finds_connections_keys_and_time_as_they_were() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("not-made-yet").join("sim.json");
    let host = Host::of(simulator(Some(path.clone()))).await;
    let demo = host.simulator.ensure_organization("demo");
    let entity = host.entity("acme").await;
    let (one, two) =
        (host.connection(&entity, "sim-standard").await, host.connection(&entity, "sim-instant").await);
    host.complete(&one).await.json(200);
    host.advance(10.0).await;
    host.overrule(&two, json!({ "status": "paused" })).await;
    let (before_one, before_two) = (host.read(&one).await, host.read(&two).await);
    let clock = format!("clock?organizationId={}", host.organization_id);
    let time = host.control("GET", &clock, json!({})).await.json(200);

    let host = restarted(host, &path);
    assert_eq!(host.simulator.ensure_organization("demo"), demo);
    assert_eq!(host.control("GET", &clock, json!({})).await.json(200), time);
    assert_eq!((host.read(&one).await, host.read(&two).await), (before_one, before_two));
    host.advance(10.0).await;
    assert_eq!(host.state(&one).await, "ready/active/syncing", "time goes on where it was");

    let newer = host.connection(&host.entity("globex").await, "sim-standard").await;
    let listed = host.get("/v1/connections").await.json(200);
    assert_eq!(crate::support::column(&listed, "id"), [newer, two, one], "the order goes on, too");
}

#[tokio::test]
async fn an_answered_change_is_on_the_disk_without_a_last_save() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sim.json");
    let host = Host::of(simulator(Some(path.clone()))).await;
    let connection = host.new_connection("sim-standard").await;
    let content = fs::read_to_string(&path).expect("the file");
    assert!(content.contains(&connection), "{content}");
    assert!(!folder.path().join("sim.json.new").exists());
}

/// As after a kill: the world is read from a copy of the file, made while the first simulator still runs.
#[tokio::test]
async fn what_time_did_to_a_connection_is_on_the_disk_once_it_was_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sim.json");
    let options = SimOptions { speed: 500.0, state: Some(path.clone()), ..SimOptions::default() };
    let host = Host::of(Simulator::new(options).expect("a simulator")).await;
    let connection = host.new_connection("sim-standard").await;
    host.complete(&connection).await.json(200);
    while host.state(&connection).await != "ready/active/idle" {}
    let shown = host.read(&connection).await;

    let copy = folder.path().join("copy.json");
    fs::copy(&path, &copy).expect("a copy");
    let second = simulator(Some(copy));
    let host = Host { router: second.router(), simulator: second, ..host };
    assert_eq!(host.read(&connection).await, shown);
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sim.json");
    Host::of(simulator(Some(path.clone()))).await;
    let mode = fs::metadata(&path).expect("the file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn passwords_are_not_in_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sim.json");
    let host = Host::of(simulator(Some(path.clone()))).await;
    let connection = host.new_connection("sim-standard").await;
    let credentials = json!({ "password": "correct horse", "bankUsername": "wc-1" });
    host.put(&format!("/v1/connections/{connection}/credentials"), credentials).await.json(200);
    let content = fs::read_to_string(&path).expect("the file");
    assert!(!content.contains("correct horse") && !content.contains("wc-1"), "{content}");
}

#[tokio::test]
async fn a_file_cut_at_any_place_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sim.json");
    Host::of(simulator(Some(path.clone()))).await.new_connection("sim-standard").await;
    let whole = fs::read(&path).expect("the file");
    for length in (0..whole.len()).step_by(97) {
        let torn = folder.path().join("torn.json");
        fs::write(&torn, &whole[..length]).expect("a file");
        refused(&torn, "is torn or damaged");
        assert_eq!(fs::read(&torn).expect("the file").len(), length);
    }
}

#[rstest]
#[case(r#"{"any":"thing"}"#, "is not a state file of this simulator")]
#[case(r#"[1,2,3]"#, "is not a state file of this simulator")]
#[case(r#"{"what":"waycore-sim state","schema":99}"#, "has schema 99 and this version reads schema 2")]
#[case(r#"{"what":"waycore-sim state","schema": 2}"#, "is torn or damaged")]
fn a_foreign_file_is_refused_in_one_sentence(#[case] content: &str, #[case] sentence: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sim.json");
    fs::write(&path, content).expect("a file");
    refused(&path, sentence);
    assert_eq!(fs::read_to_string(&path).expect("the file"), content);
}

#[test]
fn a_place_that_cannot_be_written_is_found_at_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    fs::write(&file, "").expect("a file");
    refused(&file.join("sim.json"), "the state file");
}

#[test]
fn a_speed_that_is_none_is_refused() {
    for speed in [-1.0, f64::NAN] {
        let error = Simulator::new(SimOptions { speed, ..SimOptions::default() }).err().expect("a refusal");
        assert_eq!(error.to_string(), "the speed must be a number from 0 to 1000000");
    }
}

#[track_caller]
fn refused(path: &Path, sentence: &str) {
    let options = SimOptions { speed: 0.0, state: Some(path.to_owned()), ..SimOptions::default() };
    let error = Simulator::new(options).err().expect("a refusal").to_string();
    assert!(error.contains(sentence), "{error}");
    assert!(error.contains(path.to_str().expect("a path")), "{error}");
    assert!(!error.contains('\n'), "{error}");
}

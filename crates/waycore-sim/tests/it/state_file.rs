//! A restart finds everything as it was, and a file that cannot be trusted is refused.

use std::{fs, path::Path};

use rstest::rstest;
use serde_json::{Value, json};
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
async fn a_byte_order_mark_before_the_state_is_skipped() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sim.json");
    let host = Host::of(simulator(Some(path.clone()))).await;
    let connection = host.new_connection("sim-standard").await;
    let (organization_id, key) = (host.organization_id.clone(), host.key.clone());
    drop(host);
    let marked = ["\u{feff}".as_bytes(), &fs::read(&path).expect("the file")].concat();
    fs::write(&path, marked).expect("it is written");
    let simulator = simulator(Some(path));
    let host = Host { router: simulator.router(), simulator, organization_id, key };
    assert_eq!(host.state(&connection).await, "setup/draft");
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
    for length in (1..whole.len()).step_by(97) {
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
#[case("\0", "is torn or damaged")]
fn a_foreign_file_is_refused_in_one_sentence(#[case] content: &str, #[case] sentence: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sim.json");
    fs::write(&path, content).expect("a file");
    refused(&path, sentence);
    assert_eq!(fs::read_to_string(&path).expect("the file"), content);
}

#[rstest]
#[case("")]
#[case(" \n")]
#[case("\u{feff}\n")]
#[tokio::test]
async fn an_empty_file_is_a_new_one(#[case] content: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sim.json");
    fs::write(&path, content).expect("a file");
    let host = Host::of(simulator(Some(path.clone()))).await;
    let connection = host.new_connection("sim-standard").await;
    assert_eq!(restarted(host, &path).state(&connection).await, "setup/draft");
}

/// Loads a world with one connection from a file that was changed by hand.
async fn damaged(change: impl FnOnce(&mut Value)) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sim.json");
    Host::of(simulator(Some(path.clone()))).await.new_connection("sim-standard").await;
    let mut state = serde_json::from_slice(&fs::read(&path).expect("the file")).expect("JSON");
    change(&mut state);
    fs::write(&path, state.to_string()).expect("a file");
    refused(&path, "is torn or damaged")
}

#[tokio::test]
async fn what_is_damaged_is_named_by_its_place_in_the_file() {
    let place = "/organizations/0/organization/books/test/connections/items/1/created_at";
    let error = damaged(|state| *state.pointer_mut(place).expect("a time") = json!("yesterday")).await;
    let named = "organizations[0].organization.books.test.connections.items.1.created_at";
    assert!(error.contains(named), "{error}");
    let error = damaged(|state| {
        let organizations = state["organizations"].as_array_mut().expect("a list");
        organizations.push(organizations[0].clone());
    });
    assert!(error.await.contains("is in it twice"));
}

#[cfg(unix)]
mod links {
    use std::os::unix::fs::symlink;

    use super::*;

    #[tokio::test]
    async fn a_link_stays_a_link_whether_it_leads_to_a_file_yet_or_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let (target, middle, link) = (
            folder.path().join("data/real.json"),
            folder.path().join("middle"),
            folder.path().join("sim.json"),
        );
        symlink("data/real.json", &middle).expect("a link");
        symlink(&middle, &link).expect("a link");
        for _ in 0..2 {
            let host = Host::of(simulator(Some(link.clone()))).await;
            let connection = host.new_connection("sim-standard").await;
            drop(host);
            for path in [&link, &middle] {
                assert!(fs::symlink_metadata(path).expect("a link").is_symlink(), "{path:?}");
            }
            let content = fs::read_to_string(&target).expect("the file behind the links");
            assert!(content.contains(&connection), "{content}");
        }
    }

    #[test]
    fn links_in_a_circle_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let link = folder.path().join("sim.json");
        symlink(&link, &link).expect("a link");
        refused(&link, "cannot be read");
    }

    #[test]
    fn two_names_of_a_file_have_one_lock() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, link) = (folder.path().join("real.json"), folder.path().join("sim.json"));
        symlink(&file, &link).expect("a link");
        let _first = simulator(Some(file));
        refused(&link, "is in use by another simulator");
    }
}

#[test]
fn what_is_no_file_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    refused(folder.path(), "is a folder or a device");
    #[cfg(unix)]
    refused(Path::new("/dev/null"), "is a folder or a device");
}

#[tokio::test]
async fn a_file_has_one_simulator_at_a_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sim.json");
    let host = Host::of(simulator(Some(path.clone()))).await;
    let connection = host.new_connection("sim-standard").await;
    let error = refused(&path, "is in use by another simulator");
    assert!(error.contains(&format!("process {}", std::process::id())), "{error}");
    assert_eq!(host.state(&connection).await, "setup/draft", "the first goes on");
    assert_eq!(restarted(host, &path).state(&connection).await, "setup/draft");
}

#[tokio::test]
async fn a_place_is_never_given_to_a_second_object_whatever_the_file_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sim.json");
    let host = Host::of(simulator(Some(path.clone()))).await;
    let kept = host.new_connection("sim-standard").await;
    let Host { organization_id, key, simulator: first, router } = host;
    drop((first, router));
    let mut state: Value = serde_json::from_slice(&fs::read(&path).expect("the file")).expect("JSON");
    state["organizations"][0]["organization"]["books"]["test"]["connections"]["next"] = json!(1);
    fs::write(&path, state.to_string()).expect("a file");
    let simulator = simulator(Some(path));
    let host = Host { router: simulator.router(), simulator, organization_id, key };
    host.connection(&host.entity("globex").await, "sim-standard").await;
    assert_eq!(host.state(&kept).await, "setup/draft");
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

/// The one sentence of the refusal.
#[track_caller]
fn refused(path: &Path, sentence: &str) -> String {
    let options = SimOptions { speed: 0.0, state: Some(path.to_owned()), ..SimOptions::default() };
    let error = Simulator::new(options).err().expect("a refusal").to_string();
    assert!(error.contains(sentence), "{error}");
    assert!(error.contains(path.to_str().expect("a path")), "{error}");
    assert!(!error.contains('\n'), "{error}");
    error
}

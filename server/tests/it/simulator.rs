//! `sim` as a team starts it.

use crate::program::Program;

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

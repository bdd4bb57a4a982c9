//! Reads how many tests `cargo test` ran.

use super::tally::Tally;

/// Adds up the closing lines of all test programs in the output of one `cargo test`.
pub(super) fn count(output: &str) -> Tally {
    let mut total = Tally::default();
    for line in output.lines() {
        if let Some(tally) = closing_line(line) {
            total += tally;
        }
    }
    total
}

/// `test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s`
fn closing_line(line: &str) -> Option<Tally> {
    let (_verdict, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let number_of = |what: &str| {
        counts.split("; ").find_map(|part| part.strip_suffix(what)?.trim_end().parse::<usize>().ok())
    };
    Some(Tally { passed: number_of("passed")?, failed: number_of("failed")? })
}

#[cfg(test)]
mod tests {
    use super::{Tally, count};

    #[track_caller]
    fn check(output: &str, passed: usize, failed: usize) {
        assert_eq!(count(output), Tally { passed, failed });
    }

    #[test]
    fn the_closing_lines_of_all_programs_are_added_up() {
        check("", 0, 0);
        check(
            "running 2 tests\ntest a ... ok\ntest b ... ok\n\n\
             test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\n\
             running 3 tests\n\
             test result: FAILED. 10 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out; finished in 1.00s\n",
            12,
            1,
        );
    }

    #[test]
    fn what_a_test_prints_is_not_taken_for_a_count() {
        check("12 passed; 0 failed\nsaid: test result: ok. 1 passed; 0 failed;\n", 0, 0);
    }
}

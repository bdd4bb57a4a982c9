//! Words with a few letters wrong.

use domain::typo::{Comparison, LONGEST_WORD, is_one_edit, letters_wrong};
use proptest::prelude::*;

fn chars(text: &str) -> Vec<char> {
    text.chars().collect()
}

#[test]
fn a_word_may_be_misspelt_the_more_the_longer_it_is() {
    for (typed, known, wrong) in [
        ("harbor", "harbor", Some(0)),
        ("harb", "harbor", Some(0)),
        ("harobr", "harbor", Some(1)),
        ("hrbor", "harbor", Some(1)),
        ("haarbor", "harbor", Some(1)),
        ("hrbr", "harbor", None),
        ("savnigs", "savings", Some(1)),
        ("nortwhidn", "northwind", Some(2)),
        ("notrhwnid", "northwind", Some(2)),
        ("xxxthwind", "northwind", None),
        ("abc", "abd", None),
        ("abc", "abcdef", Some(0)),
        ("", "", Some(0)),
    ] {
        assert_eq!(letters_wrong(&chars(typed), &chars(known)), wrong, "{typed} {known}");
    }
    let long = "a".repeat(LONGEST_WORD + 1);
    assert_eq!(letters_wrong(&chars(&long), &chars(&long)), None);
}

#[test]
fn one_edit_is_one_letter() {
    for (one, other, expected) in [
        ("bank", "bnak", true),
        ("bank", "bak", true),
        ("bank", "banks", true),
        ("bank", "bonk", true),
        ("bank", "bank", false),
        ("bank", "bnka", false),
        ("", "a", true),
        ("aa", "aaa", true),
        ("ab", "ba", true),
        ("abcd", "badc", false),
    ] {
        assert_eq!(is_one_edit(&chars(one), &chars(other)), expected, "{one} {other}");
        assert_eq!(is_one_edit(&chars(other), &chars(one)), expected, "{other} {one}");
    }
}

/// The distance as it is defined, over the whole table.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut table = vec![vec![0; other.len() + 1]; one.len() + 1];
    for i in 0..=one.len() {
        for j in 0..=other.len() {
            table[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let replaced = table[i - 1][j - 1] + usize::from(one[i - 1] != other[j - 1]);
                let swapped = i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
                let swapped = if swapped { table[i - 2][j - 2] + 1 } else { usize::MAX };
                replaced.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1).min(swapped)
            };
        }
    }
    table[one.len()][other.len()]
}

/// How many letters are wrong as it is defined.
fn wrong(typed: &[char], known: &[char]) -> Option<usize> {
    let allowed = [0, 0, 0, 0, 1, 1, 1, 1, 2].get(typed.len()).copied().unwrap_or(2);
    let begun = known.get(..typed.len()).unwrap_or(known);
    Some(distance(typed, known).min(distance(typed, begun))).filter(|wrong| *wrong <= allowed)
}

proptest! {
    #[test]
    fn a_bounded_comparison_finds_what_a_whole_one_does(typed in "[ab]{0,10}", known in "[abc]{0,12}") {
        let (typed, known) = (chars(&typed), chars(&known));
        prop_assert_eq!(letters_wrong(&typed, &known), wrong(&typed, &known));
        prop_assert_eq!(is_one_edit(&typed, &known), distance(&typed, &known) == 1);
    }

    #[test]
    fn many_words_one_after_the_other_are_compared_like_each_alone(
        typed in "[ab]{0,10}", mut words in proptest::collection::vec("[abc]{0,12}", 0..20)
    ) {
        let typed = chars(&typed);
        words.sort();
        let mut comparison = Comparison::of(&typed).unwrap();
        let mut before = Vec::new();
        for word in words {
            let word = chars(&word);
            let shared = word.iter().zip(&before).take_while(|(one, other)| one == other).count();
            comparison.go_on(&word, shared);
            prop_assert_eq!(comparison.letters_wrong(word.len()), wrong(&typed, &word));
            before = word;
        }
    }
}

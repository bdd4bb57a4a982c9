//! How names are compared.

use domain::folding::{compose, fold, fold_letter};
use proptest::prelude::*;

#[test]
fn a_name_is_the_same_however_it_is_encoded() {
    for (name, others) in [
        ("O'Brien", &["O’Brien", "O‘Brien", "O´Brien", "O`Brien", "O′Brien", "Oʼbrien", "o＇BRIEN"][..]),
        // As Greek, Armenian and Hebrew have them, and letters that look like one.
        (
            "O'Brien",
            &["O\u{1fbd}Brien", "O\u{1fbf}Brien", "O\u{1ffe}Brien", "O\u{384}Brien", "O\u{1ffd}Brien"],
        ),
        (
            "O'Brien",
            &["O\u{1fef}Brien", "O\u{374}Brien", "O՚Brien", "O׳Brien", "OꞌBrien", "OꞋBrien", "Oʾbrien"],
        ),
        ("\"Harbor\" Bank", &["“Harbor” Bank", "„Harbor“ Bank", "«Harbor» Bank", "″Harbor″ Bank"]),
        (
            "\"Q\" Bank",
            &["「Q」 Bank", "『Q』 Bank", "｢Q｣ Bank", "﹁Q﹂ Bank", "❝Q❞ Bank", "˝Q˝ Bank", "ˮQ〟 Bank"],
        ),
        (
            "Smith-Jones",
            &[
                "Smith‐Jones",
                "Smith‑Jones",
                "Smith–Jones",
                "Smith—Jones",
                "Smith−Jones",
                "Smith－Jones",
                "Smith﹘Jones",
            ],
        ),
        (
            "a-b",
            &[
                "a\u{1806}b",
                "a\u{2e17}b",
                "a\u{30a0}b",
                "a\u{10ead}b",
                "a\u{58a}b",
                "a\u{1400}b",
                "a\u{2e40}b",
            ],
        ),
        (
            "a-b",
            &["a\u{207b}b", "a\u{208b}b", "a\u{fe31}b", "a\u{2e1a}b", "a\u{2e5d}b", "a\u{5be}b", "a\u{2d7}b"],
        ),
        ("a~b", &["a\u{301c}b", "a～b", "a\u{2dc}b", "a\u{223c}b", "a\u{3030}b", "a\u{2053}b"]),
        ("a·b", &["a・b", "a･b", "a\u{387}b", "a∙b", "a⋅b", "a•b", "a‧b"]),
        ("Société Générale", &["Socie\u{301}te\u{301} Ge\u{301}ne\u{301}rale", "SOCIÉTÉ GÉNÉRALE"]),
        (
            "Zürcher Bank",
            &[
                "Zu\u{308}rcher\u{a0}Bank",
                " zürcher \u{2003} BANK\n",
                "Zürcher\u{200b} Bank",
                "Zür\u{ad}cher Bank",
            ],
        ),
        ("Große Straße", &["GROSSE STRASSE", "grosse straße", "GROẞE STRAẞE"]),
        ("İstanbul", &["istanbul", "ISTANBUL"]),
        ("Σίσυφος", &["ΣΊΣΥΦΟΣ", "σίσυφοσ"]),
        ("ABC Bank 1", &["ＡＢＣ　Ｂａｎｋ　１", "ABC Bank ①"]),
        ("Finance", &["ﬁnance"]),
        ("A/B", &["A⁄B", "A∕B", "A／B", "A⧸B"]),
        ("Å", &["\u{212b}", "A\u{30a}"]),
        ("한글", &["\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}"]),
    ] {
        for other in others {
            assert_eq!(fold(other), fold(name), "{other:?}");
        }
    }
}

#[test]
fn names_that_differ_stay_different() {
    for (one, other) in [
        ("Harbor Bank", "HarborBank"),
        ("Société", "Societe"),
        ("O'Brien", "OBrien"),
        ("Smith-Jones", "Smith Jones"),
        ("Bank 1", "Bank l"),
        ("", "a"),
    ] {
        assert_ne!(fold(one), fold(other), "{one:?} {other:?}");
    }
}

#[test]
fn letters_keep_their_places() {
    assert_eq!("O’BRIEN–İ".chars().map(fold_letter).collect::<String>(), "o'brien-i");
    assert_eq!(compose("e\u{301}"), "é");
}

#[test]
fn a_letter_is_the_same_in_every_case_and_folded_once_or_twice() {
    // All but those of which none has another form: of China, Korea, and of before our time.
    let letters = ('\0'..='\u{33ff}').chain('\u{a4d0}'..='\u{abff}').chain('\u{f900}'..='\u{11fff}');
    let letters = letters.chain('\u{16d00}'..='\u{16fff}').chain('\u{1cc00}'..='\u{1f2ff}');
    let letters: Vec<char> = letters.filter(|c| !c.is_whitespace()).collect();
    // Many at a time, with a sign between them that no letter joins.
    for letters in letters.chunks(1_024) {
        let with = |case: fn(&char) -> String| letters.iter().map(case).collect::<Vec<_>>().join("|");
        let folded = fold(&with(char::to_string));
        assert_eq!(fold(&folded), folded);
        assert_eq!(fold(&with(|c| c.to_lowercase().collect())), folded);
        assert_eq!(fold(&with(|c| c.to_uppercase().collect())), folded);
    }
}

proptest! {
    #[test]
    fn folding_twice_is_folding_once(name in any::<String>()) {
        let folded = fold(&name);
        prop_assert_eq!(fold(&folded), folded);
    }
}

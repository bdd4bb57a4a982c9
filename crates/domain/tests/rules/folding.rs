//! How names are compared.

use domain::folding::{compose, fold, fold_letter};
use proptest::prelude::*;

#[test]
fn a_name_is_the_same_however_it_is_encoded() {
    for (name, others) in [
        ("O'Brien", &["O’Brien", "O‘Brien", "O´Brien", "O`Brien", "O′Brien", "Oʼbrien", "o＇BRIEN"][..]),
        ("\"Harbor\" Bank", &["“Harbor” Bank", "„Harbor“ Bank", "«Harbor» Bank", "″Harbor″ Bank"]),
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
        ("Große Straße", &["GROSSE STRASSE", "grosse straße"]),
        ("İstanbul", &["istanbul", "ISTANBUL"]),
        ("Σίσυφος", &["ΣΊΣΥΦΟΣ", "σίσυφοσ"]),
        ("ABC Bank 1", &["ＡＢＣ　Ｂａｎｋ　１", "ABC Bank ①"]),
        ("Finance", &["ﬁnance"]),
        ("A/B", &["A⁄B", "A∕B", "A／B"]),
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

proptest! {
    #[test]
    fn folding_twice_is_folding_once(name in any::<String>()) {
        let folded = fold(&name);
        prop_assert_eq!(fold(&folded), folded);
    }
}

//! Which part of a bank's name or domain is what somebody typed.
//!
//! It is found here for both ways to search, so that the browser has only to write it.

use domain::bank_choice::SearchText;
use domain::folding::{compose, fold_letter};
use domain::typo;

/// A text in parts, every second of which was typed; the first may be empty. No parts: nothing of it was typed.
pub type Parts = Vec<String>;

/// The parts of a bank's name, or of its domain: of the domain where an address was typed, or where the name has nothing
/// of it. The work is bounded by the longest search text and by [`LONGEST_NAME`].
pub fn parts(name: &str, domain: &str, typed: &SearchText) -> (Parts, Parts) {
    let (name, domain) = (compose(name), compose(domain));
    if name.len().max(domain.len()) > LONGEST_NAME {
        return (Vec::new(), Vec::new());
    }
    let typed = letters(typed.as_str());
    let in_name = split(&name, &ranges(&letters(&name), &typed));
    let in_domain = split(&domain, &Vec::from_iter(find(&letters(&domain), host(&typed))));
    let address = typed.contains(&'.') && !typed.iter().any(|letter| letter.is_whitespace());
    match in_name.is_empty() || (address && !in_domain.is_empty()) {
        true => (Vec::new(), in_domain),
        false => (in_name, Vec::new()),
    }
}

/// Longest name, in bytes, in which something is marked.
const LONGEST_NAME: usize = 400;

/// As names are compared, letter by letter, so that each stays in its place.
fn letters(text: &str) -> Vec<char> {
    text.chars().map(fold_letter).collect()
}

/// From a letter to the one after the last.
type Range = (usize, usize);

/// Where all that was typed stands in one place; else where each word of it begins a word, or was meant to.
fn ranges(text: &[char], typed: &[char]) -> Vec<Range> {
    if let Some(whole) = find(text, typed) {
        return vec![whole];
    }
    let words = typed.split(|letter| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let words = words.take(SearchText::MOST_WORDS);
    let found = words.filter_map(|word| begin_of_word(text, word).or_else(|| meant_word(text, word)));
    let mut found: Vec<Range> = found.collect();
    found.sort_unstable();
    // Of two words that begin the same one, the longer counts.
    found.reverse();
    found.dedup_by_key(|(begin, _)| *begin);
    found.reverse();
    found
}

fn find(text: &[char], typed: &[char]) -> Option<Range> {
    let begin = text.windows(typed.len().max(1)).position(|part| part == typed)?;
    Some((begin, begin + typed.len()))
}

fn begin_of_word(text: &[char], word: &[char]) -> Option<Range> {
    let begins = |at: &usize| *at == 0 || text.get(at - 1).is_some_and(|before| !before.is_alphanumeric());
    let fits = |at: &usize| text.get(*at..).is_some_and(|rest| rest.starts_with(word));
    let begin = (0..text.len()).filter(begins).find(fits)?;
    Some((begin, begin + word.len()))
}

/// The word that was meant, typos and all: the one with the fewest wrong letters.
fn meant_word(text: &[char], typed: &[char]) -> Option<Range> {
    let begins = (0..text.len()).filter(|at| is_letter(text, *at) && (*at == 0 || !is_letter(text, *at - 1)));
    let words = begins.map(|begin| {
        let length = text.iter().skip(begin).take_while(|letter| letter.is_alphanumeric()).count();
        (begin, begin + length)
    });
    let wrong = |(begin, end): &Range| typo::letters_wrong(typed, text.get(*begin..*end)?);
    words.filter_map(|word| Some((wrong(&word)?, word))).min().map(|(_, word)| word)
}

fn is_letter(text: &[char], at: usize) -> bool {
    text.get(at).is_some_and(|letter| letter.is_alphanumeric())
}

/// The host in a pasted address; all of any other text.
fn host(typed: &[char]) -> &[char] {
    let scheme = find(typed, &['/', '/']).map_or(0, |(_, end)| end);
    let rest = typed.get(scheme..).unwrap_or_default();
    let rest = rest.strip_prefix(&['w', 'w', 'w', '.']).unwrap_or(rest);
    rest.split(|letter| matches!(letter, '/' | '?' | '#' | ':')).next().unwrap_or_default()
}

fn split(text: &str, ranges: &[Range]) -> Parts {
    let text: Vec<char> = text.chars().collect();
    let mut parts = Parts::new();
    let mut done = 0;
    for (begin, end) in ranges {
        for part in [done..*begin, *begin..*end] {
            parts.push(text.get(part).unwrap_or_default().iter().collect());
        }
        done = *end;
    }
    if !parts.is_empty() {
        parts.push(text.get(done..).unwrap_or_default().iter().collect());
    }
    parts
}

#[cfg(test)]
mod tests {
    use domain::bank_choice::SearchText;

    use super::{LONGEST_NAME, Parts};

    fn parts(name: &str, domain: &str, typed: &str) -> (Parts, Parts) {
        super::parts(name, domain, &SearchText::parse(typed).expect(typed))
    }

    #[track_caller]
    fn check(typed: &str, name: &str, marked: &[&str]) {
        assert_eq!(parts(name, "portal.harbor.example", typed), (own(marked), Vec::new()), "{typed}");
    }

    fn own(parts: &[&str]) -> Vec<String> {
        parts.iter().map(|part| (*part).to_owned()).collect()
    }

    #[test]
    fn what_was_typed_is_found_in_a_name() {
        check("rbor SAV", "Harbor Savings", &["Ha", "rbor Sav", "ings"]);
        check("savings harbor", "Harbor Savings", &["", "Harbor", " ", "Savings", ""]);
        check("sav  h", "Harbor Savings", &["", "H", "arbor ", "Sav", "ings"]);
        check("har harbor", "Harbor Savings", &["", "Harbor", " Savings"]);
        check("ÉTOILE", "Banque de l'Étoile", &["Banque de l'", "Étoile", ""]);
        check("istanbul", "Garanti İSTANBUL", &["Garanti ", "İSTANBUL", ""]);
        check("harbor svaings", "Harbor Savings", &["", "Harbor", " ", "Savings", ""]);
        check("harobr", "Old Harbor Trust", &["Old ", "Harbor", " Trust"]);
        // What cannot be meant is not marked.
        check("harbor brokers", "Harbor Savings", &["", "Harbor", " Savings"]);
        check("st. harbor", "St. Harbor", &["", "St. Harbor", ""]);
        // As it looks, not as it is encoded.
        check("o'brien", "Bank O’Brien", &["Bank ", "O’Brien", ""]);
        check("e\u{301}toile", "L'\u{c9}toile", &["L'", "Étoile", ""]);
        check("étoile", "L'E\u{301}toile", &["L'", "Étoile", ""]);
    }

    #[test]
    fn nothing_is_marked_in_a_name_that_is_too_long() {
        let long = "harbor ".repeat(LONGEST_NAME / 7 + 1);
        assert_eq!(parts(&long, "harbor.example", "harbor"), (Vec::new(), Vec::new()));
    }

    #[test]
    fn what_was_typed_is_found_in_a_domain_where_the_name_has_none_of_it() {
        for (typed, marked) in [
            ("harbor.example", &["portal.", "harbor.example", ""][..]),
            ("https://portal.harbor.example:443/login?x", &["", "portal.harbor.example", ""]),
            ("WWW.harbor.EXAMPLE", &["portal.", "harbor.example", ""]),
            ("https://", &[]),
            ("xyz", &[]),
        ] {
            for name in ["North Bank", "Harbor Savings"] {
                let found = parts(name, "portal.harbor.example", typed);
                assert_eq!(found, (Vec::new(), own(marked)), "{typed}");
            }
        }
    }
}

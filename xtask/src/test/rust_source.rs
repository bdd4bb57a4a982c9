//! Rust sources as a check wants to read them: without comments and without the tests at their end.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::site::files_below;

/// One file's code.
pub(super) struct SourceFile {
    /// Relative to the workspace, with forward slashes.
    pub(super) path: String,
    /// The text with comments blanked out, line for line; literals are kept.
    pub(super) code: String,
}

impl SourceFile {
    /// The line of the first place where `word` stands as a whole word.
    pub(super) fn line_of_word(&self, word: &str) -> Option<usize> {
        let is_part = |character: Option<char>| character.is_some_and(|c| c.is_alphanumeric() || c == '_');
        self.code.match_indices(word).map(|(start, _)| start).find_map(|start| {
            let (before, after) = (&self.code[..start], &self.code[start + word.len()..]);
            let whole = !is_part(before.chars().next_back()) && !is_part(after.chars().next());
            whole.then(|| before.matches('\n').count() + 1)
        })
    }
}

/// The sources below some folders. A folder without any is an error: the check would hold for nothing.
pub(super) fn sources(root: &Path, folders: &[&str]) -> Result<Vec<SourceFile>> {
    let mut found = Vec::new();
    for folder in folders {
        let before = found.len();
        for relative in files_below(&root.join(folder))?.iter().filter(|path| is_product_code(path)) {
            let path = Path::new(folder).join(relative);
            let text = std::fs::read_to_string(root.join(&path))
                .with_context(|| format!("{} cannot be read", path.display()))?;
            found.push(SourceFile { path: slashed(&path), code: code(&text) });
        }
        if found.len() == before {
            bail!("there are no sources below {folder}");
        }
    }
    Ok(found)
}

/// Fails with the first place outside `allowed` where one of `words` stands; otherwise says what was read.
pub(super) fn stand_only_in(sources: &[SourceFile], words: &[&str], allowed: &[&str]) -> Result<String> {
    for file in sources.iter().filter(|file| !allowed.iter().any(|prefix| file.path.starts_with(prefix))) {
        for word in words {
            if let Some(line) = file.line_of_word(word) {
                bail!("{}:{line} names `{word}`", file.path);
            }
        }
    }
    Ok(format!("{} files read", sources.len()))
}

/// Tests may name what the product may not.
fn is_product_code(path: &Path) -> bool {
    let in_tests = path.iter().any(|part| part == "tests" || part == "tests.rs");
    path.extension().is_some_and(|extension| extension == "rs") && !in_tests
}

fn slashed(path: &Path) -> String {
    path.components().collect::<PathBuf>().to_string_lossy().replace('\\', "/")
}

/// Blanks comments and cuts the module of tests that closes a file.
fn code(text: &str) -> String {
    let blanked = without_comments(text);
    let end = blanked.match_indices("#[cfg(test)]").map(|(start, _)| start).find(|start| {
        let rest = blanked[*start..].trim_start_matches("#[cfg(test)]").trim_start();
        rest.starts_with("mod ") && rest.find(['{', ';']).is_some_and(|index| rest[index..].starts_with('{'))
    });
    blanked[..end.unwrap_or(blanked.len())].to_owned()
}

/// Puts a space in the place of each character of a comment; what looks like one in a literal stays.
fn without_comments(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else {
            let length = literal(rest).unwrap_or(first.len_utf8());
            code.push_str(&rest[..length]);
            rest = &rest[length..];
            continue;
        };
        code.extend(rest[..length].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        rest = &rest[length..];
    }
    code
}

/// The length of the string or character literal that `text` starts with.
fn literal(text: &str) -> Option<usize> {
    if text.starts_with('\'') {
        // A lifetime has no closing quote; every form of '"' and '\'' does.
        return ["'\"'", "'\\\"'", "'\\''", "'\\\\'", "'/'"]
            .iter()
            .find(|form| text.starts_with(**form))
            .map(|f| f.len());
    }
    if let Some(raw) = text.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if raw[hashes..].starts_with('"') {
            let close = format!("\"{}", "#".repeat(hashes));
            let start = 1 + hashes + 1;
            return Some(text[start..].find(&close).map_or(text.len(), |end| start + end + close.len()));
        }
    }
    if !text.starts_with('"') {
        return None;
    }
    let mut escaped = false;
    for (index, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(index + 1),
            _ => {}
        }
    }
    Some(text.len())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{SourceFile, code, is_product_code};

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(code(text), expected);
    }

    #[test]
    fn comments_become_blanks_and_lines_keep_their_numbers() {
        check("a // b\nc", "a     \nc");
        check("a /* b\nb */ c", "a     \n     c");
    }

    #[test]
    fn what_looks_like_a_comment_in_a_literal_stays() {
        check(r#""https://a" // b"#, r#""https://a"     "#);
        check(r##"r#"a "// b"# // c"##, r##"r#"a "// b"#     "##);
        check(r"'\'' // a", r"'\''     ");
        check(r#"'"' // a"#, r#"'"'     "#);
    }

    #[test]
    fn a_lifetime_is_no_literal() {
        check("fn a<'a>(b: &'a str) {} // c", "fn a<'a>(b: &'a str) {}     ");
    }

    #[test]
    fn the_tests_at_the_end_are_cut_but_a_module_in_a_file_of_its_own_is_not() {
        check("a\n#[cfg(test)]\nmod tests {\n b }", "a\n");
        check("#[cfg(test)]\nmod tests;\na {}", "#[cfg(test)]\nmod tests;\na {}");
    }

    #[test]
    fn tests_are_not_the_product() {
        assert!(is_product_code(Path::new("onboarding/start.rs")));
        assert!(is_product_code(Path::new("latests/mod.rs")));
        assert!(!is_product_code(Path::new("onboarding/tests.rs")));
        assert!(!is_product_code(Path::new("onboarding/tests/fake.rs")));
        assert!(!is_product_code(Path::new("home.html")));
    }

    #[test]
    fn a_word_is_found_only_whole() {
        let file = SourceFile { path: "a.rs".into(), code: "my_reqwest\nreqwests\n(reqwest::get)".into() };
        assert_eq!(file.line_of_word("reqwest"), Some(3));
        assert_eq!(file.line_of_word("request"), None);
    }
}

//! Names that wasm-bindgen gives to what the glue lends the wasm. Each ends with a hash, which no compression shortens; what
//! matters is only that both files use the same name. Numbers of the same length take their place.

use std::collections::BTreeMap;

/// Begins the name of a function of the browser's.
const PREFIX: &[u8] = b"__wbg_";

/// Hexadecimal digits of a hash.
const DIGITS: usize = 16;

/// The hashes that the glue's names end with, and what takes their place.
pub(crate) fn shorter(glue: &[u8]) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let mut names = BTreeMap::new();
    for start in positions(glue) {
        let name = name_at(glue, start);
        let Some(hash) = name.len().checked_sub(DIGITS).and_then(|at| name.get(at..)) else { continue };
        if hash.iter().all(u8::is_ascii_hexdigit) && !names.contains_key(name) {
            let number = format!("{:0DIGITS$x}", names.len());
            let short = [name.strip_suffix(hash).unwrap_or_default(), number.as_bytes()].concat();
            names.insert(name.to_vec(), short);
        }
    }
    names
}

/// The same file with the other names in it. Nothing moves.
pub(crate) fn renamed(mut content: Vec<u8>, names: &BTreeMap<Vec<u8>, Vec<u8>>) -> Vec<u8> {
    for start in positions(&content) {
        let name = name_at(&content, start);
        // In the wasm the length of what follows may look like a letter.
        let found = (0..=name.len()).rev().find_map(|end| names.get_key_value(name.get(..end)?));
        if let Some((name, short)) = found {
            content.splice(start..start + name.len(), short.iter().copied());
        }
    }
    content
}

/// What may be a name that begins there.
fn name_at(content: &[u8], start: usize) -> &[u8] {
    let rest = content.get(start..).unwrap_or_default();
    let is_over = |byte: &u8| !byte.is_ascii_alphanumeric() && *byte != b'_';
    rest.split(is_over).next().unwrap_or_default()
}

fn positions(content: &[u8]) -> Vec<usize> {
    let windows = content.windows(PREFIX.len()).enumerate();
    windows.filter(|(_, window)| *window == PREFIX).map(|(at, _)| at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_files_use_the_same_shorter_names() {
        let glue =
            b"__wbg_href_a0128fb7c568d8e5: a, __wbg___wbindgen_throw_0123456789abcdef: b, __wbg_init: c, \
                     again(__wbg_href_a0128fb7c568d8e5)";
        let names = shorter(glue);
        assert_eq!(names.len(), 2);
        let glue = String::from_utf8(renamed(glue.to_vec(), &names)).unwrap();
        assert_eq!(
            glue,
            "__wbg_href_0000000000000000: a, __wbg___wbindgen_throw_0000000000000001: b, __wbg_init: c, \
             again(__wbg_href_0000000000000000)"
        );
        let wasm = b"\x1b__wbg_href_a0128fb7c568d8e5A\0\x26__wbg___wbindgen_throw_0123456789abcdef\0";
        let renamed = renamed(wasm.to_vec(), &names);
        assert_eq!(
            renamed,
            b"\x1b__wbg_href_0000000000000000A\0\x26__wbg___wbindgen_throw_0000000000000001\0"
        );
    }
}

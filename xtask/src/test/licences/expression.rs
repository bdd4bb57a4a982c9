//! Licence expressions as packages write them: `(MIT OR Apache-2.0) AND Unicode-3.0`.

/// Whether a licence may be used, given which single ones may. Nonsense may not.
pub(super) fn allows(expression: &str, allowed: &dyn Fn(&str) -> bool) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut words = spaced.split_whitespace().peekable();
    let verdict = any(&mut words, allowed);
    verdict.unwrap_or(false) && words.next().is_none()
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

/// One of several is enough. Every part is read, also when the verdict is known.
fn any(words: &mut Words, allowed: &dyn Fn(&str) -> bool) -> Option<bool> {
    let mut verdict = all(words, allowed)?;
    while words.next_if_eq(&"OR").is_some() {
        verdict |= all(words, allowed)?;
    }
    Some(verdict)
}

fn all(words: &mut Words, allowed: &dyn Fn(&str) -> bool) -> Option<bool> {
    let mut verdict = one(words, allowed)?;
    while words.next_if_eq(&"AND").is_some() {
        verdict &= one(words, allowed)?;
    }
    Some(verdict)
}

fn one(words: &mut Words, allowed: &dyn Fn(&str) -> bool) -> Option<bool> {
    let first = words.next()?;
    if first == "(" {
        let verdict = any(words, allowed)?;
        words.next_if_eq(&")")?;
        return Some(verdict);
    }
    match words.next_if_eq(&"WITH") {
        Some(_) => Some(allowed(&format!("{first} WITH {}", words.next()?))),
        None => Some(allowed(first)),
    }
}

#[cfg(test)]
mod tests {
    use super::allows;

    #[track_caller]
    fn check(expression: &str, expected: bool) {
        let allowed = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"];
        assert_eq!(allows(expression, &|id| allowed.contains(&id)), expected, "{expression}");
    }

    #[test]
    fn expressions_are_judged() {
        check("MIT", true);
        check("GPL-3.0-only", false);
        check("GPL-3.0-only OR MIT", true);
        check("MIT/GPL-3.0-only", true);
        check("MIT AND ISC", true);
        check("MIT AND GPL-3.0-only", false);
        check("(GPL-3.0-only OR MIT) AND ISC", true);
        check("GPL-3.0-only OR MIT AND ISC", true);
        check("Apache-2.0 WITH LLVM-exception", true);
        check("Apache-2.0", false);
    }

    #[test]
    fn nonsense_is_not_allowed() {
        check("", false);
        check("none", false);
        check("MIT MIT", false);
        check("(MIT", false);
        check("MIT OR", false);
    }
}

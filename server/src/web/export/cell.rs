//! The cells of a file for a spreadsheet: a text is never computed, and a number stays one.
//!
//! The file separates by commas, and spreadsheets of some regions separate by semicolons, so that a part of a text becomes a cell
//! of its own there. Quotation marks do not prevent that. So whatever could begin a cell is treated as if it did.

/// What some spreadsheet takes for the beginning of a formula, in half and full width.
const FORMULA: [char; 13] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫', '−'];

/// What may separate one cell from the next, or one line from the next.
const SEPARATORS: [char; 5] = [',', ';', '\t', '\n', '\r'];

/// A text that no spreadsheet computes: an apostrophe stands before what could be a formula.
pub(super) fn text(text: impl Into<String>) -> String {
    let text = text.into();
    if !text.contains(FORMULA) && !text.starts_with(SEPARATORS) {
        return text;
    }
    let mut harmless = String::with_capacity(text.len() + 1);
    // What separates at the very beginning is dropped by some, with what follows it then at the beginning.
    if text.starts_with(['\t', '\r', '\n']) {
        harmless.push('\'');
    }
    let mut begins_cell = true;
    for c in text.chars() {
        if begins_cell && FORMULA.contains(&c) {
            harmless.push('\'');
        }
        let is_skipped = c.is_whitespace() || c == '"' || domain::visible::is_invisible(c);
        begins_cell = SEPARATORS.contains(&c) || is_line_break(c) || begins_cell && is_skipped;
        harmless.push(c);
    }
    harmless
}

/// Decimal text, as it is. Whatever else stands there is a text.
pub(super) fn number(decimal: impl Into<String>) -> String {
    let decimal = decimal.into();
    if is_decimal(&decimal) { decimal } else { text(decimal) }
}

/// A sign, digits, and perhaps a point with digits on one side of it.
fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    is_digits(whole) && is_digits(fraction) && !(whole.is_empty() && fraction.is_empty())
}

fn is_line_break(c: char) -> bool {
    matches!(c, '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_whatever_separates() {
        for (typed, expected) in [
            ("=1+1", "'=1+1"),
            ("+49 30", "'+49 30"),
            ("-cmd", "'-cmd"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("\rx", "'\rx"),
            ("\nx", "'\nx"),
            ("\t=1+1", "'\t'=1+1"),
            ("  =1+1", "  '=1+1"),
            ("\u{200b}=1+1", "\u{200b}'=1+1"),
            // In a spreadsheet that separates by semicolons, or by tabs.
            ("Rent;=1+1;", "Rent;'=1+1;"),
            ("Rent; =1+1", "Rent; '=1+1"),
            ("Rent;\"=1+1\"", "Rent;\"'=1+1\""),
            ("a;b;@x", "a;b;'@x"),
            ("Rent,=1+1", "Rent,'=1+1"),
            ("Rent\t=1+1", "Rent\t'=1+1"),
            ("Rent\n=1+1", "Rent\n'=1+1"),
            ("Rent\r\n-1", "Rent\r\n'-1"),
            ("Rent\u{2028}=1", "Rent\u{2028}'=1"),
            // In full width, as some take them too.
            ("＝1+1", "'＝1+1"),
            ("Rent;＋1", "Rent;'＋1"),
            ("－1", "'－1"),
            ("＠x", "'＠x"),
            ("−1", "'−1"),
            ("Rent = 5", "Rent = 5"),
            ("Rent - may; 2 + 2", "Rent - may; 2 + 2"),
            ("a@b.example", "a@b.example"),
            ("", ""),
        ] {
            assert_eq!(text(typed), expected, "{typed:?}");
        }
    }

    #[test]
    fn a_number_stays_a_number_and_nothing_else_passes_for_one() {
        for decimal in ["12.50", "-12.50", "+12.50", "0", "-0.00", "5.", ".5", "+100"] {
            assert_eq!(number(decimal), decimal);
        }
        for (typed, expected) in [
            ("-1+cmd", "'-1+cmd"),
            ("-1-2", "'-1-2"),
            ("+1.2.3", "'+1.2.3"),
            ("--1", "'--1"),
            ("+", "'+"),
            ("-.", "'-."),
            ("+1;=2", "'+1;'=2"),
            ("-1\n", "'-1\n"),
            ("", ""),
        ] {
            assert_eq!(number(typed), expected, "{typed:?}");
        }
    }
}

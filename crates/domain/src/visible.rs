//! Characters that cannot be seen: one rule for every text that a person types or pastes.
//!
//! They come along when text is copied from a page or a document.
//!
//! - At the ends of a text they are removed, as white space is.
//! - Inside an address they are refused: it is sent exactly as it was typed, and nobody could find the fault.
//! - A name may hold them, because some scripts and emoji need them. A name that shows nothing is refused, and so is one
//!   that changes the direction of the text after it.

/// Whether a character has no glyph: Unicode's `Default_Ignorable_Code_Point` (version 16, `DerivedCoreProperties.txt`),
/// which holds the bidirectional controls; noncharacters; the planes that hold no characters; and besides them what is blank
/// or only stands for something: the blank Braille pattern and hieroglyphs, fillers, a note without a head, annotation and
/// object marks. Private-use characters count as visible: fonts may define them. So do code points of planes 0 to 3 that Unicode
/// has not assigned: browsers draw a box for them, each version of Unicode makes letters of thousands, and no host can hold one
/// (UTS 46). A table of them would add 5 kB to what a browser downloads.
pub fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fdd0}'..='\u{fdef}'
            | '\u{fff0}'..='\u{fffc}'
            | '\u{13430}'..='\u{13442}'
            | '\u{16fe4}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d159}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{40000}'..='\u{effff}'
    ) || u32::from(c) & 0xfffe == 0xfffe
}

/// Whether a character changes the direction of the text after it: embeddings, overrides and isolates.
pub fn is_direction_change(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Removes white space, control characters and what cannot be seen from both ends.
pub fn trim(text: &str) -> &str {
    text.trim_matches(shows_nothing)
}

/// Whether nothing of a text can be seen.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(shows_nothing)
}

/// Whether a text holds a control character, or one that cannot be seen, anywhere but at its ends.
pub fn has_invisible(text: &str) -> bool {
    trim(text).chars().any(|c| c.is_control() || is_invisible(c))
}

fn shows_nothing(c: char) -> bool {
    c.is_whitespace() || c.is_control() || is_invisible(c)
}

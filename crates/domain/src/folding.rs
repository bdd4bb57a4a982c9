//! How two names are compared, wherever names are: a person types what they see, and cannot see how it is encoded.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::CodePointSetData;
use icu_properties::props::Dash;

use crate::visible::is_invisible;

/// A name as it is compared. The same for `O’Brien` and `O'BRIEN`, for every dash, for accents in one character or
/// two, for full-width letters, whatever the spaces and with or without characters that cannot be seen.
pub fn fold(name: &str) -> String {
    let folded = if name.is_ascii() { name.chars().map(plain).collect() } else { fold_unicode(name) };
    let words: Vec<&str> = folded.split_whitespace().collect();
    words.join(" ").to_ascii_lowercase()
}

/// Folds at most `max_chars` characters, and returns at most as many: one character may fold to eighteen.
pub fn fold_at_most(max_chars: usize, typed: &str) -> String {
    let typed: String = typed.chars().take(max_chars).collect();
    fold(&typed).chars().take(max_chars).collect()
}

/// The same text with each accent in its letter (Unicode's normalisation form C).
pub fn compose(text: &str) -> Cow<'_, str> {
    ComposingNormalizerBorrowed::new_nfc().normalize(text)
}

/// One letter as it is compared, where letters have to keep their places.
pub fn fold_letter(c: char) -> char {
    let plain = plain(c);
    plain.to_lowercase().next().unwrap_or(plain)
}

fn fold_unicode(name: &str) -> String {
    let compatible = ComposingNormalizerBorrowed::new_nfkc();
    // Before and after: some signs have a compatible form that is no sign, and of some it is another of these.
    let visible: String = name.chars().filter(|c| !is_invisible(*c)).map(plain).collect();
    let visible: String = compatible.normalize(&visible).chars().map(plain).collect();
    // Uppercasing turns `ß` into `ss` and unifies the sigmas; `ẞ` has no other uppercase form, so lowercase first.
    let capitals = visible.chars().flat_map(char::to_lowercase).flat_map(char::to_uppercase);
    let mut lower: String = capitals.flat_map(char::to_lowercase).collect();
    // The dotted capital I leaves its dot behind.
    let mut is_dotted = false;
    lower.retain(|c| {
        let is_left_behind = is_dotted && c == '\u{307}';
        is_dotted = c == 'i' || is_left_behind;
        !is_left_behind
    });
    compatible.normalize(&lower).chars().map(plain).collect()
}

/// One apostrophe, one quotation mark, one hyphen, one tilde, one middle dot and one slash for all that look like them.
fn plain(c: char) -> char {
    match c {
        '`'
        | '´'
        | 'ʹ'
        | 'ʻ'..='ʿ'
        | 'ˈ'
        | 'ˊ'
        | 'ˋ'
        | '΄'
        | '՚'
        | '׳'
        | 'ߴ'
        | 'ߵ'
        | '᾽'
        | '᾿'
        | '\u{1ffd}'
        | '῾'
        | '‘'..='‛'
        | '′'
        | '‵'
        | '‹'
        | '›'
        | '❛'
        | '❜'
        | 'Ꞌ'
        | 'ꞌ'
        | '＇' => '\'',
        '«'
        | '»'
        | '˝'
        | 'ʺ'
        | 'ˮ'
        | '״'
        | '“'..='‟'
        | '″'
        | '‶'
        | '❝'
        | '❞'
        | '⹂'
        | '「'..='』'
        | '〝'..='〟'
        | '＂' => '"',
        // Dashes that look like waves.
        '˜' | '⁓' | '∼' | '〜' | '〰' => '~',
        '˗' | '⁃' => '-',
        '•' | '‧' | '∙' | '⋅' | '⸱' | '・' | 'ꞏ' => '·',
        '⁄' | '∕' | '⧸' => '/',
        c if !c.is_ascii() && CodePointSetData::new::<Dash>().contains(c) => '-',
        c => c,
    }
}

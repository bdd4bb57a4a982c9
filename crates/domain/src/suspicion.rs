//! What is suspicious about the host of a portal's address, whatever banks there are: a person has to confirm such an address
//! before anything is sent. Whether it imitates a bank's address is found with [`letters`] and [`shape`].

use icu_normalizer::DecomposingNormalizerBorrowed;
use icu_properties::CodePointMapData;
use icu_properties::props::Script;

use crate::portal_url::PortalUrl;

/// Why a host is suspicious.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suspicion {
    /// A number instead of a name, or a name that has one in it and leads there.
    Number,
    /// A name that exists inside of a network only, so that Waycore cannot reach it.
    Private,
    /// Encoded letters (`xn--…`): what they are cannot be read.
    Encoded,
    /// Letters of several alphabets in one name, or letters of another alphabet that all look like Latin ones.
    MixedAlphabets,
}

/// Top-level domains that lead nowhere on the public internet (RFC 6761, RFC 6762, RFC 7686, RFC 9476, and ICANN's `internal`).
const PRIVATE: [&str; 8] = ["local", "localhost", "internal", "lan", "home", "corp", "onion", "alt"];

impl PortalUrl {
    /// Why the host is suspicious by itself.
    pub fn suspicion(&self) -> Option<Suspicion> {
        let host = self.host();
        if self.is_ip_host() || holds_number(&host) {
            return Some(Suspicion::Number);
        }
        let labels: Vec<&str> =
            host.split(['.', '。', '．', '｡']).filter(|label| !label.is_empty()).collect();
        if labels.len() < 2 || labels.last().is_some_and(|last| PRIVATE.contains(last)) {
            return Some(Suspicion::Private);
        }
        if labels.iter().any(|label| label.starts_with("xn--")) {
            return Some(Suspicion::Encoded);
        }
        labels.iter().any(|label| mixes_alphabets(label)).then_some(Suspicion::MixedAlphabets)
    }
}

/// Whether a name has an IPv4 address in it, as public name servers read it: `192.0.2.7.elsewhere.example`,
/// `bank-192-0-2-7.elsewhere.example`, `c0000207.elsewhere.example`. In any base.
fn holds_number(host: &str) -> bool {
    let parts: Vec<&str> = host.split(['.', '-', '。', '．', '｡']).collect();
    let is_byte = |part: &&str| decimal_or_octal(part).is_some_and(|number| number <= 255);
    parts.windows(4).any(|four| four.iter().all(is_byte))
        || parts.into_iter().any(is_whole_address)
        || host.split('.').any(is_hex_address)
}

fn decimal_or_octal(part: &str) -> Option<u32> {
    let octal = part.starts_with('0').then(|| u32::from_str_radix(part, 8).ok()).flatten();
    octal.or_else(|| part.parse().ok())
}

/// Whether a part of a name is a hexadecimal number with its prefix, or an IPv4 address in one number. Fewer than ten digits
/// may be a date or a bank's number.
fn is_whole_address(part: &str) -> bool {
    match part.strip_prefix("0x") {
        Some(digits) => !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit()),
        None => part.len() >= 10 && decimal_or_octal(part).is_some(),
    }
}

/// Whether a whole label is an IPv4 address in eight hexadecimal digits. Letters alone may be a word, and between hyphens such
/// digits are part of an identifier.
fn is_hex_address(label: &str) -> bool {
    label.len() == 8
        && label.bytes().all(|byte| byte.is_ascii_hexdigit())
        && label.bytes().any(|byte| byte.is_ascii_digit())
        && label.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// Whether a label is not of one alphabet, or of one that is used to look like Latin. Japanese, Chinese and Korean are
/// written in several (UTS 39, "highly restrictive").
fn mixes_alphabets(label: &str) -> bool {
    const WRITTEN_TOGETHER: [&[Script]; 3] = [
        &[Script::Latin, Script::Han, Script::Hiragana, Script::Katakana],
        &[Script::Latin, Script::Han, Script::Bopomofo],
        &[Script::Latin, Script::Han, Script::Hangul],
    ];
    let script_of = CodePointMapData::<Script>::new();
    let mut scripts: Vec<Script> = Vec::new();
    for script in label.chars().map(|c| script_of.get(c)) {
        let is_shared = matches!(script, Script::Common | Script::Inherited);
        if !is_shared && !scripts.contains(&script) {
            scripts.push(script);
        }
    }
    match scripts[..] {
        [] | [Script::Latin] => !label.chars().all(is_plain),
        [_] => label.chars().filter(|c| c.is_alphabetic()).all(|c| latin(c).is_some()),
        _ => !WRITTEN_TOGETHER.iter().any(|group| scripts.iter().all(|script| group.contains(script))),
    }
}

/// Letters and digits as a keyboard gives them: not the full-width, mathematical or circled ones, which a browser rewrites.
fn is_plain(c: char) -> bool {
    let mut bytes = [0; 4];
    let text: &str = c.encode_utf8(&mut bytes);
    icu_normalizer::ComposingNormalizerBorrowed::new_nfkc().normalize(text) == text
}

/// A host letter by letter as it looks: without accents, with the Latin letter for each letter that looks like it.
pub fn letters(host: &str) -> Vec<char> {
    let (readable, _) = idna::domain_to_unicode(host);
    let plain = DecomposingNormalizerBorrowed::new_nfkd().normalize(&readable).to_lowercase();
    let is_accent = |c: &char| matches!(c, '\u{300}'..='\u{36f}');
    plain.chars().filter(|c| !is_accent(c)).map(|c| latin(c).unwrap_or(c)).collect()
}

/// What two hosts have in common that look the same at a glance: `rn` and `m`, `0` and `o`, `1`, `i` and `l` are one.
pub fn shape(letters: &[char]) -> String {
    let single = |c: char| match c {
        '0' => 'o',
        '1' | 'i' => 'l',
        '5' => 's',
        c => c,
    };
    let text: String = letters.iter().copied().map(single).collect();
    text.replace("rn", "m").replace("vv", "w").replace("cl", "d")
}

/// The Latin letter that a letter looks like (UTS 39, `confusables.txt`, the ones that make whole words).
fn latin(c: char) -> Option<char> {
    Some(match c {
        'а' | 'ɑ' | 'α' => 'a',
        'Ь' | 'ь' | 'в' => 'b',
        'с' | 'ϲ' => 'c',
        'ԁ' | 'đ' => 'd',
        'е' | 'ҽ' | 'ε' => 'e',
        'ғ' => 'f',
        'ɡ' | 'ց' => 'g',
        'һ' | 'հ' | 'ħ' | 'н' => 'h',
        'і' | 'ı' | 'ι' | 'ɩ' | 'ӏ' => 'i',
        'ј' | 'ϳ' => 'j',
        'к' | 'κ' => 'k',
        'ł' | 'ⅼ' => 'l',
        'м' => 'm',
        'п' | 'ո' | 'η' => 'n',
        'о' | 'ο' | 'օ' | 'ø' | 'σ' => 'o',
        'р' | 'ρ' => 'p',
        'ԛ' | 'զ' => 'q',
        'г' => 'r',
        'ѕ' => 's',
        'т' | 'τ' | 'ŧ' => 't',
        'υ' | 'ս' | 'ц' => 'u',
        'ѵ' | 'ν' => 'v',
        'ԝ' | 'ω' | 'ա' | 'ѡ' | 'ш' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' | 'ү' => 'y',
        'ᴢ' => 'z',
        _ => return None,
    })
}

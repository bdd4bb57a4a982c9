//! Which of Waycore's guides belongs to which bank.

use std::collections::HashMap;

use super::links::Link;
use super::reader::Reader;

/// `CONNECT_GUIDES_FILE`: a TOML file of institution ids and the exact guides that Waycore supplied for them. A bank that
/// is not in it has the general guide.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Guides(HashMap<String, String>);

impl Guides {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.or("CONNECT_GUIDES_FILE", Self::default(), |path| {
            let text = std::fs::read_to_string(path)
                .map_err(|error| format!("names a file that cannot be read: {error}."))?;
            Self::parse(&text)
        })
    }

    /// Reads lines such as `"first-bank" = "https://docs.waycore.com/guides/first-bank"`. `Err` says how a sentence about
    /// the text goes on.
    pub fn parse(text: &str) -> Result<Self, String> {
        let guides: HashMap<String, String> = toml::from_str(text).map_err(|error| {
            format!("is no list such as \"first-bank\" = \"https://…\": {}.", error.message())
        })?;
        for (institution, address) in &guides {
            let https = address.starts_with("https://");
            Link::parse(address)
                .ok()
                .filter(|_| https)
                .ok_or_else(|| format!("has for {institution} what is no https address."))?;
        }
        Ok(Self(guides))
    }

    pub(crate) fn into_inner(self) -> HashMap<String, String> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bank_has_an_https_guide() {
        let guides = Guides::parse(
            "first-bank = \"https://docs.waycore.com/first\"\n\"2 nd\" = \"https://x.example/\"",
        );
        assert_eq!(guides.unwrap().into_inner()["first-bank"], "https://docs.waycore.com/first");
        assert_eq!(Guides::parse(""), Ok(Guides::default()));
        for wrong in [
            "first-bank",
            "first-bank = 7",
            "first-bank = \"http://docs.waycore.com/\"",
            "first-bank = \"javascript:alert(1)\"",
            "first-bank = \"/guides/first\"",
            "first-bank = \"https://user@x.example/\"",
        ] {
            assert!(Guides::parse(wrong).is_err(), "{wrong}");
        }
    }
}

//! The host product's page chrome around the flow.

use super::links::Link;
use super::reader::Reader;

/// How the pages look like the host's own.
///
/// The HTML is put into every page as it is, so it has to be the host's and never a customer's. The pages' content
/// security policy allows no inline style and no script in it, and of foreign addresses those that are named here.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// HTML at the top of the body.
    pub before: String,
    /// HTML at its end.
    pub after: String,
    /// Style sheets, after ours: they win.
    pub style_sheets: Vec<Link>,
    /// From where else these load images and fonts: origins such as `https://cdn.example.com`.
    pub asset_origins: Vec<Link>,
    /// Custom properties; `CONNECT_THEME_FILE`.
    pub theme: Theme,
    /// A picture instead of our name; `CONNECT_LOGO_URL`.
    pub logo: Option<Link>,
    /// The way back into the host's product; `CONNECT_HOME_URL`.
    pub home: Option<Link>,
}

impl Layout {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let theme = reader.or("CONNECT_THEME_FILE", Theme::default(), |path| {
            let text = std::fs::read_to_string(path)
                .map_err(|error| format!("names a file that cannot be read: {error}."))?;
            Theme::parse(&text)
        });
        Some(Self {
            theme: theme?,
            logo: reader.optional("CONNECT_LOGO_URL", Link::parse),
            home: reader.optional("CONNECT_HOME_URL", Link::parse),
            ..Self::default()
        })
    }
}

/// Values for the custom properties that the style sheet documents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Theme(Vec<(String, String)>);

impl Theme {
    /// Reads declarations such as `--connect-accent: #0a6;`, one or more a line, with or without `:root { … }` around
    /// them. `Err` says how a sentence about the text goes on.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = without_comments(text);
        let inner = match text.trim().strip_prefix(":root") {
            Some(block) => block.trim().strip_prefix('{').and_then(|block| block.strip_suffix('}')),
            None => Some(text.trim()),
        };
        let inner = inner.ok_or("opens a block with :root and does not close it.")?;
        let declarations = inner.split(';').map(str::trim).filter(|declaration| !declaration.is_empty());
        declarations.map(declaration).collect::<Result<_, _>>().map(Self)
    }

    /// As a style sheet; `None` without any property.
    pub fn css(&self) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        let declarations: String = self.0.iter().map(|(name, value)| format!("{name}:{value};")).collect();
        Some(format!(":root{{{declarations}}}"))
    }
}

fn declaration(text: &str) -> Result<(String, String), String> {
    let wrong = || {
        let shown: String = text.chars().take(60).collect();
        format!("holds \"{shown}\", which is no custom property such as --connect-accent: #0a6.")
    };
    let (name, value) = text.split_once(':').ok_or_else(wrong)?;
    let (name, value) = (name.trim(), value.trim());
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let is_name =
        name.strip_prefix("--connect-").is_some_and(|rest| !rest.is_empty() && rest.chars().all(plain));
    // Nothing that could end the declaration, or load something from elsewhere.
    let is_value = !value.is_empty()
        && !value.contains(['{', '}', '<', '>', '\\', '@'])
        && !value.to_ascii_lowercase().contains("url(");
    if is_name && is_value { Ok((name.to_owned(), value.to_owned())) } else { Err(wrong()) }
}

fn without_comments(text: &str) -> String {
    let mut rest = text;
    let mut kept = String::with_capacity(text.len());
    while let Some((before, comment)) = rest.split_once("/*") {
        kept.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, css: Option<&str>) {
        assert_eq!(Theme::parse(text).unwrap().css().as_deref(), css, "{text}");
    }

    #[test]
    fn declarations_become_a_style_sheet() {
        check("", None);
        check("/* nothing */", None);
        check("--connect-accent: #0a6;", Some(":root{--connect-accent:#0a6;}"));
        let two =
            ":root {\n  --connect-accent: light-dark(#0a6, #8fc); /* brand */\n  --connect-radius: 2px\n}\n";
        check(two, Some(":root{--connect-accent:light-dark(#0a6, #8fc);--connect-radius:2px;}"));
    }

    #[test]
    fn nothing_else_gets_in() {
        for text in [
            "color: red",
            "--other: red",
            "--connect-: red",
            "--connect-accent",
            "--connect-accent:",
            "--connect-accent: url(https://elsewhere.example/)",
            "--connect-accent: red } body { display: none",
            "--connect-accent: </style><script>",
            "@import 'x'",
            ":root { --connect-accent: red",
        ] {
            assert!(Theme::parse(text).is_err(), "{text}");
        }
    }
}

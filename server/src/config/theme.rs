//! The host's colours, type, radius and spacing: values for the custom properties of `style/tokens.css`.

use std::collections::HashMap;

use csscolorparser::Color;

/// What the properties are by default.
const TOKENS: &str = include_str!("../../../style/tokens.css");

/// WCAG 2.2, success criterion 1.4.3.
const LEAST_CONTRAST: f64 = 4.5;

/// Text, and what it stands on.
const PAIRS: [(&str, &str); 40] = [
    ("text", "background"),
    ("text", "surface"),
    ("text", "surface-raised"),
    ("text", "accent-soft"),
    ("text", "positive-soft"),
    ("text", "caution-soft"),
    ("text", "negative-soft"),
    ("text", "info-soft"),
    ("muted", "background"),
    ("muted", "surface"),
    ("muted", "surface-raised"),
    ("muted", "accent-soft"),
    ("muted", "info-soft"),
    ("muted", "caution-soft"),
    ("muted", "negative-soft"),
    ("accent", "background"),
    ("accent", "surface"),
    ("accent", "surface-raised"),
    ("accent", "accent-soft"),
    ("accent", "info-soft"),
    ("accent", "positive-soft"),
    ("accent", "caution-soft"),
    ("accent", "negative-soft"),
    ("accent-hover", "background"),
    ("accent-hover", "surface"),
    ("accent-hover", "info-soft"),
    ("accent-hover", "positive-soft"),
    ("accent-hover", "caution-soft"),
    ("accent-hover", "negative-soft"),
    ("accent-text", "accent"),
    ("accent-text", "accent-hover"),
    ("positive", "surface"),
    ("positive", "positive-soft"),
    ("positive", "surface-raised"),
    ("positive", "accent-soft"),
    ("caution", "caution-soft"),
    ("negative", "background"),
    ("negative", "surface"),
    ("negative", "negative-soft"),
    ("info", "info-soft"),
];

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
        let theme = declarations.map(declaration).collect::<Result<_, _>>().map(Self)?;
        theme.check_contrast()?;
        Ok(theme)
    }

    /// Refuses text that some people could not read. Only what the theme changes is looked at.
    fn check_contrast(&self) -> Result<(), String> {
        let own = self.properties();
        let mut all: HashMap<&str, &str> = HashMap::new();
        for (name, value) in tokens() {
            all.insert(name, value);
        }
        all.extend(&own);
        for (text, ground) in PAIRS {
            if !own.contains_key(text) && !own.contains_key(ground) {
                continue;
            }
            for scheme in self.scheme() {
                let colour = |name: &str| scheme.colour(name, all.get(name).copied().unwrap_or_default());
                let contrast = contrast(&colour(text)?, &colour(ground)?);
                if contrast < LEAST_CONTRAST {
                    return Err(format!(
                        "makes text hard to read: --connect-{text} on --connect-{ground} has a contrast of \
                         {contrast:.2}:1 in the {} scheme, and {LEAST_CONTRAST}:1 is the least.",
                        scheme.name()
                    ));
                }
            }
        }
        Ok(())
    }

    /// As a style sheet; `None` without any property.
    pub fn css(&self) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        let own = self.0.iter().map(|(name, value)| format!("{name}:{value};"));
        let declarations: String = self.one_scheme().into_iter().chain(own).collect();
        Some(format!(":root{{{declarations}}}"))
    }

    /// What a theme of one scheme says besides: the colours that it leaves as they are, in that scheme alone.
    fn one_scheme(&self) -> Vec<String> {
        let (scheme, own) = match self.scheme() {
            [scheme] => (*scheme, self.properties()),
            _ => return Vec::new(),
        };
        let left = tokens().filter(|(name, _)| !own.contains_key(name));
        let colours = left.filter_map(|(name, value)| {
            let chosen = scheme.of_both(value.strip_prefix("light-dark(")?.strip_suffix(')')?)?;
            Some(format!("--connect-{name}:{};", chosen.trim()))
        });
        std::iter::once(format!("color-scheme:{};", scheme.name())).chain(colours).collect()
    }

    fn properties(&self) -> HashMap<&str, &str> {
        properties(self.0.iter().map(|(name, value)| (&**name, &**value))).collect()
    }

    /// The schemes that a person can meet.
    fn scheme(&self) -> &'static [Scheme] {
        match self.properties().get("scheme").copied() {
            Some("light") => &[Scheme::Light],
            Some("dark") => &[Scheme::Dark],
            _ => &[Scheme::Light, Scheme::Dark],
        }
    }
}

/// Which of two colours a `light-dark()` means.
#[derive(Clone, Copy)]
enum Scheme {
    Light,
    Dark,
}

impl Scheme {
    fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn colour(self, name: &str, value: &str) -> Result<Color, String> {
        let chosen = match value.strip_prefix("light-dark(").and_then(|both| both.strip_suffix(')')) {
            Some(both) => self.of_both(both),
            None => Some(value),
        };
        let opaque = |colour: &Color| (colour.a - 1.0).abs() < f32::EPSILON;
        let colour = chosen.and_then(|text| csscolorparser::parse(text.trim()).ok()).filter(opaque);
        colour.ok_or_else(|| {
            format!(
                "gives --connect-{name} the value {value}, whose contrast cannot be checked. Write an opaque colour \
                 such as #0a6 or oklch(60% 0.1 180), or two of them as light-dark(#0a6, #8fc)."
            )
        })
    }

    /// The comma between the two is the one outside of parentheses.
    fn of_both(self, both: &str) -> Option<&str> {
        let mut depth = 0;
        let comma = both.char_indices().find(|(_, c)| {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            *c == ',' && depth == 0
        });
        let (light, dark) = both.split_at(comma?.0);
        Some(match self {
            Self::Light => light,
            Self::Dark => &dark[1..],
        })
    }
}

/// WCAG's contrast ratio, from 1 to 21.
fn contrast(one: &Color, other: &Color) -> f64 {
    let luminance = |colour: &Color| {
        let [red, green, blue, _] = colour.to_linear_rgba().map(f64::from);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    };
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn properties<'a>(
    declared: impl Iterator<Item = (&'a str, &'a str)>,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    declared.filter_map(|(name, value)| Some((name.strip_prefix("--connect-")?, value)))
}

/// The properties as the style sheet has them.
fn tokens() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = TOKENS.lines().filter_map(|line| line.trim().strip_suffix(';')?.split_once(':'));
    properties(lines.map(|(name, value)| (name.trim(), value.trim())))
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
        check("--connect-focus: #0a6;", Some(":root{--connect-focus:#0a6;}"));
        let two =
            ":root {\n  --connect-accent: light-dark(#065, #8fc); /* brand */\n  --connect-radius: 2px\n}\n";
        check(two, Some(":root{--connect-accent:light-dark(#065, #8fc);--connect-radius:2px;}"));
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

    #[test]
    fn text_that_is_hard_to_read_is_refused_with_its_pair() {
        for (text, named) in [
            ("--connect-accent: #8fd8d2", "--connect-accent on --connect-background has a contrast of 1.5"),
            ("--connect-muted: light-dark(#52606d, #39434a)", "in the dark scheme"),
            ("--connect-accent-text: #0b5d5a", "--connect-accent-text on --connect-accent"),
            ("--connect-text: var(--brand)", "cannot be checked"),
            ("--connect-surface: rgb(255 255 255 / 50%)", "cannot be checked"),
            ("--connect-text: light-dark(#000)", "cannot be checked"),
        ] {
            let refused = Theme::parse(text).expect_err(text);
            assert!(refused.contains(named), "{text}: {refused}");
        }
    }

    #[test]
    fn a_theme_of_one_scheme_is_checked_in_that_one() {
        let light = "--connect-text: #222; --connect-accent: #7a2e8e; --connect-accent-hover: #5e2370";
        assert!(Theme::parse(light).is_err(), "they cannot be read on the dark background");
        let theme = Theme::parse(&format!("--connect-scheme: light; {light}")).unwrap();
        let css = theme.css().unwrap();
        assert!(css.starts_with(":root{color-scheme:light;--connect-background:#f6f7f8;"), "{css}");
        assert!(css.contains("--connect-text:#222;") && !css.contains("light-dark"), "{css}");
    }

    #[test]
    fn the_style_sheet_itself_can_be_read() {
        for (name, value) in tokens() {
            if PAIRS.iter().any(|(text, ground)| *text == name || *ground == name) {
                let own = format!("--connect-{name}: {value}");
                assert!(Theme::parse(&own).is_ok(), "{own}: {:?}", Theme::parse(&own));
            }
        }
    }
}

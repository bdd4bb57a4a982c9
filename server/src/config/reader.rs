//! Reads settings one by one and collects what is wrong with them.

use std::fmt;
use std::path::Path;

use secrecy::SecretString;

/// One setting that is missing or wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The setting's name.
    pub name: String,
    /// What is wrong and what would be right. Never the value: it may be a secret.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.name, self.what)
    }
}

/// All that is wrong with the settings, in the order of reading. Displays as one sentence a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            let line_break = if index == 0 { "" } else { "\n" };
            write!(out, "{line_break}{problem}")?;
        }
        Ok(())
    }
}

/// Looks settings up and remembers every problem. A method gives `None` where the setting is unset or wrong.
pub(super) struct Reader<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { lookup, problems: Vec::new() }
    }

    /// The settings, unless anything was wrong.
    pub(super) fn finish<T>(self, settings: Option<T>) -> Result<T, Problems> {
        match settings {
            Some(settings) if self.problems.is_empty() => Ok(settings),
            _ => Err(Problems(self.problems)),
        }
    }

    /// Notes a problem; `what` continues the sentence that the name begins.
    pub(super) fn problem(&mut self, name: &str, what: impl Into<String>) {
        self.problems.push(Problem { name: name.to_owned(), what: what.into() });
    }

    /// The value as text, without white space at its ends. One of white space alone is a mistake, where an empty one is
    /// unset.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        let value = (self.lookup)(name).filter(|value| !value.is_empty())?;
        let text = value.trim();
        if text.is_empty() && !self.has_problem(name) {
            self.problem(name, "holds nothing but white space: give it a value, or unset it.");
        }
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn has_problem(&self, name: &str) -> bool {
        self.problems.iter().any(|problem| problem.name == name)
    }

    /// Notes that a setting is missing, unless something else is wrong with it.
    fn missing(&mut self, name: &str, what: String) {
        if !self.has_problem(name) && !self.has_problem(&file_name(name)) {
            self.problem(name, what);
        }
    }

    /// A value that need not be there. `Err` says how the sentence goes on.
    pub(super) fn optional<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let value = self.text(name)?;
        self.parsed(name, parse(&value))
    }

    /// A value that must be there; `hint` says what to set it to.
    pub(super) fn required<T>(
        &mut self,
        name: &str,
        hint: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let Some(value) = self.text(name) else {
            self.missing(name, format!("is missing: set it to {hint}."));
            return None;
        };
        self.parsed(name, parse(&value))
    }

    /// A value with a default.
    pub(super) fn or<T>(
        &mut self,
        name: &str,
        default: T,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        match self.text(name) {
            None => Some(default),
            Some(value) => self.parsed(name, parse(&value)),
        }
    }

    /// A secret that must be there, as `NAME` or as the path of a file in `NAME_FILE`.
    pub(super) fn secret(&mut self, name: &str, hint: &str) -> Option<SecretString> {
        let file_name = file_name(name);
        match (self.text(name), self.text(&file_name)) {
            (Some(value), None) if value.starts_with('/') && Path::new(&value).is_file() => {
                self.problem(name, format!("is the path of a file: set {file_name} to it."));
                None
            }
            (Some(value), None) if value.contains(char::REPLACEMENT_CHARACTER) => {
                self.problem(name, "is not UTF-8 text.");
                None
            }
            (Some(value), None) => Some(value.into()),
            // Some editors write a byte order mark, which nobody sees.
            (None, Some(path)) => {
                match std::fs::read_to_string(path).map(|text| text.replace('\u{feff}', "")) {
                    Ok(content) if content.trim().is_empty() => {
                        self.problem(&file_name, "names an empty file.");
                        None
                    }
                    Ok(content) => Some(content.trim().to_owned().into()),
                    Err(error) => {
                        self.problem(&file_name, format!("names a file that cannot be read: {error}."));
                        None
                    }
                }
            }
            (Some(_), Some(_)) => {
                self.problem(name, format!("and {file_name} are both set: keep one of them."));
                None
            }
            (None, None) => {
                self.missing(name, format!("is missing: set it, or {file_name}, to {hint}."));
                None
            }
        }
    }

    /// Whether a secret is set in either form.
    pub(super) fn is_given(&mut self, name: &str) -> bool {
        self.text(name).is_some() || self.text(&file_name(name)).is_some()
    }

    fn parsed<T>(&mut self, name: &str, result: Result<T, String>) -> Option<T> {
        result.map_err(|what| self.problem(name, what)).ok()
    }
}

/// The setting that names a file with a secret.
fn file_name(name: &str) -> String {
    format!("{name}_FILE")
}

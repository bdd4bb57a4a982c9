//! Waycore's two environments.

use std::fmt;

/// The environment that a Waycore key is bound to. Stored beside every Waycore id, because the objects of one
/// cannot be seen from the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Environment {
    /// Real banks.
    Live,
    /// Waycore's test objects.
    Test,
}

impl Environment {
    /// `live` or `test`: the word of settings and rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }

    /// Reads [`Self::as_str`] back.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "live" => Some(Self::Live),
            "test" => Some(Self::Test),
            _ => None,
        }
    }

    /// What a key's prefix says: `way_live_…` or `way_test_…`. Other keys are opaque.
    pub fn of_key(key: &str) -> Option<Self> {
        if key.starts_with("way_live_") {
            Some(Self::Live)
        } else if key.starts_with("way_test_") {
            Some(Self::Test)
        } else {
            None
        }
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

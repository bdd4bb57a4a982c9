//! Texts in one piece, so that a part of any of them is found in one pass.

use memchr::memmem;

use super::words::Place;

/// The texts of all banks, those of a place together, each followed by a line break.
pub(super) struct Haystack {
    text: String,
    /// Where the texts of each place begin.
    begins: Vec<usize>,
}

impl Haystack {
    /// Texts by place, without line breaks.
    pub(super) fn new<'a, T: IntoIterator<Item = &'a str>>(places: impl Iterator<Item = T>) -> Self {
        let (mut text, mut begins) = (String::new(), Vec::new());
        for texts in places {
            begins.push(text.len());
            for part in texts {
                text.push_str(part);
                text.push('\n');
            }
        }
        Self { text, begins }
    }

    /// The places with a text that has this one in it, ascending; some twice.
    pub(super) fn with(&self, part: &str) -> impl Iterator<Item = Place> {
        let found: Vec<usize> = memmem::find_iter(self.text.as_bytes(), part.as_bytes()).collect();
        found.into_iter().filter_map(|at| {
            let next = self.begins.partition_point(|begin| *begin <= at);
            Place::try_from(next.checked_sub(1)?).ok()
        })
    }
}

//! How far a typed word is from the one that was meant. The work is bounded: by length, then by the number of wrong letters that
//! still count.

/// Longest word that is compared, in letters. A longer one is not taken for a misspelling of another.
pub const LONGEST_WORD: usize = 40;

/// Returns how many letters of a typed word are wrong, as far as it may still mean the other; its end may be missing. Both in
/// lower case. One wrong letter is allowed from four letters on, two from eight on.
pub fn letters_wrong(typed: &[char], known: &[char]) -> Option<usize> {
    let mut comparison = Comparison::of(typed)?;
    comparison.go_on(known, 0);
    comparison.letters_wrong(known.len())
}

/// A typed word that is compared with many others, one after the other: where two begin alike, that part is compared once.
///
/// Wrong are letters that have to be inserted, removed, replaced or swapped with the next one (optimal string alignment).
pub struct Comparison<'a> {
    typed: &'a [char],
    allowed: usize,
    /// The letters of the other word that were compared.
    known: Vec<char>,
    /// For each beginning of the other word a row: how far every beginning of the typed word is from it. Only cells near the
    /// diagonal can be small enough; the others say "too far".
    cells: Vec<usize>,
    /// Nothing that begins like the other word can be near enough.
    is_hopeless: bool,
}

impl<'a> Comparison<'a> {
    /// `None` if the word is too long to be compared.
    pub fn of(typed: &'a [char]) -> Option<Self> {
        let allowed = match typed.len() {
            ..4 => 0,
            4..8 => 1,
            8..=LONGEST_WORD => 2,
            _ => return None,
        };
        let cells = (0..=typed.len()).map(|distance| distance.min(allowed + 1)).collect();
        Some(Self { typed, allowed, known: Vec::new(), cells, is_hopeless: false })
    }

    /// Goes on with another word, which has so many letters in common with the one before. Returns how many of its letters
    /// had to be compared.
    pub fn go_on(&mut self, word: &[char], shared: usize) -> usize {
        if shared < self.known.len() {
            self.known.truncate(shared);
            self.cells.truncate((shared + 1) * self.width());
            self.is_hopeless = false;
        }
        let before = self.known.len();
        for letter in word.iter().skip(before) {
            if self.is_hopeless {
                break;
            }
            self.compare(*letter);
        }
        self.known.len() - before
    }

    /// How many letters of the typed word are wrong, if it may mean the word that was gone on with, of this length.
    pub fn letters_wrong(&self, length: usize) -> Option<usize> {
        let whole = self.distance(length);
        let begun = self.distance(length.min(self.typed.len()));
        whole.into_iter().chain(begun).min()
    }

    /// How far the typed word is from so many letters of the other one.
    fn distance(&self, letters: usize) -> Option<usize> {
        let distance = self.cells.get(letters * self.width() + self.typed.len());
        distance.copied().filter(|distance| *distance <= self.allowed)
    }

    fn width(&self) -> usize {
        self.typed.len() + 1
    }

    fn compare(&mut self, letter: char) {
        let (typed, allowed, width) = (self.typed, self.allowed, self.width());
        let far = allowed + 1;
        let begin = self.cells.len();
        self.cells.resize(begin + width, far);
        let i = self.known.len() + 1;
        let (before, row) = self.cells.split_at_mut(begin);
        let last = &before[begin - width..];
        row[0] = i.min(far);
        let mut least = row[0];
        for j in i.saturating_sub(allowed).max(1)..=(i + allowed).min(typed.len()) {
            let replaced = last[j - 1] + usize::from(typed[j - 1] != letter);
            let mut cell = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && typed[j - 2] == letter && typed[j - 1] == self.known[i - 2] {
                cell = cell.min(before[begin - 2 * width + j - 2] + 1);
            }
            row[j] = cell.min(far);
            least = least.min(cell);
        }
        self.known.push(letter);
        self.is_hopeless = least > allowed;
    }
}

/// Whether one letter has to be inserted, removed, replaced or swapped with the next one to make one text of the other. Of texts
/// of any length.
pub fn is_one_edit(one: &[char], other: &[char]) -> bool {
    let same = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    let (one, other) = (one.get(same..).unwrap_or_default(), other.get(same..).unwrap_or_default());
    let ends = one.iter().rev().zip(other.iter().rev());
    let same = ends.take_while(|(one, other)| one == other).count();
    match (one.get(..one.len() - same), other.get(..other.len() - same)) {
        (Some([_] | []), Some([_])) | (Some([_]), Some([])) => true,
        (Some([a, b]), Some([c, d])) => a == d && b == c,
        _ => false,
    }
}

//! Where a signal was seen, and which of two places comes first.

use crate::score::name::Texts;

/// Where a signal was seen: a time in seconds since 1970, a file, a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// `i64::MAX` where the line had no time, so that those come last.
    pub(super) at: i64,
    /// The number of the file's name.
    pub file: u32,
    /// `log.line` of the event.
    pub line: u64,
}

impl Place {
    /// A place.
    #[must_use]
    pub fn new(at: Option<i64>, file: u32, line: u64) -> Self {
        Self { at: at.unwrap_or(i64::MAX), file, line }
    }

    /// When, in seconds since 1970.
    #[must_use]
    pub fn at(&self) -> Option<i64> {
        Some(self.at).filter(|&at| at < i64::MAX)
    }

    /// By time, then by name of file, then by line.
    pub(super) fn is_before(&self, other: &Self, files: &Texts) -> bool {
        self.at.cmp(&other.at).then_with(|| files.text(self.file).cmp(files.text(other.file))).then(self.line.cmp(&other.line)).is_lt()
    }
}

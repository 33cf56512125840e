//! Where a signal was seen, and which of two positions comes first.

use crate::aggregate::interner::StringInterner;

/// Where a signal was seen: a time in seconds since 1970, a file, a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EvidencePosition {
    /// `i64::MAX` where the line had no time, so that those come last.
    pub(crate) at: i64,
    pub file: u32,
    pub line: u64,
}

impl EvidencePosition {
    pub(crate) fn new(at: Option<i64>, file: u32, line: u64) -> Self {
        Self { at: at.unwrap_or(i64::MAX), file, line }
    }

    /// When, in seconds since 1970.
    pub(crate) fn at(&self) -> Option<i64> {
        Some(self.at).filter(|&at| at < i64::MAX)
    }

    /// By time, then by name of file, then by line.
    pub(crate) fn is_before(&self, other: &Self, files: &StringInterner) -> bool {
        self.at.cmp(&other.at).then_with(|| files.text(self.file).cmp(files.text(other.file))).then(self.line.cmp(&other.line)).is_lt()
    }
}

//! Where a signal was seen, and which of two positions comes first.

use crate::aggregate::interner::{SignalId, StringInterner};
use crate::aggregate::tally::HostAggregate;

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

impl HostAggregate {
    /// Keeps `position` if it is among the `limit` earliest of its signal. Says whether nothing can be from now on that comes no earlier
    /// than the address was last seen: in a log, which is in the order of time, that is nearly all.
    pub fn keep(&mut self, signal: SignalId, position: EvidencePosition, limit: usize, files: &StringInterner) -> bool {
        if limit == 0 {
            return true;
        }
        let last_seen = self.last_seen;
        let evidence = &mut self.more_mut().evidence;
        let start = evidence.partition_point(|(other, _)| *other < signal);
        let mut end = start + evidence[start..].partition_point(|(other, _)| *other == signal);
        if end - start >= limit {
            if !position.is_before(&evidence[end - 1].1, files) {
                return evidence[end - 1].1.at < last_seen;
            }
            end -= 1;
            evidence.remove(end);
        }
        let at = start + evidence[start..end].partition_point(|(_, earlier)| !position.is_before(earlier, files));
        if evidence.len() == evidence.capacity() {
            // Vec would double: one or three are the rule, and there may be millions of addresses.
            evidence.reserve_exact(match evidence.len() {
                0 => 1,
                1 => limit.clamp(2, 4) - 1,
                _ => limit.min(4),
            });
        }
        evidence.insert(at, (signal, position));
        false
    }

    /// Makes room for the `count` places of a record, or for the `limit` of each of so many signals, where there are none yet.
    pub fn reserve_evidence(&mut self, count: usize, signals: usize, limit: usize) {
        let most = count.min(limit.saturating_mul(signals));
        if most > 0 && self.evidence().is_empty() {
            self.more_mut().evidence.reserve_exact(most);
        }
    }
}

//! What is summed for one address: counts by signal, the period, the earliest places.
//!
//! Adding commutes and associates, so runs may be split over files, machines and days: adding the parts gives what one run
//! over everything gives. That is the merge law, and a property test holds soar-score to it.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::MAX_INTEGER;
use super::signal::SIGNALS;

/// A signal's name: of the table, or another that a foreign stage tagged. Table names sort first, in table order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    /// `SIGNALS[index]`.
    Known(u8),
    /// A name outside the table.
    Other(Arc<str>),
}

impl Name {
    /// The name of `SIGNALS[index]`.
    #[must_use]
    pub fn from_index(index: usize) -> Self {
        // The table holds at most 32 signals, so the index always fits.
        Self::Known(u8::try_from(index).unwrap_or(u8::MAX))
    }

    /// Whether the name is in the table.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        matches!(self, Self::Known(_))
    }

    /// The name as it stands in a record.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(index) => SIGNALS[usize::from(*index)].name,
            Self::Other(name) => name,
        }
    }
}

/// Where a signal was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The signal.
    pub signal: Name,
    /// When, in seconds since 1970, where the line had a time.
    pub at: Option<i64>,
    /// `log.file.path` of the event.
    pub file: Arc<str>,
    /// `log.line` of the event.
    pub line: u64,
}

impl Evidence {
    fn place(&self) -> Place<'_> {
        Place { at: self.at, file: &self.file, line: self.line }
    }
}

/// Evidence without its signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// When, in seconds since 1970.
    pub at: Option<i64>,
    /// `log.file.path` of the event.
    pub file: &'a str,
    /// `log.line` of the event.
    pub line: u64,
}

impl Place<'_> {
    /// The earliest first, unknown times last.
    fn order(&self, other: &Self) -> Ordering {
        let key = |p: &Self| (p.at.is_none(), p.at);
        key(self).cmp(&key(other)).then_with(|| self.file.cmp(other.file)).then_with(|| self.line.cmp(&other.line))
    }
}

/// What is summed for one address. Adding and merging commute: no order of lines, files or runs changes the result.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    counts: [u64; SIGNALS.len()],
    /// Behind a pointer, since nearly no address has any.
    #[allow(clippy::box_collection)]
    others: Option<Box<BTreeMap<Arc<str>, u64>>>,
    first_seen: Option<i64>,
    last_seen: Option<i64>,
    evidence: Vec<Evidence>,
}

impl Tally {
    /// Adds `count` occurrences of a signal; at [`MAX_INTEGER`] the counter stays and `false` is returned.
    pub fn count(&mut self, signal: &Name, count: u64) -> bool {
        let counter = match signal {
            Name::Known(index) => &mut self.counts[usize::from(*index)],
            Name::Other(name) => self.others.get_or_insert_default().entry(Arc::clone(name)).or_insert(0),
        };
        let sum = counter.saturating_add(count);
        *counter = sum.min(MAX_INTEGER);
        sum <= MAX_INTEGER
    }

    /// Widens the period in which the address was seen.
    pub fn see(&mut self, at: Option<i64>) {
        let Some(at) = at else { return };
        self.first_seen = Some(self.first_seen.map_or(at, |first| first.min(at)));
        self.last_seen = Some(self.last_seen.map_or(at, |last| last.max(at)));
    }

    /// Whether `place` is among the `limit` earliest of its signal. In a log, which is in the order of time, it seldom is.
    #[must_use]
    pub fn wants(&self, signal: &Name, place: Place<'_>, limit: usize) -> bool {
        let mut of_signal = self.evidence.iter().filter(|e| e.signal == *signal);
        limit > 0 && of_signal.nth(limit - 1).is_none_or(|last| place.order(&last.place()) == Ordering::Less)
    }

    /// Keeps `evidence` if it is among the `limit` earliest of its signal.
    pub fn keep(&mut self, evidence: Evidence, limit: usize) {
        let start = self.evidence.partition_point(|e| e.signal < evidence.signal);
        let end = start + self.evidence[start..].partition_point(|e| e.signal == evidence.signal);
        let is_before = |e: &Evidence| e.place().order(&evidence.place()) != Ordering::Greater;
        let place = start + self.evidence[start..end].partition_point(is_before);
        if place - start >= limit {
            return;
        }
        if end - start >= limit {
            self.evidence.remove(end - 1);
        }
        self.evidence.insert(place, evidence);
    }

    /// The counts above zero, in signal order.
    pub fn signals(&self) -> impl Iterator<Item = (Name, u64)> {
        let known = (0u8..).zip(self.counts).map(|(index, count)| (Name::Known(index), count));
        let others = self.others.iter().flat_map(|o| o.iter()).map(|(name, &count)| (Name::Other(Arc::clone(name)), count));
        known.chain(others).filter(|&(_, count)| count > 0)
    }

    /// The counts of the table's signals, in table order.
    #[must_use]
    pub const fn known(&self) -> &[u64; SIGNALS.len()] {
        &self.counts
    }

    /// When the address was first seen, in seconds since 1970.
    #[must_use]
    pub const fn first_seen(&self) -> Option<i64> {
        self.first_seen
    }

    /// When the address was last seen, in seconds since 1970.
    #[must_use]
    pub const fn last_seen(&self) -> Option<i64> {
        self.last_seen
    }

    /// The earliest places, by signal.
    #[must_use]
    pub fn evidence(&self) -> &[Evidence] {
        &self.evidence
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_earliest_places_are_kept_and_unknown_times_come_last() {
        let file: Arc<str> = "a.log".into();
        let place = |signal, at, line| Evidence { signal: Name::Known(signal), at, file: Arc::clone(&file), line };
        let mut tally = Tally::default();
        for evidence in [place(0, None, 1), place(0, Some(9), 4), place(1, Some(1), 7), place(0, Some(5), 9), place(0, Some(5), 2)] {
            tally.keep(evidence, 2);
        }
        let kept: Vec<_> = tally.evidence().iter().map(|e| (e.signal.clone(), e.at, e.line)).collect();
        assert_eq!(kept, [(Name::Known(0), Some(5), 2), (Name::Known(0), Some(5), 9), (Name::Known(1), Some(1), 7)]);
    }

    #[test]
    fn a_counter_stops_loudly_at_the_largest_integer() {
        let mut tally = Tally::default();
        assert!(tally.count(&Name::Known(0), MAX_INTEGER));
        assert!(!tally.count(&Name::Known(0), 1));
        assert_eq!(tally.known()[0], MAX_INTEGER);
    }
}

//! What every event has, added to its host.

use crate::aggregate::interner::SignalId;
use crate::aggregate::read::EventRow;
use crate::aggregate::table::{AggregatedHost, Table};
use crate::aggregate::tally::EvidencePosition;
use crate::record::signal::{LOGIN_FAILED, SignalSet};

/// What is counted of every event: when, where, and how often which signals fired.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sight {
    pub(super) signals: SignalSet,
    /// Seconds since 1970.
    pub(super) at: Option<i64>,
    pub(super) count: u64,
    /// The number of the log.
    pub(super) file: u32,
    pub(super) line: u64,
}

impl Sight {
    /// That of an event in the file with this number.
    pub(super) const fn of(seen: &EventRow, file: u32) -> Self {
        Self { signals: seen.signals, at: seen.at, count: seen.count, file, line: seen.line }
    }
}

impl Table {
    /// Adds what every event has.
    #[inline]
    pub(super) fn count_sight(&mut self, index: usize, sight: Sight, others: &[SignalId]) {
        let Sight { signals, at, count, file, line } = sight;
        let AggregatedHost { settled, tally, .. } = &mut self.hosts[index];
        let is_later = at.is_some() && at >= tally.known_period().1;
        if !signals.is_empty() {
            tally.extend_period(at);
        }
        for &other in others {
            tally.see_other(other, at);
        }
        let bucket = self.keep.units(at);
        self.met = self.met.union(signals);
        for signal in signals.indexes().map(SignalId::known).chain(others.iter().copied()) {
            self.saturated |= !tally.count(signal, count);
            let known = signal.index();
            if !(is_later && known.is_some_and(|index| settled.contains(index))) {
                let is_settled = tally.keep(signal, EvidencePosition::new(at, file, line), self.keep.evidence, &self.files);
                *settled = known.filter(|_| is_settled).map_or(*settled, |index| settled.with(index));
            }
            if let Some(start) = bucket {
                tally.series_mut(signal).add(start, count);
            }
            if let Some(at) = at.filter(|_| self.keep.timeline) {
                tally.timeline_mut().add(signal, at, count);
            }
        }
        if let Some(at) = at.filter(|_| !signals.intersection(LOGIN_FAILED).is_empty()) {
            tally.order_mut().add_failures(at, count);
        }
        self.timeless += u64::from(self.keep.resolution_seconds.is_some() && bucket.is_none());
    }
}

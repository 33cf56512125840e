//! The counts of one address by time, as coarse as its own period makes them: never coarser than what the period of the whole run
//! asks for, and so exact whatever that turns out to be. Adding commutes and associates, as for all that a tally holds.

use crate::aggregate::interner::{SignalId, SignalNames};
use crate::record::host::partial::Buckets;
use crate::record::host::timeline::{COARSEST, Timeline, TimelineSpan, coarsen, lift, seconds_of};
use crate::record::{MAX_INTEGER, Text};

/// The counts of one signal. A bucket is as wide as the finest resolution with which its period fits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct SignalTimeline {
    /// In units of the resolution, ascending.
    buckets: Buckets,
    level: u8,
}

impl SignalTimeline {
    /// Adds `count` occurrences in the bucket `start` of a level that is no coarser than its own.
    fn add(&mut self, start: i64, level: u8, count: u64) {
        let start = lift(start, level, self.level);
        match self.buckets.last_mut() {
            Some((last, sum)) if *last == start => *sum = add(*sum, count),
            Some((last, _)) if *last > start => match self.buckets.binary_search_by_key(&start, |&(start, _)| start) {
                Ok(index) => self.buckets[index].1 = add(self.buckets[index].1, count),
                Err(index) => {
                    self.buckets.insert(index, (start, count));
                    self.fit();
                }
            },
            _ => {
                if self.buckets.capacity() == 0 {
                    // Vec would start with four; most addresses that have any have one or two.
                    self.buckets.reserve_exact(1);
                }
                self.buckets.push((start, count));
                self.fit();
            }
        }
    }

    /// Adds buckets of another strip.
    fn merge(&mut self, level: u8, buckets: &[(i64, u64)]) {
        self.coarsen(level);
        for &(start, count) in buckets {
            self.add(start, level, count);
        }
    }

    fn fit(&mut self) {
        let mut span = TimelineSpan::default();
        self.cover(&mut span);
        self.coarsen(span.level());
    }

    fn coarsen(&mut self, level: u8) {
        coarsen(&mut self.buckets, self.level, level);
        self.level = self.level.max(level);
    }

    fn cover(&self, span: &mut TimelineSpan) {
        if let (Some(&(first, _)), Some(&(last, _))) = (self.buckets.first(), self.buckets.last()) {
            span.cover(self.level, first, last);
        }
    }
}

const fn add(sum: u64, count: u64) -> u64 {
    let sum = sum.saturating_add(count);
    if sum < MAX_INTEGER { sum } else { MAX_INTEGER }
}

/// The counts of one address by time, those of each signal apart: whether one is told is known once the names of all are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct HostTimeline {
    strips: Vec<(SignalId, SignalTimeline)>,
}

impl HostTimeline {
    /// Adds `count` occurrences of a signal at a time in seconds since 1970.
    pub(crate) fn add(&mut self, signal: SignalId, at: i64, count: u64) {
        self.strip_mut(signal).add(at.div_euclid(seconds_of(0).into()), 0, count);
    }

    /// Adds what a host record says of a signal.
    pub(crate) fn merge(&mut self, signal: SignalId, level: u8, buckets: &[(i64, u64)]) {
        self.strip_mut(signal).merge(level.min(COARSEST), buckets);
    }

    fn strip_mut(&mut self, signal: SignalId) -> &mut SignalTimeline {
        let index = self.strips.iter().position(|(other, _)| *other == signal);
        let index = index.unwrap_or_else(|| {
            if self.strips.capacity() == 0 {
                self.strips.reserve_exact(1);
            }
            self.strips.push((signal, SignalTimeline::default()));
            self.strips.len() - 1
        });
        &mut self.strips[index].1
    }

    /// Adds the buckets of the signals that are wanted to `span`.
    pub(crate) fn cover(&self, span: &mut TimelineSpan, is_wanted: impl Fn(SignalId) -> bool) {
        self.strips.iter().filter(|(signal, _)| is_wanted(*signal)).for_each(|(_, strip)| strip.cover(span));
    }

    /// Puts the signals that are wanted into `record`, in signal order: as coarse as `level` where that is given, or as these signals
    /// need.
    pub(crate) fn put<'t>(
        &self,
        record: &mut Timeline<'t>,
        names: &'t SignalNames,
        level: Option<u8>,
        is_wanted: impl Fn(SignalId) -> bool,
    ) {
        let mut span = TimelineSpan::default();
        self.cover(&mut span, &is_wanted);
        record.level = level.unwrap_or(0).max(span.level());
        record.signals.clear();
        let mut put = |signal: SignalId| {
            let strip = self.strips.iter().find(|(other, strip)| *other == signal && is_wanted(signal) && !strip.buckets.is_empty());
            if let Some((_, strip)) = strip {
                let mut buckets = strip.buckets.clone();
                coarsen(&mut buckets, strip.level, record.level);
                record.signals.push((Text::from(names.name(signal)), buckets));
            }
        };
        (0..crate::record::signal::SIGNALS.len()).map(SignalId::known).for_each(&mut put);
        names.others().iter().copied().for_each(put);
    }

    /// Calls signals outside the table by what `moved` says, and forgets those for which it has nothing.
    pub(crate) fn move_others(&mut self, moved: impl Fn(SignalId) -> Option<SignalId>) {
        self.strips.retain_mut(|(signal, _)| {
            let new = if signal.index().is_some() { Some(*signal) } else { moved(*signal) };
            *signal = new.unwrap_or(*signal);
            new.is_some()
        });
    }

    /// How many bytes it takes with its lists, about, with what the allocator adds.
    pub(crate) fn heap_bytes(&self) -> usize {
        let strips = self.strips.capacity() * size_of::<(SignalId, SignalTimeline)>() + 16;
        let buckets = |(_, strip): &(SignalId, SignalTimeline)| strip.buckets.capacity() * size_of::<(i64, u64)>() + 16;
        size_of::<Self>() + 16 + strips + self.strips.iter().map(buckets).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// As the definition has it: what the resolution is, and what was counted in each of its buckets.
    fn defined(seen: &[(i64, u64)]) -> (u8, Buckets) {
        let ends =
            |seconds: i64| seen.iter().map(|(at, _)| at.div_euclid(seconds)).fold((i64::MAX, i64::MIN), |(a, b), n| (a.min(n), b.max(n)));
        let fits = |level: &u8| {
            let (first, last) = ends(seconds_of(*level).into());
            last - first < 200
        };
        let level = (0..COARSEST).find(fits).unwrap_or(COARSEST);
        let mut buckets = BTreeMap::new();
        for &(at, count) in seen {
            *buckets.entry(at.div_euclid(seconds_of(level).into())).or_insert(0) += count;
        }
        (level, buckets.into_iter().collect())
    }

    fn strip(seen: &[(i64, u64)]) -> SignalTimeline {
        let mut strip = SignalTimeline::default();
        for &(at, count) in seen {
            strip.add(at.div_euclid(10), 0, count);
        }
        strip
    }

    fn times() -> impl Strategy<Value = i64> {
        prop_oneof![0..3000_i64, -2000..2000_i64, -200_000..200_000_i64, -(1_i64 << 30)..1 << 30, -(1_i64 << 36)..1 << 36]
    }

    proptest! {
        #[test]
        fn it_is_what_the_definition_says_whatever_the_order_and_the_parts(
            seen in vec((times(), 1..5_u64), 1..200), cut in 0..200_usize, seed in any::<u64>(),
        ) {
            let whole = strip(&seen);
            prop_assert_eq!((whole.level, whole.buckets.clone()), defined(&seen));
            let mut mixed = seen.clone();
            fastrand::Rng::with_seed(seed).shuffle(&mut mixed);
            prop_assert_eq!(&strip(&mixed), &whole);
            let (early, late) = mixed.split_at(cut.min(mixed.len()));
            let (mut one, other) = (strip(early), strip(late));
            one.merge(other.level, &other.buckets);
            prop_assert_eq!(&one, &whole);
        }

        #[test]
        fn hosts_of_a_run_are_as_coarse_as_its_period_and_lose_nothing(
            one in vec((times(), 1..5_u64), 1..60), other in vec((times(), 1..5_u64), 1..60),
        ) {
            let all: Vec<_> = one.iter().chain(&other).copied().collect();
            let mut span = TimelineSpan::default();
            for part in [&one, &other] {
                strip(part).cover(&mut span);
            }
            let (level, _) = defined(&all);
            prop_assert_eq!(span.level(), level);
            for part in [&one, &other] {
                let mut strip = strip(part);
                strip.coarsen(level);
                let mut buckets = BTreeMap::new();
                for &(at, count) in part {
                    *buckets.entry(at.div_euclid(seconds_of(level).into())).or_insert(0) += count;
                }
                prop_assert_eq!(strip.buckets, buckets.into_iter().collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn a_counter_stops_at_the_largest_integer() {
        let strip = strip(&[(0, MAX_INTEGER), (5, 7)]);
        assert_eq!(strip.buckets, [(0, MAX_INTEGER)]);
    }
}

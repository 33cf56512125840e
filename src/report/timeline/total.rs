//! What all hosts of a report did, by time, and the part of it that is shown, cut into the columns of a chart.

use std::collections::BTreeMap;

use crate::base::time::period::Period;
use crate::record::host::HostRecord;
use crate::record::host::timeline::{Timeline, TimelineSpan, lift, seconds_of};
use crate::record::signal::{SIGNALS, index_of};

/// One count for each signal of the table, and one for all others.
pub(crate) const KINDS: usize = SIGNALS.len() + 1;
/// The index of what is no signal of the table.
pub(crate) const OTHERS: usize = SIGNALS.len();
/// How many columns a chart has at the most: in a period of centuries, several buckets are one.
const MOST_COLUMNS: i64 = 400;
/// Past so many buckets they are made coarser, if their period allows it.
const MANY: usize = 4096;

/// The counts of each kind of signal in one bucket or column.
pub(crate) type KindCounts = [u64; KINDS];

/// What all hosts did, in buckets of the coarsest resolution that any of them has.
#[derive(Debug, Clone, Default)]
pub(crate) struct TimelineTotal {
    level: u8,
    buckets: BTreeMap<i64, Box<KindCounts>>,
}

impl TimelineTotal {
    /// Adds what one host did.
    pub(crate) fn add(&mut self, timeline: &Timeline<'_>) {
        if timeline.is_empty() {
            return;
        }
        self.coarsen(timeline.level);
        for (signal, buckets) in &timeline.signals {
            let kind = index_of(&signal.0).unwrap_or(OTHERS);
            for &(start, count) in buckets {
                let counts = self.buckets.entry(lift(start, timeline.level, self.level)).or_insert_with(|| Box::new([0; KINDS]));
                counts[kind] = counts[kind].saturating_add(count);
            }
        }
        if self.buckets.len() > MANY {
            self.fit();
        }
    }

    /// Adds what other hosts did.
    pub(crate) fn merge(&mut self, mut other: Self) {
        self.coarsen(other.level);
        other.coarsen(self.level);
        for (start, counts) in other.buckets {
            add(self.buckets.entry(start).or_insert_with(|| Box::new([0; KINDS])), &counts);
        }
        if self.buckets.len() > MANY {
            self.fit();
        }
    }

    /// Makes the resolution as coarse as the period asks for: hosts of several runs may have had a finer one each.
    pub(crate) fn fit(&mut self) {
        if let Some((first, last)) = self.ends() {
            let mut span = TimelineSpan::default();
            span.cover(self.level, first, last);
            self.coarsen(span.level());
        }
    }

    fn ends(&self) -> Option<(i64, i64)> {
        Some((*self.buckets.first_key_value()?.0, *self.buckets.last_key_value()?.0))
    }

    fn coarsen(&mut self, level: u8) {
        if level <= self.level {
            return;
        }
        let from = std::mem::replace(&mut self.level, level);
        for (start, counts) in std::mem::take(&mut self.buckets) {
            add(self.buckets.entry(lift(start, from, level)).or_insert_with(|| Box::new([0; KINDS])), &counts);
        }
    }

    /// The part of it that is in `period`; `None`: there is nothing to show.
    pub(crate) fn view(&self, period: &Period) -> Option<View> {
        let seconds = i64::from(seconds_of(self.level));
        let (mut first, mut last) = self.ends()?;
        first = period.since().map_or(first, |since| first.max(since.div_euclid(seconds)));
        last = period.until().map_or(last, |until| last.min(until.saturating_sub(1).div_euclid(seconds)));
        if first > last {
            return None;
        }
        // What is shown begins and ends with something, whatever was asked for.
        first = *self.buckets.range(first..=last).next()?.0;
        last = *self.buckets.range(first..=last).next_back()?.0;
        let buckets = last - first + 1;
        let of_column = (buckets + MOST_COLUMNS - 1) / MOST_COLUMNS;
        let mut columns = vec![[0; KINDS]; usize::try_from((buckets + of_column - 1) / of_column).ok()?];
        for (start, counts) in self.buckets.range(first..=last) {
            let column = usize::try_from((start - first) / of_column).ok()?;
            add(&mut columns[column], counts);
        }
        Some(View { start: first * seconds, step: of_column * seconds, columns })
    }
}

fn add(sums: &mut KindCounts, counts: &KindCounts) {
    sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum = sum.saturating_add(*count));
}

/// What is shown: columns of equal width, some of which may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct View {
    /// When the first column begins, in seconds since 1970.
    pub start: i64,
    /// The width of a column, in seconds.
    pub step: i64,
    /// What was counted in each.
    pub columns: Vec<KindCounts>,
}

impl View {
    /// When the last column ends, in seconds since 1970.
    pub(crate) fn end(&self) -> i64 {
        self.start + self.step * i64::try_from(self.columns.len()).unwrap_or(0)
    }

    /// The longest run of empty columns, as the first of them and the first behind them, where it is wide enough that the chart seems to be of
    /// two periods.
    pub(crate) fn gap(&self) -> Option<(usize, usize)> {
        let full = self.columns.iter().enumerate().filter(|(_, counts)| counts.iter().any(|count| *count > 0)).map(|(nth, _)| nth);
        let full: Vec<_> = full.collect();
        let gap = full.windows(2).map(|pair| (pair[0] + 1, pair[1])).max_by_key(|(from, to)| (to - from, std::cmp::Reverse(*from)))?;
        ((gap.1 - gap.0) * 3 > self.columns.len()).then_some(gap)
    }

    /// When the column `nth` begins, in seconds since 1970.
    pub(crate) fn start_of(&self, nth: usize) -> i64 {
        self.start + self.step * i64::try_from(nth).unwrap_or(0)
    }

    /// The kinds of signals that occur, in the order of the table; at most `most` of them, the others being one.
    pub(crate) fn kinds(&self, most: usize) -> Vec<usize> {
        let total = |kind: usize| self.columns.iter().fold(0_u64, |sum, counts| sum.saturating_add(counts[kind]));
        let mut kinds: Vec<_> = (0..OTHERS).map(|kind| (total(kind), kind)).filter(|(total, _)| *total > 0).collect();
        let has_more = kinds.len() > most || total(OTHERS) > 0;
        // Stable: of equals the first of the table.
        kinds.sort_by_key(|&(total, _)| std::cmp::Reverse(total));
        kinds.truncate(most);
        let mut kinds: Vec<_> = kinds.into_iter().map(|(_, kind)| kind).collect();
        kinds.sort_unstable();
        kinds.extend(has_more.then_some(OTHERS));
        kinds
    }

    /// The parts of a column, one for each of `kinds`; the last has what is none of the others.
    pub(crate) fn parts(&self, column: usize, kinds: &[usize]) -> Vec<u64> {
        let counts = &self.columns[column];
        let rest =
            || (0..KINDS).filter(|kind| !kinds.contains(kind) || *kind == OTHERS).fold(0_u64, |sum, kind| sum.saturating_add(counts[kind]));
        kinds.iter().map(|&kind| if kind == OTHERS { rest() } else { counts[kind] }).collect()
    }

    /// The most that was counted in a column.
    pub(crate) fn most(&self) -> u64 {
        self.columns.iter().map(|counts| counts.iter().fold(0, |sum: u64, count| sum.saturating_add(*count))).max().unwrap_or(0)
    }

    /// What one host did in each column, all signals together.
    pub(crate) fn strip(&self, timeline: &Timeline<'_>) -> Vec<u64> {
        let mut strip = vec![0_u64; self.columns.len()];
        let seconds = i64::from(seconds_of(timeline.level));
        for &(start, count) in timeline.signals.iter().flat_map(|(_, buckets)| buckets) {
            let column = (start * seconds - self.start).div_euclid(self.step);
            if let Some(sum) = usize::try_from(column).ok().and_then(|column| strip.get_mut(column)) {
                *sum = sum.saturating_add(count);
            }
        }
        strip
    }

    /// The columns in which a host was seen, from and to, both included: by its timeline or, where it has none, between its first and last
    /// time.
    pub(crate) fn active(&self, host: &HostRecord<'_>) -> Vec<(usize, usize)> {
        let mut ranges: Vec<(usize, usize)> = Vec::new();
        if host.timeline.is_empty() {
            let (Some(first), Some(last)) = (host.first_seen, host.last_seen) else { return ranges };
            let [first, last] = [first, last].map(|at| (at - self.start).div_euclid(self.step));
            let count = i64::try_from(self.columns.len()).unwrap_or(i64::MAX);
            if last >= 0 && first < count {
                let column = |at: i64| usize::try_from(at.clamp(0, count - 1)).unwrap_or(0);
                ranges.push((column(first), column(last)));
            }
            return ranges;
        }
        for (column, _) in self.strip(&host.timeline).iter().enumerate().filter(|(_, count)| **count > 0) {
            match ranges.last_mut() {
                Some((_, last)) if *last + 1 == column => *last = column,
                _ => ranges.push((column, column)),
            }
        }
        ranges
    }
}

/// Whether a host was seen in `period`: by its timeline, to the width of a bucket, or, where it has none, between its first and last time.
pub(crate) fn is_seen_in(host: &HostRecord<'_>, period: &Period) -> bool {
    if !period.is_bounded() {
        return true;
    }
    let meets =
        |first: i64, last: i64| period.since().is_none_or(|since| last >= since) && period.until().is_none_or(|until| first < until);
    if host.timeline.is_empty() {
        return host.first_seen.zip(host.last_seen).is_some_and(|(first, last)| meets(first, last));
    }
    let seconds = i64::from(seconds_of(host.timeline.level));
    let mut starts = host.timeline.signals.iter().flat_map(|(_, buckets)| buckets).map(|&(start, _)| start * seconds);
    starts.any(|start| meets(start.max(host.first_seen.unwrap_or(start)), (start + seconds - 1).min(host.last_seen.unwrap_or(i64::MAX))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Clock;

    fn timeline(level: u8, signal: &'static str, buckets: &[(i64, u64)]) -> Timeline<'static> {
        Timeline { level, signals: vec![(signal.into(), buckets.to_vec())] }
    }

    fn period(since: &str, until: &str) -> Period {
        Period::new(Some(since), Some(until), &Clock::new("UTC", None).expect("UTC"), 0).expect("a period")
    }

    #[test]
    fn all_hosts_are_added_at_the_coarsest_resolution_and_gaps_stay() {
        let mut total = TimelineTotal::default();
        total.add(&timeline(0, "http_404", &[(0, 1), (7, 2)]));
        let mut other = TimelineTotal::default();
        other.add(&timeline(1, "mine", &[(3, 5)]));
        total.merge(other);
        total.fit();
        let view = total.view(&Period::default()).expect("something");
        assert_eq!((view.start, view.step, view.columns.len(), view.end(), view.most()), (0, 60, 4, 240, 5));
        let kinds = view.kinds(7);
        assert_eq!(kinds, [1, OTHERS]);
        assert_eq!((0..4).map(|column| view.parts(column, &kinds)).collect::<Vec<_>>(), [[1, 0], [2, 0], [0, 0], [0, 5]]);
        assert_eq!(view.kinds(0), [OTHERS]);
        assert_eq!(view.parts(1, &[OTHERS]), [2]);
    }

    #[test]
    fn a_period_of_centuries_has_no_more_columns_than_a_screen() {
        let mut total = TimelineTotal::default();
        total.add(&timeline(6, "http_404", &[(0, 1), (9_999, 2)]));
        let view = total.view(&Period::default()).expect("something");
        assert_eq!((view.columns.len(), view.step), (400, 25 * 604_800));
        assert_eq!((view.columns[0][1], view.columns[399][1]), (1, 2));
    }

    #[test]
    fn a_part_is_shown_and_hosts_that_were_not_seen_in_it_are_none_of_it() {
        let mut total = TimelineTotal::default();
        let own = timeline(1, "http_404", &[(0, 1), (2, 4), (9, 2)]);
        total.add(&own);
        let view = total.view(&period("1970-01-01T00:01:30Z", "1970-01-01T00:09:00Z")).expect("something");
        assert_eq!((view.start, view.columns.len()), (120, 1));
        assert!(total.view(&period("1970-01-01T00:03:00Z", "1970-01-01T00:04:00Z")).is_none());
        let host = HostRecord { timeline: own, first_seen: Some(5), last_seen: Some(545), ..HostRecord::new([192, 0, 2, 1].into()) };
        let plain = HostRecord { timeline: Timeline::default(), ..host.clone() };
        for (since, until, seen, seen_without) in [
            ("1970-01-01T00:00:00Z", "1970-01-01T00:00:05Z", false, false),
            ("1970-01-01T00:00:00Z", "1970-01-01T00:00:06Z", true, true),
            ("1970-01-01T00:03:00Z", "1970-01-01T00:04:00Z", false, true),
            ("1970-01-01T00:09:05Z", "1970-01-01T01:00:00Z", true, true),
            ("1970-01-01T00:09:06Z", "1970-01-01T01:00:00Z", false, false),
        ] {
            let period = period(since, until);
            assert_eq!((is_seen_in(&host, &period), is_seen_in(&plain, &period)), (seen, seen_without), "{since} {until}");
        }
        let view = total.view(&Period::default()).expect("something");
        assert_eq!(view.active(&host), [(0, 0), (2, 2), (9, 9)]);
        assert_eq!(view.active(&plain), [(0, 9)]);
        assert_eq!(view.strip(&host.timeline), [1, 0, 4, 0, 0, 0, 0, 0, 0, 2]);
    }
}

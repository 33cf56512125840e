//! What is summed for one address: counts by signal, the period, the earliest evidence and, where a rule or a later merge
//! needs them, counts by time and distinct values.
//!
//! Adding commutes and associates, so runs may be split over files, machines and days: adding the parts gives what one run
//! over everything gives. That is the merge property; a test checks soar-score for it.

mod counts;
mod evidence;
mod extra;
mod memory;
mod other;
mod services;

use crate::aggregate::tally::counts::SignalCounts;
pub use crate::aggregate::tally::evidence::EvidencePosition;
use crate::aggregate::tally::extra::{Extra, Rare};
pub use crate::aggregate::tally::other::Other;
use crate::aggregate::tally::other::known_time;

use crate::aggregate::interner::SignalId;
use crate::aggregate::login_order::LoginOrderBuilder;
use crate::aggregate::series::Series;
use crate::aggregate::timeline::HostTimeline;
use crate::record::MAX_INTEGER;
use crate::record::host::SeenAt;
use crate::record::host::carried::Carried;
use crate::record::host::partial::{Distinct, MOST_BUCKETS, MOST_HOST_BUCKETS};
use crate::record::signal::{LOGIN_ACCEPTED, LOGIN_FAILED, SIGNALS, SignalSet, Value};

/// The counts by time of one signal, in units of the run's resolution.
pub type Counts = Series<MOST_BUCKETS>;

/// What is summed for one address. Small where nothing but counts is kept, since there may be millions.
#[derive(Debug, Clone)]
pub struct HostAggregate {
    counts: SignalCounts,
    /// Of signals of the table.
    first_seen: i64,
    last_seen: i64,
    more: Option<Box<Extra>>,
}

impl Default for HostAggregate {
    fn default() -> Self {
        Self { counts: SignalCounts::default(), first_seen: i64::MAX, last_seen: i64::MIN, more: None }
    }
}

impl HostAggregate {
    /// Adds `count` occurrences of a signal; at [`MAX_INTEGER`] the counter stays and `false` is returned.
    pub fn count(&mut self, signal: SignalId, count: u64) -> bool {
        let counter = match signal.index() {
            Some(_) if count == 0 => return true,
            Some(index) => self.counts.get_mut(index),
            None => &mut entry(&mut self.rare_mut().others, signal).count,
        };
        let sum = counter.saturating_add(count);
        *counter = sum.min(MAX_INTEGER);
        sum <= MAX_INTEGER
    }

    /// The counts by time of a signal, to which something is to be added.
    pub fn series_mut(&mut self, signal: SignalId) -> &mut Counts {
        entry(&mut self.more_mut().series, signal)
    }

    /// Widens the period in which signals of the table were seen.
    pub fn extend_period(&mut self, at: Option<i64>) {
        if let Some(at) = at {
            self.first_seen = self.first_seen.min(at);
            self.last_seen = self.last_seen.max(at);
        }
    }

    /// The order of failures and logins, to which something is to be added.
    pub fn order_mut(&mut self) -> &mut LoginOrderBuilder {
        self.more_mut().order.get_or_insert_default()
    }

    /// The counts by time for people, to which something is to be added.
    pub fn timeline_mut(&mut self) -> &mut HostTimeline {
        self.rare_mut().timeline.get_or_insert_default()
    }

    /// Whether a signal of the table was counted.
    pub fn has_known(&self) -> bool {
        self.counts.is_any()
    }

    pub fn distinct_mut(&mut self, value: Value) -> &mut Distinct {
        let rare = self.rare_mut();
        match value {
            Value::User => &mut rare.users,
            Value::Path => &mut rare.paths,
        }
    }

    /// Remembers that a rule, by its index, led to an alert at that time.
    pub fn note_alert(&mut self, rule: usize, at: i64) {
        let alerted = &mut self.more_mut().alerted;
        match alerted.binary_search_by_key(&rule, |&(other, _)| other) {
            Ok(index) => alerted[index].1 = at,
            Err(index) => {
                // Vec would start with four; most addresses that lead to an alert do so for one rule.
                alerted.reserve_exact(1);
                alerted.insert(index, (rule, at));
            }
        }
    }

    /// Forgets that a rule led to an alert.
    pub fn forget_alert(&mut self, rule: usize) {
        self.more.iter_mut().for_each(|more| more.alerted.retain(|(other, _)| *other != rule));
    }

    /// Puts in order what came out of order. To be called before anything is asked of the series.
    pub fn sort_evidence(&mut self) {
        let Some(more) = &mut self.more else { return };
        more.series.iter_mut().for_each(|(_, series)| series.settle());
        fit_together(&mut more.series, MOST_HOST_BUCKETS);
    }

    /// Forgets the counts by time that a window which ends with `now` does not hold, and puts the others in order.
    pub fn forget_before_window(&mut self, now: i64, window: i64) {
        let Some(more) = &mut self.more else { return };
        more.series.retain_mut(|(_, series)| {
            series.forget_before_window(now, window);
            !series.buckets().is_empty()
        });
        fit_together(&mut more.series, MOST_HOST_BUCKETS);
    }

    pub fn count_of(&self, signal: SignalId) -> u64 {
        match signal.index() {
            Some(index) => self.counts.get(index),
            None => self.others().iter().find(|(id, _)| *id == signal).map_or(0, |(_, other)| other.count),
        }
    }

    /// The most occurrences of a signal in any window of that length, in units of the resolution.
    pub fn peak_of(&self, signal: SignalId, window: i64) -> u64 {
        self.series_of(signal).map_or(0, |series| series.peak(window))
    }

    /// The counts by time of a signal; `None`: there are none.
    pub fn series_of(&self, signal: SignalId) -> Option<&Counts> {
        self.series().iter().find(|(other, _)| *other == signal).map(|(_, series)| series)
    }

    /// The counts of the table's signals, in table order.
    pub fn known(&self) -> [u64; SIGNALS.len()] {
        self.counts.all()
    }

    /// The counts of other signals, in no order; some may be left out in the end.
    pub fn others(&self) -> &[(SignalId, Other)] {
        self.rare().map_or(&[], |rare| &rare.others)
    }

    /// When the address was first seen, in seconds since 1970.
    pub fn first_seen(&self) -> Option<i64> {
        known_time(self.others().iter().fold(self.first_seen, |first, (_, other)| first.min(other.first_seen)))
    }

    /// When the address was last seen, in seconds since 1970.
    pub fn last_seen(&self) -> Option<i64> {
        known_time(self.others().iter().fold(self.last_seen, |last, (_, other)| last.max(other.last_seen)))
    }

    /// When a signal of the table was first and last seen.
    pub fn known_period(&self) -> (Option<i64>, Option<i64>) {
        (known_time(self.first_seen), known_time(self.last_seen))
    }

    /// When the address that a network is called by was last seen, where that is not when the network was.
    pub fn ip_last_seen(&self) -> Option<SeenAt> {
        self.rare().and_then(|rare| rare.ip_last_seen)
    }

    pub fn set_ip_last_seen(&mut self, at: Option<SeenAt>) {
        if at != self.ip_last_seen() {
            self.rare_mut().ip_last_seen = at;
        }
    }

    /// What stages between ours know of it; `None`: nothing.
    pub fn carried(&self) -> Option<&Carried> {
        self.rare().and_then(|rare| rare.carried.as_deref())
    }

    /// The same, to which something is to be added.
    pub fn carried_mut(&mut self) -> &mut Carried {
        self.rare_mut().carried.get_or_insert_default()
    }

    /// Whether anything was counted: what is only known from other stages is no host.
    pub fn is_counted(&self) -> bool {
        self.has_known() || !self.others().is_empty()
    }

    /// The earliest evidence, by signal.
    pub fn evidence(&self) -> &[(SignalId, EvidencePosition)] {
        self.more.as_ref().map_or(&[], |more| &more.evidence)
    }

    /// The counts by time of each signal that has some, in no order.
    pub fn series(&self) -> &[(SignalId, Counts)] {
        self.more.as_ref().map_or(&[], |more| &more.series)
    }

    /// The distinct values of one kind; `None`: there never was one.
    pub fn distinct(&self, value: Value) -> Option<&Distinct> {
        self.rare().map(|rare| match value {
            Value::User => &rare.users,
            Value::Path => &rare.paths,
        })
    }

    /// The order of failures and logins; `None`: there was neither, or nothing is known of it.
    pub fn order(&self) -> Option<&LoginOrderBuilder> {
        self.more.as_ref().and_then(|more| more.order.as_deref())
    }

    /// The counts by time for people; `None`: there are none, or none are kept.
    pub fn timeline(&self) -> Option<&HostTimeline> {
        self.rare().and_then(|rare| rare.timeline.as_deref())
    }

    /// What an event that tells of a login looks at first.
    pub fn last_failure(&self) -> Option<(i64, u64)> {
        self.order().and_then(LoginOrderBuilder::last_failure)
    }

    /// How often any of `signals` was counted.
    pub fn count_of_any(&self, signals: SignalSet) -> u64 {
        signals.indexes().map(|index| self.counts.get(index)).fold(0, u64::saturating_add)
    }

    /// The most failures shortly before a login that may have been guessed; `None`: none is known, but there are logins or failures
    /// that are known in number alone.
    pub fn failed_before_login(&self) -> Option<u64> {
        let failed = self.count_of_any(LOGIN_FAILED);
        if failed == 0 || self.count_of_any(LOGIN_ACCEPTED) == 0 {
            return Some(0);
        }
        let order = self.order()?;
        let most = order.failed_before_login();
        (most > 0 || order.is_whole(failed)).then_some(most)
    }

    /// When each rule led to an alert last, in the order of the rules.
    pub fn alerted(&self) -> &[(usize, i64)] {
        self.more.as_ref().map_or(&[], |more| &more.alerted)
    }

    fn more_mut(&mut self) -> &mut Extra {
        self.more.get_or_insert_default()
    }

    fn rare(&self) -> Option<&Rare> {
        self.more.as_ref()?.rare.as_deref()
    }

    fn rare_mut(&mut self) -> &mut Rare {
        self.more_mut().rare.get_or_insert_default()
    }
}

/// Makes buckets wider, those of all signals alike, until there are no more than `most`. A signal whose buckets are wider than what
/// is looked at counts as if it had one more than it may have, so that this too is the same for any order and any parts.
fn fit_together<const MOST: usize>(list: &mut [(SignalId, Series<MOST>)], most: usize) {
    let count_at = |shift: u8| list.iter().map(|(_, series)| series.count_at(shift)).sum::<usize>();
    if list.len() <= most / (MOST + 1) {
        return;
    }
    if let Some(shift) = (0..=63).find(|&shift| count_at(shift) <= most) {
        for (_, series) in list {
            series.coarsen(shift);
        }
    }
}

/// What the list has for `signal`, which is put in if it is new. Addresses have a handful of signals.
fn entry<T: Default>(list: &mut Vec<(SignalId, T)>, signal: SignalId) -> &mut T {
    let index = list.iter().position(|(other, _)| *other == signal).unwrap_or_else(|| {
        list.push((signal, T::default()));
        list.len() - 1
    });
    &mut list[index].1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::aggregate::interner::StringInterner;

    #[test]
    fn only_the_earliest_evidence_is_kept_and_unknown_times_come_last() {
        let mut files = StringInterner::default();
        let (a, b) = (files.number(&"b.log".into()), files.number(&"a.log".into()));
        let mut tally = HostAggregate::default();
        for (signal, at, file, line) in
            [(0, None, a, 1), (0, Some(9), a, 4), (1, Some(1), a, 7), (0, Some(5), a, 9), (0, Some(5), b, 12), (0, Some(5), a, 2)]
        {
            tally.keep(SignalId::known(signal), EvidencePosition::new(at, file, line), 2, &files);
        }
        let kept: Vec<_> =
            tally.evidence().iter().map(|(signal, position)| (*signal, position.at(), position.file, position.line)).collect();
        let [failed, missing] = [0, 1].map(SignalId::known);
        assert_eq!(kept, [(failed, Some(5), b, 12), (failed, Some(5), a, 2), (missing, Some(1), a, 7)]);
    }

    #[test]
    fn a_counter_stops_loudly_at_the_largest_integer() {
        let mut tally = HostAggregate::default();
        assert!(tally.count(SignalId::known(0), MAX_INTEGER));
        assert!(!tally.count(SignalId::known(0), 1));
        assert_eq!(tally.known()[0], MAX_INTEGER);
    }

    proptest! {
        #[test]
        fn all_buckets_of_an_address_have_room_whatever_the_order_and_the_parts(
            arrivals in proptest::collection::vec((0..6_usize, 0..400_i64), 0..300), cut in 0..300_usize,
        ) {
            let series_of = |arrivals: &[(usize, i64)]| {
                let mut list: Vec<(SignalId, Series<8>)> = Vec::new();
                for &(signal, at) in arrivals {
                    entry(&mut list, SignalId::known(signal)).add(at, 1);
                }
                for (_, series) in &mut list {
                    series.settle();
                }
                fit_together(&mut list, 20);
                list.sort_by_key(|(signal, _)| *signal);
                list
            };
            let whole = series_of(&arrivals);
            // As the definition has it.
            let buckets = |signal: usize, shift: u8| {
                let starts = arrivals.iter().filter(|(other, _)| *other == signal).map(|(_, at)| at >> shift);
                starts.collect::<std::collections::BTreeSet<_>>().len()
            };
            let shift = (0..64).find(|&shift| (0..6).map(|signal| buckets(signal, shift).min(9)).sum::<usize>() <= 20);
            for (signal, series) in &whole {
                let signal = signal.index().expect("of the table");
                let own = (0..64).find(|&shift| buckets(signal, shift) <= 8);
                prop_assert_eq!(Some(series.shift()), own.max(shift));
            }
            prop_assert!(whole.iter().map(|(_, series)| series.buckets().len()).sum::<usize>() <= 20);
            let (early, late) = arrivals.split_at(cut.min(arrivals.len()));
            let mut merged = series_of(late);
            for (signal, series) in series_of(early) {
                entry(&mut merged, signal).merge(series.shift(), series.buckets());
            }
            for (_, series) in &mut merged {
                series.settle();
            }
            fit_together(&mut merged, 20);
            merged.sort_by_key(|(signal, _)| *signal);
            prop_assert_eq!(merged, whole);
        }
    }

    #[test]
    fn ten_million_addresses_fit_in_the_memory_that_was_promised() {
        assert!(size_of::<HostAggregate>() <= 80);
    }
}

//! Occurrences by time, in so many buckets at the most, and the most of them in any window.
//!
//! Time is counted in units, such as the resolution of a run. A bucket is as many units wide as the smallest power of two with
//! which there are no more than `MOST` buckets that are not empty. Wider buckets are made of whole narrower ones, and a part of
//! the occurrences never needs wider ones than all of them: so it does not matter in which order and by which parts they come.

use crate::record::MAX_INTEGER;
use crate::record::host::partial::Buckets;

/// How many late buckets are put up with before they are sorted in.
const LATE_AT_LEAST: usize = 32;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Series<const MOST: usize> {
    /// The start of each, in units since 1970, and its count: ascending up to `ordered`, as they came from there on.
    buckets: Buckets,
    ordered: u32,
    /// The base 2 logarithm of their width in units.
    shift: u8,
}

impl<const MOST: usize> Series<MOST> {
    /// Adds `count` occurrences at `at`, in units since 1970.
    pub(crate) fn add(&mut self, at: i64, count: u64) {
        let start = floor(at, self.shift);
        let is_ordered = self.is_settled();
        match self.buckets.last_mut() {
            Some((last, sum)) if *last == start => *sum = add(*sum, count),
            Some((last, _)) if !is_ordered || *last > start => {
                self.push(start, count);
                // As many late ones as early ones at the most: sorting them in costs each of them a logarithm.
                let ordered = self.ordered as usize;
                if self.buckets.len() - ordered > ordered.max(LATE_AT_LEAST) {
                    self.settle();
                }
            }
            _ => {
                self.push(start, count);
                self.ordered += 1;
                self.fit();
            }
        }
    }

    /// Adds buckets of another series, of that width.
    pub(crate) fn merge(&mut self, shift: u8, buckets: &[(i64, u64)]) {
        if self.buckets.capacity() == 0 {
            self.buckets.reserve_exact(buckets.len().min(MOST + 1));
        }
        self.coarsen(shift);
        for &(start, count) in buckets {
            self.add(start, count);
        }
    }

    fn push(&mut self, start: i64, count: u64) {
        if self.buckets.capacity() == 0 {
            // Vec would start with four; most addresses that have any have one or two.
            self.buckets.reserve_exact(1);
        }
        self.buckets.push((start, count));
    }

    /// Whether everything is in order.
    pub(crate) const fn is_settled(&self) -> bool {
        self.ordered as usize == self.buckets.len()
    }

    /// Puts everything in order. To be called before anything is asked.
    pub(crate) fn settle(&mut self) {
        if !self.is_settled() {
            self.sort();
        }
        self.fit();
    }

    fn sort(&mut self) {
        self.buckets.sort_unstable();
        self.buckets.dedup_by(|later, earlier| {
            if later.0 != earlier.0 {
                return false;
            }
            earlier.1 = add(earlier.1, later.1);
            true
        });
        self.count_ordered();
    }

    fn count_ordered(&mut self) {
        // Twice MOST at the most.
        self.ordered = u32::try_from(self.buckets.len()).unwrap_or(u32::MAX);
    }

    /// Makes buckets wider until there are no more than allowed.
    fn fit(&mut self) {
        while self.buckets.len() > MOST {
            self.coarsen(self.shift + 1);
        }
    }

    /// Makes buckets as wide as two to the `shift`, where they are narrower.
    pub(crate) fn coarsen(&mut self, shift: u8) {
        if shift > self.shift {
            self.shift = shift;
            self.buckets.iter_mut().for_each(|(start, _)| *start = floor(*start, shift));
            self.sort();
        }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.buckets.is_empty()
    }

    pub(crate) const fn buckets(&self) -> &Buckets {
        &self.buckets
    }

    /// The base 2 logarithm of the width of buckets, in units.
    pub(crate) const fn shift(&self) -> u8 {
        self.shift
    }

    /// How many buckets of such a width there are; of narrower ones than its own, one more than allowed: so many there are at least.
    pub(crate) fn count_at(&self, shift: u8) -> usize {
        if shift < self.shift {
            return MOST + 1;
        }
        self.buckets.chunk_by(|one, other| floor(one.0, shift) == floor(other.0, shift)).count()
    }

    /// The length of a window over these buckets: its own, rounded down to whole buckets; at least one.
    pub(crate) fn fit_window(&self, window: i64) -> i64 {
        floor(window, self.shift).max(1 << self.shift)
    }

    /// The most occurrences in any window of that many units, as far as buckets allow.
    pub(crate) fn peak(&self, window: i64) -> u64 {
        let window = self.fit_window(window);
        let (mut most, mut sum, mut first) = (0, 0_u128, 0);
        for &(start, count) in &self.buckets {
            sum += u128::from(count);
            while self.buckets[first].0 <= start.saturating_sub(window) {
                sum -= u128::from(self.buckets[first].1);
                first += 1;
            }
            most = most.max(sum);
        }
        u64::try_from(most).unwrap_or(MAX_INTEGER).min(MAX_INTEGER)
    }

    /// Forgets the buckets that a window which ends with `now` does not hold.
    pub(crate) fn forget_before_window(&mut self, now: i64, window: i64) {
        self.settle();
        let start = now.saturating_sub(self.fit_window(window));
        let old = self.buckets.partition_point(|&(bucket, _)| bucket <= start);
        self.buckets.drain(..old);
        self.count_ordered();
    }
}

/// The start of the bucket that holds `at`.
const fn floor(at: i64, shift: u8) -> i64 {
    at >> shift << shift
}

fn add(sum: u64, count: u64) -> u64 {
    sum.saturating_add(count).min(MAX_INTEGER)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn series<const MOST: usize>(buckets: &[(i64, u64)]) -> Series<MOST> {
        let mut series = Series::default();
        for &(start, count) in buckets {
            series.add(start, count);
        }
        series.settle();
        series
    }

    #[test]
    fn the_peak_is_the_fullest_window() {
        let of_some = series::<9>(&[(0, 3), (1, 4), (5, 6), (6, 1)]);
        for (window, most) in [(1, 6), (2, 7), (5, 10), (6, 13), (7, 14), (i64::MAX, 14)] {
            assert_eq!(of_some.peak(window), most, "{window}");
        }
        assert_eq!(Series::<9>::default().peak(10), 0);
        assert_eq!(series::<9>(&[(0, MAX_INTEGER), (0, 1), (1, MAX_INTEGER)]).peak(2), MAX_INTEGER);
    }

    #[test]
    fn what_left_the_window_is_forgotten_and_the_bucket_of_now_is_not() {
        let mut fine = series::<9>(&[(2, 1), (0, 3), (1, 4)]);
        fine.forget_before_window(2, 2);
        assert_eq!(fine.buckets(), &[(1, 4), (2, 1)]);
        let mut coarse = series::<2>(&[(0, 1), (9, 2), (21, 3)]);
        assert_eq!((coarse.buckets().as_slice(), coarse.fit_window(1)), (&[(0, 3), (16, 3)][..], 16));
        coarse.forget_before_window(31, 1);
        assert_eq!(coarse.buckets(), &[(16, 3)]);
    }

    #[test]
    fn a_window_over_wider_buckets_is_its_length_in_whole_ones() {
        let wide = series::<1>(&[(0, 1), (3, 1)]);
        assert_eq!([1, 4, 7, 8, 13].map(|window| wide.fit_window(window)), [4, 4, 4, 8, 12]);
        assert_eq!(series::<9>(&[(0, 1)]).fit_window(13), 13);
    }

    /// As the definition has it: the smallest power of two with which there are no more than `most` buckets.
    fn defined(arrivals: &[(i64, u64)], most: usize) -> (u8, Vec<(i64, u64)>) {
        (0..64)
            .map(|shift| {
                let mut buckets = std::collections::BTreeMap::new();
                for &(at, count) in arrivals {
                    *buckets.entry(at.div_euclid(1 << shift) * (1 << shift)).or_insert(0) += count;
                }
                (shift, buckets.into_iter().collect::<Vec<_>>())
            })
            .find(|(_, buckets)| buckets.len() <= most)
            .expect("one bucket, and another before 1970")
    }

    proptest! {
        #[test]
        fn the_order_of_arrival_does_not_matter_and_the_peak_is_that_of_all_windows(
            arrivals in proptest::collection::vec((-20_i64..20, 1_u64..5), 0..200), window in 1_i64..8,
        ) {
            let mut sorted = arrivals.clone();
            sorted.sort_unstable();
            let (one, other) = (series::<40>(&arrivals), series::<40>(&sorted));
            prop_assert_eq!(&one, &other);
            let inside = |start: i64| arrivals.iter().filter(|(at, _)| (start..start + window).contains(at)).map(|(_, count)| count).sum::<u64>();
            prop_assert_eq!(one.peak(window), (-30..30).map(inside).max().unwrap_or(0));
        }

        #[test]
        fn buckets_are_as_wide_as_the_definition_says_whatever_the_order_and_the_parts(
            arrivals in proptest::collection::vec((prop_oneof![-9_i64..99, -50_000_i64..50_000, -1_i64 << 40..1 << 40], 1_u64..5), 0..300), cut in 0..300_usize,
        ) {
            let (shift, buckets) = defined(&arrivals, 8);
            let whole = series::<8>(&arrivals);
            prop_assert_eq!((whole.shift(), whole.buckets()), (shift, &buckets));
            let mut sorted = arrivals.clone();
            sorted.sort_unstable();
            prop_assert_eq!(&series::<8>(&sorted), &whole);
            let (early, late) = arrivals.split_at(cut.min(arrivals.len()));
            let (mut one, other) = (series::<8>(late), series::<8>(early));
            one.merge(other.shift(), other.buckets());
            one.settle();
            prop_assert_eq!(&one, &whole);
            for wider in 0..50 {
                let count = if wider < shift { 9 } else { buckets.chunk_by(|a, b| a.0 >> wider == b.0 >> wider).count() };
                prop_assert_eq!(whole.count_at(wider), count);
            }
        }
    }
}

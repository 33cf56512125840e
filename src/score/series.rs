//! Occurrences by time, and the most of them in any window.

use crate::record::MAX_INTEGER;
use crate::record::partial::Buckets;

/// How many late buckets are put up with before they are sorted in.
const LATE_AT_LEAST: usize = 32;

/// The non-empty buckets of one signal of one address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Series {
    /// The start of each and its count: ascending up to `ordered`, as they came from there on.
    buckets: Buckets,
    ordered: usize,
}

impl Series {
    /// Adds `count` occurrences in the bucket that starts at `start`.
    pub fn add(&mut self, start: i64, count: u64) {
        let is_ordered = self.ordered == self.buckets.len();
        match self.buckets.last_mut() {
            Some((last, sum)) if *last == start => *sum = add(*sum, count),
            Some((last, _)) if !is_ordered || *last > start => {
                self.buckets.push((start, count));
                // As many late ones as early ones at the most: sorting them in costs each of them a logarithm.
                if self.buckets.len() - self.ordered > self.ordered.max(LATE_AT_LEAST) {
                    self.settle();
                }
            }
            _ => {
                self.buckets.push((start, count));
                self.ordered += 1;
            }
        }
    }

    /// Puts everything in order. To be called before anything is asked.
    pub fn settle(&mut self) {
        if self.ordered < self.buckets.len() {
            self.buckets.sort_unstable();
            self.buckets.dedup_by(|later, earlier| {
                if later.0 != earlier.0 {
                    return false;
                }
                earlier.1 = add(earlier.1, later.1);
                true
            });
        }
        self.ordered = self.buckets.len();
    }

    /// The buckets, ascending.
    #[must_use]
    pub const fn buckets(&self) -> &Buckets {
        &self.buckets
    }

    /// The most occurrences in any window of that many seconds, a multiple of the resolution.
    #[must_use]
    pub fn peak(&self, window_seconds: i64) -> u64 {
        let (mut most, mut sum, mut first) = (0, 0_u128, 0);
        for &(start, count) in &self.buckets {
            sum += u128::from(count);
            while self.buckets[first].0 <= start.saturating_sub(window_seconds) {
                sum -= u128::from(self.buckets[first].1);
                first += 1;
            }
            most = most.max(sum);
        }
        u64::try_from(most).unwrap_or(MAX_INTEGER).min(MAX_INTEGER)
    }

    /// Forgets the buckets before `start`.
    pub fn forget_before(&mut self, start: i64) {
        self.settle();
        let old = self.buckets.partition_point(|&(bucket, _)| bucket < start);
        self.buckets.drain(..old);
        self.ordered = self.buckets.len();
    }
}

fn add(sum: u64, count: u64) -> u64 {
    sum.saturating_add(count).min(MAX_INTEGER)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn series(buckets: &[(i64, u64)]) -> Series {
        let mut series = Series::default();
        for &(start, count) in buckets {
            series.add(start, count);
        }
        series.settle();
        series
    }

    #[test]
    fn the_peak_is_the_fullest_window() {
        let series = series(&[(0, 3), (10, 4), (50, 6), (60, 1)]);
        for (window, most) in [(10, 6), (20, 7), (50, 10), (60, 13), (70, 14), (i64::MAX, 14)] {
            assert_eq!(series.peak(window), most, "{window}");
        }
        assert_eq!(Series::default().peak(10), 0);
        assert_eq!(series_of_most().peak(20), MAX_INTEGER);
    }

    fn series_of_most() -> Series {
        series(&[(0, MAX_INTEGER), (0, 1), (10, MAX_INTEGER)])
    }

    #[test]
    fn what_left_the_window_is_forgotten() {
        let mut series = series(&[(20, 1), (0, 3), (10, 4)]);
        series.forget_before(10);
        assert_eq!(series.buckets(), &[(10, 4), (20, 1)]);
    }

    proptest! {
        #[test]
        fn the_order_of_arrival_does_not_matter_and_the_peak_is_that_of_all_windows(
            arrivals in proptest::collection::vec((-20_i64..20, 1_u64..5), 0..200), window in 1_i64..8,
        ) {
            let arrivals: Vec<_> = arrivals.into_iter().map(|(bucket, count)| (bucket * 10, count)).collect();
            let mut sorted = arrivals.clone();
            sorted.sort_unstable();
            let (one, other) = (series(&arrivals), series(&sorted));
            prop_assert_eq!(&one, &other);
            let inside = |start: i64| arrivals.iter().filter(|(at, _)| (start..start + window * 10).contains(at)).map(|(_, count)| count).sum::<u64>();
            prop_assert_eq!(one.peak(window * 10), (-30..30).map(|start| inside(start * 10)).max().unwrap_or(0));
        }
    }
}

//! How often each signal of the table was counted for one address.
//!
//! There may be millions of addresses, and few of them have more than a handful of signals: those take the memory of six
//! counters, however many signals the table has.

use crate::aggregate::tally::HostAggregate;
use crate::record::signal::{SIGNALS, SignalSet};

/// How many different signals fit without memory of their own. With it, an address takes the 80 bytes that were promised.
const FEW: usize = 6;

/// One counter for each signal of the table.
#[derive(Debug, Clone)]
pub(crate) enum SignalCounts {
    /// Those of the signals of a set, in table order.
    Few {
        /// The signals that were counted.
        which: SignalSet,
        /// Their counters; those behind the last signal are 0.
        counts: [u64; FEW],
    },
    /// Those of all signals.
    All(Box<[u64; SIGNALS.len()]>),
}

impl Default for SignalCounts {
    fn default() -> Self {
        Self::Few { which: SignalSet::default(), counts: [0; FEW] }
    }
}

impl SignalCounts {
    /// The counter of `SIGNALS[index]`.
    pub(crate) fn get(&self, index: usize) -> u64 {
        match self {
            Self::Few { which, counts } if which.contains(index) => counts[which.rank(index)],
            Self::Few { .. } => 0,
            Self::All(counts) => counts[index],
        }
    }

    /// The counter of `SIGNALS[index]`, to which something is to be added.
    pub(crate) fn get_mut(&mut self, index: usize) -> &mut u64 {
        if let Self::Few { which, counts } = self
            && !which.contains(index)
        {
            let (used, rank) = (which.len(), which.rank(index));
            if used < FEW {
                counts.copy_within(rank..used, rank + 1);
                counts[rank] = 0;
                *which = which.with(index);
            } else {
                *self = Self::All(Box::new(self.all()));
            }
        }
        match self {
            Self::Few { which, counts } => &mut counts[which.rank(index)],
            Self::All(counts) => &mut counts[index],
        }
    }

    /// Whether a signal was counted.
    pub(crate) fn is_any(&self) -> bool {
        match self {
            Self::Few { which, .. } => !which.is_empty(),
            Self::All(_) => true,
        }
    }

    /// The signals that were counted, in table order.
    pub(crate) fn counted(&self) -> impl Iterator<Item = (usize, u64)> {
        let (which, counts) = match self {
            Self::Few { which, counts } => (*which, &counts[..]),
            Self::All(counts) => (SignalSet::NONE, &counts[..]),
        };
        // Of all signals there is a counter, whether or not it was counted.
        let all = if which.is_empty() { counts } else { &[] }.iter().copied().enumerate().filter(|&(_, count)| count > 0);
        which.indexes().zip(counts.iter().copied()).chain(all)
    }

    /// All counters, in table order.
    pub(crate) fn all(&self) -> [u64; SIGNALS.len()] {
        match self {
            Self::Few { which, counts } => {
                let mut all = [0; SIGNALS.len()];
                which.indexes().zip(counts).for_each(|(index, count)| all[index] = *count);
                all
            }
            Self::All(counts) => **counts,
        }
    }

    /// How many bytes it takes beyond its own size, about, with what the allocator adds.
    pub(crate) const fn heap_bytes(&self) -> usize {
        match self {
            Self::Few { .. } => 0,
            Self::All(_) => size_of::<[u64; SIGNALS.len()]>() + 16,
        }
    }
}

impl HostAggregate {
    /// The signals of the table that were counted, by index, in table order.
    pub(crate) fn counted(&self) -> impl Iterator<Item = (usize, u64)> {
        self.counts.counted()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_is_counted_in_whatever_order_it_is_an_array_of_counters(
            added in proptest::collection::vec((0..SIGNALS.len(), 1..5_u64), 0..40),
        ) {
            let (mut counts, mut plain) = (SignalCounts::default(), [0; SIGNALS.len()]);
            prop_assert!(!counts.is_any());
            for (index, count) in added {
                *counts.get_mut(index) += count;
                plain[index] += count;
                prop_assert!(counts.is_any());
                prop_assert_eq!(counts.all(), plain);
                let counted = plain.into_iter().enumerate().filter(|&(_, count)| count > 0);
                prop_assert!(counts.counted().eq(counted));
                prop_assert!((0..SIGNALS.len()).all(|index| counts.get(index) == plain[index]));
            }
            let is_spilled = plain.iter().filter(|count| **count > 0).count() > FEW;
            prop_assert_eq!(counts.heap_bytes() > 0, is_spilled);
        }
    }
}

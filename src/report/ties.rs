//! How many hosts share the score at which a list of the highest ends: whoever is cut off there is no lower than the last
//! that is shown, and a chart has to say so. Bounded by the hosts that are shown.

use std::collections::BTreeMap;

/// Hosts by score, from the lowest on that may still be shown.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ties(BTreeMap<u64, u64>);

impl Ties {
    /// Counts `hosts` of `score`, unless that is below `floor`.
    pub(crate) fn add(&mut self, score: u64, hosts: u64, floor: Option<u64>) {
        if floor.is_none_or(|floor| score >= floor) {
            *self.0.entry(score).or_insert(0) += hosts;
        }
    }

    pub(crate) fn merge(&mut self, other: &Self, floor: Option<u64>) {
        other.0.iter().for_each(|(score, hosts)| self.add(*score, *hosts, floor));
    }

    /// Forgets the scores below `floor`; those above are of hosts that are all kept.
    pub(crate) fn settle(&mut self, floor: Option<u64>) {
        if let Some(floor) = floor {
            self.0 = self.0.split_off(&floor);
        }
    }

    /// How many hosts have `score`.
    pub(crate) fn of(&self, score: u64) -> u64 {
        self.0.get(&score).copied().unwrap_or(0)
    }
}

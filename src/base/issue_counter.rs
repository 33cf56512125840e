//! What was wrong with lines: the first few with their place, the rest by reason, so that garbage fills no memory.

use std::collections::BTreeMap;

/// How many problems are shown to people one by one before they are only counted.
pub(crate) const SHOWN: usize = 5;

/// Reasons may quote a line; past this many they are counted together, so that memory stays bounded.
pub(crate) const MOST_REASONS: usize = 64;

/// Problems of one piece of input.
#[derive(Debug)]
pub(crate) struct IssueCounter<R> {
    /// The first of them: line and reason.
    pub first: Vec<(u64, R)>,
    /// How many more there were of each reason.
    pub more: BTreeMap<R, u64>,
}

impl<R: Ord> IssueCounter<R> {
    pub(crate) const fn new() -> Self {
        Self { first: Vec::new(), more: BTreeMap::new() }
    }

    pub(crate) fn add(&mut self, line: u64, reason: R) {
        if self.first.len() < SHOWN {
            self.first.push((line, reason));
        } else {
            *self.more.entry(reason).or_insert(0) += 1;
        }
    }

    pub(crate) fn count(&self) -> u64 {
        self.first.len() as u64 + self.more.values().sum::<u64>()
    }
}

impl<R: Ord> Default for IssueCounter<R> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_keep_their_place_and_the_rest_is_counted() {
        let mut issues = IssueCounter::new();
        (1..=9).for_each(|line| issues.add(line, if line % 2 == 0 { "even" } else { "odd" }));
        assert_eq!(issues.first, [(1, "odd"), (2, "even"), (3, "odd"), (4, "even"), (5, "odd")]);
        assert_eq!(issues.more, BTreeMap::from([("even", 2), ("odd", 2)]));
        assert_eq!(issues.count(), 9);
    }
}

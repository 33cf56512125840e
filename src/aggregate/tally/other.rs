//! Signals outside the table: whether one is counted is known once the names of all are, so each has a period of its own.

use crate::aggregate::interner::SignalId;
use crate::aggregate::tally::{HostAggregate, entry};

/// What is counted of a signal outside the table, with a period of its own: whether it counts is known once all names are.
#[derive(Debug, Clone, Copy)]
pub struct Other {
    pub count: u64,
    pub(crate) first_seen: i64,
    pub(crate) last_seen: i64,
}

impl Default for Other {
    fn default() -> Self {
        Self { count: 0, first_seen: i64::MAX, last_seen: i64::MIN }
    }
}

impl Other {
    pub(crate) fn period(&self) -> (Option<i64>, Option<i64>) {
        (known_time(self.first_seen), known_time(self.last_seen))
    }
}

/// The extremes stand for no time.
pub(crate) fn known_time(at: i64) -> Option<i64> {
    Some(at).filter(|at| !matches!(*at, i64::MIN | i64::MAX))
}

impl HostAggregate {
    /// Widens the period of a signal outside the table.
    pub(crate) fn see_other(&mut self, signal: SignalId, at: Option<i64>) {
        let other = entry(&mut self.rare_mut().others, signal);
        if let Some(at) = at {
            other.first_seen = other.first_seen.min(at);
            other.last_seen = other.last_seen.max(at);
        }
    }

    /// Calls signals outside the table by what `moved` says, and forgets those for which it has nothing. It keeps their order.
    pub(crate) fn move_others(&mut self, moved: impl Fn(SignalId) -> Option<SignalId>) {
        fn apply<T>(list: &mut Vec<(SignalId, T)>, moved: impl Fn(SignalId) -> Option<SignalId>) {
            list.retain_mut(|(signal, _)| {
                let new = if signal.index().is_some() { Some(*signal) } else { moved(*signal) };
                *signal = new.unwrap_or(*signal);
                new.is_some()
            });
        }
        let Some(more) = &mut self.more else { return };
        let Some(rare) = more.rare.as_mut().filter(|rare| !rare.others.is_empty()) else { return };
        apply(&mut rare.others, &moved);
        rare.timeline.iter_mut().for_each(|timeline| timeline.move_others(&moved));
        apply(&mut more.evidence, &moved);
        apply(&mut more.series, &moved);
    }
}

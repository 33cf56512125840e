//! What rules read of a host: the trait that soar-score's bookkeeping has, and one host's facts as they were taken for judging.
//!
//! Facts are taken once for all rules, one view for each length of window, and only as far as rules read them.

use std::sync::Arc;

use super::reads::Slot;
use crate::record::signal::SIGNALS;

/// Stands for a value that is not known. No count (below 2^53) and no time on the wire reaches it.
pub(super) const ABSENT: u64 = i64::MAX.cast_unsigned();

/// The name of a signal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Name {
    /// `SIGNALS[index]`.
    Known(u8),
    /// A name outside the table.
    Other(Arc<str>),
}

impl Name {
    /// The name of `SIGNALS[index]`.
    #[must_use]
    pub fn from_index(index: usize) -> Self {
        // The table holds at most 32 signals.
        Self::Known(u8::try_from(index).unwrap_or(u8::MAX))
    }
}

/// What rules read of a host.
pub trait Facts {
    /// Occurrences by signal, in signal order: totals for `None`, else the largest count inside any window of so many
    /// seconds. A signal that is left out was not counted.
    fn counts(&self, window_seconds: Option<u32>, visit: &mut dyn FnMut(&Name, u64));
    /// How long a window of so many seconds really is over the buckets in which the signal of that name is counted, in seconds.
    fn window_of(&self, signal: &str, window_seconds: u32) -> u64;
    /// Sum over signals of weight x count, whatever the window.
    fn score(&self) -> u64;
    /// Seconds since 1970.
    fn first_seen(&self) -> Option<i64>;
    /// Seconds since 1970.
    fn last_seen(&self) -> Option<i64>;
    /// The most failed logins shortly before one that may have been guessed; `None` where the order is not known.
    fn failed_before_login(&self) -> Option<u64>;
    /// Distinct user names that were tried; `None` where they were not collected.
    fn users(&self) -> Option<u64>;
    /// Distinct targets that were not found (404); `None` where they were not collected.
    fn paths(&self) -> Option<u64>;
}

/// The counts inside windows of one length, or the totals.
#[derive(Debug, Default)]
pub(super) struct View {
    window_seconds: Option<u32>,
    known: [u64; SIGNALS.len()],
    /// Those above zero.
    pub(super) others: Vec<(Arc<str>, u64)>,
}

/// What rules may read of one host. Kept from host to host, so that taking it needs no memory.
#[derive(Debug, Default)]
pub(super) struct Snapshot {
    views: Vec<View>,
    score: u64,
    first_seen: Option<i64>,
    last_seen: Option<i64>,
    failed_before_login: Option<u64>,
    users: Option<u64>,
    paths: Option<u64>,
}

impl Snapshot {
    /// A snapshot with a view for each of `windows`.
    pub(super) fn new(windows: impl Iterator<Item = Option<u32>>) -> Self {
        let views = windows.map(|window_seconds| View { window_seconds, ..View::default() });
        Self { views: views.collect(), ..Self::default() }
    }

    /// Takes the facts of the next host.
    pub(super) fn take(&mut self, facts: &impl Facts) {
        for view in &mut self.views {
            view.known = [0; SIGNALS.len()];
            view.others.clear();
            facts.counts(view.window_seconds, &mut |name, count| match name {
                Name::Known(index) => view.known[usize::from(*index)] = count,
                Name::Other(_) if count == 0 => {}
                Name::Other(name) => view.others.push((Arc::clone(name), count)),
            });
        }
        self.score = facts.score();
        (self.first_seen, self.last_seen) = (facts.first_seen(), facts.last_seen());
        self.failed_before_login = facts.failed_before_login();
        (self.users, self.paths) = (facts.users(), facts.paths());
    }

    /// The view at `place`, in the order in which they were asked for.
    pub(super) fn view(&self, place: usize) -> &View {
        &self.views[place]
    }

    /// The value of `slot` in `view`, [`ABSENT`] where there is none.
    pub(super) fn value(&self, view: &View, slot: &Slot) -> u64 {
        match slot {
            Slot::Signal(index) => view.known[usize::from(*index)],
            Slot::Other(name) => view.others.iter().find(|(other, _)| **other == **name).map_or(ABSENT, |&(_, count)| count),
            Slot::Score => self.score,
            Slot::FirstSeen => self.first_seen.map_or(ABSENT, i64::cast_unsigned),
            Slot::LastSeen => self.last_seen.map_or(ABSENT, i64::cast_unsigned),
            Slot::FailedBeforeLogin => self.failed_before_login.unwrap_or(ABSENT),
            Slot::Users => self.users.unwrap_or(ABSENT),
            Slot::Paths => self.paths.unwrap_or(ABSENT),
        }
    }
}

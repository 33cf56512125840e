//! What rules read of a host of the table.

use std::sync::Arc;

use super::name::SignalId;
use super::rules::facts::{Facts, Name};
use super::table::{Host, Table};
use crate::record::signal::{SIGNALS, Value};

/// A host with its score.
#[derive(Debug, Clone, Copy)]
pub struct HostFacts<'t> {
    /// The table that it is in.
    pub table: &'t Table,
    /// The host.
    pub host: &'t Host,
    /// What it weighs.
    pub score: u64,
}

impl HostFacts<'_> {
    fn distinct(&self, value: Value) -> Option<u64> {
        let count = || self.host.tally.distinct(value).map_or(0, |distinct| distinct.count() as u64);
        self.table.keep().counts(value).then(count)
    }
}

impl Facts for HostFacts<'_> {
    fn counts(&self, window_seconds: Option<u32>, visit: &mut dyn FnMut(&Name, u64)) {
        let tally = &self.host.tally;
        let count = |signal| match window_seconds {
            None => tally.count_of(signal),
            Some(window) => tally.peak_of(signal, window.into()),
        };
        for index in 0..SIGNALS.len() {
            visit(&Name::from_index(index), count(SignalId::known(index)));
        }
        for &signal in self.table.names().others().iter().filter(|_| !tally.others().is_empty()) {
            visit(&Name::Other(Arc::clone(self.table.names().other(signal))), count(signal));
        }
    }

    fn score(&self) -> u64 {
        self.score
    }

    fn first_seen(&self) -> Option<i64> {
        self.host.tally.first_seen()
    }

    fn last_seen(&self) -> Option<i64> {
        self.host.tally.last_seen()
    }

    fn users(&self) -> Option<u64> {
        self.distinct(Value::User)
    }

    fn paths(&self) -> Option<u64> {
        self.distinct(Value::Path)
    }
}

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
    /// A length of time in units of the resolution, without which there are no windows.
    fn units(&self, seconds: u32) -> i64 {
        self.table.keep().units(Some(seconds.into())).unwrap_or(0)
    }

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
            Some(window) => tally.peak_of(signal, self.units(window)),
        };
        for index in 0..SIGNALS.len() {
            visit(&Name::from_index(index), count(SignalId::known(index)));
        }
        for &signal in self.table.names().others().iter().filter(|_| !tally.others().is_empty()) {
            visit(&Name::Other(Arc::clone(self.table.names().other(signal))), count(signal));
        }
    }

    fn window_of(&self, signal: &str, window_seconds: u32) -> u64 {
        let (names, resolution) = (self.table.names(), self.table.keep().resolution_seconds.unwrap_or(1));
        let series = self.host.tally.series().iter().find(|(other, _)| names.name(*other) == signal);
        let window = series.map(|(_, series)| series.fit_window(self.units(window_seconds)).unsigned_abs() * u64::from(resolution));
        window.unwrap_or(window_seconds.into())
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

    fn failed_before_login(&self) -> Option<u64> {
        self.host.tally.failed_before_login()
    }

    fn users(&self) -> Option<u64> {
        self.distinct(Value::User)
    }

    fn paths(&self) -> Option<u64> {
        self.distinct(Value::Path)
    }
}

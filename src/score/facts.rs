//! What rules read of a host of the table.

use std::sync::Arc;

use crate::aggregate::interner::SignalId;
use crate::aggregate::table::{AggregatedHost, Table};
use crate::base::net::Address;
use crate::record::host::carried::Carried;
use crate::record::signal::Value;
use crate::score::rules::facts::{Facts, SignalName, put_services};

/// A host with its score.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HostFacts<'t> {
    /// The table that it is in.
    pub table: &'t Table,
    pub host: &'t AggregatedHost,
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
    fn identity(&self) -> (Address, bool) {
        (self.host.ip, self.host.is_network)
    }

    fn counts(&self, window_seconds: Option<u32>, visit: &mut dyn FnMut(&SignalName, u64)) {
        let tally = &self.host.tally;
        let count = |signal| match window_seconds {
            None => tally.count_of(signal),
            Some(window) => tally.peak_of(signal, self.units(window)),
        };
        for (index, total) in tally.counted() {
            let inside = if window_seconds.is_some() { count(SignalId::known(index)) } else { total };
            visit(&SignalName::from_index(index), inside);
        }
        // Those that the host has, also where none of it is in a window.
        let others = self.table.names().others().iter().filter(|_| !tally.others().is_empty());
        for &signal in others.filter(|&&signal| tally.count_of(signal) > 0) {
            visit(&SignalName::Other(Arc::clone(self.table.names().other(signal))), count(signal));
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

    fn enrich(&self) -> &str {
        self.host.tally.carried().map_or("", Carried::enrich)
    }

    fn scan(&self) -> &str {
        self.host.tally.carried().map_or("", Carried::scan)
    }

    fn put_services(&self, out: &mut Vec<u8>) {
        put_services(self.host.tally.services(), out);
    }

    fn users(&self) -> Option<u64> {
        self.distinct(Value::User)
    }

    fn paths(&self) -> Option<u64> {
        self.distinct(Value::Path)
    }
}

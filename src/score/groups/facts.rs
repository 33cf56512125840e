//! What rules read of a host that was written: its record says all of it but windows, which rules over members have none of.

use crate::base::net::Address;
use crate::record::host::HostRecord;
use crate::record::signal::{SIGNALS, index_of};
use crate::score::rules::facts::{Facts, SignalName, put_services};

/// A host as its record has it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RecordFacts<'r, 'h>(pub &'r HostRecord<'h>);

impl Facts for RecordFacts<'_, '_> {
    fn identity(&self) -> (Address, bool) {
        (self.0.ip, self.0.network.is_some())
    }

    fn counts(&self, _: Option<u32>, visit: &mut dyn FnMut(&SignalName, u64)) {
        for (index, signal) in SIGNALS.iter().enumerate() {
            visit(&SignalName::from_index(index), self.0.count_of(signal.name));
        }
        for (name, count) in self.0.signals.iter().filter(|(name, count)| *count > 0 && index_of(&name.0).is_none()) {
            visit(&SignalName::Other((&*name.0).into()), *count);
        }
    }

    fn window_of(&self, _: &str, window_seconds: u32) -> u64 {
        window_seconds.into()
    }

    fn score(&self) -> u64 {
        self.0.score
    }

    fn first_seen(&self) -> Option<i64> {
        self.0.first_seen
    }

    fn last_seen(&self) -> Option<i64> {
        self.0.last_seen
    }

    fn failed_before_login(&self) -> Option<u64> {
        // The key is absent where nobody logged in, and where the order is not known.
        if self.0.has_unknown_order() { None } else { Some(self.0.failed_before_login.unwrap_or(0)) }
    }

    fn put_services(&self, out: &mut Vec<u8>) {
        put_services(self.0.services.iter().map(|(name, count)| (&*name.0, *count)), out);
    }

    fn users(&self) -> Option<u64> {
        self.0.users
    }

    fn paths(&self) -> Option<u64> {
        self.0.paths
    }

    fn enrich(&self) -> &str {
        &self.0.enrich.0.0
    }

    fn scan(&self) -> &str {
        self.0.scan.as_ref().map_or("", |scan| &scan.whole.0.0)
    }
}

//! Logins by service: an event adds those that it stands for, a record those that it has.

use crate::aggregate::read::{EventRow, PartialHost, ScoreRecords};
use crate::aggregate::table::Table;
use crate::record::signal::SERVICE_LOGINS;

impl Table {
    /// Adds the logins of an event to the host at `index`.
    pub(crate) fn count_event_logins(&mut self, seen: &EventRow, index: usize, records: &ScoreRecords) {
        if let Some(service) = seen.service.checked_sub(1) {
            let told = seen.signals.intersection(SERVICE_LOGINS).len() as u64;
            self.count_logins(index, service, seen.count.saturating_mul(told), records);
        }
    }

    /// The same of a record.
    pub(crate) fn count_host_logins(&mut self, piece: &PartialHost, index: usize, records: &ScoreRecords) {
        for &(service, count) in &records.logins[piece.logins.clone()] {
            self.count_logins(index, service, count, records);
        }
    }

    fn count_logins(&mut self, index: usize, service: u32, count: u64, records: &ScoreRecords) {
        self.has_left_out_services |= !self.hosts[index].tally.count_logins(&records.services[service as usize], count);
    }

    /// Whether a host has more services than are told apart.
    pub(crate) const fn has_left_out_services(&self) -> bool {
        self.has_left_out_services
    }
}

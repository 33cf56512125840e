//! How coarse the timelines of a run are: what the period of all its hosts asks for.

use crate::aggregate::table::{AggregatedHost, Table};
use crate::record::host::timeline::TimelineSpan;

impl Table {
    /// How coarse the timelines of the hosts are that `is_wanted` says, by the period of all of them.
    pub(crate) fn timeline_level(&self, is_wanted: impl Fn(&AggregatedHost) -> bool) -> u8 {
        let mut span = TimelineSpan::default();
        for timeline in self.hosts.iter().filter(|host| is_wanted(host)).filter_map(|host| host.tally.timeline()) {
            timeline.cover(&mut span, |_| true);
        }
        span.level()
    }
}

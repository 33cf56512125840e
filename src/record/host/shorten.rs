//! A host with less in it: for a part of its signals, and where it is too long for a line.

use crate::record::host::enrich::Enrich;
use crate::record::host::field::Raw;
use crate::record::host::timeline::Timeline;
use crate::record::host::{Evidence, HostRecord};

impl HostRecord<'_> {
    /// Leaves of what is counted the signals that are wanted.
    pub(crate) fn keep_signals(&mut self, is_wanted: impl Fn(&str) -> bool) {
        self.signals.retain(|(name, _)| is_wanted(&name.0));
        self.evidence.retain(|evidence| is_wanted(&evidence.signal.0));
        self.timeline.signals.retain(|(signal, _)| is_wanted(&signal.0));
        self.partial.iter_mut().for_each(|partial| partial.buckets.retain(|buckets| is_wanted(&buckets.signal.0)));
    }

    /// Leaves out some of what is told for people alone; `false`: nothing of that is left. Sums, buckets and distinct values are bounded,
    /// so that they fit (see [`partial`](crate::record::host::partial)).
    pub fn shorten(&mut self) -> bool {
        if !self.evidence.is_empty() {
            halve_evidence(&mut self.evidence);
        } else if self.explain != Raw::default() {
            self.explain = Raw::default();
        } else if !self.timeline.is_empty() {
            self.timeline = Timeline::default();
        } else if !self.login_order.latest.is_empty() {
            let latest = &mut self.login_order.latest;
            latest.drain(..latest.len().div_ceil(2));
        } else if self.enrich != Enrich::default() {
            self.enrich.drop_largest();
        } else if self.scan.is_some() {
            self.scan = None;
        } else {
            return false;
        }
        true
    }
}

/// Keeps the earlier half of the evidence of each signal, rounded down.
fn halve_evidence(evidence: &mut Vec<Evidence<'_>>) {
    let parts: Vec<_> = evidence.chunk_by(|one, other| one.signal == other.signal).map(<[_]>::len).collect();
    let mut wanted = parts.into_iter().flat_map(|len| (0..len).map(move |nth| nth < len / 2));
    evidence.retain(|_| wanted.next().unwrap_or(false));
}

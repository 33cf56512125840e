//! Events whose host is known and that are added later, together with others of the hosts beside it.
//!
//! An address mostly comes again long after what is known of it has left the cache, and to add one event is to wait for memory five times,
//! each place being known by the one before. Of many events at a time those of a few hosts are added together, which all have room in the
//! cache of a core. Adding commutes, so every sum is the same.

use crate::aggregate::read::EventRow;
use crate::aggregate::table::Table;
use crate::aggregate::table::sight::Sight;
use crate::record::signal::SignalSet;

/// How many events are put off at the most: with 32 bytes of each, 4 MiB. In tests so few that some are added in between.
const MOST_EVENTS: usize = if cfg!(test) { 16 } else { 1 << 17 };
/// How many hosts share a list, as a power of two: what is known of so many stays in the cache of a core.
const LIST_BITS: u32 = 8;

/// An event that was put off.
#[derive(Debug, Clone, Copy)]
struct DeferredEvent {
    host: u32,
    file: u32,
    signals: SignalSet,
    count: u32,
    at: i64,
    line: u64,
}

/// The events that were put off.
#[derive(Debug, Default)]
pub(super) struct DeferredEvents {
    /// Whether none is put off: what a network is called by depends on what came before.
    is_off: bool,
    /// The events of every 256 hosts that lie side by side in memory, as they came.
    lists: Vec<Vec<DeferredEvent>>,
    count: usize,
}

impl DeferredEvents {
    /// None yet of a table that groups addresses, or not.
    pub(super) fn new(has_networks: bool) -> Self {
        Self { is_off: has_networks, ..Self::default() }
    }

    /// Whether an event can be put off: it has nothing that few have.
    #[inline]
    pub(super) const fn can_take(&self, seen: &EventRow) -> bool {
        !self.is_off && seen.detail.is_none() && seen.service == 0
    }

    /// Puts an event of the host at `index` off; false: it is to be added now.
    #[inline]
    pub(super) fn put(&mut self, seen: &EventRow, index: usize, file: u32) -> bool {
        let (Some(at), Ok(host), Ok(count)) = (seen.at, u32::try_from(index), u32::try_from(seen.count)) else { return false };
        if !self.can_take(seen) {
            return false;
        }
        let list = index >> LIST_BITS;
        if list >= self.lists.len() {
            self.lists.resize_with(list + 1, Vec::new);
        }
        self.lists[list].push(DeferredEvent { host, file, signals: seen.signals, count, at, line: seen.line });
        self.count += 1;
        true
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(super) const fn is_full(&self) -> bool {
        self.count >= MOST_EVENTS
    }
}

impl Table {
    /// Adds the events that were put off.
    pub(crate) fn add_deferred(&mut self) {
        if self.deferred.is_empty() {
            return;
        }
        let mut deferred = std::mem::take(&mut self.deferred);
        // Else each list would keep the room that it needed once.
        let most_kept = 2 * MOST_EVENTS / deferred.lists.len();
        for list in &mut deferred.lists {
            for event in &*list {
                self.hosts[event.host as usize].prefetch(event.signals);
            }
            for event in list.drain(..) {
                let DeferredEvent { host, file, signals, count, at, line } = event;
                self.count_sight(host as usize, Sight { signals, at: Some(at), count: count.into(), file, line }, &[]);
            }
            list.shrink_to(most_kept);
        }
        deferred.count = 0;
        self.deferred = deferred;
    }
}

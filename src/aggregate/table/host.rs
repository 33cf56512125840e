//! A host of the table: an address or a network, what it is called by, and its sums.

use std::cmp::Reverse;
use std::hint::black_box;

use crate::aggregate::tally::HostAggregate;
use crate::base::net::{Address, AddressSet};
use crate::record::host::SeenAt;
use crate::record::signal::{LOGIN_FAILED, SignalSet};

/// An address with what is summed for it.
#[derive(Debug, Clone)]
pub struct AggregatedHost {
    /// The address; of a network, the one last seen that is not allowed, and the lowest of several.
    pub ip: Address,
    /// Whether it stands for its network.
    pub is_network: bool,
    /// Whether the address that a network is called by may be replaced by one seen earlier: it is allowed (it was counted by a run without the list), or not the
    /// one last seen.
    is_contested: bool,
    /// The signals of which no event that comes no earlier than the address was last seen can be among the earliest.
    pub(crate) settled: SignalSet,
    /// How long it has been quiet, in stretches of time of whoever looks through hosts for those to forget.
    pub quiet: u8,
    pub tally: HostAggregate,
}

impl AggregatedHost {
    pub(crate) fn new(ip: Address, is_network: bool) -> Self {
        Self { ip, is_network, is_contested: false, settled: SignalSet::default(), quiet: 0, tally: HostAggregate::default() }
    }

    /// Brings what an event changes from memory into the cache, and waits for nothing.
    pub(crate) fn prefetch(&self, signals: SignalSet) {
        black_box((self.tally.has_known(), self.tally.known_period(), self.settled));
        if !signals.intersection(LOGIN_FAILED).is_empty() {
            black_box(self.tally.last_failure());
        }
    }

    /// Brings what a record says from memory into the cache, and waits for nothing.
    pub(crate) fn prefetch_sums(&self) {
        black_box((self.tally.has_known(), self.tally.evidence().first(), self.tally.last_failure()));
    }

    /// Forgets what was summed; of alerts, those stay of which `wanted` says so, by their time.
    pub(crate) fn start_anew(&mut self, wanted: impl Fn(i64) -> bool) {
        let mut tally = HostAggregate::default();
        for &(rule, at) in self.tally.alerted().iter().filter(|(_, at)| wanted(*at)) {
            tally.note_alert(rule, at);
        }
        (self.is_contested, self.settled, self.tally) = (false, SignalSet::default(), tally);
    }

    /// Calls the host by `ip` where nothing was counted: what other stages know of an address is no sign of it.
    pub(crate) fn take_name(&mut self, ip: Address) {
        if !self.tally.is_counted() {
            self.ip = ip;
        }
    }

    /// Calls the host by `ip`, of its network, if none was seen later.
    pub(crate) fn update_display_ip(&mut self, ip: Address, at: Option<i64>, allow: &AddressSet) {
        if self.is_contested {
            return self.contest(DisplayIp::new(ip, at, allow), at, allow);
        }
        let last = self.tally.last_seen();
        if at > last || at == last && ip < self.ip {
            self.ip = ip;
        }
    }

    /// The same where an allowed address was counted for the network, `last_seen` being the time of all that is added. Any other
    /// address comes first, however early it was seen, and so its own time is kept.
    pub(crate) fn contest(&mut self, name: DisplayIp, last_seen: Option<i64>, allow: &AddressSet) {
        let last = self.tally.last_seen();
        let winner = name.max(DisplayIp::new(self.ip, self.tally.ip_last_seen().unwrap_or(SeenAt(last)).0, allow));
        let is_last = winner.at == last.max(last_seen);
        self.ip = winner.ip.0;
        self.is_contested = !winner.is_free || !is_last;
        self.tally.set_ip_last_seen((!is_last).then_some(SeenAt(winner.at)));
    }
}

/// What a network may be called by; the greater one is what it is called by.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DisplayIp {
    is_free: bool,
    at: Option<i64>,
    ip: Reverse<Address>,
}

impl DisplayIp {
    pub(crate) fn new(ip: Address, at: Option<i64>, allow: &AddressSet) -> Self {
        Self { is_free: !allow.contains(ip), at, ip: Reverse(ip) }
    }
}

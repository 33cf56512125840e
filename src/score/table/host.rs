//! A host of the table: an address or a network, what it is called by, and its sums.

use std::cmp::Reverse;
use std::hint::black_box;
use std::net::IpAddr;

use crate::net::AddressSet;
use crate::record::host::SeenAt;
use crate::record::signal::{LOGIN_FAILED, SignalSet};
use crate::score::tally::Tally;

/// An address with what is summed for it.
#[derive(Debug, Clone)]
pub struct Host {
    /// The address; of a network, the one last seen that is not allowed, and the lowest of several.
    pub ip: IpAddr,
    /// Whether it stands for its network.
    pub is_network: bool,
    /// Whether the address of a network is allowed, or not the one last seen: it was counted without the list.
    is_contested: bool,
    /// The signals of which no event that comes no earlier than the address was last seen can be among the earliest.
    pub(super) settled: SignalSet,
    /// Its sums.
    pub tally: Tally,
}

impl Host {
    pub(super) fn new(ip: IpAddr, is_network: bool) -> Self {
        Self { ip, is_network, is_contested: false, settled: SignalSet::default(), tally: Tally::default() }
    }

    /// Brings what an event changes from memory into the cache, and waits for nothing.
    pub(super) fn glance(&self, signals: SignalSet) {
        black_box((self.tally.known()[0], self.tally.known_period(), self.settled));
        if !signals.intersection(LOGIN_FAILED).is_empty() {
            black_box(self.tally.last_failure());
        }
    }

    /// Calls the host by `ip`, of its network, if none was seen later.
    pub(super) fn rename(&mut self, ip: IpAddr, at: Option<i64>, allow: &AddressSet) {
        if self.is_contested {
            return self.contest(Name::new(ip, at, allow), at, allow);
        }
        let last = self.tally.last_seen();
        if at > last || at == last && ip < self.ip {
            self.ip = ip;
        }
    }

    /// The same where an allowed address was counted for the network, `last_seen` being the time of all that is added. Any other
    /// address comes first, however early it was seen, and so its own time is kept.
    pub(super) fn contest(&mut self, name: Name, last_seen: Option<i64>, allow: &AddressSet) {
        let last = self.tally.last_seen();
        let winner = name.max(Name::new(self.ip, self.tally.ip_last_seen().unwrap_or(SeenAt(last)).0, allow));
        let is_last = winner.at == last.max(last_seen);
        self.ip = winner.ip.0;
        self.is_contested = !winner.is_free || !is_last;
        self.tally.set_ip_last_seen((!is_last).then_some(SeenAt(winner.at)));
    }
}

/// What a network may be called by; the greater one is what it is called by.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name {
    is_free: bool,
    at: Option<i64>,
    ip: Reverse<IpAddr>,
}

impl Name {
    pub(super) fn new(ip: IpAddr, at: Option<i64>, allow: &AddressSet) -> Self {
        Self { is_free: !allow.contains(ip), at, ip: Reverse(ip) }
    }
}

//! Round trips, smoothed: how long an answer may take, judged by those that came; and what the hosts of one network have in
//! common: its limit, its round trips, whether it loses packets. Pure.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use crate::scan::schedule::HostId;
use crate::scan::schedule::loss::Losses;

/// What round trips say about the next one.
///
/// **Source:** RFC 6298 section 2: alpha 1/8, beta 1/4, K 4. Times are held in microseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct RttEstimator {
    srtt: u32,
    rttvar: u32,
    /// How many round trips there were.
    pub samples: u32,
}

impl RttEstimator {
    /// Takes the time of one round trip. Of a minute or more it counts as a minute.
    pub(crate) fn add(&mut self, rtt: Duration) {
        let rtt = u32::try_from(rtt.as_micros()).unwrap_or(u32::MAX).clamp(1, 60_000_000);
        if self.samples == 0 {
            (self.srtt, self.rttvar) = (rtt, rtt / 2);
        } else {
            self.rttvar = (3 * self.rttvar + self.srtt.abs_diff(rtt)) / 4;
            self.srtt = (7 * self.srtt + rtt) / 8;
        }
        self.samples = self.samples.saturating_add(1);
    }

    /// How long to wait for an answer; `None` before the first round trip.
    pub(crate) fn timeout(&self) -> Option<Duration> {
        (self.samples > 0).then(|| Duration::from_micros(u64::from(self.srtt) + 4 * u64::from(self.rttvar)))
    }
}

/// How many hosts of a network must have answered before their round trips say something of another.
const NEIGHBOURS: u32 = 3;
/// How many networks are remembered; beyond that, one without hosts is forgotten.
const MOST: usize = 4096;

/// A /24 of IPv4, a /64 of IPv6: what is commonly one line to one site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum NetworkKey {
    V4(u32),
    V6(u64),
}

fn key_of(ip: IpAddr) -> NetworkKey {
    match ip {
        IpAddr::V4(v4) => NetworkKey::V4(v4.to_bits() >> 8),
        IpAddr::V6(v6) => NetworkKey::V6(u64::try_from(v6.to_bits() >> 64).unwrap_or(u64::MAX)),
    }
}

#[derive(Debug)]
struct NetworkState {
    key: NetworkKey,
    hosts: usize,
    in_flight: usize,
    parked: Vec<HostId>,
    estimate: RttEstimator,
    answering: u32,
    losses: Losses,
}

/// The networks of the hosts that are being scanned, and the latest of others.
#[derive(Debug)]
pub(crate) struct Networks {
    limit: usize,
    by_key: HashMap<NetworkKey, u32, ahash::RandomState>,
    all: Vec<NetworkState>,
    free: Vec<u32>,
}

impl Networks {
    /// No networks; `limit` probes may be in flight in each.
    pub(crate) fn new(limit: Option<usize>) -> Self {
        Self { limit: limit.unwrap_or(usize::MAX), by_key: HashMap::default(), all: Vec::new(), free: Vec::new() }
    }

    /// Counts a host in, and names its network.
    pub(crate) fn enter(&mut self, ip: IpAddr) -> u32 {
        let key = key_of(ip);
        let id = self.by_key.get(&key).copied().unwrap_or_else(|| {
            let (parked, estimate, losses) = (Vec::new(), RttEstimator::default(), Losses::default());
            let fresh = NetworkState { key, hosts: 0, in_flight: 0, parked, estimate, answering: 0, losses };
            let id = self.free.pop().unwrap_or_else(|| u32::try_from(self.all.len()).unwrap_or(u32::MAX));
            match self.all.get_mut(id as usize) {
                Some(old) => *old = fresh,
                None => self.all.push(fresh),
            }
            self.by_key.insert(key, id);
            id
        });
        self.all[id as usize].hosts += 1;
        id
    }

    pub(crate) fn leave(&mut self, id: u32) {
        let network = &mut self.all[id as usize];
        network.hosts -= 1;
        if network.hosts == 0 && self.by_key.len() > MOST {
            self.by_key.remove(&network.key);
            self.free.push(id);
        }
    }

    /// Counts a probe of `host` in, or, where the network has enough, keeps the host for later.
    pub(crate) fn start(&mut self, id: u32, host: HostId) -> bool {
        let network = &mut self.all[id as usize];
        if network.in_flight >= self.limit {
            network.parked.push(host);
            return false;
        }
        network.in_flight += 1;
        true
    }

    /// Counts a probe out. Gives the hosts that waited for it, as many as fit.
    pub(crate) fn end(&mut self, id: u32) -> Vec<HostId> {
        let network = &mut self.all[id as usize];
        network.in_flight -= 1;
        let room = self.limit - network.in_flight;
        network.parked.split_off(network.parked.len().saturating_sub(room))
    }

    /// Takes an answer of one of its hosts, before which `lost` tries of the same port were lost.
    pub(crate) fn record_rtt(&mut self, id: u32, rtt: Option<Duration>, is_first_of_host: bool, lost: u32) {
        let network = &mut self.all[id as usize];
        if let Some(rtt) = rtt {
            network.estimate.add(rtt);
        }
        network.answering = network.answering.saturating_add(u32::from(is_first_of_host));
        network.losses.add(lost);
    }

    /// How long an answer of a host may take, judged by the others.
    pub(crate) fn timeout(&self, id: u32) -> Option<Duration> {
        let network = &self.all[id as usize];
        network.estimate.timeout().filter(|_| network.answering >= NEIGHBOURS)
    }

    /// How many packets get lost there.
    pub(crate) fn losses(&self, network: u32) -> Losses {
        self.all[network as usize].losses
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(milliseconds: &[u64]) -> Option<u128> {
        let mut estimate = RttEstimator::default();
        for &ms in milliseconds {
            estimate.add(Duration::from_millis(ms));
        }
        estimate.timeout().map(|timeout| timeout.as_micros())
    }

    #[test]
    fn the_timeout_follows_the_round_trips() {
        for (round_trips, timeout) in [
            (&[][..], None),
            // srtt = R, rttvar = R/2: 3 R.
            (&[100], Some(300_000)),
            // rttvar = 3/4 * 50 + 1/4 * 0, srtt = 100.
            (&[100, 100], Some(250_000)),
            // rttvar = 3/4 * 50 + 1/4 * 100 = 62.5, srtt = 7/8 * 100 + 1/8 * 200 = 112.5.
            (&[100, 200], Some(362_500)),
            (&[0], Some(1)),
        ] {
            assert_eq!(after(round_trips), timeout, "{round_trips:?}");
        }
        let steady = after(&[20; 50]).expect("a timeout");
        assert!((20_000..20_100).contains(&steady), "{steady}");
    }
}

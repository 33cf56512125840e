//! What the hosts of one network have in common: its limit, its round trips, whether it loses packets. Pure.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use super::estimate::Estimate;
use super::limits::HostId;

/// How many hosts of a network must have answered before their round trips say something of another.
const NEIGHBOURS: u32 = 3;
/// A network loses packets where at least one of so many answers came to a retry only.
const LOSS_ONE_IN: u32 = 100;
/// How many networks are remembered; beyond that, one without hosts is forgotten.
const MOST: usize = 4096;

/// A /24 of IPv4, a /64 of IPv6: what is commonly one line to one site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    V4(u32),
    V6(u64),
}

fn key_of(ip: IpAddr) -> Key {
    match ip {
        IpAddr::V4(v4) => Key::V4(v4.to_bits() >> 8),
        IpAddr::V6(v6) => Key::V6(u64::try_from(v6.to_bits() >> 64).unwrap_or(u64::MAX)),
    }
}

#[derive(Debug)]
struct Network {
    key: Key,
    hosts: usize,
    in_flight: usize,
    parked: Vec<HostId>,
    estimate: Estimate,
    answering: u32,
    late: u32,
}

/// The networks of the hosts that are being scanned, and the latest of others.
#[derive(Debug)]
pub struct Networks {
    limit: usize,
    places: HashMap<Key, u32, ahash::RandomState>,
    all: Vec<Network>,
    free: Vec<u32>,
}

impl Networks {
    /// No networks; `limit` probes may be in flight in each.
    #[must_use]
    pub fn new(limit: Option<usize>) -> Self {
        Self { limit: limit.unwrap_or(usize::MAX), places: HashMap::default(), all: Vec::new(), free: Vec::new() }
    }

    /// Counts a host in, and names its network.
    pub fn enter(&mut self, ip: IpAddr) -> u32 {
        let key = key_of(ip);
        let place = self.places.get(&key).copied().unwrap_or_else(|| {
            let fresh = Network { key, hosts: 0, in_flight: 0, parked: Vec::new(), estimate: Estimate::default(), answering: 0, late: 0 };
            let place = self.free.pop().unwrap_or_else(|| u32::try_from(self.all.len()).unwrap_or(u32::MAX));
            match self.all.get_mut(place as usize) {
                Some(old) => *old = fresh,
                None => self.all.push(fresh),
            }
            self.places.insert(key, place);
            place
        });
        self.all[place as usize].hosts += 1;
        place
    }

    /// Counts a host out.
    pub fn leave(&mut self, network: u32) {
        let place = &mut self.all[network as usize];
        place.hosts -= 1;
        if place.hosts == 0 && self.places.len() > MOST {
            self.places.remove(&place.key);
            self.free.push(network);
        }
    }

    /// Counts a probe of `host` in, or, where the network has enough, keeps the host for later.
    pub fn start(&mut self, network: u32, host: HostId) -> bool {
        let place = &mut self.all[network as usize];
        if place.in_flight >= self.limit {
            place.parked.push(host);
            return false;
        }
        place.in_flight += 1;
        true
    }

    /// Counts a probe out. Gives the hosts that waited for it, as many as there is room for.
    pub fn end(&mut self, network: u32) -> Vec<HostId> {
        let place = &mut self.all[network as usize];
        place.in_flight -= 1;
        let room = self.limit - place.in_flight;
        place.parked.split_off(place.parked.len().saturating_sub(room))
    }

    /// Takes a round trip of one of its hosts.
    pub fn learn(&mut self, network: u32, rtt: Duration, is_first_of_host: bool, is_late: bool) {
        let place = &mut self.all[network as usize];
        place.estimate.add(rtt);
        place.answering = place.answering.saturating_add(u32::from(is_first_of_host));
        place.late = place.late.saturating_add(u32::from(is_late));
    }

    /// How long an answer of a host may take, judged by the others.
    #[must_use]
    pub fn timeout(&self, network: u32) -> Option<Duration> {
        let place = &self.all[network as usize];
        place.estimate.timeout().filter(|_| place.answering >= NEIGHBOURS)
    }

    /// Whether packets get lost there.
    #[must_use]
    pub fn loses(&self, network: u32) -> bool {
        let place = &self.all[network as usize];
        place.late > 0 && place.late.saturating_mul(LOSS_ONE_IN) >= place.estimate.samples
    }
}

//! The hosts being scanned and the networks they are in: who may be asked next, and how long an answer of theirs may take.
//!
//! Pure. A host is one entry however many ports it has; the order over hosts and ports is drawn from a seed.

use std::net::IpAddr;
use std::time::Duration;

use fastrand::Rng;

use super::estimate::Estimate;
use super::limits::{HostId, Limits};
use super::network::Networks;

/// How long the first try may take where only neighbours are known (the same /24 or /64): they may sit behind another line
/// than the host, so it is waited for longer than for them. The retry waits twice as long.
const STRANGER_FLOOR: Duration = Duration::from_millis(250);
/// How often more than `--retries` a silent port is asked where an answer to a retry has shown that packets get lost.
const EXTRA_TRIES: u32 = 1;

/// One port to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Try {
    /// The port.
    pub port: u16,
    /// How often it was asked before.
    pub earlier: u32,
}

/// Whether a host is among those that may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// It has nothing to ask for now, or enough in flight.
    Idle,
    /// At this place of its list.
    Ready(usize),
    /// Its network has enough in flight.
    Parked,
}

#[derive(Debug)]
struct Host {
    ip: IpAddr,
    /// `None`: loopback, which knows no limits.
    network: Option<u32>,
    /// How many of the ports were asked once, and at which one it began.
    asked: usize,
    first: usize,
    again: Vec<Try>,
    in_flight: usize,
    /// How many ports have no state yet.
    left: usize,
    is_given_up: bool,
    place: Place,
    estimate: Estimate,
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// This machine.
    Loopback,
    /// All others.
    Beyond,
}

/// All hosts that are not done.
#[derive(Debug)]
pub struct Crowd {
    limits: Limits,
    /// In the order in which each host is asked, from a place of its own.
    ports: Vec<u16>,
    hosts: Vec<Option<Host>>,
    free: Vec<HostId>,
    networks: Networks,
    ready: [Vec<HostId>; 2],
    rng: Rng,
}

impl Crowd {
    /// A crowd of nobody; each host will be tried on `ports`.
    #[must_use]
    pub fn new(limits: Limits, mut ports: Vec<u16>) -> Self {
        let mut rng = Rng::with_seed(limits.seed);
        rng.shuffle(&mut ports);
        let networks = Networks::new(limits.per_network);
        Self { limits, ports, hosts: Vec::new(), free: Vec::new(), networks, ready: [Vec::new(), Vec::new()], rng }
    }

    /// Adds a host.
    pub fn add(&mut self, ip: IpAddr) -> HostId {
        let id = self.free.pop().unwrap_or_else(|| {
            self.hosts.push(None);
            // What waits is bounded in bytes, far below this.
            HostId::try_from(self.hosts.len() - 1).unwrap_or(HostId::MAX)
        });
        let network = (!ip.is_loopback()).then(|| self.networks.enter(ip));
        self.hosts[id as usize] = Some(Host {
            ip,
            network,
            asked: 0,
            first: self.rng.usize(..self.ports.len()),
            again: Vec::new(),
            in_flight: 0,
            left: self.ports.len(),
            is_given_up: false,
            place: Place::Idle,
            estimate: Estimate::default(),
        });
        self.refresh(id);
        id
    }

    /// Whether someone on this side may be asked.
    #[must_use]
    pub fn is_ready(&self, side: Side) -> bool {
        !self.ready[side as usize].is_empty()
    }

    /// How many probes could start if nothing else were in the way; at least.
    #[must_use]
    pub fn waiting(&self) -> usize {
        let each = |limit: usize| self.ports.len().min(limit);
        let loopback = self.ready[Side::Loopback as usize].len().saturating_mul(each(usize::MAX));
        loopback.saturating_add(self.ready[Side::Beyond as usize].len().saturating_mul(each(self.limits.per_host)))
    }

    /// Draws the next host on `side` and a port of it, and counts the probe as in flight.
    pub fn draw(&mut self, side: Side) -> Option<(HostId, IpAddr, Try)> {
        loop {
            let ready = &self.ready[side as usize];
            if ready.is_empty() {
                return None;
            }
            let id = ready[self.rng.usize(..ready.len())];
            let host = self.hosts[id as usize].as_mut()?;
            if let Some(network) = host.network
                && !self.networks.start(network, id)
            {
                self.leave_ready(id, Place::Parked);
                continue;
            }
            host.in_flight += 1;
            let next = host.again.pop().unwrap_or_else(|| {
                host.asked += 1;
                Try { port: self.ports[(host.first + host.asked - 1) % self.ports.len()], earlier: 0 }
            });
            let ip = host.ip;
            self.refresh(id);
            return Some((id, ip, next));
        }
    }

    /// Takes a probe of `id` as ended; `again` is asked once more.
    pub fn end(&mut self, id: HostId, again: Option<Try>) {
        let Some(host) = self.hosts[id as usize].as_mut() else { return };
        host.in_flight -= 1;
        match again {
            Some(again) => host.again.push(again),
            None => host.left = host.left.saturating_sub(1),
        }
        if let Some(network) = host.network {
            for parked in self.networks.end(network) {
                self.unpark(parked);
            }
        }
        self.refresh(id);
        self.forget_if_done(id);
    }

    /// Asks no more of a host; what is in flight runs on to its end.
    pub fn abandon(&mut self, id: HostId) {
        let Some(host) = self.hosts[id as usize].as_mut() else { return };
        host.asked = self.ports.len();
        host.again.clear();
        host.left = host.in_flight;
        host.is_given_up = true;
        self.refresh(id);
        self.forget_if_done(id);
    }

    /// Whether anyone still wants to know the ports of a host.
    #[must_use]
    pub fn is_wanted(&self, id: HostId) -> bool {
        self.hosts[id as usize].as_ref().is_some_and(|host| !host.is_given_up)
    }

    /// Learns from an answer: the time it took, and whether an earlier try of the same port had none.
    pub fn learn(&mut self, id: HostId, rtt: Duration, earlier: u32) {
        let Some(host) = self.hosts[id as usize].as_mut() else { return };
        host.estimate.add(rtt);
        let is_first = host.estimate.samples == 1;
        if let Some(network) = host.network {
            self.networks.learn(network, rtt, is_first, earlier > 0);
        }
    }

    /// How long an answer to a try may take.
    #[must_use]
    pub fn patience(&self, id: HostId, earlier: u32) -> Duration {
        let Limits { timeout, floor, retries, .. } = self.limits;
        let Some(host) = self.hosts[id as usize].as_ref() else { return timeout };
        let known = host.estimate.timeout().map(|t| t.max(floor));
        let neighbours = || host.network.and_then(|network| self.networks.timeout(network)).map(|t| t.max(floor).max(STRANGER_FLOOR));
        // Nothing is known: half of the ceiling, so that the retry has all of it.
        let first = known.or_else(neighbours).unwrap_or(if retries > 0 { timeout / 2 } else { timeout });
        first.saturating_mul(1 << earlier.min(8)).min(timeout)
    }

    /// Whether a port that was silent after `earlier` tries before this one is asked again.
    #[must_use]
    pub fn asks_again(&self, id: HostId, earlier: u32) -> bool {
        let Some(host) = self.hosts[id as usize].as_ref() else { return false };
        let loses = || host.estimate.samples > 0 && host.network.is_some_and(|network| self.networks.loses(network));
        let retries = self.limits.retries;
        !host.is_given_up && (earlier < retries || (retries > 0 && earlier < retries + EXTRA_TRIES && loses()))
    }

    fn unpark(&mut self, id: HostId) {
        if let Some(host) = self.hosts[id as usize].as_mut().filter(|host| host.place == Place::Parked) {
            host.place = Place::Idle;
            self.refresh(id);
            self.forget_if_done(id);
        }
    }

    /// Puts a host among the ready ones, or takes it from them.
    fn refresh(&mut self, id: HostId) {
        let Some(host) = self.hosts[id as usize].as_mut() else { return };
        let side = if host.network.is_none() { Side::Loopback } else { Side::Beyond };
        let limit = if side == Side::Loopback { usize::MAX } else { self.limits.per_host };
        let is_able = host.in_flight < limit && (!host.again.is_empty() || host.asked < self.ports.len());
        match host.place {
            Place::Idle if is_able => {
                host.place = Place::Ready(self.ready[side as usize].len());
                self.ready[side as usize].push(id);
            }
            Place::Ready(_) if !is_able => self.leave_ready(id, Place::Idle),
            _ => {}
        }
    }

    fn leave_ready(&mut self, id: HostId, to: Place) {
        let Some(host) = self.hosts[id as usize].as_mut() else { return };
        let Place::Ready(at) = std::mem::replace(&mut host.place, to) else { return };
        let side = if host.network.is_none() { Side::Loopback } else { Side::Beyond };
        let ready = &mut self.ready[side as usize];
        ready.swap_remove(at);
        // The last one moved into the gap.
        if let Some(moved) = ready.get(at).copied()
            && let Some(moved) = self.hosts[moved as usize].as_mut()
        {
            moved.place = Place::Ready(at);
        }
    }

    fn forget_if_done(&mut self, id: HostId) {
        let Some(host) = self.hosts[id as usize].as_ref() else { return };
        if host.left > 0 || host.in_flight > 0 || host.place != Place::Idle {
            return;
        }
        let network = host.network;
        self.hosts[id as usize] = None;
        self.free.push(id);
        if let Some(network) = network {
            self.networks.leave(network);
        }
    }
}

//! The hosts being scanned and the networks they are in: who may be asked next, and how long an answer of theirs may take.
//!
//! Pure. A host is one entry however many ports it has; the order over hosts and ports is drawn from a seed.

use std::time::Duration;

use fastrand::Rng;

use crate::scan::peer::Peer;
use crate::scan::schedule::loss::PacketPath;
use crate::scan::schedule::rtt::Networks;
use crate::scan::schedule::rtt::RttEstimator;
use crate::scan::schedule::{HostId, Limits};

/// How long the first try may take where only neighbours are known (the same /24 or /64): they may sit behind another line
/// than the host, so it is waited for longer than for them. The retry waits twice as long.
const NEIGHBOUR_MIN_TIMEOUT: Duration = Duration::from_millis(250);
/// After how long Linux sends a SYN again, and again. **Source:** RFC 6298 section 2.1 and 5.5; `TCP_TIMEOUT_INIT` in Linux'
/// `include/net/tcp.h`.
const SYN_AGAIN: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(3)];
/// Where packets get lost, only every so many tries wait longer than those before: the wait is for a round trip, and that is known.
const SAME_WAIT_TRIES: u32 = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Attempt {
    pub port: u16,
    /// How long the try before this one waited, in milliseconds.
    pub waited_ms: u16,
    /// How often it was asked before.
    pub earlier: u32,
}

/// Whether a probe counts among those in flight at its host and in its network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LimitSlot {
    Taken,
    /// It is past its timeout, and is only listened to until the longest wait is over.
    Left,
}

/// Whether a host is among those that may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum QueueState {
    /// It has nothing to ask for now, or enough in flight.
    Idle,
    /// At this place of its list.
    Ready(usize),
    /// Its network has enough in flight.
    Parked,
}

/// What it costs to listen to one more probe that had its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cost {
    /// Nothing: the limits are not reached.
    Nothing,
    /// Room that others may want, so that a host gets only some.
    Room,
}

#[derive(Debug)]
struct PendingHost {
    peer: Peer,
    /// `None`: loopback, which knows no limits.
    network: Option<u32>,
    /// How many of the ports were asked once, and at which one it began.
    asked: usize,
    first: usize,
    again: Vec<Attempt>,
    in_flight: usize,
    /// How many are past their timeout and still listened to.
    late: usize,
    /// How many ports have no state yet.
    left: usize,
    is_given_up: bool,
    place: QueueState,
    estimate: RttEstimator,
    line: PacketPath,
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    Loopback,
    Beyond,
}

/// All hosts that are not done.
#[derive(Debug)]
pub(crate) struct HostQueue {
    limits: Limits,
    /// In the order in which each host is asked, from a place of its own.
    ports: Vec<u16>,
    hosts: Vec<Option<PendingHost>>,
    free: Vec<HostId>,
    networks: Networks,
    ready: [Vec<HostId>; 2],
    rng: Rng,
}

impl HostQueue {
    /// An empty queue; each host will be probed on `ports`.
    pub(crate) fn new(limits: Limits, mut ports: Vec<u16>) -> Self {
        let mut rng = Rng::with_seed(limits.seed);
        rng.shuffle(&mut ports);
        let networks = Networks::new(limits.per_network);
        Self { limits, ports, hosts: Vec::new(), free: Vec::new(), networks, ready: [Vec::new(), Vec::new()], rng }
    }

    pub(crate) fn add(&mut self, peer: Peer) -> HostId {
        let ip = peer.address.ip;
        let id = self.free.pop().unwrap_or_else(|| {
            self.hosts.push(None);
            // What waits is bounded in bytes, far below this.
            HostId::try_from(self.hosts.len() - 1).unwrap_or(HostId::MAX)
        });
        let network = (!ip.is_loopback()).then(|| self.networks.enter(ip));
        self.hosts[id as usize] = Some(PendingHost {
            peer,
            network,
            asked: 0,
            first: self.rng.usize(..self.ports.len()),
            again: Vec::new(),
            in_flight: 0,
            late: 0,
            left: self.ports.len(),
            is_given_up: false,
            place: QueueState::Idle,
            estimate: RttEstimator::default(),
            line: PacketPath::new(),
        });
        self.refresh(id);
        id
    }

    /// Whether someone on this side may be asked.
    pub(crate) fn is_ready(&self, side: Reach) -> bool {
        !self.ready[side as usize].is_empty()
    }

    /// How many probes could start if nothing else were in the way; at least.
    pub(crate) fn waiting(&self) -> usize {
        let each = |limit: usize| self.ports.len().min(limit);
        let loopback = self.ready[Reach::Loopback as usize].len().saturating_mul(each(usize::MAX));
        loopback.saturating_add(self.ready[Reach::Beyond as usize].len().saturating_mul(each(self.limits.per_host)))
    }

    /// Draws the next host on `side` and a port of it, and counts the probe as in flight.
    pub(crate) fn next_probe(&mut self, side: Reach) -> Option<(HostId, Peer, Attempt)> {
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
                self.leave_ready(id, QueueState::Parked);
                continue;
            }
            host.in_flight += 1;
            let next = host.again.pop().unwrap_or_else(|| {
                host.asked += 1;
                Attempt { port: self.ports[(host.first + host.asked - 1) % self.ports.len()], waited_ms: 0, earlier: 0 }
            });
            let peer = host.peer;
            self.refresh(id);
            return Some((id, peer, next));
        }
    }

    /// Takes a probe of `id` as ended; `again` is asked once more.
    pub(crate) fn end(&mut self, id: HostId, limit_slot: LimitSlot, again: Option<Attempt>) {
        let Some(host) = self.hosts[id as usize].as_mut() else { return };
        match again {
            Some(again) => {
                if again.earlier > self.limits.retries {
                    host.line.try_more();
                }
                host.again.push(again);
            }
            None => host.left = host.left.saturating_sub(1),
        }
        match limit_slot {
            LimitSlot::Taken => self.leave_limit_slot(id),
            LimitSlot::Left => host.late -= 1,
        }
        self.refresh(id);
        self.forget_if_done(id);
    }

    /// Lets a probe that had its time, and is not asked again, be listened to for as long as an answer may take at all, without
    /// counting it among those in flight. Only of a host that answers: elsewhere the last try has waited so long already.
    pub(crate) fn rest(&mut self, id: HostId, port: Attempt, cost: Cost) -> bool {
        let is_soon = self.timeout(id, port.earlier) < self.late_timeout(id);
        if !is_soon || self.asks_again(id, port.earlier) {
            return false;
        }
        let Some(host) = self.hosts[id as usize].as_mut() else { return false };
        if host.is_given_up || !host.line.losses.has_answers() || (cost == Cost::Room && !host.line.look_late()) {
            return false;
        }
        host.late += 1;
        host.line.miss();
        self.leave_limit_slot(id);
        self.refresh(id);
        true
    }

    fn leave_limit_slot(&mut self, id: HostId) {
        let Some(host) = self.hosts[id as usize].as_mut() else { return };
        host.in_flight -= 1;
        if let Some(network) = host.network {
            for parked in self.networks.end(network) {
                self.unpark(parked);
            }
        }
    }

    /// Asks no more of a host; what is in flight runs on to its end.
    pub(crate) fn cancel(&mut self, id: HostId) {
        let Some(host) = self.hosts[id as usize].as_mut() else { return };
        host.asked = self.ports.len();
        host.again.clear();
        host.left = host.in_flight + host.late;
        host.is_given_up = true;
        self.refresh(id);
        self.forget_if_done(id);
    }

    /// Whether anyone still wants to know the ports of a host.
    pub(crate) fn is_wanted(&self, id: HostId) -> bool {
        self.hosts[id as usize].as_ref().is_some_and(|host| !host.is_given_up)
    }

    /// Learns from an answer to a try, and from the time it took.
    pub(crate) fn record_rtt(&mut self, id: HostId, took: Duration, port: Attempt, limit_slot: LimitSlot) {
        let usual = self.timeout(id, 0);
        let Some(host) = self.hosts[id as usize].as_mut() else { return };
        // Where round trips are known to be short, what comes so soon after Linux has sent the SYN again is an answer to that.
        let is_short = host.estimate.timeout().is_some_and(|timeout| timeout < SYN_AGAIN[0]);
        let is_to_later_syn = is_short && SYN_AGAIN.iter().any(|&again| (again..again + usual).contains(&took));
        // One that took longer than the try before had waited says that the host is slow, not that anything was lost.
        let lost = match (is_to_later_syn, took.as_millis() < u128::from(port.waited_ms)) {
            (true, _) => port.earlier + 1,
            (false, true) => port.earlier,
            (false, false) => 0,
        };
        // A port that is slower than its host says nothing of the others.
        let rtt = (!is_to_later_syn && limit_slot == LimitSlot::Taken).then_some(took);
        if let Some(rtt) = rtt {
            host.estimate.add(rtt);
        }
        let is_first = !host.line.losses.has_answers();
        host.line.add_banner(lost, host.in_flight);
        if limit_slot == LimitSlot::Left {
            host.line.heard_late();
        }
        if let Some(network) = host.network {
            self.networks.record_rtt(network, rtt, is_first, lost);
        }
    }

    /// Learns that a try had no answer in its time.
    pub(crate) fn miss(&mut self, id: HostId) {
        if let Some(host) = self.hosts[id as usize].as_mut() {
            host.line.miss();
        }
    }

    /// How long an answer to a try may take before the port is asked again.
    pub(crate) fn timeout(&self, id: HostId, earlier: u32) -> Duration {
        let Limits { timeout, floor, retries, .. } = self.limits;
        let Some(host) = self.hosts[id as usize].as_ref() else { return timeout };
        let known = host.estimate.timeout().map(|t| t.max(floor));
        let neighbours =
            || host.network.and_then(|network| self.networks.timeout(network)).map(|t| t.max(floor).max(NEIGHBOUR_MIN_TIMEOUT));
        // Nothing is known: half of the ceiling, so that the retry has all of it.
        let first = known.or_else(neighbours).unwrap_or(if retries > 0 { timeout / 2 } else { timeout });
        // Of a host that answers, a neighbour's losses say as much: it may have few ports to prove its own by.
        let of_network = || host.network.is_some_and(|network| self.networks.losses(network).are_proven());
        let loses = host.line.losses.are_proven() || host.line.losses.has_answers() && of_network();
        let doublings = if loses { earlier / SAME_WAIT_TRIES } else { earlier };
        first.saturating_mul(1 << doublings.min(8)).min(timeout)
    }

    /// How long an answer to the last try may take: the longest wait, and where Linux sends the SYN again in that time, as long
    /// as an answer to that one takes.
    pub(crate) fn late_timeout(&self, id: HostId) -> Duration {
        let timeout = self.limits.timeout;
        if timeout < SYN_AGAIN[0] { timeout } else { timeout + self.timeout(id, 0).min(timeout / 2) }
    }

    /// Whether a port that was silent after `earlier` tries before this one is asked again.
    pub(crate) fn asks_again(&self, id: HostId, earlier: u32) -> bool {
        let Some(host) = self.hosts[id as usize].as_ref().filter(|host| !host.is_given_up) else { return false };
        let retries = self.limits.retries;
        if earlier < retries || retries == 0 || !host.line.can_try_more() || !host.line.losses.has_answers() {
            return earlier < retries;
        }
        let of_network = host.network.and_then(|network| self.networks.losses(network).tries());
        let tries = host.line.losses.tries().max(of_network);
        tries.is_some_and(|tries| earlier + 1 < tries.max(retries + 2))
    }

    fn unpark(&mut self, id: HostId) {
        if let Some(host) = self.hosts[id as usize].as_mut().filter(|host| host.place == QueueState::Parked) {
            host.place = QueueState::Idle;
            self.refresh(id);
            self.forget_if_done(id);
        }
    }

    /// Puts a host among the ready ones, or takes it from them.
    fn refresh(&mut self, id: HostId) {
        let Some(host) = self.hosts[id as usize].as_mut() else { return };
        let side = if host.network.is_none() { Reach::Loopback } else { Reach::Beyond };
        let limit = if side == Reach::Loopback { usize::MAX } else { self.limits.per_host }.min(host.line.window());
        let is_able = host.in_flight < limit && (!host.again.is_empty() || host.asked < self.ports.len());
        match host.place {
            QueueState::Idle if is_able => {
                host.place = QueueState::Ready(self.ready[side as usize].len());
                self.ready[side as usize].push(id);
            }
            QueueState::Ready(_) if !is_able => self.leave_ready(id, QueueState::Idle),
            _ => {}
        }
    }

    fn leave_ready(&mut self, id: HostId, to: QueueState) {
        let Some(host) = self.hosts[id as usize].as_mut() else { return };
        let QueueState::Ready(at) = std::mem::replace(&mut host.place, to) else { return };
        let side = if host.network.is_none() { Reach::Loopback } else { Reach::Beyond };
        let ready = &mut self.ready[side as usize];
        ready.swap_remove(at);
        // The last one moved into the gap.
        if let Some(moved) = ready.get(at).copied()
            && let Some(moved) = self.hosts[moved as usize].as_mut()
        {
            moved.place = QueueState::Ready(at);
        }
    }

    fn forget_if_done(&mut self, id: HostId) {
        let Some(host) = self.hosts[id as usize].as_ref() else { return };
        if host.left > 0 || host.in_flight > 0 || host.late > 0 || host.place != QueueState::Idle {
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

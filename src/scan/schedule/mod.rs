//! Which probe comes next, and what an answer means. Pure: knows neither sockets nor clocks, takes the time as it is told.
//!
//! A probe that cannot start because the system is out of descriptors or local ports is asked later, and fewer are tried at
//! once; only a system that stays exhausted makes a port `unknown`. How long an answer may take is judged anew whenever
//! something is learnt, also for probes that are in flight already.

pub(crate) mod hosts;
pub(crate) mod loss;
pub(crate) mod rate_limit;
pub(crate) mod rtt;

use std::net::SocketAddr;
use std::time::Duration;

use crate::base::net::Address;
use crate::scan::peer::Peer;
use crate::scan::probe::result::{ProbeResult, Reason};
use crate::scan::schedule::hosts::{Attempt, Cost, HostQueue, LimitSlot, Reach};
use crate::scan::schedule::rate_limit::RateLimiter;

/// How long to wait before trying again when not even one socket can be had.
const EXHAUSTED_PAUSE: Duration = Duration::from_millis(20);
/// How often to try again then: 5 seconds in all.
const EXHAUSTED_TRIES: u32 = 250;
/// How long after an answer the others' deadlines are looked at again.
const RECHECK_DELAY: Duration = Duration::from_millis(5);
/// Late looks end at multiples of this, so that many end at once: each end has all deadlines looked at.
const LATE_STEP: Duration = Duration::from_millis(20);
/// How long a service has to say something.
pub(crate) const BANNER_WAIT: Duration = Duration::from_millis(500);

/// One connection to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Probe {
    /// For whom.
    pub host: HostId,
    pub address: Address,
    /// Where to.
    pub target: SocketAddr,
}

/// A port whose state is now known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PortDone {
    /// For whom.
    pub host: HostId,
    pub port: u16,
    /// Why it is in its state.
    pub reason: Reason,
    /// How long the answer took, where one came.
    pub rtt: Option<Duration>,
}

/// A probe in flight: a slot, and which use of the slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ticket {
    /// Small number, used again after the probe ended.
    pub slot: u32,
    /// Tells one use of the slot from the next.
    pub turn: u32,
}

#[derive(Debug, Clone, Copy)]
struct InFlight {
    host: HostId,
    port: Attempt,
    limit_slot: LimitSlot,
    since: Duration,
    /// The round trip of a port that is open, while its service is listened to.
    open: Option<Duration>,
}

impl InFlight {
    /// When its time is up.
    fn deadline(&self, queue: &HostQueue) -> Duration {
        let timeout = match (self.open, self.limit_slot) {
            (Some(_), _) => BANNER_WAIT,
            (None, LimitSlot::Taken) => queue.timeout(self.host, self.port.earlier),
            (None, LimitSlot::Left) => queue.late_timeout(self.host),
        };
        let at = self.since + timeout;
        if self.limit_slot == LimitSlot::Left { next_step(at) } else { at }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct ProbeSlot {
    turn: u32,
    flight: Option<InFlight>,
}

/// The probes of a run.
#[derive(Debug)]
pub(crate) struct Schedule {
    hosts: HostQueue,
    rate_limiter: RateLimiter,
    slots: Vec<ProbeSlot>,
    free: Vec<u32>,
    in_flight: usize,
    /// How many of them are past their timeout and still listened to, and how many of these do not count towards the limit.
    late: usize,
    late_room: usize,
    most: usize,
    allowed: usize,
    paused_until: Duration,
    exhausted: u32,
    /// No probe's time is up before.
    next_deadline: Duration,
    expired: Vec<Ticket>,
}

impl Schedule {
    /// A schedule without hosts; each will be tried on `ports`.
    pub(crate) fn new(limits: Limits, ports: Vec<u16>) -> Self {
        Self {
            rate_limiter: RateLimiter::new(limits.rate),
            most: limits.concurrency,
            allowed: limits.concurrency,
            hosts: HostQueue::new(limits, ports),
            slots: Vec::new(),
            free: Vec::new(),
            in_flight: 0,
            late: 0,
            late_room: limits.concurrency,
            paused_until: Duration::ZERO,
            exhausted: 0,
            next_deadline: Duration::MAX,
            expired: Vec::new(),
        }
    }

    /// The same where the system has no more descriptors than so many for probes: those that are only listened to any more
    /// have as many of their own as the others, if there are.
    pub(crate) fn with_descriptors(mut self, descriptors: usize) -> Self {
        self.late_room = descriptors.saturating_sub(self.most).min(self.most);
        self
    }

    /// Adds a host.
    pub(crate) fn add(&mut self, peer: Peer) -> HostId {
        self.hosts.add(peer)
    }

    /// Asks no more of a host.
    pub(crate) fn abandon(&mut self, host: HostId) {
        self.hosts.cancel(host);
    }

    /// Whether enough probes wait to fill every slot.
    pub(crate) fn is_full(&self) -> bool {
        self.busy() >= self.allowed || self.hosts.waiting() >= self.most
    }

    /// How many are in flight, of those that are only listened to any more just what has no separate limit.
    fn busy(&self) -> usize {
        self.in_flight - self.late.min(self.late_room)
    }

    /// The next probe to start, if one may start at `now`.
    pub(crate) fn start(&mut self, now: Duration) -> Option<(Ticket, Probe)> {
        if self.busy() >= self.allowed || now < self.paused_until {
            return None;
        }
        let (host, peer, port) = self.draw(now)?;
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(ProbeSlot::default());
            // Concurrency is a u32 at the door, so slots are too.
            u32::try_from(self.slots.len() - 1).unwrap_or(u32::MAX)
        });
        let place = &mut self.slots[slot as usize];
        place.flight = Some(InFlight { host, port, limit_slot: LimitSlot::Taken, since: now, open: None });
        let ticket = Ticket { slot, turn: place.turn };
        self.in_flight += 1;
        self.next_deadline = self.next_deadline.min(now + self.hosts.timeout(host, port.earlier));
        Some((ticket, Probe { host, address: peer.address, target: peer.with_port(port.port) }))
    }

    fn draw(&mut self, now: Duration) -> Option<(HostId, Peer, Attempt)> {
        if let Some(drawn) = self.hosts.next_probe(Reach::Loopback) {
            return Some(drawn);
        }
        if self.rate_limiter.ready_at() > now {
            return None;
        }
        let drawn = self.hosts.next_probe(Reach::Beyond)?;
        self.rate_limiter.take(now);
        Some(drawn)
    }

    /// Says that a port is open and its service is listened to from now on, until it is settled.
    pub(crate) fn listen(&mut self, ticket: Ticket, now: Duration) {
        let Some(flight) = self.flight(ticket) else { return };
        let rtt = now.saturating_sub(flight.since);
        (flight.open, flight.since) = (Some(rtt), now);
        let InFlight { host, port, limit_slot, .. } = *flight;
        self.hosts.record_rtt(host, rtt, port, limit_slot);
        self.next_deadline = self.next_deadline.min(now + BANNER_WAIT);
    }

    /// Takes the answer to a probe. `None`: it will be tried again, or the ticket was settled before.
    pub(crate) fn settle(&mut self, ticket: Ticket, answer: ProbeResult, now: Duration) -> Option<PortDone> {
        let InFlight { host, port, limit_slot, since, open } = self.release(ticket)?;
        let took = now.saturating_sub(since);
        let (reason, rtt) = match (open, answer) {
            (Some(rtt), _) => (Reason::Accepted, Some(rtt)),
            (None, ProbeResult::Known(reason)) => {
                if reason.is_reply() {
                    self.hosts.record_rtt(host, took, port, limit_slot);
                    self.next_deadline = self.next_deadline.min(now + RECHECK_DELAY);
                }
                (reason, (reason.state() != crate::scan::probe::result::State::Unknown).then_some(took))
            }
            (None, ProbeResult::Silence) if self.hosts.asks_again(host, port.earlier) => {
                self.hosts.miss(host);
                let waited_ms = u16::try_from(took.as_millis()).unwrap_or(u16::MAX);
                self.hosts.end(host, limit_slot, Some(Attempt { earlier: port.earlier + 1, waited_ms, ..port }));
                return None;
            }
            (None, ProbeResult::Silence) => (Reason::Silence, None),
            (None, ProbeResult::Exhausted) => {
                self.allowed = self.busy().max(1);
                if self.hosts.is_wanted(host) && (self.in_flight > 0 || self.exhausted < EXHAUSTED_TRIES) {
                    self.starve(now);
                    self.hosts.end(host, limit_slot, Some(port));
                    return None;
                }
                (Reason::Exhausted, None)
            }
        };
        if reason != Reason::Exhausted {
            self.exhausted = 0;
            self.allowed = (self.allowed + 1).min(self.most);
        }
        self.hosts.end(host, limit_slot, None);
        Some(PortDone { host, port: port.port, reason, rtt })
    }

    /// A probe whose time is up at `now`; settle it with [`ProbeResult::Silence`].
    pub(crate) fn expire(&mut self, now: Duration) -> Option<Ticket> {
        if self.expired.is_empty() && now >= self.next_deadline {
            self.check_deadlines(now);
        }
        self.expired.pop()
    }

    /// When something will have to be done even if no answer comes.
    pub(crate) fn wake_at(&self) -> Option<Duration> {
        let deadline = (self.in_flight > 0).then_some(self.next_deadline);
        let may_start = self.busy() < self.allowed;
        let near = (may_start && self.hosts.is_ready(Reach::Loopback)).then_some(self.paused_until);
        let far = (may_start && self.hosts.is_ready(Reach::Beyond)).then(|| self.rate_limiter.ready_at().max(self.paused_until));
        [deadline, near, far].into_iter().flatten().min()
    }

    /// Looks at every deadline.
    fn check_deadlines(&mut self, now: Duration) {
        self.next_deadline = Duration::MAX;
        for (slot, place) in self.slots.iter_mut().enumerate() {
            let Some(flight) = &mut place.flight else { continue };
            let is_asked = flight.open.is_none() && flight.limit_slot == LimitSlot::Taken;
            let cost = if self.late < self.late_room / 2 { Cost::Nothing } else { Cost::Room };
            if is_asked && flight.deadline(&self.hosts) <= now && self.hosts.rest(flight.host, flight.port, cost) {
                flight.limit_slot = LimitSlot::Left;
                self.late += 1;
            }
            let deadline = flight.deadline(&self.hosts);
            if deadline > now {
                self.next_deadline = self.next_deadline.min(deadline);
            } else {
                self.expired.push(Ticket { slot: u32::try_from(slot).unwrap_or(u32::MAX), turn: place.turn });
            }
        }
    }

    fn starve(&mut self, now: Duration) {
        if self.busy() == 0 {
            self.exhausted += u32::from(self.in_flight == 0);
            self.paused_until = now + EXHAUSTED_PAUSE;
        }
    }

    fn flight(&mut self, ticket: Ticket) -> Option<&mut InFlight> {
        let slot = self.slots.get_mut(ticket.slot as usize).filter(|slot| slot.turn == ticket.turn)?;
        slot.flight.as_mut()
    }

    fn release(&mut self, ticket: Ticket) -> Option<InFlight> {
        let flight = *self.flight(ticket)?;
        let slot = &mut self.slots[ticket.slot as usize];
        slot.flight = None;
        slot.turn = slot.turn.wrapping_add(1);
        self.free.push(ticket.slot);
        self.in_flight -= 1;
        self.late -= usize::from(flight.limit_slot == LimitSlot::Left);
        Some(flight)
    }
}

/// The first multiple of [`LATE_STEP`] that is not before `at`.
fn next_step(at: Duration) -> Duration {
    let step = LATE_STEP.as_nanos();
    let beyond = u64::try_from(at.as_nanos() % step).unwrap_or(0);
    if beyond == 0 { at } else { at + LATE_STEP.saturating_sub(Duration::from_nanos(beyond)) }
}

/// Names a host while it is scanned; used again after it.
pub(crate) type HostId = u32;

/// How hard to try.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Probes in flight at once, 1 or more.
    pub concurrency: usize,
    /// Probes a second beyond loopback.
    pub rate: Option<u32>,
    /// Probes in flight at one host beyond loopback.
    pub per_host: usize,
    /// Probes in flight in one network (/24, /64) beyond loopback.
    pub per_network: Option<usize>,
    /// The shortest time that an answer is given, whatever was measured.
    pub floor: Duration,
    /// The longest.
    pub timeout: Duration,
    /// How often to ask again where none came.
    pub retries: u32,
    /// Draws the order of hosts and ports.
    pub seed: u64,
}

#[cfg(test)]
mod tests;

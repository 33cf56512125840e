//! Which probe comes next, and what an answer means. Pure: knows neither sockets nor clocks, takes the time as it is told.
//!
//! A probe that cannot start because the system is out of descriptors or local ports is asked later, and fewer are tried at
//! once; only a system that stays exhausted makes a port `unknown`. How long an answer may take is judged anew whenever
//! something is learnt, also for probes that are in flight already.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

pub use super::limits::{HostId, Limits};

use super::answer::{Answer, Reason};
use super::crowd::{Crowd, Side, Try};
use super::pace::Pace;

/// How long to wait before trying again when not even one socket can be had.
const STARVED_PAUSE: Duration = Duration::from_millis(20);
/// How often to try again then: 5 seconds in all.
const STARVED_TRIES: u32 = 250;
/// How long after an answer the others' deadlines are looked at again.
const SECOND_THOUGHT: Duration = Duration::from_millis(5);
/// How long a service has to say something.
pub const GREETING_WAIT: Duration = Duration::from_millis(500);

/// One connection to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Probe {
    /// For whom.
    pub host: HostId,
    /// Where to.
    pub target: SocketAddr,
}

/// A port whose state is now known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// For whom.
    pub host: HostId,
    /// The port.
    pub port: u16,
    /// Why it is in its state.
    pub reason: Reason,
    /// How long the answer took, where one came.
    pub rtt: Option<Duration>,
}

/// A probe in flight: a slot, and which use of the slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    /// Small number, used again after the probe ended.
    pub slot: u32,
    /// Tells one use of the slot from the next.
    pub turn: u32,
}

#[derive(Debug, Clone, Copy)]
struct Flight {
    host: HostId,
    port: Try,
    since: Duration,
    /// The round trip of a port that is open, while its service is listened to.
    open: Option<Duration>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    turn: u32,
    flight: Option<Flight>,
}

/// The probes of a run.
#[derive(Debug)]
pub struct Schedule {
    crowd: Crowd,
    pace: Pace,
    slots: Vec<Slot>,
    free: Vec<u32>,
    in_flight: usize,
    most: usize,
    allowed: usize,
    paused_until: Duration,
    starved: u32,
    /// No probe's time is up before.
    look_at: Duration,
    late: Vec<Ticket>,
}

impl Schedule {
    /// A schedule without hosts; each will be tried on `ports`.
    #[must_use]
    pub fn new(limits: Limits, ports: Vec<u16>) -> Self {
        Self {
            pace: Pace::new(limits.rate),
            most: limits.concurrency,
            allowed: limits.concurrency,
            crowd: Crowd::new(limits, ports),
            slots: Vec::new(),
            free: Vec::new(),
            in_flight: 0,
            paused_until: Duration::ZERO,
            starved: 0,
            look_at: Duration::MAX,
            late: Vec::new(),
        }
    }

    /// Adds a host.
    pub fn add(&mut self, ip: IpAddr) -> HostId {
        self.crowd.add(ip)
    }

    /// Asks no more of a host.
    pub fn abandon(&mut self, host: HostId) {
        self.crowd.abandon(host);
    }

    /// Whether enough probes wait to fill every slot.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.in_flight >= self.allowed || self.crowd.waiting() >= self.most
    }

    /// Whether nothing is in flight.
    #[must_use]
    pub const fn is_idle(&self) -> bool {
        self.in_flight == 0
    }

    /// The next probe to start, if one may start at `now`.
    pub fn start(&mut self, now: Duration) -> Option<(Ticket, Probe)> {
        if self.in_flight >= self.allowed || now < self.paused_until {
            return None;
        }
        let (host, ip, port) = self.draw(now)?;
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot::default());
            // Concurrency is a u32 at the door, so slots are too.
            u32::try_from(self.slots.len() - 1).unwrap_or(u32::MAX)
        });
        let place = &mut self.slots[slot as usize];
        place.flight = Some(Flight { host, port, since: now, open: None });
        let ticket = Ticket { slot, turn: place.turn };
        self.in_flight += 1;
        self.look_at = self.look_at.min(now + self.crowd.patience(host, port.earlier));
        Some((ticket, Probe { host, target: SocketAddr::new(ip, port.port) }))
    }

    fn draw(&mut self, now: Duration) -> Option<(HostId, IpAddr, Try)> {
        if let Some(drawn) = self.crowd.draw(Side::Loopback) {
            return Some(drawn);
        }
        if self.pace.ready_at() > now {
            return None;
        }
        let drawn = self.crowd.draw(Side::Beyond)?;
        self.pace.take(now);
        Some(drawn)
    }

    /// Says that a port is open and its service is listened to from now on, until it is settled.
    pub fn listen(&mut self, ticket: Ticket, now: Duration) {
        let Some(flight) = self.flight(ticket) else { return };
        let rtt = now.saturating_sub(flight.since);
        (flight.open, flight.since) = (Some(rtt), now);
        let Flight { host, port, .. } = *flight;
        self.crowd.learn(host, rtt, port.earlier);
        self.look_at = self.look_at.min(now + GREETING_WAIT);
    }

    /// Takes the answer to a probe. `None`: it will be tried again, or the ticket was settled before.
    pub fn settle(&mut self, ticket: Ticket, answer: Answer, now: Duration) -> Option<Settled> {
        let Flight { host, port, since, open } = self.release(ticket)?;
        let took = now.saturating_sub(since);
        let (reason, rtt) = match (open, answer) {
            (Some(rtt), _) => (Reason::Accepted, Some(rtt)),
            (None, Answer::Known(reason)) => {
                if reason.is_reply() {
                    self.crowd.learn(host, took, port.earlier);
                    self.look_at = self.look_at.min(now + SECOND_THOUGHT);
                }
                (reason, (reason.state() != super::answer::State::Unknown).then_some(took))
            }
            (None, Answer::Silence) if self.crowd.asks_again(host, port.earlier) => {
                self.crowd.end(host, Some(Try { earlier: port.earlier + 1, ..port }));
                return None;
            }
            (None, Answer::Silence) => (Reason::Silence, None),
            (None, Answer::Exhausted) => {
                self.allowed = self.in_flight.max(1);
                if self.crowd.is_wanted(host) && (self.in_flight > 0 || self.starved < STARVED_TRIES) {
                    self.starve(now);
                    self.crowd.end(host, Some(port));
                    return None;
                }
                (Reason::Exhausted, None)
            }
        };
        if reason != Reason::Exhausted {
            self.starved = 0;
            self.allowed = (self.allowed + 1).min(self.most);
        }
        self.crowd.end(host, None);
        Some(Settled { host, port: port.port, reason, rtt })
    }

    /// A probe whose time is up at `now`; settle it with [`Answer::Silence`].
    pub fn expire(&mut self, now: Duration) -> Option<Ticket> {
        if self.late.is_empty() && now >= self.look_at {
            self.look(now);
        }
        self.late.pop()
    }

    /// When something will have to be done even if no answer comes.
    #[must_use]
    pub fn wake_at(&self) -> Option<Duration> {
        let deadline = (self.in_flight > 0).then_some(self.look_at);
        let may_start = self.in_flight < self.allowed;
        let near = (may_start && self.crowd.is_ready(Side::Loopback)).then_some(self.paused_until);
        let far = (may_start && self.crowd.is_ready(Side::Beyond)).then(|| self.pace.ready_at().max(self.paused_until));
        [deadline, near, far].into_iter().flatten().min()
    }

    /// Looks at every deadline.
    fn look(&mut self, now: Duration) {
        self.look_at = Duration::MAX;
        for (slot, place) in self.slots.iter().enumerate() {
            let Some(flight) = &place.flight else { continue };
            let patience = if flight.open.is_some() { GREETING_WAIT } else { self.crowd.patience(flight.host, flight.port.earlier) };
            let deadline = flight.since + patience;
            if deadline > now {
                self.look_at = self.look_at.min(deadline);
            } else {
                self.late.push(Ticket { slot: u32::try_from(slot).unwrap_or(u32::MAX), turn: place.turn });
            }
        }
    }

    fn starve(&mut self, now: Duration) {
        if self.in_flight == 0 {
            self.starved += 1;
            self.paused_until = now + STARVED_PAUSE;
        }
    }

    fn flight(&mut self, ticket: Ticket) -> Option<&mut Flight> {
        let slot = self.slots.get_mut(ticket.slot as usize).filter(|slot| slot.turn == ticket.turn)?;
        slot.flight.as_mut()
    }

    fn release(&mut self, ticket: Ticket) -> Option<Flight> {
        let flight = *self.flight(ticket)?;
        let slot = &mut self.slots[ticket.slot as usize];
        slot.flight = None;
        slot.turn = slot.turn.wrapping_add(1);
        self.free.push(ticket.slot);
        self.in_flight -= 1;
        Some(flight)
    }
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;

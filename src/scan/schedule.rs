//! Which probe comes next, and what an answer means. Pure: knows neither sockets nor clocks, takes the time as it is told.
//!
//! A probe that cannot start because the system is out of descriptors or local ports goes back to the front, and fewer are
//! tried at once; only a system that stays exhausted makes a port `unknown`.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Names a host for the one who asked.
pub type HostId = u64;

/// How long to wait before trying again when not even one socket can be had.
const STARVED_PAUSE: Duration = Duration::from_millis(20);
/// How often to try again then: 5 seconds in all.
const STARVED_TRIES: u32 = 250;

/// How hard to try.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Probes in flight at once, 1 or more.
    pub concurrency: usize,
    /// How long to wait for an answer.
    pub timeout: Duration,
    /// How often to ask again where none came.
    pub retries: u32,
}

/// One connection to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Probe {
    /// For whom.
    pub host: HostId,
    /// Where to.
    pub target: SocketAddr,
    tries: u32,
}

/// How a probe ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The connection was accepted.
    Accepted,
    /// The connection was refused (RST).
    Refused,
    /// The network said that it cannot or may not be reached (ICMP).
    Unreachable,
    /// Nothing came in time.
    Silence,
    /// This machine has no descriptor, memory or local port left.
    Exhausted,
    /// This machine will not send there: no route, or a local rule.
    NoRoute,
}

/// What is known of a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Accepts connections.
    Open,
    /// Refuses connections.
    Closed,
    /// Does not answer, or something on the way forbids it.
    Filtered,
    /// Could not be asked.
    Unknown,
}

/// A port whose state is now known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// For whom.
    pub host: HostId,
    /// The port.
    pub port: u16,
    /// Its state.
    pub state: State,
}

/// A probe in flight: a slot, and which use of the slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    /// Small number, used again after the probe ended.
    pub slot: u32,
    /// Tells one use of the slot from the next.
    pub turn: u32,
}

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    turn: u32,
    probe: Option<Probe>,
}

/// A host whose ports are not all tried yet.
#[derive(Debug, Clone, Copy)]
struct Job {
    host: HostId,
    ip: IpAddr,
    next_port: usize,
}

/// The probes of a run. A host that waits is one entry, however many ports it has.
#[derive(Debug)]
pub struct Schedule {
    limits: Limits,
    ports: Vec<u16>,
    fresh: VecDeque<Job>,
    again: VecDeque<Probe>,
    slots: Vec<Slot>,
    free: Vec<u32>,
    deadlines: VecDeque<(Duration, Ticket)>,
    in_flight: usize,
    allowed: usize,
    paused_until: Duration,
    starved: u32,
}

impl Schedule {
    /// A schedule without hosts; each will be tried on `ports`.
    #[must_use]
    pub const fn new(limits: Limits, ports: Vec<u16>) -> Self {
        Self {
            limits,
            ports,
            fresh: VecDeque::new(),
            again: VecDeque::new(),
            slots: Vec::new(),
            free: Vec::new(),
            deadlines: VecDeque::new(),
            in_flight: 0,
            allowed: limits.concurrency,
            paused_until: Duration::ZERO,
            starved: 0,
        }
    }

    /// Adds a host.
    pub fn add(&mut self, host: HostId, ip: IpAddr) {
        self.fresh.push_back(Job { host, ip, next_port: 0 });
    }

    /// Whether enough probes wait to fill every slot.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.fresh.len().saturating_mul(self.ports.len()).saturating_add(self.again.len()) >= self.limits.concurrency
    }

    /// Whether nothing waits and nothing is in flight.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        !self.has_waiting() && self.in_flight == 0
    }

    fn has_waiting(&self) -> bool {
        !self.fresh.is_empty() || !self.again.is_empty()
    }

    fn next_probe(&mut self) -> Option<Probe> {
        if let Some(probe) = self.again.pop_front() {
            return Some(probe);
        }
        let job = self.fresh.front_mut()?;
        let probe = Probe { host: job.host, target: SocketAddr::new(job.ip, *self.ports.get(job.next_port)?), tries: 0 };
        job.next_port += 1;
        if job.next_port == self.ports.len() {
            self.fresh.pop_front();
        }
        Some(probe)
    }

    /// The next probe to start, if one may start at `now`.
    pub fn start(&mut self, now: Duration) -> Option<(Ticket, Probe)> {
        if self.in_flight >= self.allowed || now < self.paused_until {
            return None;
        }
        let probe = self.next_probe()?;
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot::default());
            // Concurrency is a u32 at the door, so slots are too.
            u32::try_from(self.slots.len() - 1).unwrap_or(u32::MAX)
        });
        let place = &mut self.slots[slot as usize];
        place.probe = Some(probe);
        let ticket = Ticket { slot, turn: place.turn };
        self.in_flight += 1;
        self.deadlines.push_back((now + self.limits.timeout, ticket));
        Some((ticket, probe))
    }

    /// Takes the answer to a probe. `None`: it will be tried again, or the ticket was settled before.
    pub fn settle(&mut self, ticket: Ticket, answer: Answer, now: Duration) -> Option<Settled> {
        let mut probe = self.release(ticket)?;
        let state = match answer {
            Answer::Accepted => State::Open,
            Answer::Refused => State::Closed,
            Answer::NoRoute => State::Unknown,
            Answer::Silence if probe.tries < self.limits.retries => {
                probe.tries += 1;
                self.again.push_back(probe);
                return None;
            }
            Answer::Silence | Answer::Unreachable => State::Filtered,
            Answer::Exhausted => {
                self.allowed = self.in_flight.max(1);
                if self.in_flight > 0 || self.starved < STARVED_TRIES {
                    self.starve(now);
                    self.again.push_front(probe);
                    return None;
                }
                State::Unknown
            }
        };
        if answer != Answer::Exhausted {
            self.starved = 0;
            self.allowed = (self.allowed + 1).min(self.limits.concurrency);
        }
        Some(Settled { host: probe.host, port: probe.target.port(), state })
    }

    /// A probe whose time is up at `now`; settle it with [`Answer::Silence`].
    pub fn expire(&mut self, now: Duration) -> Option<Ticket> {
        self.next_deadline().filter(|&(deadline, _)| deadline <= now).map(|(_, ticket)| ticket)
    }

    /// When something will have to be done even if no answer comes.
    #[must_use]
    pub fn wake_at(&mut self) -> Option<Duration> {
        let deadline = self.next_deadline().map(|(deadline, _)| deadline);
        deadline.or_else(|| self.has_waiting().then_some(self.paused_until))
    }

    /// The earliest deadline of a probe that is still in flight; those of settled ones are dropped on the way.
    fn next_deadline(&mut self) -> Option<(Duration, Ticket)> {
        while let Some(&(deadline, ticket)) = self.deadlines.front() {
            if self.is_current(ticket) {
                return Some((deadline, ticket));
            }
            self.deadlines.pop_front();
        }
        None
    }

    fn starve(&mut self, now: Duration) {
        if self.in_flight == 0 {
            self.starved += 1;
            self.paused_until = now + STARVED_PAUSE;
        }
    }

    fn is_current(&self, ticket: Ticket) -> bool {
        self.slots.get(ticket.slot as usize).is_some_and(|slot| slot.turn == ticket.turn && slot.probe.is_some())
    }

    fn release(&mut self, ticket: Ticket) -> Option<Probe> {
        if !self.is_current(ticket) {
            return None;
        }
        let slot = &mut self.slots[ticket.slot as usize];
        slot.turn = slot.turn.wrapping_add(1);
        self.free.push(ticket.slot);
        self.in_flight -= 1;
        slot.probe.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn schedule(concurrency: usize, retries: u32, ports: &[u16]) -> Schedule {
        let mut schedule = Schedule::new(Limits { concurrency, timeout: SECOND, retries }, ports.to_vec());
        schedule.add(7, IpAddr::from([127, 0, 0, 1]));
        schedule
    }

    #[test]
    fn no_more_than_allowed_are_in_flight() {
        let mut s = schedule(2, 0, &[1, 2, 3]);
        let (first, probe) = s.start(Duration::ZERO).expect("a first");
        assert_eq!(probe.target.port(), 1);
        assert!(s.start(Duration::ZERO).is_some());
        assert!(s.start(Duration::ZERO).is_none());
        assert_eq!(s.settle(first, Answer::Accepted, SECOND), Some(Settled { host: 7, port: 1, state: State::Open }));
        assert!(s.start(SECOND).is_some());
        assert!(s.settle(first, Answer::Accepted, SECOND).is_none(), "a ticket is good once");
    }

    #[test]
    fn silence_is_asked_again_and_then_filtered() {
        let mut s = schedule(9, 1, &[22]);
        let (ticket, _) = s.start(Duration::ZERO).expect("a probe");
        assert_eq!(s.wake_at(), Some(SECOND));
        assert_eq!(s.expire(Duration::from_millis(999)), None);
        assert_eq!(s.expire(SECOND), Some(ticket));
        assert_eq!(s.settle(ticket, Answer::Silence, SECOND), None);
        let (ticket, _) = s.start(SECOND).expect("the retry");
        let settled = s.settle(ticket, Answer::Silence, SECOND * 2).expect("settled");
        assert_eq!(settled.state, State::Filtered);
        assert!(s.is_idle());
        assert_eq!(s.wake_at(), None);
    }

    #[test]
    fn exhaustion_lowers_the_load_and_loses_no_port() {
        let mut s = schedule(9, 0, &[1, 2, 3]);
        let (one, _) = s.start(Duration::ZERO).expect("one");
        let (two, _) = s.start(Duration::ZERO).expect("two");
        assert_eq!(s.settle(two, Answer::Exhausted, Duration::ZERO), None);
        assert!(s.start(Duration::ZERO).is_none(), "one in flight is what the system can bear");
        assert_eq!(s.settle(one, Answer::Refused, SECOND).map(|x| x.port), Some(1));
        let (two, probe) = s.start(SECOND).expect("two again");
        assert_eq!(probe.target.port(), 2);
        assert_eq!(s.settle(two, Answer::Refused, SECOND).map(|x| x.state), Some(State::Closed));
        assert!(s.start(SECOND).is_some());
    }

    #[test]
    fn a_system_that_stays_exhausted_makes_the_port_unknown() {
        let mut s = schedule(9, 0, &[1]);
        let mut now = Duration::ZERO;
        let state = loop {
            let (ticket, _) = s.start(now).expect("after the pause it may start again");
            if let Some(settled) = s.settle(ticket, Answer::Exhausted, now) {
                break settled.state;
            }
            assert!(s.start(now).is_none(), "it waits before it tries again");
            now = s.wake_at().expect("a time to wake");
        };
        assert_eq!(state, State::Unknown);
        assert_eq!(now, STARVED_PAUSE * STARVED_TRIES);
    }
}

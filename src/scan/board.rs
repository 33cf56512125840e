//! What is found out about each address: counted while it is scanned, written once it is done, kept for when it comes again.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::rc::Rc;
use std::time::Duration;

use serde::Serialize;

use super::answer::{Reason, State};
use super::schedule::{HostId, Settled};
use super::window::EntryId;
use crate::record::json;
use crate::time::Stamp;

/// How many bytes of results are kept for addresses that come again; the oldest are forgotten first.
const KEPT_BYTES: usize = 8 << 20;
/// What a kept result is counted as besides its text.
const RESULT_BYTES: usize = 128;

/// How many ports may be noted for `--reason` before more hosts are begun: 8 MiB.
const MOST_NOTED: u64 = 1 << 20;

/// How much is said of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Open ports, and counts of the rest.
    Counts,
    /// Every port with its state, the reason and the round trip.
    Reasons,
}

/// What is written under `scan`.
#[derive(Debug, Serialize)]
struct Scan<'a> {
    status: &'static str,
    open_ports: &'a [u16],
    closed: usize,
    filtered: usize,
    unknown: usize,
    started_at: Stamp<'static>,
    duration_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    banners: Option<&'a [Banner]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ports: Option<Vec<Port>>,
}

/// What a service said.
#[derive(Debug, Serialize)]
struct Banner {
    port: u16,
    text: String,
}

/// One port, as `--reason` shows it.
#[derive(Debug, Serialize)]
struct Port {
    #[serde(rename = "port")]
    number: u16,
    state: State,
    reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rtt_ms: Option<f64>,
}

/// What is known of a port, in 8 bytes: a host may have 65,535.
#[derive(Debug)]
struct Noted {
    port: u16,
    reason: Reason,
    /// No answer takes an hour; the largest number is none.
    rtt_us: u32,
}

impl Noted {
    fn new(settled: &Settled) -> Self {
        let rtt_us = settled.rtt.and_then(|rtt| u32::try_from(rtt.as_micros()).ok()).unwrap_or(u32::MAX);
        Self { port: settled.port, reason: settled.reason, rtt_us }
    }
}

/// An address being scanned.
#[derive(Debug)]
struct Job {
    ip: IpAddr,
    lines: Vec<EntryId>,
    started: Option<Duration>,
    counts: [usize; 4],
    open: Vec<u16>,
    noted: Vec<Noted>,
    banners: Vec<Banner>,
}

/// What is known of an address.
#[derive(Debug)]
pub enum Known {
    /// It is being scanned.
    Now(HostId),
    /// It was scanned, with this result (a JSON value).
    Before(Rc<[u8]>),
}

/// The result of an address, and the lines that wait for it.
#[derive(Debug)]
pub struct Finished {
    /// A JSON value.
    pub scan: Rc<[u8]>,
    /// Where it goes.
    pub lines: Vec<EntryId>,
}

/// How a board is kept.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// How much is said of a host.
    pub detail: Detail,
    /// After so many open ports a host is left alone.
    pub most_open: usize,
    /// When the run started, in seconds since 1970.
    pub epoch: i64,
}

/// All addresses that are being scanned, and those that were.
#[derive(Debug)]
pub struct Board {
    rules: Rules,
    ports: Vec<u16>,
    jobs: Vec<Option<Job>>,
    known: HashMap<IpAddr, Known, ahash::RandomState>,
    kept: VecDeque<(IpAddr, usize)>,
    kept_bytes: usize,
    /// How many addresses are being scanned.
    pub active: u64,
    /// How many are done.
    pub done: u64,
    /// How many of them had too many open ports.
    pub overfull: u64,
    /// Open ports found so far.
    pub open_ports: u64,
    /// Results of which every port is known.
    pub complete: u64,
    /// Results of which some are not.
    pub incomplete: u64,
    /// Ports of all results, by their state in the order of [`State`].
    pub states: [u64; 4],
}

impl Board {
    /// An empty board; `ports` (ascending) are asked of each host.
    #[must_use]
    pub fn new(rules: Rules, ports: Vec<u16>) -> Self {
        Self {
            rules,
            ports,
            jobs: Vec::new(),
            known: HashMap::default(),
            kept: VecDeque::new(),
            kept_bytes: 0,
            active: 0,
            done: 0,
            overfull: 0,
            open_ports: 0,
            complete: 0,
            incomplete: 0,
            states: [0; 4],
        }
    }

    /// What is known of `ip`.
    #[must_use]
    pub fn find(&self, ip: IpAddr) -> Option<&Known> {
        self.known.get(&ip)
    }

    /// Says that `ip` is scanned as `host` from now on.
    pub fn open(&mut self, host: HostId, ip: IpAddr) {
        let place = host as usize;
        if self.jobs.len() <= place {
            self.jobs.resize_with(place + 1, || None);
        }
        self.known.insert(ip, Known::Now(host));
        self.active += 1;
        let (lines, open, noted, banners) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        self.jobs[place] = Some(Job { ip, lines, started: None, counts: [0; 4], open, noted, banners });
    }

    /// Says that a line waits for the result of `host`.
    pub fn join(&mut self, host: HostId, line: EntryId) {
        if let Some(job) = self.job(host) {
            job.lines.push(line);
        }
    }

    /// Says that a probe of `host` starts. Gives its address where it is the first.
    pub fn begin(&mut self, host: HostId, now: Duration) -> Option<IpAddr> {
        let job = self.job(host)?;
        let is_first = job.started.is_none();
        job.started.get_or_insert(now);
        is_first.then_some(job.ip)
    }

    /// Takes what an open port said.
    pub fn hear(&mut self, host: HostId, port: u16, text: Option<String>) {
        if let (Some(job), Some(text)) = (self.job(host), text) {
            job.banners.push(Banner { port, text });
        }
    }

    /// Takes what is known of a port. Gives the result once all are.
    pub fn settle(&mut self, settled: Settled, now: Duration) -> Option<Finished> {
        let (rules, ports) = (self.rules, self.ports.len());
        let job = self.job(settled.host)?;
        let state = settled.reason.state();
        job.counts[state as usize] += 1;
        if state == State::Open {
            job.open.push(settled.port);
        }
        if rules.detail == Detail::Reasons {
            job.noted.push(Noted::new(&settled));
        }
        let (is_done, is_overfull) = (job.counts.iter().sum::<usize>() == ports, job.open.len() >= rules.most_open);
        self.open_ports += u64::from(state == State::Open);
        match (is_done, is_overfull) {
            (true, _) => self.finish(settled.host, None, now),
            (false, true) => {
                self.overfull += 1;
                self.finish(settled.host, Some(Reason::Enough), now)
            }
            (false, false) => None,
        }
    }

    /// Whether another host would be one too many to remember.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.rules.detail == Detail::Reasons && (self.active + 1).saturating_mul(self.ports.len() as u64) > MOST_NOTED
    }

    /// Gives up on every port of one host that has no state yet; `None` once no host is being scanned. One at a time, since
    /// a result may have a line for each of 65,535 ports.
    pub fn interrupt(&mut self, now: Duration) -> Option<Finished> {
        while self.jobs.last().is_some_and(Option::is_none) {
            self.jobs.pop();
        }
        let last = HostId::try_from(self.jobs.len().checked_sub(1)?).ok()?;
        self.finish(last, Some(Reason::Interrupted), now)
    }

    /// The result of an address that was not begun before the run was ended.
    #[must_use]
    pub fn untouched(&mut self, ip: IpAddr, now: Duration) -> Vec<u8> {
        let (lines, open, noted, banners) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let job = Job { ip, lines, started: None, counts: [0; 4], open, noted, banners };
        self.count(&job);
        self.write(job, Some(Reason::Interrupted), now)
    }

    fn job(&mut self, host: HostId) -> Option<&mut Job> {
        self.jobs.get_mut(host as usize).and_then(Option::as_mut)
    }

    fn finish(&mut self, host: HostId, stopped: Option<Reason>, now: Duration) -> Option<Finished> {
        let mut job = self.jobs.get_mut(host as usize).and_then(Option::take)?;
        let (ip, lines) = (job.ip, std::mem::take(&mut job.lines));
        self.count(&job);
        let scan: Rc<[u8]> = self.write(job, stopped, now).into();
        self.active -= 1;
        self.done += 1;
        self.keep(ip, &scan);
        Some(Finished { scan, lines })
    }

    /// Counts a result.
    fn count(&mut self, job: &Job) {
        let unknown = self.unknown_ports(job);
        *(if unknown == 0 { &mut self.complete } else { &mut self.incomplete }) += 1;
        self.states.iter_mut().zip(job.counts).for_each(|(sum, ports)| *sum += ports as u64);
        self.states[State::Unknown as usize] += (unknown - job.counts[State::Unknown as usize]) as u64;
    }

    /// How many ports have no state, or that of not being known.
    fn unknown_ports(&self, job: &Job) -> usize {
        job.counts[State::Unknown as usize] + self.ports.len() - job.counts.iter().sum::<usize>()
    }

    fn keep(&mut self, ip: IpAddr, scan: &Rc<[u8]>) {
        let bytes = scan.len() + RESULT_BYTES;
        self.known.insert(ip, Known::Before(Rc::clone(scan)));
        self.kept.push_back((ip, bytes));
        self.kept_bytes += bytes;
        while self.kept_bytes > KEPT_BYTES
            && let Some((oldest, bytes)) = self.kept.pop_front()
        {
            self.known.remove(&oldest);
            self.kept_bytes -= bytes;
        }
    }

    fn write(&self, mut job: Job, stopped: Option<Reason>, now: Duration) -> Vec<u8> {
        job.open.sort_unstable();
        job.banners.sort_unstable_by_key(|banner| banner.port);
        let started = job.started.unwrap_or(now);
        let unknown = self.unknown_ports(&job);
        let ports = (self.rules.detail == Detail::Reasons).then(|| self.every_port(&job.noted, stopped.unwrap_or(Reason::Interrupted)));
        let scan = Scan {
            status: if unknown == 0 { "complete" } else { "incomplete" },
            open_ports: &job.open,
            closed: job.counts[State::Closed as usize],
            filtered: job.counts[State::Filtered as usize],
            unknown,
            started_at: Stamp { seconds: self.rules.epoch + started.as_secs().cast_signed(), fraction: "" },
            duration_ms: u64::try_from(now.saturating_sub(started).as_millis()).unwrap_or(u64::MAX),
            stopped: stopped.map(Reason::name),
            banners: (!job.banners.is_empty()).then_some(&job.banners),
            ports,
        };
        json::to_vec(&scan)
    }

    /// Every port in its order; those without a state are `rest`.
    fn every_port(&self, noted: &[Noted], rest: Reason) -> Vec<Port> {
        let noted: HashMap<u16, &Noted> = noted.iter().map(|noted| (noted.port, noted)).collect();
        let port = |&number: &u16| {
            let (reason, rtt_us) = noted.get(&number).map_or((rest, u32::MAX), |noted| (noted.reason, noted.rtt_us));
            let milliseconds = (rtt_us < u32::MAX).then(|| f64::from(rtt_us) / 1000.0);
            Port { number, state: reason.state(), reason: reason.name(), rtt_ms: milliseconds }
        };
        self.ports.iter().map(port).collect()
    }
}

#[cfg(test)]
#[path = "board_tests.rs"]
mod tests;

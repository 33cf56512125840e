//! What is found out about each address: counted while it is scanned, written once it is done, kept for when it comes again.

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use serde_json::Value;

use crate::base::net::Address;
use crate::base::time;
use crate::record::host::scan::{Banner, Port, Scan};
use crate::record::json;
use crate::scan::probe::result::{Reason, State};
use crate::scan::reorder::EntryId;
use crate::scan::schedule::{HostId, PortDone};

/// How many bytes of results are kept for addresses that come again; the oldest are forgotten first.
const KEPT_BYTES: usize = 8 << 20;
/// What a kept result is counted as besides its text.
const RESULT_BYTES: usize = 128;

/// How many ports may be noted for `--reason` before more hosts are begun: 8 MiB.
const MOST_NOTED: u64 = 1 << 20;

/// So many ports at least must have been asked of a host before it says something that all of them are open.
const ALL_OPEN_FROM: usize = 5;
/// Nobody has so many services.
const TOO_MANY_OPEN: usize = 100;
/// What is noted of a host of which open ports say nothing.
pub(crate) const TARPIT: &str = "probably a tarpit or a proxy";

/// How much is said of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanDetail {
    /// Open ports, and counts of the rest.
    Counts,
    /// Every port with its state, the reason and the round trip.
    Reasons,
}

/// What is known of a port, in 8 bytes: a host may have 65,535.
#[derive(Debug)]
struct PortResult {
    port: u16,
    reason: Reason,
    /// No answer takes an hour; the largest number is none.
    rtt_us: u32,
}

impl PortResult {
    fn new(settled: &PortDone) -> Self {
        let rtt_us = settled.rtt.and_then(|rtt| u32::try_from(rtt.as_micros()).ok()).unwrap_or(u32::MAX);
        Self { port: settled.port, reason: settled.reason, rtt_us }
    }
}

#[derive(Debug)]
struct HostScan {
    ip: Address,
    lines: Vec<EntryId>,
    started: Option<Duration>,
    counts: [usize; 4],
    /// Whether this machine had no way there, or its own packet filter or routes forbade it.
    has_no_route: bool,
    is_denied: bool,
    open: Vec<u16>,
    noted: Vec<PortResult>,
    banners: Vec<Banner>,
}

impl HostScan {
    fn new(ip: Address) -> Self {
        let (lines, open, noted, banners) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { ip, lines, started: None, counts: [0; 4], has_no_route: false, is_denied: false, open, noted, banners }
    }

    /// Whether it answered on every port that was asked, or on more than anybody has services.
    fn is_tarpit(&self) -> bool {
        let asked = self.counts.iter().sum::<usize>();
        let open = self.open.len();
        (open >= ALL_OPEN_FROM && open == asked) || open >= TOO_MANY_OPEN
    }
}

/// What is known of an address.
#[derive(Debug)]
pub(crate) enum ScanState {
    Now(HostId),
    /// It was scanned, with this result (a JSON value).
    Before(Rc<[u8]>),
}

/// The result of an address, and the lines that wait for it.
#[derive(Debug)]
pub(crate) struct Finished {
    /// A JSON value.
    pub scan: Rc<[u8]>,
    /// Where it goes.
    pub lines: Vec<EntryId>,
}

/// Options of the result store.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ResultOptions {
    /// How much is said of a host.
    pub detail: ScanDetail,
    /// After so many open ports a host is left alone.
    pub most_open: usize,
    /// When the run started, in seconds since 1970.
    pub epoch: i64,
}

/// All addresses that are being scanned, and those that were.
#[derive(Debug)]
pub(crate) struct ResultStore {
    rules: ResultOptions,
    ports: Vec<u16>,
    jobs: Vec<Option<HostScan>>,
    known: HashMap<Address, ScanState, ahash::RandomState>,
    kept: VecDeque<(Address, usize)>,
    kept_bytes: usize,
    /// How many addresses are being scanned.
    pub active: u64,
    /// How many are done.
    pub done: u64,
    /// How many of them had too many open ports.
    pub too_many_open: u64,
    /// How many of them answered on every port.
    pub tarpits: u64,
    /// How many of them this machine has no way to.
    pub no_route: u64,
    /// How many of them this machine's own rules forbid.
    pub denied: u64,
    /// Open ports found so far.
    pub open_ports: u64,
    /// Results of which every port is known.
    pub complete: u64,
    /// Results of which some are not.
    pub incomplete: u64,
    /// Ports of all results, by their state in the order of [`State`].
    pub states: [u64; 4],
}

impl ResultStore {
    /// An empty store; `ports` (ascending) are asked of each host.
    pub(super) fn new(rules: ResultOptions, ports: Vec<u16>) -> Self {
        Self {
            rules,
            ports,
            jobs: Vec::new(),
            known: HashMap::default(),
            kept: VecDeque::new(),
            kept_bytes: 0,
            active: 0,
            done: 0,
            too_many_open: 0,
            tarpits: 0,
            no_route: 0,
            denied: 0,
            open_ports: 0,
            complete: 0,
            incomplete: 0,
            states: [0; 4],
        }
    }

    /// What is known of `ip`.
    pub(super) fn find(&self, ip: impl Into<Address>) -> Option<&ScanState> {
        self.known.get(&ip.into())
    }

    /// Says that `ip` is scanned as `host` from now on.
    pub(super) fn open(&mut self, host: HostId, ip: impl Into<Address>) {
        let ip = ip.into();
        let place = host as usize;
        if self.jobs.len() <= place {
            self.jobs.resize_with(place + 1, || None);
        }
        self.known.insert(ip, ScanState::Now(host));
        self.active += 1;
        self.jobs[place] = Some(HostScan::new(ip));
    }

    /// Says that a line waits for the result of `host`.
    pub(super) fn join(&mut self, host: HostId, line: EntryId) {
        if let Some(job) = self.job(host) {
            job.lines.push(line);
        }
    }

    /// Says that a probe of `host` starts. Gives its address where it is the first.
    pub(super) fn begin(&mut self, host: HostId, now: Duration) -> Option<Address> {
        let job = self.job(host)?;
        let is_first = job.started.is_none();
        job.started.get_or_insert(now);
        is_first.then_some(job.ip)
    }

    /// Takes what an open port said.
    pub(crate) fn add_banner(&mut self, host: HostId, port: u16, text: Option<String>) {
        if let (Some(job), Some(text)) = (self.job(host), text) {
            job.banners.push(Banner { port: port.into(), text: text.into() });
        }
    }

    /// Takes what is known of a port. Gives the result once all are.
    pub(crate) fn settle(&mut self, settled: PortDone, now: Duration) -> Option<Finished> {
        let (rules, ports) = (self.rules, self.ports.len());
        let job = self.job(settled.host)?;
        let state = settled.reason.state();
        job.counts[state as usize] += 1;
        match settled.reason {
            Reason::Accepted => job.open.push(settled.port),
            Reason::NoRoute => job.has_no_route = true,
            Reason::Denied => job.is_denied = true,
            _ => {}
        }
        if rules.detail == ScanDetail::Reasons {
            job.noted.push(PortResult::new(&settled));
        }
        let (is_done, is_overfull) = (job.counts.iter().sum::<usize>() == ports, job.open.len() >= rules.most_open);
        self.open_ports += u64::from(state == State::Open);
        match (is_done, is_overfull) {
            (true, _) => self.finish(settled.host, None, now),
            (false, true) => {
                self.too_many_open += 1;
                self.finish(settled.host, Some(Reason::MaxOpen), now)
            }
            (false, false) => None,
        }
    }

    /// Whether another host would be one too many to remember.
    pub(crate) fn is_full(&self) -> bool {
        self.rules.detail == ScanDetail::Reasons && (self.active + 1).saturating_mul(self.ports.len() as u64) > MOST_NOTED
    }

    /// Gives up on every port of one host that has no state yet; `None` once no host is being scanned. One at a time, since
    /// a result may have a line for each of 65,535 ports.
    pub(crate) fn interrupt(&mut self, now: Duration) -> Option<Finished> {
        while self.jobs.last().is_some_and(Option::is_none) {
            self.jobs.pop();
        }
        let last = HostId::try_from(self.jobs.len().checked_sub(1)?).ok()?;
        self.finish(last, Some(Reason::Interrupted), now)
    }

    /// The result of an address that was not begun, and `why`.
    pub(crate) fn untouched(&mut self, ip: Address, why: Reason, now: Duration) -> Vec<u8> {
        let job = HostScan::new(ip);
        self.count(&job);
        self.write(job, Some(why), now)
    }

    fn job(&mut self, host: HostId) -> Option<&mut HostScan> {
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

    fn count(&mut self, job: &HostScan) {
        let unknown = self.unknown_ports(job);
        *(if unknown == 0 { &mut self.complete } else { &mut self.incomplete }) += 1;
        self.tarpits += u64::from(job.is_tarpit());
        self.no_route += u64::from(job.has_no_route);
        self.denied += u64::from(job.is_denied);
        self.states.iter_mut().zip(job.counts).for_each(|(sum, ports)| *sum += ports as u64);
        self.states[State::Unknown as usize] += (unknown - job.counts[State::Unknown as usize]) as u64;
    }

    /// How many ports have no state, or that of not being known.
    fn unknown_ports(&self, job: &HostScan) -> usize {
        job.counts[State::Unknown as usize] + self.ports.len() - job.counts.iter().sum::<usize>()
    }

    fn keep(&mut self, ip: Address, scan: &Rc<[u8]>) {
        let bytes = scan.len() + RESULT_BYTES;
        self.known.insert(ip, ScanState::Before(Rc::clone(scan)));
        self.kept.push_back((ip, bytes));
        self.kept_bytes += bytes;
        while self.kept_bytes > KEPT_BYTES
            && let Some((oldest, bytes)) = self.kept.pop_front()
        {
            self.known.remove(&oldest);
            self.kept_bytes -= bytes;
        }
    }

    fn write(&self, mut job: HostScan, stopped: Option<Reason>, now: Duration) -> Vec<u8> {
        job.open.sort_unstable();
        job.banners.sort_unstable_by_key(|banner| banner.port);
        let started = job.started.unwrap_or(now);
        let unknown = self.unknown_ports(&job);
        let ports = match self.rules.detail {
            ScanDetail::Reasons => self.every_port(&job.noted, stopped.unwrap_or(Reason::Interrupted)),
            ScanDetail::Counts => Vec::new(),
        };
        let count = |state: State| Some(job.counts[state as usize] as u64);
        let scan = Scan {
            status: if unknown == 0 { "complete" } else { "incomplete" }.into(),
            closed: count(State::Closed),
            filtered: count(State::Filtered),
            unknown: Some(unknown as u64),
            started_at: time::rfc3339(self.rules.epoch + started.as_secs().cast_signed()).into(),
            duration_ms: Some(u64::try_from(now.saturating_sub(started).as_millis()).unwrap_or(u64::MAX)),
            stopped: stopped.map_or("", Reason::name).into(),
            note: if job.is_tarpit() { TARPIT } else { "" }.into(),
            open_ports: job.open,
            banners: job.banners,
            ports,
        };
        json::to_vec(&scan)
    }

    /// Every port in its order; those without a state are `rest`.
    fn every_port(&self, noted: &[PortResult], rest: Reason) -> Vec<Port> {
        let noted: HashMap<u16, &PortResult> = noted.iter().map(|noted| (noted.port, noted)).collect();
        let port = |number: &u16| {
            let (reason, microseconds) = noted.get(number).map_or((rest, u32::MAX), |noted| (noted.reason, noted.rtt_us));
            let rtt_ms = if microseconds < u32::MAX { (f64::from(microseconds) / 1000.0).into() } else { Value::Null };
            Port { port: (*number).into(), state: reason.state().name().into(), reason: reason.name().into(), rtt_ms }
        };
        self.ports.iter().map(port).collect()
    }
}

#[cfg(test)]
mod tests;

//! The work of a run: takes input, keeps probes in flight, writes what is done. All its parts meet here.

use std::collections::{HashMap, VecDeque};
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::{Duration, Instant};

use crate::base::error::{Exit, Result};
use crate::base::time;
use crate::io::Run;
use crate::io::diagnostics::Diagnostics;
use crate::io::output::Output;
use crate::io::stats::Stats;
use crate::record::run::count::LineClass;
use crate::scan::audit::{Audit, ScanCause};
use crate::scan::peer::{Lost, Peer};
use crate::scan::probe::driver;
use crate::scan::probe::driver::{Driver, ProbeEvent};
use crate::scan::probe::result::{ProbeResult, Reason};
use crate::scan::read::{InputKind, ScanInput, ScanRecords};
use crate::scan::reorder::Window;
use crate::scan::results::{Finished, ResultOptions, ResultStore, ScanState};
use crate::scan::schedule::{HostId, Limits, Probe, Schedule, Ticket};
use crate::scan::splice::HostLine;
use crate::scan::tally::ScanStats;
use crate::scan::{Config, Mode, targets};

/// How many bytes of lines may wait for a host before them; reading pauses while more do.
const WINDOW_BYTES: usize = 4 << 20;
/// How many targets that wait are few.
const TARGETS_AHEAD: usize = 64;
/// Probes started before answers, signals and the reader are looked at again.
const BATCH: usize = 256;

/// Whether there is more to take in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum InputState {
    /// Nothing is there for the moment.
    Pausing,
    /// There may be more than fit.
    Waiting,
    Ended,
}

#[derive(Debug)]
pub(crate) struct Scanner<'r> {
    config: &'r Config,
    run: &'r Run,
    output: Output,
    driver: Driver,
    schedule: Schedule,
    results: ResultStore,
    reorder: Window,
    pending: VecDeque<ScanInput>,
    /// Whether all of the input is in `pending`, or behind it.
    is_read: bool,
    audit: Option<Audit>,
    /// Why each host is scanned that was not begun yet, for the audit.
    whys: HashMap<HostId, ScanCause, ahash::RandomState>,
    epoch: i64,
    started: Instant,
    tally: ScanStats,
}

impl<'r> Scanner<'r> {
    /// A scanner that has done nothing yet.
    ///
    /// # Errors
    /// [`Error::Write`](crate::base::error::Error::Write) where stdout cannot be had.
    pub(super) fn new(config: &'r Config, run: &'r Run, driver: Driver, audit: Option<Audit>) -> Result<Self> {
        let descriptors = driver::raise_descriptor_limit();
        let concurrency = config.limits.concurrency.min(descriptors);
        let (ports, epoch) = (config.ports.as_slice().to_vec(), time::now());
        let rules = ResultOptions { detail: config.detail, most_open: config.most_open, epoch };
        run.progress.count();
        Ok(Self {
            config,
            run,
            output: Output::stdout(run)?,
            driver,
            schedule: Schedule::new(Limits { concurrency, ..config.limits }, ports.clone()).with_descriptors(descriptors),
            results: ResultStore::new(rules, ports),
            reorder: Window::new(config.order),
            pending: VecDeque::new(),
            is_read: false,
            audit,
            whys: HashMap::default(),
            epoch,
            started: Instant::now(),
            tally: ScanStats::default(),
        })
    }

    /// Takes input, keeps probes in flight and writes what is done, until all is done or the run should stop.
    ///
    /// # Errors
    /// A record of another stage or of an unknown `soar.*` schema, a failed write, a reader that left.
    pub(super) fn work(&mut self, blocks: &Receiver<Result<ScanRecords>>, diagnostics: &mut Diagnostics) -> Result<()> {
        let mut supply = InputState::Pausing;
        let mut happened = Vec::new();
        loop {
            if supply != InputState::Ended || !self.pending.is_empty() {
                supply = self.take_in(blocks, diagnostics)?;
            }
            if let Err(error) = self.start_probes() {
                // The audit cannot be written: nothing more is touched, and what was found is not lost.
                self.run.shutdown.stop();
                self.stop(blocks, diagnostics)?;
                return Err(error);
            }
            self.write()?;
            self.show();
            if self.run.shutdown.is_stopped() {
                return self.stop(blocks, diagnostics);
            }
            if supply == InputState::Ended && self.results.active == 0 {
                return Ok(());
            }
            self.driver.wait(self.timeout(supply), &mut happened)?;
            self.settle(&mut happened);
        }
    }

    /// What became of the run.
    pub(super) fn exit(&self) -> Exit {
        self.tally.exit()
    }

    /// Tells `stats` what was done, also of a run that failed.
    pub(super) fn note(&self, stats: &mut Stats) {
        self.tally.note(&self.results, stats);
    }

    pub(super) fn tell(&self, diagnostics: &mut Diagnostics) {
        self.tally.tell(self.config, &self.results, diagnostics);
    }

    fn show(&mut self) {
        // Before the end of the input nobody knows how many there are.
        let unread = self.is_read.then(|| self.pending.iter().map(ScanInput::hosts).sum());
        self.tally.show(&self.results, unread, &self.run.progress, self.started.elapsed());
    }

    /// How long nothing need be done.
    fn timeout(&self, supply: InputState) -> Option<Duration> {
        if supply == InputState::Waiting && self.has_room() {
            return Some(Duration::ZERO);
        }
        self.schedule.wake_at().map(|at| at.saturating_sub(self.started.elapsed()))
    }

    /// As many waiting probes as fly at once are enough to keep the line full.
    fn has_room(&self) -> bool {
        self.reorder.bytes() < WINDOW_BYTES && !self.schedule.is_full() && !self.results.is_full()
    }

    fn take_in(&mut self, blocks: &Receiver<Result<ScanRecords>>, diagnostics: &mut Diagnostics) -> Result<InputState> {
        while self.has_room() {
            match self.pending.pop_front() {
                Some(ScanInput::Lines(lines)) => self.pass(lines),
                Some(ScanInput::Host(line, host)) => {
                    let why = self.audit.is_some().then(|| ScanCause::of_rules(host.rules(&line)));
                    self.admit(line, host, why);
                }
                Some(ScanInput::Targets(mut targets)) => {
                    let Some(ip) = targets.next() else { continue };
                    let why = self.audit.is_some().then(|| ScanCause::Target(targets.text.clone()));
                    self.pending.push_front(ScanInput::Targets(targets));
                    let (line, host) = targets::host_of(ip);
                    self.tally.hosts += 1;
                    self.admit(line, host, why);
                }
                None => match blocks.try_recv() {
                    Ok(records) => self.take(records, diagnostics)?,
                    Err(TryRecvError::Empty) => return Ok(InputState::Pausing),
                    Err(TryRecvError::Disconnected) => {
                        self.is_read = true;
                        return Ok(InputState::Ended);
                    }
                },
            }
        }
        // A few targets mean many addresses, and take no space: those after them may be looked at, to know how many there are.
        if self.config.input == InputKind::Targets && !self.is_read && self.pending.len() < TARGETS_AHEAD {
            match blocks.try_recv() {
                Ok(records) => self.take(records, diagnostics)?,
                Err(end) => self.is_read = end == TryRecvError::Disconnected,
            }
        }
        Ok(InputState::Waiting)
    }

    fn take(&mut self, records: Result<ScanRecords>, diagnostics: &mut Diagnostics) -> Result<()> {
        let records = match records {
            Ok(records) => records,
            Err(error) => {
                diagnostics.error(&error);
                self.tally.unreadable += 1;
                return Ok(());
            }
        };
        self.tally.hosts += records.lines[LineClass::Host];
        self.tally.lines += records.lines;
        diagnostics.rejects(|_| LineClass::Malformed.name(), &records.intake.file, &records.intake.issues);
        self.pending.extend(records.entries);
        records.intake.fatal.map_or(Ok(()), Err)
    }

    fn pass(&mut self, lines: Vec<u8>) {
        if self.config.mode == Mode::Scan {
            self.reorder.pass(lines);
        }
    }

    fn admit(&mut self, line: Vec<u8>, host: HostLine, why: Option<ScanCause>) {
        let ip = host.ip;
        let refusal = self.config.refuse(ip);
        self.tally.count(refusal);
        let peer = match (refusal, Peer::find(ip)) {
            (None, Err(lost)) => return self.lose(&line, &host, lost),
            (_, peer) => peer.unwrap_or_else(|_| ip.into()),
        };
        match (self.config.mode, refusal, self.results.find(ip)) {
            (Mode::DryRun, Some(_), _) => {}
            (Mode::DryRun, None, _) => {
                let plan = serde_json::json!({ "ip": ip, "ports": self.config.ports.as_slice() });
                self.reorder.pass(format!("{plan}\n").into_bytes());
            }
            (Mode::Scan, Some(refusal), _) => self.reorder.pass_scanned(&line, &host, refusal.scan()),
            (Mode::Scan, None, Some(ScanState::Before(scan))) => {
                self.tally.repeated += 1;
                self.reorder.pass_scanned(&line, &host, scan);
            }
            (Mode::Scan, None, Some(&ScanState::Now(id))) => {
                self.tally.repeated += 1;
                self.results.join(id, self.reorder.wait(line, host));
            }
            (Mode::Scan, None, None) => {
                let id = self.schedule.add(peer);
                self.results.open(id, ip);
                self.results.join(id, self.reorder.wait(line, host));
                self.whys.extend(why.map(|why| (id, why)));
            }
        }
    }

    /// Writes a host to which there is no interface.
    fn lose(&mut self, line: &[u8], host: &HostLine, lost: Lost) {
        self.tally.lost.add(lost);
        if self.config.mode == Mode::Scan {
            let scan = self.results.untouched(host.ip, Reason::NoInterface, self.started.elapsed());
            self.reorder.pass_scanned(line, host, &scan);
        }
    }

    fn start_probes(&mut self) -> Result<()> {
        let mut now = self.started.elapsed();
        for _ in 0..BATCH {
            let Some((ticket, probe)) = self.schedule.start(now) else { break };
            self.begin(probe, now)?;
            // Asked once more, right before the only place that touches the network.
            let refused = self.config.refuse(probe.address).map(|_| ProbeEvent::Answered(ProbeResult::Known(Reason::Denied)));
            let event = refused.or_else(|| self.driver.connect(ticket, probe.target));
            self.tally.probes += 1;
            now = self.started.elapsed();
            if let Some(event) = event {
                self.settle_one(ticket, event, now);
            }
        }
        Ok(())
    }

    /// Records a host before it is touched first.
    fn begin(&mut self, probe: Probe, now: Duration) -> Result<()> {
        let Some(ip) = self.results.begin(probe.host, now) else { return Ok(()) };
        match (&mut self.audit, self.whys.remove(&probe.host)) {
            (Some(audit), Some(why)) => audit.write(ip, &why, self.epoch + now.as_secs().cast_signed()),
            _ => Ok(()),
        }
    }

    fn settle(&mut self, happened: &mut Vec<(Ticket, ProbeEvent)>) {
        let now = self.started.elapsed();
        for (ticket, event) in happened.drain(..) {
            self.settle_one(ticket, event, now);
        }
        while let Some(ticket) = self.schedule.expire(now) {
            let event = self.driver.close(ticket);
            self.settle_one(ticket, event, now);
        }
    }

    fn settle_one(&mut self, ticket: Ticket, event: ProbeEvent, now: Duration) {
        let (answer, banner) = match event {
            ProbeEvent::Connected => return self.schedule.listen(ticket, now),
            ProbeEvent::Answered(answer) => (answer, None),
            ProbeEvent::Banner(banner) => (ProbeResult::Known(Reason::Accepted), banner.text()),
        };
        let Some(settled) = self.schedule.settle(ticket, answer, now) else { return };
        self.results.add_banner(settled.host, settled.port, banner);
        if let Some(finished) = self.results.settle(settled, now) {
            // Ports may be left where there were too many open ones.
            self.schedule.abandon(settled.host);
            self.finish(&finished);
        }
    }

    fn finish(&mut self, finished: &Finished) {
        for &line in &finished.lines {
            self.reorder.finish(line, &finished.scan);
        }
    }

    fn write(&mut self) -> Result<()> {
        loop {
            let ready = self.reorder.take_ready();
            if ready.is_empty() {
                return Ok(());
            }
            self.output.write(&ready)?;
        }
    }

    /// Writes what was read: hosts that are not done are `incomplete`.
    fn stop(&mut self, blocks: &Receiver<Result<ScanRecords>>, diagnostics: &mut Diagnostics) -> Result<()> {
        let now = self.started.elapsed();
        while let Some(finished) = self.results.interrupt(now) {
            self.finish(&finished);
            self.write()?;
        }
        for records in blocks {
            self.take(records, diagnostics)?;
        }
        while let Some(entry) = self.pending.pop_front() {
            match entry {
                ScanInput::Lines(lines) => self.pass(lines),
                ScanInput::Host(line, host) => self.leave(&line, &host, now),
                // Nobody waits for records of addresses that were not begun, however many there are.
                ScanInput::Targets(mut targets) => self.tally.is_cut |= targets.next().is_some(),
            }
        }
        self.write()
    }

    /// Writes a host for which there is no time any more.
    fn leave(&mut self, line: &[u8], host: &HostLine, now: Duration) {
        let refusal = self.config.refuse(host.ip);
        self.tally.count(refusal);
        if self.config.mode == Mode::Scan {
            let scan = match refusal {
                None => self.results.untouched(host.ip, Reason::Interrupted, now),
                Some(refusal) => refusal.scan().to_vec(),
            };
            self.reorder.pass_scanned(line, host, &scan);
        }
    }
}

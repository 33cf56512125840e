//! The work of a run: takes input, keeps probes in flight, writes what is done. All its parts meet here.

use std::collections::{HashMap, VecDeque};
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::{Duration, Instant};

use super::answer::{Answer, Reason};
use super::audit::{Audit, Why};
use super::board::{Board, Finished, Known, Rules};
use super::driver::{self, Driver, Happening};
use super::read::{Entry, Records};
use super::schedule::{HostId, Limits, Probe, Schedule, Ticket};
use super::splice::HostLine;
use super::tally::Tally;
use super::window::Window;
use super::{Config, Mode, target};
use crate::error::{Exit, Result};
use crate::record::run::count::LineClass;
use crate::stream::Run;
use crate::stream::notice::Notices;
use crate::stream::output::Output;
use crate::stream::stats::Stats;
use crate::time;

/// How many bytes of lines may wait for a host before them; reading pauses while more do.
const WINDOW_BYTES: usize = 4 << 20;
/// Probes started before answers, signals and the reader are looked at again.
const BATCH: usize = 256;

/// Whether there is more to take in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Supply {
    /// Nothing is there for the moment.
    Pausing,
    /// There may be more than there is room for.
    Waiting,
    /// That was all.
    Ended,
}

/// A run under way.
#[derive(Debug)]
pub struct Scanner<'r> {
    config: &'r Config,
    run: &'r Run,
    output: Output,
    driver: Driver,
    schedule: Schedule,
    board: Board,
    window: Window,
    pending: VecDeque<Entry>,
    audit: Option<Audit>,
    /// Why each host is scanned that was not begun yet, for the audit.
    whys: HashMap<HostId, Why, ahash::RandomState>,
    epoch: i64,
    started: Instant,
    tally: Tally,
}

impl<'r> Scanner<'r> {
    /// A scanner that has done nothing yet.
    ///
    /// # Errors
    /// [`Error::Write`](crate::error::Error::Write) where stdout cannot be had.
    pub fn new(config: &'r Config, run: &'r Run, driver: Driver, audit: Option<Audit>) -> Result<Self> {
        let concurrency = config.limits.concurrency.min(driver::raise_descriptor_limit());
        let (ports, epoch) = (config.ports.as_slice().to_vec(), time::now());
        let rules = Rules { detail: config.detail, most_open: config.most_open, epoch };
        run.progress.count("hosts");
        Ok(Self {
            config,
            run,
            output: Output::stdout(run)?,
            driver,
            schedule: Schedule::new(Limits { concurrency, ..config.limits }, ports.clone()),
            board: Board::new(rules, ports),
            window: Window::new(config.order),
            pending: VecDeque::new(),
            audit,
            whys: HashMap::default(),
            epoch,
            started: Instant::now(),
            tally: Tally::default(),
        })
    }

    /// Takes input, keeps probes in flight and writes what is done, until all is done or the run should stop.
    ///
    /// # Errors
    /// A record of another stage or of an unknown `soar.*` schema, a failed write, a reader that left.
    pub fn work(&mut self, blocks: &Receiver<Result<Records>>, notices: &mut Notices) -> Result<()> {
        let mut supply = Supply::Pausing;
        let mut happened = Vec::new();
        loop {
            if supply != Supply::Ended || !self.pending.is_empty() {
                supply = self.take_in(blocks, notices)?;
            }
            if let Err(error) = self.start_probes() {
                // The audit cannot be written: nothing more is touched, and what was found is not lost.
                self.run.watch.stop();
                self.stop(blocks, notices)?;
                return Err(error);
            }
            self.write()?;
            self.tally.show(&self.board, &self.run.progress, self.started.elapsed());
            if self.run.watch.is_stopped() {
                return self.stop(blocks, notices);
            }
            if supply == Supply::Ended && self.board.active == 0 {
                return Ok(());
            }
            self.driver.wait(self.timeout(supply), &mut happened)?;
            self.settle(&mut happened);
        }
    }

    /// What became of the run.
    #[must_use]
    pub fn exit(&self) -> Exit {
        self.tally.exit()
    }

    /// Tells `stats` what was done, also of a run that failed.
    pub fn note(&self, stats: &mut Stats) {
        self.tally.note(&self.board, stats);
    }

    /// Says what was done.
    pub fn tell(&self, notices: &mut Notices) {
        self.tally.tell(self.config, &self.board, notices);
    }

    /// How long nothing need be done.
    fn timeout(&self, supply: Supply) -> Option<Duration> {
        if supply == Supply::Waiting && self.has_room() {
            return Some(Duration::ZERO);
        }
        self.schedule.wake_at().map(|at| at.saturating_sub(self.started.elapsed()))
    }

    /// As many waiting probes as fly at once are enough to keep the line full.
    fn has_room(&self) -> bool {
        self.window.bytes() < WINDOW_BYTES && !self.schedule.is_full() && !self.board.is_full()
    }

    fn take_in(&mut self, blocks: &Receiver<Result<Records>>, notices: &mut Notices) -> Result<Supply> {
        while self.has_room() {
            match self.pending.pop_front() {
                Some(Entry::Lines(lines)) => self.pass(lines),
                Some(Entry::Host(line, host)) => {
                    let why = self.audit.is_some().then(|| Why::of_rules(host.rules(&line)));
                    self.admit(line, host, why);
                }
                Some(Entry::Targets(mut targets)) => {
                    let Some(ip) = targets.next() else { continue };
                    let why = self.audit.is_some().then(|| Why::Target(targets.text.clone()));
                    self.pending.push_front(Entry::Targets(targets));
                    let (line, host) = target::host_of(ip);
                    self.tally.hosts += 1;
                    self.admit(line, host, why);
                }
                None => match blocks.try_recv() {
                    Ok(records) => self.take(records, notices)?,
                    Err(TryRecvError::Empty) => return Ok(Supply::Pausing),
                    Err(TryRecvError::Disconnected) => return Ok(Supply::Ended),
                },
            }
        }
        Ok(Supply::Waiting)
    }

    fn take(&mut self, records: Result<Records>, notices: &mut Notices) -> Result<()> {
        let records = match records {
            Ok(records) => records,
            Err(error) => {
                notices.fail(&error);
                self.tally.unreadable += 1;
                return Ok(());
            }
        };
        self.tally.hosts += records.lines[LineClass::Host];
        self.tally.lines += records.lines;
        notices.problems(|_| LineClass::Malformed.name(), &records.intake.file, &records.intake.flaws);
        self.pending.extend(records.entries);
        records.intake.fatal.map_or(Ok(()), Err)
    }

    fn pass(&mut self, lines: Vec<u8>) {
        if self.config.mode == Mode::Scan {
            self.window.pass(lines);
        }
    }

    fn admit(&mut self, line: Vec<u8>, host: HostLine, why: Option<Why>) {
        let ip = host.ip;
        let refusal = self.config.refuse(ip);
        self.tally.count(refusal);
        match (self.config.mode, refusal, self.board.find(ip)) {
            (Mode::DryRun, Some(_), _) => {}
            (Mode::DryRun, None, _) => {
                let plan = serde_json::json!({ "ip": ip, "ports": self.config.ports.as_slice() });
                self.window.pass(format!("{plan}\n").into_bytes());
            }
            (Mode::Scan, Some(refusal), _) => self.window.pass_scanned(&line, &host, refusal.scan()),
            (Mode::Scan, None, Some(Known::Before(scan))) => {
                self.tally.repeated += 1;
                self.window.pass_scanned(&line, &host, scan);
            }
            (Mode::Scan, None, Some(&Known::Now(id))) => {
                self.tally.repeated += 1;
                self.board.join(id, self.window.wait(line, host));
            }
            (Mode::Scan, None, None) => {
                let id = self.schedule.add(ip);
                self.board.open(id, ip);
                self.board.join(id, self.window.wait(line, host));
                self.whys.extend(why.map(|why| (id, why)));
            }
        }
    }

    fn start_probes(&mut self) -> Result<()> {
        let mut now = self.started.elapsed();
        for _ in 0..BATCH {
            let Some((ticket, probe)) = self.schedule.start(now) else { break };
            self.begin(probe, now)?;
            // Asked once more, right before the only place that touches the network.
            let refused = self.config.refuse(probe.target.ip()).map(|_| Happening::Answered(Answer::Known(Reason::Denied)));
            let happening = refused.or_else(|| self.driver.connect(ticket, probe.target));
            self.tally.probes += 1;
            now = self.started.elapsed();
            if let Some(happening) = happening {
                self.settle_one(ticket, happening, now);
            }
        }
        Ok(())
    }

    /// Records a host before it is touched first.
    fn begin(&mut self, probe: Probe, now: Duration) -> Result<()> {
        let Some(ip) = self.board.begin(probe.host, now) else { return Ok(()) };
        match (&mut self.audit, self.whys.remove(&probe.host)) {
            (Some(audit), Some(why)) => audit.write(ip, &why, self.epoch + now.as_secs().cast_signed()),
            _ => Ok(()),
        }
    }

    fn settle(&mut self, happened: &mut Vec<(Ticket, Happening)>) {
        let now = self.started.elapsed();
        for (ticket, happening) in happened.drain(..) {
            self.settle_one(ticket, happening, now);
        }
        while let Some(ticket) = self.schedule.expire(now) {
            let happening = self.driver.close(ticket).map_or(Happening::Answered(Answer::Silence), Happening::Heard);
            self.settle_one(ticket, happening, now);
        }
    }

    fn settle_one(&mut self, ticket: Ticket, happening: Happening, now: Duration) {
        let (answer, greeting) = match happening {
            Happening::Connected => return self.schedule.listen(ticket, now),
            Happening::Answered(answer) => (answer, None),
            Happening::Heard(greeting) => (Answer::Known(Reason::Accepted), greeting.text()),
        };
        let Some(settled) = self.schedule.settle(ticket, answer, now) else { return };
        self.board.hear(settled.host, settled.port, greeting);
        if let Some(finished) = self.board.settle(settled, now) {
            // Ports may be left where there were too many open ones.
            self.schedule.abandon(settled.host);
            self.finish(&finished);
        }
    }

    fn finish(&mut self, finished: &Finished) {
        for &line in &finished.lines {
            self.window.finish(line, &finished.scan);
        }
    }

    fn write(&mut self) -> Result<()> {
        loop {
            let ready = self.window.take_ready();
            if ready.is_empty() {
                return Ok(());
            }
            self.output.write(&ready)?;
        }
    }

    /// Writes what was read: hosts that are not done are `incomplete`.
    fn stop(&mut self, blocks: &Receiver<Result<Records>>, notices: &mut Notices) -> Result<()> {
        let now = self.started.elapsed();
        while let Some(finished) = self.board.interrupt(now) {
            self.finish(&finished);
            self.write()?;
        }
        for records in blocks {
            self.take(records, notices)?;
        }
        while let Some(entry) = self.pending.pop_front() {
            match entry {
                Entry::Lines(lines) => self.pass(lines),
                Entry::Host(line, host) => self.leave(&line, &host, now),
                // Nobody waits for records of addresses that were not begun, however many there are.
                Entry::Targets(mut targets) => self.tally.is_cut |= targets.next().is_some(),
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
                None => self.board.untouched(host.ip, now),
                Some(refusal) => refusal.scan().to_vec(),
            };
            self.window.pass_scanned(line, host, &scan);
        }
    }
}

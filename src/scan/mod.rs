//! soar-scan: hosts in, the same hosts out; the suspicious ones gain `scan`, which says what critical ports are open there.
//!
//! TCP connects only, many at once, on one thread; input is read on another while probes are under way. Nothing is touched
//! that scope and exclude do not allow, and no byte of a line changes but its `scan`.

pub mod ports;
pub mod schedule;
pub mod splice;

mod driver;
mod read;
mod window;

use std::net::IpAddr;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::time::{Duration, Instant};

use driver::Driver;
use ports::Ports;
use read::{Entry, Records};
use schedule::{Answer, Limits, Schedule, Ticket};
use splice::HostLine;
use window::{Skipped, Window};

use crate::error::{Error, Exit, Result};
use crate::net::{self, AddressSet};
use crate::stream::Run;
use crate::stream::input::Inputs;
use crate::stream::notice::Notices;
use crate::stream::ordered::map_blocks;
use crate::stream::output::Output;
use crate::time;

/// How many bytes of lines may wait for a host before them; reading pauses while more do.
const WINDOW_BYTES: usize = 4 << 20;
/// Blocks of input read ahead.
const BLOCKS_AHEAD: usize = 1;

/// What a run was asked for.
#[derive(Debug)]
pub struct Config {
    /// The ports to try on each suspicious host.
    pub ports: Ports,
    /// How hard to try.
    pub limits: Limits,
    /// What may be touched.
    pub scope: AddressSet,
    /// What may not, whatever the scope says.
    pub exclude: AddressSet,
    /// Whether to touch anything at all.
    pub mode: Mode,
}

/// Whether to scan or to say what would be scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Scan.
    Scan,
    /// Print what would be touched, and touch nothing.
    DryRun,
}

impl Config {
    /// Why `ip` is not touched, if it is not. An excluded network is not reached through a translator either.
    fn refuse(&self, ip: IpAddr) -> Option<Skipped> {
        if self.exclude.contains(ip) || net::embedded_ipv4(ip).is_some_and(|inside| self.exclude.contains(inside)) {
            return Some(Skipped::Excluded);
        }
        (!net::is_unicast(ip) || !self.scope.contains(ip)).then_some(Skipped::OutOfScope)
    }
}

type Input = Result<Records>;

/// Reads hosts from `inputs`, scans the suspicious ones, writes all of them to stdout.
///
/// # Errors
/// A record of another stage or of an unknown `soar.*` schema, a failed write, or no poller.
pub fn run(config: &Config, inputs: Inputs, run: &Run, notices: &mut Notices) -> Result<Exit> {
    let output = Output::stdout(run)?;
    run.watch.mind_reader();
    // The waker outlives the thread that uses it: one that is dropped takes its last wake-up along.
    let (driver, waker) = Driver::new(run.watch.as_stop_fd())?;
    let (sender, blocks) = sync_channel(BLOCKS_AHEAD);
    let concurrency = config.limits.concurrency.min(driver::raise_descriptor_limit());
    let mut scan = Scanner {
        config,
        run,
        output,
        driver,
        schedule: Schedule::new(Limits { concurrency, ..config.limits }, config.ports.as_slice().to_vec()),
        window: Window::new(time::now()),
        started: Instant::now(),
        seen: Seen::default(),
    };
    let waker = &waker;
    let outcome = std::thread::scope(|scope| {
        scope.spawn(move || {
            // The scanner that hung up has its own reason, and tells it.
            let _ = map_blocks(
                inputs.reader(run),
                run,
                |block| read::read_block(&block),
                |answer| {
                    let sent = sender.send(answer);
                    // A poller that cannot be woken looks again when the next probe is due.
                    let _ = waker.wake();
                    sent.map_err(|_| Error::ReaderLeft)
                },
            );
            drop(sender);
            let _ = waker.wake();
        });
        let outcome = scan.work(&blocks, notices);
        drop(blocks);
        if outcome.is_err() {
            run.watch.stop();
        }
        outcome
    });
    match outcome {
        Err(Error::ReaderLeft) => return Ok(scan.seen.exit()),
        other => other?,
    }
    notices.close();
    scan.seen.tell(&scan.window, config, notices);
    Ok(scan.seen.exit())
}

/// What was read and done.
#[derive(Debug, Default)]
struct Seen {
    hosts: u64,
    scanned: u64,
    out_of_scope: u64,
    excluded: u64,
    flaws: u64,
    unreadable: u64,
}

impl Seen {
    fn tell(&self, window: &Window, config: &Config, notices: &mut Notices) {
        if self.out_of_scope > 0 {
            notices.say(&format!(
                "{} suspicious hosts are out of scope and were not touched; --scope CIDR,... includes them (--scope any: all)",
                self.out_of_scope
            ));
        }
        let suspicious = self.scanned + self.out_of_scope + self.excluded;
        let done = match config.mode {
            Mode::Scan => format!("{} scanned", self.scanned),
            Mode::DryRun => format!("{} would be scanned", self.scanned),
        };
        notices.say(&format!(
            "{} hosts read, {suspicious} suspicious: {done} ({} ports each), {} out of scope, {} excluded; {} open ports",
            self.hosts,
            config.ports.as_slice().len(),
            self.out_of_scope,
            self.excluded,
            window.open_ports
        ));
    }

    const fn exit(&self) -> Exit {
        Exit::after(self.unreadable, self.flaws)
    }
}

struct Scanner<'r> {
    config: &'r Config,
    run: &'r Run,
    output: Output,
    driver: Driver,
    schedule: Schedule,
    window: Window,
    started: Instant,
    seen: Seen,
}

impl Scanner<'_> {
    /// Takes input, keeps probes in flight and writes what is done, until all is done or the run should stop.
    fn work(&mut self, blocks: &Receiver<Input>, notices: &mut Notices) -> Result<()> {
        let mut has_more = true;
        let mut answers = Vec::new();
        loop {
            // As many waiting probes as fly at once are enough to keep the line full.
            while has_more && self.window.bytes() < WINDOW_BYTES && !self.schedule.is_full() {
                match blocks.try_recv() {
                    Ok(records) => self.take(records, notices)?,
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => has_more = false,
                }
            }
            self.start_probes();
            self.write()?;
            if self.run.watch.is_stopped() {
                return self.stop(blocks, notices);
            }
            if !has_more && self.schedule.is_idle() {
                return Ok(());
            }
            let now = self.started.elapsed();
            let timeout = self.schedule.wake_at().map(|at| at.saturating_sub(now));
            self.driver.wait(timeout, &mut answers)?;
            self.settle(&mut answers);
        }
    }

    fn take(&mut self, input: Input, notices: &mut Notices) -> Result<()> {
        let records = match input {
            Ok(records) => records,
            Err(error) => {
                notices.fail(&error);
                self.seen.unreadable += 1;
                return Ok(());
            }
        };
        self.seen.hosts += records.hosts;
        self.seen.flaws += records.intake.flaws.count();
        notices.problems(&records.intake.file, &records.intake.flaws);
        for entry in records.entries {
            match (self.config.mode, entry) {
                (Mode::Scan, Entry::Lines(lines)) => self.window.pass(lines),
                (Mode::Scan, Entry::Host(line, host)) => self.admit(line, host),
                (Mode::DryRun, Entry::Lines(_)) => {}
                (Mode::DryRun, Entry::Host(_, host)) => self.plan(&host),
            }
        }
        records.intake.fatal.map_or(Ok(()), Err)
    }

    fn admit(&mut self, line: Vec<u8>, host: HostLine) {
        if let Some(why) = self.count_refusal(&host) {
            return self.window.skip(&line, &host, why);
        }
        let ip = host.ip;
        // There are at most 65535 ports.
        let count = u32::try_from(self.config.ports.as_slice().len()).unwrap_or(u32::MAX);
        let id = self.window.scan(line, host, count);
        self.schedule.add(id, ip);
    }

    /// Says what would be touched: one line a host.
    fn plan(&mut self, host: &HostLine) {
        if self.count_refusal(host).is_none() {
            let plan = serde_json::json!({ "ip": host.ip, "ports": self.config.ports.as_slice() });
            self.window.pass(format!("{plan}\n").into_bytes());
        }
    }

    fn count_refusal(&mut self, host: &HostLine) -> Option<Skipped> {
        let why = self.config.refuse(host.ip);
        let counter = match why {
            None => &mut self.seen.scanned,
            Some(Skipped::OutOfScope) => &mut self.seen.out_of_scope,
            Some(Skipped::Excluded) => &mut self.seen.excluded,
        };
        *counter += 1;
        why
    }

    fn start_probes(&mut self) {
        let now = self.started.elapsed();
        while let Some((ticket, probe)) = self.schedule.start(now) {
            self.window.begin(probe.host, now);
            // Asked once more, right before the only place that touches the network.
            let refused = self.config.refuse(probe.target.ip()).map(|_| Answer::NoRoute);
            if let Some(answer) = refused.or_else(|| self.driver.connect(ticket, probe.target)) {
                self.settle_one(ticket, answer, now);
            }
        }
    }

    fn settle(&mut self, answers: &mut Vec<(Ticket, Answer)>) {
        let now = self.started.elapsed();
        for (ticket, answer) in answers.drain(..) {
            self.settle_one(ticket, answer, now);
        }
        while let Some(ticket) = self.schedule.expire(now) {
            self.driver.close(ticket);
            self.settle_one(ticket, Answer::Silence, now);
        }
    }

    fn settle_one(&mut self, ticket: Ticket, answer: Answer, now: Duration) {
        if let Some(settled) = self.schedule.settle(ticket, answer, now) {
            self.window.settle(settled, now);
        }
    }

    fn write(&mut self) -> Result<()> {
        let mut out = Vec::new();
        self.window.drain(&mut out);
        if out.is_empty() { Ok(()) } else { self.output.write(&out) }
    }

    /// Writes what was read: hosts that are not done are `incomplete`.
    fn stop(&mut self, blocks: &Receiver<Input>, notices: &mut Notices) -> Result<()> {
        for records in blocks {
            self.take(records, notices)?;
        }
        self.window.interrupt(self.started.elapsed());
        self.write()
    }
}

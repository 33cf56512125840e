//! soar-scan: hosts in, the same hosts out; the suspicious ones gain `scan`, which says what critical ports are open there.
//!
//! TCP connects only, many at once, on one thread; input is read on others while probes are under way. Nothing is touched
//! that scope and exclude do not allow, and no byte of a line changes but its `scan`.

pub mod answer;
pub mod ports;
pub mod schedule;
pub mod splice;

mod audit;
mod board;
mod crowd;
mod driver;
mod estimate;
mod greeting;
mod limits;
mod network;
mod pace;
mod read;
mod scanner;
mod socket;
mod tally;
mod target;
mod window;

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::mpsc::sync_channel;

pub use board::Detail;
pub use driver::Listening;
pub use read::Input;
pub use window::Order;

use audit::Audit;
use driver::Driver;
use ports::Ports;
use scanner::Scanner;
use schedule::Limits;

use crate::error::{Error, Exit, Result};
use crate::net::{self, AddressSet};
use crate::stream::Run;
use crate::stream::input::Inputs;
use crate::stream::journal::Journal;
use crate::stream::notice::Notices;
use crate::stream::ordered::map_blocks;

/// Blocks of input read ahead.
const BLOCKS_AHEAD: usize = 1;

/// What a run was asked for.
#[derive(Debug)]
pub struct Config {
    /// What comes in.
    pub input: Input,
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
    /// Whether the order of the input is kept.
    pub order: Order,
    /// How much is said of a host.
    pub detail: Detail,
    /// Whether to hear what services say.
    pub listening: Listening,
    /// After so many open ports a host is left alone.
    pub most_open: usize,
    /// The file that says who was touched.
    pub audit: Option<PathBuf>,
}

/// Whether to scan or to say what would be scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Scan.
    Scan,
    /// Print what would be touched, and touch nothing.
    DryRun,
}

/// Why a host is not scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    /// `--scope` does not include it, or it is no single host.
    OutOfScope,
    /// `--exclude` names it.
    Excluded,
}

impl Refusal {
    /// What is written under `scan`.
    const fn scan(self) -> &'static [u8] {
        match self {
            Self::OutOfScope => br#"{"status":"out_of_scope"}"#,
            Self::Excluded => br#"{"status":"excluded"}"#,
        }
    }
}

impl Config {
    /// Why `ip` is not touched, if it is not. What may not be touched is not reached through a translator or a tunnel either;
    /// what may be touched opens the way to nothing but itself.
    fn refuse(&self, ip: IpAddr) -> Option<Refusal> {
        if self.exclude.contains(ip) || net::embedded_ipv4(ip).any(|inside| self.exclude.contains(inside)) {
            return Some(Refusal::Excluded);
        }
        let mut inside = net::embedded_ipv4(ip).peekable();
        let leads_to_nobody = inside.peek().is_some() && !inside.any(net::is_unicast);
        (!net::is_unicast(ip) || leads_to_nobody || !self.scope.contains(ip)).then_some(Refusal::OutOfScope)
    }

    fn open_audit(&self, inputs: &Inputs) -> Result<Option<Audit>> {
        let Some(path) = self.audit.as_ref().filter(|_| self.mode == Mode::Scan) else { return Ok(None) };
        inputs.spare(path)?;
        Ok(Some(Audit::new(Journal::open(path)?, self.ports.to_string())))
    }
}

/// Reads hosts from `inputs`, scans the suspicious ones, writes all of them to stdout.
///
/// # Errors
/// A record of another stage or of an unknown `soar.*` schema, a failed write, or no poller.
pub fn run(config: &Config, inputs: Inputs, run: &Run, notices: &mut Notices) -> Result<Exit> {
    let audit = config.open_audit(&inputs)?;
    run.watch.mind_reader();
    // The waker outlives the thread that uses it: one that is dropped takes its last wake-up along.
    let (driver, waker) = Driver::new(run.watch.as_stop_fd(), config.listening)?;
    let (sender, blocks) = sync_channel(BLOCKS_AHEAD);
    let mut scanner = Scanner::new(config, run, driver, audit)?;
    let waker = &waker;
    let outcome = std::thread::scope(|scope| {
        scope.spawn(move || {
            // The scanner that hung up has its own reason, and tells it.
            let _ = map_blocks(
                inputs.reader(run),
                run,
                |block| read::read_block(&block, config.input),
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
        let outcome = scanner.work(&blocks, notices);
        drop(blocks);
        if outcome.is_err() {
            run.watch.stop();
        }
        outcome
    });
    scanner.note(&mut notices.stats);
    match outcome {
        Err(Error::ReaderLeft) => {
            run.watch.note_reader_left();
            return Ok(scanner.exit());
        }
        other => other?,
    }
    notices.close();
    scanner.tell(notices);
    Ok(scanner.exit())
}

//! soar-scan: hosts in, the same hosts out; the suspicious ones gain `scan`, which says what critical ports are open there.
//!
//! TCP connects only, many at once, on one thread; input is read on others while probes are under way. Nothing is touched
//! that scope and exclude do not allow, and no byte of a line changes but its `scan`.

#[doc(hidden)]
pub mod probe;
mod reorder;
mod results;
mod targets;

pub mod ports;
pub mod schedule;
#[doc(hidden)]
pub mod splice;

mod audit;
mod peer;
mod read;
mod scanner;
mod tally;

use std::path::PathBuf;
use std::sync::mpsc::sync_channel;

pub use crate::scan::probe::driver::GrabBanner;
pub use crate::scan::read::InputKind;
pub use crate::scan::reorder::OutputOrder;
pub use crate::scan::results::ScanDetail;

use crate::scan::audit::Audit;
use crate::scan::ports::Ports;
use crate::scan::probe::driver::Driver;
use crate::scan::scanner::Scanner;
use crate::scan::schedule::Limits;

use crate::base::error::{Error, Exit, Result};
use crate::base::net;
use crate::base::net::{Address, AddressSet};
use crate::io::Run;
use crate::io::diagnostics::Diagnostics;
use crate::io::input::Inputs;
use crate::io::ordered_pool::map_blocks;
use crate::io::output::AppendFile;

/// Blocks of input read ahead.
const BLOCKS_AHEAD: usize = 1;

/// What a run was asked for.
#[derive(Debug)]
pub struct Config {
    /// What comes in.
    pub input: InputKind,
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
    pub order: OutputOrder,
    /// How much is said of a host.
    pub detail: ScanDetail,
    /// Whether to hear what services say.
    pub listening: GrabBanner,
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
enum SkipReason {
    /// `--scope` does not include it, or it is no single host.
    OutOfScope,
    /// `--exclude` names it.
    Excluded,
}

impl SkipReason {
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
    fn refuse(&self, address: Address) -> Option<SkipReason> {
        let ip = address.ip;
        if self.exclude.contains(address) || net::embedded_ipv4(ip).any(|inside| self.exclude.contains(inside)) {
            return Some(SkipReason::Excluded);
        }
        let mut inside = net::embedded_ipv4(ip).peekable();
        let leads_to_nobody = inside.peek().is_some() && !inside.any(net::is_unicast);
        (!net::is_unicast(ip) || leads_to_nobody || !self.scope.contains(address)).then_some(SkipReason::OutOfScope)
    }

    fn open_audit(&self, inputs: &Inputs) -> Result<Option<Audit>> {
        let Some(path) = self.audit.as_ref().filter(|_| self.mode == Mode::Scan) else { return Ok(None) };
        inputs.ensure_not_input(path)?;
        Ok(Some(Audit::new(AppendFile::open(path)?, self.ports.to_string())))
    }
}

/// Reads hosts from `inputs`, scans the suspicious ones, writes all of them to stdout.
///
/// # Errors
/// A record of another stage or of an unknown `soar.*` schema, a failed write, or no poller.
pub fn run(config: &Config, inputs: Inputs, run: &Run, diagnostics: &mut Diagnostics) -> Result<Exit> {
    let audit = config.open_audit(&inputs)?;
    run.shutdown.stop_on_closed_stdout();
    // The waker outlives the thread that uses it: one that is dropped takes its last wake-up along.
    let (driver, waker) = Driver::new(run.shutdown.as_stop_fd(), config.listening)?;
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
        let outcome = scanner.work(&blocks, diagnostics);
        drop(blocks);
        if outcome.is_err() {
            run.shutdown.stop();
        }
        outcome
    });
    scanner.note(&mut diagnostics.stats);
    match outcome {
        Err(Error::ReaderLeft) => {
            run.shutdown.note_reader_left();
            return Ok(scanner.exit());
        }
        other => other?,
    }
    diagnostics.close();
    scanner.tell(diagnostics);
    Ok(scanner.exit())
}

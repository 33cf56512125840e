//! Writes the state of a live run a little at a time, so that no alert waits for it.
//!
//! The state is that of the moment at which it was begun: a host to which something happens meanwhile is written before it changes.
//! A thread of its own writes and syncs the file.

use std::collections::HashSet;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::aggregate::sums::WRITE_BYTES;
use crate::aggregate::table::Table;
use crate::base::error::{Error, Result};
use crate::io::output::AtomicFile;
use crate::score::Config;
use crate::score::write::{HostWriter, OutputKind, WriteStats};

/// How long a step may take: alerts wait for one at most.
const STEP: Duration = Duration::from_millis(2);
/// After how many hosts the time is looked at.
const HOSTS_PER_LOOK: usize = 64;
/// How many pieces of the file may wait for the disk.
const WAITING: usize = 8;

/// A piece of the file, or that it is complete.
type Piece = Option<Vec<u8>>;

/// A state that is being written.
#[derive(Debug)]
pub struct Snapshot {
    /// The hosts that it has: those before `next` are written, and so are those in `early`.
    next: usize,
    end: usize,
    early: HashSet<usize>,
    /// What the thread has not been given yet.
    lines: Vec<u8>,
    judged: WriteStats,
    pieces: Option<SyncSender<Piece>>,
    thread: JoinHandle<Result<()>>,
}

impl Snapshot {
    /// Begins to write all hosts of `table` to `file`.
    pub fn start(mut file: AtomicFile, table: &Table) -> Self {
        let (pieces, received) = sync_channel::<Piece>(WAITING);
        let thread = std::thread::spawn(move || {
            while let Ok(piece) = received.recv() {
                match piece {
                    Some(lines) => std::io::Write::write_all(&mut file, &lines).map_err(|e| file.error(&e))?,
                    None => return file.commit(),
                }
            }
            // The run gave up: the earlier file stands.
            Ok(())
        });
        let (early, lines, judged) = (HashSet::new(), Vec::new(), WriteStats::default());
        Self { next: 0, end: table.hosts().len(), early, lines, judged, pieces: Some(pieces), thread }
    }

    /// Writes the host at `index` as it is, if that is still to be done: it is about to change.
    pub fn write_before_change(&mut self, config: &Config, table: &mut Table, index: usize) -> Result<()> {
        if (self.next..self.end).contains(&index) && self.early.insert(index) {
            self.write(config, table, index..index + 1)?;
        }
        Ok(())
    }

    /// Goes on for a short time.
    pub fn step(&mut self, config: &Config, table: &mut Table) -> Result<()> {
        let until = Instant::now() + STEP;
        while self.hand_over() && self.next < self.end && Instant::now() < until {
            let end = self.end.min(self.next + HOSTS_PER_LOOK);
            self.write_rest(config, table, end)?;
        }
        self.complete();
        Ok(())
    }

    /// Writes all hosts that are left, because their indexes are about to change.
    pub fn write_all(&mut self, config: &Config, table: &mut Table) -> Result<()> {
        self.write_rest(config, table, self.end)
    }

    /// Whether the thread has everything.
    pub const fn is_complete(&self) -> bool {
        self.pieces.is_none()
    }

    /// Whether the file is in its place, or never will be.
    pub fn is_done(&self) -> bool {
        self.thread.is_finished()
    }

    /// Waits for the thread. A file that is not complete is left out.
    ///
    /// # Errors
    /// A file that cannot be written, a host that is too long for any file.
    pub fn finish(self) -> Result<()> {
        drop(self.pieces);
        // Where it panicked, the panic has been told.
        self.thread.join().unwrap_or(Ok(()))?;
        self.judged.too_long.first().map_or(Ok(()), |&ip| Err(Error::HostTooLong { ip }))
    }

    fn write_rest(&mut self, config: &Config, table: &mut Table, end: usize) -> Result<()> {
        let mut from = self.next;
        self.next = end.max(from);
        let mut early: Vec<_> = (from..end).filter(|index| self.early.remove(index)).collect();
        early.push(end);
        for index in early {
            self.write(config, table, from..index)?;
            from = index + 1;
        }
        Ok(())
    }

    fn write(&mut self, config: &Config, table: &mut Table, indexes: std::ops::Range<usize>) -> Result<()> {
        indexes.clone().for_each(|index| table.settle_host(index));
        let mut writer = HostWriter::new(config, table, OutputKind::State);
        for host in table.hosts()[indexes].iter().filter(|host| host.tally.is_counted()) {
            self.judged.write(&mut writer, host, &mut self.lines)?;
        }
        Ok(())
    }

    /// Gives the thread what is written, unless it has enough to do. Says whether more may be written.
    fn hand_over(&mut self) -> bool {
        let Some(pieces) = self.pieces.as_ref().filter(|_| self.lines.len() >= WRITE_BYTES) else { return true };
        match pieces.try_send(Some(std::mem::take(&mut self.lines))) {
            Ok(()) => true,
            Err(TrySendError::Full(lines)) => {
                self.lines = lines.unwrap_or_default();
                false
            }
            // It ended early, and will say why.
            Err(TrySendError::Disconnected(_)) => false,
        }
    }

    /// Tells the thread that it has everything, once that is so.
    fn complete(&mut self) {
        if self.next < self.end {
            return;
        }
        let Some(pieces) = self.pieces.take() else { return };
        let rest = std::mem::take(&mut self.lines);
        match pieces.try_send(Some(rest)) {
            Err(TrySendError::Full(lines)) => {
                (self.lines, self.pieces) = (lines.unwrap_or_default(), Some(pieces));
            }
            // One place is kept free for it: nothing else is sent any more.
            Ok(()) => self.pieces = pieces.try_send(None).is_err().then_some(pieces),
            Err(TrySendError::Disconnected(_)) => {}
        }
    }
}

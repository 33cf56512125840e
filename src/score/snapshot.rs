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
const STEP: Duration = Duration::from_micros(500);
/// How long it rests between two steps. Where cores are few, a program that never rests waits for other programs when an alert is due.
const REST: Duration = Duration::from_millis(1);
/// How often it is asked whether the disk has the state, or room for more of it.
const SYNC_EVERY: Duration = Duration::from_millis(20);
/// After how many hosts the time is looked at.
const HOSTS_PER_LOOK: usize = 32;
/// How many pieces of the file may wait for the disk.
const WAITING: usize = 8;

/// A piece of the file, or that it is complete.
type FilePiece = Option<Vec<u8>>;

/// A state that is being written.
#[derive(Debug)]
pub(crate) struct Snapshot {
    /// The hosts that it has: those before `next` are written, and so are those in `early`.
    next: usize,
    end: usize,
    early: HashSet<usize>,
    /// What the thread has not been given yet.
    lines: Vec<u8>,
    judged: WriteStats,
    pieces: Option<SyncSender<FilePiece>>,
    thread: JoinHandle<Result<()>>,
    /// When the next step is due.
    resume_at: Instant,
}

impl Snapshot {
    /// Begins to write all hosts of `table` to `file`.
    pub(super) fn start(mut file: AtomicFile, table: &Table) -> Self {
        let (pieces, received) = sync_channel::<FilePiece>(WAITING);
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
        Self { next: 0, end: table.host_count(), early, lines, judged, pieces: Some(pieces), thread, resume_at: Instant::now() }
    }

    /// Writes the host at `index` as it is, if that is still to be done: it is about to change.
    pub(crate) fn write_before_change(&mut self, config: &Config, table: &mut Table, index: usize) -> Result<()> {
        if (self.next..self.end).contains(&index) && self.early.insert(index) {
            self.write(config, table, index..index + 1)?;
        }
        Ok(())
    }

    /// Goes on for a short time.
    pub(super) fn step(&mut self, config: &Config, table: &mut Table) -> Result<()> {
        let until = Instant::now() + STEP;
        while self.hand_over() && self.next < self.end && Instant::now() < until {
            let end = self.end.min(self.next + HOSTS_PER_LOOK);
            self.write_rest(config, table, end)?;
        }
        self.complete();
        self.resume_at = Instant::now() + if self.waits_for_disk() { SYNC_EVERY } else { REST };
        Ok(())
    }

    /// How long it is until the next step.
    pub(super) fn rest(&self) -> Duration {
        self.resume_at.saturating_duration_since(Instant::now())
    }

    /// Writes all hosts that are left, because their indexes are about to change.
    pub(super) fn write_all(&mut self, config: &Config, table: &mut Table) -> Result<()> {
        self.write_rest(config, table, self.end)
    }

    /// Whether only the thread has something to do: it has everything, or as much as may wait.
    fn waits_for_disk(&self) -> bool {
        self.is_complete() || self.lines.len() >= WRITE_BYTES
    }

    const fn is_complete(&self) -> bool {
        self.pieces.is_none()
    }

    /// Whether the file is in its place, or never will be.
    pub(crate) fn is_done(&self) -> bool {
        self.thread.is_finished()
    }

    /// Waits for the thread. A file that is not complete is left out.
    ///
    /// # Errors
    /// A file that cannot be written, a host that is too long for any file.
    pub(super) fn finish(self) -> Result<()> {
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
            // Where there was no room for it, the next step sends it.
            Ok(()) => self.pieces = pieces.try_send(None).is_err().then_some(pieces),
            Err(TrySendError::Disconnected(_)) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::aggregate::read::read_block;
    use crate::aggregate::table::Watcher;
    use crate::io::block::Block;
    use crate::score::external::tests::{config, event, events};
    use crate::score::write::write_hosts;

    /// Writes what changes before it changes, and goes on at times.
    struct Keeper<'c> {
        config: &'c Config,
        snapshot: Snapshot,
        steps: std::vec::IntoIter<usize>,
    }

    impl Watcher for Keeper<'_> {
        type Error = Error;

        fn before(&mut self, table: &mut Table, index: usize, _: Option<i64>) -> Result<()> {
            self.snapshot.write_before_change(self.config, table, index)
        }

        fn after(&mut self, table: &mut Table, _: usize, _: Option<i64>) -> Result<()> {
            if let Some(hosts) = self.steps.next() {
                let end = self.snapshot.end.min(self.snapshot.next + hosts);
                self.snapshot.write_rest(self.config, table, end)?;
            }
            Ok(())
        }
    }

    fn lines_of(text: &[u8]) -> Vec<String> {
        let mut lines: Vec<_> = String::from_utf8_lossy(text).lines().map(str::to_owned).collect();
        lines.sort();
        lines
    }

    proptest! {
        #[test]
        fn a_state_is_that_of_the_moment_at_which_it_was_begun_whatever_comes_meanwhile(
            before in events(), meanwhile in events(), flags in 0..1_u16 << 12, steps in proptest::collection::vec(0..3_usize, 0..20),
        ) {
            let (config, _) = config(flags);
            let mut table = Table::new(config.keep, &config.allow);
            let records = |seen: &[_]| {
                let text = seen.iter().map(|seen| event(seen, 60)).collect::<String>();
                read_block(&Block::for_tests(text.into_bytes()), &config.keep).0
            };
            table.add(&records(&before));
            // So few names that none is left out, which it would be of the rest of the state too.
            table.settle();
            let mut wanted = Vec::new();
            write_hosts(&config, &table, OutputKind::State, None, 1, |lines| {
                wanted.extend_from_slice(lines);
                Ok(())
            }).expect("written");
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("state");
            let snapshot = Snapshot::start(AtomicFile::create(&path).expect("a file"), &table);
            let mut keeper = Keeper { config: &config, snapshot, steps: steps.into_iter() };
            let later = meanwhile.iter().map(|seen| event(seen, 1)).collect::<String>();
            let (later, _) = read_block(&Block::for_tests(later.into_bytes()), &config.keep);
            table.add_each(&later, &mut keeper).expect("room");
            let mut snapshot = keeper.snapshot;
            while !snapshot.is_complete() {
                snapshot.step(&config, &mut table).expect("room");
            }
            snapshot.finish().expect("written");
            prop_assert_eq!(lines_of(&std::fs::read(&path).expect("the state")), lines_of(&wanted));
        }
    }

    #[test]
    fn a_state_that_is_given_up_leaves_the_file_before() {
        let (config, _) = config(0);
        let table = Table::new(config.keep, &config.allow);
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state");
        std::fs::write(&path, "before").expect("written");
        Snapshot::start(AtomicFile::create(&path).expect("a file"), &table).finish().expect("nothing was written");
        assert_eq!(std::fs::read_to_string(&path).expect("the state"), "before");
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }
}

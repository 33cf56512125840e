//! The state of a live run: a file of hosts, read at the start and written anew from time to time.
//!
//! Its lines are hosts with `partial`, `alerted` and `kept`, so every stage and a later run can read it, and that knows what it lacks.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;

use crate::aggregate::options::Whence;
use crate::aggregate::read::{ScoreRecords, read_from};
use crate::aggregate::table::Table;
use crate::base::error::{Error, Result};
use crate::io::InputOverrides;
use crate::io::Run;
use crate::io::block::Block;
use crate::io::input::Inputs;
use crate::io::lock;
use crate::io::output::AtomicFile;
use crate::score::Config;
use crate::score::memory::Memory;
use crate::score::write::{OutputKind, write_hosts};

/// How many blocks of hosts may be read ahead of what was taken over (measured: `scripts/bench live`, the row "from start to the first
/// alert").
const PARSED_AHEAD: usize = 2;

/// A state file, held by this run alone.
#[derive(Debug)]
pub(crate) struct StateFile {
    path: PathBuf,
    /// Held until the run ends.
    _lock: File,
}

/// How much of a state was taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Restored {
    /// All there was.
    All,
    /// Less, or nobody knows: the run was stopped.
    Part,
}

impl StateFile {
    /// Locks the state at `path`.
    pub(super) fn open(path: &Path) -> Result<Self> {
        if path.metadata().is_ok_and(|m| !m.is_file()) {
            return Err(Error::Usage(format!("--state {}: not a regular file", path.display())));
        }
        Ok(Self { path: path.to_owned(), _lock: lock::lock_exclusive(path)? })
    }

    /// What messages call it.
    pub(super) fn shown(&self) -> String {
        self.path.display().to_string()
    }

    /// Hands what was remembered to `take`; where there is no file, this is the first run. A run that is stopped meanwhile
    /// has only a part of it, which must not be written over the whole.
    pub(super) fn read(&self, config: &Config, run: &Run, mut take: impl FnMut(&ScoreRecords) -> Result<()>) -> Result<Restored> {
        if !self.path.exists() {
            return Ok(Restored::All);
        }
        let memory = Memory::of(&config.rules);
        let reader = Inputs::new(std::slice::from_ref(&self.path), &InputOverrides::default())?.reader(run).unlogged();
        let keep = &config.keep;
        std::thread::scope(|scope| {
            let (records, parsed) = sync_channel(PARSED_AHEAD);
            // Where nobody takes it any more, the rest is not read.
            let read_on = move || {
                let parse = |block: Block| {
                    let answer = read_from(Whence::State, &block, keep);
                    run.blocks.put(block.bytes);
                    answer
                };
                for block in reader {
                    if records.send(block.map(parse)).is_err() {
                        return;
                    }
                }
            };
            std::thread::Builder::new().spawn_scoped(scope, read_on).map_err(|source| Error::System { what: "thread", source })?;
            parsed.into_iter().try_for_each(|answer| {
                let (records, intake) = answer?;
                intake.fatal.map_or(Ok(()), Err)?;
                if let Some((line, reason)) = intake.issues.first.first() {
                    let reason = format!("line {line}: {reason}: to start afresh, remove it");
                    return Err(Error::Read { path: self.path.display().to_string(), reason });
                }
                if let Some(reason) = records.pieces.iter().find_map(|piece| memory.refuse(piece.kept.as_deref()?)) {
                    return Err(Error::NoPart { place: self.path.display().to_string(), reason });
                }
                take(&records)
            })
        })?;
        // Asked after the last block: a reader that was stopped gave fewer, and the stop stays.
        Ok(if run.shutdown.is_stopped() { Restored::Part } else { Restored::All })
    }

    /// A file that takes its place once it is complete.
    pub(super) fn create(&self) -> Result<AtomicFile> {
        AtomicFile::create(&self.path)
    }

    /// Writes the hosts of `table` in its place.
    pub(super) fn write(&self, config: &Config, table: &Table) -> Result<()> {
        let mut file = self.create()?;
        let judged = write_hosts(config, table, OutputKind::State, None, 1, |lines| file.write_all(lines).map_err(|e| file.error(&e)))?;
        file.commit()?;
        judged.too_long.first().map_or(Ok(()), |&ip| Err(Error::HostTooLong { ip }))
    }
}

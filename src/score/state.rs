//! The state of a live run: a file of hosts, read at the start and written anew from time to time.
//!
//! Its lines are hosts with `partial` and `alerted`, so every stage and a later run can read it.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::Config;
use super::read::{Records, read_block};
use super::table::Table;
use super::write::{Form, write_hosts};
use crate::error::{Error, Result};
use crate::stream::Run;
use crate::stream::input::Inputs;
use crate::stream::lock;
use crate::stream::origin::Origin;
use crate::stream::output::WholeFile;

/// A state file, held by this run alone.
#[derive(Debug)]
pub struct StateFile {
    path: PathBuf,
    /// Held until the run ends.
    _lock: File,
}

/// How much of a state was taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restored {
    /// All there was.
    All,
    /// Less, or nobody knows: the run was stopped.
    Part,
}

impl StateFile {
    /// Locks the state at `path`.
    ///
    /// # Errors
    /// [`Error::InUse`] where another run holds it, [`Error::Usage`] where it is no regular file.
    pub fn open(path: &Path) -> Result<Self> {
        if path.metadata().is_ok_and(|m| !m.is_file()) {
            return Err(Error::Usage(format!("--state {}: not a regular file", path.display())));
        }
        Ok(Self { path: path.to_owned(), _lock: lock::hold(path)? })
    }

    /// What messages call it.
    #[must_use]
    pub fn shown(&self) -> String {
        self.path.display().to_string()
    }

    /// Hands what was remembered to `take`; where there is no file, this is the first run. A run that is stopped meanwhile
    /// has only a part of it, which must not be written over the whole.
    ///
    /// # Errors
    /// [`Error::Read`] where it cannot be read or is damaged, [`Error::NoPart`] where it is of a run that kept other things:
    /// to start afresh is for a person to decide.
    pub fn read(&self, config: &Config, run: &Run, mut take: impl FnMut(&Records) -> Result<()>) -> Result<Restored> {
        if !self.path.exists() {
            return Ok(Restored::All);
        }
        for block in Inputs::new(std::slice::from_ref(&self.path), &Origin::default())?.reader(run).unlogged() {
            let (records, intake) = read_block(&block?, &config.keep);
            intake.fatal.map_or(Ok(()), Err)?;
            if let Some((line, reason)) = intake.flaws.first.first() {
                let reason = format!("line {line}: {reason}: to start afresh, remove it");
                return Err(Error::Read { path: self.path.display().to_string(), reason });
            }
            take(&records)?;
        }
        // Asked after the last block: a reader that was stopped gave fewer, and the stop stays.
        Ok(if run.watch.is_stopped() { Restored::Part } else { Restored::All })
    }

    /// Writes the hosts of `table` in its place.
    ///
    /// # Errors
    /// [`Error::Write`] names it; the file from before is then untouched. [`Error::HostTooLong`] names a host that was left out.
    pub fn write(&self, config: &Config, table: &Table) -> Result<()> {
        let mut file = WholeFile::create(&self.path)?;
        let judged = write_hosts(config, table, Form::Partial, |lines| file.write_all(lines).map_err(|e| file.error(&e)))?;
        file.commit()?;
        judged.too_long.first().map_or(Ok(()), |&ip| Err(Error::HostTooLong { ip }))
    }
}

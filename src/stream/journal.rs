//! A file that only grows: what was written stays, whatever becomes of the run.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use crate::error::{Error, Result};

/// An open journal.
#[derive(Debug)]
pub struct Journal {
    file: File,
    shown: String,
}

impl Journal {
    /// Opens the journal at `path`, which need not be there yet, to write behind what is there.
    ///
    /// # Errors
    /// [`Error::Write`] names the path.
    pub fn open(path: &Path) -> Result<Self> {
        let shown = path.display().to_string();
        let file = File::options().append(true).create(true).open(path).map_err(|e| Error::write(&shown, &e))?;
        Ok(Self { file, shown })
    }

    /// Writes a line, with its newline, at once.
    ///
    /// # Errors
    /// [`Error::Write`] names the path.
    pub fn write(&mut self, line: &[u8]) -> Result<()> {
        self.file.write_all(line).map_err(|e| match Error::write(&self.shown, &e) {
            // A journal that is a pipe: its reader's leaving is no success, since nothing may go unrecorded.
            Error::ReaderLeft => Error::Write { path: self.shown.clone(), reason: "its reader left".to_owned() },
            other => other,
        })
    }
}

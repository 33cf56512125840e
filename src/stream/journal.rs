//! A file that only grows: what was written stays, whatever becomes of the run.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;

use crate::error::{Error, Result};

/// An open journal.
#[derive(Debug)]
pub struct Journal {
    file: File,
    shown: String,
}

impl Journal {
    /// Opens the journal at `path`, which need not be there yet, to write behind what is there. A line that a full disk cut off
    /// is ended first, so that it spoils no other.
    ///
    /// # Errors
    /// [`Error::Write`] names the path.
    pub fn open(path: &Path) -> Result<Self> {
        let shown = path.display().to_string();
        let file = File::options().append(true).create(true).open(path).map_err(|e| Error::write(&shown, &e))?;
        let is_cut = ends_within_line(&file, path).map_err(|e| Error::write(&shown, &e))?;
        let mut journal = Self { file, shown };
        if is_cut {
            journal.write(b"\n")?;
        }
        Ok(journal)
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

fn ends_within_line(file: &File, path: &Path) -> io::Result<bool> {
    let about = file.metadata()?;
    if !about.is_file() || about.len() == 0 {
        return Ok(false);
    }
    let mut last = [0];
    // One that may be written and not read, or not there any more, is taken as it is.
    let read = File::open(path).and_then(|file| file.read_exact_at(&mut last, about.len() - 1));
    Ok(read.is_ok() && last != *b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_was_cut_off_is_ended() {
        for (before, after) in [("", "new\n"), ("old\n", "old\nnew\n"), ("ol", "ol\nnew\n")] {
            let file = tempfile::NamedTempFile::new().expect("a file");
            std::fs::write(file.path(), before).expect("written");
            Journal::open(file.path()).and_then(|mut journal| journal.write(b"new\n")).expect("written");
            assert_eq!(std::fs::read_to_string(file.path()).expect("read"), after);
        }
    }
}

//! A report on its way out: to stdout, or to a file that is whole or not there.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::digest::Digest;
use super::page::{Look, Report};
use crate::error::{Error, Result};
use crate::stream::Run;
use crate::stream::output::{Output, WholeFile};

/// All reports of a run.
pub struct Sinks(Vec<Sink>);

struct Sink {
    report: &'static dyn Report,
    path: PathBuf,
    target: Target,
}

enum Target {
    Stdout(Output),
    /// A stdout whose reader has left; the files are still wanted.
    Left,
    File(WholeFile),
}

impl Sinks {
    /// Opens each output; what is in a file stays there until [`Sinks::put_in_place`].
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn open(outputs: &[(&'static dyn Report, PathBuf)], run: &Run) -> Result<Self> {
        let sinks = outputs.iter().map(|(report, path)| Sink::open(*report, path, run)).collect::<Result<Vec<_>>>()?;
        Ok(Self(sinks))
    }

    /// Whether a file is to be written.
    #[must_use]
    pub fn has_files(&self) -> bool {
        self.0.iter().any(|sink| matches!(sink.target, Target::File(_)))
    }

    /// Writes to the output at `place`; a reader that leaves stdout ends the run only where no file is wanted.
    ///
    /// # Errors
    /// [`Error::ReaderLeft`] or [`Error::Write`].
    pub fn write(&mut self, place: usize, bytes: &[u8]) -> Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        let has_files = self.has_files();
        match self.0[place].write(bytes) {
            Err(Error::ReaderLeft) if has_files => {
                self.0[place].target = Target::Left;
                Ok(())
            }
            other => other,
        }
    }

    /// Makes the pages, and only when all of them are there, moves the files to their names.
    ///
    /// # Errors
    /// [`Error::ReaderLeft`] or [`Error::Write`].
    pub fn put_in_place(mut self, digest: &Digest, look: &Look) -> Result<()> {
        for place in 0..self.0.len() {
            let sink = &self.0[place];
            let page = sink.report.page(digest, look, &sink.path)?;
            self.write(place, &page)?;
        }
        self.0.iter().try_for_each(Sink::sync)?;
        self.0.into_iter().try_for_each(Sink::commit)
    }
}

impl Sink {
    fn open(report: &'static dyn Report, path: &Path, run: &Run) -> Result<Self> {
        let target = if path.as_os_str() == "-" { Target::Stdout(Output::stdout(run)?) } else { Target::File(WholeFile::create(path)?) };
        Ok(Self { report, path: path.to_owned(), target })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        match &mut self.target {
            Target::Stdout(output) => output.write(bytes),
            Target::Left => Ok(()),
            Target::File(file) => file.write_all(bytes).map_err(|e| file.error(&e)),
        }
    }

    fn sync(&self) -> Result<()> {
        match &self.target {
            Target::Stdout(_) | Target::Left => Ok(()),
            Target::File(file) => file.sync(),
        }
    }

    fn commit(self) -> Result<()> {
        match self.target {
            Target::Stdout(_) | Target::Left => Ok(()),
            Target::File(file) => file.commit(),
        }
    }
}

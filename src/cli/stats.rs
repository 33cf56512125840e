//! `--stats FILE`: what a run knows about itself, as one record in a file that is whole or not there.
//!
//! The file is opened before anything is read, so that one that cannot be written is known of then.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::base::error::{Error, Exit, Result};
use crate::base::time;
use crate::io::checkpoint::rotation::FileId;
use crate::io::diagnostics::Diagnostics;
use crate::io::output::{AtomicFile, follow_links, is_same};
use crate::io::source::file::STDIN;
use crate::io::stats::{InputStats, Stats};
use crate::record::run::{AssumptionRecord, ExitRecord, InputRecord, OrderedCounts, RUN_SCHEMA, RejectedLine, RunRecord, Warning};

/// The ways in which a path may name stdout.
const STDOUT: [&str; 4] = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

/// The file of `--stats`, and when the run began.
#[derive(Debug)]
pub(crate) struct StatsFile {
    program: &'static str,
    started: i64,
    file: AtomicFile,
}

impl StatsFile {
    /// Opens the file at `path` for a run that began at `started`, in seconds since 1970; `files` are those that the run reads or
    /// writes besides.
    ///
    /// # Errors
    /// [`Error::Usage`] where it is stdout or one of `files`, [`Error::Write`] where it cannot be written.
    pub(super) fn create(program: &'static str, path: &Path, started: i64, files: &[PathBuf]) -> Result<Self> {
        let is_stdout = |path: &Path| STDOUT.iter().any(|name| path.as_os_str() == *name);
        let id = FileId::of(path);
        let is_it = |other: &Path| {
            let other = if other.as_os_str() == STDIN { Path::new("/dev/stdin") } else { other };
            is_same(other, path) || id.is_some() && FileId::of(other) == id
        };
        if is_stdout(path) || is_stdout(&follow_links(path)) || id.is_some() && FileId::of(Path::new("/dev/stdout")) == id {
            return Err(Error::Usage("--stats needs a file: stdout holds records only".to_owned()));
        }
        match files.iter().find(|other| is_it(other)) {
            Some(_) => Err(Error::Usage(format!("--stats needs its own file: this run already reads or writes {}", path.display()))),
            None => Ok(Self { program, started, file: AtomicFile::create(path)? }),
        }
    }

    /// Writes the record of the run that ended in `exit`, and puts the file in its place.
    ///
    /// # Errors
    /// [`Error::Write`] names the file; one of an earlier run is then untouched.
    pub(super) fn write(mut self, exit: ExitRecord, inputs: Vec<InputStats>, diagnostics: Option<Diagnostics>) -> Result<()> {
        let (more, stats) = diagnostics.map(Diagnostics::into_stats).unwrap_or_default();
        let record = self.record(exit, inputs, more, stats);
        self.file.write_all(record.to_line().as_bytes()).map_err(|e| self.file.error(&e))?;
        self.file.commit()
    }

    fn record(&self, exit: ExitRecord, inputs: Vec<InputStats>, more: Vec<(String, u64)>, stats: Stats) -> RunRecord {
        let total = stats.lines.iter().map(|(_, lines)| lines).sum();
        RunRecord {
            schema: RUN_SCHEMA.to_owned(),
            program: self.program.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started_at: time::rfc3339(self.started),
            ended_at: time::rfc3339(time::now()),
            exit,
            inputs: inputs.into_iter().map(input).collect(),
            lines: std::iter::once(("total", total)).chain(stats.lines).collect(),
            counts: stats.counts.into_iter().collect(),
            guesses: stats.guesses.into_iter().map(guess).collect(),
            places: stats.places.into_iter().map(place).collect(),
            more: more.into_iter().collect::<OrderedCounts>(),
            warnings: stats.warnings.into_iter().map(|(kind, text)| Warning { kind: kind.to_owned(), text }).collect(),
            more_warnings: stats.more_warnings,
        }
    }
}

/// How a run ended that ends with `exit`: by `error`, or with a reader of stdout that left.
pub(super) fn ending(exit: Exit, error: Option<&Error>, reader_left: bool) -> ExitRecord {
    let reader_left = reader_left || matches!(error, Some(Error::ReaderLeft));
    let error = error.filter(|error| !matches!(error, Error::ReaderLeft)).map(ToString::to_string);
    let reason = if reader_left && exit == Exit::Done { Error::ReaderLeft.kind() } else { exit.reason() };
    ExitRecord { code: exit.code(), reason: reason.to_owned(), error }
}

fn input(stats: InputStats) -> InputRecord {
    let (compression, compressed_bytes) = stats.compressed.map(|(kind, bytes)| (kind.to_owned(), bytes)).unzip();
    InputRecord {
        name: stats.name,
        bytes: stats.bytes,
        compression,
        compressed_bytes,
        lines: stats.lines,
        first_line: Some(stats.first_line).filter(|&line| line != 1),
        modified_at: stats.modified.map(time::rfc3339),
        complete: stats.is_complete,
        error: stats.error,
    }
}

fn guess(guess: crate::io::stats::Assumption) -> AssumptionRecord {
    let [what, from, flag] = [guess.what, guess.from, guess.flag].map(str::to_owned);
    AssumptionRecord { what, values: guess.values, from, flag, suggested: guess.suggested }
}

fn place(place: crate::io::stats::LineLocation) -> RejectedLine {
    RejectedLine { class: place.class.to_owned(), file: place.file, line: place.line, reason: place.reason }
}

//! `--stats FILE`: what a run knows about itself, as one record in a file that is whole or not there.
//!
//! The file is opened before anything is read, so that one that cannot be written is known of then.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::error::{Error, Exit, Result};
use crate::record::run::{Counts, Ending, Guess, Input, Place, RUN_SCHEMA, RunRecord, Warning};
use crate::stream::notice::Notices;
use crate::stream::output::{WholeFile, follow_links, is_same};
use crate::stream::raw::STDIN;
use crate::stream::rotation::FileId;
use crate::stream::stats::{InputStats, Stats};
use crate::time;

/// The ways in which a path may name stdout.
const STDOUT: [&str; 4] = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

/// The file of `--stats`, and when the run began.
#[derive(Debug)]
pub struct StatsFile {
    program: &'static str,
    started: i64,
    file: WholeFile,
}

impl StatsFile {
    /// Opens the file at `path` for a run that began at `started`, in seconds since 1970; `files` are those that the run reads or
    /// writes besides.
    ///
    /// # Errors
    /// [`Error::Usage`] where it is stdout or one of `files`, [`Error::Write`] where it cannot be written.
    pub fn create(program: &'static str, path: &Path, started: i64, files: &[PathBuf]) -> Result<Self> {
        let is_stdout = |path: &Path| STDOUT.iter().any(|name| path.as_os_str() == *name);
        let id = FileId::of(path);
        let is_it = |other: &Path| {
            let other = if other.as_os_str() == STDIN { Path::new("/dev/stdin") } else { other };
            is_same(other, path) || id.is_some() && FileId::of(other) == id
        };
        if is_stdout(path) || is_stdout(&follow_links(path)) || id.is_some() && FileId::of(Path::new("/dev/stdout")) == id {
            return Err(Error::Usage("--stats wants a file: stdout holds records only".to_owned()));
        }
        match files.iter().find(|other| is_it(other)) {
            Some(_) => Err(Error::Usage(format!("--stats wants a file of its own: this run reads or writes {} besides", path.display()))),
            None => Ok(Self { program, started, file: WholeFile::create(path)? }),
        }
    }

    /// Writes the record of the run that ended in `exit`, and puts the file in its place.
    ///
    /// # Errors
    /// [`Error::Write`] names the file; one of an earlier run is then untouched.
    pub fn write(mut self, exit: Ending, inputs: Vec<InputStats>, notices: Option<Notices>) -> Result<()> {
        let (more, stats) = notices.map(Notices::into_stats).unwrap_or_default();
        let record = self.record(exit, inputs, more, stats);
        self.file.write_all(record.to_line().as_bytes()).map_err(|e| self.file.error(&e))?;
        self.file.commit()
    }

    fn record(&self, exit: Ending, inputs: Vec<InputStats>, more: Vec<(String, u64)>, stats: Stats) -> RunRecord {
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
            more: more.into_iter().collect::<Counts>(),
            warnings: stats.warnings.into_iter().map(|(kind, text)| Warning { kind: kind.to_owned(), text }).collect(),
            more_warnings: stats.more_warnings,
        }
    }
}

/// How a run ended that ends with `exit`: by `error`, or with a reader of stdout that left.
#[must_use]
pub fn ending(exit: Exit, error: Option<&Error>, reader_left: bool) -> Ending {
    let reader_left = reader_left || matches!(error, Some(Error::ReaderLeft));
    let error = error.filter(|error| !matches!(error, Error::ReaderLeft)).map(ToString::to_string);
    let reason = if reader_left && exit == Exit::Done { Error::ReaderLeft.kind() } else { exit.reason() };
    Ending { code: exit.code(), reason: reason.to_owned(), error }
}

fn input(stats: InputStats) -> Input {
    let (compression, compressed_bytes) = stats.compressed.map(|(kind, bytes)| (kind.to_owned(), bytes)).unzip();
    Input {
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

fn guess(guess: crate::stream::stats::Guess) -> Guess {
    let [what, from, flag] = [guess.what, guess.from, guess.flag].map(str::to_owned);
    Guess { what, values: guess.values, from, flag, suggested: guess.suggested }
}

fn place(place: crate::stream::stats::Place) -> Place {
    Place { class: place.class.to_owned(), file: place.file, line: place.line, reason: place.reason }
}

//! soar-parse: raw log lines in, one event for each line that carries a signal out.
//!
//! Every line is classified whatever the flags; they only choose which lines become events. Blocks of lines are worked on
//! in parallel and written in the order of the input.

pub mod combined;
pub mod detect;
pub mod format;
pub mod rfc5424;
pub mod shape;
pub mod sshd;
pub mod syslog;
pub mod tag;
pub mod web;

mod classify;

use std::io::Write as _;
use std::path::PathBuf;

use classify::{Block, Classifier};
use format::Format;

use crate::error::{Error, Exit, Result};
use crate::record::signal::SignalSet;
use crate::stream::Run;
use crate::stream::input::Inputs;
use crate::stream::notice::Notices;
use crate::stream::ordered::map_blocks;
use crate::stream::output::{Output, WholeFile};
use crate::time::Clock;

/// Every log format, in the order in which they are first tried; a line picks its own.
pub const FORMATS: &[Format] =
    &[combined::COMBINED, syslog::RFC3164, syslog::RFC3339, combined::COMMON, combined::VHOST_COMBINED, rfc5424::RFC5424];

/// What a run was asked for.
#[derive(Debug)]
pub struct Config {
    /// The signals to look for.
    pub signals: SignalSet,
    /// Which understood lines become events.
    pub wanted: Wanted,
    /// What stamps leave out.
    pub clock: Clock,
    /// Where rejected lines go, byte for byte.
    pub rejects: Option<PathBuf>,
    /// Whether one reject makes the run a failure.
    pub strictness: Strictness,
}

/// Which understood lines become events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Those that carry a signal.
    Signals,
    /// All of them.
    All,
}

/// What a reject does to the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strictness {
    /// Exit 1 only when every line was a reject.
    Lenient,
    /// Exit 1 as soon as one line was.
    Strict,
}

/// How many lines there were of each class.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counts {
    lines: u64,
    events: u64,
    quiet: u64,
    other_programs: u64,
    unknown_sshd: u64,
    rejects: u64,
    invalid_utf8: u64,
}

/// Reads `inputs`, writes events to stdout, and says on stderr how many lines were what.
///
/// # Errors
/// A failed write, or no threads. Unreadable inputs and rejects are said and counted, and show in the exit.
pub fn run(config: &Config, inputs: Inputs, run: &Run, notices: &mut Notices) -> Result<Exit> {
    config.rejects.as_deref().map_or(Ok(()), |path| inputs.spare(path))?;
    let mut output = Output::stdout(run)?;
    run.watch.mind_reader();
    let mut rejects = config.rejects.as_deref().map(WholeFile::create).transpose()?;
    let mut report = Report::default();
    let classifier = Classifier::new(config);
    let outcome = map_blocks(
        inputs.reader(run),
        run,
        |block| classifier.classify(&block),
        |answer| match answer {
            Err(error) => {
                notices.fail(&error);
                report.unreadable += 1;
                Ok(())
            }
            Ok(block) => {
                report.add(&block, notices);
                if let Some(file) = &mut rejects {
                    report.write_rejects(file, &block)?;
                }
                output.write(&block.events)
            }
        },
    );
    match outcome {
        // What was rejected until then is worth keeping when a reader leaves early; a failed write is not.
        Err(error) if !matches!(error, Error::ReaderLeft) => return Err(error),
        _ => {}
    }
    rejects.map_or(Ok(()), WholeFile::commit)?;
    notices.close();
    notices.say(&report.summary());
    Ok(report.exit(config.strictness))
}

/// What is known of the lines so far.
#[derive(Debug, Default)]
struct Report {
    counts: Counts,
    unreadable: u64,
    first_unknown: Option<String>,
    reject_is_open: bool,
}

impl Report {
    fn add(&mut self, block: &Block, notices: &mut Notices) {
        let (all, new) = (&mut self.counts, &block.counts);
        all.lines += new.lines;
        all.events += new.events;
        all.quiet += new.quiet;
        all.other_programs += new.other_programs;
        all.unknown_sshd += new.unknown_sshd;
        all.rejects += new.rejects;
        all.invalid_utf8 += new.invalid_utf8;
        if self.first_unknown.is_none() {
            self.first_unknown = block.first_unknown.map(|line| format!("{}:{line}", block.file));
        }
        notices.problems(&block.file, &block.flaws);
    }

    /// Appends a block's rejects; where an input ended without a newline, the next reject still starts on its own line.
    fn write_rejects(&mut self, file: &mut WholeFile, block: &Block) -> Result<()> {
        if block.rejects.is_empty() {
            return Ok(());
        }
        let join: &[u8] = if self.reject_is_open && !block.continues { b"\n" } else { b"" };
        self.reject_is_open = !block.rejects.ends_with(b"\n");
        file.write_all(join).and_then(|()| file.write_all(&block.rejects)).map_err(|e| file.error(&e))
    }

    fn summary(&self) -> String {
        let c = &self.counts;
        let mut text = format!(
            "{} lines: {} events, {} without a signal, {} of other programs, {} unknown sshd messages, {} rejects",
            c.lines, c.events, c.quiet, c.other_programs, c.unknown_sshd, c.rejects
        );
        if let Some(place) = &self.first_unknown {
            text.push_str(&format!("; first unknown sshd message at {place}"));
        }
        if c.invalid_utf8 > 0 {
            text.push_str(&format!("; {} lines are not UTF-8", c.invalid_utf8));
        }
        text
    }

    fn exit(&self, strictness: Strictness) -> Exit {
        let c = &self.counts;
        let is_no_good = c.rejects == c.lines || strictness == Strictness::Strict;
        Exit::after(self.unreadable, if is_no_good { c.rejects } else { 0 })
    }
}

#[cfg(test)]
mod tests;

//! soar-parse: raw log lines in, one event for each line that carries a signal out.
//!
//! Every line is classified whatever the flags; they only choose which lines become events. Blocks of lines are worked on
//! in parallel and written in the order of the input.

pub mod catalogue;
pub mod client;
pub mod combined;
pub mod detect;
pub mod field;
pub mod format;
pub mod json;
pub mod layout;
pub mod literal;
pub mod proxy;
pub mod quotes;
pub mod rfc5424;
pub mod scratch;
pub mod shape;
pub mod sshd;
pub mod syslog;
pub mod tag;
pub mod web;

mod before;
mod classify;
mod clients;
mod guess;
mod reader;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use classify::{Block, Classifier};
use clients::{Clients, Requests};
use format::Format;
use guess::Guesses;
pub use guess::Zone;
use layout::LogFormat;

use crate::error::{Error, Exit, Result};
use crate::net::AddressSet;
use crate::period::Period;
use crate::record::run::count::{Counter, LineClass, LineCounts};
use crate::record::signal::SignalSet;
use crate::stream::Run;
use crate::stream::block::Block as Lines;
use crate::stream::cursor::Cursor;
use crate::stream::input::Inputs;
use crate::stream::lock::lock_path;
use crate::stream::notice::Notices;
use crate::stream::ordered::map_blocks;
use crate::stream::output::{Output, WholeFile};
use crate::stream::stats::Stats;
use crate::time::Clock;

/// Every log format, in the order in which they are first tried; a line picks its own.
pub const FORMATS: &[Format] = &[
    combined::COMBINED,
    syslog::RFC3164,
    syslog::RFC3339,
    combined::COMMON,
    combined::VHOST_COMBINED,
    rfc5424::RFC5424,
    json::NGINX,
    json::CADDY,
    json::TRAEFIK,
    json::ECS,
    json::JOURNALD,
    json::WRAPPED,
];

/// What a run was asked for.
#[derive(Debug)]
pub struct Config {
    /// The signals to look for.
    pub signals: SignalSet,
    /// What the detectors of these signals go by.
    pub settings: detect::Settings,
    /// Which understood lines become events.
    pub wanted: Wanted,
    /// The times that events are wanted of.
    pub period: Period,
    /// What stamps leave out.
    pub clock: Clock,
    /// The zone of that clock.
    pub zone: Zone,
    /// The format of the web logs, where it is none that finds itself.
    pub log_format: Option<LogFormat>,
    /// Proxies whose X-Forwarded-For is believed.
    pub trusted_proxies: Option<AddressSet>,
    /// Where rejected lines go, byte for byte.
    pub rejects: Option<PathBuf>,
    /// What remembers how far each log was read.
    pub cursor: Option<PathBuf>,
    /// Where the next cursor goes, if not in the place of that one.
    pub cursor_out: Option<PathBuf>,
    /// Whether only the cursor is written, and nothing is read.
    pub cursor_only: bool,
    /// Whether an input without a line is no good.
    pub expects_lines: bool,
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

/// How many lines there were of what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counts {
    lines: LineCounts,
    invalid_utf8: u64,
}

/// Reads `inputs`, writes events to stdout, and says on stderr how many lines were what.
///
/// # Errors
/// A failed write, or no threads. Unreadable inputs and rejects are said and counted, and show in the exit.
pub fn run(config: &Config, inputs: Inputs, run: &Run, notices: &mut Notices) -> Result<Exit> {
    config.rejects.as_deref().map_or(Ok(()), |path| inputs.spare(path))?;
    let mut cursor = config.cursor.as_deref().map(|path| open_cursor(path, config.cursor_out.as_deref(), &inputs)).transpose()?;
    if let Some(cursor) = &mut cursor {
        cursor.follow(&inputs, run)?;
        if run.watch.is_stopped() {
            return Ok(Exit::Done);
        }
    }
    if config.cursor_only {
        return cursor.map_or(Ok(()), |cursor| cursor.commit()).map(|()| Exit::Done);
    }
    let output = Output::stdout(run)?;
    run.watch.mind_reader();
    let rejects = config.rejects.as_deref().map(WholeFile::create).transpose()?;
    let classifier = Classifier::new(config);
    let reader = match &cursor {
        None => inputs.reader(run),
        Some(cursor) => inputs.reader_behind(run, cursor.book()),
    };
    let mut sink = Sink { output, rejects, cursor, report: Report::default() };
    let work = |block: Lines| {
        let done = classifier.classify(&block, run.results.take());
        run.blocks.give(block.bytes);
        done
    };
    let outcome = map_blocks(reader, run, work, |answer| sink.take(answer, run, notices));
    sink.report.note(&mut notices.stats);
    let mut report = sink.close(outcome, run)?;
    notices.close();
    if run.watch.is_stopped() {
        report.guesses.leave_input();
    }
    std::mem::take(&mut report.guesses).tell(config, report.leaves_nothing(), notices);
    report.requests.proxy_hint(config.trusted_proxies.as_ref()).iter().for_each(|hint| notices.warn("proxy", hint));
    notices.say(&report.summary(config));
    Ok(report.exit(config))
}

/// Where what came of the blocks goes.
struct Sink {
    output: Output,
    rejects: Option<WholeFile>,
    cursor: Option<Cursor>,
    report: Report,
}

impl Sink {
    fn take(&mut self, answer: Result<Block>, run: &Run, notices: &mut Notices) -> Result<()> {
        let block = match answer {
            Ok(block) => block,
            Err(error) => {
                notices.fail(&error);
                self.report.unreadable += 1;
                return Ok(());
            }
        };
        self.report.add(&block, notices);
        if let Some(file) = &mut self.rejects {
            self.report.write_rejects(file, &block)?;
        }
        self.output.write(&block.events)?;
        if let (Some(cursor), Some(mark)) = (&mut self.cursor, block.mark) {
            mark.note.iter().for_each(|note| notices.warn("log_changed", note));
            cursor.advance(mark);
        }
        run.results.give(block.events);
        Ok(())
    }

    /// Puts the files in their places. What was rejected until then is worth keeping when a reader leaves early; a failed
    /// write is not. What a reader who left did not read was not delivered, so the cursor stays where it was.
    fn close(self, outcome: Result<()>, run: &Run) -> Result<Report> {
        let cursor = match outcome {
            Ok(()) => self.cursor,
            Err(Error::ReaderLeft) => None,
            Err(error) => return Err(error),
        };
        self.rejects.map_or(Ok(()), WholeFile::commit)?;
        if let Some(mut cursor) = cursor {
            // It says that all of this is there, so that has to outlast a power cut as the cursor does.
            self.output.sync()?;
            if !run.watch.is_stopped() {
                cursor.forget_oldest();
            }
            cursor.commit()?;
        }
        Ok(self.report)
    }
}

fn open_cursor(path: &Path, out: Option<&Path>, inputs: &Inputs) -> Result<Cursor> {
    inputs.want_files()?;
    inputs.spare(path)?;
    if let Some(out) = out {
        inputs.spare(out)?;
        return Cursor::open_apart(path, out);
    }
    inputs.spare(&lock_path(path))?;
    Cursor::open(path)
}

/// What is known of the lines so far.
#[derive(Debug, Default)]
struct Report {
    counts: Counts,
    unreadable: u64,
    guesses: Guesses,
    /// Where the first message stood that is not known.
    first_unknown: Option<String>,
    ambiguous: Clients,
    requests: Requests,
    reject_is_open: bool,
}

impl Report {
    fn add(&mut self, block: &Block, notices: &mut Notices) {
        self.counts.lines += block.counts.lines;
        self.counts.invalid_utf8 += block.counts.invalid_utf8;
        self.ambiguous.merge(&block.ambiguous);
        self.requests.merge(&block.requests);
        self.guesses.add(block);
        for &(class, line) in &block.first {
            notices.stats.add_place(class.name(), &block.file, line, None);
            if class == LineClass::UnknownMessage && self.first_unknown.is_none() {
                self.first_unknown = Some(format!("{}:{line}", block.file));
            }
        }
        notices.problems(|flaw| flaw.class().name(), &block.file, &block.flaws);
    }

    /// Tells `stats` what was counted, also of a run that failed.
    fn note(&self, stats: &mut Stats) {
        stats.lines.extend(self.counts.lines.of_program("soar-parse"));
        stats.counts.push((Counter::InvalidUtf8.name(), self.counts.invalid_utf8));
    }

    /// Whether lines are outside the period, and none is in it.
    fn leaves_nothing(&self) -> bool {
        let lines = &self.counts.lines;
        lines[LineClass::OutsidePeriod] > 0 && lines[LineClass::Event] + lines[LineClass::NoSignal] == 0
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

    fn summary(&self, config: &Config) -> String {
        let lines = &self.counts.lines;
        let mut text = format!(
            "{} lines: {} events, {} without a signal, {} of other programs, {} unknown sshd messages, {} rejects",
            lines.total(),
            lines[LineClass::Event],
            lines[LineClass::NoSignal],
            lines[LineClass::OtherProgram],
            lines[LineClass::UnknownMessage],
            lines[LineClass::Reject]
        );
        if config.period.is_bounded() {
            text.push_str(&format!(", {} outside the period", lines[LineClass::OutsidePeriod]));
        }
        if lines[LineClass::Untrusted] > 0 {
            text.push_str(&format!(", {} untrusted", lines[LineClass::Untrusted]));
        }
        if let Some(place) = &self.first_unknown {
            text.push_str(&format!("; first unknown sshd message at {place}"));
        }
        if self.counts.invalid_utf8 > 0 {
            text.push_str(&format!("; {} lines are not UTF-8", self.counts.invalid_utf8));
        }
        if let Some(most) = self.ambiguous.show_most() {
            text.push_str(&format!("; {} lines with quotes that can be read in more than one way, most of {most}", self.ambiguous.total()));
        }
        text
    }

    fn exit(&self, config: &Config) -> Exit {
        let lines = &self.counts.lines;
        let refused = lines[LineClass::Reject] + lines[LineClass::Untrusted];
        let is_missing = config.expects_lines && lines.total() == 0;
        let is_no_good = refused == lines.total() || config.strictness == Strictness::Strict;
        Exit::after(self.unreadable, if is_no_good { refused } else { 0 } + u64::from(is_missing))
    }
}

#[cfg(test)]
mod tests;

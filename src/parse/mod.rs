//! soar-parse: raw log lines in, one event for each line that carries a signal out.
//!
//! Every line is classified whatever the flags; they only choose which lines become events. Blocks of lines are worked on
//! in parallel and written in the order of the input.

pub mod access;
pub mod candidate;
pub(crate) mod colour;
pub mod detect;
pub mod envelope;
pub mod format;
mod guess;
mod joined;
pub(crate) mod json;
pub mod line;
mod line_file;
pub mod list_output;
mod lookback;
mod overlooked;
pub(crate) mod reject;
mod report;
mod run;
pub mod service;
mod steps;
pub mod suggest;
mod tables;
pub mod trace;
mod unasked;

use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

use crate::aggregate::combine::{CombineOptions, Combiner};
use crate::parse::access::forwarded::ClientFrom;
use crate::parse::access::log_format::LogFormat;
#[cfg(test)]
use crate::parse::access::named::NAMED;
use crate::parse::candidate::Program;
pub use crate::parse::guess::AssumedZone;
use crate::parse::line_file::LineFile;
use crate::parse::report::ParseReport;
use crate::parse::run::{ClassifiedBlock, Classifier};
pub use crate::parse::tables::{ENVELOPES, FORMATS};
use crate::parse::trace::TraceForm;

use crate::base::error::{Error, Exit, Result};
use crate::base::net::AddressSet;
use crate::base::time::Clock;
use crate::base::time::period::Period;
use crate::io::Run;
use crate::io::block::Block as Lines;
use crate::io::checkpoint::Cursor;
use crate::io::checkpoint::registry::CheckpointUpdate;
use crate::io::diagnostics::Diagnostics;
use crate::io::input::Inputs;
use crate::io::lock::lock_path;
use crate::io::ordered_pool::map_blocks;
use crate::io::output::Output;
use crate::parse::envelope::piece;
use crate::parse::envelope::vouched::TrustedContainers;
use crate::parse::service::catalog::Services;
use crate::record::run::count::LineCounts;
use crate::record::signal::SignalSet;

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
    pub zone: AssumedZone,
    /// The format of the web logs, where it is none that finds itself.
    pub log_format: Option<LogFormat>,
    /// The program that lines are of which say of none.
    pub program: Option<Program>,
    /// The services whose messages are read beside sshd's.
    pub services: Services,
    /// Containers whose sshd is believed.
    pub trusted_containers: Option<TrustedContainers>,
    /// Proxies whose X-Forwarded-For is believed.
    pub trusted_proxies: Option<AddressSet>,
    /// Where they name it, and whether a peer is believed that the log does not name.
    pub client_from: ClientFrom,
    /// Where rejected lines go, byte for byte.
    pub rejects: Option<PathBuf>,
    /// Where lines go that were passed over, byte for byte: of other programs, unknown messages, untrusted ones.
    pub passed: Option<PathBuf>,
    /// What is kept of each address, where hosts are written in place of events.
    pub hosts: Option<CombineOptions>,
    /// Whether, and how, the run writes what each line was taken for in place of events.
    pub trace: Option<TraceForm>,
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
struct ParseCounts {
    lines: LineCounts,
    invalid_utf8: u64,
}

/// Reads `inputs`, writes events to stdout (or, where the run asks for them, hosts), and says on stderr how many lines were what.
///
/// # Errors
/// A failed write, or no threads. Unreadable inputs and rejects are said and counted, and show in the exit.
pub fn run(config: &Config, inputs: Inputs, run: &Run, diagnostics: &mut Diagnostics) -> Result<Exit> {
    [&config.rejects, &config.passed].into_iter().flatten().try_for_each(|path| inputs.ensure_not_input(path))?;
    let mut cursor = config.cursor.as_deref().map(|path| open_cursor(path, config.cursor_out.as_deref(), &inputs)).transpose()?;
    if let Some(cursor) = &mut cursor {
        cursor.follow(&inputs, run)?;
        if run.shutdown.is_stopped() {
            return Ok(Exit::Done);
        }
    }
    if config.cursor_only {
        return cursor.map_or(Ok(()), |cursor| cursor.commit()).map(|()| Exit::Done);
    }
    // A cursor tells a log that it knows under whatever name.
    let again = if cursor.is_none() { inputs.named_twice() } else { Vec::new() };
    for path in again {
        diagnostics.warn("named_twice", &format!("{}: named twice, so its lines count twice", path.display()));
    }
    let output = Output::stdout(run)?;
    run.shutdown.stop_on_closed_stdout();
    let rejects = config.rejects.as_deref().map(LineFile::create).transpose()?;
    let passed = config.passed.as_deref().map(LineFile::create).transpose()?;
    let classifier = Classifier::new(config);
    let inputs = inputs.with_pieces(piece::split_piece).with_entries();
    let reader = match &cursor {
        None => inputs.reader(run),
        Some(cursor) => inputs.reader_from(run, cursor.registry()),
    };
    let combiner = config.hosts.map(Combiner::new);
    let mut sink = ParseOutput { output, combiner, undelivered: Vec::new(), rejects, passed, cursor, report: ParseReport::default() };
    let work = |block: Lines| {
        let done = classifier.classify(&block, run.results.get());
        run.blocks.put(block.bytes);
        done
    };
    let outcome = map_blocks(reader, run, work, |answer| sink.take(answer, &classifier, run, diagnostics));
    sink.report.note(&mut diagnostics.stats);
    let mut report = sink.close(outcome, run)?;
    report.end_input(diagnostics);
    diagnostics.close();
    if run.shutdown.is_stopped() {
        report.guesses.leave_input();
    }
    std::mem::take(&mut report.guesses).tell(config, report.leaves_nothing(), diagnostics);
    report.requests.proxy_hint(config.trusted_proxies.as_ref()).iter().for_each(|hint| diagnostics.warn("proxy", hint));
    if config.log_format.as_ref().is_some_and(|format| !format.has_signal()) {
        diagnostics
            .warn("no_signal_possible", "--log-format has neither the status nor the user agent: no http_404 and no http_bot can fire");
    }
    report.hint(classifier.into_unasked(), &config.services, diagnostics);
    diagnostics.info(&report.summary(config));
    Ok(report.exit(config))
}

/// Where the results of the blocks go.
struct ParseOutput {
    output: Output,
    /// Sums that were not written yet, where hosts are written.
    combiner: Option<Combiner>,
    /// What the cursor is to remember once they are.
    undelivered: Vec<CheckpointUpdate>,
    rejects: Option<LineFile>,
    passed: Option<LineFile>,
    cursor: Option<Cursor>,
    report: ParseReport,
}

impl ParseOutput {
    fn take(
        &mut self,
        answer: Result<ClassifiedBlock>,
        classifier: &Classifier<'_>,
        run: &Run,
        diagnostics: &mut Diagnostics,
    ) -> Result<()> {
        let block = match answer {
            Ok(block) => block,
            Err(error) => {
                diagnostics.error(&error);
                self.report.unreadable += 1;
                return Ok(());
            }
        };
        self.report.add(&block, diagnostics);
        if let Some(file) = &mut self.rejects {
            file.write(&block.rejects, block.continues)?;
        }
        if let Some(file) = &mut self.passed {
            file.write(&block.passed, false)?;
        }
        self.output.write(&block.events)?;
        if let Some(mark) = block.mark {
            mark.note.iter().for_each(|note| diagnostics.warn("log_changed", note));
            self.undelivered.retain(|earlier| earlier.slot != mark.slot);
            self.undelivered.push(mark);
        }
        self.report.nameless += block.counted.nameless;
        let is_due = self.combiner.as_mut().map(|combiner| combiner.add(&block.counted));
        match is_due {
            Some(true) => self.write_hosts()?,
            Some(false) => {}
            None => self.advance(),
        }
        run.results.put(block.events);
        classifier.reuse(block.counted);
        Ok(())
    }

    /// Writes the sums of all that was read so far.
    fn write_hosts(&mut self) -> Result<()> {
        if let Some(combiner) = &mut self.combiner {
            combiner.write(|hosts| self.output.write(hosts))?;
            combiner.clear();
            self.advance();
        }
        Ok(())
    }

    /// Writes what is left of them.
    fn write_last_hosts(&mut self) -> Result<()> {
        let Some(combiner) = self.combiner.take() else { return Ok(()) };
        // It ends with the process, whose memory goes back as a whole.
        let mut combiner = ManuallyDrop::new(combiner);
        let outcome = combiner.write(|hosts| self.output.write(hosts));
        (self.report.timeless, self.report.shortened) = (combiner.timeless(), combiner.shortened());
        outcome.map(|()| self.advance())
    }

    /// All that was read was delivered.
    fn advance(&mut self) {
        let marks = self.undelivered.drain(..);
        if let Some(cursor) = &mut self.cursor {
            marks.for_each(|mark| cursor.advance(mark));
        }
    }

    /// Puts the files in their places. What was rejected until then is worth keeping when a reader leaves early; a failed
    /// write is not. What a reader who left did not read was not delivered, so the cursor stays where it was.
    fn close(mut self, outcome: Result<()>, run: &Run) -> Result<ParseReport> {
        let outcome = outcome.and_then(|()| self.write_last_hosts());
        let cursor = match outcome {
            Ok(()) => self.cursor,
            Err(Error::ReaderLeft) => None,
            Err(error) => return Err(error),
        };
        self.rejects.map_or(Ok(()), LineFile::commit)?;
        self.passed.map_or(Ok(()), LineFile::commit)?;
        if let Some(mut cursor) = cursor {
            // It says that all of this is there, so that has to outlast a power cut as the cursor does.
            self.output.sync()?;
            if !run.shutdown.is_stopped() {
                cursor.forget_oldest();
            }
            cursor.commit()?;
        }
        Ok(self.report)
    }
}

fn open_cursor(path: &Path, out: Option<&Path>, inputs: &Inputs) -> Result<Cursor> {
    inputs.require_regular_files()?;
    inputs.ensure_not_input(path)?;
    if let Some(out) = out {
        inputs.ensure_not_input(out)?;
        return Cursor::open_apart(path, out);
    }
    inputs.ensure_not_input(&lock_path(path))?;
    Cursor::open(path)
}

#[cfg(test)]
mod tests;

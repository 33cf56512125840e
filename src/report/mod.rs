//! soar-report: hosts in, what a person reads out: CSV rows, charts, an HTML page, a Markdown table, a summary.
//!
//! Input is read once for all reports. Rows stream in the order of the input; pages are made of data that hold no more
//! hosts than are shown. Hosts without a score are left out, unless they were scanned.

#[doc(hidden)]
pub mod data;

pub(crate) mod accounts;
pub(crate) mod bars;
mod canvas;
#[doc(hidden)]
pub(crate) mod change;
pub(crate) mod chart;
pub mod column;
pub mod csv;
#[doc(hidden)]
pub mod detail;
pub(crate) mod digest;
pub(crate) mod enrich;
pub(crate) mod fill;
pub(crate) mod groups;
pub(crate) mod html;
pub mod lang;
#[doc(hidden)]
pub mod login;
pub(crate) mod markdown;
pub mod page;
pub(crate) mod ports_chart;
pub(crate) mod proxy;
pub(crate) mod rank;
pub(crate) mod runs;
pub(crate) mod scanned;
pub mod sheet;
pub(crate) mod story;
#[doc(hidden)]
pub mod summary;
pub(crate) mod ties;
pub(crate) mod timeline;
pub(crate) mod unscored;
pub(crate) mod why;
pub(crate) mod words;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::base::error::{Error, Exit, Result};
use crate::io::Run;
use crate::io::block::{Block, BlockKind, BufferPool};
use crate::io::diagnostics::Diagnostics;
use crate::io::input::{Inputs, Reader};
use crate::io::ordered_pool::map_blocks;
use crate::io::output::{AtomicFile, Output};
use crate::io::overwrite::ensure_no_log;
use crate::io::stats::Stats;
use crate::record::host::HostRecord;
use crate::record::reader::{Accepts, RecordReader};
use crate::record::run::count::{Counter, LineClass, LineCounts};
use crate::report::accounts::AccountTables;
use crate::report::change::Against;
use crate::report::data::{ReportData, ReportNeeds, Thresholds};
use crate::report::detail::{DetailRow, HostDetail};
use crate::report::page::{RenderOptions, Report, Rows};
use crate::report::timeline::total::is_seen_in;

/// Every kind of report; the flag that asks for it is made from its entry.
pub const REPORTS: &[&dyn Report] = &[
    &csv::Csv,
    &chart::Chart,
    &ports_chart::PortsChart,
    &groups::GroupsChart,
    &timeline::TimelineChart,
    &html::Html,
    &markdown::Markdown,
    &story::Story,
    &digest::Digest,
];

/// What a run was asked for.
#[derive(Debug)]
pub struct Config {
    /// Reports and where they go; `-` is stdout.
    pub outputs: Vec<(&'static dyn Report, PathBuf)>,
    /// How they look.
    pub options: RenderOptions,
    /// Files in which the runs that made the hosts say what they knew about themselves.
    pub runs: Vec<PathBuf>,
    /// The file in which soar-score says who was tried.
    pub accounts: Option<PathBuf>,
    /// The hosts of another day, with which those of this run are compared.
    pub against: Option<PathBuf>,
    /// Whether the summary is said on stderr.
    pub summary: Summary,
}

/// Whether the summary is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Summary {
    /// On stderr.
    Said,
    /// Not at all.
    Silent,
}

impl Config {
    /// How many hosts all pages together need.
    fn needs(&self) -> ReportNeeds {
        let said = if self.summary == Summary::Said { summary::needs() } else { ReportNeeds::default() };
        self.outputs.iter().fold(said, |needs, (report, _)| needs.max(report.needs(&self.options)))
    }
}

/// Reads hosts from `inputs` and writes every report.
///
/// # Errors
/// A record of another stage or of an unknown `soar.*` schema, or a failed write; older reports are then untouched.
pub fn run(config: &Config, inputs: Inputs, run: &Run, diagnostics: &mut Diagnostics) -> Result<Exit> {
    config.outputs.iter().try_for_each(|(_, path)| inputs.ensure_not_input(path))?;
    let mut sinks = Sinks::open(&config.outputs, run)?;
    if !sinks.has_files() {
        run.shutdown.stop_on_closed_stdout();
    }
    for (place, (report, _)) in config.outputs.iter().enumerate() {
        match sinks.write(place, &report.heading(&config.options)) {
            Err(Error::ReaderLeft) => return Ok(Exit::Done),
            other => other?,
        }
    }
    let against = config.against.as_deref().map(|path| Against::read(path, run)).transpose()?.map(Arc::new);
    let data = ReportData::new(config.needs(), Thresholds::default()).compared_with(against.as_ref());
    let mut seen = ReportInput { data, lines: LineCounts::default(), unreadable: 0 };
    let outcome = read_all(config, against.as_ref(), inputs.reader(run), run, |answer| seen.add(answer, &mut sinks, run, diagnostics));
    seen.note(&mut diagnostics.stats);
    match outcome {
        // Only where stdout was all there was to write.
        Err(Error::ReaderLeft) => return Ok(seen.exit()),
        other => other?,
    }
    finish(config, seen, sinks, run, diagnostics)
}

/// Reads every block and hands it to `take`, which gives what later blocks need not keep.
fn read_all(
    config: &Config,
    against: Option<&Arc<Against>>,
    reader: Reader<'_>,
    run: &Run,
    mut take: impl FnMut(Result<ReportBlock>) -> Result<Thresholds> + Send,
) -> Result<()> {
    let needs = config.needs();
    let floors = Mutex::new(Thresholds::default());
    let lock = || floors.lock().unwrap_or_else(PoisonError::into_inner);
    let work = |block: Block| {
        let data = ReportData::new(needs, *lock()).compared_with(against);
        let records = read_block(&block, config, data, &run.results);
        run.blocks.put(block.bytes);
        records
    };
    map_blocks(reader, run, work, |answer| {
        let next = take(answer)?;
        *lock() = next;
        Ok(())
    })
}

/// Puts the reports in their places once everything was read, and says what there was.
fn finish(config: &Config, mut seen: ReportInput, sinks: Sinks, run: &Run, diagnostics: &mut Diagnostics) -> Result<Exit> {
    diagnostics.close();
    if run.shutdown.is_stopped() {
        // A reader who has left knows that the rest is missing; who sent a signal is told what became of the files.
        if run.shutdown.exit().is_some() {
            let what = if sinks.has_files() { lang::STOPPED_NO_FILE } else { lang::STOPPED_PART };
            diagnostics.warn("stopped", config.options.lang.say(what));
        }
        return Ok(seen.exit());
    }
    // A log, or something else: a report of an earlier run is worth more than one of nothing.
    if seen.lines[LineClass::Host] == 0 && seen.lines[LineClass::Malformed] > 0 && sinks.has_files() {
        diagnostics.warn("no_host", config.options.lang.say(lang::NO_HOST_NO_FILE));
        return Ok(seen.exit());
    }
    seen.data.close();
    // Only now: a stage before this one in a pipe has ended, and has written what it knows.
    seen.data.runs = runs::read_runs(&config.runs)?;
    seen.data.accounts = config.accounts.as_deref().map(AccountTables::read).transpose()?.unwrap_or_default();
    sinks.commit_all(&seen.data, &config.options)?;
    if config.summary == Summary::Said {
        diagnostics.page(&summary::render(&seen.data, &config.options));
    }
    if seen.data.inputs.len() > 1 {
        diagnostics.warn("not_merged", &config.options.lang.fill(lang::NOT_MERGED, &[&seen.data.inputs.len().to_string()]));
    }
    let ReportData { scored, unscored, quiet_logins, .. } = seen.data;
    let lang = config.options.lang;
    let logins = match quiet_logins {
        0 => String::new(),
        hosts => lang.fill(lang::QUIET_LOGINS, &[&lang.number(hosts)]),
    };
    let hosts = lang.count(seen.lines[LineClass::Host], lang::HOSTS_READ);
    let counts = [lang.count(scored, lang::REPORTED), lang.count(unscored, lang::UNSCORED)].join(", ");
    diagnostics.info(&format!("{}{logins}", lang.pair(&hosts, &counts)));
    Ok(seen.exit())
}

/// What one block of records said.
struct ReportBlock {
    data: ReportData,
    /// Rows, for each output that has rows.
    rows: Vec<(usize, Vec<u8>)>,
    lines: LineCounts,
    intake: RecordReader,
}

fn read_block(block: &Block, config: &Config, mut data: ReportData, buffers: &BufferPool) -> ReportBlock {
    let mut intake = RecordReader::new("soar-report", Accepts::Hosts, Arc::clone(&block.file));
    if block.first_line == 1 && matches!(block.part, BlockKind::Lines | BlockKind::LongStart) {
        data.inputs.push(block.file.to_string());
    }
    let with_rows =
        config.outputs.iter().enumerate().filter_map(|(place, (report, _))| Some((place, report.rows(&config.options, buffers.get())?)));
    let mut rows: Vec<(usize, Box<dyn Rows + '_>)> = with_rows.collect();
    let needs_detail = rows.iter().any(|(_, rows)| rows.needs_detail());
    let (mut lines, mut taken) = (LineCounts::default(), 0);
    for (number, line) in block.records() {
        taken += 1;
        intake.read(number, line, |_, line| {
            let host = HostRecord::from_line(line)?;
            lines[LineClass::Host] += 1;
            if !is_seen_in(&host, &config.options.period) {
                data.outside += 1;
            } else if data.add(&host, line) {
                let mut detail = if needs_detail { HostDetail::of(&host) } else { HostDetail::default() };
                detail.change = data.against.as_ref().filter(|_| needs_detail).map(|against| against.compare(&host));
                for (_, rows) in &mut rows {
                    rows.add(DetailRow { host: &host, detail: &detail });
                }
            }
            Ok(())
        });
    }
    data.malformed = intake.issues.count();
    lines[LineClass::Malformed] = data.malformed;
    lines[LineClass::Blank] = block.lines - taken;
    ReportBlock { data, rows: rows.into_iter().map(|(place, rows)| (place, rows.finish())).collect(), lines, intake }
}

/// What was read.
struct ReportInput {
    data: ReportData,
    lines: LineCounts,
    unreadable: u64,
}

impl ReportInput {
    fn add(&mut self, answer: Result<ReportBlock>, sinks: &mut Sinks, run: &Run, diagnostics: &mut Diagnostics) -> Result<Thresholds> {
        match answer {
            Ok(records) => {
                self.lines += records.lines;
                diagnostics.rejects(|_| LineClass::Malformed.name(), &records.intake.file, &records.intake.issues);
                self.data.merge(records.data);
                for (place, rows) in records.rows {
                    sinks.write(place, &rows)?;
                    run.results.put(rows);
                }
                records.intake.fatal.map_or(Ok(()), Err)?;
            }
            Err(error) => {
                diagnostics.error(&error);
                self.unreadable += 1;
            }
        }
        Ok(self.data.floors())
    }

    /// Tells `stats` what was read, also of a run that failed.
    fn note(&self, stats: &mut Stats) {
        stats.lines.extend(self.lines.of_program("soar-report"));
        let ReportData { scored, unscored, suspicious, break_ins, .. } = self.data;
        let counts =
            [(Counter::Reported, scored), (Counter::Unscored, unscored), (Counter::Suspicious, suspicious), (Counter::BreakIns, break_ins)];
        stats.counts.extend(counts.map(|(counter, count)| (counter.name(), count)));
    }

    const fn exit(&self) -> Exit {
        Exit::after(self.unreadable, self.data.malformed)
    }
}

/// All reports of a run on their way out: each to stdout, or to a file that is whole or not there.
struct Sinks(Vec<Sink>);

struct Sink {
    report: &'static dyn Report,
    path: PathBuf,
    target: SinkTarget,
}

enum SinkTarget {
    Stdout(Output),
    /// A stdout whose reader has left; the files are still wanted.
    Left,
    File(AtomicFile),
}

impl Sinks {
    /// Opens each output; what is in a file stays there until [`Sinks::commit_all`].
    ///
    /// # Errors
    /// [`Error::Write`].
    fn open(outputs: &[(&'static dyn Report, PathBuf)], run: &Run) -> Result<Self> {
        let sinks = outputs.iter().map(|(report, path)| Sink::open(*report, path, run)).collect::<Result<Vec<_>>>()?;
        Ok(Self(sinks))
    }

    /// Whether a file is to be written.
    fn has_files(&self) -> bool {
        self.0.iter().any(|sink| matches!(sink.target, SinkTarget::File(_)))
    }

    /// Writes to the output at `place`; a reader that leaves stdout ends the run only where no file is wanted.
    ///
    /// # Errors
    /// [`Error::ReaderLeft`] or [`Error::Write`].
    fn write(&mut self, place: usize, bytes: &[u8]) -> Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        let has_files = self.has_files();
        match self.0[place].write(bytes) {
            Err(Error::ReaderLeft) if has_files => {
                self.0[place].target = SinkTarget::Left;
                Ok(())
            }
            other => other,
        }
    }

    /// Makes the pages, and only when all of them are there, moves the files to their names.
    ///
    /// # Errors
    /// [`Error::ReaderLeft`] or [`Error::Write`].
    fn commit_all(mut self, data: &ReportData, options: &RenderOptions) -> Result<()> {
        for place in 0..self.0.len() {
            let sink = &self.0[place];
            let page = sink.report.page(data, options, &sink.path)?;
            self.write(place, &page)?;
        }
        self.0.iter().try_for_each(Sink::sync)?;
        self.0.into_iter().try_for_each(Sink::commit)
    }
}

impl Sink {
    fn open(report: &'static dyn Report, path: &Path, run: &Run) -> Result<Self> {
        ensure_no_log(path, "")?;
        let target =
            if path.as_os_str() == "-" { SinkTarget::Stdout(Output::stdout(run)?) } else { SinkTarget::File(AtomicFile::create(path)?) };
        Ok(Self { report, path: path.to_owned(), target })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        match &mut self.target {
            SinkTarget::Stdout(output) => output.write(bytes),
            SinkTarget::Left => Ok(()),
            SinkTarget::File(file) => file.write_all(bytes).map_err(|e| file.error(&e)),
        }
    }

    fn sync(&self) -> Result<()> {
        match &self.target {
            SinkTarget::Stdout(_) | SinkTarget::Left => Ok(()),
            SinkTarget::File(file) => file.sync(),
        }
    }

    fn commit(self) -> Result<()> {
        match self.target {
            SinkTarget::Stdout(_) | SinkTarget::Left => Ok(()),
            SinkTarget::File(file) => file.commit(),
        }
    }
}

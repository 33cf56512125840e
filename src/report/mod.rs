//! soar-report: hosts in, what a person reads out: CSV rows, charts, an HTML page, a Markdown table, a summary.
//!
//! Input is read once for all reports. Rows stream in the order of the input; pages are made of a digest that holds no more
//! hosts than are shown. Hosts without a score are left out.

pub mod bars;
pub mod chart;
pub mod column;
pub mod csv;
pub mod detail;
pub mod digest;
pub mod html;
pub mod lang;
pub mod login;
pub mod markdown;
pub mod page;
pub mod ports_chart;
pub mod proxy;
pub mod runs;
pub mod sink;
pub mod summary;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use detail::{Detail, Row};
use digest::{Digest, Floors, Needs};
use page::{Look, Report, Rows};
use sink::Sinks;

use crate::error::{Error, Exit, Result};
use crate::record::host::HostRecord;
use crate::record::intake::{Intake, Reads};
use crate::record::run::count::{Counter, LineClass, LineCounts};
use crate::stream::Run;
use crate::stream::block::{Block, Part};
use crate::stream::buffer::Buffers;
use crate::stream::input::{Inputs, Reader};
use crate::stream::notice::Notices;
use crate::stream::ordered::map_blocks;
use crate::stream::stats::Stats;

/// Every kind of report; the flag that asks for it is made from its entry.
pub const REPORTS: &[&dyn Report] = &[&csv::Csv, &chart::Chart, &ports_chart::PortsChart, &html::Html, &markdown::Markdown];

/// What a run was asked for.
#[derive(Debug)]
pub struct Config {
    /// Reports and where they go; `-` is stdout.
    pub outputs: Vec<(&'static dyn Report, PathBuf)>,
    /// How they look.
    pub look: Look,
    /// Files in which the runs that made the hosts say what they knew about themselves.
    pub runs: Vec<PathBuf>,
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
    fn needs(&self) -> Needs {
        let said = if self.summary == Summary::Said { summary::needs() } else { Needs::default() };
        self.outputs.iter().fold(said, |needs, (report, _)| needs.max(report.needs(&self.look)))
    }
}

/// Reads hosts from `inputs` and writes every report.
///
/// # Errors
/// A record of another stage or of an unknown `soar.*` schema, or a failed write; older reports are then untouched.
pub fn run(config: &Config, inputs: Inputs, run: &Run, notices: &mut Notices) -> Result<Exit> {
    config.outputs.iter().try_for_each(|(_, path)| inputs.spare(path))?;
    let mut sinks = Sinks::open(&config.outputs, run)?;
    if !sinks.has_files() {
        run.watch.mind_reader();
    }
    for (place, (report, _)) in config.outputs.iter().enumerate() {
        match sinks.write(place, &report.heading(&config.look)) {
            Err(Error::ReaderLeft) => return Ok(Exit::Done),
            other => other?,
        }
    }
    let mut seen = Seen { digest: Digest::new(config.needs(), Floors::default()), lines: LineCounts::default(), unreadable: 0 };
    let outcome = read_all(config, inputs.reader(run), run, |answer| seen.add(answer, &mut sinks, run, notices));
    seen.note(&mut notices.stats);
    match outcome {
        // Only where stdout was all there was to write.
        Err(Error::ReaderLeft) => return Ok(seen.exit()),
        other => other?,
    }
    finish(config, seen, sinks, run, notices)
}

/// Reads every block and hands it to `take`, which gives what later blocks need not keep.
fn read_all(config: &Config, reader: Reader<'_>, run: &Run, mut take: impl FnMut(Result<Records>) -> Result<Floors> + Send) -> Result<()> {
    let needs = config.needs();
    let floors = Mutex::new(Floors::default());
    let lock = || floors.lock().unwrap_or_else(PoisonError::into_inner);
    let work = |block: Block| {
        let digest = Digest::new(needs, *lock());
        let records = read_block(&block, config, digest, &run.results);
        run.blocks.give(block.bytes);
        records
    };
    map_blocks(reader, run, work, |answer| {
        let next = take(answer)?;
        *lock() = next;
        Ok(())
    })
}

/// Puts the reports in their places once everything was read, and says what there was.
fn finish(config: &Config, mut seen: Seen, sinks: Sinks, run: &Run, notices: &mut Notices) -> Result<Exit> {
    notices.close();
    if run.watch.is_stopped() {
        // A reader who has left knows that the rest is missing; who sent a signal is told what became of the files.
        if run.watch.exit().is_some() {
            notices.warn(
                "stopped",
                if sinks.has_files() { "stopped by a signal: no file was written" } else { "stopped by a signal: the rest is missing" },
            );
        }
        return Ok(seen.exit());
    }
    seen.digest.close();
    // Only now: a stage before this one in a pipe has ended, and has written what it knows.
    seen.digest.runs = runs::read_runs(&config.runs)?;
    sinks.put_in_place(&seen.digest, &config.look)?;
    if config.summary == Summary::Said {
        notices.page(&summary::render(&seen.digest, &config.look));
    }
    if seen.digest.inputs.len() > 1 {
        notices.warn("not_merged", &lang::Lang::En.fill(lang::NOT_MERGED, &[&seen.digest.inputs.len().to_string()]));
    }
    let Digest { scored, unscored, quiet_logins, .. } = seen.digest;
    let logins = match quiet_logins {
        0 => String::new(),
        hosts => format!(" ({hosts} of them logged in over SSH: .signals.ssh_accepted)"),
    };
    let hosts = seen.lines[LineClass::Host];
    notices.say(&format!("{hosts} hosts read: {scored} reported, {unscored} without a score left out{logins}"));
    Ok(seen.exit())
}

/// What one block of records said.
struct Records {
    digest: Digest,
    /// Rows, for each output that has rows.
    rows: Vec<(usize, Vec<u8>)>,
    lines: LineCounts,
    intake: Intake,
}

fn read_block(block: &Block, config: &Config, mut digest: Digest, buffers: &Buffers) -> Records {
    let mut intake = Intake::new("soar-report", Reads::Hosts, Arc::clone(&block.file));
    if block.first_line == 1 && matches!(block.part, Part::Lines | Part::LongStart) {
        digest.inputs.push(block.file.to_string());
    }
    let with_rows =
        config.outputs.iter().enumerate().filter_map(|(place, (report, _))| Some((place, report.rows(&config.look, buffers.take())?)));
    let mut rows: Vec<(usize, Box<dyn Rows + '_>)> = with_rows.collect();
    let needs_detail = rows.iter().any(|(_, rows)| rows.needs_detail());
    let (mut lines, mut taken) = (LineCounts::default(), 0);
    for (number, line) in block.records() {
        taken += 1;
        intake.take(number, line, |_, line| {
            let host = HostRecord::from_line(line)?;
            lines[LineClass::Host] += 1;
            if digest.add(&host, line) {
                let detail = if needs_detail { Detail::from_line(line) } else { Detail::default() };
                for (_, rows) in &mut rows {
                    rows.add(Row { host: &host, detail: &detail });
                }
            }
            Ok(())
        });
    }
    digest.malformed = intake.flaws.count();
    lines[LineClass::Malformed] = digest.malformed;
    lines[LineClass::Blank] = block.lines - taken;
    Records { digest, rows: rows.into_iter().map(|(place, rows)| (place, rows.finish())).collect(), lines, intake }
}

/// What was read.
struct Seen {
    digest: Digest,
    lines: LineCounts,
    unreadable: u64,
}

impl Seen {
    fn add(&mut self, answer: Result<Records>, sinks: &mut Sinks, run: &Run, notices: &mut Notices) -> Result<Floors> {
        match answer {
            Ok(records) => {
                self.lines += records.lines;
                notices.problems(|_| LineClass::Malformed.name(), &records.intake.file, &records.intake.flaws);
                self.digest.merge(records.digest);
                for (place, rows) in records.rows {
                    sinks.write(place, &rows)?;
                    run.results.give(rows);
                }
                records.intake.fatal.map_or(Ok(()), Err)?;
            }
            Err(error) => {
                notices.fail(&error);
                self.unreadable += 1;
            }
        }
        Ok(self.digest.floors())
    }

    /// Tells `stats` what was read, also of a run that failed.
    fn note(&self, stats: &mut Stats) {
        stats.lines.extend(self.lines.of_program("soar-report"));
        let Digest { scored, unscored, suspicious, break_ins, .. } = self.digest;
        let counts =
            [(Counter::Reported, scored), (Counter::Unscored, unscored), (Counter::Suspicious, suspicious), (Counter::BreakIns, break_ins)];
        stats.counts.extend(counts.map(|(counter, count)| (counter.name(), count)));
    }

    const fn exit(&self) -> Exit {
        Exit::after(self.unreadable, self.digest.malformed)
    }
}

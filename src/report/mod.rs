//! soar-report: hosts in, what a person reads out: CSV rows, a chart of the top hosts, a summary.
//!
//! Input is read once for all reports. Rows stream in the order of the input; pages are made of a digest that holds no more
//! hosts than are shown. Hosts without a score are left out.

pub mod chart;
pub mod column;
pub mod csv;
pub mod digest;
pub mod summary;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chart::Picture;
use digest::Digest;

use crate::error::{Error, Exit, Result};
use crate::record::host::HostRecord;
use crate::record::intake::{Intake, Reads};
use crate::stream::Run;
use crate::stream::block::Block;
use crate::stream::input::Inputs;
use crate::stream::notice::Notices;
use crate::stream::ordered::map_blocks;
use crate::stream::output::{Output, WholeFile};
use crate::stream::progress::Progress;

/// How many suspicious hosts a summary names.
const SUMMARY_ROWS: usize = 10;

/// How a report is made.
#[derive(Debug, Clone, Copy)]
pub enum Maker {
    /// A heading, then a row for each host.
    Rows(fn() -> Vec<u8>, fn(&HostRecord<'_>, &mut Vec<u8>)),
    /// One page, made at the end; the path tells of what kind.
    Page(fn(&Digest, &Path) -> Result<Vec<u8>>),
}

/// One kind of report.
#[derive(Debug)]
pub struct Report {
    /// The flag that asks for it.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// How it is made.
    pub maker: Maker,
}

/// Every kind of report.
pub const REPORTS: &[Report] = &[
    Report { name: "csv", about: "one row a host, in the order of the input", maker: Maker::Rows(csv::write_heading, csv::write_host) },
    Report { name: "chart", about: "a bar chart of the top hosts, .png or .svg", maker: Maker::Page(make_chart) },
];

/// The report that the flag `name` asks for.
#[must_use]
pub fn report_of(name: &str) -> Option<&'static Report> {
    REPORTS.iter().find(|report| report.name == name)
}

/// What a run was asked for.
#[derive(Debug)]
pub struct Config {
    /// Reports and where they go; `-` is stdout.
    pub outputs: Vec<(&'static Report, PathBuf)>,
    /// How many hosts pages show.
    pub top: usize,
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

/// Reads hosts from `inputs` and writes every report.
///
/// # Errors
/// A record of another stage or of an unknown `soar.*` schema, or a failed write; older reports are then untouched.
pub fn run(config: &Config, inputs: Inputs, run: &Run, progress: Progress, notices: &mut Notices) -> Result<Exit> {
    let mut sinks = config.outputs.iter().map(|(report, path)| Sink::open(report, path, run)).collect::<Result<Vec<_>>>()?;
    for sink in &mut sinks {
        if let Maker::Rows(heading, _) = sink.report.maker {
            sink.write(&heading())?;
        }
    }
    let mut seen = Seen { digest: Digest::new(config.top, SUMMARY_ROWS), hosts: 0, flaws: 0, failed: false };
    map_blocks(
        inputs.reader(run, progress),
        run,
        |block| read_block(&block, config),
        |answer| match answer {
            Ok(records) => seen.add(records, &mut sinks, notices),
            Err(error) => {
                notices.fail(&error);
                seen.failed = true;
                Ok(())
            }
        },
    )?;
    if run.watch.exit().is_some() {
        notices.say("interrupted: no file was written");
        return Ok(seen.exit());
    }
    for mut sink in sinks {
        if let Maker::Page(make) = sink.report.maker {
            sink.write(&make(&seen.digest, &sink.path)?)?;
        }
        sink.commit()?;
    }
    notices.close();
    if config.summary == Summary::Said {
        notices.page(&summary::render(&seen.digest));
    }
    notices.say(&format!("{} hosts read: {} reported, {} without a score left out", seen.hosts, seen.digest.scored, seen.digest.unscored));
    Ok(seen.exit())
}

/// A report on its way out.
struct Sink {
    report: &'static Report,
    path: PathBuf,
    target: Target,
}

enum Target {
    Stdout(Output),
    File(WholeFile),
}

impl Sink {
    fn open(report: &'static Report, path: &Path, run: &Run) -> Result<Self> {
        let target = if path.as_os_str() == "-" { Target::Stdout(Output::stdout(run)?) } else { Target::File(WholeFile::create(path)?) };
        Ok(Self { report, path: path.to_owned(), target })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        match &mut self.target {
            Target::Stdout(output) => output.write(bytes),
            Target::File(file) => file.write_all(bytes).map_err(|e| file.error(&e)),
        }
    }

    fn commit(self) -> Result<()> {
        match self.target {
            Target::Stdout(_) => Ok(()),
            Target::File(file) => file.commit(),
        }
    }
}

/// What one block of records said.
struct Records {
    digest: Digest,
    /// Rows, for each output that has rows.
    rows: Vec<Vec<u8>>,
    hosts: u64,
    intake: Intake,
}

fn read_block(block: &Block, config: &Config) -> Records {
    let mut intake = Intake::new("soar-report", Reads::Hosts, Arc::clone(&block.file));
    let mut digest = Digest::new(config.top, SUMMARY_ROWS);
    let mut rows = vec![Vec::new(); config.outputs.len()];
    let mut hosts = 0;
    for (number, line) in block.records() {
        intake.take(number, line, |_, line| {
            let host = HostRecord::from_line(line)?;
            hosts += 1;
            if digest.add(&host) {
                for ((report, _), rows) in config.outputs.iter().zip(&mut rows) {
                    if let Maker::Rows(_, write) = report.maker {
                        write(&host, rows);
                    }
                }
            }
            Ok(())
        });
    }
    Records { digest, rows, hosts, intake }
}

/// What was read.
struct Seen {
    digest: Digest,
    hosts: u64,
    flaws: u64,
    failed: bool,
}

impl Seen {
    fn add(&mut self, records: Records, sinks: &mut [Sink], notices: &mut Notices) -> Result<()> {
        self.hosts += records.hosts;
        self.flaws += records.intake.flaws.count();
        let flaws = &records.intake.flaws;
        notices.problems(&records.intake.file, &flaws.first, &flaws.more);
        self.digest.merge(&records.digest);
        for (sink, rows) in sinks.iter_mut().zip(&records.rows) {
            sink.write(rows)?;
        }
        records.intake.fatal.map_or(Ok(()), Err)
    }

    const fn exit(&self) -> Exit {
        if self.failed {
            Exit::Failed
        } else if self.flaws > 0 {
            Exit::BadInput
        } else {
            Exit::Done
        }
    }
}

fn make_chart(digest: &Digest, path: &Path) -> Result<Vec<u8>> {
    let picture = picture_of(path)?;
    chart::render(digest, picture).map_err(|flaw| Error::Write { path: path.display().to_string(), reason: flaw.to_string() })
}

/// The kind of picture that a path asks for by its ending.
///
/// # Errors
/// [`Error::Usage`] for any other ending.
pub fn picture_of(path: &Path) -> Result<Picture> {
    match path.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase).as_deref() {
        Some("png") => Ok(Picture::Png),
        Some("svg") => Ok(Picture::Svg),
        _ => Err(Error::Usage(format!("--chart {}: the name must end in .png or .svg", path.display()))),
    }
}

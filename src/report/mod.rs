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

/// How many suspicious hosts a summary names.
const SUMMARY_ROWS: usize = 10;

/// How a report is made.
#[derive(Debug, Clone, Copy)]
pub enum Maker {
    /// A heading, then a row for each host.
    Rows(fn() -> Vec<u8>, fn(&HostRecord<'_>, &mut Vec<u8>)),
    /// One page, made at the end of the digest for a file of that name.
    Page(fn(&Digest, &Path) -> Result<Vec<u8>>),
}

/// One kind of report; the flag that asks for it is made from this entry.
#[derive(Debug)]
pub struct Report {
    /// The flag that asks for it.
    pub name: &'static str,
    /// What it is, for the help page.
    pub about: &'static str,
    /// How it is made.
    pub maker: Maker,
    /// What is wrong with a file name, before anything is read.
    pub check: fn(&Path) -> Result<()>,
}

/// Every kind of report.
pub const REPORTS: &[Report] = &[
    Report {
        name: "csv",
        about: "Write one row for each host, in the order of the input; - is stdout",
        maker: Maker::Rows(csv::write_heading, csv::write_host),
        check: |_| Ok(()),
    },
    Report {
        name: "chart",
        about: "Draw the top addresses as bars stacked by signal; the ending, .png or .svg, says how",
        maker: Maker::Page(make_chart),
        check: |path| picture_of(path).map(drop),
    },
];

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
pub fn run(config: &Config, inputs: Inputs, run: &Run, notices: &mut Notices) -> Result<Exit> {
    config.outputs.iter().try_for_each(|(_, path)| inputs.spare(path))?;
    let mut sinks = config.outputs.iter().map(|(report, path)| Sink::open(report, path, run)).collect::<Result<Vec<_>>>()?;
    if sinks.iter().all(|sink| matches!(sink.target, Target::Stdout(_))) {
        run.watch.mind_reader();
    }
    for (place, (report, _)) in config.outputs.iter().enumerate() {
        if let Maker::Rows(heading, _) = report.maker {
            match write_rows(&mut sinks, place, &heading()) {
                Err(Error::ReaderLeft) => return Ok(Exit::Done),
                other => other?,
            }
        }
    }
    let mut seen = Seen { digest: Digest::new(config.top, SUMMARY_ROWS), hosts: 0, flaws: 0, unreadable: 0 };
    let outcome = map_blocks(
        inputs.reader(run),
        run,
        |block| read_block(&block, config),
        |answer| match answer {
            Ok(records) => seen.add(records, &mut sinks, notices),
            Err(error) => {
                notices.fail(&error);
                seen.unreadable += 1;
                Ok(())
            }
        },
    );
    match outcome {
        // Only where stdout was all there was to write.
        Err(Error::ReaderLeft) => return Ok(seen.exit()),
        other => other?,
    }
    notices.close();
    if run.watch.is_stopped() {
        notices.say("the input ended early: no file was written");
        return Ok(seen.exit());
    }
    put_in_place(sinks, &seen.digest)?;
    if config.summary == Summary::Said {
        notices.page(&summary::render(&seen.digest));
    }
    notices.say(&format!("{} hosts read: {} reported, {} without a score left out", seen.hosts, seen.digest.scored, seen.digest.unscored));
    Ok(seen.exit())
}

/// Writes rows; a reader that leaves stdout ends the run only where no file is wanted.
fn write_rows(sinks: &mut [Sink], place: usize, rows: &[u8]) -> Result<()> {
    let has_files = sinks.iter().any(|sink| matches!(sink.target, Target::File(_)));
    match sinks[place].write(rows) {
        Err(Error::ReaderLeft) if has_files => {
            sinks[place].target = Target::Left;
            Ok(())
        }
        other => other,
    }
}

/// Makes the pages, and only when all of them are there, moves the files to their names.
fn put_in_place(mut sinks: Vec<Sink>, digest: &Digest) -> Result<()> {
    for sink in &mut sinks {
        if let Maker::Page(make) = sink.report.maker {
            sink.write(&make(digest, &sink.path)?)?;
        }
    }
    sinks.into_iter().try_for_each(Sink::commit)
}

/// A report on its way out.
struct Sink {
    report: &'static Report,
    path: PathBuf,
    target: Target,
}

enum Target {
    Stdout(Output),
    /// A stdout whose reader has left; the files are still wanted.
    Left,
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
            Target::Left => Ok(()),
            Target::File(file) => file.write_all(bytes).map_err(|e| file.error(&e)),
        }
    }

    fn commit(self) -> Result<()> {
        match self.target {
            Target::Stdout(_) | Target::Left => Ok(()),
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
    unreadable: u64,
}

impl Seen {
    fn add(&mut self, records: Records, sinks: &mut [Sink], notices: &mut Notices) -> Result<()> {
        self.hosts += records.hosts;
        self.flaws += records.intake.flaws.count();
        notices.problems(&records.intake.file, &records.intake.flaws);
        self.digest.merge(&records.digest);
        for (place, rows) in records.rows.iter().enumerate() {
            write_rows(sinks, place, rows)?;
        }
        records.intake.fatal.map_or(Ok(()), Err)
    }

    const fn exit(&self) -> Exit {
        Exit::after(self.unreadable, self.flaws)
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
fn picture_of(path: &Path) -> Result<Picture> {
    match path.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase).as_deref() {
        Some("png") => Ok(Picture::Png),
        Some("svg") => Ok(Picture::Svg),
        _ => Err(Error::Usage(format!("--chart {}: the name must end in .png or .svg", path.display()))),
    }
}

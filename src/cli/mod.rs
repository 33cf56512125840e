//! What all four filters share: the common flags, the frame of the help page, and the one place that turns a result
//! into a line on stderr and an exit code.

pub mod generate;
mod stats;

use std::io::{self, IsTerminal, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::Ordering;

use self::generate::Page;
use self::stats::{StatsFile, ending};
use crate::error::{Error, Exit, Result};
use crate::escape;
use crate::stream::Run;
use crate::stream::buffer::Buffers;
use crate::stream::input::Inputs;
use crate::stream::interrupt::Watch;
use crate::stream::notice::Notices;
use crate::stream::origin::Origin;
use crate::stream::progress::Progress;
use crate::stream::stats::InputLog;
use crate::time;

/// The flags that mean the same in all four filters.
#[derive(Debug, clap::Args)]
pub struct Common {
    /// What to read, in order; none, or -, is stdin
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Number of threads that work on the input [default: one per processor; half of them where the input is a pipe]
    #[arg(long, value_name = "N", help_heading = "Common options", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
    /// Write each record at once, as one write
    #[arg(long, help_heading = "Common options")]
    pub line_buffered: bool,
    /// Say nothing on stderr, except why the work could not be done
    #[arg(short, long, help_heading = "Common options")]
    pub quiet: bool,
    /// Write what this run knows about itself to FILE, as one JSON object (soar.run/1, docs/run.md): inputs, lines by class, guesses, warnings
    #[arg(long, value_name = "FILE", help_heading = "Common options")]
    pub stats: Option<PathBuf>,
    /// Print the man page, or completions for a shell, and exit
    #[arg(long, value_name = "PAGE", hide = true)]
    pub generate: Option<Page>,
}

/// The end of every help page: what comes in, what goes out, how it ends (`no_good` says what exit code 1 means), three pipelines.
#[must_use]
pub fn manual(input: &str, output: &str, no_good: &str, pipelines: [&str; 3]) -> String {
    let codes = [
        ("0   ", "done, also when the reader downstream left early (| head)"),
        ("1   ", &*format!("the input was no good, and what was good was done: {no_good}")),
        ("2   ", "could not work: wrong usage, an unreadable file, a failed write, records of the wrong stage"),
        ("129 ", "ended by SIGHUP (a closed terminal or ssh; under nohup it stays ignored), after writing what is done"),
        ("130 ", "ended by Ctrl-C (SIGINT), after writing what is done"),
        ("143 ", "ended by SIGTERM, after writing what is done"),
    ];
    let codes = codes.map(|(code, text)| indent(&format!("  {code} "), text)).join("\n");
    let pipelines = pipelines.map(|line| format!("  {line}")).join("\n");
    format!("INPUT\n{}\n\nOUTPUT\n{}\n\nEXIT CODES\n{codes}\n\nPIPELINES\n{pipelines}", indent("  ", input), indent("  ", output))
}

/// `text` in lines that fit a terminal of 80 columns, the first behind `start`, the others under it.
fn indent(start: &str, text: &str) -> String {
    const WIDTH: usize = 78;
    let (mut lines, mut line) = (String::new(), start.to_owned());
    for word in text.split_whitespace() {
        if line.len() + word.len() > WIDTH {
            lines.push_str(line.trim_end());
            lines.push('\n');
            line = " ".repeat(start.len());
        }
        line.push_str(word);
        line.push(' ');
    }
    lines + line.trim_end()
}

/// The frame of a run: what all filters do alike around their work.
#[derive(Debug)]
pub struct Frame<'c> {
    /// The name of the filter.
    pub program: &'static str,
    /// The common flags.
    pub common: &'c Common,
    /// The files that flags of this filter name, read or written.
    pub files: Vec<PathBuf>,
}

/// What may be files in the values of flags that take lists: of operands separated by commas.
pub fn listed_files<'v>(values: impl IntoIterator<Item = &'v String>) -> impl Iterator<Item = PathBuf> {
    values.into_iter().flat_map(|value| value.split(',')).map(PathBuf::from)
}

impl Frame<'_> {
    /// Opens the inputs, runs `work` and gives the exit code; `origin` is what the caller knows of the only input.
    pub fn run<W>(self, origin: &Origin, work: W) -> ExitCode
    where
        W: FnOnce(Inputs, &Run, &mut Notices) -> Result<Exit>,
    {
        let stats = match self.open_stats() {
            Ok(stats) => stats,
            Err(error) => return conclude(self.program, &Err(error)),
        };
        let (inputs, run, mut notices) = match start(self.program, self.common, origin) {
            Ok(started) => started,
            Err(error) => return self.fail_with(stats, error),
        };
        let outcome = work(inputs, &run, &mut notices).map(|exit| exit.max(run.watch.exit().unwrap_or(Exit::Done)));
        run.progress.finish();
        let (exit, error) = (say_outcome(self.program, &outcome), outcome.as_ref().err());
        let written = stats.map_or(Ok(()), |file| {
            let ending = ending(exit, error, run.watch.reader_left().load(Ordering::Acquire));
            file.write(ending, run.inputs.all(), Some(notices))
        });
        ExitCode::from(exit.max(say_outcome(self.program, &written.map(|()| Exit::Done))).code())
    }

    /// The exit code of a run that could not begin.
    #[must_use]
    pub fn fail(self, error: Error) -> ExitCode {
        match self.open_stats() {
            Ok(stats) => self.fail_with(stats, error),
            // What is wrong with the flags first.
            Err(_) => conclude(self.program, &Err(error)),
        }
    }

    fn fail_with(&self, stats: Option<StatsFile>, error: Error) -> ExitCode {
        let written = stats.map_or(Ok(()), |file| file.write(ending(Exit::Failed, Some(&error), false), Vec::new(), None));
        say_outcome(self.program, &Err(error));
        conclude(self.program, &written.map(|()| Exit::Failed))
    }

    fn open_stats(&self) -> Result<Option<StatsFile>> {
        let Some(path) = &self.common.stats else { return Ok(None) };
        let files = [&*self.common.files, &*self.files].concat();
        StatsFile::create(self.program, path, time::now(), &files).map(Some)
    }
}

/// The exit code of `outcome`; an error is said in one line.
#[must_use]
pub fn conclude(program: &str, outcome: &Result<Exit>) -> ExitCode {
    ExitCode::from(say_outcome(program, outcome).code())
}

/// The exit of `outcome`; an error is said in one line, even with `-q`, since nothing else would explain the code.
fn say_outcome(program: &str, outcome: &Result<Exit>) -> Exit {
    match outcome {
        Ok(exit) => *exit,
        Err(Error::ReaderLeft) => Exit::Done,
        Err(error) => {
            let text = error.to_string();
            let text = match error {
                // The caret under a place stands on a line of its own; nothing else may start one.
                Error::Usage(_) => text.lines().map(escape::terminal).collect::<Vec<_>>().join("\n"),
                _ => escape::terminal(&text).into_owned(),
            };
            // A stderr that cannot be written leaves the exit code to tell.
            let _ = writeln!(io::stderr(), "{program}: {text}");
            Exit::Failed
        }
    }
}

/// Prints `text` on stdout; for `--list-...` flags.
///
/// # Errors
/// [`Error::Write`] where stdout cannot be written.
pub fn print(text: &str) -> Result<Exit> {
    io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush()).map_err(|e| Error::write("stdout", &e))?;
    Ok(Exit::Done)
}

fn start(program: &'static str, common: &Common, origin: &Origin) -> Result<(Inputs, Run, Notices)> {
    let inputs = Inputs::new(&common.files, origin)?;
    let processors = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    // Whatever writes into a pipe needs processors too: with all of them for both, two stages mostly wait for each other
    // (measured on two processors: 20% slower).
    let default = if inputs.are_pipes() { processors.div_ceil(2) } else { processors };
    let threads = common.threads.map_or(default, usize::from);
    // With records on the same terminal a bar would only tear them.
    let has_bar = !common.quiet && io::stderr().is_terminal() && !io::stdout().is_terminal();
    let progress = if has_bar { Progress::new(inputs.total_bytes()) } else { Progress::silent() };
    let run = Run {
        program,
        threads,
        line_buffered: common.line_buffered,
        watch: Watch::install()?,
        progress,
        blocks: Buffers::default(),
        results: Buffers::default(),
        inputs: InputLog::default(),
    };
    let sink: Option<Box<dyn Write + Send>> = if common.quiet { None } else { Some(Box::new(io::stderr())) };
    let notices = Notices::new(program, sink, run.progress.clone());
    Ok((inputs, run, notices))
}

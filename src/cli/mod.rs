//! What all filters share: the common flags, the frame of the help page, and the one place that turns a result
//! into a line on stderr and an exit code.

pub mod color;
pub(crate) mod generate;
pub mod habit;
pub(crate) mod mistake;
mod stats;

use std::io::{self, IsTerminal, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::Ordering;

use clap::{CommandFactory, FromArgMatches};

use crate::base::error::{Error, Exit, Result};
use crate::base::escape;
use crate::base::time;
use crate::cli::color::Color;
pub use crate::cli::generate::Known;
use crate::cli::generate::Page;
use crate::cli::stats::{StatsFile, ending};
use crate::io::InputOverrides;
use crate::io::Run;
use crate::io::block::BufferPool;
use crate::io::diagnostics::{Deferred, Diagnostics, Paint, Tone};
use crate::io::input::Inputs;
use crate::io::progress::Progress;
use crate::io::shutdown::Shutdown;
use crate::io::stats::InputLog;

/// The flags that mean the same in all filters.
#[derive(Debug, clap::Args)]
pub struct Common {
    /// Input files, read in order; none, or -, means stdin
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Number of threads that process the input [default: one per processor; half of them if the input is a pipe]
    #[arg(long, value_name = "N", help_heading = "Common options", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
    /// Write each record immediately, with one system call
    #[arg(long, help_heading = "Common options")]
    pub line_buffered: bool,
    /// Print nothing on stderr, except the error that ended the run
    #[arg(short, long, help_heading = "Common options")]
    pub quiet: bool,
    /// Write statistics of this run to FILE, as one JSON object (soar.run/1, docs/run.md): inputs, lines by class, assumptions, warnings
    #[arg(long, value_name = "FILE", help_heading = "Common options")]
    pub stats: Option<PathBuf>,
    /// What soar asks of a stage beside its work
    #[arg(long, value_name = "PART", hide = true)]
    pub(crate) workflow: Option<Workflow>,
    /// Colours in help and on stderr (errors red, warnings yellow): always, never, or auto (on a terminal, unless `NO_COLOR` is set or `TERM` is dumb)
    #[arg(long, value_name = "WHEN", default_value = "auto", hide_possible_values = true, help_heading = "Common options")]
    pub(crate) color: Color,
    /// Print the man page, or completions for a shell, and exit
    #[arg(long, value_name = "PAGE", hide = true)]
    pub generate: Option<Page>,
}

/// What soar asks of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Workflow {
    /// To say what is wrong with its flags, and end.
    Check,
    /// To leave the summary and the first warnings of a run that did its work (exit code 0 or 1) to the file of --stats, which the report shows.
    Run,
}

/// The flags of this process, which is `program`.
///
/// # Errors
/// As [`color::read_flags`].
pub fn read_args<A: CommandFactory + FromArgMatches>(program: &'static str) -> std::result::Result<A, ExitCode> {
    read_args_or(program, |_| None)
}

/// The same, where `explain` may know better what to say of an error.
///
/// # Errors
/// As [`color::read_flags`].
pub fn read_args_or<A: CommandFactory + FromArgMatches>(
    program: &'static str,
    explain: impl FnOnce(&clap::Error) -> Option<String>,
) -> std::result::Result<A, ExitCode> {
    let matches = color::read_flags_or(program, A::command(), explain)?;
    A::from_arg_matches(&matches).map_err(|error| color::answer(program, &error))
}

/// The end of every help page: what comes in, what goes out, how it ends (`invalid` says what exit code 1 means), three pipelines, and
/// where the files are that a page names.
pub fn manual(input: &str, output: &str, invalid: &str, pipelines: [&str; 3]) -> String {
    let codes = [
        ("0   ", "success, also if the reader of stdout closed it early (| head)"),
        ("1   ", &*format!("some or all input was invalid; the valid part was processed: {invalid}")),
        ("2   ", "failure: wrong usage, an unreadable file, a failed write, records of another stage"),
        ("129 ", "ended by SIGHUP (a closed terminal or ssh; ignored under nohup), after writing what is finished"),
        ("130 ", "ended by Ctrl-C (SIGINT), after writing what is finished"),
        ("143 ", "ended by SIGTERM, after writing what is finished"),
    ];
    let codes = codes.map(|(code, text)| indent(&format!("  {code} "), text)).join("\n");
    let pipelines = pipelines.map(break_pipeline).join("\n");
    format!(
        "INPUT\n{}\n\nOUTPUT\n{}\n\nEXIT CODES\n{codes}\n\nPIPELINES\n{pipelines}\n\nFILES\n{}",
        indent("  ", input),
        indent("  ", output),
        indent(
            "  ",
            "docs/ and schemas/ are installed in share/doc/soar-light, rules/ and adapters/ in share/soar-light, below the prefix of this program (/usr, /usr/local)."
        )
    )
}

/// The widest line at the end of a help page: man shows it 5 columns further to the right, on 80.
const WIDTH: usize = 74;

/// A command line in lines that fit, and mean the same to a shell.
fn break_pipeline(line: &str) -> String {
    let mut lines = format!("  {line}");
    while let Some(last) = lines.rsplit('\n').next().filter(|last| last.len() > WIDTH) {
        let start = lines.len() - last.len();
        // Behind a pipe that is in no quotes a shell goes on reading.
        let is_between = |&(place, _): &(usize, &str)| place <= WIDTH && last[..place].matches('\'').count() % 2 == 0;
        let Some((place, _)) = last.match_indices("| ").filter(is_between).last() else { break };
        lines.replace_range(start + place + 1..start + place + 2, "\n      ");
    }
    lines
}

/// `page` with each line that is too long for the end of a help page in more than one, under the last column of a table.
pub fn wrap(page: &str) -> String {
    let wrap = |line: &str| {
        let text = line.trim_start();
        let indentation = line.len() - text.len();
        let column = text.rfind("  ").map_or(0, |gap| gap + 2);
        let (start, text) = line.split_at(indentation + column);
        if line.len() > WIDTH { indent(start, text) } else { line.to_owned() }
    };
    page.lines().map(wrap).collect::<Vec<_>>().join("\n")
}

/// `text` in lines that fit a terminal of 80 columns, also as a man page, the first behind `start`, the others under it.
fn indent(start: &str, text: &str) -> String {
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
    pub fn run<W>(self, origin: &InputOverrides, work: W) -> ExitCode
    where
        W: FnOnce(Inputs, &Run, &mut Diagnostics) -> Result<Exit>,
    {
        if self.common.workflow == Some(Workflow::Check) {
            return ExitCode::SUCCESS;
        }
        let stats = match self.open_stats() {
            Ok(stats) => stats,
            Err(error) => return conclude(self.program, &Err(error)),
        };
        let (inputs, run, mut diagnostics) = match start(self.program, self.common, origin) {
            Ok(started) => started,
            Err(error) => return self.fail_with(stats, error),
        };
        let outcome = work(inputs, &run, &mut diagnostics).map(|exit| exit.max(run.shutdown.exit().unwrap_or(Exit::Done)));
        run.progress.finish();
        if self.common.workflow == Some(Workflow::Run) {
            let is_done =
                stats.is_some() && outcome.as_ref().map_or_else(|error| matches!(error, Error::ReaderLeft), |exit| *exit <= Exit::BadInput);
            diagnostics.settle(if is_done { Deferred::Drop } else { Deferred::Say });
        }
        let (exit, error) = (self.say_outcome(&outcome), outcome.as_ref().err());
        let written = stats.map_or(Ok(()), |file| {
            let ending = ending(exit, error, run.shutdown.reader_left().load(Ordering::Acquire));
            file.write(ending, run.inputs.all(), Some(diagnostics))
        });
        ExitCode::from(exit.max(self.say_outcome(&written.map(|()| Exit::Done))).code())
    }

    /// The exit code of a run that could not begin.
    pub fn fail(self, error: Error) -> ExitCode {
        if self.common.workflow == Some(Workflow::Check) {
            return conclude(self.program, &Err(error));
        }
        match self.open_stats() {
            Ok(stats) => self.fail_with(stats, error),
            // What is wrong with the flags first.
            Err(_) => conclude(self.program, &Err(error)),
        }
    }

    fn fail_with(&self, stats: Option<StatsFile>, error: Error) -> ExitCode {
        let written = stats.map_or(Ok(()), |file| file.write(ending(Exit::Failed, Some(&error), false), Vec::new(), None));
        self.say_outcome(&Err(error));
        conclude(self.program, &written.map(|()| Exit::Failed))
    }

    fn say_outcome(&self, outcome: &Result<Exit>) -> Exit {
        say_outcome(self.program, self.common.color.paint(&io::stderr()), outcome)
    }

    fn open_stats(&self) -> Result<Option<StatsFile>> {
        let Some(path) = &self.common.stats else { return Ok(None) };
        let files = [&*self.common.files, &*self.files].concat();
        StatsFile::create(self.program, path, time::now(), &files).map(Some)
    }
}

/// The exit code of `outcome`; an error is said in one line.
pub fn conclude(program: &str, outcome: &Result<Exit>) -> ExitCode {
    ExitCode::from(say_outcome(program, Color::of_process().paint(&io::stderr()), outcome).code())
}

/// The exit of `outcome`; an error is said in one line, even with `-q`, since nothing else would explain the code.
fn say_outcome(program: &str, paint: Paint, outcome: &Result<Exit>) -> Exit {
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
            let _ = writeln!(io::stderr(), "{} {text}", paint.prefix(program, Tone::Error));
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

fn start(program: &'static str, common: &Common, origin: &InputOverrides) -> Result<(Inputs, Run, Diagnostics)> {
    let inputs = Inputs::new(&common.files, origin)?;
    let processors = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    // Whatever writes into a pipe needs processors too: with all of them for both, two stages mostly wait for each other
    // (measured: `scripts/bench parse`, the row "all threads in both").
    let default = if inputs.are_pipes() { processors.div_ceil(2) } else { processors };
    let threads = common.threads.map_or(default, usize::from);
    let output_threads = common.threads.map_or(processors, usize::from);
    // With records on the same terminal a bar would only tear them.
    let has_bar = !common.quiet && io::stderr().is_terminal() && !io::stdout().is_terminal();
    let progress = if has_bar { Progress::new(inputs.total_bytes()) } else { Progress::silent() };
    let run = Run {
        program,
        threads,
        output_threads,
        line_buffered: common.line_buffered,
        shutdown: Shutdown::install()?,
        progress,
        blocks: BufferPool::default(),
        results: BufferPool::default(),
        inputs: InputLog::default(),
    };
    let sink: Option<Box<dyn Write + Send>> = if common.quiet { None } else { Some(Box::new(io::stderr())) };
    let mut diagnostics = Diagnostics::new(program, sink, common.color.paint(&io::stderr()), run.progress.clone());
    if common.workflow == Some(Workflow::Run) {
        diagnostics.defer();
    }
    Ok((inputs, run, diagnostics))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_goes_on_under_its_column() {
        let page = "FACTS\n  short  as it is\n  failed_before_login  the most failed logins in the hour before one by password or keyboard";
        let wrapped = "FACTS\n  short  as it is\n  failed_before_login  the most failed logins in the hour before one by\n                       password or keyboard";
        assert_eq!(wrap(page), wrapped);
    }

    #[test]
    fn a_long_pipeline_is_broken_behind_its_pipes() {
        let line = "soar-parse auth.log | soar-score --rule 'spray=.ssh_failed > 5 | not' --allow 10.0.0.0/8 | soar-report";
        let broken =
            "  soar-parse auth.log |\n      soar-score --rule 'spray=.ssh_failed > 5 | not' --allow 10.0.0.0/8 |\n      soar-report";
        assert_eq!(break_pipeline(line), broken);
        assert_eq!(break_pipeline("soar-parse a | soar-score"), "  soar-parse a | soar-score");
    }
}

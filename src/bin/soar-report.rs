//! `soar-report`: hosts in, reports out.

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Arg, ArgMatches, Command, CommandFactory, FromArgMatches, Parser, ValueEnum, value_parser};
use soar_light::cli::{self, Common};
use soar_light::error::{Error, Result};
use soar_light::report::column::COLUMNS;
use soar_light::report::{self, Config, REPORTS, Report, Summary};

/// Write the report that people read: CSV, a chart of the top addresses, a summary
///
/// Reads hosts of soar-score or soar-scan once for all reports. Hosts without a score are left out. Without an output
/// flag the CSV goes to stdout. A file is written whole or not at all.
#[derive(Debug, Parser)]
#[command(version, after_long_help = manual())]
struct Args {
    #[command(flatten)]
    common: Common,
    /// How many addresses the chart shows, by score
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=50))]
    top: u16,
    /// Say the suspicious hosts on stderr; auto: when it is a terminal
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    summary: When,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum When {
    Always,
    Auto,
    Never,
}

fn manual() -> String {
    let columns = COLUMNS.iter().map(|column| column.name).collect::<Vec<_>>().join(", ");
    cli::manual(
        "Hosts (soar.host/1), one JSON object a line, scanned or not. Two files are not merged: that is soar-score's work.",
        &format!(
            "CSV columns: {columns}. Signals that are off by default, and those of your own, count in the score but have no column. Ports and rules are joined by a space; cells that a spreadsheet would run start with '."
        ),
        "a record was malformed",
        [
            "soar-score events.ndjson | soar-scan | soar-report > rapport_securite.csv",
            "soar-report --csv report.csv --chart top5.png --summary always hosts.ndjson",
            "jq -c 'select(.suspicious)' hosts.ndjson | soar-report --chart suspects.svg --top 10",
        ],
    )
}

/// The flags of `Args`, and one for each entry of the table of reports.
fn command() -> Command {
    let flag = |report: &Report| {
        let file = Arg::new(report.name).long(report.name).value_name("FILE").help(report.about);
        file.value_parser(value_parser!(PathBuf)).help_heading("Reports")
    };
    Args::command().args(REPORTS.iter().map(flag))
}

fn main() -> ExitCode {
    let matches = command().get_matches();
    let args = Args::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    match config(&args, &matches) {
        Ok(config) => cli::run("soar-report", &args.common, None, |inputs, run, notices| report::run(&config, inputs, run, notices)),
        Err(error) => cli::conclude("soar-report", Err(error)),
    }
}

fn config(args: &Args, matches: &ArgMatches) -> Result<Config> {
    let wanted = REPORTS.iter().filter_map(|report| Some((report, matches.get_one::<PathBuf>(report.name)?.clone())));
    let mut outputs: Vec<_> = wanted.collect();
    if outputs.is_empty() {
        outputs.push((&REPORTS[0], PathBuf::from("-")));
    }
    for (place, (report, path)) in outputs.iter().enumerate() {
        (report.check)(path)?;
        if outputs[..place].iter().any(|(_, other)| other == path) {
            return Err(Error::Usage(format!("two reports cannot both go to {}", path.display())));
        }
    }
    let is_said = match args.summary {
        When::Always => true,
        When::Auto => io::stderr().is_terminal(),
        When::Never => false,
    };
    Ok(Config { outputs, top: args.top.into(), summary: if is_said { Summary::Said } else { Summary::Silent } })
}

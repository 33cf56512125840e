//! `soar-report`: hosts in, reports out.

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use soar_light::cli::{self, Common};
use soar_light::error::{Error, Result};
use soar_light::report::{self, Config, Summary, report_of};

/// Write the report that people read: CSV, a chart of the top addresses, a summary
///
/// Reads hosts of soar-score or soar-scan once for all reports. Hosts without a score are left out. Without an output
/// flag the CSV goes to stdout. A file is written whole or not at all.
#[derive(Debug, Parser)]
#[command(version, after_long_help = manual())]
struct Args {
    #[command(flatten)]
    common: Common,
    /// Write one row for each host, in the order of the input; - is stdout
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Draw the top addresses as bars stacked by signal; the ending, .png or .svg, says how
    #[arg(long, value_name = "FILE")]
    chart: Option<PathBuf>,
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
    cli::manual(
        "  Hosts (soar.host/1), one JSON object a line, scanned or not. Two files are not merged: that is soar-score's work.",
        "  CSV columns: ip,score,reason,open_ports,scan_status,suspicious,rules,ssh_failed,http_404,http_bot,ssh_accepted,\n  \
         first_seen,last_seen. Ports and rules are joined by a space; cells that a spreadsheet would run start with '.",
        [
            "soar-score events.ndjson | soar-scan | soar-report > rapport_securite.csv",
            "soar-report --csv report.csv --chart top5.png --summary always hosts.ndjson",
            "jq -c 'select(.suspicious)' hosts.ndjson | soar-report --chart suspects.svg --top 10",
        ],
    )
}

fn main() -> ExitCode {
    let args = Args::parse();
    match config(&args) {
        Ok(config) => cli::run("soar-report", &args.common, None, |inputs, run, progress, notices| {
            report::run(&config, inputs, run, progress, notices)
        }),
        Err(error) => cli::conclude("soar-report", Err(error)),
    }
}

fn config(args: &Args) -> Result<Config> {
    let stdout = PathBuf::from("-");
    let csv = args.csv.as_ref().or(if args.chart.is_none() { Some(&stdout) } else { None });
    if let Some(chart) = &args.chart {
        report::picture_of(chart)?;
    }
    let wanted = [("csv", csv), ("chart", args.chart.as_ref())];
    let outputs = wanted.into_iter().filter_map(|(name, path)| Some((report_of(name)?, path?.clone()))).collect::<Vec<_>>();
    if outputs.iter().filter(|(_, path)| path.as_os_str() == "-").count() > 1 {
        return Err(Error::Usage("only one report can go to stdout".to_owned()));
    }
    if args.csv.is_some() && args.csv == args.chart {
        return Err(Error::Usage("two reports cannot go to one file".to_owned()));
    }
    let is_said = match args.summary {
        When::Always => true,
        When::Auto => io::stderr().is_terminal(),
        When::Never => false,
    };
    Ok(Config { outputs, top: args.top.into(), summary: if is_said { Summary::Said } else { Summary::Silent } })
}

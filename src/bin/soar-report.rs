//! `soar-report`: hosts in, reports out.

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Arg, ArgMatches, Command, CommandFactory, FromArgMatches, Parser, ValueEnum, value_parser};
use soar_light::cli::{self, Common, Frame};
use soar_light::error::{Error, Result};
use soar_light::report::column::{COLUMNS, CSV_COLUMNS, Column};
use soar_light::report::lang::Lang;
use soar_light::report::page::{Look, Report, Theme};
use soar_light::report::{self, Config, REPORTS, Summary};
use soar_light::stream::origin::Origin;
use soar_light::stream::output::is_same;

/// Write the reports that people read: CSV, charts, an HTML page, Markdown, a summary
///
/// Reads hosts of soar-score or soar-scan once for all reports. Hosts without a score are left out. Without an output
/// flag the CSV goes to stdout. A file is written whole or not at all.
#[derive(Debug, Parser)]
#[command(version, after_long_help = manual())]
struct Args {
    #[command(flatten)]
    common: Common,
    /// How many addresses a page shows, and --ports-chart ports [default: 5 in the chart, 1000 in HTML, 20 in Markdown, 20 ports]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    top: Option<u32>,
    /// The columns of all reports, comma-separated; default stands for those of the CSV
    #[arg(long, value_name = "LIST")]
    columns: Option<String>,
    /// Language of headings and reasons; the headings of CSV never change
    #[arg(long, value_name = "LANG", default_value = "en")]
    lang: Language,
    /// Colours of charts and HTML
    #[arg(long, value_name = "THEME", default_value = "light")]
    theme: Colours,
    /// What separates the cells of CSV: one ASCII character, or \t for a tab
    #[arg(long, value_name = "CHAR", default_value = ",")]
    csv_delimiter: String,
    /// Show in HTML, Markdown and summary what a run knew about itself: a file that --stats of any stage wrote, read once the hosts are read; repeatable
    #[arg(long = "run", value_name = "FILE")]
    runs: Vec<PathBuf>,
    /// Say the suspicious hosts on stderr; auto: when it is a terminal
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    summary: When,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Language {
    En,
    Fr,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Colours {
    Light,
    Dark,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum When {
    Always,
    Auto,
    Never,
}

fn manual() -> String {
    let names = |columns: &[Column]| columns.iter().map(|column| column.name).collect::<Vec<_>>().join(", ");
    let (csv, more) = COLUMNS.split_at(CSV_COLUMNS);
    cli::manual(
        "Hosts (soar.host/1), one JSON object a line, scanned or not. Two files are not merged: that is soar-score's work.",
        &format!(
            "CSV columns: {}. With --columns also: {}. Lists are joined by a space; cells that a spreadsheet would run start with '. What each report shows: docs/report.md.",
            names(csv),
            names(more)
        ),
        "a record was malformed",
        [
            "soar-score events.ndjson | soar-scan | soar-report > rapport_securite.csv",
            "soar-report --csv a.csv --chart top5.png --html a.html --markdown - hosts.ndjson",
            "jq -c 'select(.suspicious)' hosts.ndjson | soar-report --chart x.svg --top 10",
        ],
    )
}

/// The flags of `Args`, and one for each entry of the table of reports.
fn command() -> Command {
    let flag = |report: &&dyn Report| {
        let file = Arg::new(report.name()).long(report.name()).value_name("FILE").help(report.about());
        file.value_parser(value_parser!(PathBuf)).help_heading("Reports")
    };
    Args::command().args(REPORTS.iter().map(flag))
}

fn main() -> ExitCode {
    let matches = command().get_matches();
    let args = Args::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    if let Some(page) = args.common.generate {
        return cli::conclude("soar-report", &page.print("soar-report", command()));
    }
    let files = REPORTS.iter().filter_map(|report| matches.get_one::<PathBuf>(report.name()).cloned());
    let files = files.chain(args.runs.iter().cloned()).collect();
    let frame = Frame { program: "soar-report", common: &args.common, files };
    match config(&args, &matches) {
        Ok(config) => frame.run(&Origin::default(), |inputs, run, notices| report::run(&config, inputs, run, notices)),
        Err(error) => frame.fail(error),
    }
}

fn config(args: &Args, matches: &ArgMatches) -> Result<Config> {
    let wanted = REPORTS.iter().filter_map(|report| Some((*report, matches.get_one::<PathBuf>(report.name())?.clone())));
    let mut outputs: Vec<_> = wanted.collect();
    if outputs.is_empty() {
        outputs.push((REPORTS[0], PathBuf::from("-")));
    }
    for (place, (report, path)) in outputs.iter().enumerate() {
        report.check(path)?;
        if outputs[..place].iter().any(|(_, other)| is_same(other, path)) {
            return Err(Error::Usage(format!("two reports cannot both go to {}", path.display())));
        }
    }
    let is_said = match args.summary {
        When::Always => true,
        When::Auto => io::stderr().is_terminal(),
        When::Never => false,
    };
    let look = Look {
        lang: match args.lang {
            Language::En => Lang::En,
            Language::Fr => Lang::Fr,
        },
        theme: match args.theme {
            Colours::Light => Theme::Light,
            Colours::Dark => Theme::Dark,
        },
        columns: args.columns.as_deref().map(Column::from_names).transpose()?,
        top: args.top.map(|top| top as usize),
        delimiter: report::csv::parse_delimiter(&args.csv_delimiter)?,
    };
    Ok(Config { outputs, look, runs: args.runs.clone(), summary: if is_said { Summary::Said } else { Summary::Silent } })
}

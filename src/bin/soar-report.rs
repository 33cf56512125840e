//! `soar-report`: hosts in, reports out.

use std::borrow::Cow;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Arg, ArgMatches, Command, CommandFactory, FromArgMatches, Parser, ValueEnum, value_parser};
use jiff::tz::TimeZone;
use soar_light::base::error::{Error, Result};
use soar_light::base::time;
use soar_light::base::time::Clock;
use soar_light::base::time::period::Period;
use soar_light::cli::{self, Common, Frame, Known};
use soar_light::io::InputOverrides;
use soar_light::io::output::is_same;
use soar_light::report::column::{COLUMNS, Column, split_columns};
use soar_light::report::csv::BYTE_ORDER_MARK;
use soar_light::report::lang::Lang;
use soar_light::report::page::{RenderOptions, Report, Style, Theme};
use soar_light::report::sheet::{SheetReader, Times};
use soar_light::report::{self, Config, REPORTS, Summary};

/// Write reports: CSV, charts, an HTML page, Markdown, a summary
///
/// Reads hosts of soar-score or soar-scan once for all reports. Hosts without a score are left out, unless they were scanned. Without an output
/// flag the CSV goes to stdout. A file is written completely or not at all.
#[derive(Debug, Parser)]
#[command(version, after_long_help = manual())]
struct Args {
    #[command(flatten)]
    common: Common,
    /// Number of addresses in a report, and of ports in --ports-chart [default: 5 in the chart, 1000 in HTML, 20 in Markdown, 20 ports]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    top: Option<u32>,
    /// Columns of all reports, comma-separated; default means the default columns of the CSV
    #[arg(long, value_name = "LIST")]
    columns: Option<String>,
    /// Language of the reports; the headings of the CSV never change
    #[arg(long, value_name = "LANG", default_value = "en")]
    lang: Language,
    /// Zone of the times in all reports, also of the CSV: an IANA name (Europe/Paris), local, or an offset (+02:00). Times then carry their offset [default: UTC, as records]
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true)]
    show_tz: Option<String>,
    /// Show only addresses that were seen at or after WHEN: a time, a day, today, yesterday, or how long ago (2h, 3d); in the zone of --show-tz. By their timeline, or else between their first and last time
    #[arg(long, value_name = "WHEN")]
    show_since: Option<String>,
    /// Show only addresses that were seen before WHEN; same syntax as --show-since
    #[arg(long, value_name = "WHEN")]
    show_until: Option<String>,
    /// Colours of charts and HTML. auto: HTML follows the reader's system, charts are light
    #[arg(long, value_name = "THEME", default_value = "auto")]
    theme: Colours,
    /// Separator of the cells of the CSV: one ASCII character, or \t for a tab
    #[arg(long, value_name = "CHAR", default_value = ",")]
    csv_delimiter: String,
    /// Reader of the CSV [default: spreadsheet with --bom, --csv-times, --lang fr or --csv-delimiter ';', else scripts]
    #[arg(long, value_name = "WHO")]
    csv_for: Option<CsvFor>,
    /// Write times in a form that spreadsheets recognise: 2026-01-02 03:04:05, with the zone in the heading
    #[arg(long, value_name = "ZONE")]
    csv_times: Option<CsvTimes>,
    /// Start the CSV with a byte order mark, which Excel needs to recognise UTF-8
    #[arg(long)]
    bom: bool,
    /// Show the statistics of a run in HTML, Markdown and summary. FILE was written by --stats of any stage, and is read after the hosts; repeatable
    #[arg(long = "run", value_name = "FILE")]
    runs: Vec<PathBuf>,
    /// The users that were tried, and who got in (soar.account/1, docs/accounts.md): soar-score writes FILE from the events of its run, and soar-report shows what is in it
    #[arg(long, value_name = "FILE")]
    accounts: Option<PathBuf>,
    /// The hosts of an earlier run: soar-score tells rules what is new, soar-report shows what changed; in soar-score repeatable
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// Print the suspicious hosts on stderr; auto: if it is a terminal
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    summary: When,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Language {
    En,
    Fr,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum CsvFor {
    /// Cells with the values of the records
    Scripts,
    /// Cells that a spreadsheet in any language does not change: 22/tcp 80/tcp
    Spreadsheet,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum CsvTimes {
    /// In the zone of this machine: $TZ, or /etc/localtime
    Local,
    /// In UTC
    Iso,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Colours {
    Auto,
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
    let (csv, more) = split_columns();
    cli::manual(
        "Hosts (soar.host/1), one JSON object a line, scanned or not. Several files are not merged; soar-score does that.",
        &format!(
            "CSV columns: {}. With --columns also: {}. Lists are joined by a space. A cell that a spreadsheet would run as a formula starts with '. See docs/report.md for each report.",
            names(csv),
            names(more)
        ),
        "a record was malformed",
        [
            "soar-score events.ndjson | soar-scan | soar-report > rapport_securite.csv",
            "soar-report --csv a.csv --chart top5.png --html a.html hosts.ndjson",
            "jq -c 'select(.suspicious)' hosts.ndjson | soar-report --chart x.svg --top 10",
        ],
    )
}

/// The flags of `Args`, and one for each entry of the table of reports.
fn command() -> Command {
    let flag = |report: &&dyn Report| {
        let file = Arg::new(report.name()).long(report.name()).value_name("FILE").help(report.about());
        let file = report.alias().map_or(file.clone(), |alias| file.alias(alias));
        file.value_parser(value_parser!(PathBuf)).help_heading("Reports")
    };
    Args::command().args(REPORTS.iter().map(flag))
}

fn main() -> ExitCode {
    let matches = match cli::color::read_flags("soar-report", command()) {
        Ok(matches) => matches,
        Err(exit) => return exit,
    };
    let args = match Args::from_arg_matches(&matches) {
        Ok(args) => args,
        Err(error) => return cli::color::answer("soar-report", &error),
    };
    if let Some(page) = args.common.generate {
        return cli::conclude(
            "soar-report",
            &page.print(
                "soar-report",
                command(),
                &[Known::names("columns", ["default"].into_iter().chain(COLUMNS.iter().map(|column| column.name)))],
            ),
        );
    }
    let files = REPORTS.iter().filter_map(|report| matches.get_one::<PathBuf>(report.name()).cloned());
    let files = files.chain(args.runs.iter().cloned()).chain(args.accounts.clone()).chain(args.against.clone()).collect();
    let frame = Frame { program: "soar-report", common: &args.common, files };
    match config(&args, &matches) {
        Ok(config) => frame.run(&InputOverrides::default(), |inputs, run, diagnostics| report::run(&config, inputs, run, diagnostics)),
        Err(error) => frame.fail(error),
    }
}

/// How the CSV is written, and whether it `is_written` at all.
fn csv_style(args: &Args, is_written: bool) -> Result<Style> {
    let flags = [("--csv-for", args.csv_for.is_some()), ("--csv-times", args.csv_times.is_some()), ("--bom", args.bom)];
    if let Some((flag, _)) = flags.iter().find(|(_, is_given)| *is_given && !is_written) {
        return Err(Error::Usage(format!("{flag} needs a CSV: add --csv FILE")));
    }
    let delimiter = report::csv::parse_delimiter(&args.csv_delimiter)?;
    // Scripts want none of these. A program in a language with a decimal comma expects the semicolon.
    let is_for_people = args.bom || args.csv_times.is_some() || matches!(args.lang, Language::Fr) || delimiter == b';';
    Ok(Style {
        delimiter,
        reader: match args.csv_for {
            Some(CsvFor::Spreadsheet) => SheetReader::Spreadsheet,
            None if is_for_people => SheetReader::Spreadsheet,
            Some(CsvFor::Scripts) | None => SheetReader::Scripts,
        },
        times: match args.csv_times {
            None => Times::Rfc3339,
            Some(CsvTimes::Local) => Times::local()?,
            Some(CsvTimes::Iso) => Times::In(TimeZone::UTC),
        },
        start: if args.bom { BYTE_ORDER_MARK } else { "" },
    })
}

/// The clock of the reader.
fn zone_clock(args: &Args) -> Result<Clock> {
    let clock = Clock::new(args.show_tz.as_deref().unwrap_or("UTC"), None);
    clock.map_err(|error| renamed(error, &[("--tz", "--show-tz")]))
}

/// The time of which hosts are shown.
fn shown_period(args: &Args, clock: &Clock) -> Result<Period> {
    let period = Period::new(args.show_since.as_deref(), args.show_until.as_deref(), clock, time::now());
    period.map_err(|error| renamed(error, &[("--since", "--show-since"), ("--until", "--show-until"), ("--tz", "--show-tz")]))
}

/// A usage error that calls flags by what they are called here.
fn renamed(error: Error, names: &[(&str, &str)]) -> Error {
    match error {
        Error::Usage(text) => Error::Usage(names.iter().fold(text, |text, (name, own)| text.replace(name, own))),
        other => other,
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
            let place = if path.as_os_str() == "-" { Cow::Borrowed("stdout") } else { path.to_string_lossy() };
            return Err(Error::Usage(format!("two reports cannot both be written to {place}")));
        }
    }
    let is_said = match args.summary {
        When::Always => true,
        When::Auto => io::stderr().is_terminal(),
        When::Never => false,
    };
    let clock = zone_clock(args)?;
    let lang = match args.lang {
        Language::En => Lang::En,
        Language::Fr => Lang::Fr,
    };
    let options = RenderOptions {
        lang: if args.show_tz.is_some() { lang.in_zone(clock.zone().clone()) } else { lang },
        period: shown_period(args, &clock)?,
        has_change: args.against.is_some(),
        theme: match args.theme {
            Colours::Auto => Theme::Auto,
            Colours::Light => Theme::Light,
            Colours::Dark => Theme::Dark,
        },
        columns: args.columns.as_deref().map(Column::from_names).transpose()?,
        top: args.top.map(|top| top as usize),
        csv: csv_style(args, outputs.iter().any(|(report, _)| report.name() == REPORTS[0].name()))?,
    };
    Ok(Config {
        outputs,
        options,
        runs: args.runs.clone(),
        accounts: args.accounts.clone(),
        against: args.against.clone(),
        summary: if is_said { Summary::Said } else { Summary::Silent },
    })
}

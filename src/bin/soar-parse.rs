//! `soar-parse`: raw logs in, events out.

use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use soar_light::cli::{self, Common, Frame};
use soar_light::error::{Error, Result};
use soar_light::net::AddressSet;
use soar_light::parse::detect::Settings;
use soar_light::parse::detect::bot::Bots;
use soar_light::parse::detect::path::PathSet;
use soar_light::parse::layout::LogFormat;
use soar_light::parse::{self, Config, Strictness, Wanted, Zone, catalogue};
use soar_light::period::{Period, read_when};
use soar_light::record::signal::SignalSet;
use soar_light::stream::lock::lock_path;
use soar_light::stream::origin::Origin;
use soar_light::stream::output::is_same;
use soar_light::time::{self, Clock};

/// Turn web and SSH logs into events: one JSON line for each log line that carries a signal
///
/// Reads access logs and sshd's syslog lines, in any mixture: each line picks its own format (see --list-formats). Text
/// in a log is hostile: no user name or user agent can make a line count for another address. No name is ever resolved.
// Flags are booleans.
#[allow(clippy::struct_excessive_bools)]
#[derive(Debug, Parser)]
#[command(version, after_long_help = manual())]
struct Args {
    #[command(flatten)]
    common: Common,
    /// Signals to look for: names, `default` (those that --list-signals shows as on), `all`; comma-separated
    #[arg(long, value_name = "LIST", default_value = "default")]
    signals: String,
    /// What makes a user agent a bot's (`http_bot`): `default` (it contains bot, crawler or spider), `extended` (crawlers, scanners and HTTP libraries that do not say so, too), or FILE with one regular expression a line (`#` starts a comment line; bytes, any case unless (?-i)). Repeatable: any of them is enough
    #[arg(long, value_name = "default|extended|FILE", default_value = "default")]
    bots: Vec<String>,
    /// Leave these paths out of `http_404`: `common` (favicon.ico, robots.txt ... that programs ask for by themselves), or FILE with one path a line (`#` starts a comment line; `*` stands for any characters but `/`). Queries are not compared. Repeatable
    #[arg(long, value_name = "common|FILE")]
    ignore_404: Vec<String>,
    /// Write an event for every understood line, not only for those that carry a signal
    #[arg(long)]
    all: bool,
    /// Write rejected lines, byte for byte, to FILE, which is replaced at each run
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Read only what is new: remember in FILE how far each log was read, through rotation and compression
    #[arg(long, value_name = "FILE")]
    cursor: Option<PathBuf>,
    /// Write the next cursor to FILE and leave that of --cursor as it is, so that a caller decides when what was read counts
    ///
    /// FILE is written whole and synced once everything before it was written to stdout, even where there is nothing new.
    /// Where stdout or a file could not be written it is not written. No lock is taken: the caller keeps other runs out.
    #[arg(long, value_name = "FILE", requires = "cursor")]
    cursor_out: Option<PathBuf>,
    /// Write the next cursor and read nothing: only note which logs are named, so that a later run reads all of them, wherever they were rotated to
    #[arg(long, requires = "cursor")]
    cursor_only: bool,
    /// Exit 1 if any line is a reject
    #[arg(long)]
    strict: bool,
    /// Exit 1 where there was no line, too, so that it says that nothing was understood
    #[arg(long)]
    expect_lines: bool,
    /// Year of times that have none [default: the latest that is at most 24 h after the file's modification time]
    #[arg(long, value_name = "Y", value_parser = clap::value_parser!(i16).range(1970..=9999))]
    year: Option<i16>,
    /// Zone of times without an offset: an IANA name, `local`, or an offset such as +02:00 [default: UTC]
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true)]
    tz: Option<String>,
    /// Events from WHEN on: a time (2026-11-01T08:00:00Z), a day (its start in --tz), or how long ago (30m, 2h, 3d, 1w)
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// Events before WHEN, which is written as for --since
    #[arg(long, value_name = "WHEN")]
    until: Option<String>,
    /// Format of the access log: the string of Apache's `LogFormat` or nginx's `log_format`, or that whole line
    ///
    /// No other format of web logs is tried then; sshd's lines still are, and lines inside JSON of Filebeat or
    /// Vector, except where a client could write such a line. What clients write belongs in quotes: where one field could
    /// be taken for another, the format is refused. A format without a time gives events without one. `common`, `combined`, `vhost_combined`, nginx's `main` and `gunicorn` (whose escapes `CherryPy` has too) stand for theirs.
    #[arg(long, value_name = "STRING")]
    log_format: Option<String>,
    /// Proxies whose X-Forwarded-For names the client: addresses, CIDRs, files of them (or published JSON lists of prefixes), comma-separated; repeatable
    ///
    /// Give your proxies' addresses, not the range they live in: whoever else is in it could name any client. Behind them, the client is the rightmost address of the header that is not one of theirs. The header is read where
    /// it has a name: in a --log-format that has it (`main` is nginx's), and in the JSON of nginx (`http_x_forwarded_for`),
    /// Caddy and Traefik. A third quoted field of a line that found its format itself is never taken for it, since it may
    /// be a header that clients fill in; the Elastic Common Schema has no field for it.
    #[arg(long, value_name = "CIDR|FILE")]
    trusted_proxy: Vec<String>,
    /// What to call the one input in log.file.path [default: its path, - for stdin]
    #[arg(long, value_name = "LABEL")]
    name: Option<String>,
    /// Number of the first line of the one input, where it is a piece of a longer log [default: 1]
    #[arg(long, value_name = "N", conflicts_with = "cursor")]
    first_line: Option<NonZeroU64>,
    /// When the log that the one input is, or is a piece of, was last modified, by which the year of times without one is guessed; written as for --since [default: what its file says; for a pipe: now]
    #[arg(long, value_name = "WHEN", conflicts_with = "cursor")]
    modified: Option<String>,
    /// List the log formats, each with a source and an example, and exit
    #[arg(long)]
    list_formats: bool,
    /// List the messages of sshd that are known, each with its action, the source file that writes it and an example, and exit
    #[arg(long)]
    list_messages: bool,
    /// List the signals, each with its weight and an example, and exit
    #[arg(long)]
    list_signals: bool,
}

fn manual() -> String {
    cli::manual(
        "Text logs, plain or compressed (gzip, zstd, bzip2, xz): FILE..., or stdin. Memory stays below 64 MiB on up to 64 threads, with xz -9 below 128 MiB; what needs a longer window than 32 MiB (zstd) or 64 MiB (xz) is refused. CRLF, NUL bytes and invalid UTF-8 are fine. A line longer than 1 MiB is a reject. With --cursor, the last line of a plain file is left for the next run until it has its newline, and what was rotated away beside a FILE since the last run is read first.",
        "Events (schemas/event.schema.json), one a line, in the order of the input. stderr counts what every line was: an event, without a signal, another program's, an unknown sshd message, untrusted (others than it says may have written it), or a reject.",
        "every line was a reject or untrusted, or --strict met such a line",
        [
            "soar-parse access.log auth.log | soar-score | head",
            "soar-parse /var/log/auth.log* | jq -r .user.name | sort | uniq -c | sort -rn",
            "tail -n 0 -qF access.log auth.log | soar-parse | jq -c '[.source.ip, .tags]'",
        ],
    )
}

fn main() -> ExitCode {
    let args = Args::parse();
    if let Some(page) = args.common.generate {
        return cli::conclude("soar-parse", &page.print("soar-parse", Args::command()));
    }
    if args.list_formats {
        return cli::conclude("soar-parse", &cli::print(&catalogue::list_formats()));
    }
    if args.list_messages {
        return cli::conclude("soar-parse", &cli::print(&catalogue::list_messages()));
    }
    if args.list_signals {
        return cli::conclude("soar-parse", &cli::print(&catalogue::list_signals()));
    }
    let frame = Frame { program: "soar-parse", common: &args.common, files: files(&args) };
    match config(&args).and_then(|config| Ok((origin(&args, &config.clock)?, config))) {
        Ok((origin, config)) => frame.run(&origin, |inputs, run, notices| parse::run(&config, inputs, run, notices)),
        Err(error) => frame.fail(error),
    }
}

/// The files that flags name and the run reads or writes itself.
fn files(args: &Args) -> Vec<PathBuf> {
    let lock = args.cursor.as_deref().map(lock_path);
    let lists = args.bots.iter().chain(&args.ignore_404).chain(&args.trusted_proxy);
    [args.rejects.clone(), args.cursor.clone(), args.cursor_out.clone(), lock]
        .into_iter()
        .flatten()
        .chain(cli::listed_files(lists))
        .collect()
}

fn origin(args: &Args, clock: &Clock) -> Result<Origin> {
    let modified = args.modified.as_deref().map(|when| read_when("--modified", when, clock, time::now())).transpose()?;
    Ok(Origin { label: args.name.clone(), first_line: args.first_line, modified })
}

fn config(args: &Args) -> Result<Config> {
    if args.rejects.as_ref().is_some_and(|path| path.as_os_str() == "-") {
        return Err(Error::Usage("--rejects wants a file: stdout holds events only".to_owned()));
    }
    let is_rejects = |path: &Path| args.rejects.as_ref().is_some_and(|rejects| is_same(rejects, path));
    if args.cursor.as_ref().is_some_and(|path| path.as_os_str() == "-" || is_rejects(path) || is_rejects(&lock_path(path))) {
        return Err(Error::Usage("--cursor wants a file of its own".to_owned()));
    }
    let is_cursor = |path: &Path| args.cursor.as_ref().is_some_and(|cursor| is_same(cursor, path));
    if args.cursor_out.as_ref().is_some_and(|path| path.as_os_str() == "-" || is_rejects(path) || is_cursor(path)) {
        return Err(Error::Usage("--cursor-out wants a file of its own, which --cursor is not".to_owned()));
    }
    let zone = Zone { name: args.tz.clone().unwrap_or_else(|| "UTC".to_owned()), is_given: args.tz.is_some() };
    let clock = Clock::new(&zone.name, args.year)?;
    let log_format = args.log_format.as_deref().map(LogFormat::compile).transpose()?;
    let period = Period::new(args.since.as_deref(), args.until.as_deref(), &clock, time::now())?;
    if period.is_bounded() && log_format.as_ref().is_some_and(|format| !format.has_time()) {
        return Err(Error::Usage("--log-format has no time: no request is in the period of --since and --until".to_owned()));
    }
    if !args.trusted_proxy.is_empty() && log_format.as_ref().is_some_and(|format| !format.has_forwarded()) {
        return Err(Error::Usage("--log-format has no X-Forwarded-For: --trusted-proxy would change nothing".to_owned()));
    }
    Ok(Config {
        signals: SignalSet::from_names(&args.signals)?,
        settings: Settings { bots: Bots::from_operands(&args.bots)?, ignored_404: PathSet::from_operands(&args.ignore_404)? },
        wanted: if args.all { Wanted::All } else { Wanted::Signals },
        log_format,
        trusted_proxies: match args.trusted_proxy.as_slice() {
            [] => None,
            operands => Some(AddressSet::from_operands("--trusted-proxy", operands)?),
        },
        period,
        clock,
        zone,
        rejects: args.rejects.clone(),
        cursor: args.cursor.clone(),
        cursor_out: args.cursor_out.clone(),
        cursor_only: args.cursor_only,
        expects_lines: args.expect_lines,
        strictness: if args.strict { Strictness::Strict } else { Strictness::Lenient },
    })
}

//! `soar-parse`: raw logs in, events out.

use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use soar_light::aggregate::combine::{CombineOptions, PROGRAM_BYTES};
use soar_light::aggregate::options::{AggregationOptions, DEFAULT_RESOLUTION, read_resolution};
use soar_light::base::error::{Error, Result};
use soar_light::base::net::AddressSet;
use soar_light::base::number;
use soar_light::base::time;
use soar_light::base::time::Clock;
use soar_light::base::time::period::{Period, read_when};
use soar_light::cli::{self, Common, Frame, Known};
use soar_light::io::InputOverrides;
use soar_light::io::lock::lock_path;
use soar_light::io::output::is_same;
use soar_light::parse;
use soar_light::parse::access::forwarded::{ClientFrom, ClientHeader, UnloggedPeer};
use soar_light::parse::access::log_format::{FormatOptions, LogFormat};
use soar_light::parse::candidate::Program;
use soar_light::parse::detect::Settings;
use soar_light::parse::envelope::vouched::TrustedContainers;
use soar_light::parse::service::catalog::{SHIPPED, Services};
use soar_light::parse::service::check::{check_operand, list_services};
use soar_light::parse::trace::TraceForm;
use soar_light::parse::{AssumedZone, Config, Strictness, Wanted, list_output};

/// What --hosts may take without --memory, in bytes.
const DEFAULT_MEMORY: u64 = 256 << 20;

/// Turn web and SSH logs into events: one JSON line for each log line that carries a signal
///
/// Reads access logs, sshd's messages and those of other login services (see --list-services), alone or inside what syslog, the
/// journal, containers and log shippers write around them, in any mixture: the format of each line is detected (see --list-formats).
/// Log text may be hostile: no user name or user agent can make a line count for another address. No name is ever resolved.
// Flags are booleans.
#[allow(clippy::struct_excessive_bools)]
#[derive(Debug, Parser)]
#[command(version, after_long_help = manual())]
struct Args {
    #[command(flatten)]
    common: Common,
    /// Signals to look for, comma-separated: names, `default` (those that --list-signals shows as on) or `all`
    #[arg(long, value_name = "LIST", default_value = "default")]
    signals: String,
    /// Which user agents are bots (`http_bot`): `default` (it contains bot, crawler or spider), `extended` (also crawlers, scanners and HTTP libraries without these words), or FILE with one regular expression a line (`#` starts a comment line; over bytes, case-insensitive unless (?-i)). Repeatable; one match is enough
    #[arg(long, value_name = "default|extended|FILE", default_value = "default")]
    bots: Vec<String>,
    /// Leave these paths out of `http_404`: `common` (favicon.ico, robots.txt and others that programs request automatically), or FILE with one path a line (`#` starts a comment line; `*` matches any characters but `/`). The query is not compared. Repeatable
    #[arg(long, value_name = "common|FILE")]
    ignore_404: Vec<String>,
    /// Write an event for every line that is understood, not only for lines with a signal
    #[arg(long)]
    all: bool,
    /// Write rejected lines, unchanged, to FILE. Each run replaces FILE
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Write lines that were passed over, unchanged, to FILE: those of other programs, unknown messages of known programs, and untrusted ones. Each run replaces FILE
    #[arg(long, value_name = "FILE")]
    passed: Option<PathBuf>,
    /// Read the first lines of each FILE and print, in one line for a shell, the flags with which they are read best; nothing if none are needed. stderr compares what was tried
    ///
    /// Of several FILEs all lines count together, and the one line is for all of them; stderr says how well it reads each.
    /// Flags that vouch for something (--program, --trust-*, --trusted-proxy, --client-from) are never printed, only
    /// explained on stderr: attackers write logs too. Exit code 1 if nothing reads the lines.
    #[arg(long, conflicts_with_all = [
        "cursor", "trace", "log_format", "json", "rejects", "passed", "all", "strict", "expect_lines", "since", "until", "signals", "bots",
        "ignore_404", "trusted_proxy", "client_from", "trust_log_peer", "name", "first_line",
    ])]
    suggest: bool,
    /// Write hosts in place of events: what was counted of each address, for soar-score, which adds them up to what it would have counted of the events
    ///
    /// Much faster than events in a pipe. Give soar-parse the flags --evidence, --resolution, --partial and --timeline of soar-score; the others stay
    /// with soar-score. --partial is needed for rules with a window, or on the number of users or paths. An address may come more than once.
    #[arg(long, conflicts_with_all = ["trace", "suggest", "all"])]
    hosts: bool,
    /// How many log lines (file and line number) to record for each signal of an address, the earliest first
    #[arg(long, value_name = "N", default_value_t = 3, requires = "hosts", value_parser = clap::value_parser!(u16).range(0..=1000))]
    evidence: u16,
    /// Width of the time buckets, aligned to 1970, in which --partial stores counts [default: 10s]
    #[arg(long, value_name = "LENGTH", requires = "partial")]
    resolution: Option<String>,
    /// Add to each host what a later merge needs for windows and distinct counts: counts by time, hashes of users and paths
    #[arg(long, requires = "hosts")]
    partial: bool,
    /// Add to each host how often each signal was counted, by time (soar-score --timeline)
    #[arg(long, requires = "hosts")]
    timeline: bool,
    /// Maximum memory of --hosts (at least 64M). Above it, hosts are written early and counted anew [default: 256M]
    #[arg(long, value_name = "SIZE", requires = "hosts")]
    memory: Option<String>,
    /// Show, in place of events, what each line was taken for: its envelopes, the format or message that fitted, its event, or why there is none and how far the nearest formats came. `json` writes one object a line (schemas/trace.schema.json)
    #[arg(long, value_name = "text|json", num_args = 0..=1, require_equals = true, default_missing_value = "text")]
    trace: Option<TraceForm>,
    /// Read only what is new: record in FILE how far each log was read, through rotation and compression
    #[arg(long, value_name = "FILE")]
    cursor: Option<PathBuf>,
    /// Write the next cursor to FILE and leave that of --cursor unchanged, so that the caller decides when to commit it
    ///
    /// FILE is written completely and synced after everything else was written to stdout, even if nothing is new.
    /// It is not written if stdout or a file could not be written. No lock is taken: the caller must prevent parallel runs.
    #[arg(long, value_name = "FILE", requires = "cursor")]
    cursor_out: Option<PathBuf>,
    /// Write the next cursor and read nothing: only record which logs are named, so that a later run reads them completely, even if they are rotated before it
    #[arg(long, requires = "cursor")]
    cursor_only: bool,
    /// Exit 1 if any line is rejected or untrusted, or may have been overlooked: it names sshd or holds a request and was passed over, or nothing of its input was understood
    #[arg(long)]
    strict: bool,
    /// Exit 1 also if the input has no line at all, or if --since and --until leave none that was understood
    #[arg(long)]
    expect_lines: bool,
    /// Year of times without one [default: the latest that is at most 24 h after the modification time of the file]
    #[arg(long, value_name = "Y", value_parser = clap::value_parser!(i16).range(1970..=9999))]
    year: Option<i16>,
    /// Zone of times without an offset: an IANA name, `local`, or an offset such as +02:00 [default: UTC]
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true)]
    tz: Option<String>,
    /// Only events from WHEN on: a time (2026-11-01T08:00:00Z), a day (from its start in --tz; also today, yesterday), or how long ago (30m, 2h, 3d, 1w)
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// Only events before WHEN; same syntax as --since
    #[arg(long, value_name = "WHEN")]
    until: Option<String>,
    /// Format of the access log: a name from --list-formats, the string of Apache's `LogFormat`, nginx's `log_format` or lighttpd's `accesslog.format` (alone, in quotes, or the whole directive), or `@FILE` or `@FILE:NAME` to read it from the server's configuration
    ///
    /// Other access-log formats are then disabled; sshd lines and lines wrapped by Filebeat or Vector are still read, unless
    /// clients could forge them in this format. Values that clients write must be in quotes: a format in which one field could
    /// be taken for another is refused. A format without a time gives events without a time. `logfmt:client=KEY,...` and
    /// `ltsv:client=LABEL,...` name keys as --json does. `#Fields: ...` gives the columns of a W3C log (IIS) without its header.
    #[arg(long, value_name = "NAME|STRING|@FILE")]
    log_format: Option<String>,
    /// Program that wrote the lines that name none: `sshd` for the file of `sshd -E`, `docker logs` of an sshd, `journalctl -o cat`
    ///
    /// You vouch for it: anybody else who can write to that file or output could name any address.
    #[arg(long, value_name = "NAME")]
    program: Option<String>,
    /// Login services to read beside those that are read by default: names of --list-services, `all`, a file, or a folder of files; repeatable
    ///
    /// Names are separated by commas. A file (docs/services.md) adds a service, or replaces the one of its name.
    #[arg(long, value_name = "NAME|FILE|DIR")]
    services: Vec<String>,
    /// Containers whose sshd and login services are trusted: names (`*` matches any characters) as in the log, or the path of a log that contains no name; comma-separated, repeatable
    ///
    /// Requests to a container always count. A line of sshd or of another login service in its output is untrusted, since anything that runs
    /// there could have printed it; that of a service counts without the flag if the container is called like the service.
    #[arg(long, value_name = "PATTERN")]
    trust_container: Vec<String>,
    /// The access log is JSON with these keys: FIELD=KEY, comma-separated; KEY a.b is b inside a. Fields: client, status and one of request, method, target, path; optional: peer, forwarded, domain, user, time, query, protocol, bytes, referrer, agent
    ///
    /// You vouch that the server, and no client, chooses the values. Other access-log formats are then disabled. If a field has
    /// several keys, the first one with a value is used; a key that occurs twice with different values is a reject.
    #[arg(long, value_name = "FIELD=KEY,...", conflicts_with = "log_format")]
    json: Option<String>,
    /// Proxies whose X-Forwarded-For is trusted: addresses, CIDRs, files of them (or published JSON lists of prefixes), comma-separated; repeatable
    ///
    /// The client is the rightmost address of the header that is not a trusted proxy's. Give the addresses of your proxies, not
    /// their network: any other machine in it could impersonate any client. The header is read if it has a name: in
    /// a --log-format that contains it (`main` is nginx's), and in the JSON of nginx (`http_x_forwarded_for`), Caddy and Traefik. A
    /// third quoted field of a line in a detected format is never used, since it may be a header that clients write. The
    /// Elastic Common Schema has no field for it.
    #[arg(long, value_name = "CIDR|FILE")]
    trusted_proxy: Vec<String>,
    /// Header in which trusted proxies name the client, instead of X-Forwarded-For: CF-Connecting-IP, X-Real-IP, True-Client-IP, Forwarded (RFC 7239) ...
    ///
    /// It is read from a --log-format string that contains it (`%{CF-Connecting-IP}i`, `$http_cf_connecting_ip`), from
    /// `--log-format` `nginx_json`, `caddy_json` and `traefik_json`, and from `forwarded=KEY` of --json. It is trusted if the peer is
    /// a --trusted-proxy, or, if the log has no peer, with --trust-log-peer.
    #[arg(long, value_name = "HEADER")]
    client_from: Option<String>,
    /// Trust the header of --client-from (or X-Forwarded-For) also if the log does not contain the peer: you vouch that only proxies which set it can reach the server
    #[arg(long)]
    trust_log_peer: bool,
    /// Name of the input in log.file.path; with one input only [default: its path, - for stdin]
    #[arg(long, value_name = "LABEL")]
    name: Option<String>,
    /// Number of the first line, if the input is a piece of a longer log; with one input only [default: 1]
    #[arg(long, value_name = "N", conflicts_with = "cursor")]
    first_line: Option<NonZeroU64>,
    /// Last-modified time of the log (or of the log of which the input is a piece), used to guess the year of times without one; with one input only; same syntax as --since [default: that of the file; for a pipe: now]
    #[arg(long, value_name = "WHEN", conflicts_with = "cursor")]
    modified: Option<String>,
    /// List the log formats, each with a source and an example, and exit
    #[arg(long)]
    list_formats: bool,
    /// List the known messages of sshd, each with its action, the source file that writes it and an example, and exit
    #[arg(long)]
    list_messages: bool,
    /// List the login services, each with how it is read and what its log cannot say, and exit
    #[arg(long)]
    list_services: bool,
    /// Run every example of a service, which is a file or a name of --list-services, print what each gives, check that no client can move an address, and exit
    #[arg(long, value_name = "NAME|FILE")]
    check_services: Option<String>,
    /// List the signals, each with its weight and an example, and exit
    #[arg(long)]
    list_signals: bool,
}

fn manual() -> String {
    cli::manual(
        "Text logs, plain or compressed (gzip, zstd, bzip2, xz): FILE..., or stdin. Memory stays below 64 MiB on up to 64 threads, with xz -9 below 128 MiB; a compression window above 32 MiB (zstd) or 64 MiB (xz) is refused. CRLF, NUL bytes and invalid UTF-8 are accepted. A line longer than 1 MiB is rejected. With --cursor, the last line of a plain file is left for the next run until it ends in a newline, and rotated files beside a FILE are read first if they have new lines.",
        "Events (schemas/event.schema.json), one a line, in the order of the input. stderr counts the lines of each class: events, without a signal, of other programs, unknown messages, untrusted (the origin may be forged), rejects.",
        "every line was rejected or untrusted, or with --strict one was",
        [
            "soar-parse access.log auth.log | soar-score | head",
            "soar-parse /var/log/auth.log* | jq -r .user.name | sort | uniq -c | sort -rn",
            "tail -n 0 -qF access.log auth.log | soar-parse | jq -c '[.source.ip, .tags]'",
        ],
    )
}

/// What a shell completes of the flags.
fn known() -> [Known; 2] {
    [Known::signals(), Known::names_or_file("services", ["all"].into_iter().chain(SHIPPED.iter().map(|file| file.name)))]
}

fn main() -> ExitCode {
    let args = match cli::read_args::<Args>("soar-parse") {
        Ok(args) => args,
        Err(exit) => return exit,
    };
    if let Some(page) = args.common.generate {
        return cli::conclude("soar-parse", &page.print("soar-parse", Args::command(), &known()));
    }
    if args.list_formats {
        return cli::conclude("soar-parse", &cli::print(&list_output::list_formats()));
    }
    if args.list_messages {
        return cli::conclude("soar-parse", &cli::print(&list_output::list_messages()));
    }
    if args.list_services {
        let list = Services::from_operands(&args.services).and_then(|services| cli::print(&list_services(&services)));
        return cli::conclude("soar-parse", &list);
    }
    if let Some(operand) = &args.check_services {
        return cli::conclude("soar-parse", &check_operand(operand).and_then(|shown| cli::print(&shown)));
    }
    if args.list_signals {
        return cli::conclude("soar-parse", &cli::print(&list_output::list_signals()));
    }
    let frame = Frame { program: "soar-parse", common: &args.common, files: files(&args) };
    match config(&args).and_then(|config| Ok((origin(&args, &config.clock)?, config))) {
        Ok((origin, config)) => frame.run(&origin, |inputs, run, diagnostics| {
            let work = if args.suggest { parse::suggest::run } else { parse::run };
            work(&config, inputs, run, diagnostics)
        }),
        Err(error) => frame.fail(error),
    }
}

/// The files that flags name and the run reads or writes itself.
fn files(args: &Args) -> Vec<PathBuf> {
    let lock = args.cursor.as_deref().map(lock_path);
    let lists = args.bots.iter().chain(&args.ignore_404).chain(&args.trusted_proxy);
    let configuration = args.log_format.as_deref().and_then(|given| given.trim().strip_prefix('@'));
    let configuration = configuration.map(|file| file.rsplit_once(':').map_or(file, |(file, _)| file).into());
    [configuration, args.rejects.clone(), args.passed.clone(), args.cursor.clone(), args.cursor_out.clone(), lock]
        .into_iter()
        .flatten()
        .chain(cli::listed_files(lists))
        .collect()
}

fn origin(args: &Args, clock: &Clock) -> Result<InputOverrides> {
    let modified = args.modified.as_deref().map(|when| read_when("--modified", when, clock, time::now())).transpose()?;
    Ok(InputOverrides { label: args.name.clone(), first_line: args.first_line, modified })
}

fn config(args: &Args) -> Result<Config> {
    for (flag, path) in [("--rejects", &args.rejects), ("--passed", &args.passed)] {
        if path.as_ref().is_some_and(|path| path.as_os_str() == "-") {
            return Err(Error::Usage(format!("{flag} needs a file: stdout holds events only")));
        }
    }
    if let (Some(rejects), Some(passed)) = (&args.rejects, &args.passed)
        && is_same(rejects, passed)
    {
        return Err(Error::Usage("--rejects and --passed need a file each".to_owned()));
    }
    if args.trace.is_some() && args.cursor.is_some() {
        return Err(Error::Usage("--trace shows lines and delivers no events: it takes no --cursor".to_owned()));
    }
    let is_rejects = |path: &Path| [&args.rejects, &args.passed].into_iter().flatten().any(|file| is_same(file, path));
    if args.cursor.as_ref().is_some_and(|path| path.as_os_str() == "-" || is_rejects(path) || is_rejects(&lock_path(path))) {
        return Err(Error::Usage("--cursor needs its own file".to_owned()));
    }
    let is_cursor = |path: &Path| args.cursor.as_ref().is_some_and(|cursor| is_same(cursor, path));
    if args.cursor_out.as_ref().is_some_and(|path| path.as_os_str() == "-" || is_rejects(path) || is_cursor(path)) {
        return Err(Error::Usage("--cursor-out needs its own file, different from --cursor".to_owned()));
    }
    let mut services = Services::from_operands(&args.services)?;
    let program = args.program.as_deref().map(Program::named);
    if let Some(Program::Catalog(name)) = &program
        && !services.add(name)
    {
        return Err(Error::Usage(format!(
            "--program {name}: no service is called so; --list-services shows all, --services FILE adds one"
        )));
    }
    let zone = AssumedZone { name: args.tz.clone().unwrap_or_else(|| "UTC".to_owned()), is_given: args.tz.is_some() };
    let clock = Clock::new(&zone.name, args.year)?;
    let client_header = args.client_from.as_deref().map(ClientHeader::parse).transpose()?;
    let options = FormatOptions { client_from: client_header.as_ref(), trusts_log_peer: args.trust_log_peer };
    let log_format = log_format(args, options)?;
    let period = Period::new(args.since.as_deref(), args.until.as_deref(), &clock, time::now())?;
    if period.is_bounded() && log_format.as_ref().is_some_and(|format| !format.has_time()) {
        return Err(Error::Usage("--log-format has no time, so --since and --until cannot select requests".to_owned()));
    }
    let (signals, settings) = Settings::from_flags(&args.signals, &args.bots, &args.ignore_404)?;
    Ok(Config {
        signals,
        settings,
        wanted: if args.all { Wanted::All } else { Wanted::Signals },
        log_format,
        program,
        services,
        trusted_containers: match args.trust_container.as_slice() {
            [] => None,
            operands => Some(TrustedContainers::from_operands(operands)?),
        },
        trusted_proxies: match args.trusted_proxy.as_slice() {
            [] => None,
            operands => Some(AddressSet::from_operands("--trusted-proxy", operands)?),
        },
        client_from: ClientFrom {
            form: client_header.as_ref().map(ClientHeader::form).unwrap_or_default(),
            unlogged: if args.trust_log_peer { UnloggedPeer::Trusted } else { UnloggedPeer::Unknown },
        },
        period,
        clock,
        zone,
        rejects: args.rejects.clone(),
        passed: args.passed.clone(),
        hosts: if args.hosts { Some(combine_options(args)?) } else { None },
        trace: args.trace,
        cursor: args.cursor.clone(),
        cursor_out: args.cursor_out.clone(),
        cursor_only: args.cursor_only,
        expects_lines: args.expect_lines,
        strictness: if args.strict { Strictness::Strict } else { Strictness::Lenient },
    })
}

/// What is kept of each address.
fn combine_options(args: &Args) -> Result<CombineOptions> {
    let memory_bytes = args.memory.as_deref().map_or(Ok(DEFAULT_MEMORY), |text| {
        number::parse_size(text).filter(|&bytes| bytes >= PROGRAM_BYTES).ok_or_else(|| {
            Error::Usage(format!(
                "--memory {text}: expected a size of at least 64M: a whole number and K, M, G or T (powers of 1024), as in 2G"
            ))
        })
    })?;
    let resolution = args.resolution.as_deref().unwrap_or(DEFAULT_RESOLUTION);
    let resolution_seconds = if args.partial { Some(read_resolution(resolution)?) } else { None };
    let (evidence, users, paths) = (args.evidence.into(), args.partial, args.partial);
    let keep = AggregationOptions {
        evidence,
        resolution_seconds,
        timeline: args.timeline,
        users,
        paths,
        accounts: false,
        group_v4: None,
        group_v6: None,
    };
    Ok(CombineOptions { keep, partial: args.partial, memory_bytes })
}

/// The format of --log-format or --json, which has the header that the flags of proxies speak of.
fn log_format(args: &Args, options: FormatOptions<'_>) -> Result<Option<LogFormat>> {
    let usage = |what: String| Err(Error::Usage(what));
    let given = match (&args.log_format, &args.json) {
        (Some(given), _) => Some(("--log-format", LogFormat::compile_with(given, options)?)),
        (None, Some(keys)) => Some(("--json", LogFormat::from_json_keys(keys, options)?)),
        (None, None) => None,
    };
    let header = options.client_from.map_or("X-Forwarded-For", ClientHeader::name);
    if args.client_from.is_some() && args.trusted_proxy.is_empty() && !args.trust_log_peer {
        return usage(format!("--client-from {header} needs --trusted-proxy, or --trust-log-peer if the log has no peer"));
    }
    match &given {
        None if args.trust_log_peer => usage(format!("--trust-log-peer needs a --log-format or --json that contains {header}")),
        None if options.client_from.is_some_and(|header| !header.is_x_forwarded_for()) => {
            usage(format!("--client-from {header} needs a --log-format or --json that contains the header"))
        }
        Some((flag, format)) if (!args.trusted_proxy.is_empty() || args.trust_log_peer) && !format.has_forwarded(options) => {
            let flags = if args.trusted_proxy.is_empty() { "--trust-log-peer" } else { "--trusted-proxy" };
            usage(format!("{flag} has no {header}: {flags} would change nothing"))
        }
        _ => Ok(given.map(|(_, format)| format)),
    }
}

//! `soar-scan`: hosts in, the same hosts with their open ports out.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Parser, value_parser};
use soar_light::base::error::{Error, Result};
use soar_light::base::net;
use soar_light::base::net::AddressSet;
use soar_light::cli::{self, Common, Frame};
use soar_light::io::InputOverrides;
use soar_light::scan::ports::{DEFAULT_PORTS, Ports};
use soar_light::scan::schedule::Limits;
use soar_light::scan::{self, Config, GrabBanner, InputKind, Mode, OutputOrder, ScanDetail};

/// What the least time is that an answer is given, unless the longest is shorter: as in nmap.
const MIN_TIMEOUT_MS: u32 = 100;

/// Find the open critical ports of suspicious hosts, and of no others
///
/// An attacker may have chosen the addresses in a log, so only addresses in --scope are scanned. Its default is loopback;
/// --exclude overrides it. Scan only what you are allowed to scan. soar-scan makes plain TCP connects: no root, no raw
/// sockets. Port states: open (accepted), closed (refused), filtered (no answer, or forbidden by the network), unknown
/// (could not be probed from this machine).
// Flags are booleans.
#[allow(clippy::struct_excessive_bools)]
#[derive(Debug, Parser)]
#[command(version, after_long_help = manual())]
struct Args {
    #[command(flatten)]
    common: Common,
    /// Ports, in nmap's syntax: 20-23,80 or 1-1024 or - for all; ssh or http* by name; [1-1024] for those in the list of services
    #[arg(short, long, value_name = "LIST", default_value = DEFAULT_PORTS, allow_hyphen_values = true)]
    ports: String,
    /// Scan the first N ports of the list of common services (see docs/scan.md)
    #[arg(long, value_name = "N", conflicts_with = "ports", value_parser = value_parser!(u16).range(1..))]
    top_ports: Option<u16>,
    /// Ports to leave out, in the same syntax
    #[arg(long, value_name = "LIST", allow_hyphen_values = true)]
    exclude_ports: Option<String>,
    /// Read plain targets instead of hosts, and write a host for each: addresses, CIDRs, ranges (192.0.2.1-20, 192.0.2.*), separated by
    /// newlines, commas or blanks. --scope and --exclude apply too
    #[arg(long)]
    targets: bool,
    /// Add each port with its state, the reason and the round-trip time
    #[arg(long)]
    reason: bool,
    /// Add the first text that the service on each open port sends: at most 256 bytes within 500 ms
    #[arg(long)]
    banner: bool,
    /// Write each host as soon as it is finished, not in the order of the input
    #[arg(long)]
    unordered: bool,
    /// Print what would be scanned, one JSON object (ip, ports) a line, and scan nothing
    #[arg(long)]
    dry_run: bool,
    /// Addresses that may be scanned, in the syntax of targets, or files of them. Replaces the default, loopback; `any` means every unicast
    /// address; repeatable
    #[arg(long, value_name = "CIDR,...", default_value = "127.0.0.0/8,::1", help_heading = "Safety")]
    scope: Vec<String>,
    /// Addresses that are never scanned, whatever --scope says, in the syntax of targets, or files of them; repeatable
    #[arg(long, value_name = "CIDR|FILE", help_heading = "Safety")]
    exclude: Vec<String>,
    /// Append a line for each address to FILE before it is scanned: time, address, ports and the reason
    #[arg(long, value_name = "FILE", help_heading = "Safety")]
    audit: Option<PathBuf>,
    /// Stop scanning a host that has this many open ports: it is probably a tarpit
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = value_parser!(u32).range(1..), help_heading = "Safety")]
    max_open: u32,
    /// Maximum time to wait for an answer, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 1000, value_parser = value_parser!(u32).range(1..=600_000), help_heading = "Timing")]
    timeout_ms: u32,
    /// Minimum time to wait for an answer, however fast earlier answers were, in milliseconds [default: 100]
    #[arg(long, value_name = "MS", value_parser = value_parser!(u32).range(1..=600_000), help_heading = "Timing")]
    min_timeout_ms: Option<u32>,
    /// How often to retry a port without an answer, each time with twice the timeout. On networks that lose packets, up to 10
    /// retries with fewer connections at once
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = value_parser!(u32).range(0..=10), help_heading = "Timing")]
    retries: u32,
    /// Maximum number of connections in flight; also limited by the number of descriptors (ulimit -n)
    #[arg(long, value_name = "N", default_value_t = 4000, value_parser = value_parser!(u32).range(1..=1_000_000), help_heading = "Timing")]
    concurrency: u32,
    /// Maximum number of new connections per second; this limit and those below do not apply to loopback
    #[arg(long, value_name = "N", default_value_t = 20_000, value_parser = value_parser!(u32).range(1..=10_000_000), help_heading = "Timing")]
    rate: u32,
    /// Maximum number of connections in flight to one host
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = value_parser!(u32).range(1..), help_heading = "Timing")]
    max_per_host: u32,
    /// Maximum number of connections in flight to one network, a /24 or an IPv6 /64 [default: no limit]
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..), help_heading = "Timing")]
    max_per_net: Option<u32>,
    /// Seed of the random order of hosts and ports; the same seed gives the same order [default: random]
    #[arg(long, value_name = "N", help_heading = "Timing")]
    seed: Option<u64>,
}

fn manual() -> String {
    cli::manual(
        "Hosts (soar.host/1), one JSON object a line. Only those with \"suspicious\":true are scanned. With --targets: lists of addresses, CIDRs, ranges and octets (192.0.2-3.1,5-7); # starts a comment.",
        "The same hosts in the same order. Suspicious ones gain \"scan\" (status complete, incomplete, out_of_scope or excluded; open_ports; counts of closed, filtered, unknown); every other byte is unchanged. An address that comes again gets the result of its first scan.",
        "a line was malformed",
        [
            "soar-parse auth.log | soar-score | soar-scan --dry-run",
            "soar-score events.ndjson | soar-scan --scope 192.0.2.0/24 | soar-report > report.csv",
            "echo 192.0.2.0/28 | soar-scan --targets --scope 192.0.2.0/24 -p 22,80 | jq -c '[.ip, .scan.open_ports]'",
        ],
    )
}

fn main() -> ExitCode {
    let args = match cli::read_args_or::<Args>("soar-scan", habit_of) {
        Ok(args) => args,
        Err(exit) => return exit,
    };
    if let Some(page) = args.common.generate {
        return cli::conclude("soar-scan", &page.print("soar-scan", Args::command(), &[]));
    }
    let files = args.audit.iter().cloned().chain(cli::listed_files(args.exclude.iter().chain(&args.scope))).collect();
    let frame = Frame { program: "soar-scan", common: &args.common, files };
    match config(&args) {
        Ok(config) => frame.run(&InputOverrides::default(), |inputs, run, diagnostics| scan::run(&config, inputs, run, diagnostics)),
        Err(error) => frame.fail(error),
    }
}

/// What to say of a flag that people know from nmap.
fn habit_of(error: &clap::Error) -> Option<String> {
    let Some(ContextValue::String(flag)) = error.get(ContextKind::InvalidArg).filter(|_| error.kind() == ErrorKind::UnknownArgument) else {
        return None;
    };
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    cli::habit::answer(flag, arguments.iter().map(String::as_str))
}

/// Says of an operand that is no file but a target how targets are given.
fn check_files(args: &Args) -> Result<()> {
    let is_target = |file: &&PathBuf| file.to_str().is_some_and(|text| text != "-" && !file.exists() && net::parse_spans(text).is_ok());
    let how = |file: &PathBuf| {
        format!("{}: no such file; targets are read from one, or from stdin: echo {0} | soar-scan --targets", file.display())
    };
    args.common.files.iter().find(is_target).map_or(Ok(()), |file| Err(Error::Usage(how(file))))
}

fn config(args: &Args) -> Result<Config> {
    check_files(args)?;
    let excluded = args.exclude_ports.as_deref();
    let floor_ms = args.min_timeout_ms.unwrap_or(MIN_TIMEOUT_MS.min(args.timeout_ms));
    if floor_ms > args.timeout_ms {
        return Err(Error::Usage(format!("--min-timeout-ms {floor_ms} is more than --timeout-ms {}", args.timeout_ms)));
    }
    Ok(Config {
        input: if args.targets { InputKind::Targets } else { InputKind::Hosts },
        ports: args.top_ports.map_or_else(|| Ports::parse(&args.ports, excluded), |count| Ports::top(count.into(), excluded))?,
        limits: Limits {
            concurrency: args.concurrency as usize,
            rate: Some(args.rate),
            per_host: args.max_per_host as usize,
            per_network: args.max_per_net.map(|most| most as usize),
            floor: Duration::from_millis(floor_ms.into()),
            timeout: Duration::from_millis(args.timeout_ms.into()),
            retries: args.retries,
            seed: args.seed.unwrap_or_else(|| fastrand::u64(..)),
        },
        scope: AddressSet::from_scope(&args.scope)?,
        exclude: AddressSet::from_operands("--exclude", &args.exclude)?.in_all_zones(),
        mode: if args.dry_run { Mode::DryRun } else { Mode::Scan },
        order: if args.unordered { OutputOrder::AsDone } else { OutputOrder::Kept },
        detail: if args.reason { ScanDetail::Reasons } else { ScanDetail::Counts },
        listening: if args.banner { GrabBanner::Yes } else { GrabBanner::No },
        most_open: args.max_open as usize,
        audit: args.audit.clone(),
    })
}

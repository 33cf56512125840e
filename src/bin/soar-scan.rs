//! `soar-scan`: hosts in, the same hosts with their open ports out.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{CommandFactory, Parser, value_parser};
use soar_light::cli::{self, Common, Frame};
use soar_light::error::{Error, Result};
use soar_light::net::AddressSet;
use soar_light::scan::ports::{DEFAULT_PORTS, Ports};
use soar_light::scan::schedule::Limits;
use soar_light::scan::{self, Config, Detail, Input, Listening, Mode, Order};
use soar_light::stream::origin::Origin;

/// What the least time is that an answer is given, unless the longest is shorter: as in nmap.
const MIN_TIMEOUT_MS: u32 = 100;

/// Find the open critical ports of suspicious hosts, and of no others
///
/// An address in a log is whatever an attacker chose to write there, so only addresses that you name are touched:
/// --scope is loopback alone unless you say otherwise, and --exclude wins over it. Scan only what you may scan.
/// Plain TCP connects: no root, no raw sockets. Ports: open (accepted), closed (refused), filtered (no answer, or
/// forbidden on the way), unknown (could not be asked from here).
// Flags are booleans.
#[allow(clippy::struct_excessive_bools)]
#[derive(Debug, Parser)]
#[command(version, after_long_help = manual())]
struct Args {
    #[command(flatten)]
    common: Common,
    /// Ports, as nmap writes them: 20-23,80 or 1-1024 or - for all
    #[arg(short, long, value_name = "LIST", default_value = DEFAULT_PORTS, allow_hyphen_values = true)]
    ports: String,
    /// Ports to leave out of these
    #[arg(long, value_name = "LIST", allow_hyphen_values = true)]
    exclude_ports: Option<String>,
    /// Read plain addresses, CIDRs and ranges (192.0.2.1-192.0.2.9), one a line, and write a host for each; scope and
    /// exclude hold for them too
    #[arg(long)]
    targets: bool,
    /// Add every port with its state, the reason and the round trip
    #[arg(long)]
    reason: bool,
    /// Add what the services behind open ports say first: at most 256 bytes within 500 ms
    #[arg(long)]
    banner: bool,
    /// Write each host as soon as it is done, in any order
    #[arg(long)]
    unordered: bool,
    /// Print what would be touched, one JSON object (ip, ports) a line, and touch nothing
    #[arg(long)]
    dry_run: bool,
    /// Addresses that may be touched: CIDRs, ranges, or files of one a line, comma-separated; replaces loopback; `any`
    /// means every unicast address
    #[arg(long, value_name = "CIDR,...", default_value = "127.0.0.0/8,::1", help_heading = "Safety")]
    scope: String,
    /// Addresses that are never touched, whatever --scope says; a file has one address, CIDR or range a line; repeatable
    #[arg(long, value_name = "CIDR|FILE", help_heading = "Safety")]
    exclude: Vec<String>,
    /// Append a line for each address to this file before it is touched: when, what, and why
    #[arg(long, value_name = "FILE", help_heading = "Safety")]
    audit: Option<PathBuf>,
    /// Leave a host alone that has so many open ports: a tarpit
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = value_parser!(u32).range(1..), help_heading = "Safety")]
    max_open: u32,
    /// The longest time that an answer may take, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 1000, value_parser = value_parser!(u32).range(1..=600_000), help_heading = "Timing")]
    timeout_ms: u32,
    /// The least time that an answer is given, however fast the others were, in milliseconds [default: 100]
    #[arg(long, value_name = "MS", value_parser = value_parser!(u32).range(1..=600_000), help_heading = "Timing")]
    min_timeout_ms: Option<u32>,
    /// How often to ask again where no answer came, each time waiting twice as long; once more where packets get lost
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = value_parser!(u32).range(0..=10), help_heading = "Timing")]
    retries: u32,
    /// Connections in flight at once; never more than the descriptor limit (ulimit -n) allows
    #[arg(long, value_name = "N", default_value_t = 4000, value_parser = value_parser!(u32).range(1..=1_000_000), help_heading = "Timing")]
    concurrency: u32,
    /// New connections a second; none of the limits from here on holds for loopback
    #[arg(long, value_name = "N", default_value_t = 20_000, value_parser = value_parser!(u32).range(1..=10_000_000), help_heading = "Timing")]
    rate: u32,
    /// Connections in flight to one host
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = value_parser!(u32).range(1..), help_heading = "Timing")]
    max_per_host: u32,
    /// Connections in flight to one network, a /24 or an IPv6 /64 [default: no limit]
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..), help_heading = "Timing")]
    max_per_net: Option<u32>,
    /// Draws the order of hosts and ports; the same number, the same order [default: another each time]
    #[arg(long, value_name = "N", help_heading = "Timing")]
    seed: Option<u64>,
}

fn manual() -> String {
    cli::manual(
        "Hosts (soar.host/1), one JSON object a line. Only those with \"suspicious\":true are scanned. With --targets: addresses, CIDRs, ranges; # starts a comment.",
        "The same hosts in the same order. Suspicious ones gain \"scan\" (status complete, incomplete, out_of_scope or excluded; open_ports; counts of closed, filtered, unknown); every other byte stays as it was. An address that comes again has the result of the first time.",
        "a line was malformed",
        [
            "soar-parse auth.log | soar-score | soar-scan --dry-run",
            "soar-score events.ndjson | soar-scan --scope 192.0.2.0/24 | soar-report > report.csv",
            "echo 192.0.2.0/28 | soar-scan --targets --scope 192.0.2.0/24 -p 22,80 | jq -c '[.ip, .scan.open_ports]'",
        ],
    )
}

fn main() -> ExitCode {
    let args = Args::parse();
    if let Some(page) = args.common.generate {
        return cli::conclude("soar-scan", &page.print("soar-scan", Args::command()));
    }
    let files = args.audit.iter().cloned().chain(cli::listed_files(args.exclude.iter().chain([&args.scope]))).collect();
    let frame = Frame { program: "soar-scan", common: &args.common, files };
    match config(&args) {
        Ok(config) => frame.run(&Origin::default(), |inputs, run, notices| scan::run(&config, inputs, run, notices)),
        Err(error) => frame.fail(error),
    }
}

fn config(args: &Args) -> Result<Config> {
    let floor_ms = args.min_timeout_ms.unwrap_or(MIN_TIMEOUT_MS.min(args.timeout_ms));
    if floor_ms > args.timeout_ms {
        return Err(Error::Usage(format!("--min-timeout-ms {floor_ms} is more than --timeout-ms {}", args.timeout_ms)));
    }
    Ok(Config {
        input: if args.targets { Input::Targets } else { Input::Hosts },
        ports: Ports::parse(&args.ports, args.exclude_ports.as_deref())?,
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
        exclude: AddressSet::from_operands("--exclude", &args.exclude)?,
        mode: if args.dry_run { Mode::DryRun } else { Mode::Scan },
        order: if args.unordered { Order::AsDone } else { Order::Kept },
        detail: if args.reason { Detail::Reasons } else { Detail::Counts },
        listening: if args.banner { Listening::Yes } else { Listening::No },
        most_open: args.max_open as usize,
        audit: args.audit.clone(),
    })
}

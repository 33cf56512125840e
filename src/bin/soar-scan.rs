//! `soar-scan`: hosts in, the same hosts with their open ports out.

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use soar_light::cli::{self, Common};
use soar_light::error::Result;
use soar_light::net::AddressSet;
use soar_light::scan::ports::{DEFAULT_PORTS, Ports};
use soar_light::scan::schedule::Limits;
use soar_light::scan::{self, Config, Mode};

/// Find the open critical ports of suspicious hosts, and of no others
///
/// An address in a log is whatever an attacker chose to write there, so only addresses that you name are touched:
/// --scope is loopback alone unless you say otherwise, and --exclude wins over it. Scan only what you may scan.
/// Plain TCP connects: no root, no raw sockets. Ports: open (accepted), closed (refused), filtered (no answer, or
/// forbidden on the way), unknown (could not be asked from here).
#[derive(Debug, Parser)]
#[command(version, after_long_help = manual())]
struct Args {
    #[command(flatten)]
    common: Common,
    /// Ports, as nmap writes them: 20-23,80 or 1-1024 or - for all
    #[arg(short, long, value_name = "LIST", default_value = DEFAULT_PORTS, allow_hyphen_values = true)]
    ports: String,
    /// Addresses that may be touched: CIDRs, or files of one a line, comma-separated; replaces loopback; `any` means
    /// every unicast address
    #[arg(long, value_name = "CIDR,...", default_value = "127.0.0.0/8,::1")]
    scope: String,
    /// Addresses that are never touched, whatever --scope says; a file has one address or CIDR a line, or is a published JSON list of prefixes; repeatable
    #[arg(long, value_name = "CIDR|FILE")]
    exclude: Vec<String>,
    /// How long to wait for an answer, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=600_000))]
    timeout_ms: u32,
    /// How often to ask again where no answer came
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(0..=10))]
    retries: u32,
    /// Connections in flight at once; never more than the descriptor limit (ulimit -n) allows
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    concurrency: u32,
    /// Print what would be touched, one JSON object (ip, ports) a line, and touch nothing
    #[arg(long)]
    dry_run: bool,
}

fn manual() -> String {
    cli::manual(
        "Hosts (soar.host/1), one JSON object a line. Only those with \"suspicious\":true are scanned.",
        "The same hosts in the same order. Suspicious ones gain \"scan\" (status complete, incomplete, out_of_scope or excluded; open_ports; counts of closed, filtered, unknown); every other byte stays as it was.",
        "a record was malformed",
        [
            "soar-parse auth.log | soar-score | soar-scan --dry-run",
            "soar-score events.ndjson | soar-scan --scope 192.0.2.0/24 | soar-report > report.csv",
            "soar-scan -p 22,80 hosts.ndjson | jq -r 'select(.scan.open_ports[]? == 22) | .ip'",
        ],
    )
}

fn main() -> ExitCode {
    let args = Args::parse();
    match config(&args) {
        Ok(config) => cli::run("soar-scan", &args.common, None, |inputs, run, notices| scan::run(&config, inputs, run, notices)),
        Err(error) => cli::conclude("soar-scan", Err(error)),
    }
}

fn config(args: &Args) -> Result<Config> {
    Ok(Config {
        ports: Ports::parse(&args.ports)?,
        limits: Limits {
            concurrency: args.concurrency as usize,
            timeout: Duration::from_millis(args.timeout_ms.into()),
            retries: args.retries,
        },
        scope: AddressSet::from_scope(&args.scope)?,
        exclude: AddressSet::from_operands("--exclude", &args.exclude)?,
        mode: if args.dry_run { Mode::DryRun } else { Mode::Scan },
    })
}

//! `soar-score`: events in, one host an address out.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use soar_light::cli::{self, Common, Frame};
use soar_light::error::{Error, Result};
use soar_light::net::AddressSet;
use soar_light::number;
use soar_light::period;
use soar_light::score::keep::Keep;
use soar_light::score::live::{self, Policy};
use soar_light::score::rules::timing::{DEFAULT_RESOLUTION, Timing};
use soar_light::score::rules::{Choice, Rules, catalogue};
use soar_light::score::weight::Weights;
use soar_light::score::{self, Config, MaxAge};
use soar_light::stream::lock::lock_path;
use soar_light::stream::origin::Origin;
use soar_light::time;

/// What the program needs for itself, in bytes.
const MIN_MEMORY: u64 = 64 << 20;

/// Count events by address and say which addresses are highly suspicious
///
/// Reads events of soar-parse and hosts of soar-score, in any mixture; hosts are merged, so yesterday's output and
/// today's events make one dashboard. The score is the sum over signals of weight times count; an address is suspicious
/// when at least one rule holds. (The same log twice counts twice.)
// Each is a switch of its own on the command line.
#[allow(clippy::struct_excessive_bools)]
#[derive(Debug, Parser)]
#[command(version, after_long_help = manual())]
struct Args {
    #[command(flatten)]
    common: Common,
    /// A rule, as a jq expression over the signals and a few facts (docs/rules.md); repeatable; replaces the default rules, adds to those of --rules
    #[arg(long = "rule", value_name = "NAME=EXPR")]
    rules: Vec<String>,
    /// Rules of a shipped set (--help lists them), or of a TOML file with name, when, window, about and attack of each; repeatable
    #[arg(long = "rules", value_name = "SET|FILE")]
    sets: Vec<String>,
    /// List the rules of this run (those of --rules and --rule, or the default ones) and exit
    #[arg(long)]
    list_rules: bool,
    /// Add to every host which values each rule saw, and whether it held
    #[arg(long)]
    explain: bool,
    /// What one occurrence of a signal adds to the score, a whole number; repeatable
    #[arg(long = "weight", value_name = "SIGNAL=W")]
    weights: Vec<String>,
    /// Addresses that are never suspicious; a file has one address or CIDR a line, or is the JSON in which Google and Bing publish their crawlers' ranges; repeatable
    #[arg(long, value_name = "CIDR|FILE")]
    allow: Vec<String>,
    /// How many places to keep for each signal of an address, the earliest first
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(0..=1000))]
    evidence: u16,
    /// Let rules see, of each signal, the largest count inside any window of that length (10m, 1h); the score stays the total, and two signals may peak in different windows
    #[arg(long, value_name = "LENGTH")]
    window: Option<String>,
    /// Length of the buckets, aligned to 1970, of which windows are made, and by which --partial keeps counts [default: 10s]
    #[arg(long, value_name = "LENGTH")]
    resolution: Option<String>,
    /// Write a host the moment a rule first holds for it, as an alert ("snapshot":true, not to be added up), instead of all hosts at the end
    #[arg(long, conflicts_with = "partial", help_heading = "Live")]
    live: bool,
    /// For how long of event time a rule that led to an alert leads to no other for the same host
    #[arg(long, value_name = "LENGTH", default_value = "1h", requires = "live", help_heading = "Live")]
    repeat: String,
    /// How many hosts to remember at the most; past it those not seen for longest are forgotten
    #[arg(long, value_name = "N", default_value_t = 1_000_000, requires = "live", help_heading = "Live", value_parser = clap::value_parser!(u32).range(1..))]
    max_hosts: u32,
    /// Remember hosts between runs in FILE: read at the start, written every 30 s and at the end
    #[arg(long, value_name = "FILE", requires = "live", help_heading = "Live")]
    state: Option<PathBuf>,
    /// Count IPv6 addresses by their prefix of BITS bits (64 is one network of a customer): network is the prefix, ip the address last seen. One that --allow names stays a host of its own
    #[arg(long, value_name = "BITS", value_parser = clap::value_parser!(u8).range(1..=128))]
    group_v6: Option<u8>,
    /// Add to each host what merging windows and distinct counts needs later, by any soar-score: counts by time, hashes of users and paths
    #[arg(long)]
    partial: bool,
    /// Leave out hosts that were last seen longer than LENGTH (90d) before now, or before the last time in the input where that is earlier, once all was added up; those without `last_seen` stay
    #[arg(long, value_name = "LENGTH", conflicts_with = "live")]
    max_age: Option<String>,
    /// Take no more memory than SIZE (512M, 2G; at least 64M): past it, hosts go to unnamed temporary files in $TMPDIR (else /tmp) and are merged at the end, for the same bytes out [default: no limit]
    #[arg(long, value_name = "SIZE")]
    memory: Option<String>,
}

fn manual() -> String {
    // The default set is compiled by a test; without it there is still the rest of the page.
    let sets = Rules::new(Choice::default()).map_or_else(|error| error.to_string(), |rules| catalogue::show_sets(&rules));
    format!("{sets}\n\n{}", pages())
}

fn pages() -> String {
    cli::manual(
        "Records, one JSON object a line: events (soar.event/1), hosts (soar.host/1), or both.",
        "Hosts (schemas/host.schema.json), one a line: score descending, then address ascending. Written at the end of the input; with --live, alerts as they come. Same input, same bytes, whatever --threads.",
        "a record was malformed, or there were more than 64 signals that are not in the table",
        [
            "soar-parse access.log auth.log | soar-score | jq -r 'select(.suspicious) | .ip'",
            "soar-parse auth.log | soar-score --rule 'spray=.ssh_failed > 5' --allow 192.0.2.0/24",
            "soar-score monday.hosts tuesday.hosts > week.hosts",
        ],
    )
}

fn main() -> ExitCode {
    let args = Args::parse();
    if let Some(page) = args.common.generate {
        return cli::conclude("soar-score", &page.print("soar-score", Args::command()));
    }
    let frame = Frame { program: "soar-score", common: &args.common, files: files(&args) };
    match config(&args) {
        Ok(config) if args.list_rules => cli::conclude("soar-score", &cli::print(&catalogue::list_rules(&config.rules))),
        Ok(config) => frame.run(&Origin::default(), |inputs, run, notices| match policy(&args)? {
            Some(policy) => live::run(&config, &policy, inputs, run, notices),
            None => score::run(&config, inputs, run, notices),
        }),
        Err(error) => frame.fail(error),
    }
}

fn read_length(flag: &str, text: &str) -> Result<i64> {
    period::read_length(text)
        .ok_or_else(|| Error::Usage(format!("{flag} {text}: wanted a length of time: a whole number and s, m, h, d or w, as in 1h")))
}

/// The files that flags name and the run reads or writes itself.
fn files(args: &Args) -> Vec<PathBuf> {
    let lock = args.state.as_deref().map(lock_path);
    [args.state.clone(), lock].into_iter().flatten().chain(cli::listed_files(args.sets.iter().chain(&args.allow))).collect()
}

fn policy(args: &Args) -> Result<Option<Policy>> {
    let repeat_seconds = read_length("--repeat", &args.repeat)?;
    let policy = Policy { repeat_seconds, max_hosts: args.max_hosts as usize, state: args.state.clone() };
    Ok(Some(policy).filter(|_| args.live))
}

/// The memory of the run, in bytes.
fn memory(args: &Args) -> Result<Option<u64>> {
    let Some(text) = &args.memory else { return Ok(None) };
    if args.live {
        return Err(Error::Usage("--memory is not for --live, which remembers no more hosts than --max-hosts says".to_owned()));
    }
    let bytes = number::parse_size(text).filter(|&bytes| bytes >= MIN_MEMORY);
    let wanted = || format!("--memory {text}: wanted a size of at least 64M: a whole number and K, M, G or T (powers of 1024), as in 2G");
    bytes.map(Some).ok_or_else(|| Error::Usage(wanted()))
}

fn config(args: &Args) -> Result<Config> {
    let timing = Timing::new(args.window.as_deref(), args.resolution.as_deref().unwrap_or(DEFAULT_RESOLUTION))?;
    let rules = Rules::new(Choice { sets: &args.sets, rules: &args.rules, timing })?;
    let needs = rules.needs();
    let has_buckets = args.partial || !needs.windows.is_empty();
    if args.resolution.is_some() && !has_buckets {
        return Err(Error::Usage(
            "--resolution is of windows and of --partial: give --window, a rule with a window, or --partial".to_owned(),
        ));
    }
    Ok(Config {
        rules,
        weights: Weights::from_texts(&args.weights)?,
        allow: AddressSet::from_operands("--allow", &args.allow)?,
        keep: Keep {
            evidence: args.evidence.into(),
            resolution_seconds: has_buckets.then_some(timing.resolution_seconds),
            users: args.partial || needs.users,
            paths: args.partial || needs.paths,
            group_v6: args.group_v6,
        },
        partial: args.partial,
        explain: args.explain,
        memory_bytes: memory(args)?,
        max_age: args
            .max_age
            .as_deref()
            .map(|age| read_length("--max-age", age))
            .transpose()?
            .map(|seconds| MaxAge { seconds, now: time::now() }),
    })
}

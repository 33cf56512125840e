//! `soar-score`: events in, one host an address out.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{CommandFactory, Parser, ValueEnum};
use soar_light::base::error::{Error, Result};
use soar_light::base::net::AddressSet;
use soar_light::base::number;
use soar_light::base::time;
use soar_light::base::time::period;
use soar_light::cli::{self, Common, Frame, Known};
use soar_light::io::InputOverrides;
use soar_light::io::lock::lock_path;
use soar_light::io::output::is_same;
use soar_light::record::signal::SignalSet;
use soar_light::score::accounts::{self, AccountOptions};
use soar_light::score::alerts;
use soar_light::score::alerts::Policy;
use soar_light::score::labelled;
use soar_light::score::rules::builtin::SETS;
use soar_light::score::rules::window::{DEFAULT_RESOLUTION, WindowOptions};
use soar_light::score::rules::{RuleSources, Rules, list_output};
use soar_light::score::weight::Weights;
use soar_light::score::{self, AggregationOptions, Config, Explain, MaxAge};

/// What the program needs for itself, in bytes.
const MIN_MEMORY: u64 = 64 << 20;

/// Which hosts are explained.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum ExplainedHosts {
    All,
    Suspicious,
}

/// Count events by address and say which addresses are highly suspicious
///
/// Reads events of soar-parse and hosts of soar-score, in any mixture. Hosts are merged, so yesterday's output and
/// today's events give one result. The score is the sum over signals of weight times count. An address is suspicious
/// if at least one rule holds. (Reading the same log twice counts it twice.)
// Each is a switch of its own on the command line.
#[allow(clippy::struct_excessive_bools)]
#[derive(Debug, Parser)]
#[command(version, after_long_help = manual())]
struct Args {
    #[command(flatten)]
    common: Common,
    /// A rule: a jq expression over signals and facts (docs/rules.md). Replaces the default rules, or adds to those of --rules; repeatable
    #[arg(long = "rule", value_name = "NAME=EXPR")]
    rules: Vec<String>,
    /// The rules of a shipped set (see --help), or of a TOML file with name, when, window, about and attack of each rule; repeatable
    #[arg(long = "rules", value_name = "SET|FILE")]
    sets: Vec<String>,
    /// List the rules of this run (of --rules and --rule, or the default ones) and exit
    #[arg(long)]
    list_rules: bool,
    /// Test the rules: FILE holds events and hosts with a key expect, the list of the rules that are to hold for the address. Prints what differs instead of hosts; exit code 1 if anything does
    #[arg(long, conflicts_with_all = ["live", "partial", "groups", "max_age", "explain", "near", "memory"])]
    test: bool,
    /// Add to each host the rules that would hold if the values that they compare changed by at most N, and the values at which they would
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..1 << 53))]
    near: Option<u64>,
    /// The hosts of an earlier run: soar-score tells rules what is new, soar-report shows what changed; in soar-score repeatable
    #[arg(long, value_name = "FILE")]
    against: Vec<PathBuf>,
    /// The signals that soar-parse looked for (its --signals): a rule on one of them causes no warning if none was seen
    #[arg(long, value_name = "LIST")]
    signals: Option<String>,
    /// Add to every host (=suspicious: only to suspicious ones) the values that each rule saw, whether it held, and its description
    #[arg(long, value_name = "WHICH", num_args = 0..=1, require_equals = true, default_missing_value = "all")]
    explain: Option<ExplainedHosts>,
    /// Points that one occurrence of a signal adds to the score, a whole number; repeatable
    #[arg(long = "weight", value_name = "SIGNAL=W")]
    weights: Vec<String>,
    /// Addresses that are never suspicious. A file has one address or CIDR a line, or is the JSON in which Google and Bing publish the ranges of their crawlers; repeatable
    #[arg(long, value_name = "CIDR|FILE")]
    allow: Vec<String>,
    /// How many log lines (file and line number) to record for each signal of an address, the earliest first
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(0..=1000))]
    evidence: u16,
    /// Let rules see, for each signal, the largest count inside any window of this length (10m, 1h). The score stays the total; two signals may peak in different windows
    #[arg(long, value_name = "LENGTH")]
    window: Option<String>,
    /// Width of the time buckets, aligned to 1970, of which windows consist and in which --partial stores counts [default: 10s]
    #[arg(long, value_name = "LENGTH")]
    resolution: Option<String>,
    /// Write a host at the moment a rule first holds for it, as an alert ("snapshot":true, cannot be merged), instead of all hosts at the end
    #[arg(long, conflicts_with = "partial", help_heading = "Live")]
    live: bool,
    /// Minimum event time between two alerts of the same rule for the same host
    #[arg(long, value_name = "LENGTH", default_value = "1h", requires = "live", help_heading = "Live")]
    repeat: String,
    /// Maximum number of hosts in memory; above it, the least recently seen are evicted
    #[arg(long, value_name = "N", default_value_t = 1_000_000, requires = "live", help_heading = "Live", value_parser = clap::value_parser!(u32).range(1..))]
    max_hosts: u32,
    /// Keep the hosts between runs in FILE: read at the start, written every 30 s and at the end
    #[arg(long, value_name = "FILE", requires = "live", help_heading = "Live")]
    state: Option<PathBuf>,
    /// Count IPv6 addresses by their prefix of BITS bits (64: typically one customer network): network is the prefix, ip the address last seen. An address that --allow names stays a separate host
    #[arg(long, value_name = "BITS", value_parser = clap::value_parser!(u8).range(1..=128))]
    group_v6: Option<u8>,
    /// Count IPv4 addresses by their prefix of BITS bits, likewise: for senders that own a whole network
    #[arg(long, value_name = "BITS", value_parser = clap::value_parser!(u8).range(1..=32))]
    group_v4: Option<u8>,
    /// Write the groups for which a [[group]] rule of --rules holds to FILE (soar.group/1, docs/groups.md)
    #[arg(long, value_name = "FILE", conflicts_with = "live")]
    groups: Option<PathBuf>,
    /// The users that were tried, and who got in (soar.account/1, docs/accounts.md): soar-score writes FILE from the events of its run, and soar-report shows what is in it
    #[arg(long, value_name = "FILE", conflicts_with = "live")]
    accounts: Option<PathBuf>,
    /// Hash the users that --accounts does not name with the key in FILE (HMAC, 16 bytes or more), so that nobody without it can test guesses
    #[arg(long, value_name = "FILE", requires = "accounts")]
    accounts_key: Option<PathBuf>,
    /// Add to each host what a later merge needs for windows and distinct counts: counts by time, hashes of users and paths
    #[arg(long)]
    partial: bool,
    /// Add to each host how often each signal was counted, by time: one resolution for the run, from 10s to 7d, with at most 200 buckets over its period (docs/hosts.md)
    #[arg(long)]
    timeline: bool,
    /// Drop hosts that were last seen longer than LENGTH (90d) before now, or before the latest time in the input if that is earlier. Applied after everything is added up; hosts without `last_seen` stay
    #[arg(long, value_name = "LENGTH", conflicts_with = "live")]
    max_age: Option<String>,
    /// Maximum memory (512M, 2G; at least 64M). Above it, hosts are spilled to unnamed temporary files in $TMPDIR (else /tmp) and merged at the end; the output is the same [default: no limit]
    #[arg(long, value_name = "SIZE")]
    memory: Option<String>,
}

fn manual() -> String {
    // The default set is compiled by a test; without it there is still the rest of the page.
    let sets = Rules::new(RuleSources::default()).map_or_else(|error| error.to_string(), |rules| list_output::show_sets(&rules));
    format!("{}\n\n{}", cli::wrap(&sets), pages())
}

fn pages() -> String {
    cli::manual(
        "Records, one JSON object a line: events (soar.event/1), hosts (soar.host/1), or both.",
        "Hosts (schemas/host.schema.json), one a line: score descending, then address ascending. Written at the end of the input; with --live, alerts at once. The same input gives the same bytes, whatever --threads says.",
        "a record was malformed, a rule could not be evaluated for a host, or there were more than 64 signals outside the table",
        [
            "soar-parse access.log auth.log | soar-score | jq -r 'select(.suspicious) | .ip'",
            "soar-parse auth.log | soar-score --rule 'spray=.ssh_failed > 5' --allow 192.0.2.0/24",
            "soar-score monday.hosts tuesday.hosts > week.hosts",
        ],
    )
}

/// What a shell completes of the flags.
fn known() -> [Known; 2] {
    [Known::signals(), Known::names_or_file("sets", SETS.iter().map(|set| set.name))]
}

fn main() -> ExitCode {
    let args = match cli::read_args::<Args>("soar-score") {
        Ok(args) => args,
        Err(exit) => return exit,
    };
    if let Some(page) = args.common.generate {
        return cli::conclude("soar-score", &page.print("soar-score", Args::command(), &known()));
    }
    let frame = Frame { program: "soar-score", common: &args.common, files: files(&args) };
    match config(&args) {
        Ok(config) if args.list_rules => cli::conclude("soar-score", &cli::print(&list_output::list_rules(&config.rules))),
        Ok(config) => frame.run(&InputOverrides::default(), |inputs, run, diagnostics| match policy(&args)? {
            Some(policy) => alerts::run(&config, &policy, inputs, run, diagnostics),
            None if args.test => labelled::run(&config, inputs, run, diagnostics),
            None => score::run(&config, inputs, run, diagnostics),
        }),
        Err(error) => frame.fail(error),
    }
}

fn read_length(flag: &str, text: &str) -> Result<i64> {
    period::parse_duration(text)
        .ok_or_else(|| Error::Usage(format!("{flag} {text}: expected a duration: s, m, h, d or w, as in 1h or 1h30m")))
}

/// The files that flags name and the run reads or writes itself.
fn files(args: &Args) -> Vec<PathBuf> {
    let lock = args.state.as_deref().map(lock_path);
    [args.state.clone(), lock, args.groups.clone(), args.accounts.clone(), args.accounts_key.clone()]
        .into_iter()
        .flatten()
        .chain(args.against.iter().cloned())
        .chain(cli::listed_files(args.sets.iter().chain(&args.allow)))
        .collect()
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
        return Err(Error::Usage("--memory cannot be used with --live; use --max-hosts".to_owned()));
    }
    let bytes = number::parse_size(text).filter(|&bytes| bytes >= MIN_MEMORY);
    let wanted = || format!("--memory {text}: expected a size of at least 64M: a whole number and K, M, G or T (powers of 1024), as in 2G");
    bytes.map(Some).ok_or_else(|| Error::Usage(wanted()))
}

/// Where accounts are written, and how.
fn accounts(args: &Args) -> Result<Option<AccountOptions>> {
    for (flag, path) in [("--accounts", &args.accounts), ("--groups", &args.groups)] {
        if path.as_deref().is_some_and(|path| path.as_os_str() == "-") {
            return Err(Error::Usage(format!("{flag} -: hosts go to stdout: name a file")));
        }
    }
    let Some(path) = args.accounts.clone() else { return Ok(None) };
    if args.groups.as_deref().is_some_and(|groups| is_same(groups, &path)) {
        return Err(Error::Usage(format!("--groups and --accounts cannot both be written to {}", path.display())));
    }
    let key = args.accounts_key.as_deref().map(accounts::read_key).transpose()?;
    Ok(Some(AccountOptions { path, key }))
}

fn config(args: &Args) -> Result<Config> {
    let timing = WindowOptions::new(args.window.as_deref(), args.resolution.as_deref().unwrap_or(DEFAULT_RESOLUTION))?;
    let rules = Rules::new(RuleSources { sets: &args.sets, rules: &args.rules, timing })?;
    if args.live && !rules.groups().is_empty() {
        return Err(Error::Usage("a [[group]] rule needs all hosts, so it cannot be used with --live".to_owned()));
    }
    if args.groups.is_some() && rules.groups().is_empty() {
        return Err(Error::Usage("--groups: no rule is over groups: --rules FILE with a [[group]] in it (docs/groups.md)".to_owned()));
    }
    let needs = rules.needs();
    let has_buckets = args.partial || !needs.windows.is_empty();
    if args.resolution.is_some() && !has_buckets {
        return Err(Error::Usage("--resolution needs --window, a rule with a window, or --partial".to_owned()));
    }
    Ok(Config {
        rules,
        weights: Weights::from_texts(&args.weights)?,
        allow: Arc::new(AddressSet::from_operands("--allow", &args.allow)?),
        keep: AggregationOptions {
            evidence: args.evidence.into(),
            resolution_seconds: has_buckets.then_some(timing.resolution_seconds),
            timeline: args.timeline,
            users: args.partial || needs.users,
            paths: args.partial || needs.paths,
            group_v6: args.group_v6,
            group_v4: args.group_v4,
            accounts: args.accounts.is_some(),
        },
        partial: args.partial,
        explain: match args.explain {
            None => Explain::None,
            Some(ExplainedHosts::Suspicious) => Explain::Suspicious,
            Some(ExplainedHosts::All) => Explain::All,
        },
        memory_bytes: memory(args)?,
        max_age: args
            .max_age
            .as_deref()
            .map(|age| read_length("--max-age", age))
            .transpose()?
            .map(|seconds| MaxAge { seconds, now: time::now() }),
        groups: args.groups.clone(),
        accounts: accounts(args)?,
        near: args.near,
        against: args.against.clone(),
        looked_for: args.signals.as_deref().map(SignalSet::from_names).transpose()?.unwrap_or_default(),
    })
}

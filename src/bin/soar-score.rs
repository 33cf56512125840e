//! `soar-score`: events in, one host an address out.

use std::process::ExitCode;

use clap::Parser;
use soar_light::cli::{self, Common};
use soar_light::error::Result;
use soar_light::net::AddressSet;
use soar_light::score::rules::{DEFAULT_RULES, Rules};
use soar_light::score::weight::Weights;
use soar_light::score::{self, Config};

/// Count events by address and say which addresses are highly suspicious
///
/// Reads events of soar-parse and hosts of soar-score, in any mixture; hosts are merged, so yesterday's output and
/// today's events make one dashboard. The score is the sum over signals of weight times count; an address is suspicious
/// when at least one rule holds. (The same log twice counts twice.)
#[derive(Debug, Parser)]
#[command(version, after_long_help = manual())]
struct Args {
    #[command(flatten)]
    common: Common,
    /// A rule, as a jq expression over the signals; repeatable, replaces the default rules (--help lists them)
    #[arg(long = "rule", value_name = "NAME=EXPR")]
    rules: Vec<String>,
    /// What one occurrence of a signal adds to the score, a whole number; repeatable
    #[arg(long = "weight", value_name = "SIGNAL=W")]
    weights: Vec<String>,
    /// Addresses that are never suspicious; a file has one address or CIDR a line, or is the JSON in which Google and Bing publish their crawlers' ranges; repeatable
    #[arg(long, value_name = "CIDR|FILE")]
    allow: Vec<String>,
    /// How many places to keep for each signal of an address, the earliest first
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(0..=1000))]
    evidence: u16,
}

fn manual() -> String {
    let rules: Vec<_> = DEFAULT_RULES.iter().map(|(name, expression)| format!("  {name}={expression}")).collect();
    format!("RULES (a host is suspicious when one holds)\n{}\n\n{}", rules.join("\n"), pages())
}

fn pages() -> String {
    cli::manual(
        "Records, one JSON object a line: events (soar.event/1), hosts (soar.host/1), or both.",
        "Hosts (schemas/host.schema.json), one a line: score descending, then address ascending. Written at the end of the input. Same input, same bytes, whatever --threads.",
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
    match config(&args) {
        Ok(config) => cli::run("soar-score", &args.common, None, |inputs, run, notices| score::run(&config, inputs, run, notices)),
        Err(error) => cli::conclude("soar-score", Err(error)),
    }
}

fn config(args: &Args) -> Result<Config> {
    Ok(Config {
        rules: Rules::compile(&args.rules)?,
        weights: Weights::from_texts(&args.weights)?,
        allow: AddressSet::from_operands("--allow", &args.allow)?,
        evidence: args.evidence.into(),
    })
}

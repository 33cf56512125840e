//! `soar-enrich`: events and hosts in, the same with what files know of their addresses out.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use soar_light::cli::{self, Common, Frame};
use soar_light::enrich::{self, Config};
use soar_light::io::InputOverrides;

/// Add what files know of addresses: networks, countries, lists, names
///
/// Reads events or hosts and adds "enrich" to each whose address is in one of the files: its system (as), its location (geo), the lists that
/// name it, and names that were looked up. Only files are read: nothing is resolved, and nobody is contacted. soar-score keeps "enrich",
/// and rules read it: .enrich.geo.country_iso_code == "FR".
// The help page is plain text.
#[allow(clippy::doc_markdown)]
#[derive(Debug, Parser)]
#[command(version, after_long_help = manual())]
struct Args {
    #[command(flatten)]
    common: Common,
    /// File in MaxMind's DB format (GeoLite2, DB-IP, IPinfo, ip-location-db, IP2Location): adds as and geo. With a name, its records are added
    /// as they are, under that key. If several files say the same thing, the first counts; repeatable
    #[arg(long, value_name = "FILE|NAME=FILE")]
    mmdb: Vec<String>,
    /// File of networks: one a line, CSV, a netset, a Tor exit list, or the JSON of a cloud, a search engine, Spamhaus or MISP. Addresses in it
    /// get NAME in lists; repeatable, and several files may have one name
    #[arg(long, value_name = "NAME=FILE")]
    list: Vec<String>,
    /// File of names that you looked up: an address and its names on each line, as in /etc/hosts
    #[arg(long, value_name = "FILE")]
    rdns: Option<PathBuf>,
    /// Check which events claim to be a crawler whose owner publishes its ranges (give these as --list; see docs/enrich.md for the names) or whose
    /// addresses have names (--rdns): adds crawler, and the tag `http_impostor` to events of impostors. `default` is the table that comes with the
    /// program
    #[arg(long, value_name = "default|FILE")]
    crawlers: Option<String>,
    /// Print where such files come from and under which licence, and exit
    #[arg(long)]
    fetch_help: bool,
}

fn manual() -> String {
    cli::manual(
        "Events (soar.event/1) or hosts (soar.host/1), one JSON object a line.",
        "The same lines in the same order. Those whose address is in a file gain \"enrich\"; every other byte is unchanged. Keys of \"enrich\" that other stages wrote stay; those of the files of this run are written anew.",
        "a line of the input or of a list was malformed",
        [
            "soar-parse auth.log | soar-score | soar-enrich --mmdb asn.mmdb --list drop=drop_v4.json | soar-report --columns ip,score,enrich.as.number,enrich.lists",
            "soar-enrich --mmdb asn.mmdb hosts.ndjson | soar-score --rule 'mine=.score > 5 and .enrich.as.number == 64496'",
            "soar-parse access.log | soar-enrich --list aws=ip-ranges.json | jq 'select(.enrich.lists)'",
        ],
    )
}

fn main() -> ExitCode {
    let args = match cli::read_args::<Args>("soar-enrich") {
        Ok(args) => args,
        Err(exit) => return exit,
    };
    if let Some(page) = args.common.generate {
        return cli::conclude("soar-enrich", &page.print("soar-enrich", Args::command(), &[]));
    }
    if args.fetch_help {
        return cli::conclude("soar-enrich", &cli::print(enrich::FETCH_HELP));
    }
    let file_of = |operand: &String| PathBuf::from(operand.split_once('=').map_or(&**operand, |(_, file)| file));
    let files = args.mmdb.iter().chain(&args.list).map(file_of).chain(args.rdns.clone()).collect();
    let frame = Frame { program: "soar-enrich", common: &args.common, files };
    match Config::open(&args.mmdb, &args.list, args.rdns.as_ref(), args.crawlers.as_deref()) {
        Ok(config) => frame.run(&InputOverrides::default(), |inputs, run, diagnostics| enrich::run(&config, inputs, run, diagnostics)),
        Err(error) => frame.fail(error),
    }
}

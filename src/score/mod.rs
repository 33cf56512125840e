//! soar-score: events and hosts in, one host for each address out, highest score first.
//!
//! Its own output is valid input: counts are summed, evidence is merged, and score, reason and rules are judged anew with
//! this run's flags. The result does not depend on order, on the split over files, or on threads.

mod external;
mod facts;
mod failure;
pub mod keep;
pub mod live;
pub mod name;
pub mod rules;
pub mod tally;
pub mod weight;

mod order;
mod read;
mod series;
mod state;
mod table;
mod write;

use std::net::IpAddr;

use external::Counting;
use keep::Keep;
use name::MAX_OTHER_NAMES;
use read::Records;
use rules::Rules;
use table::Table;
use weight::Weights;
use write::Form;

use crate::error::{Error, Exit, Result};
use crate::net::AddressSet;
use crate::record::intake::Intake;
use crate::record::run::count::{Counter, LineClass, LineCounts};
use crate::stream::Run;
use crate::stream::block::Block;
use crate::stream::input::Inputs;
use crate::stream::notice::Notices;
use crate::stream::ordered::map_blocks;
use crate::stream::output::Output;
use crate::stream::stats::Stats;

/// Past so many IPv6 addresses there are surely fewer senders.
const MANY_V6: u64 = 1_000_000;

/// What the program takes beside hosts: blocks that are read, what comes of them, and its own code.
const PROGRAM_BYTES: u64 = 64 << 20;

/// How many bytes the table may hold where the whole run may take `memory_bytes`. Half of the rest: what the allocator keeps of
/// a table that was spilled stands beside what sorts it.
fn table_bytes(memory_bytes: u64) -> usize {
    let bytes = memory_bytes.saturating_sub(PROGRAM_BYTES).max(memory_bytes / 4) / 2;
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

/// What a run was asked for.
#[derive(Debug)]
pub struct Config {
    /// What makes a host suspicious.
    pub rules: Rules,
    /// What a signal adds to the score.
    pub weights: Weights,
    /// Addresses that are never suspicious.
    pub allow: AddressSet,
    /// What is kept of each address.
    pub keep: Keep,
    /// Whether hosts are written with what a later merge of windows and distinct counts needs.
    pub partial: bool,
    /// Whether every host says what each rule saw.
    pub explain: bool,
    /// How many bytes the run may take before hosts are spilled to a temporary file; no matter for a live run.
    pub memory_bytes: Option<u64>,
    /// Hosts that are older are left out.
    pub max_age: Option<MaxAge>,
}

/// How old a host may be.
#[derive(Debug, Clone, Copy)]
pub struct MaxAge {
    /// How long ago it may have been last seen, in seconds.
    pub seconds: i64,
    /// What the clock says, in seconds since 1970.
    pub now: i64,
}

impl MaxAge {
    /// Since when a host must have been seen where `latest` is the last time of all: age is measured from that or from now, whatever
    /// is earlier, so that neither a clock that runs ahead nor a record from the future makes all hosts old.
    fn seen_since(self, latest: i64) -> i64 {
        latest.min(self.now).saturating_sub(self.seconds)
    }
}

impl Config {
    /// Whether an allow list names `ip`. That of a network is named only where the network was counted without the list.
    #[must_use]
    pub fn allows(&self, ip: IpAddr) -> bool {
        self.allow.contains(ip)
    }

    /// Whether a host that was last seen at `last_seen` is left out for its age where the last of all was seen at `latest`; one
    /// that has no time is of no age.
    fn is_too_old(&self, last_seen: Option<i64>, latest: Option<i64>) -> bool {
        let since = self.max_age.zip(latest).map(|(age, latest)| age.seen_since(latest));
        since.zip(last_seen).is_some_and(|(since, seen)| seen < since)
    }
}

/// Reads events and hosts from `inputs`, writes hosts to stdout.
///
/// # Errors
/// A record of an unknown `soar.*` schema, a rule that cannot be evaluated, a failed write, or no threads.
pub fn run(config: &Config, inputs: Inputs, run: &Run, notices: &mut Notices) -> Result<Exit> {
    let mut output = Output::stdout(run)?;
    run.watch.mind_reader();
    let keep = config.keep;
    let mut counting = Counting::new(keep, &config.allow, config.memory_bytes.map(table_bytes));
    let mut seen = Seen::default();
    map_blocks(
        inputs.reader(run),
        run,
        |block: Block| {
            let records = read::read_block(&block, &keep);
            run.blocks.give(block.bytes);
            records
        },
        |answer| match answer {
            Ok((records, intake)) => {
                counting.add(&records)?;
                seen.suggest_groups(&keep, counting.table().count_v6(), notices);
                seen.add(&records, intake, notices)
            }
            Err(error) => {
                seen.add_failed(&error, notices);
                Ok(())
            }
        },
    )
    .inspect_err(|_| seen.note(counting.table(), counting.table().hosts().len() as u64, &mut notices.stats))?;
    let form = if config.partial { Form::Partial } else { Form::Host };
    let judged = counting.write(config, form, |lines| output.write(lines));
    let table = counting.into_table();
    let addresses = judged.as_ref().map_or(table.hosts().len() as u64, |judged| judged.hosts);
    seen.note(&table, addresses, &mut notices.stats);
    let judged = match judged {
        Err(Error::ReaderLeft) => return Ok(seen.exit(&table)),
        other => other?,
    };
    seen.unknown_orders = judged.unknown_orders;
    seen.suggest_groups(&keep, judged.v6, notices);
    judged.note(&mut notices.stats);
    for &ip in &judged.too_long {
        seen.add_failed(&Error::HostTooLong { ip }, notices);
    }
    judged.failures.tell_from(0, &config.rules, notices);
    judged.failures.tell_rest(notices);
    seen.unjudged = judged.failures.count();
    seen.tell_end(config, &table, judged.hosts, &judged.to_string(), notices);
    Ok(seen.exit(&table))
}

/// What was read, apart from what was counted.
#[derive(Debug, Default)]
struct Seen {
    lines: LineCounts,
    nameless: u64,
    dropped_keys: u64,
    failed: u64,
    /// Hosts of which it is not known whether they failed before they logged in.
    unknown_orders: u64,
    has_suggested_groups: bool,
    /// How often a rule could not be evaluated for a host.
    unjudged: u64,
}

impl Seen {
    /// Says once what to do about very many IPv6 addresses, of which one sender may have as many as it likes.
    fn suggest_groups(&mut self, keep: &Keep, v6: u64, notices: &mut Notices) {
        if !self.has_suggested_groups && keep.group_v6.is_none() && v6 > MANY_V6 {
            self.has_suggested_groups = true;
            notices
                .warn("many_ipv6", &format!("more than {MANY_V6} IPv6 addresses: --group-v6 64 counts those of one network as one host"));
        }
    }

    fn add(&mut self, records: &Records, intake: Intake, notices: &mut Notices) -> Result<()> {
        self.lines += records.lines;
        self.nameless += records.nameless;
        self.dropped_keys += records.dropped_keys;
        notices.problems(|_| LineClass::Malformed.name(), &intake.file, &intake.flaws);
        intake.fatal.map_or(Ok(()), Err)
    }

    fn add_failed(&mut self, error: &Error, notices: &mut Notices) {
        notices.fail(error);
        self.failed += 1;
    }

    /// Says what there is to know at the end, and `outcome` in the summary.
    fn tell_end(&self, config: &Config, table: &Table, addresses: u64, outcome: &str, notices: &mut Notices) {
        notices.close();
        let is_seen = |name: &str| table.has_met(name);
        let is_left_out = |name: &str| table.names().leaves_out(name);
        let of_rules = config.rules.warnings(is_seen, is_left_out);
        for sentence in of_rules.into_iter().chain(config.weights.unknown_signals(is_seen, is_left_out)) {
            notices.warn("unknown_name", &sentence);
        }
        if self.unknown_orders > 0 && config.rules.read_login_order() {
            notices.warn("order_unknown", &format!(
                "order unknown: {} addresses failed and logged in, and not all is known of when and how (hosts of an older version, or events without a time or method): .failed_before_login is null",
                self.unknown_orders
            ));
        }
        self.tell_oddities(table, notices);
        let (events, hosts) = (self.lines[LineClass::Event], self.lines[LineClass::Host]);
        notices.say(&format!("{events} events and {hosts} hosts read: {addresses} addresses, {outcome}"));
    }

    /// Tells `stats` what was counted, also of a run that failed.
    fn note(&self, table: &Table, addresses: u64, stats: &mut Stats) {
        stats.lines.extend(self.lines.of_program("soar-score"));
        let counts = [
            (Counter::NoAddress, self.nameless),
            (Counter::NoTime, table.timeless()),
            (Counter::DroppedKeys, self.dropped_keys),
            (Counter::RefusedCounts, table.names().refused()),
            (Counter::Addresses, addresses),
        ];
        stats.counts.extend(counts.map(|(counter, count)| (counter.name(), count)));
    }

    fn tell_oddities(&self, table: &Table, notices: &mut Notices) {
        if self.nameless > 0 {
            notices.warn(
                "no_address",
                &format!("{} tagged events have no source.ip (the log has a host name) and count for no address", self.nameless),
            );
        }
        if self.dropped_keys > 0 {
            notices.warn(
                "dropped_keys",
                &format!(
                    "{} keys of host records (scan, and keys that this version does not know) are not carried over",
                    self.dropped_keys
                ),
            );
        }
        if table.names().refused() > 0 {
            notices.warn("refused_counts", &format!(
                "{} counts left out: more than {MAX_OTHER_NAMES} signal names that are not in the table (the first by name are counted), or names of more than 64 bytes",
                table.names().refused()
            ));
        }
        if table.timeless() > 0 {
            notices.warn("no_time", &format!("{} events have no time: they are counted, and are in no window", table.timeless()));
        }
        if table.is_saturated() {
            notices.warn("saturated", "a counter reached 2^53-1 and stays there");
        }
    }

    fn exit(&self, table: &Table) -> Exit {
        Exit::after(self.failed, self.lines[LineClass::Malformed] + self.unjudged + table.names().refused())
    }
}

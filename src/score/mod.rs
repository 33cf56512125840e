//! soar-score: events and hosts in, one host for each address out, highest score first.
//!
//! Its own output is valid input: counts are summed, evidence is merged, and score, reason and rules are judged anew with
//! this run's flags. The result does not depend on order, on the split over files, or on threads.

pub mod accounts;
pub mod alerts;
mod rule_failure;

mod config;
pub(crate) mod external;
mod facts;
mod groups;
pub mod rules;
pub mod weight;

pub mod labelled;
mod memory;
mod rank;
mod snapshot;
mod state;
mod write;
mod write_together;

use crate::aggregate::accounts::AccountTable;
use crate::aggregate::interner::MAX_OTHER_NAMES;
pub use crate::aggregate::options::AggregationOptions;
use crate::aggregate::read::ScoreRecords;
use crate::aggregate::table::Table;
pub use crate::score::config::{Config, Explain, MaxAge};
use crate::score::external::SpillingTable;
use crate::score::groups::Groups;
use crate::score::rules::known::KnownHosts;
use crate::score::write::OutputKind;

use crate::aggregate::read;
use std::io::Write as _;
use std::mem::ManuallyDrop;
use std::sync::Arc;

use crate::base::error::{Error, Exit, Result};
use crate::base::issue_counter::SHOWN;
use crate::base::number::{agree, counted};
use crate::io::Run;
use crate::io::block::Block;
use crate::io::diagnostics::Diagnostics;
use crate::io::input::Inputs;
use crate::io::ordered_pool::map_blocks;
use crate::io::output::{AtomicFile, Output};
use crate::io::overwrite::ensure_no_log;
use crate::io::stats::Stats;
use crate::record::host::service::MOST_SERVICES;
use crate::record::reader::RecordReader;
use crate::record::run::count::{Counter, LineClass, LineCounts};
use crate::record::signal;

/// Past so many IPv6 addresses there are surely fewer senders.
const MANY_V6: u64 = 1_000_000;

/// Reads the hosts of earlier runs, where rules ask for them.
pub(crate) fn know(config: &Config, run: &Run, diagnostics: &mut Diagnostics) -> Result<()> {
    if config.against.is_empty() {
        return Ok(());
    }
    if !config.rules.read_known_hosts() {
        diagnostics.warn("no_effect", "no rule reads new, new_network or known_since: --against changes nothing");
    }
    if let Some(known) = KnownHosts::read(&config.against, &config.keep, &config.allow, run)? {
        config.rules.know(&Arc::new(known));
    }
    Ok(())
}

/// Reads events and hosts from `inputs`, writes hosts to stdout.
///
/// # Errors
/// A record of an unknown `soar.*` schema, a rule that cannot be evaluated, a failed write, or no threads.
pub fn run(config: &Config, inputs: Inputs, run: &Run, diagnostics: &mut Diagnostics) -> Result<Exit> {
    config.groups.iter().try_for_each(|path| inputs.ensure_not_input(path))?;
    let account_path = config.accounts.as_ref().map(|accounts| &*accounts.path);
    account_path.map_or(Ok(()), |path| inputs.ensure_not_input(path))?;
    config.groups.iter().try_for_each(|path| ensure_no_log(path, "soar.group/"))?;
    account_path.map_or(Ok(()), |path| ensure_no_log(path, "soar.account/"))?;
    let group_file = config.groups.as_deref().map(AtomicFile::create).transpose()?;
    let account_file = account_path.map(AtomicFile::create).transpose()?;
    let has_files = group_file.is_some() || account_file.is_some();
    let mut output = Output::stdout(run)?;
    if !has_files {
        run.shutdown.stop_on_closed_stdout();
    }
    know(config, run, diagnostics)?;
    let keep = config.keep;
    let (table_bytes, account_bytes) = config.limits();
    let mut counting = SpillingTable::new(keep, &config.allow, table_bytes);
    let mut accounts = AccountTable::new(account_bytes);
    let mut seen = InputCounts::default();
    map_blocks(
        inputs.reader(run),
        run,
        |block: Block| {
            let records = read::read_block(&block, &keep);
            run.blocks.put(block.bytes);
            records
        },
        |answer| match answer {
            Ok((mut records, intake)) => {
                accounts.add(std::mem::take(&mut records.users))?;
                counting.add(&records)?;
                seen.suggest_groups(&keep, counting.table().count_v6(), diagnostics);
                seen.add(&records, intake, diagnostics)
            }
            Err(error) => {
                seen.add_failed(&error, diagnostics);
                Ok(())
            }
        },
    )
    .inspect_err(|_| seen.note(counting.table(), counting.table().host_count() as u64, &mut diagnostics.stats))?;
    let form = if config.partial { OutputKind::Partial } else { OutputKind::Host };
    let mut groups = Groups::of(&config.rules);
    let mut has_left = false;
    let judged = counting.write(config, form, groups.as_mut(), run.output_threads, |lines| match output.write(lines) {
        // Groups or accounts are still to be written.
        Err(Error::ReaderLeft) if has_files => {
            has_left = true;
            Ok(())
        }
        other if has_left => other.or(Ok(())),
        other => other,
    });
    // It ends with the process, whose memory goes back as a whole: taking millions of hosts apart would tell nobody anything.
    let table = ManuallyDrop::new(counting.into_table());
    let addresses = judged.as_ref().map_or(table.host_count() as u64, |judged| judged.hosts);
    seen.note(&table, addresses, &mut diagnostics.stats);
    let judged = match judged {
        Err(Error::ReaderLeft) => return Ok(seen.exit(&table)),
        other => other?,
    };
    seen.unknown_orders = judged.unknown_orders;
    seen.suggest_groups(&keep, judged.v6, diagnostics);
    judged.note(&mut diagnostics.stats);
    for &ip in &judged.too_long {
        seen.add_failed(&Error::HostTooLong { ip }, diagnostics);
    }
    judged.failures.tell_from(0, &config.rules, diagnostics);
    judged.failures.tell_rest(diagnostics);
    seen.unjudged = judged.failures.count() + tell_groups(groups.as_ref(), diagnostics);
    if let Some(file) = group_file {
        write_groups(groups.as_ref(), file)?;
    }
    let nameless = accounts.nameless;
    let told = match config.accounts.as_ref().zip(account_file) {
        Some((options, file)) => {
            let count = accounts::write(accounts, options, account_bytes, file)?;
            accounts::tell_gaps(seen.lines[LineClass::Host], nameless, diagnostics);
            format!("; {}", counted(count, "account"))
        }
        None => String::new(),
    };
    let found = groups.as_ref().map_or_else(String::new, |groups| format!("; {} found", counted(groups.count(), "group")));
    seen.tell_end(config, &table, judged.hosts, &format!("{judged}{found}{told}"), diagnostics);
    Ok(seen.exit(&table))
}

/// Says what of groups could not be evaluated; gives how much that was.
fn tell_groups(groups: Option<&Groups<'_>>, diagnostics: &mut Diagnostics) -> u64 {
    let failures: Vec<_> = groups.iter().flat_map(|groups| groups.failures()).collect();
    for sentence in failures.iter().take(SHOWN) {
        diagnostics.warn("rule_error", sentence);
    }
    let rest = failures.len().saturating_sub(SHOWN);
    diagnostics.warn_of(rest as u64, "rule_error", || format!("{rest} more times a rule could not be evaluated for a group"));
    failures.len() as u64
}

fn write_groups(groups: Option<&Groups<'_>>, mut file: AtomicFile) -> Result<()> {
    let mut lines = Vec::new();
    groups.iter().flat_map(|groups| groups.records()).for_each(|group| group.write_line(&mut lines));
    file.write_all(&lines).map_err(|error| file.error(&error))?;
    file.commit()
}

/// What was read, apart from what was counted.
#[derive(Debug, Default)]
struct InputCounts {
    lines: LineCounts,
    nameless: u64,
    dropped_keys: u64,
    without_timeline: u64,
    failed: u64,
    /// Hosts of which it is not known whether they failed before they logged in.
    unknown_orders: u64,
    has_suggested_groups: bool,
    /// How often a rule could not be evaluated for a host.
    unjudged: u64,
}

impl InputCounts {
    /// Says once what to do about very many IPv6 addresses, of which one sender may have as many as it likes.
    fn suggest_groups(&mut self, keep: &AggregationOptions, v6: u64, diagnostics: &mut Diagnostics) {
        if !self.has_suggested_groups && keep.group_v6.is_none() && v6 > MANY_V6 {
            self.has_suggested_groups = true;
            diagnostics
                .warn("many_ipv6", &format!("more than {MANY_V6} IPv6 addresses: --group-v6 64 counts those of one network as one host"));
        }
    }

    fn add(&mut self, records: &ScoreRecords, intake: RecordReader, diagnostics: &mut Diagnostics) -> Result<()> {
        self.lines += records.lines;
        self.nameless += records.nameless;
        self.dropped_keys += records.dropped_keys;
        self.without_timeline += records.without_timeline;
        diagnostics.rejects(|_| LineClass::Malformed.name(), &intake.file, &intake.issues);
        intake.fatal.map_or(Ok(()), Err)
    }

    fn add_failed(&mut self, error: &Error, diagnostics: &mut Diagnostics) {
        diagnostics.error(error);
        self.failed += 1;
    }

    /// Says what there is to know at the end, and `outcome` in the summary.
    fn tell_end(&self, config: &Config, table: &Table, addresses: u64, outcome: &str, diagnostics: &mut Diagnostics) {
        diagnostics.close();
        let is_looked_for = |name: &str| signal::index_of(name).is_some_and(|index| config.looked_for.contains(index));
        let is_seen = |name: &str| table.has_met(name) || is_looked_for(name);
        let is_left_out = |name: &str| table.names().leaves_out(name);
        let of_rules = config.rules.warnings(is_seen, is_left_out);
        for sentence in of_rules.into_iter().chain(config.weights.unknown_signals(is_seen, is_left_out)) {
            diagnostics.warn("unknown_name", &sentence);
        }
        if self.unknown_orders > 0 && config.rules.read_login_order() {
            diagnostics.warn("order_unknown", &format!(
                "order unknown: {} failed and logged in, but some times or methods are unknown (hosts of an older version, or events without a time or method): .failed_before_login is null",
                counted(self.unknown_orders, "address")
            ));
        }
        self.tell_oddities(table, diagnostics);
        let (events, hosts) = (self.lines[LineClass::Event], self.lines[LineClass::Host]);
        diagnostics.info(&format!(
            "{} and {} read: {}, {outcome}",
            counted(events, "event"),
            counted(hosts, "host"),
            counted(addresses, "address")
        ));
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

    fn tell_oddities(&self, table: &Table, diagnostics: &mut Diagnostics) {
        diagnostics.warn_of(self.nameless, "no_address", || {
            format!(
                "{} {} no source.ip (the log has a host name) and {} not counted",
                counted(self.nameless, "tagged event"),
                agree(self.nameless, "has", "have"),
                agree(self.nameless, "was", "were")
            )
        });
        diagnostics.warn_of(self.dropped_keys, "dropped_keys", || {
            format!(
                "{} of host records {} dropped: this version does not know {}",
                counted(self.dropped_keys, "key"),
                agree(self.dropped_keys, "was", "were"),
                agree(self.dropped_keys, "it", "them")
            )
        });
        diagnostics.warn_of(self.without_timeline, "no_timeline", || {
            format!(
                "{} {} written without --timeline: what {} counted is in no timeline",
                counted(self.without_timeline, "host"),
                agree(self.without_timeline, "was", "were"),
                agree(self.without_timeline, "it", "they")
            )
        });
        diagnostics.warn_of(table.names().refused(), "refused_counts", || {
            let dropped = counted(table.names().refused(), "count");
            let why = "signals outside the table (the first by name are counted), or names of more than 64 bytes";
            format!("{dropped} dropped: more than {MAX_OTHER_NAMES} {why}")
        });
        if table.timeless() > 0 {
            let (events, is_one) = (counted(table.timeless(), "event"), table.timeless() == 1);
            let told = if is_one {
                "has no time: it is counted, but is in no window"
            } else {
                "have no time: they are counted, but are in no window"
            };
            diagnostics.warn("no_time", &format!("{events} {told}"));
        }
        if table.has_left_out_services() {
            diagnostics.warn(
                "services_left_out",
                &format!("a host has more than {MOST_SERVICES} services: those behind the first by name are not in services"),
            );
        }
        if table.is_saturated() {
            diagnostics.warn("saturated", "a counter reached 2^53-1 and stays there");
        }
    }

    fn exit(&self, table: &Table) -> Exit {
        Exit::after(self.failed, self.lines[LineClass::Malformed] + self.unjudged + table.names().refused())
    }
}

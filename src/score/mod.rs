//! soar-score: events and hosts in, one host for each address out, highest score first.
//!
//! Its own output is valid input: counts are summed, evidence is merged, and score, reason and rules are judged anew with
//! this run's flags. The result does not depend on order, on the split over files, or on threads.

pub mod rules;
pub mod weight;

mod read;
mod table;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use read::Records;
use rules::Rules;
use table::{MAX_OTHER_NAMES, Table};
use weight::Weights;

use crate::error::{Error, Exit, Result};
use crate::net::AddressSet;
use crate::record::Text;
use crate::record::host::{HostRecord, Place};
use crate::record::intake::Intake;
use crate::record::signal::SIGNALS;
use crate::record::tally::Tally;
use crate::stream::Run;
use crate::stream::block::Block;
use crate::stream::input::Inputs;
use crate::stream::notice::Notices;
use crate::stream::ordered::map_blocks;
use crate::stream::output::Output;

/// How much is collected before it is written, in bytes.
const WRITE_BYTES: usize = 256 << 10;

/// What a run was asked for.
#[derive(Debug)]
pub struct Config {
    /// What makes a host suspicious.
    pub rules: Rules,
    /// What a signal adds to the score.
    pub weights: Weights,
    /// Addresses that are never suspicious.
    pub allow: AddressSet,
    /// How many places are kept for each signal of an address.
    pub evidence: usize,
}

/// Reads events and hosts from `inputs`, writes hosts to stdout.
///
/// # Errors
/// A record of an unknown `soar.*` schema, a rule that cannot be evaluated, a failed write, or no threads.
pub fn run(config: &Config, inputs: Inputs, run: &Run, notices: &mut Notices) -> Result<Exit> {
    let mut output = Output::stdout(run)?;
    run.watch.mind_reader();
    let mut table = Table::default();
    let mut seen = Seen::default();
    map_blocks(
        inputs.reader(run),
        run,
        |block: Block| {
            let records = read::read_block(&block);
            run.blocks.give(block.bytes);
            records
        },
        |answer| match answer {
            Ok((records, intake)) => {
                table.add(&records, config.evidence);
                seen.add(&records, intake, notices)
            }
            Err(error) => {
                notices.fail(&error);
                seen.unreadable += 1;
                Ok(())
            }
        },
    )?;
    notices.close();
    let is_seen = |name: &str| table.has_seen(name);
    for sentence in config.rules.unknown_keys(is_seen).into_iter().chain(config.weights.unknown_signals(is_seen)) {
        notices.say(&sentence);
    }
    let judged = match write_hosts(config, &table, &mut output) {
        Err(Error::ReaderLeft) => return Ok(seen.exit(&table)),
        other => other?,
    };
    seen.tell_oddities(&table, notices);
    notices.say(&format!("{} events and {} hosts read: {} addresses, {judged}", seen.events, seen.hosts, table.len()));
    Ok(seen.exit(&table))
}

/// What was read, apart from what was counted.
#[derive(Debug, Default)]
struct Seen {
    events: u64,
    hosts: u64,
    nameless: u64,
    dropped_keys: u64,
    flaws: u64,
    unreadable: u64,
}

impl Seen {
    fn add(&mut self, records: &Records, intake: Intake, notices: &mut Notices) -> Result<()> {
        self.events += records.events;
        self.hosts += records.hosts;
        self.nameless += records.nameless;
        self.dropped_keys += records.dropped_keys;
        self.flaws += intake.flaws.count();
        notices.problems(&intake.file, &intake.flaws);
        intake.fatal.map_or(Ok(()), Err)
    }

    fn tell_oddities(&self, table: &Table, notices: &mut Notices) {
        if self.nameless > 0 {
            notices.say(&format!("{} tagged events have no source.ip (the log has a host name) and count for no address", self.nameless));
        }
        if self.dropped_keys > 0 {
            notices.say(&format!(
                "{} keys of host records (scan, and keys that this version does not know) are not carried over",
                self.dropped_keys
            ));
        }
        if table.refused() > 0 {
            notices
                .say(&format!("{} counts left out: more than {MAX_OTHER_NAMES} signal names that are not in the table", table.refused()));
        }
        if table.is_saturated() {
            notices.say("a counter reached 2^53-1 and stays there");
        }
    }

    const fn exit(&self, table: &Table) -> Exit {
        Exit::after(self.unreadable, self.flaws + table.refused())
    }
}

/// An address with its tally. The order is of plain numbers, which takes half the time of comparing addresses.
struct Ranked<'t> {
    /// The largest number for the lowest score.
    rank: u64,
    is_v6: bool,
    bits: u128,
    tally: &'t Tally,
}

impl<'t> Ranked<'t> {
    fn new(score: u64, ip: IpAddr, tally: &'t Tally) -> Self {
        let (is_v6, bits) = match ip {
            IpAddr::V4(v4) => (false, v4.to_bits().into()),
            IpAddr::V6(v6) => (true, v6.to_bits()),
        };
        Self { rank: !score, is_v6, bits, tally }
    }

    fn ip(&self) -> IpAddr {
        // What is no IPv6 address came from 32 bits.
        #[allow(clippy::cast_possible_truncation)]
        if self.is_v6 { Ipv6Addr::from_bits(self.bits).into() } else { Ipv4Addr::from_bits(self.bits as u32).into() }
    }
}

/// How many hosts met a rule.
#[derive(Debug, Default)]
struct Judged {
    suspicious: u64,
    allowed: u64,
}

impl Judged {
    fn add(&mut self, host: &HostRecord<'_>) {
        self.suspicious += u64::from(host.suspicious);
        self.allowed += u64::from(host.allowed && !host.rules.is_empty());
    }
}

impl fmt::Display for Judged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} suspicious", self.suspicious)?;
        if self.allowed > 0 {
            write!(f, "; {} more met a rule, and --allow names them", self.allowed)?;
        }
        Ok(())
    }
}

/// Writes every host, highest score first.
fn write_hosts(config: &Config, table: &Table, output: &mut Output) -> Result<Judged> {
    let mut ranked: Vec<_> = table.iter().map(|(ip, tally)| Ranked::new(config.weights.score(tally).0, ip, tally)).collect();
    ranked.sort_unstable_by_key(|host| (host.rank, host.is_v6, host.bits));
    let mut judged = Judged::default();
    let mut lines = Vec::with_capacity(WRITE_BYTES + (WRITE_BYTES >> 2));
    for host in ranked {
        write_host(config, &host, &mut judged, &mut lines)?;
        if lines.len() >= WRITE_BYTES {
            output.write(&lines)?;
            lines.clear();
        }
    }
    output.write(&lines)?;
    Ok(judged)
}

/// Appends one host as a line, and counts what was judged of it.
fn write_host(config: &Config, host: &Ranked<'_>, judged: &mut Judged, lines: &mut Vec<u8>) -> Result<()> {
    let (ip, tally) = (host.ip(), host.tally);
    let (score, reason) = config.weights.score(tally);
    let verdict = config.rules.judge(tally)?;
    let allowed = config.allow.contains(ip);
    let others: Vec<_> = tally.signals().skip_while(|(name, _)| name.is_known()).collect();
    let known = SIGNALS.iter().zip(tally.known()).filter(|(s, count)| s.on_by_default || **count > 0);
    let record = HostRecord {
        score,
        reason: reason.as_ref().map(|name| Text::from(name.as_str())),
        suspicious: !verdict.is_empty() && !allowed,
        allowed,
        rules: verdict.iter().map(|&place| Text::from(config.rules.name(place))).collect(),
        signals: known
            .map(|(s, &count)| (Text::from(s.name), count))
            .chain(others.iter().map(|(name, count)| (Text::from(name.as_str()), *count)))
            .collect(),
        weights: config.weights.changed(),
        first_seen: tally.first_seen(),
        last_seen: tally.last_seen(),
        evidence: tally
            .evidence()
            .iter()
            .map(|e| Place { signal: Text::from(e.signal.as_str()), at: e.at, file: Text::from(&*e.file), line: e.line })
            .collect(),
        ..HostRecord::new(ip)
    };
    record.write_line(lines);
    judged.add(&record);
    Ok(())
}

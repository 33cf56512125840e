//! Hosts written: ranked by score, each as one line.

use std::fmt;

pub use crate::aggregate::sums::OutputKind;
use crate::aggregate::sums::{MOST_BYTES, SumWriter, WRITE_BYTES};
use crate::aggregate::table::{AggregatedHost, Table};
use crate::base::error::{Error, Result};
use crate::base::net::Address;
use crate::base::number::agree;
use crate::io::stats::Stats;
use crate::record::host::field::Raw;
use crate::record::host::{HostRecord, Kept, explain};
use crate::record::run::count::Counter;
use crate::record::{MAX_INTEGER, Text};
use crate::score::facts::HostFacts;
use crate::score::groups::Groups;
use crate::score::memory::Memory;
use crate::score::rank::rank;
use crate::score::rule_failure::RuleFailures;
use crate::score::rules::Verdict;
use crate::score::write_together::{HostList, write_together};
use crate::score::{Config, Explain};

/// How many hosts are brought into the cache at a time: by rank, each stands elsewhere in memory than the one before it.
const READ_TOGETHER: usize = 16;

/// How many hosts met a rule.
#[derive(Debug, Default)]
pub struct WriteStats {
    /// How many hosts there are, those that are left out included.
    pub hosts: u64,
    /// How many of them are single IPv6 addresses.
    pub v6: u64,
    suspicious: u64,
    /// Those that are not suspicious, but near a threshold.
    near: u64,
    allowed: u64,
    nameless: u64,
    has_capped_score: bool,
    /// Hosts that are left out for their age.
    pub too_old: u64,
    /// Hosts of which it is not known whether they failed before they logged in.
    pub unknown_orders: u64,
    /// Hosts with more evidence or logins than fit into a record.
    pub shortened: u64,
    /// Hosts that no stage could read again, and were left out.
    pub too_long: Vec<Address>,
    /// Rules that could not be evaluated.
    pub failures: RuleFailures,
}

impl WriteStats {
    /// Tells `stats` how many.
    pub fn note(&self, stats: &mut Stats) {
        stats.counts.extend([
            (Counter::Suspicious.name(), self.suspicious),
            (Counter::Allowed.name(), self.allowed),
            (Counter::TooOld.name(), self.too_old),
        ]);
    }

    /// Judges `host` with `writer`, which appends it to `lines` unless it is left out.
    pub fn write<'w, 't, 'r: 't>(
        &mut self,
        writer: &'w mut HostWriter<'t, '_, 'r>,
        host: &'t AggregatedHost,
        lines: &mut Vec<u8>,
    ) -> Result<Option<&'w HostRecord<'t>>> {
        self.hosts += 1;
        self.v6 += u64::from(host.ip.ip.is_ipv6() && !host.is_network);
        if writer.config.is_too_old(host.tally.last_seen(), writer.sums.table.latest()) {
            self.too_old += 1;
            return Ok(None);
        }
        match writer.write(host, lines) {
            // The busiest must not keep all others from being written.
            Err(Error::HostTooLong { ip }) => {
                self.too_long.push(ip);
                Ok(None)
            }
            record => {
                let record = record?;
                self.add(record);
                Ok(Some(record))
            }
        }
    }

    /// Appends a host that was judged before to `lines`, unless no stage could read it again.
    pub fn write_fitting(&mut self, host: &mut HostRecord<'_>, lines: &mut Vec<u8>) -> Result<()> {
        match write_limited(host, MOST_BYTES, lines) {
            Err(Error::HostTooLong { ip }) => self.too_long.push(ip),
            is_shorter => self.shortened += u64::from(is_shorter?),
        }
        Ok(())
    }

    /// Takes over what `writer` counted since it was asked last.
    pub fn close(&mut self, writer: &mut HostWriter<'_, '_, '_>) {
        self.shortened += std::mem::take(&mut writer.shortened);
        self.unknown_orders += std::mem::take(&mut writer.sums.unknown_orders);
        self.failures.merge(&std::mem::take(&mut writer.failures));
    }

    /// Adds what was counted of the hosts that come next.
    pub(super) fn merge(&mut self, next: Self) {
        // Each of them by name: one that is added later must be added here.
        let Self {
            hosts,
            v6,
            suspicious,
            near,
            allowed,
            nameless,
            has_capped_score,
            too_old,
            unknown_orders,
            shortened,
            too_long,
            failures,
        } = next;
        self.hosts += hosts;
        self.v6 += v6;
        self.suspicious += suspicious;
        self.near += near;
        self.allowed += allowed;
        self.nameless += nameless;
        self.has_capped_score |= has_capped_score;
        self.too_old += too_old;
        self.unknown_orders += unknown_orders;
        self.shortened += shortened;
        self.too_long.extend(too_long);
        self.failures.merge(&failures);
    }

    /// Counts what came of groups for a host that was added before.
    pub fn add_accused(&mut self, host: &HostRecord<'_>, was_suspicious: bool, verdict: &Verdict) {
        self.suspicious += u64::from(host.suspicious && !was_suspicious);
        self.failures.add(host.ip, verdict);
    }

    fn add(&mut self, host: &HostRecord<'_>) {
        self.suspicious += u64::from(host.suspicious);
        self.near += u64::from(!host.suspicious && !host.near.is_empty());
        self.allowed += u64::from(host.allowed && !host.rules.is_empty());
        self.nameless += u64::from(host.allowed && !host.rules.is_empty() && host.network.is_some());
        self.has_capped_score |= host.score >= MAX_INTEGER;
    }
}

impl fmt::Display for WriteStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} suspicious", self.suspicious)?;
        if self.near > 0 {
            write!(f, "; {} more nearly (--near)", self.near)?;
        }
        if self.allowed > 0 {
            write!(f, "; {} more matched a rule, but --allow names them", self.allowed)?;
        }
        if self.nameless > 0 {
            let what = agree(self.nameless, "is a network that was", "are networks that were");
            let whose = agree(self.nameless, "it", "them");
            write!(f, "; {} of these {what} counted without this --allow, and no other address of {whose} is known", self.nameless)?;
        }
        if self.too_old > 0 {
            write!(f, "; dropped {} last seen longer ago than --max-age", self.too_old)?;
        }
        if self.has_capped_score {
            f.write_str("; a score reached 2^53-1 and stays there")?;
        }
        if self.shortened > 0 {
            let (have, lack) = (agree(self.shortened, "has", "have"), agree(self.shortened, "lacks", "lack"));
            write!(f, "; {} {have} more data than fit into a record (1 MiB), and {lack} some evidence or enrichment", self.shortened)?;
        }
        Ok(())
    }
}

/// Writes every host, highest score first, with so many threads, and says how many met a rule.
pub fn write_hosts<'t, 'r: 't>(
    config: &'t Config,
    table: &'t Table,
    form: OutputKind,
    mut groups: Option<&mut Groups<'r>>,
    threads: usize,
    mut write: impl FnMut(&[u8]) -> Result<()> + Send,
) -> Result<WriteStats> {
    if let Some(groups) = &mut groups {
        sum_groups(config, table, form, groups);
    }
    // What a live run remembers is as exact after a pause as without one.
    // Hosts that are left out for their age count too: a part that is merged later does not know yet that they will be.
    let timeline_level = (config.keep.timeline && form != OutputKind::State).then(|| table.timeline_level(|host| host.tally.is_counted()));
    let ranked: Vec<_> = rank(config, table).collect();
    let list = HostList { table, form, timeline_level, hosts: &ranked };
    if groups.is_none()
        && let Some(judged) = write_together(config, list, threads, &mut write)
    {
        return judged;
    }
    let mut writer = HostWriter { groups, ..HostWriter::new(config, table, form) };
    writer.sums.timeline_level = timeline_level;
    let mut lines = Vec::with_capacity(WRITE_BYTES + (WRITE_BYTES >> 2));
    let mut judged = WriteStats::default();
    for host in fetched(&ranked) {
        judged.write(&mut writer, host, &mut lines)?;
        if lines.len() >= WRITE_BYTES {
            write(&lines)?;
            lines.clear();
        }
    }
    write(&lines)?;
    judged.close(&mut writer);
    Ok(judged)
}

/// The hosts one after the other, brought into the cache some at a time.
pub(super) fn fetched<'t>(hosts: &[&'t AggregatedHost]) -> impl Iterator<Item = &'t AggregatedHost> {
    hosts.chunks(READ_TOGETHER).flat_map(|some| {
        for host in some {
            host.prefetch_sums();
        }
        some.iter().copied()
    })
}

/// Adds every host to its groups, and judges these.
fn sum_groups(config: &Config, table: &Table, form: OutputKind, groups: &mut Groups<'_>) {
    let mut writer = HostWriter::new(config, table, form);
    let is_written = |host: &&AggregatedHost| host.tally.is_counted() && !config.is_too_old(host.tally.last_seen(), table.latest());
    for host in table.hosts().iter().filter(is_written) {
        writer.sums.put_sums(host);
        writer.put_verdict(host);
        groups.add(&writer.sums.record);
    }
    groups.judge();
}

/// Makes records of hosts, with what rules and weights say of them.
pub struct HostWriter<'t, 'g, 'r> {
    config: &'t Config,
    pub(super) sums: SumWriter<'t>,
    /// How long a line may be.
    pub limit_bytes: usize,
    /// Where they were summed.
    groups: Option<&'g mut Groups<'r>>,
    shortened: u64,
    failures: RuleFailures,
}

impl<'t, 'r: 't> HostWriter<'t, '_, 'r> {
    pub fn new(config: &'t Config, table: &'t Table, form: OutputKind) -> Self {
        let mut sums = SumWriter::new(table, form);
        (sums.record.weights, sums.record.snapshot) = (config.weights.changed(), form == OutputKind::Alert);
        sums.record.kept = if form == OutputKind::State { Memory::of(&config.rules).kept() } else { Kept::default() };
        Self { config, sums, limit_bytes: MOST_BYTES, groups: None, shortened: 0, failures: RuleFailures::default() }
    }

    /// Appends `host` as a line, and gives its record.
    pub fn write(&mut self, host: &'t AggregatedHost, lines: &mut Vec<u8>) -> Result<&HostRecord<'t>> {
        self.sums.put_sums(host);
        self.put_verdict(host);
        self.shortened += u64::from(write_limited(&mut self.sums.record, self.limit_bytes, lines)?);
        Ok(&self.sums.record)
    }

    /// What rules and weights say.
    fn put_verdict(&mut self, host: &'t AggregatedHost) {
        let (config, SumWriter { table, form, record, .. }) = (self.config, &mut self.sums);
        let (score, reason) = config.weights.score(&host.tally, table.names());
        (record.score, record.reason) = (score, reason.map(|signal| Text::from(table.names().name(signal))));
        let facts = HostFacts { table, host, score };
        let verdict = config.rules.judge(&facts);
        self.failures.add(host.ip, &verdict);
        record.allowed = config.allows(host.ip);
        record.suspicious = !verdict.held.is_empty() && !record.allowed;
        // Where there are groups, those may accuse it yet.
        let is_explained = config.explain.has(record.suspicious) || !config.rules.groups().is_empty() && config.explain != Explain::None;
        record.explain = if is_explained { explain::write(&config.rules.explain(&facts)) } else { Raw::default() };
        record.rules.clear();
        record.rules.extend(verdict.held.iter().map(|&index| Text::from(config.rules.name(index))));
        record.attack.clear();
        for id in verdict.held.iter().filter_map(|&index| config.rules.attack(index)).map(Text::from) {
            if !record.attack.contains(&id) {
                record.attack.push(id);
            }
        }
        record.near.clear();
        if let Some(distance) = config.near.filter(|_| !record.allowed && *form != OutputKind::State) {
            record.near.extend(config.rules.near(&facts, distance));
        }
        record.groups.clear();
        if let Some(groups) = &mut self.groups {
            let verdict = groups.tell(record, config.explain);
            self.failures.add(host.ip, &verdict);
        }
        if *form == OutputKind::State {
            let rule = |&(rule, at): &(usize, i64)| (Text::from(config.rules.name(rule)), at);
            record.alerted.clear();
            record.alerted.extend(host.tally.alerted().iter().map(rule));
        }
    }
}

/// Appends `record` as a line of no more than `limit` bytes: again, if need be, with less and less of what is told for people alone,
/// so that the busiest address keeps nobody else from being told. Says whether something was left out.
fn write_limited(record: &mut HostRecord<'_>, limit: usize, lines: &mut Vec<u8>) -> Result<bool> {
    let start = lines.len();
    record.write_line(lines);
    let is_too_long = lines.len() - start > limit;
    while lines.len() - start > limit {
        lines.truncate(start);
        if !record.shorten() {
            // Names of rules are left, which the run was given.
            return Err(Error::HostTooLong { ip: record.ip });
        }
        record.write_line(lines);
    }
    Ok(is_too_long)
}

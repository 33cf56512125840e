//! Hosts written: ranked by score, each as one line.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use super::Config;
use super::facts::HostFacts;
use super::failure::RuleFailures;
use super::name::SignalId;
use super::table::{Host, Table};
use super::tally::Tally;
use crate::error::{Error, Result};
use crate::record::host::{HostRecord, Place};
use crate::record::partial::{Partial, SignalBuckets};
use crate::record::run::count::Counter;
use crate::record::signal::{self, LOGIN_ACCEPTED, SIGNALS, Value};
use crate::record::{MAX_INTEGER, Text};
use crate::stream::block::MAX_LINE;
use crate::stream::stats::Stats;

/// How much is collected before it is written, in bytes.
pub(super) const WRITE_BYTES: usize = 256 << 10;

/// How long a record may be, in bytes: soar-scan adds to it, and it stays a line that can be read.
const MOST_BYTES: usize = MAX_LINE - (64 << 10);

/// The place of a host with what it is ranked by. Plain numbers, which takes half the time of comparing addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Ranked {
    /// The largest number for the lowest score.
    rank: u64,
    /// IPv4 first, then by value.
    family: u16,
    high: u64,
    low: u64,
    /// A network may be called by an address that is a host of its own, which comes first.
    is_network: bool,
    place: u32,
}

/// How many hosts met a rule.
#[derive(Debug, Default)]
pub struct Judged {
    /// How many hosts there are, those that are left out included.
    pub hosts: u64,
    /// How many of them are single IPv6 addresses.
    pub v6: u64,
    suspicious: u64,
    allowed: u64,
    nameless: u64,
    has_capped_score: bool,
    /// Hosts that are left out for their age.
    pub too_old: u64,
    /// Hosts of which it is not known whether they failed before they logged in.
    pub unknown_orders: u64,
    /// Hosts with more places or logins than a record has room for.
    pub shortened: u64,
    /// Hosts that no stage could read again, and were left out.
    pub too_long: Vec<IpAddr>,
    /// Rules that could not be evaluated.
    pub failures: RuleFailures,
}

impl Judged {
    /// Tells `stats` how many.
    pub fn note(&self, stats: &mut Stats) {
        stats.counts.extend([
            (Counter::Suspicious.name(), self.suspicious),
            (Counter::Allowed.name(), self.allowed),
            (Counter::TooOld.name(), self.too_old),
        ]);
    }

    /// Judges `host` with `writer`, which appends it to `lines` unless it is left out.
    ///
    /// # Errors
    /// A rule that cannot be evaluated.
    pub fn write<'w, 't>(
        &mut self,
        writer: &'w mut HostWriter<'t>,
        host: &'t Host,
        lines: &mut Vec<u8>,
    ) -> Result<Option<&'w HostRecord<'t>>> {
        self.hosts += 1;
        self.v6 += u64::from(host.ip.is_ipv6() && !host.is_network);
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

    /// Takes over what `writer` counted.
    pub fn close(&mut self, writer: &HostWriter<'_>) {
        self.shortened += writer.shortened;
        self.unknown_orders += writer.sums.unknown_orders;
        self.failures.merge(&writer.failures);
    }

    fn add(&mut self, host: &HostRecord<'_>) {
        self.suspicious += u64::from(host.suspicious);
        self.allowed += u64::from(host.allowed && !host.rules.is_empty());
        self.nameless += u64::from(host.allowed && !host.rules.is_empty() && host.network.is_some());
        self.has_capped_score |= host.score >= MAX_INTEGER;
    }
}

impl fmt::Display for Judged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} suspicious", self.suspicious)?;
        if self.allowed > 0 {
            write!(f, "; {} more met a rule, and --allow names them", self.allowed)?;
        }
        if self.nameless > 0 {
            write!(f, "; of {} of these, networks counted without that --allow, no other address is known", self.nameless)?;
        }
        if self.too_old > 0 {
            write!(f, "; dropped {} last seen longer ago than --max-age", self.too_old)?;
        }
        if self.has_capped_score {
            f.write_str("; a score reached 2^53-1 and stays there")?;
        }
        if self.shortened > 0 {
            write!(f, "; {} have more to tell than a record may hold (1 MiB), and lack some evidence", self.shortened)?;
        }
        Ok(())
    }
}

/// Writes every host, highest score first, and says how many met a rule.
///
/// # Errors
/// A failed write.
pub fn write_hosts(config: &Config, table: &Table, form: Form, mut write: impl FnMut(&[u8]) -> Result<()>) -> Result<Judged> {
    let mut writer = HostWriter::new(config, table, form);
    let mut lines = Vec::with_capacity(WRITE_BYTES + (WRITE_BYTES >> 2));
    let mut judged = Judged::default();
    for host in rank(config, table) {
        judged.write(&mut writer, host, &mut lines)?;
        if lines.len() >= WRITE_BYTES {
            write(&lines)?;
            lines.clear();
        }
    }
    write(&lines)?;
    judged.close(&writer);
    Ok(judged)
}

/// The hosts, highest score first, then by address.
fn rank<'t>(config: &Config, table: &'t Table) -> impl Iterator<Item = &'t Host> {
    let places = (0..).zip(table.hosts());
    let mut ranked: Vec<_> =
        places.map(|(place, host)| Ranked::new(config.weights.score(&host.tally, table.names()).0, host, place)).collect();
    ranked.sort_unstable();
    ranked.into_iter().map(|ranked| &table.hosts()[ranked.place as usize])
}

impl Ranked {
    fn new(score: u64, host: &Host, place: u32) -> Self {
        let (family, bits) = match host.ip {
            IpAddr::V4(v4) => (4, v4.to_bits().into()),
            IpAddr::V6(v6) => (6, v6.to_bits()),
        };
        // Cut into halves.
        #[allow(clippy::cast_possible_truncation)]
        let (high, low) = ((bits >> 64) as u64, bits as u64);
        Self { rank: !score, family, high, low, is_network: host.is_network, place }
    }
}

/// What a record of a host is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// To be read, and added up as far as sums go.
    Host,
    /// To be added up, whatever the rules.
    Partial,
    /// To be acted on, once.
    Alert,
}

/// Makes records of what hosts are counted by. Holds one record, whose lists are used again for the next host.
pub struct SumWriter<'t> {
    table: &'t Table,
    form: Form,
    record: HostRecord<'t>,
    unknown_orders: u64,
}

impl<'t> SumWriter<'t> {
    /// A writer of the hosts of `table`.
    #[must_use]
    pub fn new(table: &'t Table, form: Form) -> Self {
        Self { table, form, record: HostRecord::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED)), unknown_orders: 0 }
    }

    /// Hands `host` to `take` as lines that add up to it, however long they are: one for what is counted of the table's signals,
    /// one for each other signal, which may be left out in the end.
    ///
    /// # Errors
    /// What `take` gives.
    pub fn write_parts(&mut self, host: &'t Host, line: &mut Vec<u8>, mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let mut put = |part: &HostRecord<'_>| {
            line.clear();
            part.write_line(line);
            take(line)
        };
        self.put_sums(host);
        if host.tally.others().is_empty() {
            return put(&self.record);
        }
        let whole = self.record.to_owned();
        if host.tally.has_known() {
            let known = &mut self.record;
            (known.first_seen, known.last_seen) = host.tally.known_period();
            keep_signals(known, |name| signal::index_of(name).is_some());
            put(known)?;
        }
        for (id, other) in host.tally.others() {
            let (first_seen, last_seen) = other.period();
            let partial = whole.partial.as_ref().map(|partial| Partial { users: None, paths: None, ..partial.to_owned() });
            let HostRecord { network, ip_last_seen, signals, evidence, .. } = whole.to_owned();
            let part = HostRecord::new(whole.ip);
            let mut part = HostRecord { network, signals, first_seen, last_seen, ip_last_seen, evidence, partial, ..part };
            keep_signals(&mut part, |name| name == self.table.names().name(*id));
            put(&part)?;
        }
        Ok(())
    }

    fn put_sums(&mut self, host: &'t Host) {
        let Self { table, record, .. } = self;
        let (names, tally) = (table.names(), &host.tally);
        record.ip = host.ip;
        record.network = table.keep().network(host.ip).filter(|_| host.is_network).map(Text::from);
        record.signals.clear();
        let known = SIGNALS.iter().zip(tally.known()).filter(|(signal, count)| signal.on_by_default || **count > 0);
        record.signals.extend(known.map(|(signal, &count)| (Text::from(signal.name), count)));
        let counted = |&signal: &SignalId| (Text::from(names.name(signal)), tally.count_of(signal));
        record.signals.extend(names.others().iter().map(counted).filter(|(_, count)| *count > 0));
        (record.first_seen, record.last_seen) = (tally.first_seen(), tally.last_seen());
        record.ip_last_seen = tally.ip_last_seen();
        self.put_evidence(host);
        self.put_values(host);
    }

    fn put_evidence(&mut self, host: &'t Host) {
        let evidence = host.tally.evidence();
        let place = |&(signal, place): &(SignalId, super::tally::Place)| Place {
            signal: Text::from(self.table.names().name(signal)),
            at: place.at(),
            file: Text::from(&**self.table.files().text(place.file)),
            line: place.line,
        };
        let known = evidence.partition_point(|(signal, _)| signal.index().is_some());
        self.record.evidence.clear();
        self.record.evidence.extend(evidence[..known].iter().map(place));
        let of = |&other: &SignalId| evidence[known..].iter().filter(move |(signal, _)| *signal == other);
        self.record.evidence.extend(self.table.names().others().iter().flat_map(of).map(place));
    }

    /// When logins were refused and let in, and what comes of it where somebody was let in.
    fn put_logins(&mut self, tally: &'t Tally) {
        match tally.order() {
            Some(order) => order.put(&mut self.record.login_order, self.table.files()),
            None => self.record.login_order.clear(),
        }
        let has_login = tally.count_of_any(LOGIN_ACCEPTED) > 0;
        let failed = tally.failed_before_login();
        self.unknown_orders += u64::from(failed.is_none());
        self.record.failed_before_login = failed.filter(|_| has_login);
    }

    /// What rules over values read, and what a later merge needs.
    fn put_values(&mut self, host: &'t Host) {
        let (keep, tally) = (self.table.keep(), &host.tally);
        let count = |value| keep.counts(value).then(|| tally.distinct(value).map_or(0, |distinct| distinct.count() as u64));
        (self.record.users, self.record.paths) = (count(Value::User), count(Value::Path));
        self.put_logins(tally);
        if self.form != Form::Partial {
            return;
        }
        let signals = (0..SIGNALS.len()).map(SignalId::known).chain(self.table.names().others().iter().copied());
        let buckets = |signal| {
            let (series, signal) = (tally.series_of(signal)?, Text::from(self.table.names().name(signal)));
            Some(SignalBuckets { signal, shift: series.shift(), buckets: series.buckets().clone() })
        };
        let buckets = signals.filter_map(buckets).collect();
        let distinct = |value| keep.counts(value).then(|| tally.distinct(value).cloned().unwrap_or_default());
        let (users, paths) = (distinct(Value::User), distinct(Value::Path));
        self.record.partial = Some(Partial { resolution_seconds: keep.resolution_seconds, buckets, users, paths });
    }
}

/// Makes records of hosts, with what rules and weights say of them.
pub struct HostWriter<'t> {
    config: &'t Config,
    sums: SumWriter<'t>,
    shortened: u64,
    failures: RuleFailures,
}

impl<'t> HostWriter<'t> {
    /// A writer of the hosts of `table`.
    #[must_use]
    pub fn new(config: &'t Config, table: &'t Table, form: Form) -> Self {
        let mut sums = SumWriter::new(table, form);
        (sums.record.weights, sums.record.snapshot) = (config.weights.changed(), form == Form::Alert);
        Self { config, sums, shortened: 0, failures: RuleFailures::default() }
    }

    /// Appends `host` as a line, and gives its record.
    ///
    /// # Errors
    /// [`Error::HostTooLong`] for a host that needs more than a line may have.
    pub fn write(&mut self, host: &'t Host, lines: &mut Vec<u8>) -> Result<&HostRecord<'t>> {
        self.sums.put_sums(host);
        self.put_verdict(host);
        let start = lines.len();
        self.sums.record.write_line(lines);
        if lines.len() - start > MOST_BYTES {
            self.shortened += 1;
            self.write_shorter(start, lines)?;
        }
        Ok(&self.sums.record)
    }

    /// What rules and weights say.
    fn put_verdict(&mut self, host: &'t Host) {
        let (config, SumWriter { table, form, record, .. }) = (self.config, &mut self.sums);
        let (score, reason) = config.weights.score(&host.tally, table.names());
        (record.score, record.reason) = (score, reason.map(|signal| Text::from(table.names().name(signal))));
        let facts = HostFacts { table, host, score };
        let verdict = config.rules.judge(&facts);
        self.failures.add(host.ip, &verdict);
        record.explain = if config.explain { config.rules.explain(&facts) } else { Vec::new() };
        record.allowed = config.allows(host.ip);
        record.suspicious = !verdict.held.is_empty() && !record.allowed;
        record.rules.clear();
        record.rules.extend(verdict.held.iter().map(|&place| Text::from(config.rules.name(place))));
        if *form == Form::Partial {
            let rule = |&(rule, at): &(usize, i64)| (Text::from(config.rules.name(rule)), at);
            record.alerted.clear();
            record.alerted.extend(host.tally.alerted().iter().map(rule));
        }
    }

    /// Writes the record again from `start` on, with less and less of what is told for people alone: sums, buckets and distinct
    /// values are bounded, so that they have room (see `record::partial`), and the busiest address keeps nobody else from being told.
    fn write_shorter(&mut self, start: usize, lines: &mut Vec<u8>) -> Result<()> {
        while lines.len() - start > MOST_BYTES {
            lines.truncate(start);
            let record = &mut self.sums.record;
            if !record.evidence.is_empty() {
                halve_evidence(&mut record.evidence);
            } else if !record.explain.is_empty() {
                record.explain.clear();
            } else if !record.login_order.latest.is_empty() {
                let latest = &mut record.login_order.latest;
                latest.drain(..latest.len().div_ceil(2));
            } else {
                // Names of rules are left, which the run was given.
                return Err(Error::HostTooLong { ip: record.ip });
            }
            record.write_line(lines);
        }
        Ok(())
    }
}

/// Leaves of what `host` counts the signals that are wanted.
fn keep_signals(host: &mut HostRecord<'_>, is_wanted: impl Fn(&str) -> bool) {
    host.signals.retain(|(name, _)| is_wanted(&name.0));
    host.evidence.retain(|place| is_wanted(&place.signal.0));
    host.partial.iter_mut().for_each(|partial| partial.buckets.retain(|buckets| is_wanted(&buckets.signal.0)));
}

/// Keeps the earlier half of the places of each signal, rounded down.
fn halve_evidence(evidence: &mut Vec<Place<'_>>) {
    let parts: Vec<_> = evidence.chunk_by(|one, other| one.signal == other.signal).map(<[_]>::len).collect();
    let mut wanted = parts.into_iter().flat_map(|len| (0..len).map(move |place| place < len / 2));
    evidence.retain(|_| wanted.next().unwrap_or(false));
}

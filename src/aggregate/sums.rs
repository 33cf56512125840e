//! Records of hosts as far as they are sums: what was counted, seen and kept of an address. What rules and weights say of it is for who
//! reads them.

use std::net::{IpAddr, Ipv4Addr};

use crate::aggregate::interner::SignalId;
use crate::aggregate::table::{AggregatedHost, Table};
use crate::aggregate::tally::{EvidencePosition, HostAggregate};
use crate::base::error::Result;
use crate::base::net::Address;
use crate::io::block::MAX_LINE;
use crate::record::Text;
use crate::record::host::enrich::Enrich;
use crate::record::host::partial::{Partial, SignalBuckets};
use crate::record::host::timeline::Timeline;
use crate::record::host::{Evidence, HostRecord};
use crate::record::signal::{self, LOGIN_ACCEPTED, SIGNALS, Value};

/// How much is collected before it is written, in bytes.
pub(crate) const WRITE_BYTES: usize = 256 << 10;

/// How long a record may be, in bytes: soar-scan adds to it, and it stays a line that can be read.
pub(crate) const MOST_BYTES: usize = MAX_LINE - (64 << 10);

/// What a record of a host is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputKind {
    /// To be read, and added up as far as sums go.
    Host,
    /// To be added up, whatever the rules.
    Partial,
    /// The same, by a later live run.
    State,
    /// To be acted on, once.
    Alert,
}

/// Makes records of what hosts are counted by. Holds one record, whose lists are used again for the next host.
pub(crate) struct SumWriter<'t> {
    pub table: &'t Table,
    pub form: OutputKind,
    /// The last record.
    pub record: HostRecord<'t>,
    /// How coarse the timelines of the run are; `None`: each is as coarse as its own period makes it.
    pub timeline_level: Option<u8>,
    /// How many hosts failed and logged in, in an order that is not known.
    pub unknown_orders: u64,
}

impl<'t> SumWriter<'t> {
    pub(crate) fn new(table: &'t Table, form: OutputKind) -> Self {
        Self {
            table,
            form,
            record: HostRecord::new(Address::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED))),
            timeline_level: None,
            unknown_orders: 0,
        }
    }

    /// Hands `host` to `take` as lines that add up to it, however long they are: one for what is counted of the table's signals,
    /// one for each other signal, which may be left out in the end.
    pub(crate) fn write_parts(
        &mut self,
        host: &'t AggregatedHost,
        line: &mut Vec<u8>,
        mut take: impl FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        let mut put = |part: &HostRecord<'_>| {
            line.clear();
            part.write_line(line);
            take(line)
        };
        self.put_sums(host);
        if host.tally.others().is_empty() {
            return put(&self.record);
        }
        let whole = self.record.clone();
        if host.tally.has_known() {
            let known = &mut self.record;
            (known.first_seen, known.last_seen) = host.tally.known_period();
            known.keep_signals(|name| signal::index_of(name).is_some());
            put_timeline(&mut known.timeline, self.table, host, None, |signal| signal.index().is_some());
            put(known)?;
        } else if let Some(carried) = host.tally.carried() {
            let mut part = HostRecord { network: whole.network.clone(), ..HostRecord::new(whole.ip) };
            carried.put(&mut part);
            put(&part)?;
        }
        for (id, other) in host.tally.others() {
            let (first_seen, last_seen) = other.period();
            let partial = whole
                .partial
                .as_ref()
                .map(|partial| Partial { users: None, paths: None, ..partial.clone() })
                .filter(|partial| !partial.is_empty());
            let HostRecord { network, ip_last_seen, signals, evidence, .. } = whole.clone();
            let part = HostRecord::new(whole.ip);
            let mut part = HostRecord { network, signals, first_seen, last_seen, ip_last_seen, evidence, partial, ..part };
            put_timeline(&mut part.timeline, self.table, host, None, |signal| signal == *id);
            part.keep_signals(|name| name == self.table.names().name(*id));
            put(&part)?;
        }
        Ok(())
    }

    /// Makes the record of what `host` was counted by.
    pub(crate) fn put_sums(&mut self, host: &'t AggregatedHost) {
        let Self { table, record, .. } = self;
        let (names, tally) = (table.names(), &host.tally);
        record.ip = host.ip;
        record.network = table.keep().network(host.ip).filter(|_| host.is_network).map(Text::from);
        record.signals.clear();
        let known = SIGNALS.iter().zip(tally.known()).filter(|(signal, count)| signal.is_always_written || *count > 0);
        record.signals.extend(known.map(|(signal, count)| (Text::from(signal.name), count)));
        let counted = |&signal: &SignalId| (Text::from(names.name(signal)), tally.count_of(signal));
        record.signals.extend(names.others().iter().map(counted).filter(|(_, count)| *count > 0));
        record.services.clear();
        record.services.extend(tally.services().map(|(service, count)| (Text::from(service), count)));
        (record.first_seen, record.last_seen) = (tally.first_seen(), tally.last_seen());
        record.ip_last_seen = tally.ip_last_seen();
        self.put_evidence(host);
        self.put_values(host);
        (self.record.enrich, self.record.scan) = (Enrich::default(), None);
        if let Some(carried) = host.tally.carried() {
            carried.put(&mut self.record);
        }
    }

    fn put_evidence(&mut self, host: &'t AggregatedHost) {
        let evidence = host.tally.evidence();
        let position = |&(signal, position): &(SignalId, EvidencePosition)| Evidence {
            signal: Text::from(self.table.names().name(signal)),
            at: position.at(),
            file: Text::from(&**self.table.files().text(position.file)),
            line: position.line,
        };
        let known = evidence.partition_point(|(signal, _)| signal.index().is_some());
        self.record.evidence.clear();
        self.record.evidence.extend(evidence[..known].iter().map(position));
        let of = |&other: &SignalId| evidence[known..].iter().filter(move |(signal, _)| *signal == other);
        self.record.evidence.extend(self.table.names().others().iter().flat_map(of).map(position));
    }

    /// When logins were refused and let in, and what comes of it where somebody was let in.
    fn put_logins(&mut self, tally: &'t HostAggregate) {
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
    fn put_values(&mut self, host: &'t AggregatedHost) {
        let (keep, tally) = (self.table.keep(), &host.tally);
        let count = |value| keep.counts(value).then(|| tally.distinct(value).map_or(0, |distinct| distinct.count() as u64));
        (self.record.users, self.record.paths) = (count(Value::User), count(Value::Path));
        self.put_logins(tally);
        put_timeline(&mut self.record.timeline, self.table, host, self.timeline_level, |_| true);
        if !matches!(self.form, OutputKind::Partial | OutputKind::State) {
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
        let partial = Partial { resolution_seconds: keep.resolution_seconds, buckets, users, paths };
        self.record.partial = Some(partial).filter(|partial| !partial.is_empty());
    }
}

/// Puts the counts by time of the signals that are wanted into `timeline`.
fn put_timeline<'t>(
    timeline: &mut Timeline<'t>,
    table: &'t Table,
    host: &'t AggregatedHost,
    level: Option<u8>,
    is_wanted: impl Fn(SignalId) -> bool,
) {
    timeline.signals.clear();
    if let Some(counts) = host.tally.timeline() {
        counts.put(timeline, table.names(), level, is_wanted);
    }
}

//! The table of addresses: every record added to the tally of its address. What it holds is bounded by the number of
//! addresses and, with windows, of their non-empty buckets.

mod deferred;
mod memory;

mod host;
mod key;
mod service;
mod sight;
mod timeline;
mod watch;

use std::collections::HashMap;

use crate::aggregate::interner::{SignalId, SignalNames, StringInterner};
use crate::aggregate::options::AggregationOptions;
use crate::aggregate::read::{EventRow, PartialHost, ScoreRecords};
use crate::aggregate::table::deferred::DeferredEvents;
pub use crate::aggregate::table::host::AggregatedHost;
use crate::aggregate::table::host::DisplayIp;
pub(crate) use crate::aggregate::table::key::HostKey;
pub use crate::aggregate::table::key::SortKey;
use crate::aggregate::table::memory::MOST_FILES;
use crate::aggregate::table::sight::Sight;
pub use crate::aggregate::table::watch::Watcher;
use crate::aggregate::tally::EvidencePosition;
use crate::base::net::{Address, AddressSet, Zone};
use crate::record::host::SeenAt;
use crate::record::host::partial::{Partial, SignalBuckets};
use crate::record::signal::{self, SignalSet, Value};

/// A map whose hasher is keyed at random, so that no log can be crafted to make it slow; ahash is faster than std's (measured:
/// `cargo bench memory::map`).
type Map<K> = HashMap<K, u32, ahash::RandomState>;

/// One tally an address.
#[derive(Debug, Default)]
pub struct Table {
    keep: AggregationOptions,
    /// The addresses that are never counted for their network.
    allow: AddressSet,
    /// The indexes in `hosts`. Of four bytes each, since nearly all addresses are IPv4.
    v4: Map<u32>,
    v6: Map<u128>,
    zoned: Map<(u128, Zone)>,
    networks: Map<u128>,
    hosts: Vec<AggregatedHost>,
    files: StringInterner,
    /// Past so many files, those that no evidence names are forgotten: a sender may name ever new ones.
    most_files: usize,
    names: SignalNames,
    met: SignalSet,
    saturated: bool,
    has_left_out_services: bool,
    timeless: u64,
    /// The last time of all that was added.
    latest: Option<i64>,
    deferred: DeferredEvents,
}

impl Table {
    /// An empty table that keeps of each address what `keep` says, and groups none that `allow` names.
    pub fn new(keep: AggregationOptions, allow: &AddressSet) -> Self {
        let deferred = DeferredEvents::new(keep.group_v4.or(keep.group_v6).is_some());
        Self { keep, allow: allow.clone(), most_files: MOST_FILES, deferred, ..Self::default() }
    }

    /// Adds what a block said; of plain events the sums are right once [`Self::settle`] was called.
    pub fn add(&mut self, records: &ScoreRecords) {
        self.tidy();
        self.latest = self.latest.max(records.latest());
        let files = self.number_files(records);
        // Looked up before anything is added: a lookup waits for memory, and like this many wait together.
        let mut last = None;
        let indexes: Vec<_> = records
            .seen
            .iter()
            .map(|seen| match last {
                // Of one connection there are mostly several events in a row.
                Some((ip, index)) if ip == seen.ip && !seen.signals.is_empty() => Some(index),
                _ => {
                    let index = self.known_index(seen);
                    last = index.map(|index| (seen.ip, index));
                    index
                }
            })
            .collect();
        for (seen, index) in records.seen.iter().zip(&indexes) {
            if let Some(index) = index.filter(|_| !self.deferred.can_take(seen)) {
                self.hosts[index].prefetch(seen.signals);
            }
        }
        for (seen, index) in records.seen.iter().zip(indexes) {
            let file = files[seen.file as usize];
            if !index.is_some_and(|index| self.deferred.put(seen, index, file)) {
                self.add_event(seen, index, file, records);
                self.carry_event(seen, records);
            }
        }
        if self.deferred.is_full() {
            self.add_deferred();
        }
        for piece in &records.pieces {
            self.add_host(piece, records, &files);
            self.carry_host(piece);
        }
    }

    fn number_files(&mut self, records: &ScoreRecords) -> Vec<u32> {
        records.files.iter().map(|file| self.files.number(file)).collect()
    }

    /// The index of the host of an event; of one that may count for nothing, it is not known yet.
    fn known_index(&mut self, seen: &EventRow) -> Option<usize> {
        (!seen.signals.is_empty()).then(|| self.index_for(self.key_of(seen.ip), seen.ip))
    }

    /// Adds an event to the host at `index`; where that is not known, there may be none.
    fn add_event(&mut self, seen: &EventRow, index: Option<usize>, file: u32, records: &ScoreRecords) {
        if let Some((index, others)) = self.admit_event(seen, index) {
            self.count_event(seen, index, &others, file);
            self.count_event_logins(seen, index, records);
        }
    }

    /// Takes over what other stages know of the address of an event, whether or not it is counted in the end.
    fn carry_event(&mut self, seen: &EventRow, records: &ScoreRecords) {
        if seen.enrich() > 0 {
            let index = self.index_for(self.key_of(seen.ip), seen.ip);
            self.hosts[index].tally.carried_mut().merge_enrich(&records.enrich[seen.enrich()]);
        }
    }

    /// The same of a host, which may be nothing else.
    fn carry_host(&mut self, piece: &PartialHost) {
        if let Some(carried) = &piece.carried {
            let index = self.index_for(self.key_of_piece(piece), piece.ip);
            self.hosts[index].tally.carried_mut().merge(carried);
        }
    }

    /// The index of the host of an event, and what is counted of its signals outside the table.
    #[inline]
    fn admit_event(&mut self, seen: &EventRow, index: Option<usize>) -> Option<(usize, Vec<SignalId>)> {
        let others: Vec<_> = seen.others().iter().filter_map(|name| self.names.intern(name)).collect();
        let index = index.or_else(|| (!others.is_empty()).then(|| self.index_for(self.key_of(seen.ip), seen.ip)))?;
        Some((index, others))
    }

    #[inline]
    fn count_event(&mut self, seen: &EventRow, index: usize, others: &[SignalId], file: u32) {
        let host = &mut self.hosts[index];
        if host.is_network {
            host.take_name(seen.ip);
            host.update_display_ip(seen.ip, seen.at, &self.allow);
        }
        self.count_sight(index, Sight::of(seen, file), others);
        let tally = &mut self.hosts[index].tally;
        if let Some(login) = seen.detail.as_ref().and_then(|detail| detail.login.as_ref()) {
            tally.order_mut().add_login(seen.at, login, seen.count, (file, seen.line), &self.files);
        }
        for (value, hash) in seen.detail.iter().flat_map(|detail| [(Value::User, detail.user), (Value::Path, detail.path)]) {
            if let Some(hash) = hash {
                tally.distinct_mut(value).add(hash);
            }
        }
    }

    fn add_host(&mut self, piece: &PartialHost, records: &ScoreRecords, files: &[u32]) {
        if let Some((index, signals)) = self.admit_host(piece, records) {
            self.count_host(piece, index, &signals, records, files);
        }
    }

    /// The index of the host of a record, and which of its signals are counted.
    fn admit_host(&mut self, piece: &PartialHost, records: &ScoreRecords) -> Option<(usize, Vec<Option<SignalId>>)> {
        let counts = &records.counts[piece.counts.clone()];
        let signals: Vec<_> = counts.iter().map(|&(name, _)| self.names.intern(&records.names[name as usize])).collect();
        let is_counted = signals.iter().any(Option::is_some);
        is_counted.then(|| (self.index_for(self.key_of_piece(piece), piece.ip), signals))
    }

    fn count_host(&mut self, piece: &PartialHost, index: usize, signals: &[Option<SignalId>], records: &ScoreRecords, files: &[u32]) {
        let counts = &records.counts[piece.counts.clone()];
        let host = &mut self.hosts[index];
        host.take_name(piece.ip);
        if host.is_network && (piece.ip_last_seen.is_some() || self.allow.contains(piece.ip)) {
            let name = DisplayIp::new(piece.ip, piece.ip_last_seen.unwrap_or(SeenAt(piece.last_seen)).0, &self.allow);
            host.contest(name, piece.last_seen, &self.allow);
        } else {
            host.update_display_ip(piece.ip, piece.last_seen, &self.allow);
        }
        let tally = &mut host.tally;
        if signals.iter().flatten().any(|signal| signal.index().is_some()) {
            tally.extend_period(piece.first_seen);
            tally.extend_period(piece.last_seen);
        }
        for &other in signals.iter().flatten().filter(|signal| signal.index().is_none()) {
            tally.see_other(other, piece.first_seen);
            tally.see_other(other, piece.last_seen);
        }
        for (signal, &(_, count)) in signals.iter().zip(counts) {
            self.met = signal.and_then(SignalId::index).map_or(self.met, |index| self.met.with(index));
            self.saturated |= signal.is_some_and(|signal| !tally.count(signal, count));
        }
        tally.reserve_evidence(piece.evidence.len(), signals.iter().flatten().count(), self.keep.evidence);
        for &(counted, at, file, line) in &records.evidence[piece.evidence.clone()] {
            if let Some(signal) = signals[counted] {
                tally.keep(signal, EvidencePosition::new(at, files[file as usize], line), self.keep.evidence, &self.files);
            }
        }
        if let Some(order) = &piece.login_order {
            tally.order_mut().merge(order, &records.failures, |file| files[file as usize], &self.files);
        }
        for (signal, buckets) in piece.timeline.iter().flat_map(|timeline| &timeline.signals) {
            if let (Some(signal), Some(timeline)) = (self.names.find(&signal.0), &piece.timeline) {
                tally.timeline_mut().merge(signal, timeline.level, buckets);
            }
        }
        self.count_host_logins(piece, index, records);
        if let Some(partial) = &piece.partial {
            self.add_partial(index, partial);
        }
    }

    fn add_partial(&mut self, index: usize, partial: &Partial<'_>) {
        let tally = &mut self.hosts[index].tally;
        for SignalBuckets { signal, shift, buckets } in partial.buckets.iter().filter(|_| self.keep.resolution_seconds.is_some()) {
            if let Some(signal) = self.names.find(&signal.0) {
                tally.series_mut(signal).merge(*shift, buckets);
            }
        }
        for (value, distinct) in [(Value::User, &partial.users), (Value::Path, &partial.paths)] {
            if let Some(distinct) = distinct.as_ref().filter(|_| self.keep.counts(value)) {
                tally.distinct_mut(value).merge(distinct);
            }
        }
    }

    /// What `ip` is counted for.
    #[inline]
    fn key_of(&self, ip: Address) -> HostKey {
        HostKey::new(ip, self.keep.prefix(ip).filter(|_| !self.allow.contains(ip)))
    }

    /// The same of a host record: one that stands for a network cannot be taken apart, whatever is allowed now.
    fn key_of_piece(&self, piece: &PartialHost) -> HostKey {
        if piece.is_network { HostKey::new(piece.ip, self.keep.prefix(piece.ip)) } else { self.key_of(piece.ip) }
    }

    /// What tells the host from all others, in an order of its own: bytes to sort by.
    pub fn sort_key(&self, host: &AggregatedHost) -> SortKey {
        self.key_of_host(host).to_bytes()
    }

    fn key_of_host(&self, host: &AggregatedHost) -> HostKey {
        HostKey::new(host.ip, self.keep.prefix(host.ip).filter(|_| host.is_network))
    }

    /// Whether `piece` is a part of the host at `index`.
    pub fn is_of(&self, index: usize, piece: &PartialHost) -> bool {
        self.key_of_piece(piece) == self.key_of_host(&self.hosts[index])
    }

    /// The index of the host of `key`, which is a new one, called by `ip`, where there was none.
    #[inline]
    fn index_for(&mut self, key: HostKey, ip: Address) -> usize {
        // 2^32 hosts would be some hundred gigabytes.
        let next = u32::try_from(self.hosts.len()).unwrap_or(u32::MAX);
        let index = match key {
            HostKey::V4(bits) => *self.v4.entry(bits).or_insert(next),
            HostKey::V6(bits) => *self.v6.entry(bits).or_insert(next),
            HostKey::Zoned(bits, zone) => *self.zoned.entry((bits, zone)).or_insert(next),
            HostKey::Network(prefix) => *self.networks.entry(prefix).or_insert(next),
        };
        if index == next {
            self.hosts.push(AggregatedHost::new(ip, matches!(key, HostKey::Network(_))));
        }
        index as usize
    }

    /// The index of the host of `ip`, if there is one.
    pub fn index_of_ip(&self, ip: Address) -> Option<usize> {
        let index = match self.key_of(ip) {
            HostKey::V4(bits) => self.v4.get(&bits),
            HostKey::V6(bits) => self.v6.get(&bits),
            HostKey::Zoned(bits, zone) => self.zoned.get(&(bits, zone)),
            HostKey::Network(prefix) => self.networks.get(&prefix),
        };
        index.map(|&index| index as usize)
    }

    pub fn host_mut(&mut self, index: usize) -> &mut AggregatedHost {
        &mut self.hosts[index]
    }

    /// Keeps only the hosts that `wanted` says; indexes change.
    pub fn retain(&mut self, wanted: impl FnMut(&mut AggregatedHost) -> bool) {
        self.hosts.retain_mut(wanted);
        (self.v4, self.v6, self.zoned, self.networks) = (Map::default(), Map::default(), Map::default(), Map::default());
        for (index, host) in (0..).zip(&self.hosts) {
            match self.key_of_host(host) {
                HostKey::V4(bits) => self.v4.insert(bits, index),
                HostKey::V6(bits) => self.v6.insert(bits, index),
                HostKey::Zoned(bits, zone) => self.zoned.insert((bits, zone), index),
                HostKey::Network(prefix) => self.networks.insert(prefix, index),
            };
        }
    }

    /// Adds what was deferred, puts in order what came out of order, and forgets what is left out. To be called before hosts are looked at.
    pub fn settle(&mut self) {
        self.add_deferred();
        self.forget_left_out();
        if self.keep.resolution_seconds.is_some() {
            self.hosts.iter_mut().for_each(|host| host.tally.sort_evidence());
        }
    }

    /// Puts in order what came out of order of one host. To be called before it is looked at.
    pub fn settle_host(&mut self, index: usize) {
        if self.keep.resolution_seconds.is_some() {
            self.hosts[index].tally.sort_evidence();
        }
    }

    /// Says that all was read: what is added from here on was counted before.
    pub fn close_names(&mut self) {
        self.names.close();
    }

    /// How many hosts are a single IPv6 address.
    pub fn count_v6(&self) -> u64 {
        (self.v6.len() + self.zoned.len()) as u64
    }

    pub const fn keep(&self) -> &AggregationOptions {
        &self.keep
    }

    /// Every address with its sums, in the order in which they came.
    pub fn hosts(&self) -> &[AggregatedHost] {
        debug_assert!(self.deferred.is_empty(), "sums are asked for that are not right yet");
        &self.hosts
    }

    /// How many addresses there are.
    pub const fn host_count(&self) -> usize {
        self.hosts.len()
    }

    pub const fn files(&self) -> &StringInterner {
        &self.files
    }

    pub const fn names(&self) -> &SignalNames {
        &self.names
    }

    /// Whether a signal of that name was counted.
    pub fn has_met(&self, name: &str) -> bool {
        signal::index_of(name).map_or_else(|| self.names.find(name).is_some(), |index| self.met.contains(index))
    }

    /// Whether a counter reached the largest integer and stayed there.
    pub const fn is_saturated(&self) -> bool {
        self.saturated
    }

    /// The last time of all that was added, also of hosts that were spilled since.
    pub const fn latest(&self) -> Option<i64> {
        self.latest
    }

    /// How many events had no time, and so are in no window, where windows are kept.
    pub const fn timeless(&self) -> u64 {
        self.timeless
    }
}

#[cfg(test)]
mod tests;

//! The table of addresses: every record added to the tally of its address. What it holds is bounded by the number of
//! addresses and, with windows, of their non-empty buckets.

mod host;
mod key;
mod room;

use std::collections::HashMap;
use std::net::IpAddr;

use super::keep::Keep;
use super::name::{Names, SignalId, Texts};
use super::read::{Piece, Records, Seen};
use super::tally::Place;
use crate::net::AddressSet;
use crate::record::host::SeenAt;
use crate::record::partial::{Partial, SignalBuckets};
use crate::record::signal::{self, LOGIN_FAILED, SignalSet, Value};
pub use host::Host;
use host::Name;
use key::Key;
pub use key::SortKey;
use room::MOST_FILES;

/// A map whose hasher is keyed at random, so that no log can be crafted to make it slow; ahash takes a third of the time of std's.
type Map<K> = HashMap<K, u32, ahash::RandomState>;

/// One tally an address.
#[derive(Debug, Default)]
pub struct Table {
    keep: Keep,
    /// The addresses that are never counted for their network.
    allow: AddressSet,
    /// The places in `hosts`. Of four bytes each, since nearly all addresses are IPv4.
    v4: Map<u32>,
    v6: Map<u128>,
    networks: Map<u128>,
    hosts: Vec<Host>,
    files: Texts,
    /// Past so many files, those that no place names are forgotten: a sender may name ever new ones.
    most_files: usize,
    names: Names,
    met: SignalSet,
    saturated: bool,
    timeless: u64,
    /// The last time of all that was added.
    latest: Option<i64>,
}

impl Table {
    /// An empty table that keeps of each address what `keep` says, and groups none that `allow` names.
    #[must_use]
    pub fn new(keep: Keep, allow: &AddressSet) -> Self {
        Self { keep, allow: allow.clone(), most_files: MOST_FILES, ..Self::default() }
    }

    /// Adds what a block said.
    pub fn add(&mut self, records: &Records) {
        self.tidy();
        self.latest = self.latest.max(records.latest());
        let files = self.number_files(records);
        // Looked up before anything is added: a lookup waits for memory, and like this many wait together.
        let places: Vec<_> = records.seen.iter().map(|seen| self.known_place(seen)).collect();
        for (seen, &place) in records.seen.iter().zip(&places).filter_map(|(seen, place)| Some((seen, place.as_ref()?))) {
            self.hosts[place].glance(seen.signals);
        }
        for (seen, place) in records.seen.iter().zip(places) {
            self.add_event(seen, place, files[seen.file as usize]);
        }
        for piece in &records.pieces {
            self.add_host(piece, records, &files);
        }
    }

    /// The same one by one: `each` is told, by its place, of every host that something was added to, and of the last time in
    /// that. It may move hosts.
    ///
    /// # Errors
    /// What `each` gives.
    pub fn add_each<E>(
        &mut self,
        records: &Records,
        mut each: impl FnMut(&mut Self, usize, Option<i64>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.tidy();
        let files = self.number_files(records);
        for seen in &records.seen {
            let place = self.known_place(seen);
            if let Some(place) = self.add_event(seen, place, files[seen.file as usize]) {
                each(self, place, seen.at)?;
            }
        }
        for piece in &records.pieces {
            if let Some(place) = self.add_host(piece, records, &files) {
                each(self, place, piece.last_seen)?;
            }
        }
        Ok(())
    }

    fn number_files(&mut self, records: &Records) -> Vec<u32> {
        records.files.iter().map(|file| self.files.number(file)).collect()
    }

    /// The place of the host of an event; of one that may count for nothing, it is not known yet.
    fn known_place(&mut self, seen: &Seen) -> Option<usize> {
        (!seen.signals.is_empty()).then(|| self.place_for(self.key_of(seen.ip), seen.ip))
    }

    /// Adds an event to the host at `place`; where that is not known, there may be none.
    fn add_event(&mut self, seen: &Seen, place: Option<usize>, file: u32) -> Option<usize> {
        let others: Vec<_> = seen.others.iter().filter_map(|name| self.names.admit(name)).collect();
        let place = place.or_else(|| (!others.is_empty()).then(|| self.place_for(self.key_of(seen.ip), seen.ip)))?;
        let host = &mut self.hosts[place];
        if host.is_network {
            host.rename(seen.ip, seen.at, &self.allow);
        }
        let Host { settled, tally, .. } = host;
        let is_later = seen.at.is_some() && seen.at >= tally.known_period().1;
        if !seen.signals.is_empty() {
            tally.see(seen.at);
        }
        for &other in &others {
            tally.see_other(other, seen.at);
        }
        let bucket = self.keep.units(seen.at);
        self.met = self.met.union(seen.signals);
        for signal in seen.signals.indexes().map(SignalId::known).chain(others) {
            self.saturated |= !tally.count(signal, seen.count);
            let known = signal.index();
            if !(is_later && known.is_some_and(|index| settled.contains(index))) {
                let is_settled = tally.keep(signal, Place::new(seen.at, file, seen.line), self.keep.evidence, &self.files);
                *settled = known.filter(|_| is_settled).map_or(*settled, |index| settled.with(index));
            }
            if let Some(start) = bucket {
                tally.series_mut(signal).add(start, seen.count);
            }
        }
        if let Some(login) = &seen.login {
            tally.order_mut().add_login(seen.at, login, seen.count, (file, seen.line), &self.files);
        }
        if let Some(at) = seen.at.filter(|_| !seen.signals.intersection(LOGIN_FAILED).is_empty()) {
            tally.order_mut().add_failures(at, seen.count);
        }
        self.timeless += u64::from(self.keep.resolution_seconds.is_some() && bucket.is_none());
        for (value, hash) in [(Value::User, seen.user), (Value::Path, seen.path)] {
            if let Some(hash) = hash {
                tally.distinct_mut(value).add(hash);
            }
        }
        Some(place)
    }

    fn add_host(&mut self, piece: &Piece, records: &Records, files: &[u32]) -> Option<usize> {
        let counts = &records.counts[piece.counts.clone()];
        let signals: Vec<_> = counts.iter().map(|&(name, _)| self.names.admit(&records.names[name as usize])).collect();
        if signals.iter().all(Option::is_none) {
            return None;
        }
        let place = self.place_for(self.key_of_piece(piece), piece.ip);
        let host = &mut self.hosts[place];
        if host.is_network && (piece.ip_last_seen.is_some() || self.allow.contains(piece.ip)) {
            let name = Name::new(piece.ip, piece.ip_last_seen.unwrap_or(SeenAt(piece.last_seen)).0, &self.allow);
            host.contest(name, piece.last_seen, &self.allow);
        } else {
            host.rename(piece.ip, piece.last_seen, &self.allow);
        }
        let tally = &mut host.tally;
        if signals.iter().flatten().any(|signal| signal.index().is_some()) {
            tally.see(piece.first_seen);
            tally.see(piece.last_seen);
        }
        for &other in signals.iter().flatten().filter(|signal| signal.index().is_none()) {
            tally.see_other(other, piece.first_seen);
            tally.see_other(other, piece.last_seen);
        }
        for (signal, &(_, count)) in signals.iter().zip(counts) {
            self.met = signal.and_then(SignalId::index).map_or(self.met, |index| self.met.with(index));
            self.saturated |= signal.is_some_and(|signal| !tally.count(signal, count));
        }
        for &(counted, at, file, line) in &records.places[piece.places.clone()] {
            if let Some(signal) = signals[counted] {
                tally.keep(signal, Place::new(at, files[file as usize], line), self.keep.evidence, &self.files);
            }
        }
        if let Some(order) = &piece.login_order {
            tally.order_mut().merge(order, &mut self.files);
        }
        if let Some(partial) = &piece.partial {
            self.add_partial(place, partial);
        }
        Some(place)
    }

    fn add_partial(&mut self, place: usize, partial: &Partial<'_>) {
        let tally = &mut self.hosts[place].tally;
        for SignalBuckets { signal, shift, buckets } in partial.buckets.iter().filter(|_| self.keep.resolution_seconds.is_some()) {
            if let Some(signal) = self.names.find(&signal.0) {
                tally.series_mut(signal).merge(*shift, buckets.iter().copied());
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
    fn key_of(&self, ip: IpAddr) -> Key {
        Key::new(ip, self.keep.prefix(ip).filter(|_| !self.allow.contains(ip)))
    }

    /// The same of a host record: one that stands for a network cannot be taken apart, whatever is allowed now.
    fn key_of_piece(&self, piece: &Piece) -> Key {
        if piece.is_network { Key::new(piece.ip, self.keep.prefix(piece.ip)) } else { self.key_of(piece.ip) }
    }

    /// What tells the host from all others, in an order of its own: bytes to sort by.
    #[must_use]
    pub fn sort_key(&self, host: &Host) -> SortKey {
        self.key_of_host(host).to_bytes()
    }

    fn key_of_host(&self, host: &Host) -> Key {
        Key::new(host.ip, self.keep.prefix(host.ip).filter(|_| host.is_network))
    }

    /// Whether `piece` is a part of the host at `place`.
    #[must_use]
    pub fn is_of(&self, place: usize, piece: &Piece) -> bool {
        self.key_of_piece(piece) == self.key_of_host(&self.hosts[place])
    }

    /// The place of the host of `key`, which is a new one, called by `ip`, where there was none.
    #[inline]
    fn place_for(&mut self, key: Key, ip: IpAddr) -> usize {
        // 2^32 hosts would be some hundred gigabytes.
        let next = u32::try_from(self.hosts.len()).unwrap_or(u32::MAX);
        let place = match key {
            Key::V4(bits) => *self.v4.entry(bits).or_insert(next),
            Key::V6(bits) => *self.v6.entry(bits).or_insert(next),
            Key::Network(prefix) => *self.networks.entry(prefix).or_insert(next),
        };
        if place == next {
            self.hosts.push(Host::new(ip, matches!(key, Key::Network(_))));
        }
        place as usize
    }

    /// The place of the host of `ip`, if there is one.
    #[must_use]
    pub fn place_of(&self, ip: IpAddr) -> Option<usize> {
        let place = match self.key_of(ip) {
            Key::V4(bits) => self.v4.get(&bits),
            Key::V6(bits) => self.v6.get(&bits),
            Key::Network(prefix) => self.networks.get(&prefix),
        };
        place.map(|&place| place as usize)
    }

    /// The host at `place`.
    pub fn host_mut(&mut self, place: usize) -> &mut Host {
        &mut self.hosts[place]
    }

    /// Keeps only the hosts that `wanted` says; places change.
    pub fn retain(&mut self, wanted: impl FnMut(&Host) -> bool) {
        self.hosts.retain(wanted);
        (self.v4, self.v6, self.networks) = (Map::default(), Map::default(), Map::default());
        for (place, host) in (0..).zip(&self.hosts) {
            match self.key_of_host(host) {
                Key::V4(bits) => self.v4.insert(bits, place),
                Key::V6(bits) => self.v6.insert(bits, place),
                Key::Network(prefix) => self.networks.insert(prefix, place),
            };
        }
    }

    /// Puts in order what came out of order, and forgets what is left out. To be called before hosts are looked at.
    pub fn settle(&mut self) {
        self.forget_left_out();
        if self.keep.resolution_seconds.is_some() {
            self.hosts.iter_mut().for_each(|host| host.tally.settle());
        }
    }

    /// Says that all was read: what is added from here on was counted before.
    pub fn close_names(&mut self) {
        self.names.close();
    }

    /// How many hosts are a single IPv6 address.
    #[must_use]
    pub fn count_v6(&self) -> u64 {
        self.v6.len() as u64
    }

    /// What is kept of each address.
    #[must_use]
    pub const fn keep(&self) -> &Keep {
        &self.keep
    }

    /// Every address with its sums, in the order in which they came.
    #[must_use]
    pub fn hosts(&self) -> &[Host] {
        &self.hosts
    }

    /// The files that places name.
    #[must_use]
    pub const fn files(&self) -> &Texts {
        &self.files
    }

    /// The signals that were met.
    #[must_use]
    pub const fn names(&self) -> &Names {
        &self.names
    }

    /// Whether a signal of that name was counted.
    #[must_use]
    pub fn has_met(&self, name: &str) -> bool {
        signal::index_of(name).map_or_else(|| self.names.find(name).is_some(), |index| self.met.contains(index))
    }

    /// Whether a counter reached the largest integer and stayed there.
    #[must_use]
    pub const fn is_saturated(&self) -> bool {
        self.saturated
    }

    /// The last time of all that was added, also of hosts that were spilled since.
    #[must_use]
    pub const fn latest(&self) -> Option<i64> {
        self.latest
    }

    /// How many events had no time, and so are in no window, where windows are kept.
    #[must_use]
    pub const fn timeless(&self) -> u64 {
        self.timeless
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::process::Command;

    use super::*;

    fn hash_of<K: std::hash::Hash>(map: &Map<K>, key: K) -> u64 {
        std::hash::BuildHasher::hash_one(map.hasher(), key)
    }

    #[test]
    fn each_run_hashes_addresses_by_a_key_of_its_own() {
        const INSIDE: &str = "SOAR_TEST_HASHES";
        const NAME: &str = "score::table::tests::each_run_hashes_addresses_by_a_key_of_its_own";
        let table = Table::default();
        let hashes = [hash_of(&table.v4, 1), hash_of(&table.v6, 1), table.files.hash_of("a.log"), table.names.hash_of("zeta")];
        if std::env::var_os(INSIDE).is_some() {
            writeln!(std::io::stdout(), "{INSIDE}={hashes:?}").expect("written");
            return;
        }
        let other = || {
            let mut this = Command::new(std::env::current_exe().expect("a program"));
            let output = this.args([NAME, "--exact", "--nocapture"]).env(INSIDE, "1").output().expect("it runs");
            let output = String::from_utf8(output.stdout).expect("UTF-8");
            let hashes = output.split_once(INSIDE).and_then(|(_, rest)| rest.split_once('[')?.1.split_once(']'));
            hashes.expect("hashes").0.split(", ").map(|hash| hash.parse().expect("a hash")).collect::<Vec<u64>>()
        };
        for ((one, two), own) in other().into_iter().zip(other()).zip(hashes) {
            assert!(one != two && one != own && two != own, "{one} {two} {own}");
        }
    }
}

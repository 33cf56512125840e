//! The table of addresses: every record added to the tally of its address. What it holds is bounded by the number of
//! addresses and, with windows, of their non-empty buckets.

use std::collections::HashMap;
use std::hint::black_box;
use std::net::IpAddr;

use super::keep::Keep;
use super::key::{Key, Name};
use super::name::{Names, SignalId, Texts};
use super::read::{Piece, Records, Seen};
use super::tally::{Place, Tally};
use crate::net::AddressSet;
use crate::record::host::SeenAt;
use crate::record::partial::{Partial, SignalBuckets};
use crate::record::signal::{self, LOGIN_ACCEPTED, LOGIN_FAILED, SignalSet, Value};

/// A map whose hasher is keyed at random, so that no log can be crafted to make it slow; ahash takes a third of the time of std's.
type Map<K> = HashMap<K, u32, ahash::RandomState>;

/// An address with what is summed for it.
#[derive(Debug, Clone)]
pub struct Host {
    /// The address; of a network, the one last seen that is not allowed, and the lowest of several.
    pub ip: IpAddr,
    /// Whether it stands for its network.
    pub is_network: bool,
    /// Whether the address of a network is allowed, or not the one last seen: it was counted without the list.
    is_contested: bool,
    /// The signals of which no event that comes no earlier than the address was last seen can be among the earliest.
    settled: SignalSet,
    /// Its sums.
    pub tally: Tally,
}

impl Host {
    fn new(ip: IpAddr, is_network: bool) -> Self {
        Self { ip, is_network, is_contested: false, settled: SignalSet::default(), tally: Tally::default() }
    }

    /// Brings what an event changes from memory into the cache, and waits for nothing.
    fn glance(&self) {
        black_box((self.tally.known()[0], self.tally.last_seen(), self.settled));
    }

    /// Calls the host by `ip`, of its network, if none was seen later.
    fn rename(&mut self, ip: IpAddr, at: Option<i64>, allow: &AddressSet) {
        if self.is_contested {
            return self.contest(Name::new(ip, at, allow), at, allow);
        }
        let last = self.tally.last_seen();
        if at > last || at == last && ip < self.ip {
            self.ip = ip;
        }
    }

    /// The same where an allowed address was counted for the network, `last_seen` being the time of all that is added. Any other
    /// address comes first, however early it was seen, and so its own time is kept.
    fn contest(&mut self, name: Name, last_seen: Option<i64>, allow: &AddressSet) {
        let last = self.tally.last_seen();
        let winner = name.max(Name::new(self.ip, self.tally.ip_last_seen().unwrap_or(SeenAt(last)).0, allow));
        let is_last = winner.at == last.max(last_seen);
        self.ip = winner.ip.0;
        self.is_contested = !winner.is_free || !is_last;
        self.tally.set_ip_last_seen((!is_last).then_some(SeenAt(winner.at)));
    }
}

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
    names: Names,
    met: SignalSet,
    saturated: bool,
    timeless: u64,
}

impl Table {
    /// An empty table that keeps of each address what `keep` says, and groups none that `allow` names.
    #[must_use]
    pub fn new(keep: Keep, allow: &AddressSet) -> Self {
        Self { keep, allow: allow.clone(), ..Self::default() }
    }

    /// Adds what a block said.
    pub fn add(&mut self, records: &Records) {
        let files = self.number_files(records);
        // Looked up before anything is added: a lookup waits for memory, and like this many wait together.
        let places: Vec<_> = records.seen.iter().map(|seen| self.known_place(seen)).collect();
        places.iter().flatten().for_each(|&place| self.hosts[place].glance());
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
        host.rename(seen.ip, seen.at, &self.allow);
        let Host { settled, tally, .. } = host;
        let is_later = seen.at.is_some() && seen.at >= tally.last_seen();
        tally.see(seen.at);
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
        tally.see(piece.first_seen);
        tally.see(piece.last_seen);
        for (signal, &(_, count)) in signals.iter().zip(counts) {
            self.met = signal.and_then(SignalId::index).map_or(self.met, |index| self.met.with(index));
            self.saturated |= signal.is_some_and(|signal| !tally.count(signal, count));
        }
        for &(counted, at, file, line) in &records.places[piece.places.clone()] {
            if let Some(signal) = signals[counted] {
                tally.keep(signal, Place::new(at, files[file as usize], line), self.keep.evidence, &self.files);
            }
        }
        match &piece.login_order {
            Some(order) => tally.order_mut().merge(order, &mut self.files),
            None => {
                let is_login = |&(signal, _): &(&Option<SignalId>, _)| {
                    signal.and_then(SignalId::index).is_some_and(|index| LOGIN_ACCEPTED.contains(index))
                };
                let logins = signals.iter().zip(counts).filter(is_login).map(|(_, &(_, count))| count).sum();
                if logins > 0 {
                    tally.order_mut().add_unknown(logins);
                }
            }
        }
        if let Some(partial) = &piece.partial {
            self.add_partial(place, partial);
        }
        Some(place)
    }

    fn add_partial(&mut self, place: usize, partial: &Partial<'_>) {
        let tally = &mut self.hosts[place].tally;
        for SignalBuckets { signal, shift, buckets } in partial.buckets.iter().filter(|_| self.keep.resolution_seconds.is_some()) {
            if let Some(signal) = self.names.admit(&signal.0.as_ref().into()) {
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

    /// Puts in order what came out of order. To be called before hosts are looked at.
    pub fn settle(&mut self) {
        if self.keep.resolution_seconds.is_some() {
            self.hosts.iter_mut().for_each(|host| host.tally.settle());
        }
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
        signal::index_of(name).map_or_else(|| self.names.has_met(name), |index| self.met.contains(index))
    }

    /// Whether a counter reached the largest integer and stayed there.
    #[must_use]
    pub const fn is_saturated(&self) -> bool {
        self.saturated
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

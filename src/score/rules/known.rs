//! What was known before: the hosts of earlier runs (`--against`), for rules that ask whether an address or its network is new.
//!
//! Of each address it is kept that it was known and since when; of each network whether a login from it was accepted.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::aggregate::options::{AggregationOptions, Whence};
use crate::aggregate::read::{PartialHost, ScoreRecords, read_from};
use crate::aggregate::table::HostKey;
use crate::base::error::{Error, Result};
use crate::base::net::{Address, AddressSet};
use crate::io::InputOverrides;
use crate::io::Run;
use crate::io::input::Inputs;
use crate::record::run::count::LineClass;
use crate::record::signal::{LoginMeaning, SIGNALS, index_of};
use crate::score::rules::Rules;
use crate::score::rules::dependencies::InputKey;
use crate::score::rules::facts::{Facts, HostSnapshot};

/// How many bits of an address name its network.
const V4_BITS: u8 = 24;
/// The same of IPv6: what one customer gets at the most.
const V6_BITS: u8 = 48;

/// The hosts of earlier runs.
#[derive(Debug)]
pub(crate) struct KnownHosts {
    keep: AggregationOptions,
    allow: AddressSet,
    /// When each was first seen, where that is known.
    hosts: HashMap<HostKey, Option<i64>, ahash::RandomState>,
    /// The networks from which somebody logged in.
    networks: HashSet<u128, ahash::RandomState>,
}

/// What rules may ask of one host.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct KnownFacts {
    /// Whether no record was of it.
    pub is_new: Option<bool>,
    /// Whether no record of its network had a login.
    pub is_new_network: Option<bool>,
    /// When it was first seen, in seconds since 1970.
    pub since: Option<i64>,
}

impl KnownHosts {
    /// Reads the hosts of `files`, counted as one in the same way as in a run that keeps `keep`. `None`: the run was stopped meanwhile, and
    /// not all of them were read.
    ///
    /// # Errors
    /// A file that cannot be read, or is none of hosts that fit to this run.
    pub(crate) fn read(files: &[PathBuf], keep: &AggregationOptions, allow: &AddressSet, run: &Run) -> Result<Option<Self>> {
        let AggregationOptions { group_v4, group_v6, .. } = *keep;
        let keep = AggregationOptions { group_v6, group_v4, ..AggregationOptions::default() };
        let mut known = Self { keep, allow: allow.clone(), hosts: HashMap::default(), networks: HashSet::default() };
        for file in files {
            known.read_file(file, run)?;
        }
        // Asked after the last block: a reader that was stopped gave fewer, and the stop stays.
        Ok((!run.shutdown.is_stopped()).then_some(known))
    }

    fn read_file(&mut self, file: &Path, run: &Run) -> Result<()> {
        let shown = file.display();
        if file.as_os_str() == "-" {
            return Err(Error::Usage("--against -: expected a file, since stdin is an input".to_owned()));
        }
        let inputs = Inputs::new(std::slice::from_ref(&file.to_owned()), &InputOverrides::default())?;
        for block in inputs.reader(run).unlogged() {
            let (records, intake) = read_from(Whence::Input, &block?, &self.keep);
            intake.fatal.map_or(Ok(()), Err)?;
            if records.lines[LineClass::Event] > 0 {
                return Err(Error::Usage(format!(
                    "--against {shown}: these are events; expected the hosts of an earlier run of soar-score"
                )));
            }
            if let Some((line, reason)) = intake.issues.first.first() {
                return Err(Error::Usage(format!(
                    "--against {shown}:{line}: {reason}; expected the hosts of an earlier run of soar-score"
                )));
            }
            records.pieces.iter().for_each(|piece| self.add(piece, &records));
        }
        Ok(())
    }

    /// Adds a record, unless it counts nothing.
    fn add(&mut self, piece: &PartialHost, records: &ScoreRecords) {
        let counts = &records.counts[piece.counts.clone()];
        if counts.is_empty() {
            return;
        }
        let is_grouped = piece.is_network || !self.allow.contains(piece.ip);
        match self.hosts.entry(self.key_of(piece.ip, is_grouped)) {
            Entry::Occupied(mut since) => *since.get_mut() = [*since.get(), piece.first_seen].into_iter().flatten().min(),
            Entry::Vacant(entry) => drop(entry.insert(piece.first_seen)),
        }
        let is_login = |name: u32| {
            let index = index_of(&records.names[name as usize]);
            index.is_some_and(|index| SIGNALS[index].login == Some(LoginMeaning::Accepted))
        };
        if counts.iter().any(|&(name, _)| is_login(name)) {
            self.networks.insert(self.network_of(piece.ip));
        }
    }

    /// What is known of the host of `ip`, which may stand for its network.
    pub(crate) fn facts(&self, ip: Address, is_network: bool) -> KnownFacts {
        let known = self.hosts.get(&self.key_of(ip, is_network));
        let is_new_network = !self.networks.contains(&self.network_of(ip));
        KnownFacts { is_new: Some(known.is_none()), is_new_network: Some(is_new_network), since: known.copied().flatten() }
    }

    fn key_of(&self, ip: Address, is_grouped: bool) -> HostKey {
        HostKey::new(ip, self.keep.prefix(ip).filter(|_| is_grouped))
    }

    /// The network of `ip`; where addresses are grouped by a shorter prefix, that.
    fn network_of(&self, ip: Address) -> u128 {
        let (bits, kept, group) = match ip.ip {
            // As a mapped address, which no IPv6 address of a host is: it would be IPv4.
            IpAddr::V4(v4) => (v4.to_ipv6_mapped().to_bits(), V4_BITS + 96, self.keep.group_v4.map(|bits| bits + 96)),
            IpAddr::V6(v6) => (v6.to_bits(), V6_BITS, self.keep.group_v6),
        };
        // Not 0, by the flags.
        bits & (u128::MAX << (128 - u32::from(group.map_or(kept, |group| group.min(kept)))))
    }
}

impl Rules {
    /// Whether a rule reads what only hosts of earlier runs say.
    pub(crate) fn read_known_hosts(&self) -> bool {
        let of_members = self.members.iter().flat_map(|members| &members.list);
        self.list.iter().chain(of_members).any(|rule| rule.slots.iter().any(InputKey::needs_known_hosts))
    }

    /// Tells the rules of the hosts of earlier runs, once.
    pub(crate) fn know(&self, known: &Arc<KnownHosts>) {
        for rules in std::iter::once(self).chain(self.members.as_deref()) {
            // A second time would be of the same run.
            let _ = rules.known.set(Arc::clone(known));
        }
    }

    /// Takes the facts of the next host, and what was known of it before.
    pub(crate) fn take(&self, snapshot: &mut HostSnapshot, facts: &impl Facts) {
        snapshot.take(facts);
        let (ip, is_network) = facts.identity();
        snapshot.take_known(self.known.get().map_or_else(KnownFacts::default, |known| known.facts(ip, is_network)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::block::Block;

    fn known(keep: AggregationOptions, allow: &[&str], hosts: &[(&str, u64, Option<&str>)]) -> KnownHosts {
        let allow: Vec<_> = allow.iter().map(|&text| text.to_owned()).collect();
        let allow = AddressSet::from_operands("--allow", &allow).expect("a set");
        let mut known = KnownHosts { keep, allow, hosts: HashMap::default(), networks: HashSet::default() };
        let line = |(ip, accepted, first): &(&str, u64, Option<&str>)| {
            let first = first.map_or(String::new(), |first| format!(r#","first_seen":"{first}""#));
            format!(
                "{{\"schema\":\"soar.host/1\",\"ip\":\"{ip}\",\"signals\":{{\"ssh_failed\":1,\"login_accepted\":{accepted}}}{first}}}\n"
            )
        };
        let block = Block::for_tests(hosts.iter().map(line).collect::<String>().into_bytes());
        let (records, intake) = read_from(Whence::Input, &block, &known.keep);
        assert_eq!((intake.fatal.is_none(), intake.issues.count(), records.pieces.len()), (true, 0, hosts.len()));
        records.pieces.iter().for_each(|piece| known.add(piece, &records));
        known
    }

    fn of(known: &KnownHosts, ip: &str, is_network: bool) -> (bool, bool, Option<i64>) {
        let facts = known.facts(Address::parse(ip.as_bytes()).expect("an address"), is_network);
        (facts.is_new.expect("told"), facts.is_new_network.expect("told"), facts.since)
    }

    #[test]
    fn an_address_is_known_and_a_network_is_one_that_somebody_logged_in_from() {
        let hosts = [
            ("192.0.2.1", 0, Some("1970-01-01T00:00:09Z")),
            ("192.0.2.1", 0, Some("1970-01-01T00:00:05Z")),
            ("192.0.2.1", 0, None),
            ("198.51.100.7", 2, None),
            ("2001:db8:5:1::1", 1, Some("1970-01-01T00:00:07Z")),
        ];
        let known = known(AggregationOptions::default(), &[], &hosts);
        for (ip, facts) in [
            ("192.0.2.1", (false, true, Some(5))),
            ("192.0.2.2", (true, true, None)),
            ("198.51.100.7", (false, false, None)),
            ("198.51.100.255", (true, false, None)),
            ("198.51.101.0", (true, true, None)),
            ("2001:db8:5:1::1", (false, false, Some(7))),
            ("2001:db8:5:ffff::2", (true, false, None)),
            ("2001:db8:6::1", (true, true, None)),
        ] {
            assert_eq!(of(&known, ip, false), facts, "{ip}");
        }
    }

    #[test]
    fn grouped_addresses_are_known_by_their_network() {
        let keep = AggregationOptions { group_v6: Some(32), group_v4: Some(28), ..AggregationOptions::default() };
        let hosts = [("2001:db8::1", 1, None), ("2001:db8::7", 0, None), ("192.0.2.17", 1, None)];
        let known = known(keep, &["2001:db8::7"], &hosts);
        for (ip, is_network, facts) in [
            ("2001:db8:ffff::9", true, (false, false, None)),
            ("2001:db9::1", true, (true, true, None)),
            ("2001:db8::7", false, (false, false, None)),
            ("2001:db8::8", false, (true, false, None)),
            ("192.0.2.30", true, (false, false, None)),
            ("192.0.2.33", true, (true, false, None)),
            ("192.0.3.17", true, (true, true, None)),
        ] {
            assert_eq!(of(&known, ip, is_network), facts, "{ip}");
        }
    }
}

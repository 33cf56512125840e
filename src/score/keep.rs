//! What a run keeps of each address beyond its counts, and which host records are no part of such a run.

use std::net::{IpAddr, Ipv6Addr};

use ipnet::{IpNet, Ipv6Net};

use crate::escape::shorten;
use crate::record::host::HostRecord;
use crate::record::partial::Distinct;
use crate::record::signal::Value;

/// How many characters of a record a message quotes at the most.
const QUOTED: usize = 80;

/// What is kept of each address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Keep {
    /// How many places for each signal.
    pub evidence: usize,
    /// Counts by time, in buckets of so many seconds.
    pub resolution_seconds: Option<u32>,
    /// Whether users are told apart.
    pub users: bool,
    /// Whether paths are told apart.
    pub paths: bool,
    /// How many bits of an IPv6 address name its host; the rest is its own to choose.
    pub group_v6: Option<u8>,
}

impl Keep {
    /// Whether the distinct ones of `value` are counted.
    #[must_use]
    pub const fn counts(&self, value: Value) -> bool {
        match value {
            Value::User => self.users,
            Value::Path => self.paths,
        }
    }

    /// Whether a host record must bring its `partial`.
    #[must_use]
    pub const fn needs_partial(&self) -> bool {
        self.resolution_seconds.is_some() || self.users || self.paths
    }

    /// The time `at`, in seconds, in units of the resolution; nothing where counts by time are not kept.
    #[must_use]
    pub fn units(&self, at: Option<i64>) -> Option<i64> {
        Some(at?.div_euclid(self.resolution_seconds?.into()))
    }

    /// The bits of the network of `ip`, where addresses are grouped.
    #[must_use]
    pub fn prefix(&self, ip: IpAddr) -> Option<u128> {
        match (ip, self.group_v6) {
            (IpAddr::V6(v6), Some(bits)) => Some(v6.to_bits() & mask(bits)),
            _ => None,
        }
    }

    /// The network of `ip`, as a record has it.
    #[must_use]
    pub fn network(&self, ip: IpAddr) -> Option<String> {
        Some(format!("{}/{}", Ipv6Addr::from_bits(self.prefix(ip)?), self.group_v6?))
    }

    /// Why `host` is no part of this run, if it is none: what it lacks would make the result wrong without a word.
    #[must_use]
    pub fn refuse(&self, host: &HostRecord<'_>) -> Option<String> {
        if host.snapshot {
            return Some("an alert of --live is a snapshot; adding it up would count its events twice".to_owned());
        }
        if let Some(network) = &host.network {
            match (self.group_v6, bits_of(&network.0, host.ip)) {
                (Some(own), Some(bits)) if own <= bits => {}
                (_, Some(bits)) => return Some(format!("the host stands for the network {}: --group-v6 {bits} is needed", network.0)),
                (_, None) => return Some(format!("network {:?} is no IPv6 prefix of {}", shorten(&network.0, QUOTED), host.ip)),
            }
        }
        if !self.needs_partial() {
            return None;
        }
        let partial = host.partial.as_ref();
        let resolution = partial.and_then(|partial| partial.resolution_seconds);
        match (self.resolution_seconds, resolution) {
            (Some(_), None) => return Some("the host has no buckets, which windows need: write it with --partial".to_owned()),
            (Some(own), Some(other)) if own != other => {
                return Some(format!("the host has buckets of {other} s, and --resolution is {own} s"));
            }
            _ => {}
        }
        let lacks = |value, distinct: Option<&Distinct>| self.counts(value) && distinct.is_none();
        let lacks_some = lacks(Value::User, partial.and_then(|partial| partial.users.as_ref()))
            || lacks(Value::Path, partial.and_then(|partial| partial.paths.as_ref()));
        lacks_some.then(|| "the host does not tell users or paths apart, as a rule needs it: write it with --partial".to_owned())
    }
}

/// How many bits the prefix `network` of `ip` has.
fn bits_of(network: &str, ip: IpAddr) -> Option<u8> {
    let network: Ipv6Net = network.parse().ok()?;
    Some(network.prefix_len()).filter(|&bits| bits > 0 && IpNet::from(network.trunc()).contains(&ip))
}

const fn mask(bits: u8) -> u128 {
    match bits {
        0 => 0,
        // 128 at the most, by the flag.
        _ => u128::MAX << (128 - bits as u32),
    }
}

//! What a run keeps of each address beyond its counts, and which host records are no part of such a run.

use std::net::{IpAddr, Ipv6Addr};

use ipnet::IpNet;

use crate::base::error::{Error, Result};
use crate::base::escape::{QUOTED, shorten};
use crate::base::net::{Address, canonical};
use crate::base::time::period;
use crate::record::host::HostRecord;
use crate::record::host::partial::Distinct;
use crate::record::signal::Value;

/// What to do where a state lacks what a run needs.
pub(crate) const STATE_REMEDY: &str = "use the rules, --window and --resolution with which it was written, or remove it to start afresh";

/// The resolution of a run without `--resolution`.
pub const DEFAULT_RESOLUTION: &str = "10s";

/// What `--resolution` asks for, in seconds.
///
/// # Errors
/// [`Error::Usage`] for a text that is no length of time.
pub fn read_resolution(text: &str) -> Result<u32> {
    read_seconds(text).map_err(|what| Error::Usage(format!("--resolution {text}: {what}")))
}

/// A length of time in whole seconds, at least one.
///
/// # Errors
/// A sentence for a text that is none.
pub(crate) fn read_seconds(text: &str) -> std::result::Result<u32, String> {
    let seconds = period::parse_duration(text).and_then(|seconds| u32::try_from(seconds).ok()).filter(|&seconds| seconds > 0);
    seconds.ok_or_else(|| "expected a duration of at least 1s: s, m, h, d or w, as in 10m or 1h30m".to_owned())
}

/// Where host records come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whence {
    Input,
    State,
}

/// Why a host record is no part of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It lacks what `--partial` would have written.
    NoPartial(&'static str),
    /// The sentence says it all.
    Other(String),
}

impl Refusal {
    /// The sentence for a person, with what to do where that depends on where the record comes from.
    pub(crate) fn say(self, whence: Whence) -> String {
        match (self, whence) {
            (Self::Other(what), _) => what,
            (Self::NoPartial(what), Whence::Input) => format!("{what}: write it with --partial"),
            (Self::NoPartial(what), Whence::State) => format!("{what}: {STATE_REMEDY}"),
        }
    }
}

/// What is kept of each address.
#[allow(clippy::struct_excessive_bools, reason = "each is a list that is kept or not, and every one may meet every other")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AggregationOptions {
    /// How many pieces of evidence for each signal.
    pub evidence: usize,
    /// Counts by time, in buckets of so many seconds.
    pub resolution_seconds: Option<u32>,
    /// Whether a timeline is kept, for people.
    pub timeline: bool,
    /// Whether users are told apart.
    pub users: bool,
    /// Whether paths are told apart.
    pub paths: bool,
    /// Whether it is counted by user, too.
    pub accounts: bool,
    /// How many bits of an IPv6 address name its host; the rest is its own to choose.
    pub group_v6: Option<u8>,
    /// The same of IPv4, where a network is to count as one host.
    pub group_v4: Option<u8>,
}

impl AggregationOptions {
    /// Whether the distinct ones of `value` are counted.
    pub const fn counts(&self, value: Value) -> bool {
        match value {
            Value::User => self.users,
            Value::Path => self.paths,
        }
    }

    /// Whether a host record must bring its `partial`.
    pub(crate) const fn needs_partial(&self) -> bool {
        self.resolution_seconds.is_some() || self.users || self.paths
    }

    /// The time `at`, in seconds, in units of the resolution; nothing where counts by time are not kept.
    pub fn units(&self, at: Option<i64>) -> Option<i64> {
        Some(at?.div_euclid(self.resolution_seconds?.into()))
    }

    /// The bits of the network of `ip`, where addresses are grouped. One in a zone has none: all neighbours behind an interface share one.
    pub fn prefix(&self, ip: Address) -> Option<u128> {
        match ip.ip {
            IpAddr::V6(v6) if ip.zone().is_none() => self.group_v6.map(|bits| v6.to_bits() & mask(bits)),
            // As a mapped address, which no IPv6 address of a host is: it would be IPv4.
            IpAddr::V4(v4) => self.group_v4.map(|bits| v4.to_ipv6_mapped().to_bits() & mask(bits + 96)),
            IpAddr::V6(_) => None,
        }
    }

    /// The network of `ip`, as a record has it.
    pub fn network(&self, ip: Address) -> Option<String> {
        let first = canonical(Ipv6Addr::from_bits(self.prefix(ip)?).into());
        Some(format!("{first}/{}", self.bits_for(ip.ip)?))
    }

    /// How many bits of `ip` name its host, where addresses of its family are grouped.
    const fn bits_for(&self, ip: IpAddr) -> Option<u8> {
        if ip.is_ipv4() { self.group_v4 } else { self.group_v6 }
    }

    /// Why `host` is no part of this run, if it is none: what it lacks would make the result wrong without a word.
    pub(crate) fn check_mergeable(&self, host: &HostRecord<'_>) -> Option<Refusal> {
        if host.snapshot {
            return Some(Refusal::Other("an alert of --live is a snapshot; adding it up would count its events twice".to_owned()));
        }
        if let Some(network) = &host.network {
            match (self.bits_for(host.ip.ip), bits_of(&network.0, host.ip.ip)) {
                (Some(own), Some(bits)) if own <= bits => {}
                (_, Some(bits)) => {
                    let family = if host.ip.ip.is_ipv4() { 4 } else { 6 };
                    return Some(Refusal::Other(format!(
                        "the host represents the network {}: --group-v{family} {bits} is needed",
                        network.0
                    )));
                }
                (_, None) => {
                    return Some(Refusal::Other(format!("network {:?} is not a prefix of {}", shorten(&network.0, QUOTED), host.ip)));
                }
            }
        }
        if !self.needs_partial() {
            return None;
        }
        let partial = host.partial.as_ref();
        let resolution = partial.and_then(|partial| partial.resolution_seconds);
        match (self.resolution_seconds, resolution) {
            (Some(_), None) => return Some(Refusal::NoPartial("the host has no buckets, which windows need")),
            (Some(own), Some(other)) if own != other => {
                return Some(Refusal::Other(format!("the host has buckets of {other} s, but --resolution is {own} s")));
            }
            _ => {}
        }
        let lacks = |value, distinct: Option<&Distinct>| self.counts(value) && distinct.is_none();
        let lacks_some = lacks(Value::User, partial.and_then(|partial| partial.users.as_ref()))
            || lacks(Value::Path, partial.and_then(|partial| partial.paths.as_ref()));
        lacks_some.then_some(Refusal::NoPartial("the host has no list of users or paths, which a rule needs"))
    }
}

/// How many bits the prefix `network` of `ip` has.
fn bits_of(network: &str, ip: IpAddr) -> Option<u8> {
    let network: IpNet = network.parse().ok()?;
    Some(network.prefix_len()).filter(|&bits| bits > 0 && network.trunc().contains(&ip))
}

const fn mask(bits: u8) -> u128 {
    match bits {
        0 => 0,
        // 128 at the most, by the flag.
        _ => u128::MAX << (128 - bits as u32),
    }
}

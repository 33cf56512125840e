//! What is counted as one, an address or a network, and what a network is called by.

use std::cmp::Reverse;
use std::net::IpAddr;

use crate::net::AddressSet;

/// What a network may be called by; the greater one is what it is called by.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// Whether no list allows it.
    pub is_free: bool,
    /// When it was last seen.
    pub at: Option<i64>,
    /// The lowest of several.
    pub ip: Reverse<IpAddr>,
}

impl Name {
    /// `ip`, last seen at `at`.
    #[must_use]
    pub fn new(ip: IpAddr, at: Option<i64>, allow: &AddressSet) -> Self {
        Self { is_free: !allow.contains(ip), at, ip: Reverse(ip) }
    }
}

/// What is counted as one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// An address.
    V4(u32),
    /// An address.
    V6(u128),
    /// The prefix of a network.
    Network(u128),
}

impl Key {
    /// The key of `ip`, or of its network where it has one here.
    #[must_use]
    pub const fn new(ip: IpAddr, prefix: Option<u128>) -> Self {
        match (ip, prefix) {
            (_, Some(prefix)) => Self::Network(prefix),
            (IpAddr::V4(v4), _) => Self::V4(v4.to_bits()),
            (IpAddr::V6(v6), _) => Self::V6(v6.to_bits()),
        }
    }
}

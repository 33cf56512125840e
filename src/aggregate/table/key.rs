//! What is counted as one: an address, or a network.

use std::net::IpAddr;

use crate::base::net::{Address, Zone};

/// What is counted as one, as bytes.
pub type SortKey = [u8; 32];

/// What is counted as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum HostKey {
    V4(u32),
    V6(u128),
    /// A link-local address behind an interface.
    Zoned(u128, Zone),
    Network(u128),
}

impl HostKey {
    /// The key of `ip`, or of its network where it has one here.
    pub(crate) fn new(ip: Address, prefix: Option<u128>) -> Self {
        match (ip.ip, prefix) {
            (_, Some(prefix)) => Self::Network(prefix),
            (IpAddr::V4(v4), _) => Self::V4(v4.to_bits()),
            (IpAddr::V6(v6), _) => ip.zone().map_or(Self::V6(v6.to_bits()), |zone| Self::Zoned(v6.to_bits(), zone)),
        }
    }

    /// The same as bytes to sort by.
    pub(crate) fn to_bytes(self) -> SortKey {
        let (kind, bits, zone) = match self {
            Self::V4(bits) => (4, bits.into(), Zone::default()),
            Self::V6(bits) => (6, bits, Zone::default()),
            Self::Zoned(bits, zone) => (6, bits, zone),
            Self::Network(prefix) => (7, prefix, Zone::default()),
        };
        let mut key = [kind; size_of::<SortKey>()];
        key[1..17].copy_from_slice(&u128::to_be_bytes(bits));
        key[17..].copy_from_slice(&zone.to_bytes());
        key
    }
}

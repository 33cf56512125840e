//! What is counted as one: an address, or a network.

use std::net::IpAddr;

/// What is counted as one, as bytes.
pub type SortKey = [u8; 17];

/// What is counted as one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    V4(u32),
    V6(u128),
    Network(u128),
}

impl Key {
    /// The key of `ip`, or of its network where it has one here.
    pub(super) fn new(ip: IpAddr, prefix: Option<u128>) -> Self {
        match (ip, prefix) {
            (_, Some(prefix)) => Self::Network(prefix),
            (IpAddr::V4(v4), _) => Self::V4(v4.to_bits()),
            (IpAddr::V6(v6), _) => Self::V6(v6.to_bits()),
        }
    }

    /// The same as bytes to sort by.
    pub(super) fn to_bytes(self) -> SortKey {
        let (kind, bits) = match self {
            Self::V4(bits) => (4, bits.into()),
            Self::V6(bits) => (6, bits),
            Self::Network(prefix) => (7, prefix),
        };
        let mut key = [kind; size_of::<SortKey>()];
        key[1..].copy_from_slice(&u128::to_be_bytes(bits));
        key
    }
}

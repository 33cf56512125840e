//! Lists of networks: which lists hold an address, by the longest prefix that does.
//!
//! Networks are sorted by their first address, wider ones first, and each knows the next wider one that holds it: two networks either
//! hold one another or have no address in common. So an address is one binary search and a walk up. An entry takes 12 bytes for IPv4
//! and 28 for IPv6, and half of that again while a list is read.

pub(crate) mod json;
pub(crate) mod read;

use std::net::IpAddr;

/// The number of a list.
pub(crate) type ListId = u16;

/// No network is wider.
const NONE: u32 = u32::MAX;

/// A network: its first address, and how many bits all of its addresses have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Network {
    /// The first address.
    pub first: IpAddr,
    /// The number of bits.
    pub bits: u8,
}

/// The first address of a network, as numbers that are compared and stored without a gap.
trait AddressBits: Copy + Ord {
    /// How many there are.
    const LEN: u32;
    /// The first 16.
    fn top(self) -> usize;
    /// Whether the first `bits` are those of `other`.
    fn starts_like(self, other: Self, bits: u32) -> bool;
}

impl AddressBits for u32 {
    const LEN: u32 = 32;

    fn top(self) -> usize {
        (self >> 16) as usize
    }

    fn starts_like(self, other: Self, bits: u32) -> bool {
        (self ^ other).leading_zeros() >= bits
    }
}

/// Of IPv6, in halves: a `u128` would leave 12 bytes empty behind every entry.
impl AddressBits for [u64; 2] {
    const LEN: u32 = 128;

    fn top(self) -> usize {
        (self[0] >> 48) as usize
    }

    fn starts_like(self, other: Self, bits: u32) -> bool {
        let differs = |half: usize| self[half] ^ other[half];
        let same = if differs(0) == 0 { 64 + differs(1).leading_zeros() } else { differs(0).leading_zeros() };
        same >= bits
    }
}

/// A network on a list, in the order in which they are searched: wider ones first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct ListEntry<B> {
    first: B,
    /// The number of bits, and the list behind them: one number, so that nothing is left empty.
    tag: u32,
}

impl<B: AddressBits> ListEntry<B> {
    const fn bits(&self) -> u32 {
        self.tag >> 16
    }

    const fn list(&self) -> ListId {
        // The rest.
        #[allow(clippy::cast_possible_truncation)]
        let list = self.tag as ListId;
        list
    }
}

/// The networks of one family.
#[derive(Debug)]
struct Family<B> {
    entries: Vec<ListEntry<B>>,
    /// Of each entry the next wider one that holds it.
    parents: Vec<u32>,
    /// Where the entries begin whose first 16 bits are a number, and at its end, how many there are.
    starts: Vec<u32>,
}

impl<B: AddressBits> Default for Family<B> {
    fn default() -> Self {
        Self { entries: Vec::new(), parents: Vec::new(), starts: Vec::new() }
    }
}

impl<B: AddressBits> Family<B> {
    fn push(&mut self, first: B, bits: u8, list: ListId) {
        if self.entries.len() == self.entries.capacity() {
            // Vec would double, which is more than an entry is worth.
            self.entries.reserve_exact(self.entries.len() / 4 + 1024);
        }
        self.entries.push(ListEntry { first, tag: u32::from(bits) << 16 | u32::from(list) });
    }

    /// Makes it searchable.
    fn close(&mut self) {
        self.entries.sort_unstable();
        self.entries.dedup();
        self.parents.reserve_exact(self.entries.len());
        self.starts = vec![0; (1 << 16) + 1];
        let mut open: Vec<u32> = Vec::new();
        // There are not 2^32 networks in the memory of a machine that reads lists.
        for (index, entry) in (0_u32..).zip(&self.entries) {
            let holds = |wider: &u32| {
                let wider = &self.entries[*wider as usize];
                entry.first.starts_like(wider.first, wider.bits())
            };
            while open.last().is_some_and(|wider| !holds(wider)) {
                open.pop();
            }
            self.parents.push(open.last().copied().unwrap_or(NONE));
            open.push(index);
            self.starts[entry.first.top() + 1] = index + 1;
        }
        for at in 1..self.starts.len() {
            self.starts[at] = self.starts[at].max(self.starts[at - 1]);
        }
    }

    /// The narrowest network that holds `address`.
    fn find(&self, address: B) -> Option<u32> {
        let top = address.top();
        let (from, to) = (*self.starts.get(top)? as usize, *self.starts.get(top + 1)? as usize);
        let behind = from + self.entries[from..to].partition_point(|entry| entry.first <= address);
        let mut index = u32::try_from(behind).ok()?.checked_sub(1)?;
        loop {
            let entry = self.entries.get(index as usize)?;
            if address.starts_like(entry.first, entry.bits()) {
                return Some(index);
            }
            index = self.parents[index as usize];
        }
    }

    /// The lists of the network at `index`, and of those that hold it.
    fn lists(&self, mut index: u32) -> impl Iterator<Item = ListId> {
        std::iter::from_fn(move || {
            let list = self.entries.get(index as usize)?.list();
            index = self.parents[index as usize];
            Some(list)
        })
    }
}

/// Networks, each on a list.
#[derive(Debug, Default)]
pub(crate) struct NetworkTable {
    v4: Family<u32>,
    v6: Family<[u64; 2]>,
}

/// A network of the table; the same lists hold all addresses of which it is the narrowest.
pub(crate) type NetworkId = usize;

impl NetworkTable {
    /// Adds a network.
    pub(crate) fn push(&mut self, network: Network, list: ListId) {
        match network.first {
            IpAddr::V4(v4) => self.v4.push(v4.to_bits(), network.bits, list),
            IpAddr::V6(v6) => self.v6.push(halves(v6.to_bits()), network.bits, list),
        }
    }

    /// Makes it searchable, once everything was added.
    pub(crate) fn close(&mut self) {
        self.v4.close();
        self.v6.close();
    }

    /// The narrowest network that holds `ip`.
    #[inline]
    pub(crate) fn find(&self, ip: IpAddr) -> Option<NetworkId> {
        match ip {
            IpAddr::V4(v4) => self.v4.find(v4.to_bits()).map(|index| index as usize),
            IpAddr::V6(v6) => self.v6.find(halves(v6.to_bits())).map(|index| self.v4.entries.len() + index as usize),
        }
    }

    /// The lists that hold the addresses of a network.
    pub(crate) fn lists(&self, network: NetworkId) -> Vec<ListId> {
        let index = |at: usize| u32::try_from(at).unwrap_or(NONE);
        let mut lists: Vec<_> = match network.checked_sub(self.v4.entries.len()) {
            None => self.v4.lists(index(network)).collect(),
            Some(at) => self.v6.lists(index(at)).collect(),
        };
        lists.sort_unstable();
        lists.dedup();
        lists
    }
}

// Halves.
#[allow(clippy::cast_possible_truncation)]
const fn halves(bits: u128) -> [u64; 2] {
    [(bits >> 64) as u64, bits as u64]
}

/// The networks that are all addresses from `first` to `last`, which are of one family.
pub(crate) fn networks_between(first: IpAddr, last: IpAddr, mut take: impl FnMut(Network)) {
    let (mut from, to, len, is_v4) = match (first, last) {
        (IpAddr::V4(first), IpAddr::V4(last)) => (u128::from(first.to_bits()), u128::from(last.to_bits()), u32::LEN, true),
        (IpAddr::V6(first), IpAddr::V6(last)) => (first.to_bits(), last.to_bits(), <[u64; 2]>::LEN, false),
        _ => return,
    };
    while from <= to {
        // The widest that begins there and does not reach past the end.
        let mut free = from.trailing_zeros().min(len);
        let reaches = |free: u32| 1_u128.checked_shl(free).map_or(u128::MAX, |size| size - 1);
        while reaches(free) > to - from {
            free -= 1;
        }
        // Both are of 32 bits, or neither is.
        #[allow(clippy::cast_possible_truncation)]
        let first = if is_v4 { IpAddr::V4((from as u32).into()) } else { IpAddr::V6(from.into()) };
        take(Network { first, bits: u8::try_from(len - free).unwrap_or(u8::MAX) });
        match from.checked_add(reaches(free)).and_then(|end| end.checked_add(1)) {
            Some(next) => from = next,
            None => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn network(text: &str) -> Network {
        let (first, bits) = text.split_once('/').expect("a network");
        Network { first: first.parse().expect("an address"), bits: bits.parse().expect("bits") }
    }

    #[test]
    fn all_lists_that_hold_an_address_are_found() {
        let mut table = NetworkTable::default();
        let networks = [
            "10.0.0.0/8",
            "10.1.0.0/16",
            "10.1.2.0/24",
            "10.1.2.3/32",
            "10.1.0.0/16",
            "192.0.2.0/24",
            "2001:db8::/32",
            "2001:db8:1::/48",
            "0.0.0.0/0",
        ];
        for (list, text) in (0..).zip(networks) {
            table.push(network(text), list);
        }
        table.close();
        for (ip, lists) in [
            ("10.1.2.3", &[0, 1, 2, 3, 4, 8][..]),
            ("10.1.2.4", &[0, 1, 2, 4, 8]),
            ("10.1.3.0", &[0, 1, 4, 8]),
            ("10.255.255.255", &[0, 8]),
            ("192.0.2.255", &[5, 8]),
            ("192.0.3.0", &[8]),
            ("2001:db8:1::1", &[6, 7]),
            ("2001:db8:2::1", &[6]),
            ("2001:db9::1", &[]),
        ] {
            let found = table.find(ip.parse().expect("an address")).map_or_else(Vec::new, |network| table.lists(network));
            assert_eq!(found, lists, "{ip}");
        }
        assert_eq!(NetworkTable::default().find("192.0.2.1".parse().expect("an address")), None);
    }

    #[test]
    fn an_entry_takes_what_was_promised() {
        assert_eq!((size_of::<ListEntry<u32>>() + 4, size_of::<ListEntry<[u64; 2]>>() + 4), (12, 28));
        // While it grows, a list of entries is there twice.
        assert!((size_of::<ListEntry<[u64; 2]>>() * 9).div_ceil(4) + 4 <= 64);
    }

    proptest! {
        #[test]
        fn the_table_finds_what_a_walk_through_all_networks_finds(
            networks in proptest::collection::vec((any::<u32>(), 0..=32_u8, 0..5_u16), 0..40), addresses in proptest::collection::vec(any::<u32>(), 0..40), mask in any::<u32>(),
        ) {
            // Few bits vary, so that networks hold one another.
            let cut = |bits: u8| if bits == 0 { 0 } else { u32::MAX << (32 - u32::from(bits)) };
            let networks: Vec<_> = networks.into_iter().map(|(first, bits, list)| (first & mask & cut(bits), bits, list)).collect();
            let mut table = NetworkTable::default();
            for &(first, bits, list) in &networks {
                table.push(Network { first: IpAddr::V4(first.into()), bits }, list);
                table.push(Network { first: IpAddr::V6((u128::from(first) << 96).into()), bits }, list);
            }
            table.close();
            for address in addresses.into_iter().map(|address| address & mask).chain(networks.iter().map(|network| network.0)) {
                let mut expected: Vec<_> = networks.iter().filter(|(first, bits, _)| address & cut(*bits) == *first).map(|network| network.2).collect();
                expected.sort_unstable();
                expected.dedup();
                for ip in [IpAddr::V4(address.into()), IpAddr::V6((u128::from(address) << 96 | 7).into())] {
                    prop_assert_eq!(&table.find(ip).map_or_else(Vec::new, |network| table.lists(network)), &expected, "{}", ip);
                }
            }
        }

        #[test]
        fn a_range_is_its_networks_and_nothing_else(first in any::<u32>(), len in 0..100_000_u32) {
            let last = first.saturating_add(len);
            let (mut next, mut count) = (u64::from(first), 0);
            networks_between(IpAddr::V4(first.into()), IpAddr::V4(last.into()), |network| {
                let IpAddr::V4(start) = network.first else { panic!("IPv4") };
                assert_eq!(u64::from(start.to_bits()), next);
                next += 1 << (32 - network.bits);
                count += 1;
            });
            prop_assert_eq!(next, u64::from(last) + 1);
            prop_assert!(count <= 62);
        }
    }
}

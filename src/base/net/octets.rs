//! IPv4 addresses by octets, as nmap takes them: `192.0.2-3.1,5-7`.
//!
//! Takes text, gives the addresses one by one, or as ranges.
//!
//! **Source:** the nmap book, "Specifying Target Hosts and Networks".

use std::net::{IpAddr, Ipv4Addr};

/// Of each octet of an IPv4 address the values that it may have; never none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Octets([[bool; 256]; 4]);

impl Octets {
    /// Octets as nmap takes them, `192.0.2-3.1,5-7`, with `*` and `-` for all, `-3` and `250-`; and the bits of a network behind them.
    pub fn parse(text: &str) -> Option<Self> {
        let (octets, bits) = match text.split_once('/') {
            Some((octets, bits)) if bits.bytes().all(|b| b.is_ascii_digit()) => (octets, bits.parse().ok().filter(|&bits| bits <= 32_u32)?),
            Some(_) => return None,
            None => (text, 32),
        };
        let mut all = [[false; 256]; 4];
        let mut parts = octets.split('.');
        for values in &mut all {
            for (first, last) in parts.next()?.split(',').map(parse_octets).collect::<Option<Vec<_>>>()? {
                values[usize::from(first)..=usize::from(last)].fill(true);
            }
        }
        let hosts = u32::MAX.checked_shr(bits).unwrap_or(0).to_be_bytes();
        for (values, free) in all.iter_mut().zip(hosts) {
            let fixed = *values;
            for (value, is_one) in (0_u8..=u8::MAX).zip(values.iter_mut()) {
                *is_one = (0..=u8::MAX).zip(fixed).any(|(other, is_one)| is_one && other & !free == value & !free);
            }
        }
        parts.next().is_none().then_some(Self(all))
    }

    /// How many addresses there are.
    pub fn count(&self) -> u128 {
        self.values().map(|values| values.count() as u128).product()
    }

    /// The lowest address.
    pub fn first(&self) -> Ipv4Addr {
        let lowest = self.values().map(|mut values| values.next().unwrap_or_default());
        lowest.fold(0, |bits, octet| bits << 8 | u32::from(octet)).into()
    }

    /// Of each octet its values, ascending.
    fn values(&self) -> impl Iterator<Item = impl Iterator<Item = u8>> {
        self.0.iter().map(|values| (0..=u8::MAX).zip(values).filter_map(|(value, &is_one)| is_one.then_some(value)))
    }

    /// The next address behind `v4`: the last octet that has a higher value takes it, and those behind it start again.
    pub fn after(&self, v4: Ipv4Addr) -> Option<Ipv4Addr> {
        let mut octets = v4.octets();
        for place in (0..4).rev() {
            let mut values = (0..=u8::MAX).filter(|&value| self.0[place][usize::from(value)]);
            if let Some(higher) = values.find(|&value| value > octets[place]) {
                octets[place] = higher;
                for (octet, mut values) in octets.iter_mut().zip(self.values()).skip(place + 1) {
                    *octet = values.next().unwrap_or_default();
                }
                return Some(octets.into());
            }
        }
        None
    }

    /// The same as ranges, ascending; `None` where there would be more than `most`.
    pub fn ranges(&self, most: usize) -> Option<Vec<(IpAddr, IpAddr)>> {
        // The last octet that is not free: those behind it make its runs longer, those before it multiply them.
        let split = self.0.iter().rposition(|values| values.contains(&false)).unwrap_or(0);
        let values: Vec<u8> = self.values().nth(split)?.collect();
        let runs: Vec<_> =
            values.chunk_by(|before, after| after - before == 1).filter_map(|run| Some((*run.first()?, *run.last()?))).collect();
        let count = self.values().take(split).map(Iterator::count).product::<usize>() * runs.len();
        if count > most {
            return None;
        }
        let mut heads = vec![0_u32];
        for values in self.values().take(split).map(Iterator::collect::<Vec<_>>) {
            heads = heads.iter().flat_map(|head| values.iter().map(move |&value| head << 8 | u32::from(value))).collect();
        }
        let free = 8 * (3 - u32::try_from(split).unwrap_or(3));
        let range = |head: u32, (first, last): (u8, u8)| {
            let start = |value: u8| (head << 8 | u32::from(value)) << free;
            (IpAddr::V4(start(first).into()), IpAddr::V4((start(last) | ((1 << free) - 1)).into()))
        };
        Some(heads.iter().flat_map(|&head| runs.iter().map(move |&run| range(head, run))).collect())
    }
}

/// The first and last value of `7`, `1-3`, `-3`, `250-`, `-` or `*`.
fn parse_octets(text: &str) -> Option<(u8, u8)> {
    let octet = |text: &str| {
        let is_plain = text.bytes().all(|b| b.is_ascii_digit()) && (text.len() == 1 || !text.starts_with('0'));
        is_plain.then(|| text.parse::<u8>().ok()).flatten()
    };
    if text == "*" {
        return Some((0, u8::MAX));
    }
    let Some((first, last)) = text.split_once('-') else { return octet(text).map(|value| (value, value)) };
    let first = if first.is_empty() { 0 } else { octet(first)? };
    let last = if last.is_empty() { u8::MAX } else { octet(last)? };
    (first <= last).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::net::span::bits_of;

    #[test]
    fn ranges_of_octets_are_their_addresses() {
        for text in ["192.0.2-3.1,5-7", "1,3.*.0-1.*", "192.0.2,4,5.*", "10.0.0.0,255"] {
            let octets = Octets::parse(text).expect(text);
            let ranges = octets.ranges(1 << 16).expect("few");
            let in_ranges: u128 = ranges.iter().map(|&(first, last)| bits_of(last) - bits_of(first) + 1).sum();
            assert_eq!(in_ranges, octets.count(), "{text}");
            let is_inside = |v4: Ipv4Addr| ranges.iter().any(|(first, last)| (first..=last).contains(&&IpAddr::V4(v4)));
            assert!(std::iter::successors(Some(octets.first()), |&v4| octets.after(v4)).take(5000).all(is_inside), "{text}");
            assert!(ranges.is_sorted() && octets.ranges(ranges.len() - 1).is_none(), "{text}");
        }
    }
}

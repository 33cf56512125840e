//! Sets of addresses: what is allowed, excluded, trusted or in scope.
//!
//! Takes text (an address, a CIDR, a range, a file of them, a published list of prefixes), gives membership.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use super::{canonical, parse_address, prefix};
use crate::error::{Error, Result};
use crate::list;

/// A set of addresses: sorted, disjoint, inclusive ranges, so membership is one binary search however long the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressSet {
    ranges: Vec<(IpAddr, IpAddr)>,
}

impl AddressSet {
    /// Every address there is.
    #[must_use]
    pub fn any() -> Self {
        Self::from_ranges(vec![
            (IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V4(Ipv4Addr::BROADCAST)),
            (IpAddr::V6(Ipv6Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::from_bits(u128::MAX))),
        ])
    }

    /// The set that a list of `address`, `CIDR`, `first-last` and file operands names; each may hold several, comma-separated.
    /// A file is a list (see [`list`]) of addresses, CIDRs and ranges; a `#` behind one starts a comment too. Or it is the JSON
    /// form in which search engines publish their crawlers' ranges (see [`prefix`]).
    ///
    /// # Errors
    /// [`Error::Usage`] names the operand (and line) that is neither.
    pub fn from_operands(flag: &str, operands: &[String]) -> Result<Self> {
        let mut ranges = Vec::new();
        for operand in operands.iter().flat_map(|o| o.split(',')).map(str::trim) {
            if operand.is_empty() {
                return Err(Error::Usage(format!("{flag}: an address, a CIDR or a file is missing")));
            }
            match parse_range(operand) {
                Some(range) => ranges.push(range),
                None => read_file(flag, operand, &mut ranges)?,
            }
        }
        Ok(Self::from_ranges(ranges))
    }

    /// The set that a `--scope` list names: like [`AddressSet::from_operands`], or `any`.
    ///
    /// # Errors
    /// [`Error::Usage`] as there.
    pub fn from_scope(list: &str) -> Result<Self> {
        if list == "any" { Ok(Self::any()) } else { Self::from_operands("--scope", &[list.to_owned()]) }
    }

    /// Whether `address` (in its canonical form) is in the set.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = canonical(address);
        let after = self.ranges.partition_point(|&(start, _)| start <= address);
        after > 0 && address <= self.ranges[after - 1].1
    }

    fn from_ranges(mut ranges: Vec<(IpAddr, IpAddr)>) -> Self {
        ranges.sort_unstable();
        let mut merged: Vec<(IpAddr, IpAddr)> = Vec::with_capacity(ranges.len());
        for (first, last) in ranges {
            match merged.last_mut() {
                // Neighbours too, so that a network is in the set where its halves are.
                Some(before) if before.0.is_ipv4() == first.is_ipv4() && bits_of(first) <= bits_of(before.1).saturating_add(1) => {
                    before.1 = before.1.max(last);
                }
                _ => merged.push((first, last)),
            }
        }
        Self { ranges: merged }
    }
}

const fn bits_of(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_bits() as u128,
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

/// The first and last address of `text`, an address, a CIDR or a range `first-last`. A mapped IPv6 network
/// (`::ffff:a.b.c.d/120`) is the IPv4 network that it means, since canonical addresses are what is looked up.
///
/// ```
/// let (first, last) = soar_light::net::parse_range("192.0.2.0/30").unwrap();
/// assert_eq!((first.to_string(), last.to_string()), ("192.0.2.0".into(), "192.0.2.3".into()));
/// assert_eq!(soar_light::net::parse_range("192.0.2.0-192.0.2.3"), Some((first, last)));
/// assert_eq!(soar_light::net::parse_range("192.0.2.3-192.0.2.0"), None);
/// ```
#[must_use]
pub fn parse_range(text: &str) -> Option<(IpAddr, IpAddr)> {
    if let Some(address) = parse_address(text.as_bytes()) {
        return Some((address, address));
    }
    if let Some((first, last)) = text.split_once('-') {
        let ends = (parse_address(first.trim().as_bytes())?, parse_address(last.trim().as_bytes())?);
        return (ends.0.is_ipv4() == ends.1.is_ipv4() && ends.0 <= ends.1).then_some(ends);
    }
    let net: IpNet = text.parse().ok()?;
    let (first, last) = (net.network(), net.broadcast());
    match (canonical(first), canonical(last)) {
        (IpAddr::V4(a), IpAddr::V4(b)) => Some((a.into(), b.into())),
        _ => Some((first, last)),
    }
}

fn read_file(flag: &str, operand: &str, ranges: &mut Vec<(IpAddr, IpAddr)>) -> Result<()> {
    let network = operand.split_once('/').and_then(|(network, bits)| Some((parse_address(network.as_bytes())?, bits)));
    if let Some((network, bits)) = network {
        let most = if network.is_ipv4() { 32 } else { 128 };
        return Err(Error::Usage(format!("{flag}: not a CIDR: {operand}: {bits:?} is not a number of bits from 0 to {most}")));
    }
    if let Some((first, last)) = operand.split_once('-')
        && let (Some(_), Some(_)) = (parse_address(first.trim().as_bytes()), parse_address(last.trim().as_bytes()))
    {
        return Err(Error::Usage(format!("{flag}: not a range: {operand}: the first address is behind the last, or of another kind")));
    }
    let text = list::read_file(flag, "an address, a CIDR,", operand)?;
    if prefix::is_json(&text) {
        let wrong = |flaw: String| Error::Usage(format!("{flag} {operand}: {flaw}"));
        for (place, prefix) in prefix::read_json(&text).map_err(wrong)? {
            ranges.push(parse_range(&prefix).ok_or_else(|| wrong(format!("{place}: not an address or CIDR: {prefix}")))?);
        }
        return Ok(());
    }
    for (line, entry) in list::entries(&text) {
        // Here, a comment may stand behind an entry too.
        let entry = entry.split('#').next().unwrap_or_default().trim();
        let wrong = || Error::Usage(format!("{flag} {operand}:{line}: not an address, CIDR or range: {entry}"));
        let range = parse_range(entry).ok_or_else(wrong)?;
        ranges.push(range);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str) -> AddressSet {
        AddressSet::from_operands("--scope", &[text.to_owned()]).expect("a valid set")
    }

    #[test]
    fn sets_hold_their_edges_and_no_more() {
        let set = set("192.0.2.0/25, 192.0.2.64/26,2001:db8::/32,198.51.100.7,::ffff:203.0.113.0/120,198.51.100.20 - 198.51.100.22");
        for (address, inside) in [
            ("192.0.2.0", true),
            ("192.0.2.127", true),
            ("192.0.2.128", false),
            ("191.255.255.255", false),
            ("198.51.100.7", true),
            ("198.51.100.8", false),
            ("198.51.100.19", false),
            ("198.51.100.20", true),
            ("198.51.100.22", true),
            ("198.51.100.23", false),
            ("203.0.113.9", true),
            ("2001:db8:ffff::1", true),
            ("2001:db9::", false),
            ("::ffff:192.0.2.5", true),
        ] {
            assert_eq!(set.contains(address.parse().expect("an address")), inside, "{address}");
        }
        assert!(!AddressSet::default().contains(IpAddr::V4(Ipv4Addr::LOCALHOST)));
        assert!(AddressSet::any().contains(IpAddr::V6(Ipv6Addr::from_bits(u128::MAX))));
    }

    #[test]
    fn a_wrong_operand_is_named() {
        let error = AddressSet::from_operands("--allow", &["192.0.2.0/33".to_owned()]).expect_err("33 bits");
        assert_eq!(error.to_string(), "--allow: not a CIDR: 192.0.2.0/33: \"33\" is not a number of bits from 0 to 32");
        for (json, flaw) in [
            (
                r#"{"prefixes":[{"ipv4Prefix":"192.0.2.0/27"},{"ipv6Prefix":"2001:db8::/129"}]}"#,
                ".prefixes[1]: not an address or CIDR: 2001:db8::/129",
            ),
            (r#"{"prefixes":[{}]}"#, ".prefixes[0]: neither ipv4Prefix nor ipv6Prefix"),
        ] {
            let file = tempfile::NamedTempFile::new().expect("a file");
            std::fs::write(file.path(), json).expect("written");
            let path = file.path().display().to_string();
            let error = AddressSet::from_operands("--allow", std::slice::from_ref(&path)).expect_err("refused");
            assert_eq!(error.to_string(), format!("--allow {path}: {flaw}"));
        }
        let error = AddressSet::from_operands("--allow", &["192.0.2.9-192.0.2.1".to_owned()]).expect_err("the wrong way round");
        assert_eq!(
            error.to_string(),
            "--allow: not a range: 192.0.2.9-192.0.2.1: the first address is behind the last, or of another kind"
        );
        let error = AddressSet::from_operands("--allow", &["no/such/file".to_owned()]).expect_err("no file");
        assert_eq!(error.to_string(), "--allow: neither an address, a CIDR, nor a readable file: no/such/file: No such file or directory");
    }
}

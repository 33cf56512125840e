//! Sets of addresses: what is allowed, excluded, trusted or in scope.
//!
//! Takes text (an address, a CIDR, a range, a file of them, a published list of prefixes), gives membership.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::base::error::{Error, Result};
use crate::base::list_file;
use crate::base::net::span;
use crate::base::net::span::{Span, bits_of, parse_span};
use crate::base::net::{Address, Zone, parse_spans, prefix};

/// Into how many ranges one expression may fall, as many as `10.*.*.1` has: each takes memory.
const MOST_RANGES: usize = 1 << 16;

/// A set of addresses: sorted, disjoint, inclusive ranges, so membership is one binary search however long the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressSet {
    ranges: Vec<(IpAddr, IpAddr)>,
    /// Those that hold behind one interface alone; people name few of these.
    zoned: Vec<(Zone, IpAddr, IpAddr)>,
}

impl AddressSet {
    /// Every address there is.
    pub fn any() -> Self {
        Self::from_ranges(vec![
            (IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V4(Ipv4Addr::BROADCAST)),
            (IpAddr::V6(Ipv6Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::from_bits(u128::MAX))),
        ])
    }

    /// The set that a list of operands names: addresses, CIDRs, ranges and octets as [`parse_spans`] reads them, and files; each operand may
    /// hold several, separated by commas or blanks. A file is a list (see [`list_file`](crate::base::list_file)) of such lists; a `#` behind an entry starts a comment
    /// too. Or it is the JSON form in which search engines publish their crawlers' ranges (see [`prefix`]).
    ///
    /// # Errors
    /// [`Error::Usage`] names the operand (and line) that is neither.
    pub fn from_operands(flag: &str, operands: &[String]) -> Result<Self> {
        let mut builder = SetBuilder::default();
        for operand in operands {
            let before = builder.count;
            builder.take_operand(flag, operand)?;
            if builder.count == before {
                return Err(Error::Usage(format!("{flag}: an address, a CIDR or a file is missing")));
            }
        }
        Ok(builder.finish())
    }

    /// The set that `--scope` lists name: like [`AddressSet::from_operands`], or `any`.
    ///
    /// # Errors
    /// [`Error::Usage`] as there.
    pub fn from_scope(lists: &[String]) -> Result<Self> {
        if lists.iter().any(|list| list.trim() == "any") { Ok(Self::any()) } else { Self::from_operands("--scope", lists) }
    }

    /// The same behind every interface: what is named behind one is in it wherever it lies, since an interface may be called by its
    /// name or by its number.
    pub fn in_all_zones(self) -> Self {
        Self::from_ranges(self.ranges.into_iter().chain(self.zoned.into_iter().map(|(_, first, last)| (first, last))).collect())
    }

    /// Whether `address` is in the set. What is named behind one interface is not in it behind another, nor where none is known.
    #[inline]
    pub fn contains(&self, address: impl Into<Address>) -> bool {
        let address = address.into();
        let after = self.ranges.partition_point(|&(start, _)| start <= address.ip);
        after > 0 && address.ip <= self.ranges[after - 1].1 || !self.zoned.is_empty() && self.contains_zoned(address)
    }

    fn contains_zoned(&self, address: Address) -> bool {
        let Some(zone) = address.zone() else { return false };
        self.zoned.iter().any(|&(own, first, last)| own == zone && (first..=last).contains(&address.ip))
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
        Self { ranges: merged, zoned: Vec::new() }
    }
}

/// A set that is being read.
#[derive(Debug, Default)]
struct SetBuilder {
    ranges: Vec<(IpAddr, IpAddr)>,
    zoned: Vec<(Zone, IpAddr, IpAddr)>,
    /// How many expressions and files there were.
    count: usize,
}

impl SetBuilder {
    /// Takes a list. What is no expression is a file; a file's name may have blanks in it, so a list with one is cut there only where it
    /// starts with an expression.
    fn take_operand(&mut self, flag: &str, operand: &str) -> Result<()> {
        let starts_with_one = span::split(operand).first().is_some_and(|first| parse_span(first).is_ok());
        let parts = if starts_with_one { span::split(operand) } else { span::split_at_commas(operand) };
        for part in parts.iter().filter(|part| !part.is_empty()) {
            self.count += 1;
            match (parse_spans(part), looks_like_one(part)) {
                (Ok(spans), _) => spans
                    .iter()
                    .try_for_each(|(_, span)| self.push(span).map_err(|reason| Error::Usage(format!("{flag}: {reason}: {part}"))))?,
                (Err(reason), true) => return Err(Error::Usage(format!("{flag}: {reason}"))),
                (Err(_), false) => self.take_file(flag, part)?,
            }
        }
        Ok(())
    }

    fn take_file(&mut self, flag: &str, operand: &str) -> Result<()> {
        let text = list_file::read_file(flag, "an address, a CIDR,", operand).map_err(|error| {
            let hint = if operand.contains('/') { "" } else { span::hint(operand) };
            Error::Usage(format!("{error}{hint}"))
        })?;
        let wrong = |place: &str, reason: &str| Error::Usage(format!("{flag} {operand}{place}: {reason}"));
        if prefix::is_json(&text) {
            for (place, prefix) in prefix::read_json(&text).map_err(|reason| wrong("", &reason))? {
                let reason = || wrong("", &format!("{place}: not an address or CIDR: {prefix}"));
                self.push(&parse_span(&prefix).map_err(|_| reason())?).map_err(|_| reason())?;
            }
            return Ok(());
        }
        for (line, entry) in list_file::entries(&text) {
            // Here, a comment may stand behind an entry too.
            let entry = entry.split('#').next().unwrap_or_default();
            let place = format!(":{line}");
            for (_, span) in parse_spans(entry).map_err(|reason| wrong(&place, &reason))? {
                self.push(&span).map_err(|reason| wrong(&place, &format!("{reason}: {}", entry.trim())))?;
            }
        }
        Ok(())
    }

    fn push(&mut self, span: &Span) -> std::result::Result<(), String> {
        match span {
            &Span::Range { first, last, zone: Some(zone) } => self.zoned.push((zone, first, last)),
            span => {
                let ranges = span.ranges(MOST_RANGES).ok_or_else(|| format!("more than {MOST_RANGES} ranges of addresses"))?;
                self.ranges.extend(ranges);
            }
        }
        Ok(())
    }

    fn finish(self) -> AddressSet {
        AddressSet { zoned: self.zoned, ..AddressSet::from_ranges(self.ranges) }
    }
}

/// Whether what is wrong with `text` is to be said, rather than that there is no such file: its first part is an address.
fn looks_like_one(text: &str) -> bool {
    let start = text.trim_start_matches('[').split(['/', '-', '%', ']']).next().unwrap_or_default();
    crate::base::net::parse_address(start.as_bytes()).is_some() && !std::path::Path::new(text).exists()
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
            assert_eq!(set.contains(address.parse::<Address>().expect("an address")), inside, "{address}");
        }
        assert!(!AddressSet::default().contains(IpAddr::V4(Ipv4Addr::LOCALHOST)));
        assert!(AddressSet::any().contains(IpAddr::V6(Ipv6Addr::from_bits(u128::MAX))));
    }

    #[test]
    fn people_write_lists_as_they_like() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("my list.txt");
        std::fs::write(&file, "# mine\n192.0.2.1,3 [2001:db8::1]\n198.51.100.*, # all\nfe80::7%eth0\n").expect("written");
        let set = set(&format!(" {},203.0.113.1-3, 203.0.113.9", file.display()));
        for (address, inside) in [
            ("192.0.2.1", true),
            ("192.0.2.2", false),
            ("192.0.2.3", true),
            ("2001:db8::1", true),
            ("198.51.100.255", true),
            ("203.0.113.3", true),
            ("203.0.113.9", true),
            ("fe80::7%eth0", true),
            ("fe80::7%eth1", false),
            ("fe80::7", false),
        ] {
            assert_eq!(set.contains(address.parse::<Address>().expect("an address")), inside, "{address}");
        }
        assert!(set.in_all_zones().contains("fe80::7%eth1".parse::<Address>().expect("an address")));
        assert!(AddressSet::from_scope(&["any".to_owned()]).is_ok_and(|any| any.contains("fe80::7%eth1".parse::<Address>().expect("one"))));
        let error = AddressSet::from_operands("--scope", &["*.*.1.1".to_owned()]);
        assert!(error.is_ok(), "65,536 ranges are held");
        let error = AddressSet::from_operands("--scope", &["*.*.1.1,3".to_owned()]).expect_err("too many");
        assert_eq!(error.to_string(), "--scope: more than 65536 ranges of addresses: *.*.1.1,3");
    }

    #[test]
    fn a_wrong_operand_is_named() {
        let error = AddressSet::from_operands("--allow", &["192.0.2.0/33".to_owned()]).expect_err("33 bits");
        assert_eq!(error.to_string(), "--allow: not a CIDR: 192.0.2.0/33: \"33\" is not a number of bits from 0 to 32");
        for (json, reason) in [
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
            assert_eq!(error.to_string(), format!("--allow {path}: {reason}"));
        }
        let error = AddressSet::from_operands("--allow", &["192.0.2.9-192.0.2.1".to_owned()]).expect_err("the wrong way round");
        assert_eq!(error.to_string(), "--allow: not a range: 192.0.2.9-192.0.2.1: the first address is after the last, or of another kind");
        let error = AddressSet::from_operands("--allow", &["192.0.2.1,db.example.org".to_owned()]).expect_err("no file");
        assert_eq!(
            error.to_string(),
            "--allow: neither an address, a CIDR, nor a readable file: db.example.org: No such file or directory (names are not resolved: write the address)"
        );
        let error = AddressSet::from_operands("--allow", &["no/such/file".to_owned()]).expect_err("no file");
        assert_eq!(error.to_string(), "--allow: neither an address, a CIDR, nor a readable file: no/such/file: No such file or directory");
    }
}

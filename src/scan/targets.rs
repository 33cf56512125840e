//! Targets that a person names: lists of addresses, CIDRs, ranges and octets, each made into the hosts that it means, one by one.
//!
//! However large a network is, it takes the space of a few numbers.

use std::sync::Arc;

use crate::base::escape::{QUOTED, shorten};
use crate::base::net;
use crate::base::net::{Address, Span};
use crate::record::Text;
use crate::record::host::HostRecord;
use crate::record::signal::SIGNALS;
use crate::scan::splice::HostLine;

/// How many addresses one target may mean: those of an IPv4 /8. At the default rate they take more than a day.
const MOST_BITS: u32 = 24;
/// What is left of one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Targets {
    /// Its text, which says why its addresses are scanned.
    pub text: Arc<str>,
    span: Span,
    next: Option<Address>,
    left: u64,
}

/// Reads a line; none for one that is empty or a comment. A `#` starts a comment anywhere.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub(super) fn read_line(line: &[u8]) -> Result<Vec<Targets>, String> {
    let text = String::from_utf8_lossy(line);
    let text = text.split('#').next().unwrap_or_default().trim_start_matches('\u{feff}').trim();
    if text.starts_with('{') {
        return Err("a record, not a target: hosts are read without --targets".to_owned());
    }
    net::parse_spans(text)?.into_iter().map(|(text, span)| Targets::new(&text, span)).collect()
}

impl Targets {
    fn new(text: &str, span: Span) -> Result<Self, String> {
        if (span.count() - 1) >> MOST_BITS > 0 {
            return Err(format!("more than {} addresses: {}", 1_u32 << MOST_BITS, shorten(text, QUOTED)));
        }
        let left = u64::try_from(span.count()).unwrap_or(u64::MAX);
        Ok(Self { text: text.into(), next: Some(span.first()), span, left })
    }

    /// How many addresses are left.
    pub(super) const fn left(&self) -> u64 {
        self.left
    }
}

impl Iterator for Targets {
    type Item = Address;

    fn next(&mut self) -> Option<Address> {
        let address = self.next?;
        self.next = self.span.after(address);
        self.left -= 1;
        Some(address)
    }
}

/// A host record of an address of which nothing is known, without its newline; and how it is read.
pub(crate) fn host_of(ip: Address) -> (Vec<u8>, HostLine) {
    let mut host = HostRecord::new(ip);
    host.signals = SIGNALS.iter().filter(|signal| signal.is_always_written).map(|signal| (Text::from(signal.name), 0)).collect();
    let mut line = Vec::new();
    host.write_line(&mut line);
    line.pop();
    (line, HostLine::new(ip))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_expanded_to_the_addresses_that_they_mean() {
        for (line, addresses) in [
            ("192.0.2.7", &["192.0.2.7"][..]),
            (" 192.0.2.254/31 # two\r", &["192.0.2.254", "192.0.2.255"]),
            ("255.255.255.254-255.255.255.255", &["255.255.255.254", "255.255.255.255"]),
            ("2001:db8::ffff-2001:db8::1:1", &["2001:db8::ffff", "2001:db8::1:0", "2001:db8::1:1"]),
            ("::ffff:192.0.2.1", &["192.0.2.1"]),
            ("192.0.2.1,3 [2001:db8::1],fe80::1%eth0,", &["192.0.2.1", "192.0.2.3", "2001:db8::1", "fe80::1%eth0"]),
            ("# none", &[]),
            (" ", &[]),
            (",", &[]),
        ] {
            let targets = read_line(line.as_bytes()).expect(line);
            assert_eq!(targets.into_iter().flatten().map(|ip| ip.to_string()).collect::<Vec<_>>(), addresses, "{line}");
        }
    }

    #[test]
    fn what_is_no_target_or_too_many_is_said() {
        for (line, reason) in [
            ("192.0.2.1 example.org", "not an address, CIDR or range: example.org (names are not resolved: write the address)"),
            ("2001:db8::/64", "more than 16777216 addresses: 2001:db8::/64"),
            ("0.0.0.0/7", "more than 16777216 addresses: 0.0.0.0/7"),
            ("*.*.*.1-2", "more than 16777216 addresses: *.*.*.1-2"),
            ("{\"ip\":\"192.0.2.1\"}", "a record, not a target: hosts are read without --targets"),
        ] {
            assert_eq!(read_line(line.as_bytes()), Err(reason.to_owned()));
        }
        let all = read_line(b"10.0.0.0/8").expect("a network").pop().expect("one");
        assert_eq!(all.span.count(), 1 << 24);
        assert!(read_line(b"10.*.*.1").is_ok_and(|targets| targets[0].span.count() == 1 << 16));
    }

    #[test]
    fn a_target_is_a_host_that_its_own_reader_understands() {
        for address in ["127.0.0.1", "fe80::1%eth0"] {
            let (line, host) = host_of(address.parse().expect("an address"));
            let read = HostLine::read(&line).expect("a host");
            assert_eq!((read.ip, read.with_scan(&line, b"{}")), (host.ip, host.with_scan(&line, b"{}")));
            assert_eq!(HostRecord::from_line(&line).expect("a host").signals.len(), 4);
        }
    }
}

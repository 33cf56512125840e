//! Targets that a person names: addresses, CIDRs and ranges, one a line, each made into the hosts that it means, one by one.
//!
//! However large a network is, it takes the room of its first and last address.

use std::net::IpAddr;
use std::sync::Arc;

use super::splice::HostLine;
use crate::escape::shorten;
use crate::net;
use crate::record::Text;
use crate::record::host::HostRecord;
use crate::record::signal::SIGNALS;

/// How many addresses one line may mean: those of an IPv4 /8. At the default rate they take more than a day.
const MOST_BITS: u32 = 24;
/// How many characters of a line a message quotes at the most.
const QUOTED: usize = 80;

/// What is left of one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Targets {
    /// The line, which says why its addresses are scanned.
    pub text: Arc<str>,
    next: Option<IpAddr>,
    last: IpAddr,
}

/// Reads a line; `None` for one that is empty or a comment. A `#` starts a comment anywhere.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub fn read_line(line: &[u8]) -> Result<Option<Targets>, String> {
    let text = String::from_utf8_lossy(line);
    let text = text.split('#').next().unwrap_or_default().trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Ok(None);
    }
    let shown = || shorten(text, QUOTED);
    let (first, last) = net::parse_range(text).ok_or_else(|| format!("not an address, CIDR or range: {}", shown()))?;
    let span = bits_of(last) - bits_of(first);
    if span >> MOST_BITS > 0 {
        return Err(format!("more than {} addresses: {}", 1_u32 << MOST_BITS, shown()));
    }
    Ok(Some(Targets { text: text.into(), next: Some(first), last }))
}

const fn bits_of(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(v4) => v4.to_bits() as u128,
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

impl Iterator for Targets {
    type Item = IpAddr;

    fn next(&mut self) -> Option<IpAddr> {
        let ip = self.next?;
        self.next = (ip < self.last).then(|| match ip {
            IpAddr::V4(v4) => IpAddr::V4((v4.to_bits() + 1).into()),
            IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() + 1).into()),
        });
        Some(ip)
    }
}

/// A host record of an address of which nothing is known, without its newline; and how it is read.
#[must_use]
pub fn host_of(ip: IpAddr) -> (Vec<u8>, HostLine) {
    let mut host = HostRecord::new(ip);
    host.signals = SIGNALS.iter().filter(|signal| signal.on_by_default).map(|signal| (Text::from(signal.name), 0)).collect();
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
        ] {
            let targets = read_line(line.as_bytes()).expect(line).expect(line);
            assert_eq!(targets.map(|ip| ip.to_string()).collect::<Vec<_>>(), addresses, "{line}");
        }
        assert_eq!((read_line(b"# none"), read_line(b" ")), (Ok(None), Ok(None)));
    }

    #[test]
    fn what_is_no_target_or_too_many_is_said() {
        for (line, flaw) in [
            ("example.org", "not an address, CIDR or range: example.org"),
            ("192.0.2.9-192.0.2.1", "not an address, CIDR or range: 192.0.2.9-192.0.2.1"),
            ("2001:db8::/64", "more than 16777216 addresses: 2001:db8::/64"),
            ("0.0.0.0/7", "more than 16777216 addresses: 0.0.0.0/7"),
        ] {
            assert_eq!(read_line(line.as_bytes()), Err(flaw.to_owned()));
        }
        assert_eq!(read_line(b"10.0.0.0/8").map(|targets| targets.map(|t| t.last)), Ok(Some([10, 255, 255, 255].into())));
    }

    #[test]
    fn a_target_is_a_host_that_its_own_reader_understands() {
        let (line, host) = host_of([127, 0, 0, 1].into());
        assert_eq!(HostLine::read(&line).expect("a host").with_scan(&line, b"{}"), host.with_scan(&line, b"{}"));
        assert_eq!(HostRecord::from_line(&line).expect("a host").signals.len(), 4);
    }
}

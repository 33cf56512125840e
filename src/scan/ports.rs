//! Port lists in nmap's grammar: `20-23,80,443`, `-1023`, `60000-`, `-` for all, `ssh`, `T:22`.

use crate::error::{Error, Result};

/// The critical ports: FTP, SSH, Telnet, HTTP, HTTPS, RDP.
pub const DEFAULT_PORTS: &str = "20-23,80,443,3389";

/// Service names that stand for a port. **Source:** IANA Service Name and Transport Protocol Port Number Registry.
const SERVICES: &[(&str, u16)] = &[
    ("ftp-data", 20),
    ("ftp", 21),
    ("ssh", 22),
    ("telnet", 23),
    ("smtp", 25),
    ("domain", 53),
    ("http", 80),
    ("pop3", 110),
    ("imap", 143),
    ("https", 443),
    ("ms-wbt-server", 3389),
];

/// TCP ports, ascending, each once; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ports(Vec<u16>);

impl Ports {
    /// Reads a list.
    ///
    /// # Errors
    /// [`Error::Usage`] names the part that is no port or range.
    pub fn parse(list: &str) -> Result<Self> {
        let mut ports = Vec::new();
        for part in list.split(',') {
            let wrong = |why: &str| Error::Usage(format!("--ports {list}: {part:?} {why}"));
            let tcp = match part.split_once(':') {
                None => part,
                Some(("T", tcp)) => tcp,
                Some(_) => return Err(wrong("is not a TCP port (only TCP is scanned)")),
            };
            let range = parse_range(tcp).ok_or_else(|| wrong("is not a port (1-65535), a range or a known service"))?;
            ports.extend(range);
        }
        ports.sort_unstable();
        ports.dedup();
        Ok(Self(ports))
    }

    /// The ports, ascending.
    #[must_use]
    pub fn as_slice(&self) -> &[u16] {
        &self.0
    }
}

fn parse_range(text: &str) -> Option<std::ops::RangeInclusive<u16>> {
    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok().filter(|&port| port > 0)).flatten();
    if let Some(port) = number(text).or_else(|| SERVICES.iter().find(|(name, _)| *name == text).map(|&(_, port)| port)) {
        return Some(port..=port);
    }
    let (first, last) = text.split_once('-')?;
    let first = if first.is_empty() { 1 } else { number(first)? };
    let last = if last.is_empty() { u16::MAX } else { number(last)? };
    (first <= last).then_some(first..=last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_as_nmap_reads_them() {
        for (list, ports) in [
            (DEFAULT_PORTS, &[20, 21, 22, 23, 80, 443, 3389][..]),
            ("443,80,80-81", &[80, 81, 443]),
            ("-3", &[1, 2, 3]),
            ("65534-", &[65534, 65535]),
            ("T:22,https", &[22, 443]),
        ] {
            assert_eq!(Ports::parse(list).expect(list).as_slice(), ports, "{list}");
        }
        assert_eq!(Ports::parse("-").expect("all").as_slice().len(), 65535);
    }

    #[test]
    fn what_is_no_port_is_named() {
        for list in ["", "0", "65536", "22,", "23-22", "U:53", "+22", "nosuch", "1-2-3"] {
            assert!(matches!(Ports::parse(list), Err(Error::Usage(_))), "{list}");
        }
    }
}

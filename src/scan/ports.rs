//! Port lists in nmap's grammar: `20-23,80,443`, `-1023`, `60000-`, `-` for all, `ssh`, `T:22`.

use std::fmt;

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
    /// Reads the list of ports, and takes those of `excluded` (a list too, if there is one) away.
    ///
    /// # Errors
    /// [`Error::Usage`] names the part that is no port or range, or says that no port is left.
    pub fn parse(list: &str, excluded: Option<&str>) -> Result<Self> {
        let mut ports = read("--ports", list)?;
        if let Some(excluded) = excluded {
            let away = read("--exclude-ports", excluded)?;
            ports.0.retain(|port| away.0.binary_search(port).is_err());
            if ports.0.is_empty() {
                return Err(Error::Usage(format!("--exclude-ports {excluded} leaves no port of {list}")));
            }
        }
        Ok(ports)
    }

    /// The ports, ascending.
    #[must_use]
    pub fn as_slice(&self) -> &[u16] {
        &self.0
    }
}

/// As short as it goes, which [`Ports::parse`] reads: `20-23,80`.
impl fmt::Display for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A run ends where the next port is not the next number.
        let runs = self.0.chunk_by(|before, after| after - before == 1);
        runs.enumerate().try_for_each(|(place, run)| {
            let comma = if place == 0 { "" } else { "," };
            match run {
                [port] => write!(f, "{comma}{port}"),
                [first, .., last] => write!(f, "{comma}{first}-{last}"),
                [] => Ok(()),
            }
        })
    }
}

fn read(flag: &str, list: &str) -> Result<Ports> {
    let mut ports = Vec::new();
    for part in list.split(',') {
        let wrong = |why: &str| Error::Usage(format!("{flag} {list}: {part:?} {why}"));
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
    Ok(Ports(ports))
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
            assert_eq!(Ports::parse(list, None).expect(list).as_slice(), ports, "{list}");
        }
        assert_eq!(Ports::parse("-", None).expect("all").as_slice().len(), 65535);
    }

    #[test]
    fn excluded_ports_are_left_out_and_lists_are_shown_short() {
        for (list, excluded, shown) in
            [("1-9,80", Some("3,5-7"), "1-2,4,8-9,80"), ("ssh", None, "22"), ("-", Some("1-100"), "101-65535"), ("7", Some("8"), "7")]
        {
            assert_eq!(Ports::parse(list, excluded).expect(list).to_string(), shown);
        }
        let error = Ports::parse("22-23", Some("ssh,telnet")).expect_err("none is left").to_string();
        assert_eq!(error, "--exclude-ports ssh,telnet leaves no port of 22-23");
    }

    #[test]
    fn what_is_no_port_is_named() {
        for list in ["", "0", "65536", "22,", "23-22", "U:53", "+22", "nosuch", "1-2-3"] {
            assert!(matches!(Ports::parse(list, None), Err(Error::Usage(_))), "{list}");
        }
    }
}

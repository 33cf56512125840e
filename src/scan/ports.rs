//! Port lists in nmap's grammar: `20-23,80,443`, `-1023`, `60000-`, `-` for all, `ssh`, `http*`, `[1-1024]`, `T:22`.

use std::fmt;
use std::ops::RangeInclusive;

use crate::base::error::{Error, Result};
use crate::base::net::service::{SERVICES, named};

/// The critical ports: FTP, SSH, Telnet, HTTP, HTTPS, RDP.
pub const DEFAULT_PORTS: &str = "20-23,80,443,3389";

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

    /// The first `count` ports of the table of services, without those of `excluded`.
    ///
    /// # Errors
    /// [`Error::Usage`] says how many there are, or that no port is left.
    pub fn top(count: usize, excluded: Option<&str>) -> Result<Self> {
        let all = SERVICES.len();
        if count > all {
            return Err(Error::Usage(format!(
                "--top-ports {count}: the list has {all} ports (docs/scan.md); -p 1-1024 or -p - takes more"
            )));
        }
        let ports: Vec<_> = SERVICES.iter().take(count).map(|service| service.port.to_string()).collect();
        Self::parse(&ports.join(","), excluded)
    }

    /// The ports, ascending.
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

/// The parts of a list are separated by commas, blanks or both; an empty one says nothing.
fn read(flag: &str, list: &str) -> Result<Ports> {
    let mut ports = Vec::new();
    let wrong = |part: &str, why: &str| Error::Usage(format!("{flag} {list}: {part:?} {why}"));
    for part in list.split(|c: char| c == ',' || c.is_whitespace()).filter(|part| !part.is_empty()) {
        let tcp = match part.split_once(':') {
            None => part,
            Some(("T", tcp)) => tcp,
            Some(("U", _)) => return Err(wrong(part, "is a UDP port (only TCP is scanned)")),
            Some(("S", _)) => return Err(wrong(part, "is an SCTP port (only TCP is scanned)")),
            Some(("P", _)) => return Err(wrong(part, "is an IP protocol (only TCP is scanned)")),
            Some(_) => return Err(wrong(part, "is not a TCP port (only TCP is scanned)")),
        };
        let fine = match tcp.strip_prefix('[').and_then(|inside| inside.strip_suffix(']')) {
            Some(inside) => read_known(inside, &mut ports),
            None => read_part(tcp, &mut ports),
        };
        fine.map_err(|why| wrong(part, why))?;
    }
    if ports.is_empty() {
        return Err(Error::Usage(format!("{flag} {list:?}: it contains no port")));
    }
    ports.sort_unstable();
    ports.dedup();
    Ok(Ports(ports))
}

/// A port, a range, or the name of a service, which may have wildcards.
fn read_part(text: &str, ports: &mut Vec<u16>) -> std::result::Result<(), &'static str> {
    if let Some(range) = parse_range(text) {
        ports.extend(range);
        return Ok(());
    }
    let before = ports.len();
    ports.extend(named(text).map(|service| service.port));
    if ports.len() == before { Err("is not a port (1-65535), a range or a known service (docs/scan.md)") } else { Ok(()) }
}

/// Of a range those that are known for a service.
fn read_known(text: &str, ports: &mut Vec<u16>) -> std::result::Result<(), &'static str> {
    let range = parse_range(text).ok_or("is not a range of ports (1-65535) in brackets")?;
    let before = ports.len();
    ports.extend(SERVICES.iter().map(|service| service.port).filter(|port| range.contains(port)));
    if ports.len() == before { Err("contains no known service (docs/scan.md)") } else { Ok(()) }
}

fn parse_range(text: &str) -> Option<RangeInclusive<u16>> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let number = |text: &str| is_number(text).then(|| text.parse().ok().filter(|&port| port > 0)).flatten();
    if let Some(port) = number(text) {
        return Some(port..=port);
    }
    let (first, last) = text.split_once('-')?;
    // nmap's 0 is a port of its own; nobody listens there.
    let first = if first.is_empty() || first == "0" { 1 } else { number(first)? };
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
            ("80, 443", &[80, 443]),
            ("80,,443, ", &[80, 443]),
            ("22 80\t443", &[22, 80, 443]),
            ("http*", &[80, 443, 8008, 8080]),
            ("HTTP,ftp?", &[80, 990]),
            ("ftp-data,x11", &[20, 6000]),
            ("[20-25]", &[20, 21, 22, 23, 25]),
            ("[-10],[6000-6009],T:[47000-]", &[7, 9, 6000, 47808]),
            ("0-2", &[1, 2]),
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
        assert_eq!(Ports::top(10, None).expect("ten").to_string(), "21-23,25,80,443,445,3389,5900,8080");
        assert_eq!(Ports::top(3, Some("http*")).expect("one").to_string(), "22");
        assert!(Ports::top(100, None).is_ok_and(|ports| ports.as_slice().len() == 100));
        let error = Ports::top(5000, None).expect_err("too many").to_string();
        assert!(error.starts_with("--top-ports 5000: the list has "), "{error}");
        let error = Ports::parse("22-23", Some("ssh,telnet")).expect_err("none is left").to_string();
        assert_eq!(error, "--exclude-ports ssh,telnet leaves no port of 22-23");
    }

    #[test]
    fn what_is_no_port_is_named() {
        let unknown = "is not a port (1-65535), a range or a known service (docs/scan.md)";
        for (list, part, why) in [
            ("0", "0", unknown),
            ("65536", "65536", unknown),
            ("22,23-22", "23-22", unknown),
            ("+22", "+22", unknown),
            ("22, nosuch", "nosuch", unknown),
            ("nosuch*", "nosuch*", unknown),
            ("1-2-3", "1-2-3", unknown),
            ("[1-1024", "[1-1024", unknown),
            ("[1-3]", "[1-3]", "contains no known service (docs/scan.md)"),
            ("[ssh]", "[ssh]", "is not a range of ports (1-65535) in brackets"),
            ("T:22,U:53", "U:53", "is a UDP port (only TCP is scanned)"),
            ("S:9", "S:9", "is an SCTP port (only TCP is scanned)"),
        ] {
            let error = Ports::parse(list, None).expect_err(list).to_string();
            assert_eq!(error, format!("--ports {list}: {part:?} {why}"));
        }
        for list in ["", " ", ","] {
            assert_eq!(Ports::parse(list, None).expect_err("none").to_string(), format!("--ports {list:?}: it contains no port"));
        }
    }
}

//! An address with its zone: the interface behind which a link-local address lies. The same address behind two interfaces is two hosts.
//!
//! Takes text (`fe80::1%eth0`), gives a value that is compared, sorted and written as one. Never asks the system for its interfaces.
//!
//! **Source:** RFC 4007 sections 6 and 11 (zones), RFC 4291 section 2.5.6 (link-local addresses).

use std::fmt;
use std::net::{IpAddr, SocketAddr, SocketAddrV6};
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::base::net::{canonical, parse_address};

/// How long the name of an interface is at the most, in bytes. **Source:** Linux, `IFNAMSIZ` without its NUL; the BSDs have the same.
const MAX_NAME: usize = 15;

/// The name (or number) of an interface; a short text without memory of its own, so that addresses are copied as numbers are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Zone([u8; MAX_NAME]);

impl Zone {
    /// The zone that `text` names; `None` for what no interface is called: empty, longer than 15 bytes, or with other characters than
    /// letters, digits and `.-_@+~#`.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let is_plain = |b: &u8| b.is_ascii_alphanumeric() || b".-_@+~#".contains(b);
        if text.is_empty() || text.len() > MAX_NAME || !text.iter().all(is_plain) || matches!(text, b"." | b"..") {
            return None;
        }
        let mut name = [0; MAX_NAME];
        name[..text.len()].copy_from_slice(text);
        Some(Self(name))
    }

    pub fn as_str(&self) -> &str {
        let len = self.0.iter().position(|&b| b == 0).unwrap_or(MAX_NAME);
        // Only ASCII comes in.
        std::str::from_utf8(&self.0[..len]).unwrap_or_default()
    }

    /// Its bytes with NUL behind them: what to sort by.
    pub(crate) const fn to_bytes(self) -> [u8; MAX_NAME] {
        self.0
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An address, canonical, and the zone of one that is link-local, where it is known.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    pub ip: IpAddr,
    zone: Zone,
}

impl Address {
    /// `ip` without a zone.
    pub const fn new(ip: IpAddr) -> Self {
        Self { ip: canonical(ip), zone: Zone([0; MAX_NAME]) }
    }

    /// The same behind the interface `zone`; only a link-local address lies in a zone, any other is the same behind all of them.
    pub const fn in_zone(self, zone: Zone) -> Self {
        match self.ip {
            IpAddr::V6(v6) if v6.is_unicast_link_local() => Self { ip: self.ip, zone },
            _ => self,
        }
    }

    /// The address that `text` names, as [`parse_address`] reads it, with the zone. A zone that no interface is called by is dropped, as
    /// logs may hold any text there.
    ///
    /// ```
    /// use soar_light::base::net::Address;
    /// let shown = |text: &str| Address::parse(text.as_bytes()).map(|address| address.to_string());
    /// assert_eq!(shown("FE80:0::1%eth0").as_deref(), Some("fe80::1%eth0"));
    /// assert_eq!(shown("2001:db8::1%eth0").as_deref(), Some("2001:db8::1"));
    /// ```
    #[inline]
    pub fn parse(text: &[u8]) -> Option<Self> {
        let address = Self::new(parse_address(text)?);
        if !address.is_link_local() {
            return Some(address);
        }
        let zone = memchr::memchr(b'%', text).and_then(|at| Zone::parse(&text[at + 1..]));
        Some(zone.map_or(address, |zone| address.in_zone(zone)))
    }

    /// The zone, where there is one.
    pub fn zone(&self) -> Option<Zone> {
        (self.zone != Zone::default()).then_some(self.zone)
    }

    const fn is_link_local(self) -> bool {
        matches!(self.ip, IpAddr::V6(v6) if v6.is_unicast_link_local())
    }

    /// Where to connect to, `scope` being the number of the interface that the zone names.
    pub(crate) const fn with_port(self, port: u16, scope: u32) -> SocketAddr {
        match self.ip {
            IpAddr::V4(_) => SocketAddr::new(self.ip, port),
            IpAddr::V6(v6) => SocketAddr::V6(SocketAddrV6::new(v6, port, 0, scope)),
        }
    }
}

impl From<IpAddr> for Address {
    fn from(ip: IpAddr) -> Self {
        Self::new(ip)
    }
}

impl From<[u8; 4]> for Address {
    fn from(octets: [u8; 4]) -> Self {
        Self::new(IpAddr::from(octets))
    }
}

impl FromStr for Address {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text.as_bytes()).ok_or("not an address")
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.zone() {
            // As one text, so that it is padded as one.
            Some(zone) => f.pad(&format!("{}%{}", self.ip, zone.as_str())),
            None => self.ip.fmt(f),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_kept_where_it_tells_hosts_apart() {
        for (text, shown) in [
            ("fe80::1%eth0", Some("fe80::1%eth0")),
            ("FE80::0001%2", Some("fe80::1%2")),
            ("febf::1%br-a.b_c@1", Some("febf::1%br-a.b_c@1")),
            ("fe80::1", Some("fe80::1")),
            ("fec0::1%eth0", Some("fec0::1")),
            ("::1%lo", Some("::1")),
            ("::ffff:192.0.2.1%eth0", Some("192.0.2.1")),
            ("192.0.2.1", Some("192.0.2.1")),
            // No interface is called so.
            ("fe80::1%a b", Some("fe80::1")),
            ("fe80::1%\"", Some("fe80::1")),
            ("fe80::1%0123456789abcdef", Some("fe80::1")),
            ("fe80::1%", None),
            ("192.0.2.1%eth0", None),
            ("eth0", None),
        ] {
            assert_eq!(Address::parse(text.as_bytes()).map(|address| address.to_string()).as_deref(), shown, "{text}");
        }
    }

    #[test]
    fn the_same_address_behind_two_interfaces_is_two() {
        let address = |text: &str| Address::parse(text.as_bytes()).expect(text);
        let mut sorted = ["fe80::2", "fe80::1%eth1", "fe80::1%eth0", "fe80::1", "192.0.2.1", "fe80::1%eth"].map(address);
        sorted.sort_unstable();
        assert_eq!(sorted.map(|a| a.to_string()), ["192.0.2.1", "fe80::1", "fe80::1%eth", "fe80::1%eth0", "fe80::1%eth1", "fe80::2"]);
        assert_eq!(format!("{:>14}|", address("fe80::1%eth0")), "  fe80::1%eth0|");
        assert_eq!(address("fe80::1%eth0").with_port(22, 7).to_string(), "[fe80::1%7]:22");
        assert_eq!(size_of::<Address>(), 32);
    }
}

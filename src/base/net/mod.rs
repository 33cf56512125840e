//! Addresses: what a log's text means as one, and which kinds there are. Never resolves a name.

pub mod prefix;
pub mod service;

mod address;
mod embedded;
mod octets;
mod set;
mod span;

use std::net::{IpAddr, Ipv4Addr};

pub use crate::base::net::address::{Address, Zone};
pub use crate::base::net::embedded::embedded_ipv4;
pub use crate::base::net::set::AddressSet;

pub use crate::base::net::span::{Span, parse_spans};

use crate::base::simd::find_non_hostname_byte;

/// The address that `text` names, canonical: `::ffff:a.b.c.d` folds to IPv4 and a zone (`%eth0`) is dropped; [`Address::parse`] keeps it.
///
/// **Source:** RFC 4291 section 2.5.5.2 (mapped addresses), RFC 4007 section 11 (zones).
///
/// ```
/// assert_eq!(soar_light::base::net::parse_address(b"::ffff:192.0.2.1").unwrap().to_string(), "192.0.2.1");
/// assert!(soar_light::base::net::parse_address(b"host.example").is_none());
/// ```
#[inline]
pub fn parse_address(text: &[u8]) -> Option<IpAddr> {
    // Nearly every address is IPv4, and std's parser serves all kinds of texts.
    match parse_ipv4(text) {
        Some(v4) => Some(IpAddr::V4(v4)),
        None => parse_other(text),
    }
}

fn parse_other(text: &[u8]) -> Option<IpAddr> {
    // Most texts that are asked for are names.
    memchr::memchr(b':', text)?;
    let text = std::str::from_utf8(text).ok()?;
    let address = match text.split_once('%') {
        Some((address, zone)) if !zone.is_empty() => IpAddr::V6(address.parse().ok()?),
        _ => text.parse().ok()?,
    };
    Some(canonical(address))
}

/// The IPv4 address that `text` names: four decimal numbers of one to three digits without leading zeros, which is how one is written.
#[inline]
pub(crate) fn parse_ipv4(text: &[u8]) -> Option<Ipv4Addr> {
    let mut octets = [0; 4];
    let mut rest = text;
    for (nth, octet) in octets.iter_mut().enumerate() {
        if nth > 0 {
            rest = rest.strip_prefix(b".")?;
        }
        let digit = |b: u8| u16::from(b - b'0');
        let (value, len) = match *rest {
            [a @ b'1'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', ..] => (digit(a) * 100 + digit(b) * 10 + digit(c), 3),
            [a @ b'1'..=b'9', b @ b'0'..=b'9', ..] => (digit(a) * 10 + digit(b), 2),
            // A zero before another digit ends the number, and what follows is no dot.
            [a @ b'0'..=b'9', ..] => (digit(a), 1),
            _ => return None,
        };
        *octet = u8::try_from(value).ok()?;
        rest = &rest[len..];
    }
    rest.is_empty().then(|| Ipv4Addr::from(octets))
}

/// The host of `host`, `host:port`, `[v6]` or `[v6]:port`: Go's `RemoteAddr`, an entry of X-Forwarded-For.
///
/// **Source:** RFC 3986 section 3.2.
///
/// ```
/// assert_eq!(soar_light::base::net::strip_port(b"[2001:db8::1]:443"), b"2001:db8::1");
/// assert_eq!(soar_light::base::net::strip_port(b"2001:db8::1"), b"2001:db8::1");
/// ```
pub fn strip_port(text: &[u8]) -> &[u8] {
    match split_port(text) {
        // More colons and no brackets: an IPv6 address has no port then.
        Some((host, _)) if host.starts_with(b"[") || memchr::memchr(b':', host).is_none() => strip_brackets(host),
        _ => strip_brackets(text),
    }
}

/// The host, in its brackets if it has some, and the port of a text that ends in `:port`.
pub(crate) fn split_port(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = memchr::memrchr(b':', text)?;
    let (host, port) = (&text[..colon], &text[colon + 1..]);
    (port.len() <= 5 && port.iter().all(u8::is_ascii_digit)).then_some((host, port))
}

/// The inside of `[v6]`; any other text as it is.
pub(crate) fn strip_brackets(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"[").and_then(|inside| inside.strip_suffix(b"]")).unwrap_or(text)
}

/// `address` with an IPv4-mapped IPv6 address folded to the IPv4 address that it means.
pub(crate) const fn canonical(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => address,
        },
        IpAddr::V4(_) => address,
    }
}

/// Whether one host can be meant: not unspecified (0.0.0.0/8, `::`), multicast, broadcast or reserved (240.0.0.0/4).
///
/// **Source:** IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890), RFC 1112, RFC 4291.
pub(crate) const fn is_unicast(address: IpAddr) -> bool {
    match canonical(address) {
        IpAddr::V4(v4) => !matches!(v4.octets()[0], 0 | 224..),
        IpAddr::V6(v6) => !v6.is_unspecified() && !v6.is_multicast(),
    }
}

/// Whether `text` can be a host name as a server logs one: letters, digits, `.`, `-`, `_`, at most 255 bytes (RFC 1035).
pub(crate) fn is_host_name(text: &[u8]) -> bool {
    !text.is_empty() && host_name_len(text) == text.len()
}

/// Whether `text` is an address or can be a host name.
pub(crate) fn is_host(text: &[u8]) -> bool {
    is_host_name(text) || parse_address(text).is_some()
}

/// How much of `text`, from its start, can be a host name.
#[inline]
pub(crate) fn host_name_len(text: &[u8]) -> usize {
    if text.first() == Some(&b'-') {
        return 0;
    }
    let text = &text[..text.len().min(255)];
    find_non_hostname_byte(text).unwrap_or(text.len())
}

/// Whether an address is one of a machine or a private network: loopback, RFC 1918, RFC 6598 (carrier-grade NAT, which clouds use for
/// load balancers), link-local, RFC 4193.
pub(crate) fn is_local(address: IpAddr) -> bool {
    match canonical(address) {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            v4.is_loopback() || v4.is_private() || v4.is_link_local() || a == 100 && (64..128).contains(&b)
        }
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_canonical() {
        for (text, shown) in [
            ("192.0.2.1", Some("192.0.2.1")),
            ("::FFFF:192.0.2.1", Some("192.0.2.1")),
            ("2001:DB8:0:0::1", Some("2001:db8::1")),
            ("fe80::1%eth0", Some("fe80::1")),
            ("192.0.2.1%eth0", None),
            ("010.0.0.1", None),
            ("", None),
            ("localhost", None),
        ] {
            assert_eq!(parse_address(text.as_bytes()).map(|a| a.to_string()).as_deref(), shown, "{text}");
        }
    }

    #[test]
    fn the_quick_reading_of_ipv4_is_that_of_std() {
        let octets = ["", "0", "1", "9", "00", "01", "10", "99", "100", "249", "255", "256", "300", "999", "1000", "1a", "-1", "+1", " 1"];
        for first in octets {
            for last in octets {
                for text in
                    [format!("{first}.2.3.{last}"), format!("1.{first}.{last}.4"), format!("{first}.{last}"), format!("1.2.3.4.{last}")]
                {
                    assert_eq!(parse_ipv4(text.as_bytes()), text.parse().ok(), "{text}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_single_host_is_not_unicast() {
        for (address, unicast) in [
            ("0.0.0.0", false),
            ("0.1.2.3", false),
            ("127.0.0.1", true),
            ("224.0.0.1", false),
            ("240.0.0.1", false),
            ("255.255.255.255", false),
            ("::", false),
            ("::1", true),
            ("ff02::1", false),
            ("::ffff:0.0.0.0", false),
            ("2001:db8::1", true),
        ] {
            assert_eq!(is_unicast(address.parse().expect("an address")), unicast, "{address}");
        }
    }
}

//! IPv4 addresses inside of IPv6 addresses: where a translator or a tunnel takes a packet that is sent to one.
//!
//! Takes an address, gives the IPv4 addresses that it may lead to. Reads the forms whose prefix or interface identifier is
//! fixed by a standard; a translator with a prefix of its network's own cannot be told from any other network.

use std::net::{IpAddr, Ipv4Addr};

/// One form: the bits by which it is known, and where its IPv4 address stands.
struct Embedding {
    value: u128,
    mask: u128,
    inside: fn(u128) -> u32,
}

impl Embedding {
    /// The addresses of `prefix`, which has so many bits.
    const fn new(prefix: u128, bits: u32, inside: fn(u128) -> u32) -> Self {
        Self { value: prefix, mask: u128::MAX << (128 - bits), inside }
    }
}

const NAT64_LOCAL: u128 = 0x0064_ff9b_0001 << 80;

/// Every form. Where a prefix leaves open how long the translator's own is, there is one for each length.
const FORMS: [Embedding; 11] = [
    // IPv4-mapped, ::ffff:a.b.c.d. Source: RFC 4291 section 2.5.5.2.
    Embedding::new(0xffff << 32, 96, last),
    // IPv4-compatible, ::a.b.c.d. Source: RFC 4291 section 2.5.5.1.
    Embedding::new(0, 96, last),
    // IPv4-translated, ::ffff:0:a.b.c.d. Source: RFC 2765 section 2.1 (SIIT).
    Embedding::new(0xffff_0000 << 32, 96, last),
    // NAT64, well-known prefix 64:ff9b::/96. Source: RFC 6052 section 2.1.
    Embedding::new(0x0064_ff9b << 96, 96, last),
    // NAT64, local use, 64:ff9b:1::/48: a network takes a prefix in it, of any length of RFC 6052. Source: RFC 8215.
    Embedding::new(NAT64_LOCAL, 48, behind_prefix::<48>),
    Embedding::new(NAT64_LOCAL, 48, behind_prefix::<56>),
    Embedding::new(NAT64_LOCAL, 48, behind_prefix::<64>),
    Embedding::new(NAT64_LOCAL, 48, last),
    // 6to4, 2002:a.b.c.d::/48. Source: RFC 3056 section 2.
    Embedding::new(0x2002 << 112, 16, |bits| low_32(bits >> 80)),
    // Teredo, 2001:0:server::, and the client with all bits turned over. Source: RFC 4380 section 4.
    Embedding::new(0x2001 << 112, 32, |bits| low_32(bits >> 64)),
    Embedding::new(0x2001 << 112, 32, |bits| low_32(!bits)),
];

/// ISATAP, an interface identifier 0:5efe:a.b.c.d under any prefix; the bits for universal and group, `0x0300`, may be set.
/// **Source:** RFC 5214 section 6.1.
const ISATAP: Embedding = Embedding { value: 0x5efe << 32, mask: 0xfcff_ffff << 32, inside: last };

/// The IPv4 addresses that `address` may lead to through a translator or a tunnel. More than one where the form does not
/// say which: each of them may be meant.
///
/// ```
/// let inside = |text: &str| soar_light::base::net::embedded_ipv4(text.parse().unwrap()).next().map(|ip| ip.to_string());
/// assert_eq!(inside("64:ff9b::192.0.2.1").as_deref(), Some("192.0.2.1"));
/// assert_eq!(inside("2001:db8::1"), None);
/// ```
pub fn embedded_ipv4(address: IpAddr) -> impl Iterator<Item = IpAddr> {
    let bits = match address {
        IpAddr::V6(v6) => v6.to_bits(),
        IpAddr::V4(_) => 0,
    };
    // Below ::1.0.0.0 are the unspecified address, loopback, and others that no IPv4 address was ever written as.
    let holds_some = bits >> 24 > 0;
    let forms = FORMS.iter().chain([&ISATAP]).filter(move |form| holds_some && bits & form.mask == form.value);
    forms.map(move |form| IpAddr::V4(Ipv4Addr::from_bits((form.inside)(bits))))
}

/// The last 32 bits.
const fn last(bits: u128) -> u32 {
    low_32(bits)
}

/// The 32 bits behind a prefix of so many, 64 at most, but for bits 64 to 71, which are none of the IPv4 address.
/// **Source:** RFC 6052 section 2.2.
const fn behind_prefix<const PREFIX: u32>(bits: u128) -> u32 {
    const LOW: u128 = u64::MAX as u128;
    let without_u = bits & !LOW | bits << 8 & LOW;
    low_32(without_u >> (96 - PREFIX))
}

#[allow(clippy::cast_possible_truncation)] // That is the point.
const fn low_32(bits: u128) -> u32 {
    bits as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::net::is_unicast;

    fn inside(address: &str) -> Vec<String> {
        embedded_ipv4(address.parse().expect("an address")).map(|ip| ip.to_string()).collect()
    }

    #[test]
    fn each_form_leads_where_its_standard_says() {
        for (address, expected) in [
            ("::ffff:10.1.2.3", "10.1.2.3"),
            ("::10.1.2.3", "10.1.2.3"),
            ("::ffff:0:10.1.2.3", "10.1.2.3"),
            ("64:ff9b::10.1.2.3", "10.1.2.3"),
            // The table of RFC 6052 section 2.4, under the prefix of RFC 8215.
            ("64:ff9b:1:c000:2:2100::", "192.0.2.33"),
            ("64:ff9b:1:3c0:0:221::", "192.0.2.33"),
            ("64:ff9b:1:344:c0:2:2100::", "192.0.2.33"),
            ("64:ff9b:1::192.0.2.33", "192.0.2.33"),
            ("64:ff9b:1:2:3:4:192.0.2.33", "192.0.2.33"),
            ("2002:a01:203::1", "10.1.2.3"),
            // The example of RFC 4380 section 4, a server and a client.
            ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "65.54.227.120"),
            ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "192.0.2.45"),
            ("2001:db8::5efe:10.1.2.3", "10.1.2.3"),
            ("2001:db8::200:5efe:10.1.2.3", "10.1.2.3"),
            ("fe80::5efe:10.1.2.3", "10.1.2.3"),
        ] {
            assert!(inside(address).iter().any(|ip| ip == expected), "{address}: {:?}", inside(address));
        }
        for address in
            ["64:ff9b:2::10.1.2.3", "64:ff9b:0:1::10.1.2.3", "2001:db8::10.1.2.3", "2003:a01:203::1", "::", "::1", "::2", "10.1.2.3"]
        {
            assert_eq!(inside(address), [""; 0], "{address}");
        }
    }

    /// `ip` as RFC 6052 section 2.2 embeds it behind a prefix of so many bits, octet by octet.
    fn embed(prefix: [u8; 16], bits: usize, ip: Ipv4Addr) -> IpAddr {
        let mut octets = prefix;
        octets[bits / 8..].fill(0);
        let mut at = bits / 8;
        for octet in ip.octets() {
            // Bits 64 to 71 stay zero.
            at += usize::from(at == 8);
            octets[at] = octet;
            at += 1;
        }
        IpAddr::from(octets)
    }

    proptest! {
        #[test]
        fn every_address_is_found_in_every_form(ip: [u8; 4], rest: [u8; 16]) {
            let ip = Ipv4Addr::from(ip);
            let [a, b, c, d] = ip.octets();
            let mut forms = vec![embed([0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 96, ip)];
            forms.push(embed([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0], 96, ip));
            forms.push(embed([0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0], 96, ip));
            for bits in [48, 56, 64, 96] {
                let mut prefix = rest;
                prefix[..6].copy_from_slice(&[0, 0x64, 0xff, 0x9b, 0, 1]);
                // Its bits 64 to 71 are zero as well.
                prefix[8] = 0;
                forms.push(embed(prefix, bits, ip));
            }
            let with = |from: usize, octets: &[u8], start: &[u8]| {
                let mut all = rest;
                all[from..from + octets.len()].copy_from_slice(octets);
                all[..start.len()].copy_from_slice(start);
                IpAddr::from(all)
            };
            forms.push(with(2, &[a, b, c, d], &[0x20, 2]));
            forms.push(with(4, &[a, b, c, d], &[0x20, 1, 0, 0]));
            forms.push(with(12, &[!a, !b, !c, !d], &[0x20, 1, 0, 0]));
            forms.push(with(8, &[0, 0, 0x5e, 0xfe, a, b, c, d], &[]));
            forms.push(with(8, &[2, 0, 0x5e, 0xfe, a, b, c, d], &[]));
            if is_unicast(ip.into()) {
                forms.push(embed([0; 16], 96, ip));
            }
            for form in forms {
                prop_assert!(embedded_ipv4(form).any(|inside| inside == IpAddr::V4(ip)), "{} in {}", ip, form);
            }
        }
    }
}

//! Who asked, where a proxy stands between: X-Forwarded-For, believed only as far as trusted proxies wrote it.
//!
//! Each proxy appends whom it had as its client, so the header is read from the right and only for as long as the one
//! that wrote an entry is trusted. What stands further left may be the client's own invention.

use std::net::IpAddr;

use super::format::Scratch;
use super::web::Web;
use crate::net::{self, AddressSet};

/// Puts the client that trusted proxies name in the place of the peer.
///
/// - The peer is not trusted, or says nothing: it is the client.
/// - The rightmost entry that is not trusted is the client; where all are, the leftmost.
/// - An entry that is no address (`unknown`, an obfuscated name) ends the walk: the trusted proxy before it is the client.
///   Nobody who can be made to look bad by another's header is named then, the line is still counted, and what stands
///   left of such an entry vouches for nothing.
pub fn resolve<'a>(web: &mut Web<'a>, trusted: &AddressSet, scratch: &'a Scratch) {
    let is_trusted = |address: Option<IpAddr>| address.is_some_and(|address| trusted.contains(address));
    // Where it is said here whom to trust, what the server made of the header counts for nothing.
    web.client = web.peer.unwrap_or(web.client);
    let Some(forwarded) = web.forwarded.filter(|_| is_trusted(net::parse_address(web.client))) else { return };
    let plain = match web.plain(forwarded) {
        std::borrow::Cow::Borrowed(plain) => plain,
        std::borrow::Cow::Owned(plain) => scratch.keep(&plain),
    };
    for entry in plain.rsplit(|&b| b == b',') {
        let entry = entry_address(entry);
        let address = net::parse_address(entry);
        if address.is_none() {
            return;
        }
        web.client = entry;
        if !is_trusted(address) {
            return;
        }
    }
}

/// The address of `1.2.3.4`, `1.2.3.4:80`, `"[2001:db8::1]:80"`; anything else is given as it is.
fn entry_address(entry: &[u8]) -> &[u8] {
    let entry = entry.trim_ascii();
    let entry = entry.strip_prefix(b"\"").and_then(|inside| inside.strip_suffix(b"\"")).unwrap_or(entry);
    net::strip_port(entry)
}

#[cfg(test)]
mod tests {
    use super::super::web::Escaping;
    use super::*;

    fn client(peer: &str, forwarded: Option<&str>) -> String {
        let trusted = AddressSet::from_operands("--trusted-proxy", &["10.0.0.0/8,2001:db8::/32".to_owned()]).expect("a set");
        let scratch = Scratch::default();
        let mut web = Web {
            client: peer.as_bytes(),
            peer: None,
            domain: None,
            user: None,
            time: None,
            request: None,
            status: None,
            body_bytes: None,
            referrer: None,
            agent: None,
            forwarded: forwarded.map(str::as_bytes),
            escaping: Escaping::Logged,
            is_ambiguous: false,
        };
        resolve(&mut web, &trusted, &scratch);
        String::from_utf8_lossy(web.client).into_owned()
    }

    #[test]
    fn the_client_is_the_rightmost_that_is_not_trusted() {
        for (peer, forwarded, shown) in [
            ("10.0.0.1", None, "10.0.0.1"),
            ("10.0.0.1", Some("192.0.2.1"), "192.0.2.1"),
            ("::ffff:10.0.0.1", Some("192.0.2.1"), "192.0.2.1"),
            ("10.0.0.1", Some("203.0.113.9, 192.0.2.1"), "192.0.2.1"),
            ("10.0.0.1", Some("203.0.113.9, 192.0.2.1, 10.0.0.2,10.0.0.3"), "192.0.2.1"),
            ("10.0.0.1", Some("192.0.2.1:4711"), "192.0.2.1"),
            ("10.0.0.1", Some(r"\x22[2001:db9::1]:4711\x22"), "2001:db9::1"),
            ("10.0.0.1", Some("[2001:db9::1]"), "2001:db9::1"),
            ("10.0.0.1", Some("2001:db9::1, 2001:db8::1"), "2001:db9::1"),
            // All trusted: the one furthest from here.
            ("10.0.0.1", Some("10.0.0.9, 10.0.0.2"), "10.0.0.9"),
        ] {
            assert_eq!(client(peer, forwarded), shown, "{forwarded:?}");
        }
    }

    #[test]
    fn nothing_behind_what_is_no_address_is_believed() {
        for (forwarded, shown) in [
            ("203.0.113.9, unknown", "10.0.0.1"),
            ("203.0.113.9, unknown, 10.0.0.2", "10.0.0.2"),
            ("203.0.113.9, ", "10.0.0.1"),
            ("203.0.113.9 198.51.100.1", "10.0.0.1"),
            ("203.0.113.9;", "10.0.0.1"),
            ("203.0.113.9:x", "10.0.0.1"),
            ("203.0.113.9, host.example", "10.0.0.1"),
            ("www.example.org", "10.0.0.1"),
        ] {
            assert_eq!(client("10.0.0.1", Some(forwarded)), shown, "{forwarded}");
        }
        let long = "10.0.0.2,".repeat(50_000);
        assert_eq!(client("10.0.0.1", Some(&long)), "10.0.0.1", "an empty entry is none");
    }

    #[test]
    fn a_peer_that_is_not_trusted_names_nobody() {
        for peer in ["192.0.2.66", "host.example", "-", "11.0.0.1", "::1"] {
            assert_eq!(client(peer, Some("203.0.113.9")), peer);
        }
    }
}

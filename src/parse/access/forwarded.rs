//! Who asked, where a proxy stands between: X-Forwarded-For or another header, believed only as far as trusted proxies wrote it.
//!
//! Each proxy appends whom it had as its client, so the header is read from the right and only for as long as the one
//! that wrote an entry is trusted. What stands further left may be the client's own invention.

use crate::base::error::{Error, Result};
use crate::base::net;
use crate::base::net::{Address, AddressSet};
use crate::parse::access::request::Web;
use crate::parse::format::Arena;

/// The header in which proxies name the client: `--client-from`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientHeader(String);

impl ClientHeader {
    /// The header that is called so.
    ///
    /// # Errors
    /// [`Error::Usage`] for what is no name of a header.
    pub fn parse(name: &str) -> Result<Self> {
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if name.is_empty() || !name.bytes().all(is_token) {
            return Err(Error::Usage(format!("--client-from {name}: no name of a header (CF-Connecting-IP, X-Real-IP, Forwarded ...)")));
        }
        Ok(Self(name.to_owned()))
    }

    /// As it was given.
    pub fn name(&self) -> &str {
        &self.0
    }

    /// As Go's servers write it: `Cf-Connecting-Ip`.
    pub(crate) fn canonical(&self) -> String {
        let mut is_start = true;
        let letters = self.0.chars().map(|letter| {
            let shown = if is_start { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() };
            is_start = letter == '-';
            shown
        });
        letters.collect()
    }

    /// Whether it is the one that is read where none is given.
    pub fn is_x_forwarded_for(&self) -> bool {
        self.0.eq_ignore_ascii_case("X-Forwarded-For")
    }

    /// How it names clients.
    pub fn form(&self) -> HeaderForm {
        if self.0.eq_ignore_ascii_case("Forwarded") { HeaderForm::Forwarded } else { HeaderForm::List }
    }
}

/// How a header names clients.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum HeaderForm {
    /// One address, or several with commas between: the last is whom the last proxy had as its client.
    #[default]
    List,
    /// RFC 7239: `for=192.0.2.1;proto=https, for="[2001:db8::1]:4711"`.
    Forwarded,
}

/// Whether a peer that the log does not name is believed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UnloggedPeer {
    /// It may be anybody.
    #[default]
    Unknown,
    /// The user vouches that only proxies reach the server: `--trust-log-peer`.
    Trusted,
}

/// Where proxies name the client, and whether a peer is believed that the log does not name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClientFrom {
    /// How the header names clients.
    pub form: HeaderForm,
    /// What is thought of a peer that the log does not name.
    pub unlogged: UnloggedPeer,
}

/// Puts the client that trusted proxies name in the place of the peer.
///
/// - The peer is not trusted, or says nothing: it is the client.
/// - The rightmost entry that is not trusted is the client; where all are, the leftmost.
/// - An entry that is no address (`unknown`, an obfuscated name) ends the walk: the trusted proxy before it is the client.
///   Nobody who can be made to look bad by another's header is named then, the line is still counted, and what stands
///   left of such an entry vouches for nothing.
pub(crate) fn resolve<'a>(web: &mut Web<'a>, trusted: Option<&AddressSet>, from: ClientFrom, arena: &'a Arena) {
    let ClientFrom { form, unlogged } = from;
    if trusted.is_none() && unlogged == UnloggedPeer::Unknown {
        return;
    }
    let is_trusted = |address: Option<Address>| address.is_some_and(|address| trusted.is_some_and(|trusted| trusted.contains(address)));
    // Where it is said here whom to trust, what the server made of the header counts for nothing.
    web.client = web.peer.unwrap_or(web.client);
    let is_believed = if web.client == b"-" { unlogged == UnloggedPeer::Trusted } else { is_trusted(Address::parse(web.client)) };
    let Some(forwarded) = web.forwarded.filter(|_| is_believed) else { return };
    let plain = match web.plain(forwarded) {
        std::borrow::Cow::Borrowed(plain) => plain,
        std::borrow::Cow::Owned(plain) => arena.keep(&plain),
    };
    for entry in plain.rsplit(|&b| b == b',') {
        let entry = match form {
            HeaderForm::List => Some(entry),
            HeaderForm::Forwarded => find_for(entry),
        };
        let entry = entry.map_or(&b""[..], entry_address);
        let address = Address::parse(entry);
        if address.is_none() {
            return;
        }
        web.client = entry;
        if !is_trusted(address) {
            return;
        }
    }
}

/// The node of `for=` among the parameters of one proxy.
///
/// **Source:** RFC 7239 sections 4 and 5.2.
fn find_for(element: &[u8]) -> Option<&[u8]> {
    let mut nodes = element.split(|&byte| byte == b';').filter_map(|pair| {
        let pair = pair.trim_ascii();
        let (name, value) = pair.split_at_checked(4)?;
        name.eq_ignore_ascii_case(b"for=").then_some(value)
    });
    // A proxy names whom it had once; what has two was not written by one.
    nodes.next().filter(|_| nodes.next().is_none())
}

/// The address of `1.2.3.4`, `1.2.3.4:80`, `"[2001:db8::1]:80"`; anything else is given as it is.
fn entry_address(entry: &[u8]) -> &[u8] {
    let entry = entry.trim_ascii();
    let entry = entry.strip_prefix(b"\"").and_then(|inside| inside.strip_suffix(b"\"")).unwrap_or(entry);
    net::strip_port(entry)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::access::escaping::Escaping;

    fn client(peer: &str, forwarded: Option<&str>) -> String {
        client_of(peer, forwarded, HeaderForm::List, UnloggedPeer::Unknown)
    }

    fn client_of(peer: &str, forwarded: Option<&str>, form: HeaderForm, unlogged: UnloggedPeer) -> String {
        let trusted = AddressSet::from_operands("--trusted-proxy", &["10.0.0.0/8,2001:db8::/32".to_owned()]).expect("a set");
        let arena = Arena::default();
        let mut web = Web { forwarded: forwarded.map(str::as_bytes), escaping: Escaping::Escaped, ..Web::of(peer.as_bytes()) };
        resolve(&mut web, Some(&trusted), ClientFrom { form, unlogged }, &arena);
        String::from_utf8_lossy(web.client).into_owned()
    }

    #[test]
    fn a_header_of_rfc_7239_is_read_as_it_says() {
        for (forwarded, shown) in [
            ("for=192.0.2.1;proto=https;by=10.0.0.1", "192.0.2.1"),
            ("For=\\\"[2001:db9::1]:4711\\\"", "2001:db9::1"),
            ("for=203.0.113.9, proto=http;for=192.0.2.1", "192.0.2.1"),
            ("for=203.0.113.9, for=192.0.2.1, for=10.0.0.2", "192.0.2.1"),
            ("for=203.0.113.9, for=unknown", "10.0.0.1"),
            ("for=203.0.113.9, for=_hidden, for=10.0.0.2", "10.0.0.2"),
            ("for=203.0.113.9;for=192.0.2.1", "10.0.0.1"),
            ("by=192.0.2.1", "10.0.0.1"),
            ("192.0.2.1", "10.0.0.1"),
        ] {
            assert_eq!(client_of("10.0.0.1", Some(forwarded), HeaderForm::Forwarded, UnloggedPeer::Unknown), shown, "{forwarded}");
        }
    }

    #[test]
    fn a_peer_that_no_log_names_is_believed_where_the_user_vouches_for_it() {
        for (peer, unlogged, shown) in [
            ("-", UnloggedPeer::Unknown, "-"),
            ("-", UnloggedPeer::Trusted, "192.0.2.1"),
            ("198.51.100.1", UnloggedPeer::Trusted, "198.51.100.1"),
            ("10.0.0.1", UnloggedPeer::Trusted, "192.0.2.1"),
        ] {
            assert_eq!(client_of(peer, Some("203.0.113.9, 192.0.2.1"), HeaderForm::List, unlogged), shown, "{peer} {unlogged:?}");
        }
        let cloudflare = ClientHeader::parse("CF-Connecting-IP").expect("a header");
        assert_eq!((cloudflare.canonical().as_str(), cloudflare.form()), ("Cf-Connecting-Ip", HeaderForm::List));
        assert!(ClientHeader::parse("a b").is_err() && ClientHeader::parse("").is_err());
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

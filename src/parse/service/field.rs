//! The parts of a message that a template names: what each stands for, which texts it takes, and what was found of the peer.

use memchr::{memchr, memmem, memrchr};

use crate::base::net;
use crate::base::number::{count_digits, parse_port, split_digits};
use crate::base::simd::{find_space, rfind_space};
use crate::parse::service::prefix::{Literal, find_short};

/// What a part of a shape stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// An address or host name.
    Address,
    /// An address with its prefix length.
    Network,
    /// A TCP port.
    Port,
    /// A user name.
    User,
    /// How a login was tried.
    Method,
    /// How many times, in digits.
    Count,
    /// PAM's `logname= uid=0 euid=0 tty=ssh ruser= rhost=ADDRESS  user=NAME`.
    Fields,
    /// Digits.
    Number,
    /// Address and port.
    Peer,
    /// Text of the client.
    Client,
    /// A name that reverse DNS gave.
    Host,
    /// Text without a space.
    Word,
    /// The server's own address, which no peer words.
    Server,
    /// Any text.
    Text,
}

impl FieldKind {
    /// The part that is called `name` in a template.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "addr" => Self::Address,
            "net" => Self::Network,
            "port" => Self::Port,
            "peer" => Self::Peer,
            "user" => Self::User,
            "client" => Self::Client,
            "host" => Self::Host,
            "method" => Self::Method,
            "count" => Self::Count,
            "num" => Self::Number,
            "word" => Self::Word,
            "server" => Self::Server,
            "fields" => Self::Fields,
            "text" => Self::Text,
            _ => return None,
        })
    }

    /// Whether the client chooses its text.
    pub(crate) const fn is_of_client(self) -> bool {
        matches!(self, Self::User | Self::Client)
    }

    /// Whether it names the peer.
    pub const fn is_address(self) -> bool {
        matches!(self, Self::Address | Self::Network | Self::Peer)
    }

    /// Whether `text` can be this part, where the part is not free.
    pub fn accepts(self, text: &[u8]) -> bool {
        match self {
            Self::Address | Self::Host => net::is_host(text),
            Self::Network => split_network(text).is_some(),
            Self::Port => parse_port(text).is_some(),
            Self::Peer => split_peer(text).is_some(),
            Self::Number | Self::Count => !text.is_empty() && text.iter().all(u8::is_ascii_digit),
            Self::User | Self::Client | Self::Method | Self::Word | Self::Server => !text.is_empty() && find_space(text).is_none(),
            Self::Fields | Self::Text => true,
        }
    }

    /// The same of a text that holds no space.
    pub(crate) fn accepts_word(self, text: &[u8]) -> bool {
        if self.is_name() { !text.is_empty() } else { self.accepts(text) }
    }

    /// The same of a text behind which `literal` stands, whose first byte a client's words do not hold.
    pub(crate) fn accepts_before(self, text: &[u8], literal: &Literal) -> bool {
        match literal.text.first() {
            Some(&delimiter) if self.is_of_client() => memchr(delimiter, text).is_none() && (delimiter != b' ' || !text.is_empty()),
            _ => self.accepts(text),
        }
    }

    /// Whether it is any text without a space.
    pub(crate) const fn is_name(self) -> bool {
        matches!(self, Self::User | Self::Client | Self::Method | Self::Word | Self::Server)
    }

    const fn is_word(self) -> bool {
        !matches!(self, Self::Fields | Self::Text)
    }

    /// How much of `rest` is this part with `literal` behind it, of a number or a host as nearly all are; `None`: it may be one all the same.
    #[inline]
    pub(crate) fn measure(self, rest: &[u8], literal: &Literal) -> Option<usize> {
        let len = match self {
            Self::Port => split_digits(rest).filter(|&(port, len)| len <= 5 && u16::try_from(port).is_ok())?.1,
            Self::Number | Self::Count => count_digits(rest),
            Self::Address | Self::Host => net::host_name_len(rest),
            _ => 0,
        };
        (len > 0 && literal.ends_word && literal.starts(&rest[len..])).then_some(len)
    }

    /// How much of `rest` is this part, where `literal` follows it; of a word, there is no space in that.
    pub(crate) fn find_end(self, rest: &[u8], literal: &Literal) -> Option<usize> {
        if !self.is_word() {
            return memmem::find(rest, literal.text);
        }
        if let (true, Some(&delimiter)) = (self.is_of_client() && !literal.text.starts_with(b" "), literal.text.first()) {
            return memchr(delimiter, rest).filter(|&end| literal.starts(&rest[end..]));
        }
        let space = find_space(rest);
        if literal.text.starts_with(b" ") {
            // The common case needs one search for one byte: a word ends at the first space.
            return space.filter(|&end| literal.starts(&rest[end..]));
        }
        find_short(&rest[..space.map_or(rest.len(), |space| rest.len().min(space + literal.text.len()))], literal.text)
    }

    /// Where `literal` starts whose right neighbour, up to the end of `rest`, is this part; `behind` follows that.
    pub(crate) fn find_start(self, rest: &[u8], literal: &Literal, behind: &Literal) -> Option<usize> {
        let may_hold_spaces = self.is_of_client() && !matches!(behind.text.first(), None | Some(b' '));
        if may_hold_spaces || !(self.is_word() && literal.text.ends_with(b" ")) {
            return memmem::rfind(rest, literal.text).filter(|at| self.accepts_before(&rest[at + literal.text.len()..], behind));
        }
        let end = if self == Self::Port { rest.len() - count_last_digits(rest) } else { rfind_space(rest)? + 1 };
        (literal.ends(&rest[..end]) && self.accepts_word(&rest[end..])).then(|| end - literal.text.len())
    }
}

/// How many digits `text` ends in, of which a port has no more than five.
#[inline]
fn count_last_digits(text: &[u8]) -> usize {
    match text.last_chunk::<8>() {
        Some(word) => count_digits(&u64::from_le_bytes(*word).to_be_bytes()),
        None => text.iter().rev().take_while(|byte| byte.is_ascii_digit()).count(),
    }
}

/// The address and the prefix length of `192.0.2.1/32`.
pub(crate) fn split_network(text: &[u8]) -> Option<(&[u8], u8)> {
    let slash = memrchr(b'/', text)?;
    let bits = std::str::from_utf8(&text[slash + 1..]).ok()?.parse().ok()?;
    net::parse_address(&text[..slash]).map(|_| (&text[..slash], bits))
}

/// The address and the port of `192.0.2.1:4711`, `[2001:db8::1]:4711`, `2001:db8::1:4711` or, as Dante writes it, `192.0.2.1.4711`.
pub(crate) fn split_peer(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let Some((host, port)) = net::split_port(text) else { return split_dotted(text) };
    let host = net::strip_brackets(host);
    (net::is_host(host) && parse_port(port).is_some()).then_some((host, port))
}

/// The parts of `192.0.2.1.4711`.
fn split_dotted(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let dot = memchr::memrchr(b'.', text)?;
    let (host, port) = (&text[..dot], &text[dot + 1..]);
    (net::parse_ipv4(host).is_some() && parse_port(port).is_some()).then_some((host, port))
}

/// How many kinds of parts say something of the peer; they are the first of [`FieldKind`].
const TOLD: usize = FieldKind::Fields as usize + 1;

/// What a message says of the peer, as slices of it: the last part of each kind.
#[derive(Debug)]
pub struct Captures<'a> {
    texts: [&'a [u8]; TOLD],
    /// Which kinds were found, a bit each.
    found: u8,
    /// All parts.
    #[cfg(test)]
    pub all: Vec<(FieldKind, &'a [u8])>,
}

impl<'a> Captures<'a> {
    /// No part yet.
    pub const fn new() -> Self {
        Self {
            texts: [b""; TOLD],
            found: 0,
            #[cfg(test)]
            all: Vec::new(),
        }
    }

    /// The text of a part that was found.
    pub(crate) const fn get(&self, part: FieldKind) -> Option<&'a [u8]> {
        if self.found & 1 << part as u8 == 0 { None } else { Some(self.texts[part as usize]) }
    }

    /// Adds the parts of `other`.
    pub fn extend(&mut self, other: &Self) {
        for (kind, text) in other.texts.iter().enumerate().filter(|(kind, _)| other.found & 1 << kind != 0) {
            self.texts[kind] = text;
            self.found |= 1 << kind;
        }
    }

    /// Forgets all parts.
    pub fn clear(&mut self) {
        self.found = 0;
        #[cfg(test)]
        self.all.clear();
    }

    pub(crate) fn add(&mut self, part: FieldKind, text: &'a [u8]) {
        #[cfg(test)]
        self.all.push((part, text));
        if part == FieldKind::Peer
            && let Some((address, port)) = split_peer(text)
        {
            return [(FieldKind::Address, address), (FieldKind::Port, port)].into_iter().for_each(|(part, text)| self.put(part, text));
        }
        self.put(part, text);
    }

    fn put(&mut self, part: FieldKind, text: &'a [u8]) {
        if let Some(place) = self.texts.get_mut(part as usize) {
            *place = text;
            self.found |= 1 << part as u8;
        }
    }
}

impl Default for Captures<'_> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_measured_is_what_is_searched_for() {
        let texts = ["77", "65535", "65536", "123456789", "0", "", "lab.example", "192.0.2.1", "-a", "2001:db8::1", "a b", "7a"];
        for kind in [FieldKind::Port, FieldKind::Number, FieldKind::Count, FieldKind::Address, FieldKind::Host, FieldKind::Word] {
            for literal in [
                " ",
                ":",
                ": ",
                " port ",
                "7",
                "x",
                ".",
                "-",
                "]",
                " a literal of more than 16 bytes",
                " a literal of more than the 32 bytes of two",
            ] {
                let literal = Literal::new(literal.as_bytes());
                for (text, more) in texts.iter().flat_map(|text| ["", "1", " x", "."].map(|more| (text, more))) {
                    let line = [text.as_bytes(), literal.text, more.as_bytes()].concat();
                    if let Some(len) = kind.measure(&line, &literal) {
                        assert_eq!(kind.find_end(&line, &literal), Some(len), "{kind:?} in {:?}", String::from_utf8_lossy(&line));
                        assert!(kind.accepts_word(&line[..len]));
                    }
                }
            }
        }
    }

    #[test]
    fn a_peer_is_an_address_and_a_port() {
        for (text, parts) in [
            ("192.0.2.1:4711", Some(("192.0.2.1", "4711"))),
            ("[2001:db8::1]:4711", Some(("2001:db8::1", "4711"))),
            ("2001:db8::1:4711", Some(("2001:db8::1", "4711"))),
            ("192.0.2.1.4711", Some(("192.0.2.1", "4711"))),
            ("192.0.2.1.70000", None),
            ("192.0.2.1", None),
            ("1.192.0.2.1.4711", None),
        ] {
            let given = split_peer(text.as_bytes())
                .map(|(host, port)| (std::str::from_utf8(host).expect("text"), std::str::from_utf8(port).expect("text")));
            assert_eq!(given, parts, "{text}");
        }
    }
}

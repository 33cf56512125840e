//! Shapes of messages, and the one matcher that walks them.
//!
//! `{name}` is one word; `{name*}` is free text that may hold anything: what stands before it is matched from the left, what
//! stands after it from the right. So there is one way to read a line, in linear time. A shape with two free parts has the
//! peer, ` {addr} port {port}`, between them: it is read only where one single place of the message can be the peer.

use memchr::{memmem, memrchr};

use super::number::parse_port;
use crate::net;
use crate::vector::{find_space, rfind_space};

/// One shape of message.
#[derive(Debug)]
pub struct Shape {
    /// The text, with its parts in braces: `addr`, `net` (an address and its prefix length), `port`, `user`, `method`, `num`
    /// (digits), `word`, `server` (the server's own address), `fields` (PAM's `rhost=... user=...`), `text`; `ssh` is an optional ` ssh1` or ` ssh2`, and `pam` at
    /// the start is the prefix of a PAM module, `pam_unix(sshd:auth): `.
    pub pattern: &'static str,
    /// `event.action`.
    pub action: &'static str,
    /// `event.outcome`, or nothing.
    pub outcome: &'static str,
    /// The source file that writes it.
    pub source: &'static str,
    /// One such message.
    pub example: &'static str,
}

/// What is known of the end of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Nothing is missing behind it.
    Whole,
    /// Behind a long name there may have been spaces, and more behind them.
    Trimmed,
    /// Anything may be missing behind it.
    Cut,
}

/// What a part of a shape stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
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
    /// Digits.
    Number,
    /// Text without a space.
    Word,
    /// The server's own address, which no peer words.
    Server,
    /// PAM's `logname= uid=0 euid=0 tty=ssh ruser= rhost=ADDRESS  user=NAME`.
    Fields,
    /// Any text.
    Text,
}

impl Part {
    fn named(name: &str) -> Self {
        match name {
            "addr" => Self::Address,
            "net" => Self::Network,
            "port" => Self::Port,
            "user" => Self::User,
            "method" => Self::Method,
            "num" => Self::Number,
            "word" => Self::Word,
            "server" => Self::Server,
            "fields" => Self::Fields,
            _ => Self::Text,
        }
    }

    /// Whether `text` can be this part, where the part is not free.
    fn accepts(self, text: &[u8]) -> bool {
        match self {
            Self::Address => net::is_host(text),
            Self::Network => split_network(text).is_some(),
            Self::Port => parse_port(text).is_some(),
            Self::Number => !text.is_empty() && text.iter().all(u8::is_ascii_digit),
            Self::User | Self::Method | Self::Word | Self::Server => !text.is_empty() && find_space(text).is_none(),
            Self::Fields | Self::Text => true,
        }
    }

    const fn is_word(self) -> bool {
        !matches!(self, Self::Fields | Self::Text)
    }

    /// How much of `rest` is this part, where `literal` follows it.
    fn find_end(self, rest: &[u8], literal: &[u8]) -> Option<usize> {
        if !self.is_word() {
            return memmem::find(rest, literal);
        }
        let space = find_space(rest);
        if literal.starts_with(b" ") {
            // The common case needs one search for one byte: a word ends at the first space.
            return space.filter(|&end| rest[end..].starts_with(literal));
        }
        memmem::find(&rest[..space.map_or(rest.len(), |space| rest.len().min(space + literal.len()))], literal)
    }

    /// Where `literal` starts whose right neighbour, up to the end of `rest`, is this part.
    fn find_start(self, rest: &[u8], literal: &[u8]) -> Option<usize> {
        if !(self.is_word() && literal.ends_with(b" ")) {
            return memmem::rfind(rest, literal);
        }
        let end = rfind_space(rest)? + 1;
        rest[..end].ends_with(literal).then(|| end - literal.len())
    }
}

/// The address and the prefix length of `192.0.2.1/32`.
#[must_use]
pub fn split_network(text: &[u8]) -> Option<(&[u8], u8)> {
    let slash = memrchr(b'/', text)?;
    let bits = std::str::from_utf8(&text[slash + 1..]).ok()?.parse().ok()?;
    net::parse_address(&text[..slash]).map(|_| (&text[..slash], bits))
}

/// No shape has more parts than this; a test says so.
pub const MAX_PARTS: usize = 7;
/// The parts of a message, as slices of it.
#[derive(Debug)]
pub struct Parts<'a> {
    list: [(Part, &'a [u8]); MAX_PARTS],
    len: usize,
}

impl<'a> Parts<'a> {
    /// No part yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { list: [(Part::Text, b""); MAX_PARTS], len: 0 }
    }

    /// The parts that were found.
    #[must_use]
    pub fn found(&self) -> &[(Part, &'a [u8])] {
        &self.list[..self.len]
    }

    /// Adds one; `None` where there are too many, which a test rules out.
    fn add(&mut self, part: Part, text: &'a [u8]) -> Option<()> {
        *self.list.get_mut(self.len)? = (part, text);
        self.len += 1;
        Some(())
    }
}

impl Default for Parts<'_> {
    fn default() -> Self {
        Self::new()
    }
}

/// A shape taken apart: (literal, part behind it) from the left, the free part, (part, literal behind it) for the right.
#[derive(Debug)]
pub struct Matcher {
    /// The shape.
    pub shape: &'static Shape,
    head: Head,
    start: &'static [u8],
    left: Vec<(Part, &'static [u8])>,
    free: Option<Part>,
    right: Vec<(&'static [u8], Part)>,
    end: &'static [u8],
    second: Option<Part>,
    has_ssh: bool,
    names_at_most_100: bool,
    ends_in_text: bool,
}

/// The first sixteen bytes of a text in one integer, to tell most shapes apart in one comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    bytes: u128,
    mask: u128,
}

impl Head {
    const BYTES: usize = 16;

    /// The head of `text`.
    #[must_use]
    pub fn of(text: &[u8]) -> Self {
        if let Some(bytes) = text.first_chunk() {
            return Self { bytes: u128::from_ne_bytes(*bytes), mask: u128::MAX };
        }
        let (mut bytes, mut mask) = ([0; Self::BYTES], [0; Self::BYTES]);
        bytes[..text.len()].copy_from_slice(text);
        mask[..text.len()].fill(u8::MAX);
        Self { bytes: u128::from_ne_bytes(bytes), mask: u128::from_ne_bytes(mask) }
    }

    const fn starts_with(self, start: Self) -> bool {
        self.bytes & start.mask == start.bytes
    }
}

impl Matcher {
    /// Takes `shape` apart.
    #[must_use]
    pub fn new(shape: &'static Shape) -> Self {
        let pattern = shape.pattern.strip_prefix(PAM).unwrap_or(shape.pattern);
        let (pattern, has_ssh) = match pattern.strip_suffix("{ssh}") {
            Some(pattern) => (pattern, true),
            None => (pattern, false),
        };
        let mut pieces = pattern.split('{');
        let start = pieces.next().unwrap_or_default().as_bytes();
        let (left, right, head) = (Vec::new(), Vec::new(), Head::of(start));
        let ends_in_text = pattern.ends_with(" {text*}");
        // Before this word OpenSSH prints a name with `%.100s`.
        let names_at_most_100 = pattern.contains("*} from {");
        let mut matcher =
            Self { shape, head, start, left, free: None, right, end: b"", second: None, has_ssh, names_at_most_100, ends_in_text };
        let mut before = start;
        for piece in pieces {
            let (name, literal) = piece.split_once('}').unwrap_or((piece, ""));
            let literal = literal.as_bytes();
            match name.strip_suffix('*') {
                Some(second) if matcher.free.is_some() => matcher.second = Some(Part::named(second)),
                Some(free) => matcher.free = Some(Part::named(free)),
                None if matcher.free.is_some() => matcher.right.push((before, Part::named(name))),
                None => matcher.left.push((Part::named(name), literal)),
            }
            if matcher.free.is_some() && matcher.second.is_none() {
                matcher.end = literal;
            }
            before = literal;
        }
        matcher
    }

    /// Whether the message ends in the protocol, ` ssh2`, behind which sshd may name a key.
    #[must_use]
    pub const fn names_protocol(&self) -> bool {
        self.has_ssh
    }

    /// Puts the parts of `message`, whose first bytes are `head`, into `parts`, if it is of this shape. Where its end may be
    /// missing, only what stands before the free part counts.
    // Nearly every shape is told apart here, without a call.
    #[inline]
    pub fn read<'a>(&self, message: &'a [u8], head: Head, ending: Ending, parts: &mut Parts<'a>) -> Option<()> {
        if head.starts_with(self.head) { self.read_parts(message, ending, parts) } else { None }
    }

    /// The same of a message that starts as this shape does.
    fn read_parts<'a>(&self, message: &'a [u8], ending: Ending, parts: &mut Parts<'a>) -> Option<()> {
        // A short start was compared with the head; a message shorter than it may end in NULs, which the head has too.
        let mut rest = message.get(self.start.len()..)?;
        if self.start.len() > Head::BYTES && !message.starts_with(self.start) {
            return None;
        }
        parts.len = 0;
        if self.has_ssh {
            rest = rest.strip_suffix(b" ssh2").or_else(|| rest.strip_suffix(b" ssh1")).unwrap_or(rest);
        }
        for (index, &(part, literal)) in self.left.iter().enumerate() {
            // The last literal of a shape without a free part ends the message.
            let is_last = self.free.is_none() && index + 1 == self.left.len();
            let end = if is_last { Some(rest.strip_suffix(literal)?.len()) } else { part.find_end(rest, literal) };
            let (end, next) = match end {
                Some(end) => (end, end + literal.len()),
                None if self.ends_in_text && index + 1 == self.left.len() => (strip_trimmed(rest, literal)?.len(), rest.len()),
                None => return None,
            };
            let text = Some(&rest[..end]).filter(|text| part.accepts(text))?;
            parts.add(part, text)?;
            rest = &rest[next..];
        }
        let is_whole = ending == Ending::Whole || ending == Ending::Trimmed && self.names_at_most_100;
        match self.free {
            None => rest.is_empty().then_some(()),
            Some(Part::Fields) => parts.add(Part::Fields, rest),
            Some(_) if !is_whole => Some(()),
            Some(free) => self.read_right(free, rest, parts),
        }
    }

    /// The free part and what stands behind it.
    fn read_right<'a>(&self, free: Part, mut rest: &'a [u8], parts: &mut Parts<'a>) -> Option<()> {
        if let Some(second) = self.second {
            let texts = split_at_peer(rest, self.end)?;
            return [free, Part::Address, Part::Port, second].into_iter().zip(texts).try_for_each(|(part, text)| parts.add(part, text));
        }
        rest = rest.strip_suffix(self.end)?;
        for &(literal, part) in self.right.iter().rev() {
            let at = part.find_start(rest, literal)?;
            let text = Some(&rest[at + literal.len()..]).filter(|text| part.accepts(text))?;
            parts.add(part, text)?;
            rest = &rest[..at];
        }
        parts.add(free, rest)
    }

    /// Holds the shape to its rules: not too many parts, and two free ones only around the peer.
    ///
    /// # Panics
    /// Where it breaks one.
    #[cfg(test)]
    pub fn check(&self) {
        let pattern = self.shape.pattern.strip_prefix(PAM).unwrap_or(self.shape.pattern);
        assert!(pattern.matches('{').count() <= MAX_PARTS, "{pattern}");
        assert!(!pattern.contains("}{") || pattern.ends_with("}{ssh}"), "{pattern}");
        assert!(self.free != Some(Part::Fields) || self.right.is_empty() && self.end.is_empty(), "{pattern}");
        assert!(pattern.matches("*}").count() <= 1 + usize::from(self.second.is_some()), "{pattern}");
        if self.second.is_some() {
            assert_eq!(self.right, [(&b" "[..], Part::Address), (b" port ", Part::Port)], "{pattern}");
            assert!(pattern.ends_with("*}") && !self.end.is_empty(), "{pattern}");
        }
    }
}

/// What a pattern of a PAM module starts with.
pub const PAM: &str = "{pam}";

/// What stands before `literal` at the end of `rest`, where journald took away the space that ends it.
fn strip_trimmed<'a>(rest: &'a [u8], literal: &[u8]) -> Option<&'a [u8]> {
    rest.strip_suffix(literal.strip_suffix(b" ")?)
}

/// What stands before the peer, its address and port, and what stands behind it and `literal`; `None` where no place or more
/// than one can be the peer.
fn split_at_peer<'a>(text: &'a [u8], literal: &[u8]) -> Option<[&'a [u8]; 4]> {
    const PORT: &[u8] = b" port ";
    // The longest host name and a space: no search goes further back, however many places there are.
    const REACH: usize = 256;
    let mut places = memmem::find_iter(text, PORT).filter_map(|at| {
        let near = at.saturating_sub(REACH);
        let space = near + memrchr(b' ', &text[near..at])?;
        let behind = &text[at + PORT.len()..];
        let digits = behind.iter().take(6).take_while(|b| b.is_ascii_digit()).count();
        let (address, port) = (&text[space + 1..at], &behind[..digits]);
        let last = behind[digits..].strip_prefix(literal).or_else(|| strip_trimmed(&behind[digits..], literal))?;
        (Part::Address.accepts(address) && Part::Port.accepts(port)).then_some([&text[..space], address, port, last])
    });
    let place = places.next()?;
    places.next().is_none().then_some(place)
}

//! Shapes of messages, and the one matcher that walks them.
//!
//! `{name}` is one word; `{name*}` is free text that may hold anything: what stands before it is matched from the left, what
//! stands after it from the right. So there is one way to read a line, in linear time. A shape with two free parts has the
//! peer, ` {addr} port {port}`, between them: it is read only where one single place of the message can be the peer.

use memchr::{memmem, memrchr};

use super::literal::{Head, Literal};
use crate::net;
use crate::number::parse_port;
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
    /// PAM's `logname= uid=0 euid=0 tty=ssh ruser= rhost=ADDRESS  user=NAME`.
    Fields,
    /// Digits.
    Number,
    /// Text without a space.
    Word,
    /// The server's own address, which no peer words.
    Server,
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

    /// The same of a text that holds no space.
    fn accepts_word(self, text: &[u8]) -> bool {
        match self {
            Self::User | Self::Method | Self::Word | Self::Server => !text.is_empty(),
            _ => self.accepts(text),
        }
    }

    const fn is_word(self) -> bool {
        !matches!(self, Self::Fields | Self::Text)
    }

    /// How much of `rest` is this part, where `literal` follows it; of a word, there is no space in that.
    fn find_end(self, rest: &[u8], literal: &Literal) -> Option<usize> {
        if !self.is_word() {
            return memmem::find(rest, literal.text);
        }
        let space = find_space(rest);
        if literal.text.starts_with(b" ") {
            // The common case needs one search for one byte: a word ends at the first space.
            return space.filter(|&end| literal.starts(&rest[end..]));
        }
        memmem::find(&rest[..space.map_or(rest.len(), |space| rest.len().min(space + literal.text.len()))], literal.text)
    }

    /// Where `literal` starts whose right neighbour, up to the end of `rest`, is this part.
    fn find_start(self, rest: &[u8], literal: &Literal) -> Option<usize> {
        if !(self.is_word() && literal.text.ends_with(b" ")) {
            return memmem::rfind(rest, literal.text).filter(|at| self.accepts(&rest[at + literal.text.len()..]));
        }
        let end = rfind_space(rest)? + 1;
        (literal.ends(&rest[..end]) && self.accepts_word(&rest[end..])).then(|| end - literal.text.len())
    }
}

/// The address and the prefix length of `192.0.2.1/32`.
#[must_use]
pub fn split_network(text: &[u8]) -> Option<(&[u8], u8)> {
    let slash = memrchr(b'/', text)?;
    let bits = std::str::from_utf8(&text[slash + 1..]).ok()?.parse().ok()?;
    net::parse_address(&text[..slash]).map(|_| (&text[..slash], bits))
}

/// How many kinds of parts say something of the peer; they are the first of [`Part`].
const TOLD: usize = Part::Fields as usize + 1;

/// What a message says of the peer, as slices of it: the last part of each kind.
#[derive(Debug)]
pub struct Parts<'a> {
    texts: [&'a [u8]; TOLD],
    /// Which kinds were found, a bit each.
    found: u8,
    /// All parts.
    #[cfg(test)]
    pub all: Vec<(Part, &'a [u8])>,
}

impl<'a> Parts<'a> {
    /// No part yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            texts: [b""; TOLD],
            found: 0,
            #[cfg(test)]
            all: Vec::new(),
        }
    }

    /// The text of a part that was found.
    #[must_use]
    pub const fn get(&self, part: Part) -> Option<&'a [u8]> {
        if self.found & 1 << part as u8 == 0 { None } else { Some(self.texts[part as usize]) }
    }

    fn clear(&mut self) {
        self.found = 0;
        #[cfg(test)]
        self.all.clear();
    }

    fn add(&mut self, part: Part, text: &'a [u8]) {
        #[cfg(test)]
        self.all.push((part, text));
        if let Some(place) = self.texts.get_mut(part as usize) {
            *place = text;
            self.found |= 1 << part as u8;
        }
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
    start: Literal,
    left: Vec<(Part, Literal)>,
    free: Option<Part>,
    right: Vec<(Literal, Part)>,
    end: Literal,
    second: Option<Part>,
    has_ssh: bool,
    names_at_most_100: bool,
    ends_in_text: bool,
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
        let start = Literal::new(pieces.next().unwrap_or_default().as_bytes());
        let (left, right, end) = (Vec::new(), Vec::new(), Literal::new(b""));
        let ends_in_text = pattern.ends_with(" {text*}");
        // Before this word OpenSSH prints a name with `%.100s`.
        let names_at_most_100 = pattern.contains("*} from {");
        let mut matcher = Self { shape, start, left, free: None, right, end, second: None, has_ssh, names_at_most_100, ends_in_text };
        let mut before = start;
        for piece in pieces {
            let (name, literal) = piece.split_once('}').unwrap_or((piece, ""));
            let literal = Literal::new(literal.as_bytes());
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
        if head.starts_with(self.start.head) { self.read_parts(message, ending, parts) } else { None }
    }

    /// The same of a message that starts as this shape does.
    fn read_parts<'a>(&self, message: &'a [u8], ending: Ending, parts: &mut Parts<'a>) -> Option<()> {
        // A short start was compared with the head; a message shorter than it may end in NULs, which the head has too.
        let mut rest = message.get(self.start.text.len()..)?;
        if self.start.text.len() > Head::BYTES && !message.starts_with(self.start.text) {
            return None;
        }
        parts.clear();
        if self.has_ssh {
            rest = rest.strip_suffix(b" ssh2").or_else(|| rest.strip_suffix(b" ssh1")).unwrap_or(rest);
        }
        for (index, (part, literal)) in self.left.iter().enumerate() {
            // The last literal of a shape without a free part ends the message.
            let is_last = self.free.is_none() && index + 1 == self.left.len();
            let end = if is_last { None } else { part.find_end(rest, literal) };
            let (text, next) = match end {
                Some(end) => (Some(&rest[..end]).filter(|text| part.accepts_word(text))?, end + literal.text.len()),
                None => (Some(self.read_last(index, rest, literal)?).filter(|text| part.accepts(text))?, rest.len()),
            };
            parts.add(*part, text);
            rest = &rest[next..];
        }
        let is_whole = ending == Ending::Whole || ending == Ending::Trimmed && self.names_at_most_100;
        match self.free {
            None => rest.is_empty().then_some(()),
            Some(Part::Fields) => {
                parts.add(Part::Fields, rest);
                Some(())
            }
            Some(_) if !is_whole => Some(()),
            Some(free) => self.read_right(free, rest, parts),
        }
    }

    /// The last part on the left, `index`, where `literal` ends the message behind it, or did so before journald took the space
    /// away that ends it.
    fn read_last<'a>(&self, index: usize, rest: &'a [u8], literal: &Literal) -> Option<&'a [u8]> {
        if index + 1 < self.left.len() {
            return None;
        }
        match self.free {
            None => rest.strip_suffix(literal.text),
            Some(_) if self.ends_in_text => strip_trimmed(rest, literal.text),
            Some(_) => None,
        }
    }

    /// The free part and what stands behind it.
    #[inline]
    fn read_right<'a>(&self, free: Part, mut rest: &'a [u8], parts: &mut Parts<'a>) -> Option<()> {
        if let Some(second) = self.second {
            let texts = split_at_peer(rest, self.end.text)?;
            [free, Part::Address, Part::Port, second].into_iter().zip(texts).for_each(|(part, text)| parts.add(part, text));
            return Some(());
        }
        rest = rest.strip_suffix(self.end.text)?;
        for (literal, part) in self.right.iter().rev() {
            let at = part.find_start(rest, literal)?;
            parts.add(*part, &rest[at + literal.text.len()..]);
            rest = &rest[..at];
        }
        parts.add(free, rest);
        Some(())
    }

    /// Holds the shape to its rules: two free parts only around the peer.
    ///
    /// # Panics
    /// Where it breaks one.
    #[cfg(test)]
    pub fn check(&self) {
        let pattern = self.shape.pattern.strip_prefix(PAM).unwrap_or(self.shape.pattern);
        assert!(!pattern.contains("}{") || pattern.ends_with("}{ssh}"), "{pattern}");
        assert!(self.free != Some(Part::Fields) || self.right.is_empty() && self.end.text.is_empty(), "{pattern}");
        assert!(pattern.matches("*}").count() <= 1 + usize::from(self.second.is_some()), "{pattern}");
        if self.second.is_some() {
            let right: Vec<_> = self.right.iter().map(|(literal, part)| (literal.text, *part)).collect();
            assert_eq!(right, [(&b" "[..], Part::Address), (b" port ", Part::Port)], "{pattern}");
            assert!(pattern.ends_with("*}") && !self.end.text.is_empty(), "{pattern}");
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

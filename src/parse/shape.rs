//! Shapes of messages, and the one matcher that walks them.
//!
//! `{name}` is one word; at most one part a shape, `{name*}`, is free text that may hold anything: what stands before it is
//! matched from the left, what stands after it from the right. So there is one way to read a line, in linear time.

use memchr::memmem;

use crate::net;

/// One shape of message.
#[derive(Debug)]
pub struct Shape {
    /// The text, with its parts in braces: `addr`, `port`, `user`, `method`, `num` (digits), `word`, `text`; `ssh` is an
    /// optional ` ssh1` or ` ssh2`.
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

/// What a part of a shape stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// An address or host name.
    Address,
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
    /// Any text.
    Text,
}

impl Part {
    fn named(name: &str) -> Self {
        match name {
            "addr" => Self::Address,
            "port" => Self::Port,
            "user" => Self::User,
            "method" => Self::Method,
            "num" => Self::Number,
            "word" => Self::Word,
            _ => Self::Text,
        }
    }

    /// Whether one word can be this part.
    fn accepts(self, text: &[u8]) -> bool {
        match self {
            Self::Address => net::is_host_name(text) || net::parse_address(text).is_some(),
            Self::Port => parse_port(text).is_some(),
            Self::Number => !text.is_empty() && text.iter().all(u8::is_ascii_digit),
            Self::User | Self::Method | Self::Word => !text.is_empty() && !text.contains(&b' '),
            Self::Text => true,
        }
    }
}

/// A TCP port.
#[must_use]
pub fn parse_port(text: &[u8]) -> Option<u16> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// No shape has more parts than this; a test says so.
pub const MAX_PARTS: usize = 6;
/// The parts of a message, as slices of it.
pub type Parts<'a> = [Option<(Part, &'a [u8])>; MAX_PARTS];

/// A shape taken apart: (literal, part behind it) from the left, the free part, (part, literal behind it) for the right.
#[derive(Debug)]
pub struct Matcher {
    /// The shape.
    pub shape: &'static Shape,
    start: &'static [u8],
    left: Vec<(Part, &'static [u8])>,
    free: Option<Part>,
    right: Vec<(&'static [u8], Part)>,
    end: &'static [u8],
    has_ssh: bool,
}

impl Matcher {
    /// Takes `shape` apart.
    #[must_use]
    pub fn new(shape: &'static Shape) -> Self {
        let (pattern, has_ssh) = match shape.pattern.strip_suffix("{ssh}") {
            Some(pattern) => (pattern, true),
            None => (shape.pattern, false),
        };
        let mut pieces = pattern.split('{');
        let start = pieces.next().unwrap_or_default().as_bytes();
        let mut matcher = Self { shape, start, left: Vec::new(), free: None, right: Vec::new(), end: b"", has_ssh };
        let mut before = start;
        for piece in pieces {
            let (name, literal) = piece.split_once('}').unwrap_or((piece, ""));
            let literal = literal.as_bytes();
            match name.strip_suffix('*') {
                Some(free) => matcher.free = Some(Part::named(free)),
                None if matcher.free.is_some() => matcher.right.push((before, Part::named(name))),
                None => matcher.left.push((Part::named(name), literal)),
            }
            if matcher.free.is_some() {
                matcher.end = literal;
            }
            before = literal;
        }
        matcher
    }

    /// The parts of `message`, if it is of this shape.
    #[must_use]
    pub fn read<'a>(&self, message: &'a [u8]) -> Option<Parts<'a>> {
        let mut rest = message.strip_prefix(self.start)?;
        let mut parts: Parts<'a> = [None; MAX_PARTS];
        let mut slots = parts.iter_mut();
        if self.has_ssh {
            rest = rest.strip_suffix(b" ssh2").or_else(|| rest.strip_suffix(b" ssh1")).unwrap_or(rest);
        }
        for &(part, literal) in &self.left {
            let end = if literal.is_empty() { rest.len() } else { memmem::find(rest, literal)? };
            let text = Some(&rest[..end]).filter(|text| part.accepts(text))?;
            *slots.next()? = Some((part, text));
            rest = &rest[end + literal.len()..];
        }
        let Some(free) = self.free else { return rest.is_empty().then_some(parts) };
        rest = rest.strip_suffix(self.end)?;
        for &(literal, part) in self.right.iter().rev() {
            let at = memmem::rfind(rest, literal)?;
            let text = Some(&rest[at + literal.len()..]).filter(|text| part.accepts(text))?;
            *slots.next()? = Some((part, text));
            rest = &rest[..at];
        }
        *slots.next()? = Some((free, rest));
        Some(parts)
    }
}

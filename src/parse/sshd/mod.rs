//! What sshd writes about its peers, read from the right: the server writes the address last, the peer chose what is before.
//!
//! One table of shapes (see `shape`), each with what it means, the source file that writes it, and an example.

mod key;
mod limit;
pub mod table;

use std::borrow::Cow;
use std::sync::LazyLock;

use memchr::memmem;

use super::literal::Head;
use super::shape::{Ending, Matcher, PAM, Part, Parts, Shape, split_network};
use crate::number::parse_port;
use crate::record::MAX_INTEGER;
use crate::record::event::{Event, Source};
use crate::time::Stamp;

use key::{cut_info, find_info, may_have_info, names_account};
pub use limit::Limit;
pub use table::SHAPES;

/// What stands before the message.
#[derive(Debug, Clone, Copy)]
pub struct Header<'a> {
    /// When the line was written, where it says so.
    pub time: Option<Stamp<'a>>,
    /// The machine; empty where the header has none.
    pub host: &'a [u8],
    /// The program.
    pub tag: &'a [u8],
    /// Its process id.
    pub pid: Option<u64>,
}

/// What a message says; slices of the line.
#[derive(Debug)]
pub struct Sshd<'a> {
    header: Header<'a>,
    shape: &'static Shape,
    /// How a login was tried: `password`, `publickey`, `keyboard-interactive/pam` ...
    pub method: Option<&'a [u8]>,
    address: Option<&'a [u8]>,
    /// Digits: the number is worked out only where it leaves.
    port: Option<&'a [u8]>,
    user: Option<&'a [u8]>,
    count: u64,
}

impl<'a> Sshd<'a> {
    /// When the message was written, where its line says so.
    #[must_use]
    pub const fn time(&self) -> Option<Stamp<'a>> {
        self.header.time
    }

    /// Whether this is a login that ended with `outcome`.
    #[must_use]
    pub fn is_login(&self, outcome: &str) -> bool {
        self.shape.action == "ssh_login" && self.shape.outcome == outcome
    }

    /// Whether this is `action`, of a peer that the message names.
    ///
    /// sshd tells some things twice, once without an address: what names nobody must not count a second time.
    #[must_use]
    pub fn is_of_peer(&self, action: &str) -> bool {
        self.shape.action == action && self.address.is_some()
    }

    /// The machine that wrote the message; empty where the header has none.
    #[must_use]
    pub const fn host(&self) -> &'a [u8] {
        self.header.host
    }

    /// This message once more, `count` times, as a later line says.
    #[must_use]
    pub fn repeated(self, count: u64, time: Option<Stamp<'a>>) -> Self {
        let count = self.count.saturating_mul(count).min(MAX_INTEGER);
        Self { header: Header { time, ..self.header }, count, ..self }
    }

    /// The event of this message, still without tags.
    #[must_use]
    pub fn to_event(&self, path: &'a str, line: u64) -> Event<'a> {
        let mut event = Event::new("sshd.auth", self.shape.action, path, line);
        event.timestamp = self.header.time;
        event.outcome = self.shape.outcome;
        event.source = self.address.map(|address| Source::from_log(address, self.port.and_then(parse_port))).unwrap_or_default();
        event.user_name = self.user.map(Cow::Borrowed);
        event.hostname = Some(self.header.host).filter(|host| !host.is_empty());
        event.process_name = Some(self.header.tag);
        event.process_pid = self.header.pid;
        event.count = self.count;
        event.method = self.method;
        event
    }
}

/// Reads one message of sshd; `None`: it is of no known shape.
#[must_use]
#[allow(clippy::inline_always, reason = "what it gives is large, and like this it is made where it is wanted")]
#[inline(always)]
pub fn read_message<'a>(header: Header<'a>, message: &'a [u8]) -> Option<Sshd<'a>> {
    read_within(Limit::SSHD, header, message)
}

/// Reads one message of sshd that came through something with a limit of its own.
#[must_use]
#[allow(clippy::inline_always, reason = "as above")]
#[inline(always)]
pub fn read_within<'a>(limit: Limit, header: Header<'a>, message: &'a [u8]) -> Option<Sshd<'a>> {
    let (count, message) = unfold_repeats(message).unwrap_or((1, message));
    let ending = limit.ending(message.len());
    let message = strip_frame(message);
    let mut parts = Parts::new();
    let shape = match split_module(message) {
        Some(inside) => find_shape(&INDEX.pam, inside, ending, &mut parts),
        // Old Linux-PAM puts the module into the tag: `sshd(pam_unix)[77]`.
        None if header.tag.ends_with(b")") => find_shape(&INDEX.pam, message, ending, &mut parts),
        None => find_login_or_other(message, ending, &mut parts),
    }?;
    let (address, user) = match parts.get(Part::Fields) {
        Some(fields) => read_pam_fields(fields),
        None => (parts.get(Part::Address).or_else(|| parts.get(Part::Network).and_then(single_address)), parts.get(Part::User)),
    };
    // Without a socket sshd makes the port up (65535).
    let port = parts.get(Part::Port).filter(|_| address != Some(b"UNKNOWN"));
    Some(Sshd { header, shape, method: parts.get(Part::Method), address, port, user, count })
}

/// The address of a network of one; a wider one is more than the peer.
fn single_address(network: &[u8]) -> Option<&[u8]> {
    split_network(network).filter(|&(_, bits)| bits == 32 || bits == 128).map(|(address, _)| address)
}

/// The message without its level, without the name of the process that sent it to the one that logs, and without what FreeBSD
/// puts before the name of a function.
///
/// **Source:** OpenSSH `log.c` (`do_log`), `monitor.c` (`monitor_read_log`); FreeBSD `ssh_namespace.h`.
fn strip_frame(message: &[u8]) -> &[u8] {
    let message = message
        .strip_suffix(b"auth]")
        .map_or(message, |rest| rest.strip_suffix(b" [pre").or_else(|| rest.strip_suffix(b" [post")).unwrap_or(message));
    let message = message.strip_prefix(b"error: ").or_else(|| message.strip_prefix(b"fatal: ")).unwrap_or(message);
    message.strip_prefix(b"Fssh_").unwrap_or(message)
}

/// What a PAM module says, without the `pam_unix(sshd:auth): `, `pam_krb5[77]: ` or `(pam_unix) ` before it.
fn split_module(message: &[u8]) -> Option<&[u8]> {
    let rest = message.strip_prefix(b"pam_").or_else(|| message.strip_prefix(b"(pam_"))?;
    let space = memchr::memchr(b' ', rest)?;
    let name = rest[..space].strip_suffix(if message[0] == b'(' { b")" } else { b":" })?;
    let is_name = name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b':' | b'(' | b')' | b'[' | b']'));
    is_name.then(|| &rest[space + 1..])
}

/// `message repeated 5 times: [ MESSAGE]`, as rsyslog folds equal messages. **Source:** rsyslog `runtime/ratelimit.c`.
fn unfold_repeats(message: &[u8]) -> Option<(u64, &[u8])> {
    let rest = message.strip_prefix(b"message repeated ")?;
    let digits = rest.iter().position(|b| !b.is_ascii_digit())?;
    let inside = rest[digits..].strip_prefix(b" times: [")?.strip_suffix(b"]")?;
    let count = parse_count(&rest[..digits])?;
    Some((count, inside.strip_prefix(b" ").unwrap_or(inside)))
}

/// How often a message was repeated: at least once.
#[must_use]
pub fn parse_count(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok().filter(|n| (1..=MAX_INTEGER).contains(n))
}

fn find_login_or_other<'a>(message: &'a [u8], ending: Ending, parts: &mut Parts<'a>) -> Option<&'static Shape> {
    let matchers = INDEX.of(message);
    let has_info = || find_info(message).next().is_some();
    // What follows the key is the peer's too, so it must not be read in place of the server's own words.
    if names_account(message) && has_info() {
        let others = matchers.iter().filter(|matcher| !matcher.names_protocol());
        return find_keyed(matchers, message, ending, parts).or_else(|| find_among(others, message, ending, parts));
    }
    let shape = find_shape(matchers, message, ending, parts);
    if shape.is_some() {
        // Of a password's message the words that end it are the server's. A principal, or a comment that was cut off inside
        // spaces which journald then took away, may end in such words too.
        return shape.filter(|_| ending == Ending::Cut || !may_have_info(message) || !has_info());
    }
    find_keyed(matchers, message, ending, parts)
}

/// The shape of a message with a key behind it. Only the messages that say by which protocol a login was tried can have one:
/// in any other, ` ssh2: ` is the peer's own word.
fn find_keyed<'a>(matchers: &[Matcher], message: &'a [u8], ending: Ending, parts: &mut Parts<'a>) -> Option<&'static Shape> {
    let plain = cut_info(message, ending)?;
    find_among(matchers.iter().filter(|matcher| matcher.names_protocol()), plain, Ending::Whole, parts)
}

/// `rhost=ADDRESS` and, behind it, `user=NAME`. PAM writes the name last, so the first `rhost=` is PAM's own; where a module
/// names a remote user before it, it must be the only one.
fn read_pam_fields(fields: &[u8]) -> (Option<&[u8]>, Option<&[u8]>) {
    // Prepared once: that takes longer than the search.
    static RHOST: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new(b" rhost="));
    let Some(at) = RHOST.find(fields) else { return (None, None) };
    let rest = &fields[at + RHOST.needle().len()..];
    if !fields[..at].ends_with(b" ruser=") && RHOST.find(rest).is_some() {
        return (None, None);
    }
    let end = memchr::memchr(b' ', rest).unwrap_or(rest.len());
    let user = rest[end..].strip_prefix(b"  user=").or_else(|| rest[end..].strip_prefix(b" user="));
    (Some(&rest[..end]).filter(|a| !a.is_empty()), user)
}

/// The shapes by the first byte of a message, so that it meets a handful of them instead of all; PAM's own apart.
struct Index {
    plain: Vec<Vec<Matcher>>,
    pam: Vec<Matcher>,
}

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let starting_with = |byte: u8| SHAPES.iter().filter(|shape| shape.pattern.as_bytes()[0] == byte).map(Matcher::new).collect();
    // `{pam}` starts with a brace, as no message of a known shape does.
    let pam = SHAPES.iter().filter(|shape| shape.pattern.starts_with(PAM)).map(Matcher::new).collect();
    Index { plain: (0..=u8::MAX).map(|byte| if byte == b'{' { Vec::new() } else { starting_with(byte) }).collect(), pam }
});

impl Index {
    fn of(&self, message: &[u8]) -> &[Matcher] {
        message.first().map_or(&[], |&byte| &self.plain[usize::from(byte)])
    }
}

fn find_shape<'a>(matchers: &[Matcher], message: &'a [u8], ending: Ending, parts: &mut Parts<'a>) -> Option<&'static Shape> {
    find_among(matchers.iter(), message, ending, parts)
}

fn find_among<'m, 'a>(
    mut matchers: impl Iterator<Item = &'m Matcher>,
    message: &'a [u8],
    ending: Ending,
    parts: &mut Parts<'a>,
) -> Option<&'static Shape> {
    let head = Head::of(message);
    matchers.find_map(|matcher| matcher.read(message, head, ending, parts).map(|()| matcher.shape))
}

#[cfg(test)]
mod tests;

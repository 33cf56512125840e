//! The tag of a syslog line: which program wrote it, under which process id, and where its message starts.
//!
//! A name in a tag is sshd's only in the forms in which OpenSSH, Linux-PAM and systemd write it.

use memchr::{memchr, memchr3, memmem};

use super::format::{Reading, Repeat};
use super::sshd::parse_count;
use crate::net;
use crate::number::{parse_number, split_digits};
use crate::record::MAX_INTEGER;
use crate::time::Stamp;

/// The tags under which OpenSSH's server writes: one program before 9.8, three since.
const SSHD_TAGS: [&[u8]; 3] = [b"sshd", b"sshd-session", b"sshd-auth"];
/// What starts the name of a socket-activated instance, `sshd@0-10.0.0.1:22-192.0.2.1:5`.
const INSTANCE: &[u8] = b"sshd@";

/// A tag of sshd.
#[derive(Debug)]
pub struct Tag<'a> {
    /// The name as logged.
    pub name: &'a [u8],
    /// The process id.
    pub pid: Option<u64>,
    /// What follows.
    pub message: &'a [u8],
}

/// Splits `tag[pid]: message` where the program is sshd; `None` for any other program.
///
/// # Errors
/// What is wrong with the tag.
pub fn split_tag(rest: &[u8]) -> Result<Option<Tag<'_>>, &'static str> {
    if let Some((name, message)) = split_bracketed(rest) {
        return Ok(is_sshd(name).then_some(Tag { name, pid: None, message }));
    }
    let end = if rest.starts_with(INSTANCE) { find_instance_end(rest) } else { memchr3(b'[', b':', b' ', rest) };
    let (name, after) = rest.split_at(end.unwrap_or(rest.len()));
    if name.is_empty() {
        return Err("no program after the host");
    }
    if !is_sshd(name) {
        return Ok(None);
    }
    let (pid, after) = read_pid(after).ok_or("no ']' after the process id")?;
    let after = after.strip_prefix(b":").unwrap_or(after);
    let message = after.strip_prefix(b" ").unwrap_or(after);
    let (pid, message) = if pid.is_none() { split_title(message).unwrap_or((None, message)) } else { (pid, message) };
    Ok(Some(Tag { name, pid, message: split_message_id(message).unwrap_or(message) }))
}

/// Splits `host sshd[pid]: message`, as nearly every line of sshd's starts; `None`: it may be one of sshd's all the same.
#[must_use]
pub fn split_plain(rest: &[u8]) -> Option<(&[u8], Tag<'_>)> {
    let (host, behind) = rest.split_at(net::host_name_len(rest));
    let behind = behind.strip_prefix(b" sshd").filter(|_| !host.is_empty())?;
    let (name_len, behind) = match behind {
        [b'[', behind @ ..] => (b"sshd".len(), behind),
        _ => (b"sshd-session".len(), behind.strip_prefix(b"-session[")?),
    };
    let (pid, digits) = split_digits(behind).filter(|&(pid, _)| pid <= MAX_INTEGER)?;
    let message = behind[digits..].strip_prefix(b"]: ")?;
    let name = &rest[host.len() + 1..][..name_len];
    // A bracket may be Solaris's message id.
    (message.first() != Some(&b'[')).then_some((host, Tag { name, pid: Some(pid), message }))
}

/// Whether sshd writes under `name`: by itself, with a path, as an instance, or as one of its PAM modules.
#[must_use]
pub fn is_sshd(name: &[u8]) -> bool {
    let is_module = |name: &[u8]| name.strip_prefix(b"sshd(").is_some_and(|module| module.starts_with(b"pam_") && module.ends_with(b")"));
    let is_known = |name: &[u8]| SSHD_TAGS.contains(&name) || name.starts_with(INSTANCE) || is_module(name);
    is_known(name) || name.starts_with(b"/") && name.rsplit(|&b| b == b'/').next().is_some_and(|base| SSHD_TAGS.contains(&base))
}

/// The name and the message of `[sshd] message`, as metalog writes it.
fn split_bracketed(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let inside = rest.strip_prefix(b"[")?;
    let end = memchr(b']', inside)?;
    let after = inside[end + 1..].strip_prefix(b":").unwrap_or(&inside[end + 1..]);
    Some((&inside[..end], after.strip_prefix(b" ")?))
}

/// The name of an instance holds colons: it ends before a process id, a colon and a space, or a space.
fn find_instance_end(rest: &[u8]) -> Option<usize> {
    let word = memchr(b' ', rest).unwrap_or(rest.len());
    memchr(b'[', &rest[..word]).or_else(|| rest[..word].strip_suffix(b":").map(<[u8]>::len)).or(Some(word))
}

/// `[123]`, where it stands.
fn read_pid(text: &[u8]) -> Option<(Option<u64>, &[u8])> {
    let Some(inside) = text.strip_prefix(b"[") else { return Some((None, text)) };
    let end = memchr(b']', inside)?;
    Some((Some(parse_pid(&inside[..end])?), &inside[end + 1..]))
}

/// A process id.
#[must_use]
pub fn parse_pid(digits: &[u8]) -> Option<u64> {
    parse_number(digits).filter(|&pid| pid <= MAX_INTEGER)
}

/// The process id and the message behind a process title, `alice [priv][123]: message`, which macOS has in place of a tag.
/// No message of sshd starts so: its second word is not in brackets.
fn split_title(message: &[u8]) -> Option<(Option<u64>, &[u8])> {
    let word = &message[..message.len().min(256)];
    let end = memchr::memchr2(b' ', b'[', word)?;
    let after = &message[end..];
    let after = after.strip_prefix(b" [priv]").or_else(|| after.strip_prefix(b" [net]")).unwrap_or(after);
    let (pid, rest) = read_pid(after)?;
    Some((Some(pid?), rest.strip_prefix(b": ")?))
}

/// What follows the message id of Solaris, `[ID 800047 auth.info] `. **Source:** Solaris `log(7D)`.
fn split_message_id(message: &[u8]) -> Option<&[u8]> {
    let inside = message.strip_prefix(b"[ID ")?;
    let digits = inside.iter().take_while(|b| b.is_ascii_digit()).count();
    let (level, rest) = split_word(inside[digits..].strip_prefix(b" ")?)?;
    is_level(level.strip_suffix(b"]")?).then_some(rest)
}

/// What follows `auth.info `, as busybox writes it before the tag. **Source:** busybox `sysklogd/syslogd.c`.
#[must_use]
pub fn split_level(rest: &[u8]) -> Option<&[u8]> {
    let (level, rest) = split_word(rest)?;
    is_level(level).then_some(rest)
}

/// Whether `text` is a facility and a level of syslog. **Source:** syslog.h.
fn is_level(text: &[u8]) -> bool {
    const FACILITIES: [&[u8]; 20] = [
        b"auth",
        b"authpriv",
        b"security",
        b"daemon",
        b"user",
        b"syslog",
        b"kern",
        b"mail",
        b"cron",
        b"lpr",
        b"news",
        b"uucp",
        b"local0",
        b"local1",
        b"local2",
        b"local3",
        b"local4",
        b"local5",
        b"local6",
        b"local7",
    ];
    const LEVELS: [&[u8]; 11] =
        [b"emerg", b"panic", b"alert", b"crit", b"err", b"error", b"warn", b"warning", b"notice", b"info", b"debug"];
    let Some(dot) = memchr(b'.', text) else { return false };
    FACILITIES.contains(&&text[..dot]) && LEVELS.contains(&&text[dot + 1..])
}

/// The first word, and what stands behind the space that ends it.
#[must_use]
pub fn split_word(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr(b' ', text)?;
    Some((&text[..end], &text[end + 1..]))
}

/// Reads `last message repeated 3 times`, which a syslog daemon writes instead of what it was sent.
///
/// **Source:** 4.3BSD, FreeBSD and sysklogd `syslogd.c`; Apple syslogd, with dashes around it.
#[must_use]
pub fn read_repeat<'a>(time: Option<Stamp<'a>>, host: &'a [u8], text: &[u8]) -> Option<Reading<'a>> {
    // Few lines get further than this.
    if !matches!(text.first(), Some(b'l' | b'-' | b's')) {
        return None;
    }
    let text = match text.strip_prefix(b"syslogd") {
        Some(rest) => &rest[memmem::find(rest, b": ")? + 2..],
        None => text,
    };
    let text = text.strip_prefix(b"--- ").and_then(|rest| rest.strip_suffix(b" ---")).unwrap_or(text);
    let (digits, rest) = split_word(text.strip_prefix(b"last message repeated ")?)?;
    let count = parse_count(digits)?;
    matches!(rest, b"times" | b"time").then_some(Reading::Repeated(Repeat { time, host, count }))
}

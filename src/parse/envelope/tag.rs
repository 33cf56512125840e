//! The tag of a syslog line: which program wrote it, under which process id, and where its message starts.
//!
//! Which names are those of a service is the service's to say.

use memchr::{memchr, memchr2, memchr3, memmem};

use crate::base::net;
use crate::base::number::{parse_number, split_digits};
use crate::base::time::LogTime;
use crate::parse::format::Repeat;
use crate::parse::service;
use crate::parse::service::message::parse_count;
use crate::record::MAX_INTEGER;

/// What starts the name of a socket-activated instance, `sshd@0-10.0.0.1:22-192.0.2.1:5`.
const INSTANCE: &[u8] = b"sshd@";

/// A tag.
#[derive(Debug)]
pub(crate) struct Tag<'a> {
    /// The name as logged.
    pub name: &'a [u8],
    /// The process id.
    pub pid: Option<u64>,
    /// What follows.
    pub message: &'a [u8],
}

/// Splits `tag[pid]: message`. A service's tag must be whole; what another program's is like matters to nobody.
///
/// # Errors
/// What is wrong with the tag.
pub(crate) fn split_tag(rest: &[u8]) -> Result<Tag<'_>, &'static str> {
    if let Some((name, message)) = split_bracketed(rest) {
        return Ok(Tag { name, pid: None, message });
    }
    let end = if rest.starts_with(INSTANCE) { find_instance_end(rest) } else { memchr3(b'[', b':', b' ', rest) };
    let (name, after) = rest.split_at(end.unwrap_or(rest.len()));
    let is_column = || memchr(b'.', name).is_some() && is_level(name);
    if name.is_empty() || name.starts_with(b"\"") || is_column() {
        return Err("no program after the host");
    }
    if service::find(name).is_none() {
        let (pid, after) = read_pid(after).unwrap_or((None, after));
        let after = after.strip_prefix(b":").unwrap_or(after);
        return Ok(Tag { name, pid, message: after.strip_prefix(b" ").unwrap_or(after) });
    }
    let (pid, after) = read_pid(after).ok_or("no ']' after the process id")?;
    let message = after.strip_prefix(b":").unwrap_or(after).trim_ascii_start();
    let named = if pid.is_none() { split_title(message).or_else(|| split_cygwin(message)) } else { None };
    let (pid, message) = named.unwrap_or((pid, message));
    Ok(Tag { name, pid, message: split_message_id(message).or_else(|| split_junos(message)).unwrap_or(message) })
}

/// Splits `host sshd[pid]: message`, as nearly every line of sshd's starts; `None`: it may be one of sshd's all the same.
pub(crate) fn split_plain(rest: &[u8]) -> Option<(&[u8], Tag<'_>)> {
    let (host, behind) = rest.split_at(net::host_name_len(rest));
    let behind = behind.strip_prefix(b" sshd").filter(|_| !host.is_empty())?;
    let (name_len, behind) = match behind {
        [b'[', behind @ ..] => (b"sshd".len(), behind),
        _ => (b"sshd-session".len(), behind.strip_prefix(b"-session[")?),
    };
    let (pid, message) = split_plain_pid(behind)?;
    let name = &rest[host.len() + 1..][..name_len];
    Some((host, Tag { name, pid: Some(pid), message }))
}

/// The process id and the message of `77]: message`; `None`: it may be one all the same.
#[inline]
pub(crate) fn split_plain_pid(rest: &[u8]) -> Option<(u64, &[u8])> {
    let (pid, digits) = split_digits(rest).filter(|&(pid, _)| pid <= MAX_INTEGER)?;
    let message = rest[digits..].strip_prefix(b"]: ")?;
    // A bracket may be Solaris's message id, `%` Junos' priority, an L or an l start what a daemon says of a message before; blanks are none of the message's.
    (!matches!(message.first(), Some(b'[' | b' ' | b'L' | b'l' | b'%'))).then_some((pid, message))
}

/// Splits `host tag[pid]: message` or `host tag: message` of another program than sshd, as nearly every line of a log of all programs
/// starts; `None`: it may be one all the same.
///
/// What it takes [`split_tag`] and what stands before it would take apart in the same way (a test holds that): a host that is no level,
/// a zone or a number, right behind it a tag of letters in which no column hides, and a message that is not the daemon's own.
pub(crate) fn split_other(rest: &[u8]) -> Option<(&[u8], Tag<'_>)> {
    let (host, behind) = rest.split_at(net::host_name_len(rest));
    let behind = behind.strip_prefix(b" ")?;
    let (name, behind) = behind.split_at(behind.iter().position(|byte| !byte.is_ascii_alphanumeric() && !b"-_/".contains(byte))?);
    if !host.first()?.is_ascii_alphabetic() || !name.first()?.is_ascii_alphabetic() || matches!(host, b"UTC" | b"GMT") || is_level(host) {
        return None;
    }
    if name.starts_with(b"sshd") || name.starts_with(b"syslogd") {
        return None;
    }
    let (pid, behind) = match behind {
        [b'[', digits @ ..] => {
            let (pid, len) = split_digits(digits).filter(|&(pid, _)| pid <= MAX_INTEGER)?;
            (Some(pid), digits[len..].strip_prefix(b"]")?)
        }
        _ => (None, behind),
    };
    let message = behind.strip_prefix(b": ")?;
    // A tag of one letter and its colon stand where a day does, behind a month and before the time: that may be the header of a relay.
    let may_be_day = name.len() == 1 && pid.is_none() && message.get(2) == Some(&b':');
    // What a daemon left out is told under the tag of a program.
    (message.first() != Some(&b'L') && !may_be_day).then_some((host, Tag { name, pid, message }))
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
pub(crate) fn parse_pid(digits: &[u8]) -> Option<u64> {
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

/// The process id and the message of `PID 123: message`, as Cygwin's syslog writes them. **Source:** Cygwin `winsup/cygwin/syslog.cc`.
fn split_cygwin(message: &[u8]) -> Option<(Option<u64>, &[u8])> {
    let rest = message.strip_prefix(b"PID ")?;
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    Some((Some(parse_pid(&rest[..digits])?), rest[digits..].strip_prefix(b": ")?))
}

/// What follows the message id of Solaris, `[ID 800047 auth.info] `. **Source:** Solaris `log(7D)`.
fn split_message_id(message: &[u8]) -> Option<&[u8]> {
    let inside = message.strip_prefix(b"[ID ")?;
    let digits = inside.iter().take_while(|b| b.is_ascii_digit()).count();
    let (level, rest) = split_word(inside[digits..].strip_prefix(b" ")?)?;
    is_level(level.strip_suffix(b"]")?).then_some(rest)
}

/// What follows the priority of Junos, `%AUTH-6: ` or `%AUTH-3-`, behind which the name of a message stands.
///
/// **Source:** Junos, System Log Explorer; `explicit-priority`.
fn split_junos(message: &[u8]) -> Option<&[u8]> {
    let inside = message.strip_prefix(b"%")?;
    let letters = inside.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    match inside.get(letters..)? {
        [b'-', b'0'..=b'7', b':', b' ', rest @ ..] | [b'-', b'0'..=b'7', b'-', rest @ ..] if letters > 0 => Some(rest),
        _ => None,
    }
}

/// Whether `text` is a facility and a level of syslog (`auth.info`, `Auth.Info`, `auth|security:info`), or a level alone.
///
/// **Source:** syslog.h; AIX syslogd.
pub(crate) fn is_level(text: &[u8]) -> bool {
    const FACILITIES: [&[u8]; 25] = [
        b"auth",
        b"authpriv",
        b"auth|security",
        b"security",
        b"security/authorization",
        b"system0",
        b"daemon",
        b"user",
        b"syslog",
        b"kern",
        b"kernel",
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
        b"ftp",
    ];
    const LEVELS: [&[u8]; 13] = [
        b"emerg",
        b"panic",
        b"alert",
        b"crit",
        b"critical",
        b"err",
        b"error",
        b"warn",
        b"warning",
        b"notice",
        b"info",
        b"informational",
        b"debug",
    ];
    let is_in = |names: &[&[u8]], word: &[u8]| names.iter().any(|name| name.eq_ignore_ascii_case(word));
    match memchr2(b'.', b':', text) {
        Some(at) => is_in(&FACILITIES, &text[..at]) && is_in(&LEVELS, &text[at + 1..]),
        None => text.len() <= 13 && is_in(&LEVELS, text),
    }
}

/// The first word, and what stands behind the space that ends it.
pub(crate) fn split_word(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr(b' ', text)?;
    Some((&text[..end], &text[end + 1..]))
}

/// Reads `last message repeated 3 times`, which a syslog daemon writes instead of what it was sent.
///
/// **Source:** 4.3BSD, FreeBSD and sysklogd `syslogd.c`; Apple syslogd, with dashes around it.
pub(crate) fn read_repeat<'a>(time: Option<LogTime<'a>>, host: &'a [u8], text: &[u8]) -> Option<Repeat<'a>> {
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
    matches!(rest, b"times" | b"time").then_some(Repeat { time, host, count, start: b"", tag: None })
}

/// Reads `Last message 'Failed password for ' repeated 3 times, suppressed by syslog-ng on gate`, which syslog-ng writes under the tag of
/// the program whose message it left out; of that it shows 20 characters.
///
/// **Source:** syslog-ng `lib/logwriter.c` (`log_writer_emit_suppress_summary`).
pub(crate) fn read_suppressed<'a>(time: Option<LogTime<'a>>, host: &'a [u8], message: &'a [u8]) -> Option<Repeat<'a>> {
    let rest = message.strip_prefix(b"Last message '")?;
    let end = memmem::rfind(rest, b"' repeated ")?;
    let (digits, rest) = split_word(&rest[end + b"' repeated ".len()..]).map(|(digits, behind)| (digits, (&rest[..end], behind)))?;
    let (start, behind) = rest;
    let is_own = behind.strip_prefix(b"times, suppressed by syslog-ng on ").is_some_and(|host| !host.is_empty());
    let count = parse_count(digits).filter(|_| is_own && !start.is_empty())?;
    Some(Repeat { time, host, count, start, tag: None })
}

/// Reads `last message repeated 3 times` under the tag of the message that came again, as rsyslog wrote it before version 6. Only under the
/// name of a service whose messages never start with what a client sent.
///
/// **Source:** rsyslog 3 to 5 `tools/syslogd.c`, `action.c` (`actionWriteToAction`): a copy of the message with another text.
pub(crate) fn read_repeated_under_tag<'a>(time: Option<LogTime<'a>>, host: &'a [u8], tag: &Tag<'a>) -> Option<Repeat<'a>> {
    if !tag.message.starts_with(b"last ") || service::find(tag.name).is_none() {
        return None;
    }
    read_repeat(time, host, tag.message).map(|repeat| Repeat { tag: Some((tag.name, tag.pid)), ..repeat })
}

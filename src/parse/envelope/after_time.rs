//! What stands behind the time of a syslog line: ` host tag[pid]: message`, and what daemons and relays put between.
//!
//! The message is cut at the first tag, so nothing that a program was made to write later in the line can pose as another program. Where
//! a word may be a host or a program, it is the program: no text of one program is ever read as another's header.

use memchr::{memchr, memchr2};

use crate::base::net;
use crate::base::time::{LogTime, starts_like_rfc3164};
use crate::parse::envelope::format::{Content, Envelope};
use crate::parse::envelope::rfc5424::split_fields;
use crate::parse::envelope::syslog::priority_len;
use crate::parse::envelope::tag::{
    is_level, read_repeat, read_repeated_under_tag, read_suppressed, split_other, split_plain, split_tag, split_word,
};
use crate::parse::format::{Header, Mismatch};
use crate::parse::service;
use crate::parse::service::sshd::LengthLimit;

/// Reads ` host tag[pid]: message`; `at` is how much of the line fitted.
pub(crate) fn read_after_time<'a>(time: LogTime<'a>, rest: &'a [u8], at: usize) -> Result<Envelope<'a>, Mismatch> {
    let mismatch = |reason| Mismatch { at, reason };
    let rest = rest.strip_prefix(b" ").or_else(|| rest.strip_prefix(b"\t")).ok_or(mismatch("no space after the time"))?;
    let header = |host, program, pid| Header { time: Some(time), host, program, pid };
    if let Some((host, tag)) = split_plain(rest).or_else(|| split_other(rest)) {
        return Ok(Envelope::new(header(host, tag.name, tag.pid), Content::Message(tag.message)));
    }
    read_columns(time, rest, at)
}

/// The same of any line, `host tag[pid]: message` with what may stand between.
fn read_columns<'a>(time: LogTime<'a>, rest: &'a [u8], at: usize) -> Result<Envelope<'a>, Mismatch> {
    let mismatch = |reason| Mismatch { at, reason };
    let header = |host, program, pid| Header { time: Some(time), host, program, pid };
    let rest = skip_level_of_bsd(rest.trim_ascii_start());
    let rest = skip_zone(rest);
    let whole = |host, content| Ok(Envelope::new(header(host, b"", None), content));
    // A relay that names nobody, or that took the sender's time for a host.
    if is_header(rest) {
        return whole(b"", Content::Line(rest));
    }
    if starts_like_request(rest) {
        return whole(b"", Content::Message(rest));
    }
    if let Some((agent, line)) = split_archived(rest) {
        return whole(agent, Content::Line(line));
    }
    if let Some(repeat) = read_repeat(Some(time), b"", rest) {
        return whole(b"", Content::Repeat(repeat));
    }
    // Some relays write the level in a column of its own, before the host or behind it.
    let (rest, mut is_of_busybox) = skip_level(rest);
    let (host, rest) = split_forwarded(rest).or_else(|| split_host(rest, is_of_busybox)).ok_or(mismatch("no host after the time"))?;
    let rest = skip_device(rest);
    if let Some(repeat) = read_repeat(Some(time), host, rest) {
        return whole(host, Content::Repeat(repeat));
    }
    if is_header(rest) || starts_like_apache_error(rest) {
        return whole(host, Content::Line(rest));
    }
    let (rest, has_level) = skip_level(rest);
    is_of_busybox |= has_level;
    // No program is called by an address: what stands there is a request without a tag, or a line of a load balancer.
    let word = split_word(rest).map_or(rest, |(word, _)| word);
    if is_address(word) {
        return whole(host, Content::Message(rest));
    }
    if is_address_with_port(word) {
        return Err(mismatch("no program after the host"));
    }
    // Of a request that three dashes precede nobody knows whether they are its own.
    let fields = split_fields(rest).filter(|(_, pid, message)| pid.is_some() || find_request_time(message).is_none());
    if let Some((name, pid, message)) = fields {
        let repeat = if name == b"syslogd" { read_repeat(Some(time), host, message) } else { None };
        let content = repeat.map_or(Content::Message(message), Content::Repeat);
        return Ok(Envelope::new(header(host, name, pid), content));
    }
    if is_address(host) && rest.starts_with(b"- ") && find_request_time(rest).is_some() {
        return Err(mismatch("an address and '-' behind the time: a machine without a tag, or a client whose user may hold anything"));
    }
    let tag = split_tag(rest).map_err(mismatch)?;
    if let Some(repeat) = read_suppressed(Some(time), host, tag.message).or_else(|| read_repeated_under_tag(Some(time), host, &tag)) {
        return whole(host, Content::Repeat(repeat));
    }
    let limit = if is_of_busybox { LengthLimit::of_busybox(rest.len() - tag.message.len()) } else { LengthLimit::SSHD };
    Ok(Envelope { limit, ..Envelope::new(header(host, tag.name, tag.pid), Content::Message(tag.message)) })
}

/// The host, where there is one, and what stands behind it.
fn split_host(rest: &[u8], has_level: bool) -> Option<(&[u8], &[u8])> {
    let Some((word, behind)) = split_column(rest).filter(|(word, _)| !word.is_empty()) else {
        return if has_level && !rest.is_empty() { Some((b"", rest)) } else { None };
    };
    if !is_host(word, behind) {
        return Some((&rest[..0], rest));
    }
    let behind = behind.trim_ascii_start();
    // A relay may write the host once more: as it is, short or long, or its address.
    let is_again = |again: &[u8], more| is_host(again, more) && (is_same_host(word, again) || is_address(again) && is_service(more));
    let again = split_word(behind).filter(|(again, more)| is_again(again, more));
    Some((word, again.map_or(behind, |(_, more)| more.trim_ascii_start())))
}

/// Whether the word after the time is the host. Some relays leave the host out; a tag in its place ends in a colon or has a
/// process id, as no host does.
fn is_host(word: &[u8], behind: &[u8]) -> bool {
    match word.last() {
        Some(b':') => is_address(word) || is_device(word),
        _ if word.starts_with(b"[") => is_bracketed_host(word, behind),
        _ => memchr(b'[', word).is_none() && !word.starts_with(b"\""),
    }
}

/// Whether `[word]` is a host. A program that metalog writes stands in brackets too, so a name is a host's only where it has a domain,
/// and a service with its process id stands behind it.
fn is_bracketed_host(word: &[u8], behind: &[u8]) -> bool {
    let Some(inside) = word[1..].strip_suffix(b"]") else { return false };
    if is_address(inside) {
        return true;
    }
    let label = inside.rsplit(|&byte| byte == b'.').next().unwrap_or_default();
    let is_name = inside == b"localhost" || label.len() < inside.len() && label.len() >= 2 && label.iter().all(u8::is_ascii_alphabetic);
    is_name && net::is_host_name(inside) && is_service(behind)
}

/// Whether `again` is the host of `first`: the same, or the one with its domain.
fn is_same_host(first: &[u8], again: &[u8]) -> bool {
    let is_longer = |long: &[u8], short: &[u8]| long.strip_prefix(short).is_some_and(|rest| rest.starts_with(b"."));
    first == again || !is_address(first) && !is_address(again) && (is_longer(first, again) || is_longer(again, first))
}

fn is_address(word: &[u8]) -> bool {
    net::parse_address(word).is_some()
}

/// Whether the tag of a service with its process id stands here.
fn is_service(rest: &[u8]) -> bool {
    split_tag(rest).is_ok_and(|tag| tag.pid.is_some() && service::find(tag.name).is_some())
}

/// The first word, which a space or a tab ends.
fn split_column(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr2(b' ', b'\t', rest)?;
    Some((&rest[..end], &rest[end + 1..]))
}

/// Whether another header starts here, as where a relay wrote its own before it.
pub(crate) fn is_header(rest: &[u8]) -> bool {
    let rest = &rest[priority_len(rest)..];
    let rest = skip_original(rest).unwrap_or(rest);
    let is_full = |text: &[u8]| matches!(text, [y, _, _, _, b'-', _, _, b'-', _, _, b'T', _, _, b':', ..] if y.is_ascii_digit());
    starts_like_rfc3164(rest) || is_full(rest) || rest.strip_prefix(b"1 ").is_some_and(is_full)
}

/// What follows `Original Address=192.0.2.7 `, which a relay writes between the priority and the time of what it passes on.
///
/// **Source:** `SolarWinds` Kiwi Syslog Server, retaining the original source address of a forwarded message.
pub(crate) fn skip_original(rest: &[u8]) -> Option<&[u8]> {
    let (address, behind) = split_word(rest.strip_prefix(b"Original Address=")?)?;
    is_address(address).then_some(behind)
}

/// Whether an access line starts here: an address, with its port or without, then `- `, a user of one word that is no address, and a time in brackets, or that
/// time alone. Before it the time of who passed it on stands, and no host (`aws logs tail`, pm2, s6-log, `ts`, a template of rsyslog's of the time and the
/// message). Any other user could be the machine's words behind a tag `-`, and those of a machine a user.
pub(crate) fn starts_like_request(rest: &[u8]) -> bool {
    let Some((word, behind)) = split_word(rest).filter(|(word, _)| !word.is_empty()) else { return false };
    let has_time = match behind {
        [b'[', ..] => starts_with_request_time(behind),
        [b'-', b' ', user @ ..] => {
            split_word(user).is_some_and(|(user, time)| !user.is_empty() && !is_address_with_port(user) && starts_with_request_time(time))
        }
        _ => return false,
    };
    has_time && is_address_with_port(word)
}

/// Whether a word is an address, with a port or without.
fn is_address_with_port(word: &[u8]) -> bool {
    is_address(word) || net::split_port(word).is_some_and(|(host, _)| is_address(net::strip_brackets(host)))
}

/// Whether `[10/Oct/2024:` starts here.
fn starts_with_request_time(text: &[u8]) -> bool {
    matches!(text, [b'[', _, d, b'/', _, _, _, b'/', y, _, _, _, b':', ..] if d.is_ascii_digit() && y.is_ascii_digit())
}

/// Where such a time stands behind a blank.
fn find_request_time(text: &[u8]) -> Option<usize> {
    memchr::memmem::find_iter(text, b" [").map(|at| at + 1).find(|&at| starts_with_request_time(&text[at..]))
}

/// The agent and the line of `(agent) 192.0.2.7->/var/log/auth.log Jan  2 03:04:05 ...`, as the archive of OSSEC and Wazuh has what its agents read.
///
/// **Source:** OSSEC `analysisd/output/log.c` (`OS_Store`); Wazuh, archives.log.
fn split_archived(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let (agent, behind) = split_word(rest.strip_prefix(b"(")?)?;
    let (place, line) = split_word(behind)?;
    memchr::memmem::find(place, b"->").map(|_| (agent.strip_suffix(b")").unwrap_or(agent), line))
}

/// The host and the rest of `Message forwarded from host: tag[pid]: message`. **Source:** AIX syslogd.
fn split_forwarded(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let (host, behind) = split_word(rest.strip_prefix(b"Message forwarded from ")?)?;
    Some((host.strip_suffix(b":")?, behind))
}

/// What follows `788a20000000,UAP-AC-Pro-6.5.28+14491: ` or `U7PG2,788a20000000,v4.3.20.11298: `, as devices of `UniFi` call themselves before the tag.
fn skip_device(rest: &[u8]) -> &[u8] {
    split_word(rest).filter(|(word, _)| is_device(word)).map_or(rest, |(_, behind)| behind)
}

/// Whether a word is a device's hardware address beside its model, with a colon at the end. **Source:** Ubiquiti `UniFi`, remote logging.
fn is_device(word: &[u8]) -> bool {
    let is_hardware = |part: &[u8]| part.len() == 12 && part.iter().all(u8::is_ascii_hexdigit);
    let parts = || word.split(|&byte| byte == b',');
    word.ends_with(b":") && parts().count() > 1 && parts().any(is_hardware)
}

/// Whether a line of Apache's error log starts here, which Synology's syslog keeps without a tag.
fn starts_like_apache_error(rest: &[u8]) -> bool {
    rest.first() == Some(&b'[') && rest.get(4) == Some(&b' ') && rest.get(5..).is_some_and(starts_like_rfc3164)
}

/// What follows `UTC ` or `GMT `, which some devices write behind their times; any other zone is one that `--tz` names.
fn skip_zone(rest: &[u8]) -> &[u8] {
    rest.strip_prefix(b"UTC ").or_else(|| rest.strip_prefix(b"GMT ")).unwrap_or(rest)
}

/// What follows `<auth.info> ` or `<4.6> `. **Source:** FreeBSD syslogd(8), `-v`.
fn skip_level_of_bsd(rest: &[u8]) -> &[u8] {
    let inside = rest.strip_prefix(b"<").and_then(|inside| Some((inside, memchr(b'>', inside)?)));
    match inside {
        Some((inside, end)) if inside[..end].iter().all(|b| b.is_ascii_alphanumeric() || *b == b'.') => {
            inside[end + 1..].strip_prefix(b" ").unwrap_or(rest)
        }
        _ => rest,
    }
}

/// What follows `auth.info `, `Auth.Info `, `[auth.info] `, `auth|security:info ` or `info ` before a tag, and whether it stood there.
///
/// **Source:** busybox `sysklogd/syslogd.c`; `OpenWrt` logread; AIX syslogd; Kiwi Syslog; rsyslog `%syslogseverity-text%`.
fn skip_level(rest: &[u8]) -> (&[u8], bool) {
    let found = split_column(rest).filter(|(word, _)| {
        let word = word.strip_prefix(b"[").and_then(|word| word.strip_suffix(b"]")).unwrap_or(word);
        is_level(word)
    });
    found.map_or((rest, false), |(_, behind)| (behind.trim_ascii_start(), true))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WORDS: &[&str] = &[
        "lab",
        "a",
        "1",
        "UTC",
        "GMT",
        "info",
        "auth.info",
        "mail",
        "Mar",
        "d\u{e9}c.",
        "2024-10-01T00:00:00Z",
        "192.0.2.1",
        "::1",
        "[lab]",
        "cron",
        "CRON",
        "kernel",
        "syslogd",
        "sshd",
        "last",
        "message",
        "repeated",
        "3",
        "times",
        "12:34:56",
        "10",
        "auth:info",
        "/usr/sbin/cron",
        "postfix/smtpd",
        "x-y_z",
        "lab.example",
        "sshd-session",
        "1 2024",
        "%AUTH-6",
        "PID",
        "alice",
        "[priv]",
        "---",
        "Last",
        "debug",
    ];
    const ENDS: &[&str] = &[
        " ",
        " ",
        " ",
        " ",
        " ",
        ": ",
        ": ",
        ": ",
        "[7]: ",
        "[7]: ",
        "[7]: ",
        "[7] ",
        ":",
        "[",
        "]: ",
        "[99999999999999999999]: ",
        "[a]: ",
        "  ",
        "\t",
        ".",
        "@",
        "",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4000, ..ProptestConfig::default() })]
        #[test]
        fn a_plain_line_is_what_it_would_be_if_it_were_taken_apart_word_by_word(
            parts in proptest::collection::vec((prop::sample::select(WORDS), prop::sample::select(ENDS)), 1..6), end in ".{0,3}",
        ) {
            let line = parts.iter().flat_map(|(word, end)| [*word, *end]).chain([&*end]).collect::<String>();
            let time = LogTime { seconds: 0, fraction: "" };
            if let Some((host, tag)) = split_other(line.as_bytes()) {
                let Ok(Envelope { header, content: Content::Message(message), .. }) = read_columns(time, line.as_bytes(), 0) else {
                    return Err(TestCaseError::fail(line));
                };
                prop_assert_eq!((header.host, header.program, header.pid, message), (host, tag.name, tag.pid, tag.message), "{}", line);
            }
        }
    }

    #[test]
    fn lines_of_other_programs_are_plain() {
        for line in
            ["lab CRON[7]: x", "lab kernel: [1.5] x", "lab sudo:    alice", "web-1.example postfix/smtpd[7]: x", "lab x: ", "lab x_y[1]: "]
        {
            assert!(split_other(line.as_bytes()).is_some(), "{line}");
        }
        // A header may start with the day of a month.
        assert!(split_other(b"Mar a: 12:34:56 x").is_none());
    }
}

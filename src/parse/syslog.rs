//! Syslog lines as files hold them: a time, a host, a tag, then the program's own message.
//!
//! Only messages of sshd are read further; those of other programs are fine, and nothing more. The message is cut at the
//! first tag, so nothing that a program was made to write later in the line can pose as another program.

use memchr::memchr;

use super::format::{Format, Misfit, Reading};
use super::sshd::{self, Header};
use crate::time::{Clock, RFC3164_LEN, Stamp};

/// The tags under which OpenSSH's server writes: one program before 9.8, three since.
pub const SSHD_TAGS: [&[u8]; 3] = [b"sshd", b"sshd-session", b"sshd-auth"];

/// `Dec 10 06:55:46 host tag[pid]: message`.
pub const RFC3164: Format = Format {
    name: "syslog_rfc3164",
    about: "sshd in syslog with a time without a year (auth.log, secure)",
    source: "RFC 3164 section 4.1; rsyslog RSYSLOG_TraditionalFileFormat",
    example: (
        "Dec 10 06:55:48 lab sshd[24200]: Failed password for invalid user webmaster from 192.0.2.10 port 38926 ssh2",
        r#"{"schema":"soar.event/1","@timestamp":"2015-12-10T06:55:48Z","event":{"dataset":"sshd.auth","action":"ssh_login","outcome":"failure"},"source":{"ip":"192.0.2.10","port":38926},"user":{"name":"webmaster"},"host":{"hostname":"lab"},"process":{"name":"sshd","pid":24200},"log":{"file":{"path":"example"},"line":1},"tags":["ssh_failed"]}"#,
    ),
    read: |line, _, clock| read_rfc3164(line, clock),
};

/// `2024-01-02T03:04:05.678901+01:00 host tag[pid]: message`.
pub const RFC3339: Format = Format {
    name: "syslog_rfc3339",
    about: "sshd in syslog with a full time (Debian 12 and later, Ubuntu 24.04 and later)",
    source: "RFC 3339; rsyslog RSYSLOG_FileFormat",
    example: (
        "2024-01-02T03:04:05.678901+01:00 lab sshd-session[77]: Accepted publickey for alice from 2001:db8::7 port 50022 ssh2: ED25519 SHA256:abc",
        r#"{"schema":"soar.event/1","@timestamp":"2024-01-02T02:04:05.678901Z","event":{"dataset":"sshd.auth","action":"ssh_login","outcome":"success"},"source":{"ip":"2001:db8::7","port":50022},"user":{"name":"alice"},"host":{"hostname":"lab"},"process":{"name":"sshd-session","pid":77},"log":{"file":{"path":"example"},"line":1},"tags":["ssh_accepted"]}"#,
    ),
    read: |line, _, clock| read_rfc3339(line, clock),
};

fn read_rfc3164<'a>(line: &'a [u8], clock: &mut Clock) -> Result<Reading<'a>, Misfit> {
    let (time, rest) = line.split_at_checked(RFC3164_LEN).ok_or(Misfit { at: 0, reason: "no time at the start" })?;
    let seconds = clock.parse_rfc3164(time).map_err(|reason| Misfit { at: fitted_date(time), reason })?;
    read_after_time(Stamp { seconds, fraction: "" }, rest, RFC3164_LEN)
}

/// How much of an impossible date looked like one: all of it where only the calendar disagrees.
fn fitted_date(time: &[u8]) -> usize {
    if time[9] == b':' && time[12] == b':' { RFC3164_LEN } else { 0 }
}

fn read_rfc3339<'a>(line: &'a [u8], clock: &mut Clock) -> Result<Reading<'a>, Misfit> {
    let end = memchr(b' ', line)
        .filter(|&end| end > 10 && line[10].eq_ignore_ascii_case(&b'T'))
        .ok_or(Misfit { at: 0, reason: "no time at the start" })?;
    let time = clock.parse_rfc3339(&line[..end]).map_err(|reason| Misfit { at: 10, reason })?;
    read_after_time(time, &line[end..], end)
}

/// Reads ` host tag[pid]: message`.
fn read_after_time<'a>(time: Stamp<'a>, rest: &'a [u8], at: usize) -> Result<Reading<'a>, Misfit> {
    let misfit = |reason| Misfit { at, reason };
    let rest = rest.strip_prefix(b" ").ok_or(misfit("no space after the time"))?;
    let host_end = memchr(b' ', rest).filter(|&end| end > 0).ok_or(misfit("no host after the time"))?;
    // Some relays leave the host out; a tag in its place ends in a colon, which no host does.
    let has_host = rest[host_end - 1] != b':';
    let (host, rest) = if has_host { (&rest[..host_end], &rest[host_end + 1..]) } else { (&rest[..0], rest) };
    let tag_end = rest.iter().position(|b| matches!(b, b'[' | b':' | b' ')).unwrap_or(rest.len());
    let tag = &rest[..tag_end];
    if tag.is_empty() {
        return Err(misfit("no program after the host"));
    }
    if !SSHD_TAGS.contains(&tag) {
        return Ok(Reading::OtherProgram);
    }
    let (pid, rest) = read_pid(&rest[tag_end..]).ok_or(misfit("no ']' after the process id"))?;
    let rest = rest.strip_prefix(b":").unwrap_or(rest);
    let message = rest.strip_prefix(b" ").unwrap_or(rest);
    Ok(sshd::read_message(Header { time, host, tag, pid }, message).map_or(Reading::UnknownSshd, Reading::Sshd))
}

/// `[123]`, where it stands.
fn read_pid(text: &[u8]) -> Option<(Option<u64>, &[u8])> {
    let Some(inside) = text.strip_prefix(b"[") else { return Some((None, text)) };
    let end = memchr(b']', inside)?;
    let pid = std::str::from_utf8(&inside[..end]).ok()?.parse().ok()?;
    Some((Some(pid), &inside[end + 1..]))
}

//! What the loggers of runit and daemontools write: a stamp, and what socklog was sent.
//!
//! Behind a stamp alone stands the output of any program. What begins with a facility and a level is socklog's, which is as trusted as
//! who may write to the folder of that log.

use memchr::memmem;

use crate::base::net;
use crate::base::time::{Clock, LogTime};
use crate::parse::envelope::format::{Content, Envelope, EnvelopeFormat};
use crate::parse::envelope::tag::is_level;
use crate::parse::envelope::trust::{Doubt, Trust};
use crate::parse::format::{Arena, FormatKind, Header, Mismatch};

/// `2026-11-29T04:15:43.69516 auth.info: Nov 29 04:15:43 sshd[77]: message`.
pub(crate) const SVLOGD: EnvelopeFormat = EnvelopeFormat {
    name: "svlogd",
    kind: FormatKind::BehindTime,
    about: "syslog of socklog, with or without the stamp of svlogd (-t, -tt, -ttt) or multilog; requests behind such a stamp",
    source: "socklog(8), svlogd(8), multilog(8); cr.yp.to/libtai/tai64.html",
    example: (
        "2026-11-29T04:15:43.69516 auth.info: Nov 29 04:15:43 sshd[77]: Failed password for root from 192.0.2.9 port 4711 ssh2",
        r#"{"schema":"soar.event/1","@timestamp":"2015-11-29T04:15:43Z","event":{"dataset":"sshd.auth","action":"ssh_login","outcome":"failure"},"source":{"ip":"192.0.2.9","port":4711},"user":{"name":"root"},"process":{"name":"sshd","pid":77},"log":{"file":{"path":"example"},"line":1},"tags":["ssh_failed"],"soar":{"method":"password"}}"#,
    ),
    open: |line, arena, clock| open(line.text, arena, clock),
};

const NO_STAMP: Mismatch = Mismatch { at: 0, reason: "no stamp of svlogd" };
/// How many seconds TAI64 counts up to 1970.
const TAI_EPOCH: u64 = 1 << 62;
/// By how much TAI was ahead of UTC in 1970, which libtai's clock without leap seconds keeps.
///
/// **Source:** libtai `tai_now.c`; runit `fmt_ptime.c`.
const TAI_OFFSET: u64 = 10;

fn open<'a>(line: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> Result<Envelope<'a>, Mismatch> {
    if let Some(inside) = split_socklog(line) {
        return Ok(Envelope::new(Header::default(), Content::Line(inside)));
    }
    let (time, kind, rest) = split_stamp(line, arena, clock)?;
    let header = Header { time: Some(time), ..Header::default() };
    match (split_socklog(rest), kind) {
        (Some(inside), _) => Ok(Envelope::new(header, Content::Line(inside))),
        // This stamp is also how lines of other programs begin.
        (None, Stamp::LikeOthers) => Err(NO_STAMP),
        (None, Stamp::Own) => Ok(Envelope { trust: Trust::Doubted(Doubt::Application), ..Envelope::new(header, Content::Output(rest)) }),
    }
}

/// How sure it is that a stamp is of a logger of this family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stamp {
    Own,
    LikeOthers,
}

/// What follows `auth.info: `, with or without the address before it that socklog puts there for what came by network.
fn split_socklog(text: &[u8]) -> Option<&[u8]> {
    let near = &text[..text.len().min(80)];
    let mut end = memmem::find(near, b": ")?;
    let mut start = 0;
    if net::parse_address(&text[..end]).is_some() {
        start = end + 2;
        end = start + memmem::find(&near[start..], b": ")?;
    }
    let level = &text[start..end];
    (memchr::memchr(b'.', level).is_some() && is_level(level)).then(|| &text[end + 2..])
}

/// The stamp at the start of a line, and what stands behind it.
fn split_stamp<'a>(line: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> Result<(LogTime<'a>, Stamp, &'a [u8]), Mismatch> {
    let end = memchr::memchr(b' ', &line[..line.len().min(40)]).ok_or(NO_STAMP)?;
    let (stamp, rest) = (&line[..end], &line[end + 1..]);
    if let Some(digits) = stamp.strip_prefix(b"@") {
        return Ok((parse_tai(digits, arena).ok_or(NO_STAMP)?, Stamp::Own, rest));
    }
    let (digits, kind) = match stamp.get(10) {
        Some(b'_') => (5, Stamp::Own),
        Some(b'T') => (5, Stamp::LikeOthers),
        _ => return Err(NO_STAMP),
    };
    let fraction = stamp.get(19..).and_then(|fraction| fraction.strip_prefix(b".")).ok_or(NO_STAMP)?;
    if fraction.len() != digits || !fraction.iter().all(u8::is_ascii_digit) {
        return Err(NO_STAMP);
    }
    // svlogd writes in UTC.
    let text = arena.join(&[&stamp[..10], b"T", &stamp[11..], b"Z"]);
    let time = clock.parse_rfc3339(text).map_err(|reason| Mismatch { at: 10, reason })?;
    Ok((time, kind, rest))
}

/// `4000000065870c8a14d2a7c8`: seconds and nanoseconds of TAI64N.
fn parse_tai<'a>(digits: &[u8], arena: &'a Arena) -> Option<LogTime<'a>> {
    let digits = std::str::from_utf8(digits).ok().filter(|digits| digits.len() == 24 && digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let seconds = u64::from_str_radix(&digits[..16], 16).ok()?.checked_sub(TAI_EPOCH + TAI_OFFSET)?;
    let nanos = u32::from_str_radix(&digits[16..], 16).ok().filter(|&nanos| nanos < 1_000_000_000)?;
    // The end of the year 9999.
    let seconds = i64::try_from(seconds).ok().filter(|&seconds| seconds <= 253_402_300_799)?;
    let fraction = std::str::from_utf8(arena.keep(format!("{nanos:09}").as_bytes())).ok()?;
    Some(LogTime { seconds, fraction })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_are_read_and_what_is_behind_them_is_socklogs_or_anybodys() {
        let mut clock = Clock::new("UTC", Some(2015)).expect("UTC is known");
        let arena = Arena::default();
        let mut read = |line: &'static str| match open(line.as_bytes(), &arena, &mut clock) {
            Ok(Envelope { header, content, trust, .. }) => {
                let (kind, inside) = match content {
                    Content::Line(line) => ("line", line),
                    Content::Output(line) => ("output", line),
                    _ => ("", &b""[..]),
                };
                let time = header.time.map_or("-".to_owned(), |time| time.to_string());
                format!("{time} {kind} [{}] {}", String::from_utf8_lossy(inside), trust.name())
            }
            Err(mismatch) => mismatch.reason.to_owned(),
        };
        for (line, shown) in [
            ("auth.info: x", "- line [x] syslog file"),
            ("192.0.2.1: auth.info: x", "- line [x] syslog file"),
            ("2026-11-29T04:15:43.69516 auth.info: x", "2026-11-29T04:15:43.69516Z line [x] syslog file"),
            ("2026-11-29_04:15:43.69516 auth.info: x", "2026-11-29T04:15:43.69516Z line [x] syslog file"),
            ("2026-11-29_04:15:43.69516 any: x", "2026-11-29T04:15:43.69516Z output [any: x] application"),
            ("2026-11-29T04:15:43.69516 any: x", "no stamp of svlogd"),
            ("@4000000065870c8a14d2a7c8 x", "2023-12-23T16:36:16.349349832Z output [x] application"),
            ("@4000000065870c8a14d2a7c8 192.0.2.1: auth.info: x", "2023-12-23T16:36:16.349349832Z line [x] syslog file"),
            ("@4000000065870c8aff000000 x", "no stamp of svlogd"),
            ("@400000 x", "no stamp of svlogd"),
            ("info: x", "no stamp of svlogd"),
            ("192.0.2.1: x", "no stamp of svlogd"),
        ] {
            assert_eq!(read(line), shown, "{line}");
        }
    }
}

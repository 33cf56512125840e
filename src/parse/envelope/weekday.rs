//! Headers that begin with a weekday: `OpenWrt`'s logread, and `journalctl -o short-full` and `-o with-unit`.

use crate::base::time::{Clock, LogTime, month_number};
use crate::parse::envelope::after_time::read_after_time;
use crate::parse::envelope::format::{Content, Envelope, EnvelopeFormat};
use crate::parse::envelope::syslog::parse_with_year;
use crate::parse::envelope::tag::{is_level, parse_pid, split_word};
use crate::parse::format::{Arena, FormatKind, Header, Mismatch};
use crate::parse::service::SERVICES;

/// `Mon Sep 18 05:56:48 2017 auth.info sshd[77]: message`.
pub(crate) const LOGREAD: EnvelopeFormat = EnvelopeFormat {
    name: "logread",
    kind: FormatKind::Text,
    about: "syslog with a weekday and a year around the time (OpenWrt's logread)",
    source: "OpenWrt ubox log/logread.c",
    example: (
        "Mon Sep 18 05:56:48 2017 auth.info sshd[77]: Failed password for root from 192.0.2.10 port 43422 ssh2",
        r#"{"schema":"soar.event/1","@timestamp":"2017-09-18T05:56:48Z","event":{"dataset":"sshd.auth","action":"ssh_login","outcome":"failure"},"source":{"ip":"192.0.2.10","port":43422},"user":{"name":"root"},"process":{"name":"sshd","pid":77},"log":{"file":{"path":"example"},"line":1},"tags":["ssh_failed"],"soar":{"method":"password"}}"#,
    ),
    open: |line, _, clock| open_logread(line.text, clock),
};

/// `Mon 2017-09-18 05:56:48 UTC host sshd[77]: message`.
pub(crate) const SHORT_FULL: EnvelopeFormat = EnvelopeFormat {
    name: "journal_short_full",
    kind: FormatKind::Text,
    about: "journalctl -o short-full, and -o with-unit, where the unit stands in place of the program",
    source: "systemd src/shared/logs-show.c (output_short)",
    example: (
        "Mon 2017-09-18 05:56:48 UTC lab ssh.service[77]: Failed password for root from 192.0.2.10 port 43422 ssh2",
        r#"{"schema":"soar.event/1","@timestamp":"2017-09-18T05:56:48Z","event":{"dataset":"sshd.auth","action":"ssh_login","outcome":"failure"},"source":{"ip":"192.0.2.10","port":43422},"user":{"name":"root"},"host":{"hostname":"lab"},"process":{"name":"sshd","pid":77},"log":{"file":{"path":"example"},"line":1},"tags":["ssh_failed"],"soar":{"method":"password"}}"#,
    ),
    open: |line, arena, clock| open_short_full(line.text, arena, clock),
};

const NO_TIME: Mismatch = Mismatch { at: 0, reason: "no time at the start" };
/// The longest name of a weekday in any language, in bytes.
const LONGEST_DAY: usize = 24;

/// Whether a line starts with a weekday and a date.
pub(crate) fn starts_with_weekday(line: &[u8]) -> bool {
    split_ctime(line).is_some() || split_date(line).is_some()
}

/// The time without its year, the year, and what follows, of `Mon Sep 18 05:56:48 2017 ...`.
fn split_ctime(line: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let [a, b, c, b' ', rest @ ..] = line else { return None };
    let is_word = [a, b, c].iter().all(|byte| byte.is_ascii_alphabetic());
    let [time @ .., b' ', _, _, _, _, b' '] = rest.get(..21)? else { return None };
    let year = &rest[16..20];
    let is_date = month_number(&time[..3]).is_some() && time[9] == b':' && time[12] == b':' && year.iter().all(u8::is_ascii_digit);
    (is_word && is_date).then(|| (time, year, &rest[20..]))
}

fn open_logread<'a>(line: &'a [u8], clock: &mut Clock) -> Result<Envelope<'a>, Mismatch> {
    let (time, year, rest) = split_ctime(line).ok_or(NO_TIME)?;
    let seconds = parse_with_year(clock, time, year).map_err(|reason| Mismatch { at: 24, reason })?;
    // The level in front of the tag is no host.
    let level = split_word(&rest[1..]).map_or(0, |(word, _)| if is_level(word) { word.len() + 1 } else { 0 });
    // A time in brackets is no program: before it stand the client and the user of a request, who may call himself so.
    if matches!(rest[level..].trim_ascii_start(), [b'[', b'0'..=b'9', ..]) {
        return Err(Mismatch { at: 24, reason: "no program after the time" });
    }
    read_after_time(LogTime { seconds, fraction: "" }, &rest[level..], 24)
}

/// Date and time of day, and what follows, of `Mon 2017-09-18 05:56:48 ...`; the weekday is of any language.
fn split_date(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = line.iter().take(LONGEST_DAY).position(|&byte| byte == b' ').filter(|&end| end > 1)?;
    let is_word = line[..end].iter().all(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii() || *byte == b'.');
    let rest = &line[end + 1..];
    let (stamp, behind) = rest.split_at_checked(19)?;
    let is_stamp = matches!(stamp, [y, _, _, _, b'-', _, _, b'-', _, _, b' ', _, _, b':', _, _, b':', _, _] if y.is_ascii_digit());
    // A byte order mark is no letter.
    let is_word = is_word && !line.starts_with(b"\xef\xbb\xbf");
    (is_word && is_stamp && matches!(behind.first(), Some(b' ' | b'.'))).then_some((stamp, behind))
}

fn open_short_full<'a>(line: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> Result<Envelope<'a>, Mismatch> {
    let (stamp, behind) = split_date(line).ok_or(NO_TIME)?;
    let (fraction, behind) = split_word(behind).ok_or(NO_TIME)?;
    let (zone, rest) = split_word(behind).ok_or(NO_TIME)?;
    // An abbreviation says no offset: only those of UTC are known, any other is what --tz says.
    let offset: &[u8] = match zone {
        b"UTC" | b"GMT" => b"Z",
        [b'+' | b'-', digits @ ..] if digits.iter().all(u8::is_ascii_digit) => zone,
        _ => b"",
    };
    let text = arena.join(&[&stamp[..10], b"T", &stamp[11..], fraction, offset]);
    let at = line.len() - rest.len();
    let time = clock.parse_rfc3339(text).map_err(|reason| Mismatch { at, reason })?;
    if let Some(envelope) = read_unit(time, rest) {
        return Ok(envelope);
    }
    read_after_time(time, &line[at - 1..], at)
}

/// `host ssh.service[77]: message`: the unit is journald's word, and no sender's.
fn read_unit<'a>(time: LogTime<'a>, rest: &'a [u8]) -> Option<Envelope<'a>> {
    let (host, rest) = split_word(rest)?;
    let end = memchr::memchr2(b'[', b' ', rest).filter(|&end| rest[end] == b'[')?;
    let (unit, behind) = (&rest[..end], &rest[end + 1..]);
    let close = memchr::memchr(b']', behind)?;
    let message = behind[close + 1..].strip_prefix(b": ")?;
    let service = SERVICES.iter().find(|service| (service.is_unit)(unit))?;
    let header = Header { time: Some(time), host, program: service.name.as_bytes(), pid: parse_pid(&behind[..close]) };
    Some(Envelope::new(header, Content::Message(message)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekdays_stand_before_two_kinds_of_dates() {
        let arena = Arena::default();
        let mut clock = Clock::new("+02:00", Some(2015)).expect("an offset");
        let mut read = |line: &'static str| match open_logread(line.as_bytes(), &mut clock)
            .or_else(|_| open_short_full(line.as_bytes(), &arena, &mut clock))
        {
            Ok(Envelope { header: Header { time, host, program, pid }, .. }) => {
                let [host, program] = [host, program].map(String::from_utf8_lossy);
                format!("{} {host} {program} {}", time.expect("a time"), pid.unwrap_or(0))
            }
            Err(mismatch) => mismatch.reason.to_owned(),
        };
        for (line, shown) in [
            ("Mon Sep 18 05:56:48 2017 auth.info sshd[7]: x", "2017-09-18T03:56:48Z  sshd 7"),
            ("Mon Sep  8 05:56:48 2017 lab sshd[7]: x", "2017-09-08T03:56:48Z lab sshd 7"),
            ("Mon 2017-09-18 05:56:48 UTC lab sshd[7]: x", "2017-09-18T05:56:48Z lab sshd 7"),
            ("lun. 2017-09-18 05:56:48 CEST lab sshd[7]: x", "2017-09-18T03:56:48Z lab sshd 7"),
            ("Mon 2017-09-18 05:56:48.123456 +03 lab sshd[7]: x", "2017-09-18T02:56:48.123456Z lab sshd 7"),
            ("Mon 2017-09-18 05:56:48 UTC lab ssh.service[7]: x", "2017-09-18T05:56:48Z lab sshd 7"),
            ("Mon 2017-09-18 05:56:48 UTC lab sshd@3-10.0.0.1:22-192.0.2.1:5.service[7]: x", "2017-09-18T05:56:48Z lab sshd 7"),
            ("Mon 2017-09-18 05:56:48 UTC lab web.service[7]: x", "2017-09-18T05:56:48Z lab web.service 7"),
            ("Mon 2017-02-30 05:56:48 UTC lab sshd[7]: x", "impossible date or time"),
            ("Mon Sep 18 05:56:48 lab sshd[7]: x", "no time at the start"),
            // Who logged in at a web server calls himself so.
            ("Mon Sep 18 05:56:48 2017 [18/Sep/2017:05:56:48 +0000] \"GET / HTTP/1.1\" 404 -", "no time at the start"),
        ] {
            assert_eq!(read(line), shown, "{line}");
        }
    }
}

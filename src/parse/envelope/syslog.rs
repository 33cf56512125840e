//! Syslog lines as files hold them: a time without a year, a host, a tag, then the program's own message.

use crate::base::time::{Clock, LogTime, NOT_A_TIME, RFC3164_LEN, TimeError, month_number, split_foreign_month};
use crate::parse::envelope::after_time::{is_header, read_after_time, skip_original};
use crate::parse::envelope::format::{Content, Envelope, EnvelopeFormat};
use crate::parse::envelope::journal_text::{is_continuation, is_journal_mark};
use crate::parse::envelope::tag::{is_level, split_word};
use crate::parse::format::{FormatKind, Header, Mismatch, Repeat};

/// `Dec 10 06:55:46 host tag[pid]: message`.
pub(crate) const RFC3164: EnvelopeFormat = EnvelopeFormat {
    name: "syslog_rfc3164",
    kind: FormatKind::Text,
    about: "syslog with a time without a year, in any language (auth.log, secure, authlog; journalctl; Linux, BSD, Solaris, AIX, macOS, busybox, metalog)",
    source: "RFC 3164 section 4.1; rsyslog RSYSLOG_TraditionalFileFormat; FreeBSD syslogd -v; journalctl -o short, short-precise",
    example: (
        "Dec 10 06:55:48 lab sshd[24200]: Failed password for invalid user webmaster from 192.0.2.10 port 38926 ssh2",
        r#"{"schema":"soar.event/1","@timestamp":"2015-12-10T06:55:48Z","event":{"dataset":"sshd.auth","action":"ssh_login","outcome":"failure"},"source":{"ip":"192.0.2.10","port":38926},"user":{"name":"webmaster"},"host":{"hostname":"lab"},"process":{"name":"sshd","pid":24200},"log":{"file":{"path":"example"},"line":1},"tags":["ssh_failed"],"soar":{"method":"password","user":"invalid"}}"#,
    ),
    open: |line, _, clock| open_rfc3164(line.text, clock),
};

fn open_rfc3164<'a>(line: &'a [u8], clock: &mut Clock) -> Result<Envelope<'a>, Mismatch> {
    // The first byte of what journalctl, metalog and tail write between and below messages; few lines get further.
    if matches!(line.first(), Some(b'-' | b'H' | b' ' | b'=')) {
        if let Some(count) = read_repeat_of_metalog(line) {
            let repeat = Repeat { time: None, host: b"", count, start: b"", tag: None };
            return Ok(Envelope::new(Header::default(), Content::Repeat(repeat)));
        }
        if is_journal_mark(line) || is_continuation(line) {
            return Ok(Envelope::nothing());
        }
    }
    if let Some(passed) = skip_level_in_front(line) {
        return Ok(Envelope::new(Header::default(), Content::Line(passed)));
    }
    let front = priority_len(line);
    if let Some(passed) = skip_original(&line[front..]).filter(|passed| is_header(passed)) {
        return Ok(Envelope::new(Header::default(), Content::Line(passed)));
    }
    let (time, rest, at) = read_time(&line[front..], clock).map_err(|mismatch| match mismatch.at {
        0 => mismatch,
        at => Mismatch { at: front + at, ..mismatch },
    })?;
    read_after_time(time, rest, front + at)
}

/// The header behind `auth.info `, which templates of daemons put before it.
///
/// **Source:** rsyslog, properties `syslogfacility-text` and `syslogseverity-text`; syslog-ng, macros `FACILITY` and `LEVEL`.
pub(crate) fn skip_level_in_front(line: &[u8]) -> Option<&[u8]> {
    line.first().filter(|byte| byte.is_ascii_lowercase())?;
    let (_, behind) = split_word(line).filter(|(word, _)| word.contains(&b'.') && is_level(word))?;
    is_header(behind).then_some(behind)
}

/// The time, what follows it, and how much of the text it is.
fn read_time<'a>(text: &'a [u8], clock: &mut Clock) -> Result<(LogTime<'a>, &'a [u8], usize), Mismatch> {
    let no_time = Mismatch { at: 0, reason: "no time at the start" };
    if let Some((time, year, at)) = split_dated(text) {
        let seconds = parse_with_year(clock, &time, year).map_err(|reason| Mismatch { at, reason })?;
        let (fraction, rest) = split_fraction(&text[at..]);
        return Ok((LogTime { seconds, fraction }, rest, at));
    }
    let mut english = [b' '; RFC3164_LEN];
    let (time, rest) = if let Some((month, behind)) = split_foreign_month(text) {
        // Some daemons write a day of one digit without a space before it.
        let len = if behind.get(2) == Some(&b' ') { RFC3164_LEN - 4 } else { RFC3164_LEN - 3 };
        let (behind, rest) = behind.split_at_checked(len).ok_or(no_time)?;
        english[..3].copy_from_slice(month.as_bytes());
        english[RFC3164_LEN - len..].copy_from_slice(behind);
        (&english[..], rest)
    } else {
        text.split_at_checked(if text.get(5) == Some(&b' ') { RFC3164_LEN - 1 } else { RFC3164_LEN }).ok_or(no_time)?
    };
    let at = text.len() - rest.len();
    let year = find_year(rest);
    let seconds = match year {
        Some(year) => parse_with_year(clock, time, year),
        None => clock.parse_rfc3164(time),
    };
    let seconds = seconds.map_err(|reason| Mismatch { at: if has_clock(time) { at } else { 0 }, reason })?;
    let rest = &rest[year.map_or(0, |year| 1 + year.len())..];
    let (fraction, rest) = split_fraction(rest);
    Ok((LogTime { seconds, fraction }, rest, at))
}

/// The digits of `.123`, at most nine, and what follows.
fn split_fraction(rest: &[u8]) -> (&str, &[u8]) {
    let digits = rest.strip_prefix(b".").map_or(0, |digits| digits.iter().take_while(|b| b.is_ascii_digit()).count());
    let (fraction, rest) = if digits > 0 { (&rest[1..=digits.min(9)], &rest[1 + digits..]) } else { (&rest[..0], rest) };
    (if fraction.is_empty() { "" } else { std::str::from_utf8(fraction).unwrap_or_default() }, rest)
}

/// The time without its year, the year, and the length of `2024 Jan  2 03:04:05` or `Jan  2 2024 03:04:05`.
///
/// **Source:** syslog-ng `ts-format(full)`; Cisco IOS, `service timestamps log datetime year`.
fn split_dated(text: &[u8]) -> Option<([u8; RFC3164_LEN], &[u8], usize)> {
    const LEN: usize = RFC3164_LEN + 5;
    let (year, date, len) = match text {
        [b'0'..=b'9', _, _, _, b' ', ..] => (text.get(..4)?, [text.get(5..11)?, text.get(11..LEN)?].concat(), LEN),
        [b'A'..=b'Z', _, _, b' ', _, _, b' ', _, _, _, _, b' ', ..] => (&text[7..11], [&text[..6], text.get(11..LEN)?].concat(), LEN),
        // A day of one digit without a space before it.
        [b'A'..=b'Z', _, _, b' ', b'1'..=b'9', b' ', _, _, _, _, b' ', ..] => {
            (&text[6..10], [&text[..4], b" ", &text[4..5], text.get(10..LEN - 1)?].concat(), LEN - 1)
        }
        _ => return None,
    };
    let date: [u8; RFC3164_LEN] = date.try_into().ok()?;
    let is_date = matches!(date, [_, _, _, b' ', _, _, b' ', _, _, b':', _, _, b':', _, _]) && month_number(&date[..3]).is_some();
    (is_date && year.iter().all(u8::is_ascii_digit)).then_some((date, year, len))
}

/// Whether a line starts with a date and a year beside it.
pub(crate) fn starts_like_dated(line: &[u8]) -> bool {
    split_dated(&line[priority_len(line)..]).is_some()
}

/// Whether an impossible date looked like one: only the calendar disagrees.
fn has_clock(time: &[u8]) -> bool {
    let clock = &time[time.len() - 8..];
    clock[2] == b':' && clock[5] == b':'
}

/// The year in ` 2024 host ...`, as Solaris and some network devices write it behind the time; no host is called so.
pub(crate) fn find_year(rest: &[u8]) -> Option<&[u8]> {
    let [b' ', year @ .., b' '] = rest.get(..6)? else { return None };
    let is_year = matches!(year, [b'1', b'9', _, _] | [b'2', b'0', _, _]) && year.iter().all(u8::is_ascii_digit);
    is_year.then_some(year)
}

/// The seconds of `Jan  2 03:04:05` in a year that the line names.
pub(crate) fn parse_with_year(clock: &mut Clock, time: &[u8], year: &[u8]) -> Result<i64, TimeError> {
    let [m1, m2, m3, b' ', date @ .., b' ', _, _, b':', _, _, b':', _, _] = time else { return Err(NOT_A_TIME) };
    let month = month_number(&[*m1, *m2, *m3]).ok_or(NOT_A_TIME)?;
    let (day, clock_time) = (date.trim_ascii_start(), &time[time.len() - 8..]);
    let mut text = *b"0000-00-00T00:00:00";
    text[..4].copy_from_slice(year.get(..4).ok_or(NOT_A_TIME)?);
    text[5] = b'0' + month.unsigned_abs() / 10;
    text[6] = b'0' + month.unsigned_abs() % 10;
    text[10_usize.checked_sub(day.len()).ok_or(NOT_A_TIME)?..10].copy_from_slice(day);
    text[11..].copy_from_slice(clock_time);
    clock.parse_rfc3339(&text).map(|stamp| stamp.seconds)
}

/// The length of a priority before the time, `<38>`; 0 without one. **Source:** RFC 3164 section 4.1.1.
pub(crate) fn priority_len(line: &[u8]) -> usize {
    let Some(rest) = line.strip_prefix(b"<") else { return 0 };
    let digits = rest.iter().take(3).take_while(|b| b.is_ascii_digit()).count();
    if digits > 0 && rest.get(digits) == Some(&b'>') { digits + 2 } else { 0 }
}

/// How often the message before came again, in `                - Last output repeated twice -`.
///
/// **Source:** metalog `metalog.c` (`processLogLine`): the count is of what it left out, and `twice` is written for one.
fn read_repeat_of_metalog(line: &[u8]) -> Option<u64> {
    let text = line.strip_prefix(b"                - Last output repeated ")?.strip_suffix(b" -")?;
    match text.strip_suffix(b" times") {
        None => (text == b"twice").then_some(1),
        Some(digits) => crate::parse::service::message::parse_count(digits),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::envelope::plain::PlainOpener;
    use crate::parse::envelope::rfc3339::open_rfc3339;
    use crate::parse::service;
    use crate::parse::service::message::ServiceMessage;
    use crate::parse::service::sshd::read_within;

    fn open(line: &str) -> Result<Envelope<'_>, Mismatch> {
        let mut clock = Clock::new("UTC", Some(2015)).expect("UTC is known");
        open_rfc3164(line.as_bytes(), &mut clock).or_else(|_| open_rfc3339(line.as_bytes(), &mut clock))
    }

    /// Time, host, tag and pid of sshd's line; `other` and `unknown` for the classes, the reason for a reject.
    fn read(line: &str) -> String {
        let mut clock = Clock::new("UTC", Some(2015)).expect("UTC is known");
        match open(line) {
            Ok(Envelope { header, limit, content: Content::Message(message), .. }) if service::find(header.program).is_some() => {
                let mut opener = PlainOpener::default();
                // The second time it knows the header.
                for (plain, text) in (0..2).filter_map(|_| opener.open(line.as_bytes(), &mut clock)) {
                    assert_eq!(plain.time, header.time, "{line}");
                    assert_eq!((plain.host, plain.program, plain.pid, text), (header.host, header.program, header.pid, message), "{line}");
                }
                let [host, name] = [header.host, header.program].map(String::from_utf8_lossy);
                let shown = format!("{} {host} {name} {:?}", header.time.expect("a time"), header.pid.unwrap_or(0));
                read_within(limit, header, message).map_or("unknown".to_owned(), |_| shown)
            }
            Ok(Envelope { content: Content::Repeat(repeat), .. }) => {
                format!("{} times {}", repeat.count, String::from_utf8_lossy(repeat.host))
            }
            Ok(Envelope { content: Content::Line(line), .. }) => format!("[{}]", read(std::str::from_utf8(line).expect("UTF-8"))),
            Ok(_) => "other".to_owned(),
            Err(mismatch) => mismatch.reason.to_owned(),
        }
    }

    #[test]
    fn headers_of_all_daemons_are_read() {
        let login = "Failed password for root from 192.0.2.1 port 4711 ssh2";
        for (header, shown) in [
            ("Dec 10 06:55:46 lab sshd[7]: ", "2015-12-10T06:55:46Z lab sshd 7"),
            ("Dec  1 06:55:46 lab sshd: ", "2015-12-01T06:55:46Z lab sshd 0"),
            ("Dec 10 06:55:46 lab sshd[7] ", "2015-12-10T06:55:46Z lab sshd 7"),
            ("Dec 10 06:55:46 sshd[7]: ", "2015-12-10T06:55:46Z  sshd 7"),
            ("Dec  1 06:55:46 [sshd] ", "2015-12-01T06:55:46Z  sshd 0"),
            ("Dec  1 06:55:46 [sshd]: ", "2015-12-01T06:55:46Z  sshd 0"),
            ("Dec  1 06:55:46 [2001:db8::1] sshd[7]: ", "2015-12-01T06:55:46Z [2001:db8::1] sshd 7"),
            ("Dec 1 06:55:46 lab sshd[7]: ", "2015-12-01T06:55:46Z lab sshd 7"),
            ("Dec 10 06:55:46.123456 lab sshd[7]: ", "2015-12-10T06:55:46.123456Z lab sshd 7"),
            ("<38>Dec 10 06:55:46 lab sshd[7]: ", "2015-12-10T06:55:46Z lab sshd 7"),
            ("Dec 10 06:55:46 lab sshd[7]: [ID 800047 auth.info] ", "2015-12-10T06:55:46Z lab sshd 7"),
            ("Dec 10 06:55:46 <auth.info> lab sshd[7]: ", "2015-12-10T06:55:46Z lab sshd 7"),
            ("Dec 10 06:55:46 <4.6> lab sshd[7]: ", "2015-12-10T06:55:46Z lab sshd 7"),
            ("Dec 10 06:55:46 lab auth.info sshd[7]: ", "2015-12-10T06:55:46Z lab sshd 7"),
            ("Dec 10 06:55:46 lab sshd: alice [priv][7]: ", "2015-12-10T06:55:46Z lab sshd 7"),
            ("Dec 10 06:55:46 lab sshd: alice@ttys000[7]: ", "2015-12-10T06:55:46Z lab sshd 7"),
            ("Dec 10 06:55:46 2001:db8:: sshd[7]: ", "2015-12-10T06:55:46Z 2001:db8:: sshd 7"),
            ("Dec 10 06:55:46 lab /usr/sbin/sshd[7]: ", "2015-12-10T06:55:46Z lab /usr/sbin/sshd 7"),
            ("Dec 10 06:55:46 lab sshd-session[7]: ", "2015-12-10T06:55:46Z lab sshd-session 7"),
            ("Dec 10 06:55:46 lab sshd-auth[7]: ", "2015-12-10T06:55:46Z lab sshd-auth 7"),
            ("Dec 10 06:55:46 lab sshd@0-10.0.0.1:22-192.0.2.1:5[7]: ", "2015-12-10T06:55:46Z lab sshd@0-10.0.0.1:22-192.0.2.1:5 7"),
            ("Dec 10 06:55:46 lab sshd@0-::1:22-::1:5: ", "2015-12-10T06:55:46Z lab sshd@0-::1:22-::1:5 0"),
            ("Jan  2 06:55:46 2024 lab sshd[7]: ", "2024-01-02T06:55:46Z lab sshd 7"),
            ("Dec 12 06:55:46 1999 sshd[7]: ", "1999-12-12T06:55:46Z  sshd 7"),
            ("Dec 1 06:55:46 2024 lab sshd[7]: ", "2024-12-01T06:55:46Z lab sshd 7"),
            ("2024-01-02 03:04:05.678+0100 lab sshd[7]: ", "2024-01-02T02:04:05.678Z lab sshd 7"),
            ("2024-01-02 03:04:05.678901-0130  lab sshd[7]: ", "2024-01-02T04:34:05.678901Z lab sshd 7"),
            ("2024-01-02 03:04:05+01:00 lab sshd[7]: ", "2024-01-02T02:04:05Z lab sshd 7"),
            ("2024-01-02 03:04:05Z lab sshd[7]: ", "2024-01-02T03:04:05Z lab sshd 7"),
            ("d\u{e9}c. 10 06:55:46 lab sshd[7]: ", "2015-12-10T06:55:46Z lab sshd 7"),
            ("mars  1 06:55:46.5 lab sshd[7]: ", "2015-03-01T06:55:46.5Z lab sshd 7"),
            ("<38>Mai 1 06:55:46 lab sshd[7]: ", "2015-05-01T06:55:46Z lab sshd 7"),
            ("Dec 10 06:55:46  lab  sshd[7]: ", "2015-12-10T06:55:46Z lab sshd 7"),
            ("Dec 10 06:55:46 lab sshd: PID 7: ", "2015-12-10T06:55:46Z lab sshd 7"),
            ("Dec 10 06:55:46 lab sshd[7]:  ", "2015-12-10T06:55:46Z lab sshd 7"),
            ("Dec 10 06:55:46 lab lab sshd[7]: ", "2015-12-10T06:55:46Z lab sshd 7"),
            ("Dec 10 06:55:46 lab.example lab sshd[7]: ", "2015-12-10T06:55:46Z lab.example sshd 7"),
            ("Dec 10 06:55:46 lab 192.0.2.200 sshd[7]: ", "2015-12-10T06:55:46Z lab sshd 7"),
            ("Dec 10 06:55:46 [192.0.2.200] sshd[7]: ", "2015-12-10T06:55:46Z [192.0.2.200] sshd 7"),
            ("Dec 10 06:55:46 [lab.example] sshd[7]: ", "2015-12-10T06:55:46Z [lab.example] sshd 7"),
            ("Dec 10 06:55:46 lab auth|security:info sshd[7]: ", "2015-12-10T06:55:46Z lab sshd 7"),
            ("Dec 10 06:55:46 lab info sshd[7]: ", "2015-12-10T06:55:46Z lab sshd 7"),
            ("Dec 10 06:55:46 lab [auth.info] sshd[7]: ", "2015-12-10T06:55:46Z lab sshd 7"),
            ("Dec 10 06:55:46 Auth.Info lab sshd[7]: ", "2015-12-10T06:55:46Z lab sshd 7"),
            ("Dec 10 06:55:46 192.0.2.200 Dec 10 06:55:47 lab sshd[7]: ", "[2015-12-10T06:55:47Z lab sshd 7]"),
            ("Dec 10 06:55:46 192.0.2.200 2015-12-10T06:55:47Z lab sshd[7]: ", "[2015-12-10T06:55:47Z lab sshd 7]"),
            ("2018-06-19 02:13:38 Auth.Info 198.51.100.2 Dec 10 06:55:47 lab sshd[7]: ", "[2015-12-10T06:55:47Z lab sshd 7]"),
            ("2018-06-19\t02:13:38\tAuth.Info\t198.51.100.2\tsshd[7]: ", "2018-06-19T02:13:38Z 198.51.100.2 sshd 7"),
            ("2015 Dec 10 06:55:46 lab sshd[7]: ", "2015-12-10T06:55:46Z lab sshd 7"),
            ("Dec 10 2024 06:55:46.5 lab sshd[7]: ", "2024-12-10T06:55:46.5Z lab sshd 7"),
            ("Dec 1 2024 06:55:46 lab sshd[7]: ", "2024-12-01T06:55:46Z lab sshd 7"),
            ("Dec 10 06:55:46 Message forwarded from lab: sshd[7]: ", "2015-12-10T06:55:46Z lab sshd 7"),
            ("Dec 10 06:55:46 ap 788a20000000,UAP-AC-Pro-6.5.28+14491: sshd[7]: ", "2015-12-10T06:55:46Z ap sshd 7"),
            ("2019 Nov 05 07:39:47 (web) any->/var/log/secure Dec 10 06:55:46 lab sshd[7]: ", "[2015-12-10T06:55:46Z lab sshd 7]"),
            ("Dec 10 06:55:46 UTC lab sshd[7]: ", "2015-12-10T06:55:46Z lab sshd 7"),
            ("Dec 10 06:55:46 2024-01-02T03:04:05+00:00 lab sshd[7]: ", "[2024-01-02T03:04:05Z lab sshd 7]"),
            ("2024-01-02T03:04:05Z gw <38>Dec 10 06:55:46 lab sshd[7]: ", "[2015-12-10T06:55:46Z lab sshd 7]"),
            (
                "2024-01-02 03:04:05.678901-0700 0x1b9f     Default     0x0                  77     0    sshd: ",
                "2024-01-02T10:04:05.678901Z  sshd 77",
            ),
            ("2024-01-02 03:04:05.678901-0700 0x1b9f Info 0x0 77 0 sshd-session: (libx) ", "2024-01-02T10:04:05.678901Z  sshd-session 77"),
            ("2015-12-10T06:55:46+0100 lab sshd[7]: ", "2015-12-10T05:55:46Z lab sshd 7"),
            ("2015-12-10T06:55:46.123456+01:00 lab sshd[7]: ", "2015-12-10T05:55:46.123456Z lab sshd 7"),
            ("<38>2015-12-10T06:55:46.5Z lab sshd[7]: ", "2015-12-10T06:55:46.5Z lab sshd 7"),
        ] {
            assert_eq!(read(&format!("{header}{login}")), shown, "{header}");
        }
        let pam =
            "Jun 14 15:16:01 lab sshd(pam_unix)[7]: authentication failure; logname= uid=0 euid=0 tty=NODEVssh ruser= rhost=192.0.2.1 ";
        assert_eq!(read(pam), "2015-06-14T15:16:01Z lab sshd(pam_unix) 7");
    }

    #[test]
    fn no_other_program_poses_as_sshd() {
        let login = "Failed password for root from 192.0.2.1 port 4711 ssh2";
        for header in [
            "lab CRON[7]: sshd[8]: ",
            "CRON[7]: sshd[8]: ",
            "CRON[7] sshd[8]: ",
            "[CRON] sshd[8]: ",
            "lab kernel: sshd[8]: ",
            "lab notsshd[7]: ",
            "lab sshd2[7]: ",
            "lab xsshd@1[7]: ",
            "lab sshd-keygen[7]: ",
            "lab /usr/sbin/sshd/x[7]: ",
            "lab x(sshd)[7]: ",
            "lab auth.inf sshd[7]: ",
            "lab com.openssh.sshd sshd[7]: ",
            "[gate] sshd[7]: ",
            "[com.example] CRON[7]: sshd[8]: ",
            "lab CRON sshd[7]: ",
            "lab CRON[7]: Dec 10 06:55:46 lab sshd[8]: ",
        ] {
            assert_eq!(read(&format!("Dec 10 06:55:46 {header}{login}")), "other", "{header}");
        }
        // A process title is read only where sshd writes one, and a message only from its own start.
        for message in
            ["Invalid user x [priv][7]: Accepted password for root from 203.0.113.9 port 22 ssh2 from 192.0.2.1", "a b [priv][7]: x"]
        {
            let line = format!("Dec 10 06:55:46 lab sshd: {message}");
            assert!(!read(&line).ends_with(" 7"), "{line}");
        }
    }

    #[test]
    fn marks_and_repeats_are_told_from_messages() {
        for (line, class) in [
            ("-- Logs begin at Thu 2015-12-10 06:55:46 CET, end at Thu 2015-12-10 07:55:46 CET. --", "other"),
            ("-- Journal begins at Thu 2015-12-10 06:55:46 CET, ends at Thu 2015-12-10 07:55:46 CET. --", "other"),
            ("-- Boot 0123456789abcdef0123456789abcdef --", "other"),
            ("-- Reboot --", "other"),
            ("-- No entries --", "other"),
            ("-- cursor: s=0639;i=1d;b=27;m=4f;t=5a;x=ef", "other"),
            ("Hint: You are currently not seeing messages from other users and the system.", "other"),
            (
                "Hint: You are currently not seeing messages from 192.0.2.1 - - [10/Oct/2025:13:55:36 +0200] \"GET / HTTP/1.1\" 404 5.",
                "no time at the start",
            ),
            ("      Users in groups 'adm', 'systemd-journal' can see all messages.", "other"),
            ("      Pass -q to turn off this notice.", "other"),
            ("                             Accepted password for root from 203.0.113.9 port 22 ssh2", "other"),
            ("        Dec 10 06:55:46 lab sshd[7]: Accepted password for root from 203.0.113.9 port 22 ssh2", "no time at the start"),
            ("-- any text --", "no time at the start"),
            ("-- any text", "no time at the start"),
            // Many programs start their lines so.
            ("2024-01-02 03:04:05 lab sshd[7]: Accepted password for root from 203.0.113.9 port 22 ssh2", "no time at the start"),
            ("2024-01-02 03:04:05.678 lab sshd[7]: Accepted password for root from 203.0.113.9 port 22 ssh2", "no time at the start"),
            ("2024-01-02 +0100 lab sshd[7]: Accepted password for root from 203.0.113.9 port 22 ssh2", "no time at the start"),
            ("2024-01-02 03:04:05+01:00:00 lab sshd[7]: Accepted password for root", "no time at the start"),
            ("Dec 10 06:55:46 lab last message repeated 3 times", "3 times lab"),
            ("Dec 10 06:55:46 lab last message repeated 1 time", "1 times lab"),
            ("Dec 10 06:55:46 last message repeated 3 times", "3 times "),
            ("Dec 10 06:55:46 --- last message repeated 1 time ---", "1 times "),
            ("Dec 10 06:55:46 lab --- last message repeated 2 times ---", "2 times lab"),
            ("Dec 10 06:55:46 lab syslogd: last message repeated 2 times", "2 times lab"),
            ("2015-12-10T06:55:46Z lab last message repeated 3 times", "3 times lab"),
            ("Dec 10 06:55:46 lab last message repeated 0 times", "other"),
            ("Dec 10 06:55:46 lab last message repeated 3 times!", "other"),
            ("Dec 10 06:55:46 lab CRON[1]: last message repeated 3 times", "other"),
            ("Dec 10 06:55:46 lab sshd[1]: last message repeated 3 times", "3 times lab"),
            (
                "Dec 10 06:55:46 lab sshd[9]: Last message 'Failed password for ' repeated 3 times, suppressed by syslog-ng on lab",
                "3 times lab",
            ),
            ("Dec 10 06:55:46 lab sshd[9]: Last message 'x' repeated 3 times, suppressed", "unknown"),
            ("Dec 10 06:55:46 lab CRON[9]: Last login: x", "other"),
            ("                - Last output repeated twice -", "1 times "),
            ("                - Last output repeated 2 times -", "2 times "),
            ("                - Last output repeated many times -", "no time at the start"),
        ] {
            assert_eq!(read(line), class, "{line}");
        }
    }

    #[test]
    fn busybox_cuts_sooner_than_sshd() {
        // 256 bytes reach busybox, of which `<38>Dec 10 06:55:46 sshd[7]: ` are the first 29.
        for (header, room, named) in
            [("auth.info sshd[7]: ", 256 - 2 - 29, false), ("auth.info sshd[7]: ", 200, true), ("sshd[7]: ", 256, true)]
        {
            let (start, frame) = ("Failed password for invalid user ", " from 203.0.113.9 port 22 ssh2");
            let name = "x".repeat(room - start.len() - frame.len());
            let line = format!("Dec 10 06:55:46 lab {header}{start}{name}{frame}");
            let Ok(Envelope { header, limit, content: Content::Message(message), .. }) = open(&line) else { panic!("unread: {line}") };
            let sshd: ServiceMessage<'_> = read_within(limit, header, message).expect("a known message");
            assert_eq!(sshd.template().outcome, "failure", "{line}");
            assert_eq!(sshd.names_peer(), named, "{line}");
        }
    }

    #[test]
    fn an_impossible_date_is_a_reject() {
        for line in ["Dec 32 06:55:46 lab sshd[1]: x", "Feb 29 06:55:46 lab sshd[1]: x", "Dec 10 24:00:00 lab sshd[1]: x"] {
            assert_eq!(read(line), "no time at the start", "{line}");
            let mut clock = Clock::new("UTC", Some(2015)).expect("UTC is known");
            let mismatch = open_rfc3164(line.as_bytes(), &mut clock).expect_err("a reject");
            assert_eq!(mismatch, Mismatch { at: RFC3164_LEN, reason: "impossible date or time" }, "{line}");
        }
        assert_eq!(read("2015-02-29T06:55:46Z lab sshd[1]: x"), "impossible date or time");
        assert_eq!(read("2015-02-29 06:55:46Z lab sshd[1]: x"), "impossible date or time");
        let mut clock = Clock::new("UTC", None).expect("UTC is known");
        for line in ["Feb 29 06:55:46 2023 lab sshd[1]: x", "Dec 10 24:00:00 2023 lab sshd[1]: x"] {
            let mismatch = open_rfc3164(line.as_bytes(), &mut clock).expect_err("a reject");
            assert_eq!(mismatch.reason, "impossible date or time", "{line}");
        }
    }
}

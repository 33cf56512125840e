//! Syslog lines as files hold them: a time, a host, a tag, then the program's own message.
//!
//! Only messages of sshd are read further; those of other programs are fine, and nothing more. The message is cut at the
//! first tag, so nothing that a program was made to write later in the line can pose as another program.

use memchr::memchr;

use super::format::{Format, Kind, Misfit, Reading};
use super::sshd::{self, Header, Limit};
use super::tag::{read_repeat, split_level, split_plain, split_tag};
use crate::net;
use crate::time::{Clock, Flaw, NOT_A_TIME, RFC3164_LEN, Stamp, month_number};

/// `Dec 10 06:55:46 host tag[pid]: message`.
pub const RFC3164: Format = Format {
    name: "syslog_rfc3164",
    kind: Kind::Sshd,
    about: "sshd in syslog with a time without a year (auth.log, secure, authlog; journalctl; Linux, BSD, Solaris, macOS, busybox)",
    source: "RFC 3164 section 4.1; rsyslog RSYSLOG_TraditionalFileFormat; FreeBSD syslogd -v; journalctl -o short, short-precise",
    example: (
        "Dec 10 06:55:48 lab sshd[24200]: Failed password for invalid user webmaster from 192.0.2.10 port 38926 ssh2",
        r#"{"schema":"soar.event/1","@timestamp":"2015-12-10T06:55:48Z","event":{"dataset":"sshd.auth","action":"ssh_login","outcome":"failure"},"source":{"ip":"192.0.2.10","port":38926},"user":{"name":"webmaster"},"host":{"hostname":"lab"},"process":{"name":"sshd","pid":24200},"log":{"file":{"path":"example"},"line":1},"tags":["ssh_failed"],"soar":{"method":"password"}}"#,
    ),
    read: |line, _, clock| read_rfc3164(line.text, clock),
};

/// `2024-01-02T03:04:05.678901+01:00 host tag[pid]: message`.
pub const RFC3339: Format = Format {
    name: "syslog_rfc3339",
    kind: Kind::SshdBehindTime,
    about: "sshd in syslog with a full time (Debian 12 and later, Ubuntu 24.04 and later; journalctl -o short-iso)",
    source: "RFC 3339; rsyslog RSYSLOG_FileFormat, RSYSLOG_ForwardFormat; journalctl -o short-iso, short-iso-precise",
    example: (
        "2024-01-02T03:04:05.678901+01:00 lab sshd-session[77]: Accepted publickey for alice from 2001:db8::7 port 50022 ssh2: ED25519 SHA256:abc",
        r#"{"schema":"soar.event/1","@timestamp":"2024-01-02T02:04:05.678901Z","event":{"dataset":"sshd.auth","action":"ssh_login","outcome":"success"},"source":{"ip":"2001:db8::7","port":50022},"user":{"name":"alice"},"host":{"hostname":"lab"},"process":{"name":"sshd-session","pid":77},"log":{"file":{"path":"example"},"line":1},"tags":["ssh_accepted"],"soar":{"method":"publickey"}}"#,
    ),
    read: |line, _, clock| read_rfc3339(line.text, clock),
};

fn read_rfc3164<'a>(line: &'a [u8], clock: &mut Clock) -> Result<Reading<'a>, Misfit> {
    // The first byte of what journalctl writes between and below messages; few lines get further.
    if matches!(line.first(), Some(b'-' | b'H' | b' ')) && (is_journal_mark(line) || is_continuation(line)) {
        return Ok(Reading::OtherProgram);
    }
    let front = priority_len(line);
    // Some daemons write a day of one digit without a space before it.
    let len = if line.get(front + 5) == Some(&b' ') { RFC3164_LEN - 1 } else { RFC3164_LEN };
    let (time, rest) = line[front..].split_at_checked(len).ok_or(Misfit { at: 0, reason: "no time at the start" })?;
    let year = find_year(rest);
    let seconds = match year {
        Some(year) => parse_with_year(clock, time, year),
        None => clock.parse_rfc3164(time),
    };
    let seconds = seconds.map_err(|reason| Misfit { at: fitted_date(time).map_or(0, |len| front + len), reason })?;
    let rest = &rest[year.map_or(0, |year| 1 + year.len())..];
    let digits = rest.strip_prefix(b".").map_or(0, |digits| digits.iter().take_while(|b| b.is_ascii_digit()).count());
    let (fraction, rest) = if digits > 0 { (&rest[1..=digits.min(9)], &rest[1 + digits..]) } else { (&rest[..0], rest) };
    let fraction = if fraction.is_empty() { "" } else { std::str::from_utf8(fraction).unwrap_or_default() };
    read_after_time(Stamp { seconds, fraction }, rest, front + len)
}

/// How much of an impossible date looked like one: all of it where only the calendar disagrees.
fn fitted_date(time: &[u8]) -> Option<usize> {
    let clock = &time[time.len() - 8..];
    (clock[2] == b':' && clock[5] == b':').then_some(time.len())
}

/// The year in ` 2024 host ...`, as Solaris and some network devices write it behind the time; no host is called so.
fn find_year(rest: &[u8]) -> Option<&[u8]> {
    let [b' ', year @ .., b' '] = rest.get(..6)? else { return None };
    let is_year = matches!(year, [b'1', b'9', _, _] | [b'2', b'0', _, _]) && year.iter().all(u8::is_ascii_digit);
    is_year.then_some(year)
}

/// The seconds of `Jan  2 03:04:05` in a year that the line names.
fn parse_with_year(clock: &mut Clock, time: &[u8], year: &[u8]) -> Result<i64, Flaw> {
    let [m1, m2, m3, b' ', date @ .., b' ', _, _, b':', _, _, b':', _, _] = time else { return Err(NOT_A_TIME) };
    let month = month_number(&[*m1, *m2, *m3]).ok_or(NOT_A_TIME)?;
    let (day, clock_time) = (date.trim_ascii_start(), &time[time.len() - 8..]);
    let mut text = *b"0000-00-00T00:00:00";
    text[..4].copy_from_slice(year);
    text[5] = b'0' + month.unsigned_abs() / 10;
    text[6] = b'0' + month.unsigned_abs() % 10;
    text[10 - day.len()..10].copy_from_slice(day);
    text[11..].copy_from_slice(clock_time);
    clock.parse_rfc3339(&text).map(|stamp| stamp.seconds)
}

fn read_rfc3339<'a>(line: &'a [u8], clock: &mut Clock) -> Result<Reading<'a>, Misfit> {
    let front = priority_len(line);
    if line.get(front + 10) == Some(&b' ') {
        return read_spaced(line, front, clock);
    }
    let end = memchr(b' ', line)
        .filter(|&end| end > front + 10 && line[front + 10].eq_ignore_ascii_case(&b'T'))
        .ok_or(Misfit { at: 0, reason: "no time at the start" })?;
    let time = clock.parse_rfc3339(&line[front..end]).map_err(|reason| Misfit { at: front + 10, reason })?;
    read_after_time(time, &line[end..], end)
}

/// `2024-01-02 03:04:05.678901+0100  host sshd[77]: ...`, as macOS writes it. Only with an offset: without one this is how many
/// programs start their lines.
///
/// **Source:** RFC 3339 section 5.6; macOS `log show --style syslog`.
fn read_spaced<'a>(line: &'a [u8], front: usize, clock: &mut Clock) -> Result<Reading<'a>, Misfit> {
    let no_time = Misfit { at: 0, reason: "no time at the start" };
    let text = &line[front..];
    let end = 11 + memchr(b' ', &text[11..]).ok_or(no_time)?;
    let digits = text.get(20..end).filter(|_| text[19] == b'.').unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count();
    let zone = if digits > 0 { 20 + digits } else { 19 };
    let offset = text.get(zone..end).filter(|offset| matches!(offset, [b'+' | b'-', ..] | [b'Z'])).ok_or(no_time)?;
    let mut copy = [0; 26];
    let copy = copy.get_mut(..19 + offset.len()).ok_or(no_time)?;
    copy[..19].copy_from_slice(&text[..19]);
    copy[10] = b'T';
    copy[19..].copy_from_slice(offset);
    let seconds = clock.parse_rfc3339(copy).map_err(|reason| Misfit { at: front + 10, reason })?.seconds;
    let fraction = std::str::from_utf8(&text[zone - digits..zone - digits + digits.min(9)]).unwrap_or_default();
    let rest = &text[end..];
    read_after_time(Stamp { seconds, fraction }, if rest.starts_with(b"  ") { &rest[1..] } else { rest }, front + end)
}

/// The length of a priority before the time, `<38>`; 0 without one. **Source:** RFC 3164 section 4.1.1.
#[must_use]
pub fn priority_len(line: &[u8]) -> usize {
    let Some(rest) = line.strip_prefix(b"<") else { return 0 };
    let digits = rest.iter().take(3).take_while(|b| b.is_ascii_digit()).count();
    if digits > 0 && rest.get(digits) == Some(&b'>') { digits + 2 } else { 0 }
}

/// What journalctl says between the lines of its text output. **Source:** systemd `logs-show.c`, `journalctl.c`.
fn is_journal_mark(line: &[u8]) -> bool {
    let Some(text) = line.strip_prefix(b"-- ") else {
        let whom = line.strip_prefix(b"Hint: You are currently not seeing messages from ").and_then(|whom| whom.strip_suffix(b"."));
        return whom.is_some_and(|whom| whom.iter().all(|b| b.is_ascii_alphabetic() || *b == b' '));
    };
    if text.starts_with(b"cursor: ") {
        return true;
    }
    let Some(text) = text.strip_suffix(b" --") else { return false };
    let starts: [&[u8]; 5] = [b"Logs begin at ", b"Journal begins at ", b"Boot ", b"Reboot", b"No entries"];
    starts.iter().any(|start| text.starts_with(start))
}

/// Whether this is the second line of a message, which journalctl sets under the first one: at least 20 spaces, for a time, a
/// host and a tag. Its hint about other users goes on behind six.
fn is_continuation(line: &[u8]) -> bool {
    const UNDER: [u8; 20] = [b' '; 20];
    let hints: [&[u8]; 2] = [b"      Users in groups '", b"      Pass -q to turn off this notice."];
    // A second line that starts with a brace is left to JSON, which may be indented too.
    line.strip_prefix(&UNDER).is_some_and(|text| !text.trim_ascii_start().starts_with(b"{"))
        || hints.iter().any(|hint| line.starts_with(hint))
}

/// Reads ` host tag[pid]: message`, and what some daemons put around the host.
fn read_after_time<'a>(time: Stamp<'a>, rest: &'a [u8], at: usize) -> Result<Reading<'a>, Misfit> {
    let misfit = |reason| Misfit { at, reason };
    let rest = rest.strip_prefix(b" ").ok_or(misfit("no space after the time"))?;
    if let Some((host, tag)) = split_plain(rest) {
        return Ok(read_sshd(Header { time: Some(time), host, tag: tag.name, pid: tag.pid }, tag.message));
    }
    let rest = skip_level_of_bsd(rest);
    if let Some(reading) = read_repeat(Some(time), b"", rest) {
        return Ok(reading);
    }
    let end = memchr(b' ', rest).filter(|&end| end > 0).ok_or(misfit("no host after the time"))?;
    let (host, rest) = if is_host(&rest[..end]) { (&rest[..end], &rest[end + 1..]) } else { (&rest[..0], rest) };
    if let Some(reading) = read_repeat(Some(time), host, rest) {
        return Ok(reading);
    }
    // busybox writes facility and level before the tag.
    let (rest, is_of_busybox) = split_level(rest).map_or((rest, false), |rest| (rest, true));
    let Some(tag) = split_tag(rest).map_err(misfit)? else { return Ok(Reading::OtherProgram) };
    let limit = if is_of_busybox { Limit::of_busybox(rest.len() - tag.message.len()) } else { Limit::SSHD };
    let header = Header { time: Some(time), host, tag: tag.name, pid: tag.pid };
    Ok(sshd::read_within(limit, header, tag.message).map_or(Reading::UnknownSshd, Reading::Sshd))
}

/// Reads a message of sshd.
#[must_use]
#[allow(clippy::inline_always, reason = "what it gives is large, and like this it is made where it is wanted")]
#[inline(always)]
pub fn read_sshd<'a>(header: Header<'a>, message: &'a [u8]) -> Reading<'a> {
    sshd::read_message(header, message).map_or(Reading::UnknownSshd, Reading::Sshd)
}

/// Whether the word after the time is the host. Some relays leave the host out; a tag in its place ends in a colon or has a
/// process id, as no host does.
fn is_host(word: &[u8]) -> bool {
    match word.last() {
        Some(b':') => net::parse_address(word).is_some(),
        _ if word.starts_with(b"[") => word.strip_suffix(b"]").is_some_and(|inside| net::parse_address(&inside[1..]).is_some()),
        _ => memchr(b'[', word).is_none(),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Host, tag, pid and time of sshd's line; `other` and `unknown` for the classes, the reason for a reject.
    fn read(line: &str) -> String {
        let mut clock = Clock::new("UTC", Some(2015)).expect("UTC is known");
        let reading = read_rfc3164(line.as_bytes(), &mut clock).or_else(|_| read_rfc3339(line.as_bytes(), &mut clock));
        match reading {
            Ok(Reading::Sshd(sshd)) => {
                let event = sshd.to_event("-", 1);
                let [host, name] = [sshd.host(), event.process_name.expect("a process")].map(String::from_utf8_lossy);
                format!("{} {host} {name} {:?}", event.timestamp.expect("a time"), event.process_pid.unwrap_or(0))
            }
            Ok(Reading::OtherProgram) => "other".to_owned(),
            Ok(Reading::UnknownSshd) => "unknown".to_owned(),
            Ok(Reading::Repeated(repeat)) => format!("{} times {}", repeat.count, String::from_utf8_lossy(repeat.host)),
            Ok(_) => "not of syslog".to_owned(),
            Err(misfit) => misfit.reason.to_owned(),
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
            ("Dec 10 06:55:46 lab sshd[1]: last message repeated 3 times", "unknown"),
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
            let mut clock = Clock::new("UTC", Some(2015)).expect("UTC is known");
            let Ok(Reading::Sshd(sshd)) = read_rfc3164(line.as_bytes(), &mut clock) else { panic!("unread: {line}") };
            assert!(sshd.is_login("failure"), "{line}");
            assert_eq!(sshd.is_of_peer("ssh_login"), named, "{line}");
        }
    }

    #[test]
    fn an_impossible_date_is_a_reject() {
        for line in ["Dec 32 06:55:46 lab sshd[1]: x", "Feb 29 06:55:46 lab sshd[1]: x", "Dec 10 24:00:00 lab sshd[1]: x"] {
            assert_eq!(read(line), "no time at the start", "{line}");
            let mut clock = Clock::new("UTC", Some(2015)).expect("UTC is known");
            let misfit = read_rfc3164(line.as_bytes(), &mut clock).expect_err("a reject");
            assert_eq!(misfit, Misfit { at: RFC3164_LEN, reason: "impossible date or time" }, "{line}");
        }
        assert_eq!(read("2015-02-29T06:55:46Z lab sshd[1]: x"), "impossible date or time");
        assert_eq!(read("2015-02-29 06:55:46Z lab sshd[1]: x"), "impossible date or time");
        let mut clock = Clock::new("UTC", None).expect("UTC is known");
        for line in ["Feb 29 06:55:46 2023 lab sshd[1]: x", "Dec 10 24:00:00 2023 lab sshd[1]: x"] {
            let misfit = read_rfc3164(line.as_bytes(), &mut clock).expect_err("a reject");
            assert_eq!(misfit.reason, "impossible date or time", "{line}");
        }
    }
}

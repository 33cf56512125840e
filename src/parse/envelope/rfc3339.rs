//! Syslog lines behind a full time: `2024-01-02T03:04:05.678901+01:00 host tag[pid]: message`.

use memchr::memchr;

use crate::base::time::{Clock, LogTime};
use crate::parse::access::server::aws::is_balanced;
use crate::parse::envelope::after_time::{is_header, read_after_time, starts_like_request};
use crate::parse::envelope::exported::starts_with_labels;
use crate::parse::envelope::format::{Content, Envelope, EnvelopeFormat};
use crate::parse::envelope::syslog::priority_len;
use crate::parse::envelope::tag::{is_level, parse_pid, split_word};
use crate::parse::format::{FormatKind, Header, Mismatch};

/// `2024-01-02T03:04:05.678901+01:00 host tag[pid]: message`.
pub(crate) const RFC3339: EnvelopeFormat = EnvelopeFormat {
    name: "syslog_rfc3339",
    kind: FormatKind::BehindTime,
    about: "syslog with a full time (Debian 12 and later, Ubuntu 24.04 and later; journalctl -o short-iso; Kiwi Syslog)",
    source: "RFC 3339; rsyslog RSYSLOG_FileFormat, RSYSLOG_ForwardFormat; journalctl -o short-iso, short-iso-precise",
    example: (
        "2024-01-02T03:04:05.678901+01:00 lab sshd-session[77]: Accepted publickey for alice from 2001:db8::7 port 50022 ssh2: ED25519 SHA256:abc",
        r#"{"schema":"soar.event/1","@timestamp":"2024-01-02T02:04:05.678901Z","event":{"dataset":"sshd.auth","action":"ssh_login","outcome":"success"},"source":{"ip":"2001:db8::7","port":50022},"user":{"name":"alice"},"host":{"hostname":"lab"},"process":{"name":"sshd-session","pid":77},"log":{"file":{"path":"example"},"line":1},"tags":["ssh_accepted"],"soar":{"method":"publickey"}}"#,
    ),
    open: |line, _, clock| open_rfc3339(line.text, clock),
};

const NO_TIME: Mismatch = Mismatch { at: 0, reason: "no time at the start" };
/// The most digits of a fraction that a syslog daemon writes; container engines write nine.
///
/// **Source:** RFC 5424 section 6.2.3.
const MOST_DIGITS: usize = 6;

/// Opens a line behind a full time.
///
/// # Errors
/// What does not fit.
pub(crate) fn open_rfc3339<'a>(line: &'a [u8], clock: &mut Clock) -> Result<Envelope<'a>, Mismatch> {
    let front = priority_len(line);
    match line.get(front + 10) {
        Some(b' ' | b'\t') => return open_spaced(line, front, clock),
        Some(b'-') => {
            let (time, rest) = split_time_of_astaro(&line[front..], clock).ok_or(NO_TIME)?;
            return read_after_time(time, rest, line.len() - rest.len());
        }
        _ => {}
    }
    let end = memchr(b' ', line).filter(|&end| end > front + 10 && line[front + 10].eq_ignore_ascii_case(&b'T')).ok_or(NO_TIME)?;
    let time = match clock.parse_rfc3339(&line[front..end]) {
        Ok(time) => time,
        Err(reason) => {
            return open_exported(line, front, end, clock).unwrap_or(Err(Mismatch { at: front + 10, reason }));
        }
    };
    let is_load_balancers = front == 0 && line[end - 1] == b'Z' && is_balanced(line);
    if time.fraction.len() > MOST_DIGITS || is_output(&line[end + 1..]) || is_load_balancers || starts_with_labels(&line[end + 1..]) {
        return Err(NO_TIME);
    }
    read_after_time(time, &line[end..], end)
}

/// `2024-01-02T03:04:05.678Z<tab>line` of syslog or of an access log, and `2024-01-02T03:04:05: line` of an access log; `None`: it is neither.
///
/// **Source:** Grafana, Explore, download of logs as text; pm2 `lib/God.js` (`log_date_format`, `--time`).
fn open_exported<'a>(line: &'a [u8], front: usize, end: usize, clock: &mut Clock) -> Option<Result<Envelope<'a>, Mismatch>> {
    let word = &line[front..end];
    // What stands behind pm2's time is an application's: it may be a request, and no line of syslog.
    let (text, behind, may_be_syslog) = match memchr(b'\t', word) {
        Some(tab) => (&word[..tab], &line[front + tab + 1..], true),
        None => (word.strip_suffix(b":")?, &line[end + 1..], false),
    };
    if !(may_be_syslog && is_header(behind) || starts_like_request(behind)) {
        return None;
    }
    let time = clock.parse_rfc3339(text).map_err(|reason| Mismatch { at: front + 10, reason });
    Some(time.and_then(|time| read_after_time(time, &line[line.len() - behind.len() - 1..], end)))
}

/// The time of `2024:01:02-03:04:05 host tag[pid]: message`, which no other program writes so, and what stands behind it.
///
/// **Source:** Sophos UTM (Astaro), `/var/log/*.log`.
fn split_time_of_astaro<'a>(text: &'a [u8], clock: &mut Clock) -> Option<(LogTime<'a>, &'a [u8])> {
    let (time, rest) = text.split_at_checked(19).filter(|(time, _)| time[4] == b':' && time[7] == b':' && time[10] == b'-')?;
    let mut copy = [0; 19];
    copy.copy_from_slice(time);
    (copy[4], copy[7], copy[10]) = (b'-', b'-', b'T');
    let seconds = clock.parse_rfc3339(&copy).ok()?.seconds;
    rest.starts_with(b" ").then_some((LogTime { seconds, fraction: "" }, rest))
}

/// Whether a container's output follows: `stdout F `.
fn is_output(rest: &[u8]) -> bool {
    let rest = rest.strip_prefix(b"stdout ").or_else(|| rest.strip_prefix(b"stderr "));
    rest.is_some_and(|rest| matches!(rest, [b'F' | b'P'] | [b'F' | b'P', b' ' | b':', ..]))
}

/// `2024-01-02 03:04:05.678901+0100  host sshd[77]: ...`, as macOS writes it. Only with an offset, or with a level behind it, as Kiwi
/// Syslog has, or an access line, as what `ts` and others put before it has: without any this is how many programs start their lines.
///
/// **Source:** RFC 3339 section 5.6; macOS `log show --style syslog`; Kiwi Syslog Server, default file format.
fn open_spaced<'a>(line: &'a [u8], front: usize, clock: &mut Clock) -> Result<Envelope<'a>, Mismatch> {
    let text = &line[front..];
    let end = 11 + text[11..].iter().position(|b| matches!(b, b' ' | b'\t')).ok_or(NO_TIME)?;
    let digits = text.get(20..end).filter(|_| text[19] == b'.').unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count();
    let zone = if digits > 0 { 20 + digits } else { 19 };
    let offset = text.get(zone..end).ok_or(NO_TIME)?;
    let has_offset = matches!(offset, [b'+' | b'-', ..] | [b'Z']);
    let behind = &text[end + 1..];
    let is_request = || offset.is_empty() && digits <= MOST_DIGITS && starts_like_request(behind.trim_ascii_start());
    if !(has_offset || offset.is_empty() && has_level(behind) || is_request()) {
        return Err(NO_TIME);
    }
    let mut copy = [0; 26];
    let copy = copy.get_mut(..19 + offset.len()).ok_or(NO_TIME)?;
    copy[..19].copy_from_slice(&text[..19]);
    copy[10] = b'T';
    copy[19..].copy_from_slice(offset);
    let seconds = clock.parse_rfc3339(copy).map_err(|reason| Mismatch { at: front + 10, reason })?.seconds;
    let fraction = std::str::from_utf8(&text[zone - digits..zone - digits + digits.min(9)]).unwrap_or_default();
    let time = LogTime { seconds, fraction };
    match read_unified(time, behind) {
        Some(envelope) if has_offset => Ok(envelope),
        _ => read_after_time(time, &text[end..], front + end),
    }
}

/// `0x1b9f     Default     0x0     77     0    sshd: (library) message`: thread, type, activity, process id, time to live, process.
///
/// **Source:** macOS log(1), `log show` without `--style`.
fn read_unified<'a>(time: LogTime<'a>, rest: &'a [u8]) -> Option<Envelope<'a>> {
    let mut rest = rest.trim_ascii_start();
    let mut words = [&b""[..]; 5];
    for word in &mut words {
        let (found, behind) = split_word(rest)?;
        (*word, rest) = (found, behind.trim_ascii_start());
    }
    let [thread, kind, activity, pid, _] = words;
    let is_hex = |word: &[u8]| word.starts_with(b"0x");
    if !is_hex(thread) || !is_hex(activity) || !kind.iter().all(u8::is_ascii_alphabetic) {
        return None;
    }
    let end = memchr::memmem::find(rest, b": ")?;
    let (program, message) = (&rest[..end], &rest[end + 2..]);
    // The library that wrote it, where the process itself did not.
    let message =
        message.strip_prefix(b"(").and_then(|inside| Some(&inside[memchr::memmem::find(inside, b") ")? + 2..])).unwrap_or(message);
    let header = Header { time: Some(time), host: b"", program, pid: Some(parse_pid(pid)?) };
    Some(Envelope::new(header, Content::Message(message)))
}

/// Whether a facility and a level stand here.
fn has_level(rest: &[u8]) -> bool {
    let end = rest.iter().position(|b| matches!(b, b' ' | b'\t')).unwrap_or(rest.len());
    memchr(b'.', &rest[..end]).is_some() && is_level(&rest[..end])
}

//! Syslog lines as RFC 5424 has them: all fields in their places, structured data between them and the message.

use memchr::{memchr, memchr3};

use crate::base::time::Clock;
use crate::parse::envelope::format::{Content, Envelope, EnvelopeFormat};
use crate::parse::envelope::syslog::priority_len;
use crate::parse::envelope::tag::{parse_pid, read_repeat};
use crate::parse::format::{CREDIBLE, FormatKind, Header, Mismatch, known};

/// `<38>1 2024-01-02T03:04:05.678Z host sshd 77 - - message`.
pub(crate) const RFC5424: EnvelopeFormat = EnvelopeFormat {
    name: "syslog_rfc5424",
    kind: FormatKind::Text,
    about: "syslog as collectors store it, with priority, version and structured data",
    source: "RFC 5424 section 6; rsyslog RSYSLOG_SyslogProtocol23Format; syslog-ng flags(syslog-protocol)",
    example: (
        r#"<38>1 2024-01-02T03:04:05.678+01:00 lab sshd 77 - [origin@32473 ip="192.0.2.9"] Failed password for root from 192.0.2.10 port 38926 ssh2"#,
        r#"{"schema":"soar.event/1","@timestamp":"2024-01-02T02:04:05.678Z","event":{"dataset":"sshd.auth","action":"ssh_login","outcome":"failure"},"source":{"ip":"192.0.2.10","port":38926},"user":{"name":"root"},"host":{"hostname":"lab"},"process":{"name":"sshd","pid":77},"log":{"file":{"path":"example"},"line":1},"tags":["ssh_failed"],"soar":{"method":"password"}}"#,
    ),
    open: |line, _, clock| open_rfc5424(line.text, clock),
};

/// How much of the fields' places is known to be right: a mismatch behind the version is this format's.
const AT_VERSION: usize = CREDIBLE;

fn open_rfc5424<'a>(line: &'a [u8], clock: &mut Clock) -> Result<Envelope<'a>, Mismatch> {
    let mismatch = |reason| Mismatch { at: AT_VERSION, reason };
    let line = skip_octet_count(line);
    let rest = &line[priority_len(line)..];
    let has_priority = rest.len() < line.len();
    // Without a priority, which a relay leaves out, a line could be that of a web client called 1: the year decides.
    let rest = rest.strip_prefix(b"1 ").filter(|rest| has_priority || starts_with_time(rest));
    let mut rest = rest.ok_or(Mismatch { at: 0, reason: "no priority and version at the start" })?;
    let mut fields = [&rest[..0]; 5];
    for field in &mut fields {
        let end = memchr(b' ', rest).filter(|&end| end > 0).ok_or(mismatch("a field of the header is missing"))?;
        (*field, rest) = (&rest[..end], &rest[end + 1..]);
    }
    let [time, host, name, pid, id] = fields.map(known);
    let time = time.map(|text| clock.parse_rfc3339(text)).transpose().map_err(mismatch)?;
    // Heroku leaves the structured data out.
    let without = || (id.is_none() && !rest.starts_with(b"[")).then_some(rest);
    let message = skip_data(rest).or_else(without).ok_or(mismatch("the structured data has no end"))?;
    let (host, program) = (host.unwrap_or_default(), name.unwrap_or_default());
    let header = Header { time, host, program, pid: pid.and_then(parse_pid) };
    let repeat = if program == b"syslogd" { read_repeat(time, host, message) } else { None };
    Ok(Envelope::new(header, repeat.map_or(Content::Message(message), Content::Repeat)))
}

/// Program, process id and message of `sshd 77 - - message`: the fields behind the host, where a daemon writes no priority and no version before the
/// time. A tag ends in a colon, or holds its process id. Without the id of a message: `nginx - 192.0.2.1 - user` is a request behind a tag.
///
/// **Source:** sysklogd 2 `syslogd.c` (`fprintlog_rfc5424`, which leaves both out of files).
pub(super) fn split_fields(rest: &[u8]) -> Option<(&[u8], Option<u64>, &[u8])> {
    let field = |text: &'_ [u8]| memchr(b' ', text).filter(|&end| end > 0);
    let end = field(rest)?;
    let (name, rest) = (&rest[..end], &rest[end + 1..]);
    let end = field(rest).filter(|_| !name.ends_with(b":") && memchr(b'[', name).is_none())?;
    let (pid, rest) = (known(&rest[..end]), &rest[end + 1..]);
    let pid = match pid {
        None => None,
        Some(digits) => Some(parse_pid(digits)?),
    };
    let data = rest.strip_prefix(b"- ").filter(|data| data.starts_with(b"- ") || data.starts_with(b"["))?;
    (name != b"-").then_some(())?;
    Some((name, pid, skip_data(data)?))
}

/// What follows the length of a frame, `127 <38>1 ...`, as it stands in what was taken off a connection. **Source:** RFC 6587 section 3.4.1.
pub(super) fn skip_octet_count(line: &[u8]) -> &[u8] {
    let digits = line.iter().take(6).take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..6).contains(&digits) {
        return line;
    }
    line[digits..].strip_prefix(b" ").filter(|rest| priority_len(rest) > 0 && rest[priority_len(rest)..].starts_with(b"1 ")).unwrap_or(line)
}

/// Whether a full date, or the priority of a message of syslog, starts a line, perhaps behind the length of its frame.
pub(crate) fn may_be_stamped(line: &[u8]) -> bool {
    matches!(line, [y, _, _, _, b'-' | b':', ..] if y.is_ascii_digit()) || priority_len(skip_octet_count(line)) > 0
}

/// Whether `text` starts with a date and a time of RFC 3339.
fn starts_with_time(text: &[u8]) -> bool {
    matches!(text, [y, _, _, _, b'-', _, _, b'-', _, _, b'T', _, _, b':', ..] if y.is_ascii_digit())
}

/// The message behind the structured data, without a byte order mark and the space that rsyslog keeps.
fn skip_data(text: &[u8]) -> Option<&[u8]> {
    let rest = match text.strip_prefix(b"-") {
        Some(rest) => rest,
        None => skip_elements(text)?,
    };
    let message = if rest.is_empty() { rest } else { rest.strip_prefix(b" ")? };
    let message = message.strip_prefix(b"\xef\xbb\xbf").unwrap_or(message);
    Some(message.strip_prefix(b" ").unwrap_or(message))
}

/// What follows `[id name="value"]...`: a bracket inside a value is not the end, nor is an escaped quote.
fn skip_elements(text: &[u8]) -> Option<&[u8]> {
    let mut rest = text.strip_prefix(b"[")?;
    let mut is_quoted = false;
    loop {
        let at = memchr3(b'"', b'\\', b']', rest)?;
        let after = &rest[at + 1..];
        rest = match rest[at] {
            b'\\' if is_quoted => after.get(1..)?,
            b'"' => {
                is_quoted = !is_quoted;
                after
            }
            b']' if !is_quoted => match after.strip_prefix(b"[") {
                Some(next) => next,
                None => return Some(after),
            },
            _ => after,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> String {
        let mut clock = Clock::new("UTC", None).expect("UTC is known");
        match open_rfc5424(line.as_bytes(), &mut clock) {
            Ok(Envelope { content: Content::Repeat(repeat), .. }) => format!("{} times", repeat.count),
            Ok(Envelope { header, .. }) => {
                let [host, name] = [header.host, header.program].map(String::from_utf8_lossy);
                format!("{} {host} {name} {:?}", header.time.map(|t| t.to_string()).unwrap_or_default(), header.pid)
            }
            Err(mismatch) => mismatch.reason.to_owned(),
        }
    }

    #[test]
    fn fields_are_read_by_their_places() {
        let login = "Failed password for root from 192.0.2.1 port 4711 ssh2";
        for (header, shown) in [
            ("<38>1 2024-01-02T03:04:05.678Z lab sshd 77 - - ", "2024-01-02T03:04:05.678Z lab sshd Some(77)"),
            ("<38>1 2024-01-02T03:04:05.678Z lab sshd 77 - -  ", "2024-01-02T03:04:05.678Z lab sshd Some(77)"),
            ("<38>1 - - sshd - - - ", "  sshd None"),
            ("<38>1 2024-01-02T03:04:05Z lab sshd-session 77 ID1 - \u{feff}", "2024-01-02T03:04:05Z lab sshd-session Some(77)"),
            (r#"<38>1 2024-01-02T03:04:05Z lab sshd 7 - [a@1 b="\"] x" c="]"][d e="\\"] "#, "2024-01-02T03:04:05Z lab sshd Some(7)"),
            ("<38>1 2024-01-02T03:04:05Z lab CRON 7 - - sshd[7]: ", "2024-01-02T03:04:05Z lab CRON Some(7)"),
            ("<38>1 2024-01-02T03:04:05Z lab sshd 7 - - x", "2024-01-02T03:04:05Z lab sshd Some(7)"),
            ("<38>1 2024-02-30T03:04:05Z lab sshd 7 - - ", "impossible date or time"),
            (r#"<38>1 2024-01-02T03:04:05Z lab sshd 7 - [a b="c] "#, "the structured data has no end"),
            ("1 2024-01-02T03:04:05Z lab sshd 77 - - ", "2024-01-02T03:04:05Z lab sshd Some(77)"),
            ("127 <38>1 2024-01-02T03:04:05Z lab sshd 77 - - ", "2024-01-02T03:04:05Z lab sshd Some(77)"),
            ("127 1 2024-01-02T03:04:05Z lab sshd 77 - - ", "no priority and version at the start"),
            ("1 - lab sshd 77 - - ", "no priority and version at the start"),
            ("<38>2 2024-01-02T03:04:05Z lab sshd 77 - - ", "no priority and version at the start"),
        ] {
            assert_eq!(read(&format!("{header}{login}")), shown, "{header}");
        }
        assert_eq!(read("<38>1 2024-01-02T03:04:05Z lab CRON 7 - -"), "2024-01-02T03:04:05Z lab CRON Some(7)");
        assert_eq!(read("<46>1 2024-01-02T03:04:05Z lab syslogd - - - last message repeated 3 times"), "3 times");
        assert_eq!(read("<46>1 2024-01-02T03:04:05Z lab CRON - - - last message repeated 3 times"), "2024-01-02T03:04:05Z lab CRON None");
        assert_eq!(read("<38>1 2024-01-02T03:04:05Z lab CRON 7"), "a field of the header is missing");
    }
}

//! OpenSSH on Windows: its own file, `sshd.log`.

use crate::base::time::{Clock, LogTime};
use crate::parse::envelope::format::{Content, Envelope, EnvelopeFormat};
use crate::parse::envelope::tag::parse_pid;
use crate::parse::format::{Arena, FormatKind, Header, Mismatch};

/// `4076 2019-06-04 14:45:30.123 message`.
pub(crate) const SSHD_LOG: EnvelopeFormat = EnvelopeFormat {
    name: "windows_sshd_log",
    kind: FormatKind::Text,
    about: "sshd.log of OpenSSH on Windows",
    source: "PowerShell/openssh-portable contrib/win32/win32compat/w32log.c",
    example: (
        "4076 2019-06-04 14:45:30.123 Failed password for invalid user admin from 192.0.2.10 port 38926 ssh2",
        r#"{"schema":"soar.event/1","@timestamp":"2019-06-04T14:45:30.123Z","event":{"dataset":"sshd.auth","action":"ssh_login","outcome":"failure"},"source":{"ip":"192.0.2.10","port":38926},"user":{"name":"admin"},"process":{"name":"sshd","pid":4076},"log":{"file":{"path":"example"},"line":1},"tags":["ssh_failed"],"soar":{"method":"password","user":"invalid"}}"#,
    ),
    open: |line, arena, clock| open_sshd_log(line.text, arena, clock),
};

const NO_TIME: Mismatch = Mismatch { at: 0, reason: "no process id and time at the start" };

/// Process id, date, time of day with its milliseconds, and what follows.
fn split_stamp(line: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let end = line.iter().take(11).position(|&byte| byte == b' ').filter(|&end| end > 0)?;
    let (stamp, rest) = line[end + 1..].split_at_checked(23)?;
    let is_stamp = matches!(stamp, [y, _, _, _, b'-', _, _, b'-', _, _, b' ', _, _, b':', _, _, b':', _, _, b'.', ..] if y.is_ascii_digit())
        && stamp[20..].iter().all(u8::is_ascii_digit);
    (is_stamp && line[..end].iter().all(u8::is_ascii_digit)).then_some((&line[..end], stamp, rest))
}

/// Whether a line starts as one of this file.
pub(crate) fn starts_like_sshd_log(line: &[u8]) -> bool {
    split_stamp(line).is_some_and(|(.., rest)| matches!(rest, [] | [b' ', ..]))
}

fn open_sshd_log<'a>(line: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> Result<Envelope<'a>, Mismatch> {
    let (pid, stamp, rest) = split_stamp(line).ok_or(NO_TIME)?;
    let message = rest.strip_prefix(b" ").ok_or(NO_TIME)?;
    let text = arena.join(&[&stamp[..10], b"T", &stamp[11..]]);
    let at = line.len() - message.len();
    let time: LogTime<'_> = clock.parse_rfc3339(text).map_err(|reason| Mismatch { at, reason })?;
    let header = Header { time: Some(time), host: b"", program: b"sshd", pid: parse_pid(pid) };
    Ok(Envelope::new(header, Content::Message(message)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_request_is_one_of_a_client_that_is_a_process_id() {
        for (line, starts) in [
            ("4076 2024-10-10 13:55:36.123 x", true),
            // As far as the time of a request.
            ("4076 2024-10-10 13:55:36.123", true),
            ("4076 2024-10-10 13:55:36.123x", false),
            ("4076 2024-10-10 13:55:36", false),
        ] {
            assert_eq!(starts_like_sshd_log(line.as_bytes()), starts, "{line}");
        }
    }
}

//! The journal's text with the time as a number: `journalctl -o short-unix`, and since the boot, `-o short-monotonic`.

use crate::base::net;
use crate::base::time::{Clock, LogTime};
use crate::parse::envelope::after_time::read_after_time;
use crate::parse::envelope::format::{Content, Envelope, EnvelopeFormat};
use crate::parse::envelope::tag::{Tag, split_tag, split_word};
use crate::parse::format::{FormatKind, Header, Mismatch};

/// `1703415994.322089 host sshd[77]: message`.
pub(crate) const SHORT_UNIX: EnvelopeFormat = EnvelopeFormat {
    name: "journal_short_unix",
    kind: FormatKind::Text,
    about: "journalctl -o short-unix, and -o short-monotonic, whose lines have no time of day",
    source: "systemd src/shared/logs-show.c (output_short)",
    example: (
        "1703415994.322089 lab sshd[77]: Failed password for root from 192.0.2.10 port 43422 ssh2",
        r#"{"schema":"soar.event/1","@timestamp":"2023-12-24T11:06:34.322089Z","event":{"dataset":"sshd.auth","action":"ssh_login","outcome":"failure"},"source":{"ip":"192.0.2.10","port":43422},"user":{"name":"root"},"host":{"hostname":"lab"},"process":{"name":"sshd","pid":77},"log":{"file":{"path":"example"},"line":1},"tags":["ssh_failed"],"soar":{"method":"password"}}"#,
    ),
    open: |line, _, clock| open_short_unix(line.text, clock),
};

const NO_TIME: Mismatch = Mismatch { at: 0, reason: "no time at the start" };
/// journalctl writes microseconds; no server's log does so behind seconds since 1970.
const DIGITS: usize = 6;

/// The time, whether it is one since the boot, and what follows behind a space.
fn split_stamp(line: &[u8]) -> Option<(&[u8], bool, &[u8])> {
    let inside = line.strip_prefix(b"[");
    let text = inside.map_or(line, <[u8]>::trim_ascii_start);
    let seconds = text.iter().take(16).take_while(|b| b.is_ascii_digit()).count();
    let fraction = text.get(seconds + 1..)?.iter().take(DIGITS + 1).take_while(|b| b.is_ascii_digit()).count();
    if seconds == 0 || text[seconds] != b'.' || fraction != DIGITS {
        return None;
    }
    let (stamp, rest) = text.split_at(seconds + 1 + DIGITS);
    let rest = if inside.is_some() { rest.strip_prefix(b"]")? } else { rest };
    // Behind it stand a host and a program, as in no log of requests.
    let (host, behind) = split_word(rest.strip_prefix(b" ")?)?;
    let is_tag = net::host_name_len(host) == host.len() && split_tag(behind).is_ok_and(|tag| is_named(&tag));
    is_tag.then_some((stamp, inside.is_some(), rest))
}

/// Whether a tag has a process id, or ends in a colon as only the kernel's does without one.
fn is_named(tag: &Tag<'_>) -> bool {
    tag.pid.is_some() || tag.name == b"kernel"
}

/// Whether a line starts so.
pub(crate) fn starts_with_unix_time(line: &[u8]) -> bool {
    split_stamp(line).is_some()
}

fn open_short_unix<'a>(line: &'a [u8], clock: &mut Clock) -> Result<Envelope<'a>, Mismatch> {
    let (stamp, is_monotonic, rest) = split_stamp(line).ok_or(NO_TIME)?;
    let at = line.len() - rest.len();
    let time: LogTime<'a> = if is_monotonic {
        LogTime { seconds: 0, fraction: "" }
    } else {
        clock.parse_any(stamp).map_err(|reason| Mismatch { at, reason })?
    };
    let envelope = read_after_time(time, rest, at)?;
    match envelope {
        Envelope { header, content: Content::Message(_), .. } if is_monotonic => {
            Ok(Envelope { header: Header { time: None, ..header }, ..envelope })
        }
        _ if is_monotonic => Err(NO_TIME),
        _ => Ok(envelope),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_microseconds_before_a_host_and_a_program_are_the_journals() {
        let mut clock = Clock::new("UTC", Some(2015)).expect("UTC");
        let mut read = |line: &'static str| match open_short_unix(line.as_bytes(), &mut clock) {
            Ok(Envelope { header: Header { time, host, program, pid }, .. }) => {
                let [host, program] = [host, program].map(String::from_utf8_lossy);
                format!("{} {host} {program} {}", time.map_or("-".to_owned(), |time| time.to_string()), pid.unwrap_or(0))
            }
            Err(mismatch) => mismatch.reason.to_owned(),
        };
        for (line, shown) in [
            ("1703415994.322089 lab sshd[77]: x", "2023-12-24T11:06:34.322089Z lab sshd 77"),
            ("[   12.123456] lab sshd[77]: x", "- lab sshd 77"),
            ("[12345.123456] lab kernel: x", "- lab kernel 0"),
            ("1703415994.322 192.0.2.1 TCP_MISS/404 290 GET http://a/ - HIER_DIRECT/192.0.2.2 text/html", "no time at the start"),
            ("1703415994.322089 lab x y", "no time at the start"),
            ("1703415994.3220891 lab sshd[77]: x", "no time at the start"),
            ("[   12.123456] sshd[77]: x", "no time at the start"),
        ] {
            assert_eq!(read(line), shown, "{line}");
        }
    }
}

//! `journalctl -o verbose`: a line with the time and the cursor of an entry, then its fields, a line each; where it ends is told by
//! `io::entries`. What its fields say is what they say in `journalctl -o json`.
//!
//! A field stands under four blanks, and what a value has behind a line break stands further to the right: no sender of a message can
//! write a field.

use memchr::memchr;

use crate::base::time::Clock;
use crate::io::entries::{is_field_name, split_cursor};
use crate::parse::envelope::format::{Envelope, EnvelopeFormat};
use crate::parse::envelope::journald;
use crate::parse::format::{Arena, FormatKind, Mismatch};
use crate::parse::json::walk::{Fields, known_path};

/// `journalctl -o verbose`.
pub(crate) const VERBOSE: EnvelopeFormat = EnvelopeFormat {
    name: "journal_verbose",
    kind: FormatKind::Text,
    about: "the journal with all fields for people (journalctl -o verbose), in an input that begins with such an entry",
    source: "systemd src/shared/logs-show.c (output_verbose)",
    example: (
        "Sun 2023-12-24 12:06:34.322089 CET [s=1f;i=2;b=3;m=4;t=60d3f713f0ca9;x=6]\n    _HOSTNAME=lab\n    _COMM=sshd\n    _PID=77\n    _UID=0\n    MESSAGE=Failed password for root from 192.0.2.10 port 38926 ssh2\n",
        r#"{"schema":"soar.event/1","@timestamp":"2023-12-24T11:06:34.322089Z","event":{"dataset":"sshd.auth","action":"ssh_login","outcome":"failure"},"source":{"ip":"192.0.2.10","port":38926},"user":{"name":"root"},"host":{"hostname":"lab"},"process":{"name":"sshd","pid":77},"log":{"file":{"path":"example"},"line":1},"tags":["ssh_failed"],"soar":{"method":"password"}}"#,
    ),
    open: |line, arena, clock| open(line.text, arena, clock),
};

/// What stands before each field.
const INDENT: &[u8] = b"    ";
/// The time of an entry, as other outputs name it.
const REALTIME: &str = "__REALTIME_TIMESTAMP";

fn open<'a>(entry: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> Result<Envelope<'a>, Mismatch> {
    let end = memchr(b'\n', entry).unwrap_or(entry.len());
    let cursor = split_cursor(&entry[..end]).ok_or(Mismatch { at: 0, reason: "no entry of the journal" })?;
    let mut fields = read_fields(&entry[end..], end, arena)?;
    // The zone at the start is an abbreviation; the cursor has the time in microseconds since 1970.
    let (Some(time), Some(path)) = (time_of(cursor), known_path(REALTIME)) else {
        return Err(Mismatch { at: 1, reason: "the cursor has no time" });
    };
    fields.join(path, arena.keep(time.to_string().as_bytes()), arena);
    journald::KEYS.missing(&fields).map_or(Ok(()), |(_, reason)| Err(Mismatch { at: 1, reason }))?;
    journald::open_fields(&fields, clock)
}

/// The time in `s=...;t=60d3f713f0ca9;x=...`.
fn time_of(cursor: &[u8]) -> Option<u64> {
    let time = cursor.split(|&byte| byte == b';').find_map(|part| part.strip_prefix(b"t="))?;
    u64::from_str_radix(std::str::from_utf8(time).ok()?, 16).ok()
}

/// The fields below the first line, which ends at `at`.
fn read_fields<'a>(text: &'a [u8], mut at: usize, arena: &'a Arena) -> Result<Fields<'a>, Mismatch> {
    let mut fields = Fields::default();
    let mut lines = text.split(|&byte| byte == b'\n').skip(1).peekable();
    while let Some(line) = lines.next() {
        at += 1;
        let trimmed = line.strip_suffix(b"\r").unwrap_or(line);
        if trimmed.is_empty() {
            continue;
        }
        let field = trimmed.strip_prefix(INDENT).and_then(split_field);
        let (name, value) = field.ok_or(Mismatch { at, reason: "neither NAME=value under four blanks nor the next line of a value" })?;
        at += line.len();
        let under = INDENT.len() + name.len() + 1;
        let mut parts = vec![value];
        while let Some(more) = lines.next_if(|line| is_continuation(line)) {
            at += 1 + more.len();
            parts.push(b"\n");
            parts.push(more.get(under..).unwrap_or_default());
        }
        if let Some(path) = std::str::from_utf8(name).ok().and_then(known_path) {
            fields.join(path, if parts.len() == 1 { value } else { arena.join(&parts) }, arena);
        }
    }
    Ok(fields)
}

/// The name and the value of a field.
fn split_field(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let equals = memchr(b'=', line)?;
    let (name, value) = (&line[..equals], &line[equals + 1..]);
    is_field_name(name).then_some((name, value))
}

/// Whether a line goes on with a value: it stands further to the right than a field.
fn is_continuation(line: &[u8]) -> bool {
    line.strip_prefix(INDENT).is_some_and(|rest| rest.starts_with(b" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::envelope::format::Content;

    fn read(entry: &str) -> String {
        let (arena, mut clock) = (Arena::default(), Clock::new("Europe/Paris", None).expect("a zone"));
        match open(entry.as_bytes(), &arena, &mut clock) {
            Ok(Envelope { header, trust, content: Content::Message(message), .. }) => {
                let [program, message] = [header.program, message].map(String::from_utf8_lossy);
                format!("{} {program} {} {message:?}", header.time.expect("a time"), trust.name())
            }
            Ok(other) => format!("{other:?}"),
            Err(mismatch) => mismatch.reason.to_owned(),
        }
    }

    #[test]
    fn fields_stand_under_four_blanks_and_no_value_makes_one() {
        let head = "Sun 2023-12-24 12:06:34.322089 CET [s=1f;i=2;b=3;m=4;t=60d3f713f0ca9;x=6]\n";
        let time = "2023-12-24T11:06:34.322089Z";
        for (fields, shown) in [
            ("    _COMM=sshd\n    _UID=0\n    MESSAGE=a=b\n", format!("{time} sshd journald \"a=b\"")),
            ("    MESSAGE=a\n    _COMM=sshd\n    _UID=0", format!("{time} sshd journald \"a\"")),
            ("    _COMM=sshd\r\n    _UID=0\r\n    MESSAGE=a\r\n", format!("{time} sshd journald \"a\"")),
            ("    _COMM=sshd\n    _UID=1000\n    MESSAGE=a\n", format!("{time} sshd application \"a\"")),
            // A line break in a value.
            (
                "    _COMM=logger\n    _UID=1000\n    SYSLOG_IDENTIFIER=sshd\n    MESSAGE=a\n            _COMM=sshd\n            _UID=0\n",
                format!("{time} sshd application \"a\\n_COMM=sshd\\n_UID=0\""),
            ),
            ("    MESSAGE=a\n            \n            b\n    _COMM=sshd\n", format!("{time} sshd journald \"a\\n\\nb\"")),
            (
                "    _SOURCE_REALTIME_TIMESTAMP=1703415994322000\n    _COMM=sshd\n    MESSAGE=a\n",
                "2023-12-24T11:06:34.322000Z sshd journald \"a\"".to_owned(),
            ),
            ("    _COMM=sshd\n", "a time of the journal, but no MESSAGE".to_owned()),
            ("    message=a\n", "neither NAME=value under four blanks nor the next line of a value".to_owned()),
            ("  MESSAGE=a\n", "neither NAME=value under four blanks nor the next line of a value".to_owned()),
        ] {
            assert_eq!(read(&format!("{head}{fields}")), shown, "{fields}");
        }
        assert_eq!(read("Sun 2023-12-24 12:06:34 CET lab sshd[7]: a\n"), "no entry of the journal");
        assert_eq!(read("Sun 2023-12-24 12:06:34 CET [s=1;t=x]\n    MESSAGE=a\n"), "the cursor has no time");
    }
}

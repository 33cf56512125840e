//! The Journal Export Format: `journalctl -o export`, systemd-journal-remote. An entry is of several lines; where it ends is told by
//! `io::entries`. What its fields say is what they say in `journalctl -o json`.

use memchr::memchr;

use crate::base::time::Clock;
use crate::io::entries::{binary_len, is_field_name};
use crate::parse::envelope::format::{Envelope, EnvelopeFormat};
use crate::parse::envelope::journald;
use crate::parse::format::{Arena, FormatKind, Mismatch};
use crate::parse::json::walk::Fields;
use crate::parse::json::walk::known_path;

/// `journalctl -o export`.
pub(crate) const EXPORT: EnvelopeFormat = EnvelopeFormat {
    name: "journal_export",
    kind: FormatKind::Text,
    about: "the journal in its export format (journalctl -o export, systemd-journal-remote), in an input that begins with such an entry",
    source: "systemd docs/JOURNAL_EXPORT_FORMATS.md",
    example: (
        "__REALTIME_TIMESTAMP=1703415994322089\n_HOSTNAME=lab\n_COMM=sshd\n_PID=77\n_UID=0\nMESSAGE=Failed password for root from 192.0.2.10 port 38926 ssh2\n",
        r#"{"schema":"soar.event/1","@timestamp":"2023-12-24T11:06:34.322089Z","event":{"dataset":"sshd.auth","action":"ssh_login","outcome":"failure"},"source":{"ip":"192.0.2.10","port":38926},"user":{"name":"root"},"host":{"hostname":"lab"},"process":{"name":"sshd","pid":77},"log":{"file":{"path":"example"},"line":1},"tags":["ssh_failed"],"soar":{"method":"password"}}"#,
    ),
    open: |line, arena, clock| open(line.text, arena, clock),
};

/// What an entry begins with: the fields that are no data of it stand before all others.
const STARTS: [&[u8]; 2] = [b"__REALTIME_TIMESTAMP=", b"__CURSOR="];

fn open<'a>(entry: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> Result<Envelope<'a>, Mismatch> {
    if !STARTS.iter().any(|start| entry.starts_with(start)) {
        return Err(Mismatch { at: 0, reason: "no entry of the journal" });
    }
    let fields = read_fields(entry, arena)?;
    journald::KEYS.missing(&fields).map_or(Ok(()), |(_, reason)| Err(Mismatch { at: 1, reason }))?;
    journald::open_fields(&fields, clock)
}

/// The fields that are read. One that stands several times is joined as `journalctl -o json` would have it read.
fn read_fields<'a>(entry: &'a [u8], arena: &'a Arena) -> Result<Fields<'a>, Mismatch> {
    let mut fields = Fields::default();
    let mut at = 0;
    while at < entry.len() {
        let (name, value, len) =
            split_field(&entry[at..]).ok_or(Mismatch { at: 1 + at, reason: "neither NAME=value nor a binary field" })?;
        if let Some(path) = std::str::from_utf8(name).ok().and_then(known_path) {
            fields.join(path, value, arena);
        }
        at += len;
    }
    Ok(fields)
}

/// The name and the value of the first field, and how many bytes it is long with its newline.
fn split_field(text: &[u8]) -> Option<(&[u8], &[u8], usize)> {
    let end = memchr(b'\n', text).unwrap_or(text.len());
    let line = &text[..end];
    if let Some(equals) = memchr(b'=', line) {
        let name = &line[..equals];
        return is_field_name(name).then_some((name, &line[equals + 1..], end + 1));
    }
    let behind = text.get(end + 1..).filter(|_| is_field_name(line))?;
    let len = usize::try_from(binary_len(behind)?).ok()?;
    let value = behind[8..].get(..len)?;
    matches!(behind.get(8 + len), None | Some(b'\n')).then_some((line, value, end + 1 + 8 + len + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::envelope::format::Content;

    fn read(entry: &[u8]) -> String {
        let (arena, mut clock) = (Arena::default(), Clock::new("UTC", None).expect("UTC is known"));
        match open(entry, &arena, &mut clock) {
            Ok(Envelope { header, trust, content: Content::Message(message), .. }) => {
                let [program, message] = [header.program, message].map(String::from_utf8_lossy);
                format!("{program} {} {message:?}", trust.name())
            }
            Ok(other) => format!("{other:?}"),
            Err(mismatch) => mismatch.reason.to_owned(),
        }
    }

    #[test]
    fn fields_are_text_or_bytes_with_their_length() {
        let binary = |name: &str, value: &[u8]| [name.as_bytes(), b"\n", &(value.len() as u64).to_le_bytes(), value, b"\n"].concat();
        let front = b"__REALTIME_TIMESTAMP=1703415994322089\n_COMM=sshd\n_UID=0\n";
        for (rest, shown) in [
            (&b"MESSAGE=a=b\n"[..], r#"sshd journald "a=b""#),
            (b"MESSAGE=", r#"sshd journald """#),
            (&binary("MESSAGE", b"a\n\n_UID=0\nb"), "sshd journald \"a\\n\\n_UID=0\\nb\""),
            (&binary("MESSAGE", b"a\xff"), "sshd journald \"a\u{fffd}\""),
            (b"MESSAGE=a\nMESSAGE=b\n", r#"sshd journald "a, b""#),
            (b"MESSAGE=a\n_UID=1000\n", r#"sshd application "a""#),
            (b"_PID=1\n", "a time of the journal, but no MESSAGE"),
            (b"MESSAGE\n\x09\0\0\0\0\0\0\0a\n", "neither NAME=value nor a binary field"),
            (b"MESSAGE\n\x01\0\0\0\0\0\0\0abc\n", "neither NAME=value nor a binary field"),
            (b"message=a\n", "neither NAME=value nor a binary field"),
            (b"MESSAGE\n", "neither NAME=value nor a binary field"),
        ] {
            assert_eq!(read(&[&front[..], rest].concat()), shown, "{}", String::from_utf8_lossy(rest));
        }
        assert_eq!(read(b"MESSAGE=a\n__REALTIME_TIMESTAMP=1703415994322089\n"), "no entry of the journal");
    }

    #[test]
    fn an_entry_says_what_its_json_says() {
        let fields = [("__REALTIME_TIMESTAMP", "1703415994322089"), ("_HOSTNAME", "lab"), ("_PID", "7"), ("MESSAGE", "a")];
        for more in [
            &[("_COMM", "sshd"), ("_UID", "0"), ("_EXE", "/usr/sbin/sshd")][..],
            &[("_COMM", "logger"), ("SYSLOG_IDENTIFIER", "sshd")],
            &[("_COMM", "sshd"), ("_UID", "1000"), ("_EXE", "/usr/sbin/sshd")],
            &[("_COMM", "sshd"), ("_UID", "0"), ("_SYSTEMD_UNIT", "docker-1.scope")],
            &[("_COMM", "dockerd"), ("CONTAINER_NAME", "chat"), ("SYSLOG_IDENTIFIER", "sshd")],
        ] {
            let all: Vec<_> = fields.iter().chain(more).collect();
            let entry = all.iter().fold(String::new(), |entry, (name, value)| entry + name + "=" + value + "\n");
            let json: serde_json::Map<_, _> = all.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
            let json = serde_json::to_string(&json).expect("JSON");
            let (arena, mut clock) = (Arena::default(), Clock::new("UTC", None).expect("UTC is known"));
            let opened = format!("{:?}", open(entry.as_bytes(), &arena, &mut clock));
            let line = crate::io::lines::Line::of(json.as_bytes());
            assert_eq!(opened, format!("{:?}", (journald::JOURNALD.open)(&line, &arena, &mut clock)), "{more:?}");
        }
    }
}

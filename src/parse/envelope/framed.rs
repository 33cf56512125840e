//! JSON behind the bytes by which `journalctl -o json-seq` and `-o json-sse` set one record off from the next.

use crate::parse::envelope::format::{Content, Envelope, EnvelopeFormat};
use crate::parse::format::{FormatKind, Header, Mismatch};

/// `data: {...}`.
pub const FRAMED: EnvelopeFormat = EnvelopeFormat {
    name: "framed_json",
    kind: FormatKind::Json,
    about: "JSON behind a record separator or `data: ` (journalctl -o json-seq, -o json-sse)",
    source: "RFC 7464; WHATWG HTML, server-sent events; systemd src/shared/logs-show.c",
    example: (
        r#"data: {"__REALTIME_TIMESTAMP":"1703415994322089","_HOSTNAME":"lab","_COMM":"sshd","_PID":"77","_UID":"0","MESSAGE":"Failed password for root from 192.0.2.10 port 38926 ssh2"}"#,
        r#"{"schema":"soar.event/1","@timestamp":"2023-12-24T11:06:34.322089Z","event":{"dataset":"sshd.auth","action":"ssh_login","outcome":"failure"},"source":{"ip":"192.0.2.10","port":38926},"user":{"name":"root"},"host":{"hostname":"lab"},"process":{"name":"sshd","pid":77},"log":{"file":{"path":"example"},"line":1},"tags":["ssh_failed"],"soar":{"method":"password"}}"#,
    ),
    open: |line, _, _| {
        let inside = line.text.strip_prefix(b"\x1e").or_else(|| line.text.strip_prefix(b"data: "));
        let inside = inside.filter(|inside| inside.starts_with(b"{")).ok_or(Mismatch { at: 0, reason: "not JSON" })?;
        Ok(Envelope::new(Header::default(), Content::Line(inside)))
    },
};

//! A log line that a shipper wrapped in JSON as it was. It is taken out here, and read as if it stood alone.
//!
//! Only a wrapper that says where it took the line from is opened. A program's own JSON log has a `message` too, and what
//! stands there its users may choose. What the line may say is decided by who could have written it (see `shipper`).

use crate::base::time::{Clock, starts_like_rfc3164};
use crate::parse::envelope::format::{Content, Envelope, EnvelopeFormat};
use crate::parse::envelope::shipper::{PIECE, container_of, is_piece, trust_of};
use crate::parse::envelope::tag::parse_pid;
use crate::parse::envelope::weekday::starts_with_weekday;
use crate::parse::format::{Arena, FormatKind, Header, Mismatch};
use crate::parse::json::line::{AT_JSON, read_fields};
use crate::parse::json::table::{JsonField, NO_SHIPPER, WRAPPED_KEYS as KEYS};
use crate::parse::json::walk::Fields;

/// Filebeat and Vector around a line.
pub(crate) const WRAPPED: EnvelopeFormat = EnvelopeFormat {
    name: KEYS.name,
    kind: FormatKind::Json,
    about: "any other line, wrapped by Filebeat or Vector, or a message whose program stands in process.name; sshd lines only if they were read from a file",
    source: "Filebeat exported fields, log.file.path, input.type; Vector, source_type",
    example: (
        r#"{"@timestamp":"2025-10-10T11:55:37.001Z","agent":{"type":"filebeat"},"input":{"type":"filestream"},"log":{"file":{"path":"/var/log/access.log"},"offset":1431},"message":"192.0.2.1 - - [10/Oct/2025:13:55:36 +0200] \"GET /a HTTP/1.1\" 404 153 \"-\" \"curl/8.2.1\""}"#,
        r#"{"schema":"soar.event/1","@timestamp":"2025-10-10T11:55:36Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":153}}},"url":{"original":"/a"},"user_agent":{"original":"curl/8.2.1"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
    ),
    open: |line, arena, clock| open(line.text, arena, clock),
};

/// Where a document says which program wrote its message, as the Elastic Common Schema has it.
const PROGRAM: &str = "process.name";

fn open<'a>(line: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> Result<Envelope<'a>, Mismatch> {
    let fields = read_fields(line, arena, &KEYS)?;
    // Null and nothing name no log.
    KEYS.value(&fields, JsonField::Shipper).ok_or(Mismatch { at: AT_JSON + KEYS.needs.len(), reason: NO_SHIPPER })?;
    if is_piece(&fields) {
        return Err(Mismatch { at: AT_JSON + KEYS.needs.len(), reason: PIECE });
    }
    let inside = KEYS.value(&fields, JsonField::Message).unwrap_or_default();
    let inside = inside.strip_suffix(b"\n").unwrap_or(inside);
    let program = fields.get(PROGRAM).filter(|program| !program.is_empty() && is_bare(inside));
    let (header, content) = match program {
        Some(program) => (read_header(&fields, program, clock), Content::Message(inside)),
        None => (Header::default(), Content::Line(inside)),
    };
    Ok(Envelope { trust: trust_of(&fields), container: container_of(&fields), ..Envelope::new(header, content) })
}

/// Whether a message has no header of its own: what took the line apart kept it in keys. Some only add the program, and leave the line whole.
fn is_bare(message: &[u8]) -> bool {
    message.first().is_some_and(u8::is_ascii_alphabetic) && !starts_like_rfc3164(message) && !starts_with_weekday(message)
}

/// The header that such a document has in keys.
fn read_header<'a>(fields: &Fields<'a>, program: &'a [u8], clock: &mut Clock) -> Header<'a> {
    let first = |keys: [&str; 2]| keys.iter().find_map(|key| fields.get(key)).filter(|value| !value.is_empty());
    Header {
        time: fields.get("@timestamp").and_then(|time| clock.parse_any(time).ok()),
        host: first(["host.hostname", "host.name"]).unwrap_or_default(),
        program,
        pid: fields.get("process.pid").and_then(parse_pid),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_says_who_wrote_a_message_without_a_header() {
        let shown = |inside: &str| {
            let line = format!(
                r#"{{"@timestamp":"2024-06-09T22:32:17Z","input":{{"type":"log"}},"log":{{"file":{{"path":"/var/log/auth.log"}}}},"process":{{"name":"sshd","pid":7}},"host":{{"name":"lab"}},"message":"{inside}"}}"#
            );
            let (arena, mut clock) = (Arena::default(), Clock::new("UTC", None).expect("UTC is known"));
            let Ok(Envelope { header, content, trust, .. }) = open(line.as_bytes(), &arena, &mut clock) else { return "-".to_owned() };
            let [host, program] = [header.host, header.program].map(String::from_utf8_lossy);
            let (kind, text) = match content {
                Content::Message(text) => ("message", text),
                Content::Line(text) => ("line", text),
                _ => ("?", &b""[..]),
            };
            format!("{host} {program} {} {} {kind} {}", header.pid.unwrap_or(0), trust.name(), String::from_utf8_lossy(text))
        };
        assert_eq!(shown("Failed password"), "lab sshd 7 syslog file message Failed password");
        for line in [
            "Jun  9 22:32:17 lab sshd[7]: Failed password",
            "2024-06-09T22:32:17Z lab sshd[7]: Failed password",
            "<38>Jun  9 22:32:17 lab sshd[7]: x",
            "Sun Jun  9 22:32:17 2024 auth.info sshd[7]: x",
        ] {
            assert_eq!(shown(line), format!("  0 syslog file line {line}"));
        }
    }
}

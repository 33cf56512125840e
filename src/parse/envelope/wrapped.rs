//! A log line that a shipper wrapped in JSON as it was. It is taken out here, and read as if it stood alone.
//!
//! Only a wrapper that says where it took the line from is opened. A program's own JSON log has a `message` too, and what
//! stands there its users may choose. What the line may say is decided by who could have written it (see `shipper`).

use crate::parse::envelope::format::{Content, Envelope, EnvelopeFormat};
use crate::parse::envelope::shipper::{PIECE, container_of, is_piece, trust_of};
use crate::parse::format::{Arena, FormatKind, Header, Mismatch};
use crate::parse::json::line::{AT_JSON, read_fields};
use crate::parse::json::table::{JsonField, NO_SHIPPER, WRAPPED_KEYS as KEYS};

/// Filebeat and Vector around a line.
pub const WRAPPED: EnvelopeFormat = EnvelopeFormat {
    name: KEYS.name,
    kind: FormatKind::Json,
    about: "any other line, wrapped by Filebeat or Vector; sshd lines only if they were read from a file",
    source: "Filebeat exported fields, log.file.path, input.type; Vector, source_type",
    example: (
        r#"{"@timestamp":"2025-10-10T11:55:37.001Z","agent":{"type":"filebeat"},"input":{"type":"filestream"},"log":{"file":{"path":"/var/log/access.log"},"offset":1431},"message":"192.0.2.1 - - [10/Oct/2025:13:55:36 +0200] \"GET /a HTTP/1.1\" 404 153 \"-\" \"curl/8.2.1\""}"#,
        r#"{"schema":"soar.event/1","@timestamp":"2025-10-10T11:55:36Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":153}}},"url":{"original":"/a"},"user_agent":{"original":"curl/8.2.1"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
    ),
    open: |line, arena, _| open(line.text, arena),
};

fn open<'a>(line: &'a [u8], arena: &'a Arena) -> Result<Envelope<'a>, Mismatch> {
    let fields = read_fields(line, arena, &KEYS)?;
    // Null and nothing name no log.
    KEYS.value(&fields, JsonField::Shipper).ok_or(Mismatch { at: AT_JSON + KEYS.needs.len(), reason: NO_SHIPPER })?;
    if is_piece(&fields) {
        return Err(Mismatch { at: AT_JSON + KEYS.needs.len(), reason: PIECE });
    }
    let inside = KEYS.value(&fields, JsonField::Message).unwrap_or_default();
    let content = Content::Line(inside.strip_suffix(b"\n").unwrap_or(inside));
    Ok(Envelope { trust: trust_of(&fields), container: container_of(&fields), ..Envelope::new(Header::default(), content) })
}

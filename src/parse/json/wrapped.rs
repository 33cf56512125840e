//! A log line that a shipper wrapped in JSON as it was. It is taken out here, and read as if it stood alone.
//!
//! Only a wrapper that says where it took the line from is opened. A program's own JSON log has a `message` too, and what
//! stands there its users may choose. What the line may say is decided by who could have written it (see `shipper`).

use super::super::format::{Format, Kind, Misfit, Reading, Scratch};
use super::line::{AT_JSON, read_fields};
use super::shipper::trust_of;
use super::table::{Field, NO_SHIPPER, WRAPPED_KEYS as KEYS};

/// Filebeat and Vector around a line.
pub const WRAPPED: Format = Format {
    name: KEYS.name,
    kind: Kind::Wrapper,
    about: "any other line, wrapped by Filebeat or Vector; sshd's only where they took it from a file",
    source: "Filebeat exported fields, log.file.path, input.type; Vector, source_type",
    example: (
        r#"{"@timestamp":"2025-10-10T11:55:37.001Z","agent":{"type":"filebeat"},"input":{"type":"filestream"},"log":{"file":{"path":"/var/log/access.log"},"offset":1431},"message":"192.0.2.1 - - [10/Oct/2025:13:55:36 +0200] \"GET /a HTTP/1.1\" 404 153 \"-\" \"curl/8.2.1\""}"#,
        r#"{"schema":"soar.event/1","@timestamp":"2025-10-10T11:55:36Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":153}}},"url":{"original":"/a"},"user_agent":{"original":"curl/8.2.1"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
    ),
    read: |line, scratch, _| read(line.text, scratch),
};

fn read<'a>(line: &'a [u8], scratch: &'a Scratch) -> Result<Reading<'a>, Misfit> {
    let fields = read_fields(line, scratch, &KEYS)?;
    // Null and nothing name no log.
    KEYS.value(&fields, Field::Shipper).ok_or(Misfit { at: AT_JSON + KEYS.needs.len(), reason: NO_SHIPPER })?;
    let inside = KEYS.value(&fields, Field::Message).unwrap_or_default();
    Ok(Reading::Wrapped(inside.strip_suffix(b"\n").unwrap_or(inside), trust_of(&fields)))
}

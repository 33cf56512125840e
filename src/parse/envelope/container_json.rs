//! The output of containers in JSON: Docker's own file, and what Fluent Bit and Fluentd make of one.

use crate::base::time::Clock;
use crate::parse::envelope::format::{Content, Envelope, EnvelopeFormat};
use crate::parse::envelope::keys::CONTAINER_KEYS as KEYS;
use crate::parse::envelope::shipper;
use crate::parse::envelope::trust::{Doubt, Trust};
use crate::parse::format::{Arena, FormatKind, Header, Mismatch};
use crate::parse::json::fields::Fields;
use crate::parse::json::line::{AT_JSON, read_fields};
use crate::parse::json::table::JsonField;

/// Docker's `json-file`, Fluent Bit's and Fluentd's `log`.
pub const CONTAINER: EnvelopeFormat = EnvelopeFormat {
    name: KEYS.name,
    kind: FormatKind::Json,
    about: "output of a container in Docker's own file (json-file), and as Fluent Bit and Fluentd ship it (log, kubernetes)",
    source: "moby daemon/logger/jsonfilelog; Fluent Bit manual, filter kubernetes; fluentd-docker driver",
    example: (
        r#"{"log":"192.0.2.1 - - [10/Oct/2025:13:55:36 +0200] \"GET /a HTTP/1.1\" 404 153 \"-\" \"curl/8.2.1\"\n","stream":"stdout","time":"2025-10-10T11:55:36.123456789Z"}"#,
        r#"{"schema":"soar.event/1","@timestamp":"2025-10-10T11:55:36Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":153}}},"url":{"original":"/a"},"user_agent":{"original":"curl/8.2.1"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
    ),
    open: |line, arena, clock| open(line.text, arena, clock),
};

/// What a piece of a line is called where it cannot be joined.
const PIECE: &str = "a piece of a line that the engine cut";

fn open<'a>(line: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> Result<Envelope<'a>, Mismatch> {
    let fields = read_fields(line, arena, &KEYS)?;
    let text = KEYS.value(&fields, JsonField::Message).unwrap_or_default();
    let whole = text.strip_suffix(b"\n").unwrap_or(text);
    if whole.len() == text.len() && is_of_engine(&fields) {
        return Err(Mismatch { at: AT_JSON + KEYS.needs.len(), reason: PIECE });
    }
    let time = KEYS.value(&fields, JsonField::Time).and_then(|time| clock.parse_any(time).ok());
    let header = Header { time, ..Header::default() };
    let trust = shipper::trust_of(&fields).min(Trust::Doubted(Doubt::Container));
    Ok(Envelope { container: shipper::container_of(&fields), trust, ..Envelope::new(header, Content::Output(whole)) })
}

/// Whether the engine itself wrote the entry, who ends each line that is whole in a newline; shippers take it off.
fn is_of_engine(fields: &Fields<'_>) -> bool {
    let shipped = ["kubernetes.pod_name", "kubernetes.container_name", "container_id", "container_name", "@timestamp", "timestamp", "date"];
    fields.get("time").is_some() && !shipped.iter().any(|key| fields.get(key).is_some())
}

//! The output of containers in JSON: Docker's own file, and what Fluent Bit and Fluentd make of one.

use memchr::{memchr2, memrchr};

use crate::base::time::Clock;
use crate::parse::envelope::format::{Content, Envelope, EnvelopeFormat};
use crate::parse::envelope::keys::CONTAINER_KEYS as KEYS;
use crate::parse::envelope::shipper;
use crate::parse::envelope::trust::{Doubt, Trust};
use crate::parse::format::{Arena, FormatKind, Header, Mismatch};
use crate::parse::json::line::{AT_JSON, read_fields};
use crate::parse::json::table::JsonField;
use crate::parse::json::walk::Fields;

/// Docker's `json-file`, Fluent Bit's and Fluentd's `log`.
pub(crate) const CONTAINER: EnvelopeFormat = EnvelopeFormat {
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
pub(crate) const PIECE: &str = "a piece of a line that the engine cut";

fn open<'a>(line: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> Result<Envelope<'a>, Mismatch> {
    if let Some((text, time)) = split_plain(line, arena) {
        let header = Header { time: clock.parse_any(time).ok(), ..Header::default() };
        return Ok(Envelope { trust: Trust::Doubted(Doubt::Container), ..Envelope::new(header, Content::Output(text)) });
    }
    let fields = read_fields(line, arena, &KEYS)?;
    if shipper::is_piece(&fields) {
        return Err(Mismatch { at: AT_JSON + KEYS.needs.len(), reason: shipper::PIECE });
    }
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

/// The text, without its newline, and the time of an entry as Docker writes nearly every one; `None`: it is read as any JSON is.
///
/// **Source:** moby `daemon/logger/jsonfilelog/jsonlog` (`MarshalJSONBuf`).
fn split_plain<'a>(line: &'a [u8], arena: &'a Arena) -> Option<(&'a [u8], &'a [u8])> {
    let inside = line.strip_prefix(br#"{"log":""#)?.strip_suffix(br#""}"#)?;
    let quote = memrchr(b'"', inside)?;
    let (front, time) = (&inside[..quote], &inside[quote + 1..]);
    if time.len() > 40 || !time.iter().all(|byte| byte.is_ascii_digit() || b"-:.TZ+".contains(byte)) {
        return None;
    }
    let front = front.strip_suffix(br#","time":"#)?;
    let body = front.strip_suffix(br#"","stream":"stdout""#).or_else(|| front.strip_suffix(br#"","stream":"stderr""#))?;
    Some((undo_escapes(body.strip_suffix(br"\n")?, arena)?, time))
}

/// The text of a JSON string that has no escapes but those of quotes and backslashes; `None`: it is another, or none.
fn undo_escapes<'a>(body: &'a [u8], arena: &'a Arena) -> Option<&'a [u8]> {
    // All of it, which vector instructions do.
    let has_control = body.iter().fold(0, |found, &byte| found | u8::from(byte < b' ')) != 0;
    if has_control || std::str::from_utf8(body).is_err() {
        return None;
    }
    let Some(mut at) = memchr2(b'"', b'\\', body) else { return Some(body) };
    let (mut text, mut rest) = (Vec::with_capacity(body.len()), body);
    loop {
        let escaped = rest.get(at + 1).filter(|_| rest[at] == b'\\').filter(|byte| matches!(byte, b'"' | b'\\' | b'/'))?;
        text.extend_from_slice(&rest[..at]);
        text.push(*escaped);
        rest = &rest[at + 2..];
        match memchr2(b'"', b'\\', rest) {
            Some(next) => at = next,
            None => break,
        }
    }
    text.extend_from_slice(rest);
    Some(arena.keep(&text))
}

/// Whether the engine itself wrote the entry, who ends each line that is whole in a newline; shippers take it off.
fn is_of_engine(fields: &Fields<'_>) -> bool {
    let shipped = ["kubernetes.pod_name", "kubernetes.container_name", "container_id", "container_name", "@timestamp", "timestamp", "date"];
    fields.get("time").is_some() && !shipped.iter().any(|key| fields.get(key).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_quickly_is_what_any_json_says() {
        let (arena, mut clock) = (Arena::default(), Clock::new("UTC", None).expect("UTC is known"));
        let mut quick = 0;
        for text in [
            r"a b\n",
            r#"a \"b\" c\n"#,
            r"\n",
            r"a\\\n",
            r"a\\n",
            r"a\\\\n",
            r"a\/b\n",
            r"a\tb\n",
            r"a\u00e9\n",
            "\u{e9}\\n",
            r"a\r\n",
            "a\tb\\n",
            r#"a","log":"b\n"#,
            r#"a"b\n"#,
            r"a\n\n",
            "",
        ] {
            for tail in [
                r#""stream":"stdout","time":"2025-10-10T11:55:36.123456789Z"}"#,
                r#""stream":"stderr","time":"x"}"#,
                r#""time":"1","stream":"stdout"}"#,
            ] {
                let line = format!(r#"{{"log":"{text}",{tail}"#);
                // A key that no table wants makes it another line to the quick way alone.
                let slow = line.replacen('{', r#"{"a":1,"#, 1);
                let [opened, of_any] = [&line, &slow].map(|line| {
                    format!(
                        "{:?}",
                        open(line.as_bytes(), &arena, &mut clock)
                            .map(|e| (format!("{:?}", e.content), e.trust, e.header.time.map(|time| time.to_string())))
                            .map_err(|mismatch| mismatch.reason)
                    )
                });
                assert_eq!(opened, of_any, "{line}");
                quick += usize::from(split_plain(line.as_bytes(), &arena).is_some());
            }
        }
        assert_eq!(quick, 6);
    }
}

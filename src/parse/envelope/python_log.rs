//! What Python's `logging.basicConfig` puts before the access lines of servers in Python: `INFO:werkzeug:192.0.2.1 - - [...]`.
//!
//! Only for loggers of servers whose lines begin with the client: any other logger may have anything behind its name.

use crate::parse::envelope::format::{Content, Envelope, EnvelopeFormat};
use crate::parse::envelope::trust::{Doubt, Trust};
use crate::parse::format::{FormatKind, Header, Mismatch};

/// `LEVEL:LOGGER:line`.
pub(crate) const PYTHON_LOG: EnvelopeFormat = EnvelopeFormat {
    name: "python_logging",
    kind: FormatKind::Text,
    about: "level and logger before the lines of Werkzeug (Flask), Gunicorn, Hypercorn and paste (Python's logging.basicConfig)",
    source: "CPython Lib/logging/__init__.py, BASIC_FORMAT",
    example: (
        r#"INFO:werkzeug:192.0.2.1 - - [29/Nov/2024 10:00:00] "GET /a HTTP/1.1" 404 -"#,
        r#"{"schema":"soar.event/1","@timestamp":"2024-11-29T10:00:00Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404}},"url":{"original":"/a"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
    ),
    open: |line, _, _| open(line.text),
};

const LEVELS: [&[u8]; 4] = [b"DEBUG:", b"INFO:", b"WARNING:", b"ERROR:"];
const LOGGERS: [&[u8]; 4] = [b"werkzeug:", b"gunicorn.access:", b"hypercorn.access:", b"wsgi:"];

fn open(line: &[u8]) -> Result<Envelope<'_>, Mismatch> {
    let behind = LEVELS.iter().find_map(|level| line.strip_prefix(*level));
    let inside = behind.and_then(|rest| LOGGERS.iter().find_map(|logger| rest.strip_prefix(*logger)));
    let inside =
        inside.filter(|inside| !inside.is_empty()).ok_or(Mismatch { at: 0, reason: "no logger of a server in Python at the start" })?;
    Ok(Envelope { trust: Trust::Doubted(Doubt::Application), ..Envelope::new(Header::default(), Content::Output(inside)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loggers_of_servers_stand_before_a_request() {
        for (line, inside) in [
            ("INFO:werkzeug:a b", Some("a b")),
            ("WARNING:gunicorn.access:a", Some("a")),
            ("INFO:chat:a", None),
            ("INFO:werkzeug:", None),
            ("info:werkzeug:a", None),
        ] {
            let found = match open(line.as_bytes()) {
                Ok(Envelope { content: Content::Output(text), .. }) => std::str::from_utf8(text).ok(),
                _ => None,
            };
            assert_eq!(found, inside, "{line}");
        }
    }
}

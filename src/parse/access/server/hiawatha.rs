//! Hiawatha's own format, with bars between the fields and every header of the request at the end.

use crate::base::time::{Clock, LogTime};
use crate::parse::access::request::{Web, is_client, read_size, read_status};
use crate::parse::access::server::words::Words;
use crate::parse::format::{Arena, Format, FormatKind, Mismatch, ParsedLine, known};

/// `AccessLogFormat = hiawatha`, the default.
pub(crate) const HIAWATHA: Format = Format {
    name: "hiawatha",
    kind: FormatKind::Web,
    about: "Hiawatha's own access log, which is its default; its formats common and extended are Apache's",
    source: "Hiawatha src/log.c (log_request)",
    example: (
        "192.0.2.1|Fri 29 Nov 2024 10:00:00 +0100|404|1294||GET /no HTTP/1.1|Host: www.example.org|User-Agent: ExampleBot/1.0|Accept: */*",
        r#"{"schema":"soar.event/1","@timestamp":"2024-11-29T09:00:00Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":1294}}},"url":{"original":"/no"},"user_agent":{"original":"ExampleBot/1.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
    ),
    read: |line, arena, clock| read(line.text, arena, clock),
};

/// Client, time, status and size stand before everything that a client sends. It writes bars as they come, so of two agents none is believed.
fn read<'a>(line: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> Result<ParsedLine<'a>, Mismatch> {
    let mut words = Words::of(line);
    let client = words.until(b'|', "no client before a bar")?;
    if !is_client(client) {
        return Err(Mismatch { at: 0, reason: "the client is neither an address nor a host name" });
    }
    let time = words.until(b'|', "no time before a bar")?;
    // `Fri 29 Nov 2024 10:00:00 +0100`.
    let [_, _, _, b' ', d1, d2, b' ', m1, m2, m3, b' ', y1, y2, y3, y4, b' ', clock_time @ ..] = time else {
        return Err(Mismatch { at: 1, reason: "no time behind the client" });
    };
    let dated = arena.join(&[&[*d1, *d2, b'/', *m1, *m2, *m3, b'/', *y1, *y2, *y3, *y4, b':'], clock_time]);
    let seconds = clock.parse_clf(dated).map_err(|reason| words.mismatch(reason))?;
    let status = read_status(words.until(b'|', "no status")?).map_err(|reason| words.mismatch(reason))?;
    let body_bytes = read_size(words.until(b'|', "no size")?).map_err(|reason| words.mismatch(reason))?;
    let mut fields = words.rest().split(|&byte| byte == b'|');
    let user = fields.next().and_then(known);
    let request = fields.next().and_then(known);
    let mut agents =
        fields.filter_map(|field| field.get(..11).filter(|name| name.eq_ignore_ascii_case(b"User-Agent:")).map(|_| &field[11..]));
    let agent = agents.next().map(<[u8]>::trim_ascii).and_then(known);
    let is_ambiguous = agents.next().is_some();
    Ok(ParsedLine::Web(Web {
        user,
        time: Some(LogTime { seconds, fraction: "" }),
        request,
        status,
        body_bytes,
        agent: agent.filter(|_| !is_ambiguous),
        is_ambiguous,
        ..Web::of(client)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_of_a_client_move_nothing_but_its_own_texts() {
        let (arena, mut clock) = (Arena::default(), Clock::new("UTC", None).expect("UTC is known"));
        for (tail, agent) in [
            ("|GET /no HTTP/1.1|User-Agent: x", Some("x")),
            ("|GET /|203.0.113.9|Fri 29 Nov 2024 10:00:00 +0100|200|5||x HTTP/1.1|User-Agent: x", Some("x")),
            ("bob|GET /|User-Agent: y HTTP/1.1|user-agent: x", None),
            ("|GET / HTTP/1.1", None),
        ] {
            let line = format!("192.0.2.1|Fri 29 Nov 2024 10:00:00 +0100|404|1294|{tail}");
            let Ok(ParsedLine::Web(web)) = read(line.as_bytes(), &arena, &mut clock) else { panic!("unread: {line}") };
            assert_eq!((web.client, web.status, web.agent), (&b"192.0.2.1"[..], Some(404), agent.map(str::as_bytes)), "{line}");
        }
        for line in [
            "192.0.2.1|x|404",
            "192.0.2.1|Fri 29 Nov 2024 10:00:00 +0100|/var/www/a|file not found",
            "a b|Fri 29 Nov 2024 10:00:00 +0100|404|1||x",
        ] {
            assert!(read(line.as_bytes(), &arena, &mut clock).is_err(), "{line}");
        }
    }
}

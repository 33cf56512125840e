//! Access logs of servers written in Python that are not those of Apache: Uvicorn, Sanic, and Hypercorn with its logger's header.

use memchr::{memchr, memrchr};

use crate::base::net;
use crate::base::time::Clock;
use crate::parse::access::clf;
use crate::parse::access::request::{Web, read_size, read_status};
use crate::parse::access::server::words::{Words, split_address};
use crate::parse::colour::skip_colour;
use crate::parse::format::{Arena, Format, FormatKind, Mismatch, ParsedLine, known};

/// Uvicorn's default.
pub(crate) const UVICORN: Format = Format {
    name: "uvicorn",
    kind: FormatKind::Web,
    about: "Uvicorn's default access line (FastAPI, Starlette); it has no time and no user agent",
    source: "Uvicorn uvicorn/logging.py, AccessFormatter; uvicorn/config.py, LOGGING_CONFIG; tried with Uvicorn 0.54",
    example: (
        r#"INFO:     192.0.2.38:53735 - "GET /no HTTP/1.1" 404 Not Found"#,
        r#"{"schema":"soar.event/1","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.38"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404}},"url":{"original":"/no"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
    ),
    read: |line, _, _: &mut Clock| read_uvicorn(line.text),
};

/// Hypercorn's default, which goes through a logger that writes a header.
pub(crate) const HYPERCORN: Format = Format {
    name: "hypercorn",
    kind: FormatKind::Web,
    about: "Hypercorn's access log behind the header of its logger",
    source: "Hypercorn hypercorn/logging.py, hypercorn/config.py (access_log_format); tried with Hypercorn 0.18",
    example: (
        r#"[2026-11-29 13:33:19 +0000] [1049] [INFO] 192.0.2.7:51730 - - [29/Nov/2026:13:33:19 +0000] "GET /no 1.1" 404 0 "-" "ExampleBot/1.0""#,
        r#"{"schema":"soar.event/1","@timestamp":"2026-11-29T13:33:19Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.7"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":0}}},"url":{"original":"/no"},"user_agent":{"original":"ExampleBot/1.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
    ),
    read: |line, arena, clock| read_hypercorn(line.text, arena, clock),
};

/// Sanic's default.
pub(crate) const SANIC: Format = Format {
    name: "sanic",
    kind: FormatKind::Web,
    about: "Sanic's default access line; it has no user agent",
    source: "Sanic sanic/logging/default.py, sanic/http/http1.py (log_response)",
    example: (
        "[2024-06-09 22:32:17 +0000] - (sanic.access)[INFO][192.0.2.9:51234]: GET http://www.example.org/no  404 500",
        r#"{"schema":"soar.event/1","@timestamp":"2024-06-09T22:32:17Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.9"},"http":{"request":{"method":"GET"},"response":{"status_code":404,"body":{"bytes":500}}},"url":{"original":"http://www.example.org/no"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
    ),
    read: |line, _, clock| read_sanic(line.text, clock),
};

/// What Uvicorn writes on a terminal, which `docker logs` and `script` keep: the level, the request and the status are coloured.
///
/// **Source:** Uvicorn `uvicorn/logging.py` (`ColourizedFormatter`, `AccessFormatter`), click `style`.
const COLOURED_LEVEL: &[u8] = b"\x1b[32mINFO\x1b[0m:     ";
const RESET: &[u8] = b"\x1b[0m";
const BOLD: &[u8] = b"\x1b[1m";

/// `INFO:     192.0.2.38:53735 - "GET /no HTTP/1.1" 404 Not Found`. A query may hold quotes; what stands behind the last is the server's.
fn read_uvicorn(line: &[u8]) -> Result<ParsedLine<'_>, Mismatch> {
    let mut words = Words::of(line);
    words.skip(b"INFO:     ", "no level at the start").or_else(|mismatch| words.skip(COLOURED_LEVEL, mismatch.reason))?;
    // A UNIX socket has no address, and none is written.
    let client = match words.rest() {
        [b' ', b'-', ..] => &b"-"[..],
        rest => {
            let end = memchr(b' ', rest).unwrap_or(rest.len());
            split_address(&rest[..end]).ok_or(words.mismatch("no client and port"))?
        }
    };
    words.until(b'-', "no '-' before the request")?;
    words.skip(b" \"", "no quoted request")?;
    let end = memrchr(b'"', words.rest()).ok_or(words.mismatch("the request has no closing quote"))?;
    let (request, tail) = words.rest().split_at(end);
    let request = request.strip_prefix(BOLD).map_or(request, |inside| inside.strip_suffix(RESET).unwrap_or(inside));
    let status = tail.strip_prefix(b"\" ").map(skip_colour).and_then(|tail| tail.split(|&byte| byte == b' ').next()).unwrap_or_default();
    let status = read_status(status).map_err(|reason| words.mismatch(reason))?;
    Ok(ParsedLine::Web(Web { request: known(request), status, ..Web::of(client) }))
}

/// `[2024-06-09 22:32:17 +0000] - (sanic.access)[INFO][192.0.2.9:51234]: GET http://host/no  404 500`: the peer stands before what a client
/// sends, status and size behind it.
fn read_sanic<'a>(line: &'a [u8], clock: &mut Clock) -> Result<ParsedLine<'a>, Mismatch> {
    let mut words = Words::of(line);
    words.skip(b"[", "no '[' at the start")?;
    let time = clock.parse_dated(words.until(b']', "no ']' after the time")?).map_err(|reason| Mismatch { at: 1, reason })?;
    // Many programs begin their lines with a time.
    words.skip(b" - (sanic.access)[", "no logger of Sanic").map_err(|mismatch| Mismatch { at: 1, ..mismatch })?;
    words.until(b']', "no level")?;
    words.skip(b"[", "no client behind the level")?;
    let before = words;
    let client = memrchr(b':', words.rest().split(|&byte| byte == b' ').next().unwrap_or_default().strip_suffix(b"]:").unwrap_or_default());
    let client = client.map(|end| &words.rest()[..end]).filter(|client| net::parse_address(client).is_some());
    let client = client.ok_or(before.mismatch("no client and port"))?;
    words.word("no client and port")?;
    let mut tail = words.rest().rsplitn(3, |&byte| byte == b' ');
    let (size, status) = (tail.next().unwrap_or_default(), tail.next().unwrap_or_default());
    let request = tail.next().ok_or(words.mismatch("no status and size at the end"))?;
    let status = read_status(status).ok().filter(|_| status.len() == 3).ok_or(words.mismatch("no status and size at the end"))?;
    let body_bytes = if size == b"-1" { None } else { read_size(size).map_err(|reason| words.mismatch(reason))? };
    Ok(ParsedLine::Web(Web { time: Some(time), request: known(request.trim_ascii_end()), status, body_bytes, ..Web::of(client) }))
}

/// `[2026-11-29 13:33:19 +0000] [1049] [INFO] ` before a line of the combined format, whose protocol is a version alone.
fn read_hypercorn<'a>(line: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> Result<ParsedLine<'a>, Mismatch> {
    let mut words = Words::of(line);
    words.skip(b"[", "no '[' at the start")?;
    clock.parse_dated(words.until(b']', "no ']' after the time")?).map_err(|reason| Mismatch { at: 1, reason })?;
    // Many programs begin their lines with a time.
    words.skip(b" [", "no process behind the time").map_err(|mismatch| Mismatch { at: 1, ..mismatch })?;
    if !words.until(b']', "no process")?.iter().all(u8::is_ascii_digit) {
        return Err(words.mismatch("no process"));
    }
    words.skip(b" [INFO] ", "no level behind the process")?;
    let at = line.len() - words.rest().len();
    let inner = clf::read_common(words.rest(), clock).map_err(|mismatch| Mismatch { at: at + mismatch.at, ..mismatch })?;
    let ParsedLine::Web(web) = inner else { return Ok(inner) };
    let request = web.request.map(|request| match memrchr(b' ', request).map(|at| request.split_at(at + 1)) {
        Some((front, version @ (b"1.0" | b"1.1" | b"2" | b"3"))) => arena.join(&[front, b"HTTP/", version]),
        _ => request,
    });
    Ok(ParsedLine::Web(Web { request, ..web }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_passed_over_where_uvicorn_writes_them() {
        let shown = |line: &'static str| match read_uvicorn(line.as_bytes()) {
            Ok(ParsedLine::Web(Web { client, request, status, .. })) => {
                let [client, request] = [client, request.unwrap_or_default()].map(String::from_utf8_lossy);
                format!("{client} {} {request}", status.unwrap_or_default())
            }
            other => format!("{other:?}"),
        };
        for line in [
            "\x1b[32mINFO\x1b[0m:     192.0.2.33:53735 - \"\x1b[1mGET /no HTTP/1.1\x1b[0m\" \x1b[31m404 Not Found\x1b[0m",
            "INFO:     192.0.2.33:53735 - \"GET /no HTTP/1.1\" 404 Not Found",
        ] {
            assert_eq!(shown(line), "192.0.2.33 404 GET /no HTTP/1.1", "{line}");
        }
        assert!(read_uvicorn(b"\x1b[31mERROR\x1b[0m:    x").is_err());
    }
    #[test]
    fn the_peer_of_sanic_stands_before_its_request_and_the_status_behind() {
        let mut clock = Clock::new("UTC", None).expect("UTC is known");
        let mut shown = |line: &str| match read_sanic(line.as_bytes(), &mut clock) {
            Ok(ParsedLine::Web(web)) => {
                format!("{} {}", String::from_utf8_lossy(web.client), web.status.unwrap_or_default())
            }
            Ok(other) => format!("{other:?}"),
            Err(mismatch) => mismatch.reason.to_owned(),
        };
        for (tail, found) in [
            ("[192.0.2.9:51234]: GET http://x/no  404 500", "192.0.2.9 404"),
            ("[2001:db8::9:51234]: GET http://x/no  404 -1", "2001:db8::9 404"),
            ("[192.0.2.9:51234]: GET http://x 200 5]: GET /no  404 500", "192.0.2.9 404"),
            ("[192.0.2.9:51234]: GET http://[203.0.113.9:1]:/no  404 500", "192.0.2.9 404"),
            ("[:0]: GET http://x/no  404 500", "no client and port"),
            ("[192.0.2.9:51234]: GET http://x/no", "no status and size at the end"),
        ] {
            assert_eq!(shown(&format!("[2024-06-09 22:32:17 +0000] - (sanic.access)[INFO]{tail}")), found, "{tail}");
        }
    }
}

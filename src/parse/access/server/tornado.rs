//! Tornado's access lines, and those of Jupyter, which is a Tornado.

use memchr::{memchr, memchr_iter, memrchr};

use crate::base::net;
use crate::base::time::{Clock, LogTime};
use crate::parse::access::request::{Web, join_request, read_status};
use crate::parse::access::server::words::Words;
use crate::parse::format::{Arena, Format, FormatKind, Mismatch, ParsedLine, known};

/// The line that its handlers log for each request.
pub(crate) const TORNADO: Format = Format {
    name: "tornado",
    kind: FormatKind::Web,
    about: "Tornado's access lines with its own header, also of Jupyter and JupyterHub, or behind Python's LEVEL:tornado.access:; no user agent",
    source: "Tornado tornado/web.py (log_request), tornado/log.py (LogFormatter); Jupyter Server jupyter_server/log.py; JupyterHub jupyterhub/log.py",
    example: (
        "[W 241129 10:00:00 web:2348] 404 GET /no (192.0.2.50) 0.42ms",
        r#"{"schema":"soar.event/1","@timestamp":"2024-11-29T10:00:00Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.50"},"http":{"request":{"method":"GET"},"response":{"status_code":404}},"url":{"original":"/no"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
    ),
    read: |line, arena, clock| read(line.text, arena, clock),
};

/// `404 GET /no (192.0.2.50) 0.42ms` behind a header. A request line has two blanks and no more, or Tornado refuses it, so what stands before the
/// address is words. Only `JupyterHub` writes a user before it, `(alice@192.0.2.50)`.
fn read<'a>(line: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> Result<ParsedLine<'a>, Mismatch> {
    const NO_CLIENT: &str = "no client in parentheses behind the request";
    let mut words = Words::of(line);
    let time = read_header(&mut words, arena, clock)?;
    let status = words.word("no status")?;
    let status = read_status(status).ok().filter(|_| status.len() == 3).ok_or(words.mismatch("no status"))?;
    let method = words.word("no method")?;
    let target = words.word("no target")?;
    words.skip(b"(", NO_CLIENT)?;
    let rest = words.rest();
    // What Tornado says of an error stands behind `404 GET /no (192.0.2.50): `, and may hold all this.
    let first = memchr(b')', rest).filter(|&end| starts_with_duration(&rest[end + 1..])).ok_or(words.mismatch(NO_CLIENT))?;
    let last = memchr_iter(b')', rest).rfind(|&end| starts_with_duration(&rest[end + 1..])).unwrap_or(first);
    // Who logs in may be called like all this; without an '@' before its last candidate a line has no user.
    if last != first && memchr(b'@', &rest[..last]).is_some() {
        return Err(words.mismatch("two candidates for the client"));
    }
    let (user, client) = match memrchr(b'@', &rest[..first]) {
        Some(at) => (known(&rest[..at]), &rest[at + 1..first]),
        None => (None, &rest[..first]),
    };
    if net::parse_address(client).is_none() {
        return Err(words.mismatch("the client is no address"));
    }
    Ok(ParsedLine::Web(Web { user, time, request: join_request(known(method), known(target), None, arena), status, ..Web::of(client) }))
}

/// Reads `[W 241129 10:00:00 web:2348] `, `[W 2024-11-29 10:00:00.123 ServerApp] ` (perhaps with where in the source behind), or `WARNING:tornado.access:`, which has no
/// time.
fn read_header<'a>(words: &mut Words<'a>, arena: &'a Arena, clock: &mut Clock) -> Result<Option<LogTime<'a>>, Mismatch> {
    const NO_HEADER: &str = "no header of Tornado at the start";
    if [&b"INFO:"[..], b"WARNING:", b"ERROR:"].iter().any(|level| words.skip(level, "").is_ok()) {
        return words.skip(b"tornado.access:", NO_HEADER).map(|()| None);
    }
    words.skip(b"[", NO_HEADER)?;
    if !matches!(words.rest(), [b'D' | b'I' | b'W' | b'E' | b'C', b' ', b'0'..=b'9', ..]) {
        return Err(words.mismatch(NO_HEADER));
    }
    let mut inside = Words::of(&words.until(b']', NO_HEADER)?[2..]);
    let (date, clock_time) = (inside.word("no date")?, inside.word("no time of day")?);
    // Who logs: the module of Tornado, an application of Jupyter, or JupyterHub with its module for this. Others may log a client's text.
    let mut who = inside.rest().split(|&byte| byte == b' ');
    let is_access = match (who.next().unwrap_or_default(), who.next()) {
        (name, None) => name.starts_with(b"web:") || name.ends_with(b"App"),
        (_, Some(module)) => module.starts_with(b"log:"),
    };
    if !is_access {
        return Err(words.mismatch(NO_HEADER));
    }
    words.skip(b" ", "no space behind the header")?;
    let year: [&[u8]; 2] = if date.len() == 6 { [b"20", &date[..2]] } else { [date.get(..4).unwrap_or_default(), b""] };
    let day =
        if date.len() == 6 { [&date[2..4], &date[4..]] } else { [date.get(5..7).unwrap_or_default(), date.get(8..).unwrap_or_default()] };
    let text = arena.join(&[year[0], year[1], b"-", day[0], b"-", day[1], b" ", clock_time]);
    clock.parse_dated(text).map(Some).map_err(|reason| Mismatch { at: 3, reason })
}

/// Whether ` 0.42ms` stands here, at the end or before a space.
fn starts_with_duration(text: &[u8]) -> bool {
    let Some(text) = text.strip_prefix(b" ") else { return false };
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let fraction = text[digits..].strip_prefix(b".").map_or(0, |rest| rest.iter().take_while(|byte| byte.is_ascii_digit()).count());
    digits > 0 && fraction == 2 && matches!(&text[digits + 3..], [b'm', b's'] | [b'm', b's', b' ', ..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_stands_behind_two_words_whatever_they_hold() {
        let (arena, mut clock) = (Arena::default(), Clock::new("UTC", None).expect("UTC is known"));
        let mut shown = |line: &'static str| match read(line.as_bytes(), &arena, &mut clock) {
            Ok(ParsedLine::Web(web)) => {
                let [client, user] = [web.client, web.user.unwrap_or(b"-")].map(String::from_utf8_lossy);
                format!("{client} {user} {}", web.time.map_or("-".to_owned(), |time| time.to_string()))
            }
            Ok(other) => format!("{other:?}"),
            Err(mismatch) => mismatch.reason.to_owned(),
        };
        for (line, found) in [
            ("[I 241129 10:00:00 web:2348] 200 GET /(203.0.113.9) (192.0.2.50) 0.42ms", "192.0.2.50 - 2024-11-29T10:00:00Z"),
            (
                "[W 2024-11-29 10:00:00.123 ServerApp] 404 GET /no (192.0.2.50) 3.21ms referer=x (203.0.113.9) 1.00ms",
                "192.0.2.50 - 2024-11-29T10:00:00.123Z",
            ),
            ("[W 2024-11-29 10:00:00.123 JupyterHub log:192] 403 POST /hub/login (@::1) 3.21ms", "::1 - 2024-11-29T10:00:00.123Z"),
            (
                "[I 2024-11-29 10:00:00.123 JupyterHub log:192] 200 GET / (bob@x@192.0.2.50) 3.21ms",
                "192.0.2.50 bob@x 2024-11-29T10:00:00.123Z",
            ),
            (
                "[I 2024-11-29 10:00:00.123 JupyterHub log:192] 200 GET / (a@203.0.113.9) 1.00ms x@192.0.2.50) 3.21ms",
                "two candidates for the client",
            ),
            (
                "[I 2024-11-29 10:00:00.123 JupyterHub log:192] 200 GET / (203.0.113.9) 1.00ms x@192.0.2.50) 3.21ms",
                "two candidates for the client",
            ),
            (
                "[W 2024-11-29 10:00:00.123 ServerApp] 404 GET / (203.0.113.9) 1.00ms referer=x@192.0.2.50) 3.21ms referer=None",
                "two candidates for the client",
            ),
            (
                "[I 2024-11-29 10:00:00.123 JupyterHub log:192] 200 GET / (a)@203.0.113.9) 1.00ms x@192.0.2.50) 3.21ms",
                "no client in parentheses behind the request",
            ),
            // An error is told before the request is, and its text is often the client's.
            (
                "[W 2024-11-29 10:00:00.123 ServerApp] 404 GET /x (192.0.2.50): No such file: x@203.0.113.9) 1.00ms ",
                "no client in parentheses behind the request",
            ),
            ("[W 241129 10:00:00 web:1871] 404 GET /x (192.0.2.50): x@203.0.113.9) 1.00ms", "no client in parentheses behind the request"),
            ("WARNING:tornado.access:404 GET /no (192.0.2.50) 0.42ms", "192.0.2.50 - -"),
            ("WARNING:tornado.general:404 GET /no (192.0.2.50) 0.42ms", "no header of Tornado at the start"),
            ("[W 241129 10:00:00 chat:7] 404 GET /no (203.0.113.9) 0.42ms", "no header of Tornado at the start"),
            ("[I 2024-11-29 10:00:00.123 JupyterHub app:1] 404 GET /no (203.0.113.9) 0.42ms", "no header of Tornado at the start"),
            ("[I 10:00:00.123 NotebookApp] 302 GET / (192.0.2.50) 0.50ms", "no time of day"),
            ("[W 241129 10:00:00 web:2348] 404 GET /a b (192.0.2.50) 0.42ms", "no client in parentheses behind the request"),
            ("[W 241129 10:00:00 web:2348] 404 GET /no (host.example) 0.42ms", "the client is no address"),
        ] {
            assert_eq!(shown(line), found, "{line}");
        }
    }
}

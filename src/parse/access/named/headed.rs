//! Readers of lines whose client may be what a header said: only their name tells that somebody vouches for it.

use memchr::{memchr, memmem};

use crate::base::net;
use crate::base::time::Clock;
use crate::parse::access::escaping::Escaping;
use crate::parse::access::field::close_quoted;
use crate::parse::access::request::{Web, join_request, read_status};
use crate::parse::access::server::words::Words;
use crate::parse::format::{Arena, Mismatch, ParsedLine, known};

/// Gin's line for a terminal: `[GIN] 2024/11/29 - 10:00:00 | 404 | 12.3ms | 192.0.2.1 | GET "/no"`, with blanks that fill the columns. All but method and path stands before
/// what a client sends, but whom Gin takes for the client, X-Forwarded-For may say.
///
/// # Errors
/// Where it does not fit, and why.
pub(crate) fn read_gin<'a>(line: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> Result<ParsedLine<'a>, Mismatch> {
    let mut words = Words::of(line);
    words.skip(b"[GIN] ", "no [GIN] at the start")?;
    let date = words.word("no date")?;
    words.skip(b"- ", "no '-' behind the date")?;
    let time = clock.parse_dated(arena.join(&[date, b" ", words.word("no time of day")?])).map_err(|reason| words.mismatch(reason))?;
    words.skip(b"|", "no '|' behind the time")?;
    let status = read_status(words.until(b'|', "no status")?.trim_ascii()).map_err(|reason| words.mismatch(reason))?;
    words.until(b'|', "no duration")?;
    let client = words.until(b'|', "no client")?.trim_ascii();
    if net::parse_address(client).is_none() {
        return Err(words.mismatch("the client is no address"));
    }
    let rest = words.rest();
    let (method, target) = rest.split_at(memchr(b'"', rest).ok_or(words.mismatch("no path in quotes"))?);
    let target = close_quoted(target, 1).ok_or(words.mismatch("no path in quotes"))?;
    let request = join_request(known(method.trim_ascii()), known(target.text), None, arena);
    Ok(ParsedLine::Web(Web { time: Some(time), request, status, escaping: Escaping::Escaped, ..Web::of(client) }))
}

/// Zoraxy: `[time] [router:kind] [origin:host] [client: address] [useragent: text] GET /no 404`. Method, path and status are words at the end, but whom it takes for the
/// client, X-Real-IP or X-Forwarded-For say first.
///
/// # Errors
/// Where it does not fit, and why.
pub(crate) fn read_zoraxy<'a>(line: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> Result<ParsedLine<'a>, Mismatch> {
    const MISSING: &str = "no agent, method, path and status behind the client";
    const MARKS: [&[u8]; 2] = [b"] [client: ", b"] [client "];
    let mut words = Words::of(line);
    words.skip(b"[", "no time in brackets")?;
    let time = clock.parse_dated(words.until(b']', "no time in brackets")?).map_err(|reason| words.mismatch(reason))?;
    // What it says of itself: `[2024-11-29 10:00:00.000000] [title] [system:info] text`.
    let rest = words.rest();
    if !rest.starts_with(b" [router:") {
        return Ok(ParsedLine::OtherProgram(None));
    }
    let mut starts = MARKS.iter().flat_map(|mark| memmem::find_iter(rest, mark).map(move |at| (at, at + mark.len())));
    // The host and the agent are what a client sent: each may hold all this.
    let (Some((mark, start)), None) = (starts.next(), starts.next()) else {
        return Err(words.mismatch("no client, or two candidates for it"));
    };
    let end = memchr(b']', &rest[start..]).map(|end| start + end).ok_or(words.mismatch(MISSING))?;
    let client = &rest[start..end];
    if net::parse_address(client).is_none() {
        return Err(words.mismatch("the client is no address"));
    }
    let mut parts = rest[end..].rsplitn(4, |&byte| byte == b' ');
    let (Some(status), Some(target), Some(method), Some(front)) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(words.mismatch(MISSING));
    };
    let agent = front.strip_prefix(b"] [useragent: ").and_then(|agent| agent.strip_suffix(b"]"));
    let domain = memmem::find(&rest[..mark], b"] [origin:").and_then(|at| known(&rest[at + b"] [origin:".len()..mark]));
    Ok(ParsedLine::Web(Web {
        time: Some(time),
        domain: domain.filter(|domain| net::is_host(net::strip_port(domain))),
        request: join_request(known(method), known(target), None, arena),
        status: read_status(status).map_err(|reason| words.mismatch(reason))?,
        agent: agent.and_then(known),
        ..Web::of(client)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::access::named::ReadLine;

    #[test]
    fn texts_of_a_client_move_no_other_field() {
        let (arena, mut clock) = (Arena::default(), Clock::new("UTC", None).expect("UTC is known"));
        let gin = "[GIN] 2024/11/29 - 10:00:00 | 404 |      12.345ms |      192.0.2.1 |";
        let zoraxy = "[2024-11-29 10:00:00.123456] [router:host-http]";
        let readers: [(ReadLine, &str, &str, bool); 11] = [
            (read_gin, gin, " GET      \"/no\"", true),
            (read_gin, gin, " GET      \"/| 200 | 1s | 203.0.113.9 | GET \\\"/x\"", true),
            (read_gin, gin, " GET      /no", false),
            (read_gin, "[GIN] 2024/11/29 - 10:00:00 | 404 | 1ms | host.example |", " GET \"/\"", false),
            (read_zoraxy, zoraxy, " [origin:x] [client: 192.0.2.1] [useragent: a b] GET /no 404", true),
            (read_zoraxy, zoraxy, " [origin:x] [client 192.0.2.1] GET /no 404", true),
            (read_zoraxy, zoraxy, " [origin:x] [client: 192.0.2.1] [useragent: a] GET / 200] GET /no 404", true),
            (read_zoraxy, zoraxy, " [origin:x] [client: 192.0.2.1] [useragent: ] [client: 203.0.113.9] [useragent: a] GET /no 404", false),
            (read_zoraxy, zoraxy, " [origin:] [client: 203.0.113.9] [useragent: x] [client: 192.0.2.1] [useragent: a] GET /no 404", false),
            (read_zoraxy, zoraxy, " [origin:x] [client: ] [useragent: a] GET /no 404", false),
            (read_zoraxy, zoraxy, " [origin:x] [useragent: a] GET /no 404", false),
        ];
        for (read, front, tail, is_read) in readers {
            let line = format!("{front}{tail}");
            match read(line.as_bytes(), &arena, &mut clock) {
                Ok(ParsedLine::Web(web)) => {
                    assert!(is_read, "{line}");
                    assert_eq!((web.client, web.status), (&b"192.0.2.1"[..], Some(404)), "{line}");
                }
                _ => assert!(!is_read, "{line}"),
            }
        }
        let own = b"[2024-11-29 10:00:00.123456] [cert] [system:info] renewed";
        assert!(matches!(read_zoraxy(own, &arena, &mut clock), Ok(ParsedLine::OtherProgram(None))));
    }
}

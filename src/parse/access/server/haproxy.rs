//! `HAProxy`'s access logs.
//!
//! It writes a byte that could be taken for another field as `#` and its digits, so quotes and braces of a line are its own.

use memchr::memchr;

use crate::base::time::Clock;
use crate::parse::access::escaping::Escaping;
use crate::parse::access::request::{Web, read_size, read_status};
use crate::parse::access::server::words::{Words, is_number};
use crate::parse::format::{Format, FormatKind, Mismatch, ParsedLine, known};

/// `option httplog` and `option httpslog`.
pub(crate) const HTTPLOG: Format = Format {
    name: "haproxy_http",
    kind: FormatKind::Web,
    about: "HAProxy's option httplog and option httpslog; the captured request header that looks like a user agent is one",
    source: "HAProxy configuration manual, sections 8.2.3 and 8.2.4; tried with HAProxy 2.6",
    example: (
        r#"192.0.2.10:10285 [12/Mar/2021:06:56:28.088] fe~ be/s1 0/0/0/1263/1264 404 20602 - - ---- 19/19/3/4/0 0/0 {ExampleBot/1.0|www.example.org} "GET /no HTTP/1.1""#,
        r#"{"schema":"soar.event/1","@timestamp":"2021-03-12T06:56:28.088Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.10"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":20602}}},"url":{"original":"/no"},"user_agent":{"original":"ExampleBot/1.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
    ),
    read: |line, _, clock| read(line.text, clock),
};

fn read<'a>(line: &'a [u8], clock: &mut Clock) -> Result<ParsedLine<'a>, Mismatch> {
    let mut words = Words::of(line);
    let client = words.address_and_port("no client and port at the start")?;
    words.skip(b"[", "no '[' before the time")?;
    let before = words;
    let time = clock.parse_dated(words.until(b']', "no ']' after the time")?).map_err(|reason| before.mismatch(reason))?;
    words.skip(b" ", "no space after the time")?;
    words.word("no frontend")?;
    words.word("no backend and server")?;
    let timers = words.word("no timers")?;
    if timers.split(|&byte| byte == b'/').filter(|timer| is_number(timer)).count() != 5 {
        return Err(words.mismatch("not five timers"));
    }
    let status = read_haproxy_status(words.number("no status")?).map_err(|reason| words.mismatch(reason))?;
    let body_bytes = read_size(without_plus(words.word("no size")?)).map_err(|reason| words.mismatch(reason))?;
    for reason in ["no captured cookie", "no captured cookie", "no termination state", "no connections", "no queues"] {
        words.word(reason)?;
    }
    let mut agent = None;
    // Those of the request, then those of what the server answered; each pair may hold nothing.
    for is_of_request in [true, false] {
        if words.skip(b"{", "").is_ok() {
            let end = memchr(b'}', words.rest()).ok_or(words.mismatch("captured headers without their end"))?;
            agent = agent.or(find_agent(&words.rest()[..end]).filter(|_| is_of_request));
            words.skip(&words.rest()[..end], "")?;
            words.skip(b"} ", "no space behind captured headers")?;
        }
    }
    let request = known(read_request(&mut words)?).filter(|request| *request != b"<BADREQ>");
    Ok(ParsedLine::Web(Web { time: Some(time), request, status, body_bytes, agent, escaping: Escaping::Hash, ..Web::of(client) }))
}

/// The request at the end: in quotes, perhaps behind the version and the cipher of TLS (`%sslv %sslc`), or, where a format of one's own leaves them out (`%r` in place of
/// `%{+Q}r`), without, up to its protocol.
fn read_request<'a>(words: &mut Words<'a>) -> Result<&'a [u8], Mismatch> {
    const MISSING: &str = "no request behind the queues";
    // Before TLS: a method may be called like its version.
    if let Some(request) = read_bare_request(words.rest()) {
        return Ok(request);
    }
    if words.rest().starts_with(b"TLSv") || words.rest().starts_with(b"- - \"") {
        words.word(MISSING)?;
        words.word(MISSING)?;
    }
    if words.skip(b"\"", "").is_ok() {
        let end = memchr(b'"', words.rest()).ok_or(words.mismatch("the request has no closing quote"))?;
        return Ok(&words.rest()[..end]);
    }
    read_bare_request(words.rest()).ok_or(words.mismatch(MISSING))
}

/// A request without quotes, `GET /no HTTP/1.1`. Its method may be any token: `HAProxy` passes on what it does not know.
///
/// **Source:** RFC 9110, 5.6.2 (`token`).
fn read_bare_request(rest: &[u8]) -> Option<&[u8]> {
    if rest.starts_with(b"<BADREQ>") {
        return Some(b"-");
    }
    let is_method =
        |word: &[u8]| !word.is_empty() && word.iter().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte));
    let mut parts = rest.splitn(4, |&byte| byte == b' ');
    let (method, target, protocol) = (parts.next()?, parts.next()?, parts.next()?);
    let is_request = is_method(method) && protocol.starts_with(b"HTTP/") && memchr(b'"', rest).is_none();
    is_request.then(|| &rest[..method.len() + 1 + target.len() + 1 + protocol.len()])
}

/// A size; with `option logasap` the `+` says that there may be more.
fn without_plus(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"+").unwrap_or(text)
}

/// A status; `-1` is how it writes that there was none.
fn read_haproxy_status(text: &[u8]) -> Result<Option<u16>, &'static str> {
    if text == b"-1" { Ok(None) } else { read_status(text) }
}

/// The captured header that is a user agent, if one is: which header is which, only `HAProxy`'s configuration says.
fn find_agent(captures: &[u8]) -> Option<&[u8]> {
    let mut texts = captures.split(|&byte| byte == b'|').filter(|text| !text.is_empty());
    // A product and its version; a URL has a scheme in front of its slash, a host has none.
    texts.find(|text| memchr(b'/', text).is_some_and(|slash| slash > 0 && !text[..slash].ends_with(b":") && !text[..slash].contains(&b'.')))
}

/// Referrer and agent among the captured headers at the end of a line of `option httplog clf`, where they stand behind its other
/// fields; `None`: it is no such line. Without captured headers both are empty.
///
/// **Source:** `HAProxy` `src/log.c`, `clf_http_log_format`.
pub(crate) fn read_captures(line: &[u8], after: usize) -> Option<[&[u8]; 2]> {
    let mut words = Words::of(line.get(after..)?.strip_prefix(b" \"\" \"\" ")?);
    let number = |words: &mut Words<'_>, count: usize| (0..count).all(|_| words.number("").is_ok());
    let quoted = |words: &mut Words<'_>| words.skip(b"\"", "").is_ok() && words.until(b'"', "").is_ok() && words.skip(b" ", "").is_ok();
    let is_own = number(&mut words, 2) && (0..3).all(|_| quoted(&mut words)) && number(&mut words, 5);
    let state = words.word("").ok().filter(|_| is_own)?;
    if state.len() < 2 || !number(&mut words, 7) {
        return None;
    }
    let mut texts = words.rest().trim_ascii_end().split(|&byte| byte == b'"');
    // Text in quotes, and a space between each two: the cookies that were captured, then the headers.
    let (mut found, mut count) = ([&b""[..]; 2], 0);
    while let (Some(between), Some(text)) = (texts.next(), texts.next()) {
        if !matches!(between, b"" | b" ") {
            return None;
        }
        count += 1;
        if count > 2 {
            found = [found[1], text];
        }
    }
    (count >= 2).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captured_headers_may_be_empty() {
        let mut clock = Clock::new("UTC", None).expect("UTC is known");
        let front = "192.0.2.10:10285 [12/Mar/2021:06:56:28.088] fe~ be/s1 0/0/0/1263/1264 404 20602 - - ---- 19/19/3/4/0 0/0";
        for (captures, agent) in [
            ("", None),
            ("{} ", None),
            ("{} {} ", None),
            ("{ExampleBot/1.0|} {} ", Some("ExampleBot/1.0")),
            ("{|ExampleBot/1.0} {nginx/1.2} ", Some("ExampleBot/1.0")),
            ("{} {nginx/1.2} ", None),
        ] {
            let line = format!("{front} {captures}\"GET /no HTTP/1.1\"");
            let Ok(ParsedLine::Web(web)) = read(line.as_bytes(), &mut clock) else { panic!("unread: {line}") };
            assert_eq!((web.agent, web.target()), (agent.map(str::as_bytes), Some(&b"/no"[..])), "{line}");
        }
        for captures in ["{ ", "{}x ", "{} {} {} "] {
            assert!(read(format!("{front} {captures}\"GET /no HTTP/1.1\"").as_bytes(), &mut clock).is_err(), "{captures}");
        }
    }

    #[test]
    fn a_request_may_have_no_quotes_and_tls_before_it() {
        let mut clock = Clock::new("UTC", None).expect("UTC is known");
        let front = "192.0.2.10:10285 [12/Mar/2021:06:56:28.088] fe~ be/s1 0/0/0/1263/1264 404 20602 - - ---- 19/19/3/4/0 0/0";
        for (request, target) in [
            ("GET /no HTTP/1.1", Some(&b"/no"[..])),
            ("{a|b} GET /no HTTP/2.0 more of it", Some(b"/no")),
            ("TLSv1.3 TLS_AES_256_GCM_SHA384 \"GET /no HTTP/1.1\"", Some(b"/no")),
            ("- - \"GET /no HTTP/1.1\"", Some(b"/no")),
            ("<BADREQ>", None),
            ("get /no HTTP/1.1", Some(b"/no")),
            ("M-SEARCH /no HTTP/1.1", Some(b"/no")),
            ("TLSv1.3 /no HTTP/1.1", Some(b"/no")),
            ("TLSv1.3 TLS_AES_256_GCM_SHA384 get /no HTTP/1.1", Some(b"/no")),
        ] {
            let line = format!("{front} {request}");
            let Ok(ParsedLine::Web(web)) = read(line.as_bytes(), &mut clock) else { panic!("unread: {line}") };
            assert_eq!((web.client, web.status, web.target()), (&b"192.0.2.10"[..], Some(404), target), "{line}");
        }
        for request in ["x \"GET /no HTTP/1.1\"", "{ /no HTTP/1.1", "GET /no", "GET /a b HTTP/1.1", "GET / HTTP/1.0 \"GET /no HTTP/1.1\""] {
            assert!(read(format!("{front} {request}").as_bytes(), &mut clock).is_err(), "{request}");
        }
    }
}

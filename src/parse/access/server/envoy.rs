//! Envoy's access log as text, which Istio's proxies write too.
//!
//! Envoy writes quotes as clients sent them. No method, path or protocol holds a space, so the status is read from the left; who asked
//! stands behind the last quoted field, which only its own shape tells: where a second place of the line looks so, neither is believed.

use memchr::memchr_iter;

use crate::base::time::{Clock, LogTime};
use crate::parse::access::request::{Web, join_request, read_size, read_status};
use crate::parse::access::server::words::{Words, split_address};
use crate::parse::format::{Arena, Format, FormatKind, Mismatch, ParsedLine, known};

/// The default of Istio, and of Envoy with the addresses of the connection behind it.
pub(crate) const ENVOY: Format = Format {
    name: "envoy",
    kind: FormatKind::Web,
    about: "Envoy's access log as text with the address of the peer: Istio's default",
    source: "Envoy documentation, Access logging, Default format string; Istio documentation, Getting Envoy's access logs",
    example: (
        r#"[2019-04-23T12:07:22.912Z] "GET /no HTTP/1.1" 404 - "-" 0 5723 32 31 "203.0.113.9" "ExampleBot/1.0" "8cda8b91" "www.example.org" "127.0.0.1:9080" inbound|9080|http|x.default.svc.cluster.local - 10.0.0.36:9080 192.0.2.195:4711 -"#,
        r#"{"schema":"soar.event/1","@timestamp":"2019-04-23T12:07:22.912Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.195"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":5723}}},"url":{"original":"/no","domain":"www.example.org"},"user_agent":{"original":"ExampleBot/1.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
    ),
    read: |line, arena, clock| read_with_peer(line.text, arena, clock),
};

/// The status and what stands before it, and what follows.
struct Front<'a> {
    time: LogTime<'a>,
    request: Option<&'a [u8]>,
    status: Option<u16>,
    rest: &'a [u8],
    at: usize,
}

/// The fields in quotes behind the sizes, and how many bytes the answer had.
#[derive(Default)]
struct QuotedTexts<'a> {
    body_bytes: Option<u64>,
    forwarded: Option<&'a [u8]>,
    agent: Option<&'a [u8]>,
    domain: Option<&'a [u8]>,
}

fn read_with_peer<'a>(line: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> Result<ParsedLine<'a>, Mismatch> {
    let front = read_front(line, arena, clock)?;
    let mismatch = |reason| Mismatch { at: front.at, reason };
    let mut peers = memchr_iter(b'"', front.rest).filter_map(|quote| Some((quote, read_peer(&front.rest[quote + 1..])?)));
    let (quote, peer) = peers.next().ok_or(mismatch("no address of the peer at the end: --log-format envoy_default has none"))?;
    if peers.any(|(_, other)| other != peer) {
        // Either may be what a client wrote.
        return Ok(ParsedLine::Ambiguous(b"-"));
    }
    let texts = read_texts(&front.rest[..=quote]);
    Ok(ParsedLine::Web(to_web(peer, &front, texts)))
}

/// The default without the address of the peer, of which only X-Forwarded-For says who asked: by name alone.
///
/// # Errors
/// Where it does not fit, and why.
pub(crate) fn read_without_peer<'a>(line: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> Result<ParsedLine<'a>, Mismatch> {
    let front = read_front(line, arena, clock)?;
    if !front.rest.ends_with(b"\"") {
        return Err(Mismatch { at: front.at, reason: "no upstream host in quotes at the end" });
    }
    let texts = read_texts(front.rest);
    Ok(ParsedLine::Web(to_web(b"-", &front, texts)))
}

fn to_web<'a>(client: &'a [u8], front: &Front<'a>, texts: Option<QuotedTexts<'a>>) -> Web<'a> {
    let is_ambiguous = texts.is_none();
    let QuotedTexts { body_bytes, forwarded, agent, domain } = texts.unwrap_or_default();
    let (time, request, status) = (Some(front.time), front.request, front.status);
    Web { domain, time, request, status, body_bytes, agent, forwarded, is_ambiguous, ..Web::of(client) }
}

/// `[2019-04-23T12:07:22.912Z] "GET /productpage HTTP/1.1" 404 -`; `"- - -" 0` of a connection that is no HTTP.
fn read_front<'a>(line: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> Result<Front<'a>, Mismatch> {
    let mut words = Words::of(line);
    words.skip(b"[", "no '[' at the start")?;
    let time = words.until(b']', "no ']' after the time")?;
    let time = time.ends_with(b"Z").then(|| clock.parse_rfc3339(time)).ok_or(Mismatch { at: 0, reason: "no time with a Z" })?;
    let time = time.map_err(|reason| Mismatch { at: 1, reason })?;
    words.skip(b" \"", "no quoted request")?;
    let (method, target) = (words.word("no method")?, words.word("no path")?);
    let protocol = words.until(b'"', "no protocol")?;
    words.skip(b" ", "no space behind the request")?;
    let status = read_status(words.word("no status")?).map_err(|reason| words.mismatch(reason))?;
    words.word("no flags")?;
    let request = join_request(known(method), known(target), known(protocol), arena);
    Ok(Front { time, request, status, rest: words.rest(), at: line.len() - words.rest().len() })
}

/// The peer's address in ` CLUSTER LOCAL LOCAL:PORT PEER:PORT ...`, what stands behind the upstream host.
fn read_peer(text: &[u8]) -> Option<&[u8]> {
    let mut words = Words::of(text.strip_prefix(b" ")?);
    for _ in 0..2 {
        words.word("").ok().filter(|word| !word.contains(&b'"'))?;
    }
    words.address_and_port("").ok()?;
    let rest = words.rest();
    split_address(rest.split(|&byte| byte == b' ').next()?)
}

/// X-Forwarded-For, user agent, id, host and upstream host at the end of `text`; `None` where clients sent quotes.
fn read_texts(text: &[u8]) -> Option<QuotedTexts<'_>> {
    let pieces: Vec<_> = text.split(|&byte| byte == b'"').collect();
    let numbers = |piece: &[u8]| piece.split(|&byte| byte == b' ').filter(|word| !word.is_empty()).count();
    // Istio writes why the connection to the upstream failed, in quotes, before the sizes.
    let (sizes, texts) = match pieces.as_slice() {
        [sizes, texts @ ..] if numbers(sizes) >= 4 && texts.len() == 10 => (sizes, texts),
        [lead, _, sizes, texts @ ..] if numbers(lead) < 4 && texts.len() == 10 => (sizes, texts),
        _ => return None,
    };
    let size = sizes.split(|&byte| byte == b' ').filter(|word| !word.is_empty()).rev().nth(2)?;
    let [forwarded, agent, _, domain, _] = [0, 2, 4, 6, 8].map(|at| known(texts[at]));
    Some(QuotedTexts { body_bytes: read_size(size).ok()?, forwarded, agent, domain })
}

//! A request as any web log tells it: slices of the line, and the event made of them.

use std::borrow::Cow;

use memchr::{memchr, memrchr};

use super::scratch::Scratch;
use super::shape::parse_number;
use crate::net;
use crate::record::MAX_INTEGER;
use crate::record::event::{Bytes, Event, Http, Source};
use crate::time::Stamp;

/// What stands between a field's bytes and the text that the server meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escaping {
    /// The escapes of web logs (see [`unescape`]).
    Logged,
    /// Nothing: the format has its own escapes (JSON), and they are undone.
    Undone,
}

/// One request. `None` is `-` in the log or a field that the format lacks.
#[derive(Debug)]
pub struct Web<'a> {
    /// Address or host name of the peer, or, behind a trusted proxy, of the client that it names; `-` where it is unknown.
    pub client: &'a [u8],
    /// The virtual host.
    pub domain: Option<&'a [u8]>,
    /// The authenticated user.
    pub user: Option<&'a [u8]>,
    /// When the request came.
    pub time: Option<Stamp<'a>>,
    /// The request line, `GET /path HTTP/1.1`, or whatever bytes came in its place.
    pub request: Option<&'a [u8]>,
    /// The final status.
    pub status: Option<u16>,
    /// Size of the body, in bytes.
    pub body_bytes: Option<u64>,
    /// The Referer header.
    pub referrer: Option<&'a [u8]>,
    /// The User-Agent header.
    pub agent: Option<&'a [u8]>,
    /// The X-Forwarded-For header: whom each proxy says that it had as its client, the last one at the end.
    pub forwarded: Option<&'a [u8]>,
    /// How user, referrer, user agent and X-Forwarded-For are written.
    pub escaping: Escaping,
}

impl<'a> Web<'a> {
    /// A field's bytes as the server meant them.
    #[must_use]
    pub fn plain(&self, field: &'a [u8]) -> Cow<'a, [u8]> {
        match self.escaping {
            Escaping::Logged => unescape(field),
            Escaping::Undone => Cow::Borrowed(field),
        }
    }

    /// The request target as logged; of a request line that is none, all of it.
    #[must_use]
    pub fn target(&self) -> Option<&'a [u8]> {
        self.request.and_then(|request| split_request(request).target)
    }

    /// The event of this request, still without tags.
    #[must_use]
    pub fn to_event(&self, path: &'a str, line: u64) -> Event<'a> {
        let mut event = Event::new("http.access", "http_request", path, line);
        let request = self.request.map(split_request).unwrap_or_default();
        event.timestamp = self.time;
        event.source = Source::from_log(self.client, None);
        event.user_name = self.user.map(|text| self.plain(text));
        event.http = Http {
            method: request.method,
            referrer: self.referrer.map(|text| self.plain(text)),
            version: request.version,
            status_code: self.status,
            body_bytes: self.body_bytes,
        };
        event.url_original = request.target;
        event.url_domain = self.domain.map(Cow::Borrowed);
        event.user_agent = self.agent.map(|text| self.plain(text));
        event
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct RequestLine<'a> {
    method: Option<&'a [u8]>,
    target: Option<&'a [u8]>,
    version: Option<&'a [u8]>,
}

/// Splits `METHOD TARGET[ HTTP/VERSION]`; bytes that are no such line are the target as a whole.
///
/// **Source:** RFC 9112 section 3.
fn split_request(request: &[u8]) -> RequestLine<'_> {
    let is_method = |m: &[u8]| !m.is_empty() && m.iter().all(|b| b.is_ascii_alphabetic() || matches!(b, b'-' | b'_'));
    let Some(space) = memchr(b' ', request).filter(|&at| is_method(&request[..at])) else {
        return RequestLine { target: Some(request).filter(|r| !r.is_empty()), ..RequestLine::default() };
    };
    let (method, rest) = (&request[..space], &request[space + 1..]);
    let version = memrchr(b' ', rest).and_then(|at| rest[at + 1..].strip_prefix(b"HTTP/").map(|version| (at, version)));
    let (target, version) = match version {
        Some((at, version)) => (&rest[..at], Some(version)),
        None => (rest, None),
    };
    RequestLine { method: Some(method), target: Some(target).filter(|t| !t.is_empty()), version }
}

/// The request line of which a log has the parts apart; the parts are found again where they are what they should be.
#[must_use]
pub fn join_request<'a>(
    method: Option<&'a [u8]>,
    target: Option<&'a [u8]>,
    protocol: Option<&'a [u8]>,
    scratch: &'a Scratch,
) -> Option<&'a [u8]> {
    let http: &[u8] = if protocol.is_some_and(|p| p.first().is_some_and(u8::is_ascii_digit)) { b"HTTP/" } else { b"" };
    match (method, target, protocol) {
        (None, target, _) => target,
        (Some(method), None, _) => Some(scratch.join(&[method, b" "])),
        (Some(method), Some(target), None) => Some(scratch.join(&[method, b" ", target])),
        (Some(method), Some(target), Some(protocol)) => Some(scratch.join(&[method, b" ", target, b" ", http, protocol])),
    }
}

/// Whether `text` can stand for who asked: an address, a host name, or `-`.
#[must_use]
pub fn is_client(text: &[u8]) -> bool {
    text == b"-" || net::is_host(text)
}

/// Reads a status. One below 100 is how servers write that there was none (nginx 000, others 0), and so is `-`.
///
/// # Errors
/// Why it is none.
pub fn read_status(text: &[u8]) -> Result<Option<u16>, &'static str> {
    match (text, parse_number(text)) {
        (b"-", _) | (_, Some(0..100)) => Ok(None),
        (_, Some(status @ 100..=999)) => Ok(u16::try_from(status).ok()),
        _ => Err("the status is not of three digits"),
    }
}

/// Reads a size in bytes; `-` is none.
///
/// # Errors
/// Why it is none.
pub fn read_size(text: &[u8]) -> Result<Option<u64>, &'static str> {
    match parse_number(text) {
        Some(size) if size <= MAX_INTEGER => Ok(Some(size)),
        _ if text == b"-" => Ok(None),
        _ => Err("the size is not a number"),
    }
}

/// Undoes the escapes of web logs, `\"`, `\\`, `\xhh`, `\n` ...; borrowed where nothing is escaped, which is nearly always.
///
/// **Source:** Apache `server/util.c`, `ap_escape_logitem`; nginx `ngx_http_log_escape`.
#[must_use]
pub fn unescape(text: &[u8]) -> Bytes<'_> {
    let Some(first) = memchr(b'\\', text) else { return Cow::Borrowed(text) };
    let mut out = Vec::with_capacity(text.len());
    out.extend_from_slice(&text[..first]);
    let mut rest = &text[first..];
    while let [byte, after @ ..] = rest {
        let (value, used) = match (byte, after) {
            (b'\\', [b'x', high, low, ..]) if hex(*high).is_some() && hex(*low).is_some() => {
                (hex(*high).unwrap_or(0) << 4 | hex(*low).unwrap_or(0), 4)
            }
            // nginx's escape=json; the other escapes never leave a backslash before a `u`.
            (b'\\', [b'u', b'0', b'0', high @ (b'0' | b'1'), low, ..]) if hex(*low).is_some() => {
                (hex(*high).unwrap_or(0) << 4 | hex(*low).unwrap_or(0), 6)
            }
            (b'\\', [letter, ..]) => match letter {
                b'"' | b'\\' => (*letter, 2),
                b'n' => (b'\n', 2),
                b't' => (b'\t', 2),
                b'r' => (b'\r', 2),
                b'b' => (0x08, 2),
                b'v' => (0x0b, 2),
                b'f' => (0x0c, 2),
                _ => (b'\\', 1),
            },
            _ => (*byte, 1),
        };
        out.push(value);
        rest = &rest[used..];
    }
    Cow::Owned(out)
}

/// The value of a hexadecimal digit, in either case.
#[must_use]
pub fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone_and_the_rest_is_left_alone() {
        for (logged, text) in [
            (r"plain", "plain"),
            (r#"a\"b\\c"#, r#"a"b\c"#),
            (r"\x41\x1b[0m", "A\u{1b}[0m"),
            (r"\xc3\xa9", "é"),
            (r"\xff", "\u{fffd}"),
            (r"\q\x4g\", r"\q\x4g\"),
            (r"\n\t", "\n\t"),
            (r"\u001b\\u001b\u20ac", "\u{1b}\\u001b\\u20ac"),
        ] {
            assert_eq!(String::from_utf8_lossy(&unescape(logged.as_bytes())), text, "{logged}");
        }
    }

    #[test]
    fn a_request_line_is_split_and_garbage_is_kept_whole() {
        let line = |request: &'static str| {
            let r = split_request(request.as_bytes());
            [r.method, r.target, r.version].map(|part| part.map(String::from_utf8_lossy).unwrap_or_default().into_owned())
        };
        assert_eq!(line("GET / HTTP/1.1"), ["GET", "/", "1.1"]);
        assert_eq!(line("GET /a b HTTP/2.0"), ["GET", "/a b", "2.0"]);
        assert_eq!(line("GET /old"), ["GET", "/old", ""]);
        assert_eq!(line(r"\x16\x03\x01"), ["", r"\x16\x03\x01", ""]);
        assert_eq!(line(""), ["", "", ""]);
    }
}

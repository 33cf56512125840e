//! A request as any web log tells it: slices of the line, and the event made of them.

use std::borrow::Cow;

use memchr::{memchr, memrchr};

use crate::record::event::{Body, Event, Http, Request, Response, Source, Url, User, UserAgent};
use crate::time::Stamp;

/// One request; text is as logged, still escaped. `None` is `-` in the log or a field that the format lacks.
#[derive(Debug)]
pub struct Web<'a> {
    /// Address or host name of the client.
    pub client: &'a [u8],
    /// The virtual host.
    pub domain: Option<&'a [u8]>,
    /// The authenticated user.
    pub user: Option<&'a [u8]>,
    /// When the request came.
    pub time: Stamp<'a>,
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
}

impl<'a> Web<'a> {
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
        event.timestamp = Some(self.time);
        event.source = Source::from_log(self.client, None);
        event.user = self.user.map(|name| User { name: unescape(name) });
        event.http = Some(Http {
            request: Request { method: request.method.map(String::from_utf8_lossy), referrer: self.referrer.map(unescape) },
            version: request.version.map(String::from_utf8_lossy),
            response: Response { status_code: self.status, body: self.body_bytes.map(|bytes| Body { bytes }) },
        });
        if request.target.is_some() || self.domain.is_some() {
            event.url =
                Some(Url { original: request.target.map(String::from_utf8_lossy), domain: self.domain.map(String::from_utf8_lossy) });
        }
        event.user_agent = self.agent.map(|agent| UserAgent { original: unescape(agent) });
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

/// Undoes the escapes of web logs, `\"`, `\\`, `\xhh`, `\n` ...; invalid UTF-8 becomes U+FFFD.
///
/// **Source:** Apache `server/util.c`, `ap_escape_logitem`; nginx `ngx_http_log_escape`.
#[must_use]
pub fn unescape(text: &[u8]) -> Cow<'_, str> {
    match unescape_bytes(text) {
        Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
        Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
    }
}

/// [`unescape`] before it becomes text; borrowed where nothing is escaped, which is nearly always.
#[must_use]
pub fn unescape_bytes(text: &[u8]) -> Cow<'_, [u8]> {
    let Some(first) = memchr(b'\\', text) else { return Cow::Borrowed(text) };
    let mut out = Vec::with_capacity(text.len());
    out.extend_from_slice(&text[..first]);
    let mut rest = &text[first..];
    while let [byte, after @ ..] = rest {
        let (value, used) = match (byte, after) {
            (b'\\', [b'x', high, low, ..]) if hex(*high).is_some() && hex(*low).is_some() => {
                (hex(*high).unwrap_or(0) << 4 | hex(*low).unwrap_or(0), 4)
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
        ] {
            assert_eq!(unescape(logged.as_bytes()), text, "{logged}");
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

//! A request as any web log tells it: slices of the line, and the event made of them.

use std::borrow::Cow;

use memchr::{memchr, memrchr};

use crate::aggregate::options::AggregationOptions;
use crate::aggregate::read::{PlainEvent, ScoreRecords};
use crate::base::net;
use crate::base::number::parse_number;
use crate::base::time::LogTime;
use crate::parse::access::escaping::{Escaping, unescape, unescape_hash, unescape_quotes};
use crate::parse::format::{Arena, Header, non_empty, to_utf8};
use crate::record::MAX_INTEGER;
use crate::record::event::read::EventView;
use crate::record::event::{Event, EventSource, EventWriter, Http};
use crate::record::signal::SignalSet;

/// One request. `None` is `-` in the log or a field that the format lacks.
#[derive(Debug)]
pub struct Web<'a> {
    /// Address or host name of the peer, or, behind a trusted proxy, of the client that it names; `-` where it is unknown.
    pub client: &'a [u8],
    /// Address of the peer, where the server itself worked out that the client is another.
    pub peer: Option<&'a [u8]>,
    /// The virtual host.
    pub domain: Option<&'a [u8]>,
    /// The authenticated user.
    pub user: Option<&'a [u8]>,
    /// When the request came.
    pub time: Option<LogTime<'a>>,
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
    /// How request, user, referrer, user agent and X-Forwarded-For are written.
    pub(crate) escaping: Escaping,
    /// Whether texts are left out because the line can be read in more than one way.
    pub is_ambiguous: bool,
    /// How often the same line came again, as its syslog daemon says.
    pub repeats: u64,
}

impl<'a> Web<'a> {
    /// A request of `client` of which nothing else is known.
    pub const fn of(client: &'a [u8]) -> Self {
        Self {
            client,
            peer: None,
            domain: None,
            user: None,
            time: None,
            request: None,
            status: None,
            body_bytes: None,
            referrer: None,
            agent: None,
            forwarded: None,
            escaping: Escaping::Raw,
            is_ambiguous: false,
            repeats: 0,
        }
    }

    /// A field's bytes as the server meant them.
    pub fn plain(&self, field: &'a [u8]) -> Cow<'a, [u8]> {
        match self.escaping {
            Escaping::Escaped => unescape(field),
            Escaping::Quotes => unescape_quotes(field),
            Escaping::Hash => unescape_hash(field),
            Escaping::Raw => Cow::Borrowed(field),
        }
    }

    /// The request target as logged; of a request line that is none, all of it.
    pub fn target(&self) -> Option<&'a [u8]> {
        self.request.and_then(|request| split_request(request, self.escaping).target)
    }

    /// The event of this request, still without tags.
    pub fn to_event(&self, path: &'a str, line: u64) -> Event<'a> {
        let mut event = Event::new("http.access", "http_request", path, line);
        let request = self.request.map(|request| split_request(request, self.escaping)).unwrap_or_default();
        event.count = 1 + self.repeats;
        event.timestamp = self.time;
        event.source = EventSource::from_log(self.client, None);
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

    /// Writes the event of this request, which stands at `place`, behind what is in `out`; `around` is what stands around it.
    ///
    /// From here: an event is large, and costs less where it need not be handed on.
    #[inline]
    pub fn write_event(&self, around: &Header<'_>, place: (&str, u64), tags: SignalSet, writer: &mut EventWriter, out: &mut Vec<u8>) {
        let mut event = self.to_event(place.0, place.1);
        (event.hostname, event.process_name, event.process_pid) = (non_empty(around.host), non_empty(around.program), around.pid);
        event.tags = tags;
        writer.write_line(&event, out);
    }

    /// Adds the event of this request, which has these signals and stands at `place`, to what is counted, as far as `wants` says.
    pub(crate) fn count_in(&self, counted: &mut ScoreRecords, signals: SignalSet, place: (&str, u64), wants: &AggregationOptions) {
        let (ip, at) = (EventSource::from_log(self.client, None).ip, self.time.map(|time| time.seconds));
        let (count, (file, line)) = (1 + self.repeats, place);
        if !wants.users && !wants.paths {
            return counted.add_plain(PlainEvent { ip, at, signals, count, file, line });
        }
        let event = EventView {
            ip,
            at,
            file: Cow::Borrowed(file.as_bytes()),
            line,
            user: self.user.filter(|_| wants.users).map(|text| to_utf8(self.plain(text))),
            target: if wants.paths { self.target().map(|target| to_utf8(Cow::Borrowed(target))) } else { None },
            count,
            signals,
            ..EventView::default()
        };
        counted.add_event(event, wants);
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
/// Blanks around the target are no part of it: nginx skips spaces behind it, lenient servers skip tabs too, so they would hide
/// which file was asked for.
///
/// **Source:** RFC 9112 section 3, RFC 9110 section 5.6.2 (what a method is made of); nginx `ngx_http_parse_request_line`.
fn split_request(request: &[u8], escaping: Escaping) -> RequestLine<'_> {
    let end = request.iter().position(|&byte| !TOKEN[usize::from(byte)]).unwrap_or(request.len());
    let (method, rest) = request.split_at(end);
    let after = skip_blanks(rest, escaping);
    if method.is_empty() || after.len() == rest.len() {
        return RequestLine { target: Some(request).filter(|r| !r.is_empty()), ..RequestLine::default() };
    }
    let rest = trim_end_blanks(rest, escaping);
    let (rest, version) = match split_version(rest, escaping) {
        Some((rest, version)) => (rest, Some(version)),
        None => (rest, None),
    };
    RequestLine { method: Some(method), target: Some(skip_blanks(rest, escaping)).filter(|t| !t.is_empty()), version }
}

/// What stands before a blank and `HTTP/VERSION` at the end, and the version.
fn split_version(text: &[u8], escaping: Escaping) -> Option<(&[u8], &[u8])> {
    // How nearly every request ends.
    if let [before @ .., b' ', b'H', b'T', b'T', b'P', b'/', b'0'..=b'9', b'.', b'0'..=b'9'] = text {
        return Some((trim_end_blanks(before, escaping), &text[text.len() - b"1.1".len()..]));
    }
    let (before, version) = text.split_at(memrchr(b'/', text)?);
    let name = before.len().checked_sub(4).filter(|&at| before[at..].eq_ignore_ascii_case(b"HTTP"))?;
    let blank = &before[..name];
    let rest = trim_end_blanks(blank, escaping);
    (rest.len() < blank.len() && memchr(b' ', version).is_none()).then_some((rest, &version[1..]))
}

/// What a method is made of.
const TOKEN: [bool; 256] = {
    let mut is_token = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        // Below 256 by the loop.
        #[allow(clippy::cast_possible_truncation)]
        let b = byte as u8;
        is_token[byte] = b.is_ascii_alphanumeric()
            || matches!(b, b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~');
        byte += 1;
    }
    is_token
};

/// How logs write tab, vertical tab and form feed.
const LOGGED_BLANKS: [&[u8]; 6] = [br"\t", br"\v", br"\f", br"\x09", br"\x0B", br"\x0C"];

fn skip_blanks(mut text: &[u8], escaping: Escaping) -> &[u8] {
    loop {
        let length = match text {
            [b' ' | b'\t' | 0x0b | 0x0c, ..] => 1,
            [b'\\', ..] if matches!(escaping, Escaping::Escaped) => {
                let begins = |blank: &&&[u8]| text.get(..blank.len()).is_some_and(|start| start.eq_ignore_ascii_case(blank));
                LOGGED_BLANKS.iter().find(begins).map_or(0, |blank| blank.len())
            }
            _ => 0,
        };
        if length == 0 {
            return text;
        }
        text = &text[length..];
    }
}

fn trim_end_blanks(mut text: &[u8], escaping: Escaping) -> &[u8] {
    while let Some(length) = blank_at_end(text, escaping) {
        text = &text[..text.len() - length];
    }
    text
}

fn blank_at_end(text: &[u8], escaping: Escaping) -> Option<usize> {
    match (text.last()?, escaping) {
        (b' ' | b'\t' | 0x0b | 0x0c, _) => Some(1),
        (b't' | b'v' | b'f' | b'9' | b'B' | b'b' | b'C' | b'c', Escaping::Escaped) => {
            let start = |blank: &&[u8]| text.len().checked_sub(blank.len()).filter(|&at| text[at..].eq_ignore_ascii_case(blank));
            let at = LOGGED_BLANKS.iter().find_map(start)?;
            // An odd number of backslashes before it means that its own one is the second half of a `\\`.
            let backslashes = text[..at].iter().rev().take_while(|&&byte| byte == b'\\').count();
            (backslashes % 2 == 0).then_some(text.len() - at)
        }
        _ => None,
    }
}

/// The request line of which a log has the parts apart; the parts are found again where they are what they should be.
pub(crate) fn join_request<'a>(
    method: Option<&'a [u8]>,
    target: Option<&'a [u8]>,
    protocol: Option<&'a [u8]>,
    scratch: &'a Arena,
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
pub(crate) fn is_client(text: &[u8]) -> bool {
    text == b"-" || net::is_host(text)
}

/// Reads a status. One below 100 is how servers write that there was none (nginx 000, others 0), and so is `-`.
///
/// # Errors
/// Why it is none.
pub(crate) fn read_status(text: &[u8]) -> Result<Option<u16>, &'static str> {
    match (text, parse_number(text)) {
        (b"-", _) | (_, Some(0..100)) => Ok(None),
        (_, Some(status @ 100..=999)) => Ok(u16::try_from(status).ok()),
        _ => Err("the status does not have three digits"),
    }
}

/// Reads a size in bytes; `-` is none.
///
/// # Errors
/// Why it is none.
pub(crate) fn read_size(text: &[u8]) -> Result<Option<u64>, &'static str> {
    match parse_number(text) {
        Some(size) if size <= MAX_INTEGER => Ok(Some(size)),
        _ if text == b"-" => Ok(None),
        _ => Err("the size is not a number"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_line_is_split_and_garbage_is_kept_whole() {
        let line = |request: &'static str| {
            let r = split_request(request.as_bytes(), Escaping::Escaped);
            [r.method, r.target, r.version].map(|part| part.map(String::from_utf8_lossy).unwrap_or_default().into_owned())
        };
        assert_eq!(line("GET / HTTP/1.1"), ["GET", "/", "1.1"]);
        assert_eq!(line("GET /a b HTTP/2.0"), ["GET", "/a b", "2.0"]);
        assert_eq!(line("GET /old"), ["GET", "/old", ""]);
        assert_eq!(line(r"\x16\x03\x01"), ["", r"\x16\x03\x01", ""]);
        assert_eq!(line(""), ["", "", ""]);
        assert_eq!(line("GET HTTP/1.1"), ["GET", "", "1.1"]);
        assert_eq!(line("GET  HTTP/1.1"), ["GET", "", "1.1"]);
        assert_eq!(line("GET /a HTTP/1.1 b"), ["GET", "/a HTTP/1.1 b", ""]);
        assert_eq!(line("GET /aHTTP/1.1"), ["GET", "/aHTTP/1.1", ""]);
    }

    #[test]
    fn blanks_around_the_target_and_odd_methods_hide_nothing() {
        for (request, parts) in [
            ("GET /.env  HTTP/1.1", ["GET", "/.env", "1.1"]),
            ("GET  /.env HTTP/1.1", ["GET", "/.env", "1.1"]),
            ("GET /.env HTTP/1.1 ", ["GET", "/.env", "1.1"]),
            ("GET /.env http/1.1", ["GET", "/.env", "1.1"]),
            ("GET /.env ", ["GET", "/.env", ""]),
            (r"GET /.env\tHTTP/1.1", ["GET", "/.env", "1.1"]),
            (r"GET /.env\x09 HTTP/1.1", ["GET", "/.env", "1.1"]),
            (r"GET\t/.env HTTP/1.1", ["GET", "/.env", "1.1"]),
            (r"GET\x0B\v/.env\t\f", ["GET", "/.env", ""]),
            (r"GET /dir\\t HTTP/1.1", ["GET", r"/dir\\t", "1.1"]),
            (r"GET /dir\\\t HTTP/1.1", ["GET", r"/dir\\", "1.1"]),
            ("G.T /.env HTTP/1.1", ["G.T", "/.env", "1.1"]),
            ("M-SEARCH * HTTP/1.1", ["M-SEARCH", "*", "1.1"]),
            ("a;b /.env HTTP/1.1", ["", "a;b /.env HTTP/1.1", ""]),
            (" GET", ["", " GET", ""]),
        ] {
            let r = split_request(request.as_bytes(), Escaping::Escaped);
            let found = [r.method, r.target, r.version].map(|part| part.map(String::from_utf8_lossy).unwrap_or_default().into_owned());
            assert_eq!(found, parts, "{request}");
        }
        assert_eq!(split_request(br"GET /dir\t HTTP/1.1", Escaping::Raw).target, Some(&br"/dir\t"[..]));
        assert_eq!(split_request(b"GET\t/a\t HTTP/1.1", Escaping::Raw).target, Some(&b"/a"[..]));
        let long = format!("GET {} HTTP/1.1", r"\".repeat(200_001) + "t");
        assert!(split_request(long.as_bytes(), Escaping::Escaped).version.is_some());
    }
}

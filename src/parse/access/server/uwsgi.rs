//! uWSGI's own line for each request.

use memchr::memmem;

use crate::base::time::Clock;
use crate::parse::access::request::{Web, is_client, join_request, read_size, read_status};
use crate::parse::access::server::words::{Words, is_number};
use crate::parse::format::{Arena, Format, FormatKind, Mismatch, ParsedLine, known};

pub(crate) const UWSGI: Format = Format {
    name: "uwsgi",
    kind: FormatKind::Web,
    about: "uWSGI's default line for each request; it has no user agent, and a time without a zone",
    source: "uWSGI core/logging.c, uwsgi_log_request; tried with uWSGI 2.0.21",
    example: (
        "[pid: 3492075|app: 0|req: 4284/169887] 192.0.2.21 () {40 vars in 539 bytes} [Mon Nov 28 06:43:31 2022] GET /no => generated 12511 bytes in 1 msecs (HTTP/1.1 404) 2 headers in 89 bytes (1 switches on core 0)",
        r#"{"schema":"soar.event/1","@timestamp":"2022-11-28T06:43:31Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.21"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":12511}}},"url":{"original":"/no"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
    ),
    read: |line, arena, clock| read(line.text, arena, clock),
};

/// The client stands before the user, read from the left; the status behind the URI, read from the right.
fn read<'a>(line: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> Result<ParsedLine<'a>, Mismatch> {
    let mut words = Words::of(line);
    words.skip(b"[pid: ", "no [pid: at the start")?;
    let ids = words.until(b']', "no ']' behind the process")?;
    if memmem::find(ids, b"|app: ").is_none() {
        return Err(words.mismatch("no application behind the process"));
    }
    words.skip(b" ", "no space before the client")?;
    // A UNIX socket has no address, and none is written.
    let client = if words.rest().starts_with(b" ") { &b"-"[..] } else { words.word("no client")? };
    if !is_client(client) {
        return Err(words.mismatch("the client is neither an address nor a host name"));
    }
    let behind = words.rest().trim_ascii_start();
    let misfit = words.mismatch("no '=> generated' behind the request");
    let open = memmem::find(behind, b"} [").ok_or(words.mismatch("no time"))?;
    let time = behind.get(open + 3..open + 27).filter(|_| behind.get(open + 27) == Some(&b']')).ok_or(words.mismatch("no time"))?;
    let time = clock.parse_dated(time).map_err(|reason| words.mismatch(reason))?;
    let user = behind.strip_prefix(b"(").and_then(|user| user.split(|&byte| byte == b')').next()).unwrap_or_default();
    let (front, protocol, status) = read_end(behind).ok_or(misfit)?;
    let sent = memmem::rfind(front, b" => generated ").filter(|&at| at > open + 27).ok_or(misfit)?;
    let body_bytes = front[sent + b" => generated ".len()..].split(|&byte| byte == b' ').next().unwrap_or_default();
    let request = front.get(open + 29..sent).unwrap_or_default();
    let mut parts = request.splitn(2, |&byte| byte == b' ');
    let (method, target) = (parts.next().and_then(known), parts.next().map(<[u8]>::trim_ascii).and_then(known));
    Ok(ParsedLine::Web(Web {
        time: Some(time),
        user: known(user),
        request: join_request(method, target, known(protocol), arena),
        status: read_status(status).map_err(|reason| Mismatch { reason, ..misfit })?,
        body_bytes: read_size(body_bytes).map_err(|reason| Mismatch { reason, ..misfit })?,
        ..Web::of(client)
    }))
}

/// What stands before `(HTTP/1.1 404) 2 headers in 89 bytes (1 switches on core 0)` at the end, the protocol and the status.
fn read_end(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let text = strip_number(text.strip_suffix(b")")?)?.strip_suffix(b" switches on core ")?;
    let text = strip_number(strip_number(text)?.strip_suffix(b" bytes (")?)?.strip_suffix(b" headers in ")?;
    let text = strip_number(text)?.strip_suffix(b") ")?;
    let (text, status) = text.split_at_checked(text.len().checked_sub(3)?)?;
    let text = text.strip_suffix(b" ")?;
    let open = memchr::memrchr(b'(', text)?;
    is_number(status).then_some((&text[..open], &text[open + 1..], status))
}

fn strip_number(text: &[u8]) -> Option<&[u8]> {
    let digits = text.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    Some(&text[..text.len() - digits]).filter(|_| digits > 0)
}

//! Access logs in the common and combined formats of Apache and nginx, with and without the virtual host in front of them, and in what
//! other servers made of the two.
//!
//! Read by position, without a regex: the first unescaped quote starts the request, and the time stands right before it,
//! so no user name can put another time or client in its place. What follows the named fields is ignored.

mod front;

use memchr::memmem;

use crate::base::net;
use crate::base::time::{Clock, LogTime};
use crate::io::lines::Line;
use crate::parse::access::clf::front::{close_request, find_request, read_front, read_plain_front};
use crate::parse::access::escaping::Escaping;
use crate::parse::access::field::{Quoted, split_size, split_status};
use crate::parse::access::named;
use crate::parse::access::quotes::{QuotedFields, StatusAndSize, find_numbers, is_plain_tail, read_texts};
use crate::parse::access::request::Web;
use crate::parse::access::server::haproxy;
use crate::parse::colour::skip_colour;
use crate::parse::format::{CREDIBLE, Format, FormatKind, Mismatch, OF_NO_FORMAT, ParsedLine, known};

/// `%h %l %u %t "%r" %>s %b`.
pub const COMMON: Format = Format {
    name: "common",
    kind: FormatKind::Web,
    about: "Apache and nginx access log without user agent",
    source: "Apache mod_log_config, LogFormat common",
    example: (
        r#"192.0.2.1 - alice [10/Oct/2000:13:55:36 -0700] "GET /index.html HTTP/1.0" 200 2326"#,
        r#"{"schema":"soar.event/1","@timestamp":"2000-10-10T20:55:36Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"user":{"name":"alice"},"http":{"request":{"method":"GET"},"version":"1.0","response":{"status_code":200,"body":{"bytes":2326}}},"url":{"original":"/index.html"},"log":{"file":{"path":"example"},"line":1},"tags":[]}"#,
    ),
    read: |line, _, clock| {
        read_access(line.text, ClfVariant::Common, clock).or_else(|mismatch| match named::hint(line.text) {
            _ if is_message(line.text) => Ok(ParsedLine::OtherProgram(None)),
            // A line that begins with a sign is of nothing else that is known.
            Some(reason) if mismatch.at == 0 || mismatch.at < CREDIBLE && matches!(line.text.first(), Some(b'"' | b'[')) => {
                Err(Mismatch { at: OF_NO_FORMAT, reason })
            }
            _ => Err(mismatch),
        })
    },
};

/// Common, then `"%{Referer}i" "%{User-agent}i"`.
pub const COMBINED: Format = Format {
    name: "combined",
    kind: FormatKind::Web,
    about: "Apache and nginx access log with referrer and user agent",
    source: "Apache mod_log_config, LogFormat combined; nginx log_format combined",
    example: (
        r#"2001:db8::1 - - [10/Oct/2000:13:55:36 +0000] "GET /no HTTP/1.1" 404 - "-" "ExampleBot/1.0 \"x\"""#,
        r#"{"schema":"soar.event/1","@timestamp":"2000-10-10T13:55:36Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"2001:db8::1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404}},"url":{"original":"/no"},"user_agent":{"original":"ExampleBot/1.0 \"x\""},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
    ),
    read: |line, _, clock| read_combined(line, clock),
};

/// `%v:%p`, then combined.
pub(crate) const VHOST_COMBINED: Format = Format {
    name: "vhost_combined",
    kind: FormatKind::Web,
    about: "combined, preceded by the virtual host (and port)",
    source: "Debian apache2.conf, LogFormat vhost_combined",
    example: (
        r#"www.example.org:443 192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 5 "https://example.org/" "Mozilla/5.0""#,
        r#"{"schema":"soar.event/1","@timestamp":"2000-10-10T13:55:36Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET","referrer":"https://example.org/"},"version":"1.1","response":{"status_code":200,"body":{"bytes":5}}},"url":{"original":"/","domain":"www.example.org"},"user_agent":{"original":"Mozilla/5.0"},"log":{"file":{"path":"example"},"line":1},"tags":[]}"#,
    ),
    read: |line, _, clock| read_access(line.text, ClfVariant::VhostCombined, clock),
};

/// `%v`, then common.
pub(crate) const VHOST_COMMON: Format = Format {
    name: "vhost_common",
    kind: FormatKind::Web,
    about: "common, preceded by the virtual host (and port)",
    source: "Apache manual, Log Files, Virtual Hosts: LogFormat \"%v %l %u %t \\\"%r\\\" %>s %b\" with %h",
    example: (
        r#"www.example.org 2001:db8::1 - - [10/Oct/2000:13:55:36 +0000] "GET /no HTTP/1.1" 404 5"#,
        r#"{"schema":"soar.event/1","@timestamp":"2000-10-10T13:55:36Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"2001:db8::1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":5}}},"url":{"original":"/no","domain":"www.example.org"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
    ),
    read: |line, _, clock| read_access(line.text, ClfVariant::VhostCommon, clock),
};

/// Any of them with quotes around the whole line.
pub(crate) const QUOTED: Format = Format {
    name: "openlitespeed",
    kind: FormatKind::Web,
    about: "access log of OpenLiteSpeed, whose whole line is in quotes: common or combined, with the virtual host or without",
    source: "OpenLiteSpeed documentation, Access Log, Log Format (the quotes of the setting are written too)",
    example: (
        r#""www.example.org 192.0.2.1 - - [21/May/2021:02:36:14 +0000] "GET /no HTTP/2" 404 5""#,
        r#"{"schema":"soar.event/1","@timestamp":"2021-05-21T02:36:14Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"2","response":{"status_code":404,"body":{"bytes":5}}},"url":{"original":"/no","domain":"www.example.org"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
    ),
    read: |line, _, clock| read_quoted_line(line.text, clock),
};

/// Combined, with what `HAProxy` knows of the connection behind it, and the captured headers at the end.
pub(crate) const HAPROXY_CLF: Format = Format {
    name: "haproxy_clf",
    kind: FormatKind::Web,
    about: "HAProxy's option httplog clf; the last captured header is the user agent, the one before it the referrer",
    source: "HAProxy configuration manual, section 8.2.3 and option httplog; tried with HAProxy 2.6",
    example: (
        r#"192.0.2.1 - - [12/Mar/2021:06:56:28 +0000] "GET /no HTTP/1.1" 404 500 "" "" 35618 400 "fe" "be" "s1" 0 0 0 50 50 ---- 2 1 1 1 0 0 0 "" "" "https://example.org/" "ExampleBot/1.0" "#,
        r#"{"schema":"soar.event/1","@timestamp":"2021-03-12T06:56:28Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET","referrer":"https://example.org/"},"version":"1.1","response":{"status_code":404,"body":{"bytes":500}}},"url":{"original":"/no"},"user_agent":{"original":"ExampleBot/1.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
    ),
    read: |line, _, clock| read_access(line.text, ClfVariant::HaproxyClf, clock),
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ClfVariant {
    Common,
    Combined,
    VhostCommon,
    VhostCombined,
    HaproxyClf,
}

/// Nearly every line of the combined format by where its quotes stand, any other from the left.
fn read_combined<'a>(line: &Line<'a>, clock: &mut Clock) -> Result<ParsedLine<'a>, Mismatch> {
    match read_by_marks(line, clock) {
        Some(web) => Ok(ParsedLine::Web(web)),
        None => read_access(line.text, ClfVariant::Combined, clock),
    }
}

/// A line of which all is where it mostly is, to the same result as from the left: its first marks are the quotes of its three texts,
/// since nothing else that stands there can hold one. What follows the last of them is ignored there too.
#[allow(clippy::inline_always, reason = "what it gives is large")]
#[inline(always)]
fn read_by_marks<'a>(line: &Line<'a>, clock: &mut Clock) -> Option<Web<'a>> {
    let (line, marks) = (line.text, line.marks);
    if marks.iter().any(|&at| line.get(at) != Some(&b'"')) {
        return None;
    }
    let [start, end, from, to, agent_from, agent_to] = marks;
    let (_, seconds, who) = read_plain_front(line, clock).filter(|(at, ..)| *at == start)?;
    let (status, behind) = split_status(line, end + 1).ok()?;
    let (body_bytes, behind) = split_size(line, behind).ok()?;
    if behind + 1 != from || line.get(behind) != Some(&b' ') || to + 2 != agent_from || line.get(to + 1) != Some(&b' ') {
        return None;
    }
    let agent = line.get(agent_from + 1..agent_to)?;
    // Where a text starts with a space, or more follows, there may be a second reading.
    // Where both texts are empty, HAProxy may have more behind them.
    if line[from + 1] == b' '
        || matches!(agent.first(), Some(b' '))
        || agent.is_empty()
        || line[start + 1] == ESCAPE
        || !is_plain_tail(agent, &line[agent_to + 1..])
    {
        return None;
    }
    Some(Web {
        client: who.address,
        peer: None,
        domain: None,
        user: None,
        time: Some(LogTime { seconds, fraction: "" }),
        request: known(line.get(start + 1..end)?),
        status,
        body_bytes,
        referrer: known(line.get(from + 1..to)?),
        agent: known(agent),
        forwarded: None,
        escaping: Escaping::Raw,
        is_ambiguous: false,
        repeats: 0,
    })
}

fn read_access<'a>(line: &'a [u8], layout: ClfVariant, clock: &mut Clock) -> Result<ParsedLine<'a>, Mismatch> {
    let mismatch = |at, reason| Mismatch { at, reason };
    let (request, time, who) = if let Some((start, seconds, who)) = read_plain_front(line, clock) {
        (close_request(line, start)?, LogTime { seconds, fraction: "" }, who)
    } else {
        let request = find_request(line)?;
        let (time, who) = read_front(line, request.start, clock)?;
        (request, time, who)
    };
    let numbers = find_numbers(line, request.end)?;
    let captures = numbers.as_ref().and_then(|numbers| haproxy::read_captures(line, numbers.after));
    let texts = match &numbers {
        // Of two readings either may have texts: it is of the layout that has them. HAProxy has its own.
        None => Some(QuotedFields::NONE),
        Some(_) if captures.is_some() => Some(QuotedFields::NONE),
        Some(numbers) => read_texts(line, numbers.after)?,
    };
    let found = match (who.domain, &texts) {
        (None, Some(_)) if captures.is_some() => ClfVariant::HaproxyClf,
        (Some(_), Some(_)) => ClfVariant::VhostCombined,
        (None, Some(_)) => ClfVariant::Combined,
        (None, None) => ClfVariant::Common,
        (Some(_), None) => ClfVariant::VhostCommon,
    };
    if found != layout {
        return Err(mismatch(0, "another layout"));
    }
    // Where a user's name can hold quotes, a second reading has another time.
    let is_clear = |numbers: &StatusAndSize| who.user.is_none() || !numbers.is_ambiguous && !request.hides_another(line, numbers.end);
    let Some(numbers) = numbers.filter(is_clear) else { return Ok(ParsedLine::Ambiguous(who.address)) };
    let texts = texts.filter(|_| !numbers.is_ambiguous).unwrap_or(QuotedFields::NONE);
    let request = if numbers.is_ambiguous { Quoted::UNKNOWN } else { request.up_to(line, numbers.end) };
    let is_logged = request.has_escape || texts.referrer.has_escape || texts.agent.has_escape || who.user.is_some();
    let escaping = match captures {
        Some(_) => Escaping::Hash,
        None if is_logged => Escaping::Escaped,
        None => Escaping::Raw,
    };
    let [referrer, agent] = captures.unwrap_or([texts.referrer.text, texts.agent.text]);
    Ok(ParsedLine::Web(Web {
        client: who.address,
        peer: None,
        domain: who.domain,
        user: who.user,
        time: Some(time),
        request: known(strip_color(request.text)),
        status: numbers.status,
        body_bytes: numbers.body_bytes,
        referrer: known(referrer),
        agent: known(agent),
        forwarded: None,
        escaping,
        is_ambiguous: numbers.is_ambiguous || texts.is_ambiguous,
        repeats: 0,
    }))
}

/// A line of the common or combined format.
///
/// # Errors
/// Where it does not fit the one that it is nearer to, and why.
pub(crate) fn read_common<'a>(line: &'a [u8], clock: &mut Clock) -> Result<ParsedLine<'a>, Mismatch> {
    read_any(line, &[ClfVariant::Combined, ClfVariant::Common], clock)
}

/// A line that is in quotes as a whole.
fn read_quoted_line<'a>(line: &'a [u8], clock: &mut Clock) -> Result<ParsedLine<'a>, Mismatch> {
    const VARIANTS: [ClfVariant; 4] = [ClfVariant::VhostCommon, ClfVariant::Common, ClfVariant::VhostCombined, ClfVariant::Combined];
    let inside = line.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).ok_or(Mismatch { at: 0, reason: "no quotes" })?;
    read_any(inside, &VARIANTS, clock)
}

fn read_any<'a>(line: &'a [u8], variants: &[ClfVariant], clock: &mut Clock) -> Result<ParsedLine<'a>, Mismatch> {
    let mut nearest = Mismatch { at: 0, reason: "not a line of an access log" };
    for &variant in variants {
        match read_access(line, variant, clock) {
            Ok(reading) => return Ok(reading),
            Err(mismatch) if mismatch.at > nearest.at => nearest = mismatch,
            Err(_) => {}
        }
    }
    Err(nearest)
}

/// Whether this is what Python's `http.server` says of an answer before the line of its request: `code 404, message File not found`.
///
/// **Source:** `CPython` `Lib/http/server.py`, `log_error`; Werkzeug `serving.py`.
fn is_message(line: &[u8]) -> bool {
    const TIME: &[u8] = b"00/Jan/2000 00:00:00";
    const FRONT: &[u8] = b" - - [";
    // The client stands at the start, or what a client called itself would make its line of another log a message.
    let Some((client, rest)) = memmem::find(line, FRONT).map(|at| line.split_at(at)) else { return false };
    let said = rest.get(FRONT.len() + TIME.len()..).and_then(|rest| rest.strip_prefix(b"] code ")).unwrap_or_default();
    let is_client = net::is_host(client) || client == b"<local>";
    let status = said.get(..3).is_some_and(|code| code.iter().all(u8::is_ascii_digit));
    // A line in which a request can be read is one.
    let has_request = || [&b"] \""[..], b"] - "].iter().any(|mark| memmem::find(line, mark).is_some());
    is_client && status && said[3..].starts_with(b", message ") && !has_request()
}

/// Escape, with which the colours of a terminal begin. Servers that escape nothing else escape it in what clients send.
const ESCAPE: u8 = 0x1b;

/// The request without the colours that Werkzeug puts around it, also where nobody sees them.
///
/// **Source:** Werkzeug `serving.py` (`WSGIRequestHandler.log_request`); ECMA-48 section 8.3.117.
fn strip_color(mut text: &[u8]) -> &[u8] {
    loop {
        let inside = skip_colour(text);
        if inside.len() == text.len() {
            return text;
        }
        text = inside.strip_suffix(b"\x1b[0m").unwrap_or(inside);
    }
}

#[cfg(test)]
mod tests;

//! Lines of the common family whose request has no quotes, as patterns of Tomcat's `AccessLogValve` are often written.
//!
//! Where such a request ends, only what follows it says: a line with two times, or two candidates for the status, is not read.

use memchr::{memchr_iter, memmem};

use crate::base::time::{CLF_LEN, Clock, LogTime};
use crate::parse::access::escaping::Escaping;
use crate::parse::access::quotes::{ends_request, read_texts};
use crate::parse::access::request::{Web, is_client, read_size, read_status};
use crate::parse::access::server::words::{is_number, split_address};
use crate::parse::format::{Arena, Format, FormatKind, Mismatch, ParsedLine, known};

/// `%h %l %u %t %r %s %b`, perhaps with a port behind the client, more dashes, and `"%{Referer}i" "%{User-Agent}i"`.
pub(crate) const UNQUOTED: Format = Format {
    name: "unquoted",
    kind: FormatKind::Web,
    about: "common or combined without quotes around the request (patterns of Tomcat), with the client's port or without",
    source: "Apache Tomcat, Access Log Valve, pattern",
    example: (
        r#"192.0.2.17:8081 - - - [27/Jul/2021:23:12:14 -0400] GET /no HTTP/1.1 404 1231 "-" "ELB-HealthChecker/2.0" - 2 2"#,
        r#"{"schema":"soar.event/1","@timestamp":"2021-07-28T03:12:14Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.17"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":1231}}},"url":{"original":"/no"},"user_agent":{"original":"ELB-HealthChecker/2.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
    ),
    read: |line, _, clock| read(line.text, TextQuoting::Quoted, clock),
};

/// How referrer and user agent are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TextQuoting {
    Quoted,
    /// Without quotes: whatever stands behind the size.
    Bare,
}

/// The same with texts without quotes behind the size, which are nobody's and left out. Only its name tells: such a text may look like a status.
///
/// # Errors
/// Where it does not fit, and why.
pub(crate) fn read_bare<'a>(line: &'a [u8], _: &'a Arena, clock: &mut Clock) -> Result<ParsedLine<'a>, Mismatch> {
    read(line, TextQuoting::Bare, clock)
}

fn read<'a>(line: &'a [u8], texts: TextQuoting, clock: &mut Clock) -> Result<ParsedLine<'a>, Mismatch> {
    let mut times = memmem::find_iter(line, b"] ").filter(|&end| ends_time(line, end));
    let end = times.next().filter(|&end| starts_request(&line[end + 2..])).ok_or(Mismatch { at: 0, reason: "no time before a request" })?;
    // A user may be called like all this where the request has quotes, or is unknown.
    if times.next().is_some()
        || [&b"] \""[..], b"] - "].iter().any(|mark| memmem::find_iter(line, mark).any(|at| at > 0 && line[at - 1].is_ascii_digit()))
    {
        return Err(Mismatch { at: 1, reason: "a second time before a request" });
    }
    let mut front = line[..end - CLF_LEN - 1].split(|&byte| byte == b' ');
    let client = front.next().unwrap_or_default();
    let client = split_address(client).unwrap_or(client);
    // Behind the user stands one space.
    let is_known = is_client(client) && (3..=5).contains(&front.clone().count()) && front.clone().next_back() == Some(b"");
    if !is_known {
        return Err(Mismatch { at: 2, reason: "no client, ident and user before the time" });
    }
    let seconds = clock.parse_clf(&line[end - CLF_LEN..end]).map_err(|reason| Mismatch { at: end - CLF_LEN, reason })?;
    let behind = end + 2;
    let mut statuses = memchr_iter(b' ', &line[behind..]).filter_map(|space| read_numbers(line, behind + space, texts));
    let numbers = statuses.next().ok_or(Mismatch {
        at: behind,
        reason: "no status and size behind the request, or text without quotes behind them: --log-format unquoted_agent",
    })?;
    if statuses.next().is_some() {
        return Ok(ParsedLine::Ambiguous(client));
    }
    let texts = match texts {
        TextQuoting::Quoted => read_texts(line, numbers.after)?,
        TextQuoting::Bare => None,
    };
    let user = front.nth(1).and_then(known).filter(|_| client != b"-");
    Ok(ParsedLine::Web(Web {
        user,
        time: Some(LogTime { seconds, fraction: "" }),
        request: known(&line[behind..numbers.start]),
        status: numbers.status,
        body_bytes: numbers.body_bytes,
        referrer: texts.as_ref().and_then(|texts| known(texts.referrer.text)),
        agent: texts.as_ref().and_then(|texts| known(texts.agent.text)),
        escaping: Escaping::Escaped,
        is_ambiguous: texts.is_some_and(|texts| texts.is_ambiguous),
        ..Web::of(client)
    }))
}

/// Whether a time in brackets ends at `end`.
fn ends_time(line: &[u8], end: usize) -> bool {
    let time = end.checked_sub(CLF_LEN + 1).and_then(|start| line.get(start..end));
    matches!(time, Some([b'[', _, _, b'/', _, _, _, b'/', _, _, _, _, b':', ..]))
}

/// Whether `text` starts with a method in capitals.
fn starts_request(text: &[u8]) -> bool {
    let method = text.split(|&byte| byte == b' ').next().unwrap_or_default();
    (3..=20).contains(&method.len()) && method.iter().all(u8::is_ascii_uppercase)
}

/// Status and size, and where they stand.
struct Numbers {
    status: Option<u16>,
    body_bytes: Option<u64>,
    start: usize,
    after: usize,
}

/// ` 404 1231` at `start`: where texts have quotes, the line ends behind it or one follows; where they have none, a protocol stands before it.
fn read_numbers(line: &[u8], start: usize, texts: TextQuoting) -> Option<Numbers> {
    let mut words = line[start + 1..].splitn(3, |&byte| byte == b' ');
    let (status, size, rest) = (words.next()?, words.next()?, words.next());
    let is_end = match texts {
        TextQuoting::Quoted => rest.is_none_or(|rest| rest.starts_with(b"\"") || rest.starts_with(b"- \"")),
        TextQuoting::Bare => ends_request(&line[..start]),
    };
    if status.len() != 3 || !is_number(status) || !is_end {
        return None;
    }
    let after = start + 1 + status.len() + 1 + size.len();
    Some(Numbers { status: read_status(status).ok()?, body_bytes: read_size(size).ok()?, start, after })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_without_quotes_change_neither_the_client_nor_the_status() {
        let mut clock = Clock::new("UTC", None).expect("UTC is known");
        for (tail, status) in [
            ("GET /no HTTP/1.1 404 682 curl/8.4.0", Some(404)),
            ("GET /no HTTP/1.1 404 - https://example.org/ Mozilla/5.0 (X11) 12", Some(404)),
            ("GET /no HTTP/1.1 404 682 x 200 5", Some(404)),
            ("GET /no HTTP/1.1 404 682 \"x\" 200 5 \"y\"", Some(404)),
            // A second place for the status may be the request's, or the agent's.
            ("GET /no HTTP/1.1 200 5 x HTTP/1.1 404 682 curl/8.4.0", None),
            ("GET /no HTTP/1.1 404 682 x HTTP/1.1 200 5 y", None),
        ] {
            let line = format!("192.0.2.1 - - [29/Nov/2024:10:00:00 +0000] {tail}");
            match read(line.as_bytes(), TextQuoting::Bare, &mut clock) {
                Ok(ParsedLine::Web(web)) => assert_eq!((web.client, web.status, web.agent), (&b"192.0.2.1"[..], status, None), "{line}"),
                Ok(ParsedLine::Ambiguous(client)) => assert_eq!((client, status), (&b"192.0.2.1"[..], None), "{line}"),
                other => panic!("{other:?}: {line}"),
            }
        }
        let line = b"192.0.2.1 - - [29/Nov/2024:10:00:00 +0000] GET /no 404 682 curl/8.4.0";
        assert!(read(line, TextQuoting::Bare, &mut clock).is_err(), "no protocol says where the request ends");
    }
}

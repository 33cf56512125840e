//! Access logs in the common, combined and `vhost_combined` formats of Apache and nginx.
//!
//! Read by position, without a regex: the first unescaped quote starts the request, and the time stands right before it,
//! so no user name can put another time or client in its place. What follows the named fields is ignored.

use memchr::{memchr, memmem};

use super::client::{Client, read_client};
use super::field::{Quoted, close_quoted, find_quote, split_size, split_status};
use super::format::{Format, Kind, Misfit, Reading, known};
use super::quotes::{Numbers, Texts, find_numbers, is_plain_tail, read_texts};
use super::web::{Escaping, Web};
use crate::net;
use crate::stream::line::Line;
use crate::time::{CLF_LEN, Clock, Stamp};

/// `%h %l %u %t "%r" %>s %b`.
pub const COMMON: Format = Format {
    name: "common",
    kind: Kind::Web,
    about: "Apache and nginx access log without user agent",
    source: "Apache mod_log_config, LogFormat common",
    example: (
        r#"192.0.2.1 - alice [10/Oct/2000:13:55:36 -0700] "GET /index.html HTTP/1.0" 200 2326"#,
        r#"{"schema":"soar.event/1","@timestamp":"2000-10-10T20:55:36Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"user":{"name":"alice"},"http":{"request":{"method":"GET"},"version":"1.0","response":{"status_code":200,"body":{"bytes":2326}}},"url":{"original":"/index.html"},"log":{"file":{"path":"example"},"line":1},"tags":[]}"#,
    ),
    read: |line, _, clock| read_access(line.text, Layout::Common, clock),
};

/// Common, then `"%{Referer}i" "%{User-agent}i"`.
pub const COMBINED: Format = Format {
    name: "combined",
    kind: Kind::Web,
    about: "Apache and nginx access log with referrer and user agent",
    source: "Apache mod_log_config, LogFormat combined; nginx log_format combined",
    example: (
        r#"2001:db8::1 - - [10/Oct/2000:13:55:36 +0000] "GET /no HTTP/1.1" 404 - "-" "ExampleBot/1.0 \"x\"""#,
        r#"{"schema":"soar.event/1","@timestamp":"2000-10-10T13:55:36Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"2001:db8::1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404}},"url":{"original":"/no"},"user_agent":{"original":"ExampleBot/1.0 \"x\""},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
    ),
    read: |line, _, clock| read_combined(line, clock),
};

/// `%v:%p`, then combined.
pub const VHOST_COMBINED: Format = Format {
    name: "vhost_combined",
    kind: Kind::Web,
    about: "combined, preceded by the virtual host (and port)",
    source: "Debian apache2.conf, LogFormat vhost_combined",
    example: (
        r#"www.example.org:443 192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 5 "https://example.org/" "Mozilla/5.0""#,
        r#"{"schema":"soar.event/1","@timestamp":"2000-10-10T13:55:36Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET","referrer":"https://example.org/"},"version":"1.1","response":{"status_code":200,"body":{"bytes":5}}},"url":{"original":"/","domain":"www.example.org"},"user_agent":{"original":"Mozilla/5.0"},"log":{"file":{"path":"example"},"line":1},"tags":[]}"#,
    ),
    read: |line, _, clock| read_access(line.text, Layout::VhostCombined, clock),
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    Common,
    Combined,
    VhostCombined,
}

/// Nearly every line of the combined format by where its quotes stand, any other from the left.
fn read_combined<'a>(line: &Line<'a>, clock: &mut Clock) -> Result<Reading<'a>, Misfit> {
    match read_by_marks(line, clock) {
        Some(web) => Ok(Reading::Web(web)),
        None => read_access(line.text, Layout::Combined, clock),
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
    if line[from + 1] == b' ' || agent.first() == Some(&b' ') || !is_plain_tail(agent, &line[agent_to + 1..]) {
        return None;
    }
    Some(Web {
        client: who.address,
        peer: None,
        domain: None,
        user: None,
        time: Some(Stamp { seconds, fraction: "" }),
        request: known(line.get(start + 1..end)?),
        status,
        body_bytes,
        referrer: known(line.get(from + 1..to)?),
        agent: known(agent),
        forwarded: None,
        escaping: Escaping::Undone,
        is_ambiguous: false,
    })
}

fn read_access<'a>(line: &'a [u8], layout: Layout, clock: &mut Clock) -> Result<Reading<'a>, Misfit> {
    let misfit = |at, reason| Misfit { at, reason };
    let (request, seconds, who) = if let Some((start, seconds, who)) = read_plain_front(line, clock) {
        (close_request(line, start)?, seconds, who)
    } else {
        let request = find_request(line)?;
        let (seconds, who) = read_front(line, request.start, clock)?;
        (request, seconds, who)
    };
    let numbers = find_numbers(line, request.end)?;
    let texts = match &numbers {
        // Of two readings either may have texts: it is of the layout that has them.
        None => Some(Texts::NONE),
        Some(numbers) => read_texts(line, numbers.after)?,
    };
    let found = match (who.domain, &texts) {
        (Some(_), Some(_)) => Layout::VhostCombined,
        (None, Some(_)) => Layout::Combined,
        (None, None) => Layout::Common,
        (Some(_), None) => return Err(misfit(request.end, "a virtual host, but no user agent")),
    };
    if found != layout {
        return Err(misfit(0, "another layout"));
    }
    // Where a user's name can hold quotes, a second reading has another time.
    let is_clear = |numbers: &Numbers| who.user.is_none() || !numbers.is_ambiguous && !request.hides_another(line, numbers.end);
    let Some(numbers) = numbers.filter(is_clear) else { return Ok(Reading::Ambiguous(who.address)) };
    let texts = texts.filter(|_| !numbers.is_ambiguous).unwrap_or(Texts::NONE);
    let request = if numbers.is_ambiguous { Quoted::UNKNOWN } else { request.up_to(line, numbers.end) };
    let is_logged = request.has_escape || texts.referrer.has_escape || texts.agent.has_escape || who.user.is_some();
    Ok(Reading::Web(Web {
        client: who.address,
        peer: None,
        domain: who.domain,
        user: who.user,
        time: Some(Stamp { seconds, fraction: "" }),
        request: known(request.text),
        status: numbers.status,
        body_bytes: numbers.body_bytes,
        referrer: known(texts.referrer.text),
        agent: known(texts.agent.text),
        forwarded: None,
        escaping: if is_logged { Escaping::Logged } else { Escaping::Undone },
        is_ambiguous: numbers.is_ambiguous || texts.is_ambiguous,
    }))
}

/// The start of nearly every line, `192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] "`: the place of its quote, the time and the client.
/// Read from the left, since it can be read in no other way: no name and no time holds a quote.
#[allow(clippy::inline_always, reason = "as above")]
#[inline(always)]
fn read_plain_front<'a>(line: &'a [u8], clock: &mut Clock) -> Option<(usize, i64, Client<'a>)> {
    let (address, behind) = line.split_at(net::host_name_len(line));
    let behind = behind.strip_prefix(b" - - [").filter(|_| !address.is_empty())?;
    let (time, behind) = behind.split_at_checked(CLF_LEN)?;
    let behind = behind.strip_prefix(b"] ").filter(|behind| behind.starts_with(b"\""))?;
    let seconds = clock.parse_clf(time).ok()?;
    Some((line.len() - behind.len(), seconds, Client { domain: None, address, user: None }))
}

/// What stands before the request, which starts at `start`: the time right before it, and the client.
fn read_front<'a>(line: &'a [u8], start: usize, clock: &mut Clock) -> Result<(i64, Client<'a>), Misfit> {
    let misfit = |at, reason| Misfit { at, reason };
    let time_end = line[..start].strip_suffix(b"] ").ok_or(misfit(1, "no ']' after the time"))?.len();
    let time_start =
        time_end.checked_sub(CLF_LEN).filter(|&at| at > 1 && line[at - 1] == b'[').ok_or(misfit(2, "no '[' before the time"))?;
    let seconds = clock.parse_clf(&line[time_start..time_end]).map_err(|flaw| misfit(time_start, flaw))?;
    let who = read_client(line[..time_start - 1].strip_suffix(b" ").ok_or(misfit(2, "no space before the time"))?)
        .map_err(|reason| misfit(3, reason))?;
    Ok((seconds, who))
}

/// Where a request starts and ends, its quotes included, and its text without them.
struct Request<'a> {
    start: usize,
    end: usize,
    text: Quoted<'a>,
}

impl<'a> Request<'a> {
    /// Whether another request may start inside it, where it ends at `end`.
    fn hides_another(&self, line: &[u8], end: usize) -> bool {
        end != self.end && memmem::find(&line[self.start..end], b"] \"").is_some()
    }

    /// Its text, where it ends at `end`.
    fn up_to(&self, line: &'a [u8], end: usize) -> Quoted<'a> {
        if end == self.end || line[self.start] != b'"' {
            return self.text;
        }
        let text = &line[self.start + 1..end - 1];
        Quoted { text, has_escape: memchr(b'\\', text).is_some(), end }
    }
}

/// The quote that starts the request is the first unescaped one, save those of an empty user, which Apache writes as `""`.
fn find_request(line: &[u8]) -> Result<Request<'_>, Misfit> {
    let mut quote = find_quote(line, 0);
    if let Some(first) = quote
        && line[first..].starts_with(b"\"\" ")
        && !line[..first].ends_with(b"] ")
    {
        quote = find_quote(line, first + 2);
    }
    match quote {
        Some(start) if line[..start].ends_with(b"] ") => close_request(line, start),
        _ => find_bare_request(line, quote),
    }
}

/// The request whose first quote is at `start`.
#[inline]
fn close_request(line: &[u8], start: usize) -> Result<Request<'_>, Misfit> {
    let text = close_quoted(line, start + 1).ok_or(Misfit { at: start, reason: "the request has no closing quote" })?;
    Ok(Request { start, end: text.end, text })
}

/// A request of which nothing is known, written as `-` without quotes. Where two places before the first quote can be it,
/// one is a user's invention.
fn find_bare_request(line: &[u8], quote: Option<usize>) -> Result<Request<'_>, Misfit> {
    let front = &line[..quote.unwrap_or(line.len())];
    let mut places = memmem::find_iter(front, b"] - ");
    match (places.next(), places.next()) {
        (Some(at), None) => Ok(Request { start: at + 2, end: at + 3, text: Quoted::UNKNOWN }),
        (Some(_), Some(_)) => Err(Misfit { at: 1, reason: "the time and the request may stand in two places" }),
        (None, _) if quote.is_some() => Err(Misfit { at: 1, reason: "no ']' after the time" }),
        (None, _) => Err(Misfit { at: 0, reason: "no quoted request" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIME: &str = "[10/Oct/2000:13:55:36 +0000]";

    fn client(line: &str, layout: Layout) -> Result<String, &'static str> {
        let mut clock = Clock::new("UTC", None).expect("UTC is known");
        match read_access(line.as_bytes(), layout, &mut clock) {
            Ok(Reading::Web(web)) => Ok(String::from_utf8_lossy(web.client).into_owned()),
            Ok(_) => Err("not a request"),
            Err(misfit) => Err(misfit.reason),
        }
    }

    #[test]
    fn the_client_is_whom_the_server_named_whatever_the_user_is_called() {
        for user in
            ["-", "\"\"", "bob", "bob smith", "x [01/Jan/1999:00:00:00 +0000]", "198.51.100.9 - -", r#"q\" \"GET / HTTP/1.1\" 404 0"#]
        {
            let line = format!(r#"192.0.2.1 - {user} {TIME} "GET / HTTP/1.1" 200 5"#);
            assert_eq!(client(&line, Layout::Common).as_deref(), Ok("192.0.2.1"), "{line}");
        }
    }

    #[test]
    fn a_virtual_host_is_not_a_client() {
        // nginx behind a UNIX socket has no address of its peer.
        let line = format!(r#"unix: - - {TIME} "GET / HTTP/1.1" 200 5 "-" "x" "192.0.2.1""#);
        assert_eq!(client(&line, Layout::Combined).as_deref(), Ok("-"));
        for vhost in ["www.example.org:443", "example.org", "192.0.2.80:80", "[2001:db8::80]:443"] {
            let line = format!(r#"{vhost} 192.0.2.1 - - {TIME} "GET / HTTP/1.1" 200 5 "-" "x""#);
            assert_eq!(client(&line, Layout::VhostCombined).as_deref(), Ok("192.0.2.1"), "{line}");
        }
        let line = format!(r#"crawl.example.org - - {TIME} "GET / HTTP/1.1" 200 5 "-" "x""#);
        assert_eq!(client(&line, Layout::Combined).as_deref(), Ok("crawl.example.org"));
    }

    #[test]
    fn requests_may_be_anything_but_the_fields_around_them_may_not() {
        for (request, status, fits) in [
            ("-", "408 0", true),
            ("", "400 -", true),
            (r"\x16\x03\x01\x02", "400 226", true),
            (r#"GET /\"quoted\" HTTP/1.1"#, "- -", true),
            ("GET / HTTP/1.1", "000 0", true),
            ("GET / HTTP/1.1", "1000 0", false),
            ("GET / HTTP/1.1", "200", false),
            ("GET / HTTP/1.1", "200 1x", false),
        ] {
            let line = format!(r#"192.0.2.1 - - {TIME} "{request}" {status}"#);
            assert_eq!(client(&line, Layout::Common).is_ok(), fits, "{line}");
        }
    }

    #[test]
    fn what_is_unknown_may_stand_without_quotes() {
        let agent = |rest: &str, layout| {
            let line = format!("192.0.2.1 - - {TIME} {rest}");
            let mut clock = Clock::new("UTC", None).expect("UTC is known");
            match read_access(line.as_bytes(), layout, &mut clock).map_err(|misfit| misfit.reason) {
                Ok(Reading::Web(web)) => Ok((web.status, web.agent.map(|agent| String::from_utf8_lossy(agent).into_owned()))),
                Ok(_) => Err("no request"),
                Err(reason) => Err(reason),
            }
        };
        let (bot, other) =
            (Some("Googlebot".to_owned()), "quotes, but no referrer and user agent after the size: --log-format takes any order of fields");
        for (rest, layout, found) in [
            (r#""GET / HTTP/1.1" 404 5 - "Googlebot""#, Layout::Combined, Ok((Some(404), bot.clone()))),
            (r#"- 408 5 "-" "Googlebot""#, Layout::Combined, Ok((Some(408), bot.clone()))),
            (r#"- 408 5 "" "Googlebot""#, Layout::Combined, Ok((Some(408), bot.clone()))),
            (r#"- 408 5 - "Googlebot" - "[x] - ""#, Layout::Combined, Ok((Some(408), bot))),
            (r#""-" 408 - "-" -"#, Layout::Combined, Ok((Some(408), None))),
            ("- 408 - - -", Layout::Combined, Ok((Some(408), None))),
            ("- 408 -", Layout::Common, Ok((Some(408), None))),
            (r#""GET /" 404 5 - 12"#, Layout::Common, Ok((Some(404), None))),
            // Not a line without an agent: its agent stands elsewhere.
            (r#""GET /" 404 5 12 "Googlebot""#, Layout::Common, Err(other)),
            (r#""GET /" 404 5 - 12 "Googlebot""#, Layout::Common, Err(other)),
            (r#""GET /" 404 5 "Googlebot""#, Layout::Common, Err(other)),
            (r#""GET /" 404 5 "Googlebot"#, Layout::Common, Err("the referrer has no closing quote")),
        ] {
            assert_eq!(agent(rest, layout), found, "{rest}");
        }
        // A user who writes a time and an unknown request.
        let line = format!(r#"192.0.2.1 - x {TIME} - 200 5 {TIME} - 404 5 "-" "x""#);
        assert_eq!(client(&line, Layout::Combined), Err("the time and the request may stand in two places"));
        let line = format!(r#"192.0.2.1 - x {TIME} - 200 5 {TIME} "GET /" 404 5 "-" "x""#);
        assert_eq!(client(&line, Layout::Combined).as_deref(), Ok("192.0.2.1"));
    }

    #[test]
    fn clients_have_brackets_ports_or_a_virtual_host_before_them() {
        for (front, layout, found) in [
            ("192.0.2.1:4711 - -", Layout::Combined, Ok("192.0.2.1")),
            ("192.0.2.1:4711 - bob smith", Layout::Combined, Ok("192.0.2.1")),
            ("[2001:db8::1] - -", Layout::Combined, Ok("2001:db8::1")),
            ("[2001:db8::1]:4711 - bob", Layout::Combined, Ok("2001:db8::1")),
            ("192.0.2.80:80 - - -", Layout::Combined, Err("a client and a virtual host look the same here")),
            ("[x] - -", Layout::Combined, Err("the client is neither an address nor a host name")),
            ("www.example host.example - -", Layout::VhostCombined, Ok("host.example")),
            ("www.example:80 host.example - -", Layout::VhostCombined, Ok("host.example")),
            ("www.example host.example - bob", Layout::VhostCombined, Ok("host.example")),
            ("www.example 2001:db8::1 - -", Layout::VhostCombined, Ok("2001:db8::1")),
            ("192.0.2.1 203.0.113.9 a b", Layout::Combined, Err("two addresses: which of them is the client, only --log-format says")),
            ("192.0.2.1 root bob", Layout::Combined, Ok("192.0.2.1")),
            ("host.example root -", Layout::Combined, Ok("host.example")),
            ("host.example root bob smith", Layout::Combined, Ok("host.example")),
            ("2001:db8::1:80 - -", Layout::Combined, Ok("2001:db8::1:80")),
        ] {
            let line = format!(r#"{front} {TIME} "GET / HTTP/1.1" 200 5 "-" "x""#);
            assert_eq!(client(&line, layout).as_deref().map_err(|reason| *reason), found, "{line}");
        }
    }

    #[test]
    fn a_syslog_line_that_quotes_a_request_is_no_request() {
        for header in ["Dec 10 06:55:46 lab", "Dec 10 06:55:46 10.0.0.5", "2024-01-02T03:04:05+01:00 10.0.0.5", "2024-01-02T03:04:05Z lab"]
        {
            for rest in ["404 0", r#"404 0 "-" "bot""#] {
                let line = format!(r#"{header} sshd[1]: Invalid user {TIME} "GET / HTTP/1.1" {rest}"#);
                for layout in [Layout::Common, Layout::Combined, Layout::VhostCombined] {
                    assert!(client(&line, layout).is_err(), "{layout:?} {line}");
                }
            }
        }
    }
}

//! Access logs in the common, combined and `vhost_combined` formats of Apache and nginx.
//!
//! Read by position, without a regex: the first unescaped quote starts the request, and the time stands right before it,
//! so no user name can put another time or client in its place. What follows the named fields is ignored.

use memchr::{memchr, memchr2};

use super::format::{Format, Misfit, Reading};
use super::web::{Escaping, Web};
use crate::net;
use crate::time::{self, CLF_LEN, Clock, Stamp};

/// `%h %l %u %t "%r" %>s %b`.
pub const COMMON: Format = Format {
    name: "common",
    about: "Apache and nginx access log without user agent",
    source: "Apache mod_log_config, LogFormat common",
    example: (
        r#"192.0.2.1 - alice [10/Oct/2000:13:55:36 -0700] "GET /index.html HTTP/1.0" 200 2326"#,
        r#"{"schema":"soar.event/1","@timestamp":"2000-10-10T20:55:36Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"user":{"name":"alice"},"http":{"request":{"method":"GET"},"version":"1.0","response":{"status_code":200,"body":{"bytes":2326}}},"url":{"original":"/index.html"},"log":{"file":{"path":"example"},"line":1},"tags":[]}"#,
    ),
    read: |line, _, clock| read_access(line, Layout::Common, clock),
};

/// Common, then `"%{Referer}i" "%{User-agent}i"`.
pub const COMBINED: Format = Format {
    name: "combined",
    about: "Apache and nginx access log with referrer and user agent",
    source: "Apache mod_log_config, LogFormat combined; nginx log_format combined",
    example: (
        r#"2001:db8::1 - - [10/Oct/2000:13:55:36 +0000] "GET /no HTTP/1.1" 404 - "-" "ExampleBot/1.0 \"x\"""#,
        r#"{"schema":"soar.event/1","@timestamp":"2000-10-10T13:55:36Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"2001:db8::1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404}},"url":{"original":"/no"},"user_agent":{"original":"ExampleBot/1.0 \"x\""},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
    ),
    read: |line, _, clock| read_access(line, Layout::Combined, clock),
};

/// `%v:%p`, then combined.
pub const VHOST_COMBINED: Format = Format {
    name: "vhost_combined",
    about: "combined, preceded by the virtual host (and port)",
    source: "Debian apache2.conf, LogFormat vhost_combined",
    example: (
        r#"www.example.org:443 192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 5 "https://example.org/" "Mozilla/5.0""#,
        r#"{"schema":"soar.event/1","@timestamp":"2000-10-10T13:55:36Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET","referrer":"https://example.org/"},"version":"1.1","response":{"status_code":200,"body":{"bytes":5}}},"url":{"original":"/","domain":"www.example.org"},"user_agent":{"original":"Mozilla/5.0"},"log":{"file":{"path":"example"},"line":1},"tags":[]}"#,
    ),
    read: |line, _, clock| read_access(line, Layout::VhostCombined, clock),
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    Common,
    Combined,
    VhostCombined,
}

fn read_access<'a>(line: &'a [u8], layout: Layout, clock: &mut Clock) -> Result<Reading<'a>, Misfit> {
    let misfit = |at, reason| Misfit { at, reason };
    let quote = find_request(line).ok_or(misfit(0, "no quoted request"))?;
    let (seconds, who) = read_front(line, quote, clock)?;
    let request_end = find_quote(line, quote + 1).ok_or(misfit(quote, "the request has no closing quote"))?;
    let (status, after) = read_number(line, request_end + 1).ok_or(misfit(request_end, "no status after the request"))?;
    let status = match status {
        // nginx writes 000 where it sent no status.
        None | Some(0..100) => None,
        Some(status @ 100..=999) => u16::try_from(status).ok(),
        Some(_) => return Err(misfit(request_end, "the status is not of three digits")),
    };
    let (body_bytes, after) = read_number(line, after).ok_or(misfit(after, "no size after the status"))?;
    // What stands behind the agent is never read: nginx's `main` has X-Forwarded-For there, another server's configuration
    // any header that its clients may fill in. Which it is, only --log-format says.
    let (referrer, agent) = match read_quoted(line, after) {
        Some((referrer, next)) => match read_quoted(line, next) {
            Some((agent, _)) => (Some(referrer), Some(agent)),
            None if line[next..].starts_with(b" \"") => return Err(misfit(next, "the user agent has no closing quote")),
            None => return Err(misfit(next, "a referrer without a user agent")),
        },
        None => (None, None),
    };
    let found = match (who.domain, agent) {
        (Some(_), Some(_)) => Layout::VhostCombined,
        (None, Some(_)) => Layout::Combined,
        (None, None) => Layout::Common,
        (Some(_), None) => return Err(misfit(after, "a virtual host, but no user agent")),
    };
    if found != layout {
        return Err(misfit(0, "another layout"));
    }
    // One look at the line is cheaper than one at each of its fields.
    let escaping = if memchr(b'\\', &line[quote..]).is_some() || who.user.is_some() { Escaping::Logged } else { Escaping::Undone };
    Ok(Reading::Web(Web {
        client: who.address,
        domain: who.domain,
        user: who.user,
        time: Some(Stamp { seconds, fraction: "" }),
        request: known(&line[quote + 1..request_end]),
        status,
        body_bytes,
        referrer: referrer.and_then(known),
        agent: agent.and_then(known),
        forwarded: None,
        escaping,
    }))
}

/// What stands before the request: the time right before it, and the client.
fn read_front<'a>(line: &'a [u8], quote: usize, clock: &mut Clock) -> Result<(i64, Client<'a>), Misfit> {
    let misfit = |at, reason| Misfit { at, reason };
    let time_end = line[..quote].strip_suffix(b"] ").ok_or(misfit(1, "no ']' after the time"))?.len();
    let time_start =
        time_end.checked_sub(CLF_LEN).filter(|&at| at > 1 && line[at - 1] == b'[').ok_or(misfit(2, "no '[' before the time"))?;
    let seconds = clock.parse_clf(&line[time_start..time_end]).map_err(|flaw| misfit(time_start, flaw))?;
    let who = read_client(line[..time_start - 1].strip_suffix(b" ").ok_or(misfit(2, "no space before the time"))?)
        .map_err(|reason| misfit(3, reason))?;
    Ok((seconds, who))
}

/// The quote that starts the request: the first unescaped one, save those of an empty user, which Apache writes as `""`.
fn find_request(line: &[u8]) -> Option<usize> {
    let quote = find_quote(line, 0)?;
    let is_empty_user = line[quote..].starts_with(b"\"\" ") && !line[..quote].ends_with(b"] ");
    if is_empty_user { find_quote(line, quote + 2) } else { Some(quote) }
}

struct Client<'a> {
    domain: Option<&'a [u8]>,
    address: &'a [u8],
    user: Option<&'a [u8]>,
}

/// Splits `[vhost[:port] ]client ident user`, where the user may hold spaces. A virtual host is told from a client by
/// its port, or by the address that follows it (an ident is never an address).
fn read_client(text: &[u8]) -> Result<Client<'_>, &'static str> {
    // Nearly every line: no ident, so no virtual host, and no time where a name or an address can stand.
    let (name, behind) = text.split_at(net::host_name_len(text));
    if let Some(user) = behind.strip_prefix(b" - ").filter(|_| !name.is_empty()) {
        return Ok(Client { domain: None, address: name, user: known(user) });
    }
    let (first, rest) = split_at_space(text).ok_or("no client, ident and user before the time")?;
    let (second, after) = split_at_space(rest).ok_or("no client, ident and user before the time")?;
    // A syslog line about a request is that program's message, not a request of a client called `Dec`.
    if time::starts_like_rfc3164(text) {
        return Err("the line starts as syslog does");
    }
    let host = strip_port(first);
    let has_vhost = host.is_some() && net::parse_address(first).is_none() && is_client(second)
        || is_client(first) && second != b"-" && net::parse_address(second).is_some();
    if has_vhost {
        let (_, user) = split_at_space(after).ok_or("no client, ident and user before the time")?;
        return Ok(Client { domain: Some(host.unwrap_or(first)), address: second, user: known(user) });
    }
    if first == b"unix:" {
        return Ok(Client { domain: None, address: b"-", user: known(after) });
    }
    if !is_client(first) {
        return Err("the client is neither an address nor a host name");
    }
    Ok(Client { domain: None, address: first, user: known(after) })
}

fn is_client(text: &[u8]) -> bool {
    net::is_host_name(text) || net::parse_address(text).is_some() || text == b"-"
}

/// The host of `host:port` or `[v6]:port`.
fn strip_port(text: &[u8]) -> Option<&[u8]> {
    let colon = memchr::memrchr(b':', text)?;
    let (host, port) = (&text[..colon], &text[colon + 1..]);
    let is_port = !port.is_empty() && port.len() <= 5 && port.iter().all(u8::is_ascii_digit);
    let is_host = net::is_host_name(host) || host.starts_with(b"[") && host.ends_with(b"]");
    (is_port && is_host).then_some(host)
}

fn split_at_space(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = text.iter().position(|&b| b == b' ')?;
    Some((&text[..at], &text[at + 1..]))
}

/// The next `"` from `start` on that is not escaped by a backslash.
pub(super) fn find_quote(line: &[u8], mut start: usize) -> Option<usize> {
    loop {
        let at = start + memchr2(b'"', b'\\', line.get(start..)?)?;
        if line[at] == b'"' {
            return Some(at);
        }
        start = at + 2;
    }
}

/// ` 200` or ` -` at `start`, and where it ends; the number is followed by a space or the end of the line.
fn read_number(line: &[u8], start: usize) -> Option<(Option<u64>, usize)> {
    /// Below 2^53.
    const MOST_DIGITS: usize = 15;
    let text = line.get(start..)?.strip_prefix(b" ")?;
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let (number, len) = match text {
        [b'-', ..] => (None, 1),
        _ if (1..=MOST_DIGITS).contains(&digits) => {
            (Some(text[..digits].iter().fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'))), digits)
        }
        _ => return None,
    };
    matches!(text.get(len), None | Some(b' ')).then_some((number, start + 1 + len))
}

/// ` "text"` at `start`, without its quotes, and where it ends.
fn read_quoted(line: &[u8], start: usize) -> Option<(&[u8], usize)> {
    line.get(start..)?.strip_prefix(b" \"")?;
    let end = find_quote(line, start + 2)?;
    Some((&line[start + 2..end], end + 1))
}

/// A field's text; `-` and nothing are unknown.
pub(super) fn known(text: &[u8]) -> Option<&[u8]> {
    (!matches!(text, b"-" | b"" | b"\"\"")).then_some(text)
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

//! Nginx Proxy Manager's access logs, and those of its fork `NPMplus`.
//!
//! nginx escapes quotes in what clients send, so the first quote of a line is its format's. Before it stand words of clients (the method
//! and the host): what counts is read from the side where none of them stands.

use memchr::memchr;

use crate::base::number::parse_number;
use crate::base::time::Clock;
use crate::parse::access::escaping::Escaping;
use crate::parse::access::field::{close_quoted, find_quote};
use crate::parse::access::request::{Web, is_client, join_request, read_size, read_status};
use crate::parse::access::server::words::{Words, is_number};
use crate::parse::format::{Arena, Format, FormatKind, Mismatch, ParsedLine, known};

/// Its `log_format proxy` and `log_format standard`.
pub(crate) const NPM: Format = Format {
    name: "nginx_proxy_manager",
    kind: FormatKind::Web,
    about: "Nginx Proxy Manager: proxy hosts, redirection hosts, dead hosts and the default host",
    source: "nginx-proxy-manager docker/rootfs/etc/nginx/conf.d/include/log-proxy.conf (log_format proxy, standard); tried with nginx 1.22",
    example: (
        r#"[17/Feb/2022:10:35:27 +0000] - 404 404 - GET https manager.example.org "/api/" [Client 192.0.2.60] [Length 61] [Gzip -] [Sent-to 10.0.0.3] "ExampleBot/1.0" "https://manager.example.org/""#,
        r#"{"schema":"soar.event/1","@timestamp":"2022-02-17T10:35:27Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.60"},"http":{"request":{"method":"GET","referrer":"https://manager.example.org/"},"response":{"status_code":404,"body":{"bytes":61}}},"url":{"original":"/api/","domain":"manager.example.org"},"user_agent":{"original":"ExampleBot/1.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
    ),
    read: |line, arena, clock| read_npm(line.text, arena, clock),
};

/// `NPMplus`.
pub(crate) const NPMPLUS: Format = Format {
    name: "npmplus",
    kind: FormatKind::Web,
    about: "NPMplus, whose referrer and user agent stand at the end without quotes",
    source: "NPMplus rootfs/usr/local/nginx/conf/nginx.conf, log_format",
    example: (
        r#"[06/Nov/2024:22:22:06 +0100] www.example.org 192.0.2.210 0.005 "GET /no HTTP/1.1" 404 4103 4652 - ExampleBot/1.0 (x; y)"#,
        r#"{"schema":"soar.event/1","@timestamp":"2024-11-06T21:22:06Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.210"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":4103}}},"url":{"original":"/no","domain":"www.example.org"},"user_agent":{"original":"ExampleBot/1.0 (x; y)"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
    ),
    read: |line, _, clock| read_npmplus(line.text, clock),
};

/// `[$time_local] $upstream_cache_status $upstream_status $status - $request_method $scheme $host "$request_uri" [Client $remote_addr]
/// [Length $body_bytes_sent] [Gzip $gzip_ratio] [Sent-to $server] "$http_user_agent" "$http_referer"`, the two upstream fields and the
/// server where there is one.
fn read_npm<'a>(line: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> Result<ParsedLine<'a>, Mismatch> {
    let (mut words, seconds) = read_time(line, clock)?;
    let quote = find_quote(words.rest(), 0).ok_or(words.mismatch("no quoted URI"))?;
    let front: Vec<_> = words.rest()[..quote].split(|&byte| byte == b' ').collect();
    let is_status = |word: &[u8]| word.len() == 3 && parse_number(word).is_some();
    // Several servers may have been tried: the list of theirs is nginx's text, and ends before the first status with a dash behind it.
    let at = front.windows(2).position(|pair| is_status(pair[0]) && pair[1] == b"-").filter(|&at| at != 1);
    let at = at.ok_or(words.mismatch("no status before the method"))?;
    let [_, _, method, b"http" | b"https", host @ ..] = &front[at..] else { return Err(words.mismatch("no method and scheme")) };
    let status = read_status(front[at]).map_err(|reason| words.mismatch(reason))?;
    words = Words::of(&words.rest()[quote..]);
    let uri = close_quoted(words.rest(), 1).ok_or(words.mismatch("the URI has no closing quote"))?;
    words = Words::of(&words.rest()[uri.end..]);
    words.skip(b" [Client ", "no client behind the URI")?;
    let client = words.until(b']', "no client")?;
    words.skip(b" [Length ", "no length behind the client")?;
    let body_bytes = read_size(words.until(b']', "no length")?).map_err(|reason| words.mismatch(reason))?;
    words.skip(b" [Gzip ", "no ratio behind the length")?;
    words.until(b']', "no ratio")?;
    if words.skip(b" [Sent-to ", "").is_ok() {
        words.until(b']', "no server")?;
    }
    let [agent, referrer] = read_texts(words.rest()).ok_or(words.mismatch("no user agent and referrer at the end"))?;
    if !is_client(client) && client != b"unix:" {
        return Err(words.mismatch("the client is neither an address nor a host name"));
    }
    Ok(ParsedLine::Web(Web {
        domain: host.first().and_then(|host| known(host)),
        time: Some(crate::base::time::LogTime { seconds, fraction: "" }),
        request: join_request(known(method), known(uri.text), None, arena),
        status,
        body_bytes,
        referrer: known(referrer),
        agent: known(agent),
        escaping: Escaping::Escaped,
        ..Web::of(if client == b"unix:" { b"-" } else { client })
    }))
}

/// `[$time_local] $host $remote_addr $request_time "$request" $status $body_bytes_sent $bytes_sent $http_referer $http_user_agent`.
fn read_npmplus<'a>(line: &'a [u8], clock: &mut Clock) -> Result<ParsedLine<'a>, Mismatch> {
    let (words, seconds) = read_time(line, clock)?;
    let quote = find_quote(words.rest(), 0).ok_or(words.mismatch("no quoted request"))?;
    let mut front = words.rest()[..quote].rsplitn(4, |&byte| byte == b' ');
    let (Some(b""), Some(seconds_taken), Some(client), Some(host)) = (front.next(), front.next(), front.next(), front.next()) else {
        return Err(words.mismatch("no host, client and duration before the request"));
    };
    if !is_number(seconds_taken) || !is_client(client) || memchr(b' ', host).is_some() {
        return Err(words.mismatch("no host, client and duration before the request"));
    }
    let request = close_quoted(words.rest(), quote + 1).ok_or(words.mismatch("the request has no closing quote"))?;
    let mut words = Words::of(&words.rest()[request.end..]);
    words.skip(b" ", "no space behind the request")?;
    let status = read_status(words.word("no status")?).map_err(|reason| words.mismatch(reason))?;
    let body_bytes = read_size(words.word("no size")?).map_err(|reason| words.mismatch(reason))?;
    words.number("no second size")?;
    let referrer = words.header("no referrer")?;
    Ok(ParsedLine::Web(Web {
        domain: known(host),
        time: Some(crate::base::time::LogTime { seconds, fraction: "" }),
        request: known(request.text),
        status,
        body_bytes,
        referrer: known(referrer),
        agent: known(words.rest()),
        escaping: Escaping::Escaped,
        ..Web::of(client)
    }))
}

fn read_time<'a>(line: &'a [u8], clock: &mut Clock) -> Result<(Words<'a>, i64), Mismatch> {
    let mut words = Words::of(line);
    words.skip(b"[", "no '[' at the start")?;
    let seconds = clock.parse_clf(words.until(b']', "no ']' after the time")?).map_err(|reason| Mismatch { at: 1, reason })?;
    words.skip(b" ", "no space after the time")?;
    Ok((words, seconds))
}

/// ` "one" "two"`, which end the line.
fn read_texts(text: &[u8]) -> Option<[&[u8]; 2]> {
    let first = close_quoted(text, 2).filter(|_| text.starts_with(b" \""))?;
    let second = close_quoted(text, first.end + 2).filter(|_| text[first.end..].starts_with(b" \""))?;
    (second.end == text.len()).then_some([first.text, second.text])
}

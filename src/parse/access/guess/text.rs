//! A string for `--log-format` that a sample of lines may be written by, from what one of them looks like.

use crate::base::net;
use crate::base::time::{CLF_LEN, Clock};
use crate::parse::access::field::close_quoted;
use crate::parse::access::log_format::source::Dialect;
use crate::parse::access::log_format::{LogFormat, LogFormatResult};
use crate::parse::access::server::words::{is_number, split_address};
use crate::parse::format::Arena;

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
enum TextPart<'l> {
    /// What stands between fields.
    Text(&'l str),
    /// A text in quotes, without them.
    Quoted(&'l str),
    Word(&'l str),
    /// Directives for a time, and the string's language.
    Time(String, Dialect),
}

/// A string that is read as a format without doubt, and by which at least one of `lines` is a request with a client and a status; of
/// several, the one by which most are. None where nothing tells which of several numbers is the status.
pub(crate) fn guess_string(lines: &[&str]) -> Option<String> {
    const MOST_TRIED: usize = 8;
    let tried = lines.iter().take(MOST_TRIED).filter_map(|line| split(line));
    let strings = tried.flat_map(|pieces| {
        let all = status_places(&pieces).into_iter().flat_map(|status| Users::ALL.map(|users| (status, users)));
        all.filter_map(|(status, users)| Some((status, to_string(&pieces, status, users)?))).collect::<Vec<_>>()
    });
    let rated: Vec<_> =
        strings.map(|(status, string)| (count_read(&string, lines), status, string)).filter(|(count, ..)| *count > 0).collect();
    // The first of several that are as good, which says most.
    let (count, status, string) = rated.iter().reduce(|best, next| if next.0 > best.0 { next } else { best })?;
    let is_as_good = |other: &(usize, StatusPlace, String)| other.0 == *count && other.1.at != status.at;
    (!(status.is_behind_seconds && rated.iter().any(is_as_good))).then(|| string.clone())
}

/// Where the status may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct StatusPlace {
    at: usize,
    /// Whether a duration stands between the request and it: then sizes may stand there, too.
    is_behind_seconds: bool,
}

/// Where a status may stand, the likeliest first: behind the request, else before it.
fn status_places(pieces: &[TextPart<'_>]) -> Vec<StatusPlace> {
    const MOST: usize = 4;
    let is_status =
        |piece: &TextPart<'_>| matches!(piece, TextPart::Word(word) if word.len() == 3 && word.parse().is_ok_and(is_known_status));
    let request = pieces.iter().position(|piece| matches!(piece, TextPart::Quoted(text) if is_request(text))).unwrap_or(pieces.len());
    let places = (request..pieces.len()).chain(0..request).filter(|&at| is_status(&pieces[at])).take(MOST);
    let seconds = |at: usize| pieces[request.min(at)..at].iter().any(|piece| matches!(piece, TextPart::Word(word) if is_seconds(word)));
    places.map(|at| StatusPlace { at, is_behind_seconds: seconds(at) }).collect()
}

/// Whether a server answers so: a code that is registered, or one of nginx's or of AWS' load balancers.
///
/// **Source:** IANA, HTTP Status Code Registry; nginx `ngx_http_request.h`; AWS, ALB, HTTP 4XX and 5XX errors.
fn is_known_status(code: u16) -> bool {
    const OTHERS: [u16; 4] = [444, 460, 463, 561];
    matches!(code, 100..=103 | 200..=208 | 226 | 300..=308 | 400..=418 | 421..=426 | 428 | 429 | 431 | 451 | 494..=499 | 500..=508 | 510 | 511)
        || OTHERS.contains(&code)
}

/// Whether a user is looked for: a name may hold blanks, so that many a string is none with one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Users {
    Named,
    Passed,
}

impl Users {
    const ALL: [Self; 2] = [Self::Named, Self::Passed];
}

/// How many of `lines` are requests by `string`; none where a client could forge one.
fn count_read(string: &str, lines: &[&str]) -> usize {
    let (Ok(format), Ok(mut clock)) = (LogFormat::compile(string), Clock::new("UTC", None)) else { return 0 };
    let arena = Arena::default();
    let mut is_read = |line: &&&str| match format.read(line.as_bytes(), &arena, &mut clock) {
        LogFormatResult::Request(web) => web.client != b"-" && web.status.is_some_and(is_known_status),
        _ => false,
    };
    lines.iter().filter(|line| is_read(line)).count()
}

fn to_string(pieces: &[TextPart<'_>], status: StatusPlace, users: Users) -> Option<String> {
    let status = status.at;
    let dialect =
        if pieces.iter().any(|piece| matches!(piece, TextPart::Time(_, Dialect::Apache))) { Dialect::Apache } else { Dialect::Nginx };
    let request = pieces.iter().position(|piece| matches!(piece, TextPart::Quoted(text) if is_request(text)))?;
    let client = find_client(pieces)?;
    let quoted: Vec<_> = (0..pieces.len()).filter(|&at| at != request && matches!(pieces[at], TextPart::Quoted(_))).collect();
    let is_agent = |at: usize| matches!(pieces[at], TextPart::Quoted(text) if text.contains('/') && !text.starts_with("http") && !text.starts_with('/'));
    let agent = quoted.iter().copied().find(|&at| is_agent(at));
    let referrer = agent
        .and_then(|agent| quoted.iter().copied().rfind(|&at| at < agent))
        .filter(|&at| matches!(pieces[at], TextPart::Quoted(text) if text == "-" || text.starts_with("http")));
    let ident = find_ident(pieces, client);
    let user = ident.map(|ident| ident + 2).filter(|_| users == Users::Named);
    let size = (status + 1..pieces.len()).find(|&at| is_size(&pieces[at])).filter(|&at| at > request && at <= status + 4);
    let name = |nginx: &str, apache: &str| if dialect == Dialect::Nginx { nginx.to_owned() } else { apache.to_owned() };
    let mut string = String::new();
    for (at, piece) in pieces.iter().enumerate() {
        string.push_str(&match piece {
            TextPart::Text(text) => text.replace('%', "%%"),
            TextPart::Time(text, _) if text == "$time_local" && dialect == Dialect::Apache => "%{%d/%b/%Y:%T %z}t".to_owned(),
            TextPart::Time(text, own) if *own == Dialect::Apache || dialect == Dialect::Nginx => text.clone(),
            TextPart::Time(..) => return None,
            TextPart::Quoted(_) => {
                let field = match at {
                    _ if at == request => name("$request", "%r"),
                    _ if Some(at) == agent => name("$http_user_agent", "%{User-Agent}i"),
                    _ if Some(at) == referrer => name("$http_referer", "%{Referer}i"),
                    _ => name("$http_x_other", "%{X-Other}i"),
                };
                format!("\"{field}\"")
            }
            TextPart::Word(word) if at == client => {
                let port = if net::parse_address(word.as_bytes()).is_none() { name(":$remote_port", ":%{remote}p") } else { String::new() };
                name("$remote_addr", "%a") + &port
            }
            TextPart::Word(_) if at == status => name("$status", "%>s"),
            TextPart::Word(_) if Some(at) == user => name("$remote_user", "%u"),
            TextPart::Word("-") if Some(at) == ident => name("-", "%l"),
            TextPart::Word(_) if Some(at) == size => name("$body_bytes_sent", "%b"),
            TextPart::Word(word) if net::parse_address(word.as_bytes()).is_some() => name("$realip_remote_addr", "%{c}a"),
            TextPart::Word(word) if is_seconds(word) => name("$request_time", "%X"),
            TextPart::Word(word) if is_number(word.as_bytes()) && word.starts_with(|c: char| c.is_ascii_digit()) => {
                name("$request_length", "%D")
            }
            TextPart::Word(_) => name("$pipe", "%X"),
        });
    }
    Some(string)
}

/// The word that names the client: an address, with its port or without. Of two that stand together the one that is no machine of a
/// private network, since the other is a proxy's.
fn find_client(pieces: &[TextPart<'_>]) -> Option<usize> {
    let address = |piece: &TextPart<'_>| match piece {
        TextPart::Word(word) => net::parse_address(split_address(word.as_bytes()).unwrap_or(word.as_bytes())),
        _ => None,
    };
    let first = pieces.iter().position(|piece| address(piece).is_some())?;
    let second = (first + 1..pieces.len()).find(|&at| address(&pieces[at]).is_some()).filter(|&at| at == first + 2);
    let is_local = |at: usize| address(&pieces[at]).is_some_and(net::is_local);
    // Nothing tells which of two is a header that a client wrote.
    if second.is_some_and(|second| is_local(first) == is_local(second)) {
        return None;
    }
    Some(second.filter(|&at| is_local(first) && !is_local(at) && pieces[first + 1] != TextPart::Text(" ")).unwrap_or(first))
}

/// The word that stands for the identity of RFC 1413, which nobody asks for: `-` right behind the client, before the user and the time.
fn find_ident(pieces: &[TextPart<'_>], client: usize) -> Option<usize> {
    let [TextPart::Text(" "), TextPart::Word("-"), TextPart::Text(" "), TextPart::Word(_), TextPart::Text(" ["), TextPart::Time(..), ..] =
        pieces.get(client + 1..)?
    else {
        return None;
    };
    Some(client + 2)
}

/// A count of bytes, or none.
fn is_size(piece: &TextPart<'_>) -> bool {
    matches!(piece, TextPart::Word(word) if *word == "-" || word.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A duration as nginx writes it: seconds and a fraction of three digits.
fn is_seconds(word: &str) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    word.split_once('.').is_some_and(|(seconds, fraction)| is_digits(seconds) && fraction.len() == 3 && is_digits(fraction))
}

fn is_request(text: &str) -> bool {
    let method = text.split(' ').next().unwrap_or_default();
    (3..=10).contains(&method.len()) && method.bytes().all(|byte| byte.is_ascii_uppercase()) && text.contains(" /") | text.contains("://")
}

/// The pieces of a line; `None` where a quote does not end.
fn split(line: &str) -> Option<Vec<TextPart<'_>>> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < line.len() {
        let rest = &line[at..];
        let used = if let Some((string, dialect, len)) = read_time(rest) {
            pieces.push(TextPart::Time(string, dialect));
            len
        } else if rest.starts_with('"') {
            let end = close_quoted(rest.as_bytes(), 1)?.end;
            pieces.push(TextPart::Quoted(&rest[1..end - 1]));
            end
        } else {
            let is_mark = |c: char| matches!(c, ' ' | '|' | '[' | ']' | '(' | ')' | '"' | ';' | ',' | '\t');
            let end = rest.find(is_mark).unwrap_or(rest.len());
            match end {
                0 => {
                    let end = rest.find(|c: char| !is_mark(c) || c == '"').unwrap_or(rest.len());
                    pieces.push(TextPart::Text(&rest[..end]));
                    end
                }
                end => {
                    pieces.push(TextPart::Word(&rest[..end]));
                    end
                }
            }
        };
        at += used;
    }
    Some(pieces)
}

/// The time at the start of `rest`: its directives, their language and its length.
fn read_time(rest: &str) -> Option<(String, Dialect, usize)> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    if matches!(rest.as_bytes(), [_, _, b'/', _, _, _, b'/', _, _, _, _, b':', _, _, b':', _, _, b':', _, _, b' ', b'+' | b'-', ..])
        && rest.is_char_boundary(CLF_LEN)
        && rest.len() >= CLF_LEN
    {
        return Some(("$time_local".to_owned(), Dialect::Nginx, CLF_LEN));
    }
    // The time of a combined log with a fraction, as HAProxy has it, or without a zone.
    if let [b'0'..=b'3', _, b'/', _, _, _, b'/', b'1' | b'2', _, _, _, between @ (b':' | b' '), _, _, b':', _, _, b':', _, _, ..] =
        rest.as_bytes()
    {
        let behind = rest.get(20..)?;
        let fraction = behind.strip_prefix('.').map_or(0, digits);
        return with_fraction(
            rest,
            &format!("%d/%b/%Y{}%T", char::from(*between)),
            fraction,
            &behind[if fraction > 0 { 1 + fraction } else { 0 }..],
        );
    }
    // The time of Go's log.
    if matches!(rest.as_bytes(), [b'2', _, _, _, b'/', _, _, b'/', _, _, b' ', _, _, b':', _, _, b':', _, _, ..]) {
        let behind = rest.get(19..)?;
        let fraction = behind.strip_prefix('.').map_or(0, digits);
        return with_fraction(rest, "%Y/%m/%d %T", fraction, &behind[if fraction > 0 { 1 + fraction } else { 0 }..]);
    }
    let [y, _, _, _, b'-', _, _, b'-', _, _, between @ (b'T' | b' '), _, _, b':', _, _, b':', _, _, ..] = rest.as_bytes() else {
        return None;
    };
    let behind = rest.get(19..).filter(|_| y.is_ascii_digit())?;
    let fraction = behind.strip_prefix('.').map_or(0, digits);
    let offset = &behind[if fraction > 0 { 1 + fraction } else { 0 }..];
    if fraction == 0
        && *between == b'T'
        && offset.len() >= 6
        && rest.is_char_boundary(25)
        && matches!(offset.as_bytes(), [b'+' | b'-', _, _, b':', _, _, ..])
    {
        return Some(("$time_iso8601".to_owned(), Dialect::Nginx, 25));
    }
    with_fraction(rest, &format!("%F{}%T", char::from(*between)), fraction, offset)
}

/// Apache's directives for a date and time of day by `directive`, a fraction of so many digits, and the offset at the start of `offset`.
fn with_fraction(rest: &str, directive: &str, fraction: usize, offset: &str) -> Option<(String, Dialect, usize)> {
    let mut string = format!("%{{{directive}}}t");
    match fraction {
        0 => {}
        3 => string.push_str(".%{msec_frac}t"),
        6 => string.push_str(".%{usec_frac}t"),
        _ => return None,
    }
    // UTC, which a time without an offset is taken for.
    if let Some(behind) = offset.strip_prefix('Z') {
        string.push('Z');
        return Some((string, Dialect::Apache, rest.len() - behind.len()));
    }
    let space = usize::from(offset.starts_with(' '));
    let has_offset =
        matches!(offset.as_bytes().get(space..space + 5), Some([b'+' | b'-', digits @ ..]) if digits.iter().all(u8::is_ascii_digit));
    if has_offset {
        string.push_str(&offset[..space]);
        string.push_str("%{%z}t");
    }
    Some((string, Dialect::Apache, rest.len() - offset.len() + if has_offset { space + 5 } else { 0 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_shows_how_it_was_written() {
        for (line, string) in [
            (
                r#"2020-03-22T04:27:07+07:00 192.0.2.26 "GET /no HTTP/1.1" - 404 0.000 520 162 "-" "ExampleBot/1.0" "-""#,
                Some(
                    r#"$time_iso8601 $remote_addr "$request" $pipe $status $request_time $body_bytes_sent $request_length "$http_referer" "$http_user_agent" "$http_x_other""#,
                ),
            ),
            (
                r#"2021-01-27 00:00:06.929 +0300 web1.example.org:33443 [127.0.0.1|192.0.2.170] [-] - "-" "GET /api/no HTTP/1.1" 404 875b 3181b 1019284us"#,
                Some(r#"%{%F %T}t.%{msec_frac}t %{%z}t %X [%{c}a|%a] [%X] %X "%{X-Other}i" "%r" %>s %X %X %X"#),
            ),
            (
                r#"[2024-01-15T10:11:12Z INFO  actix_web::middleware::logger] 192.0.2.1 "GET /no HTTP/1.1" 404 0 "-" "x" 0.000123"#,
                Some(r#"[%{%FT%T}tZ %X  %X] %a "%r" %>s %b "%{X-Other}i" "%{X-Other}i" %D"#),
            ),
            (
                r#"2024/01/15 10:11:12 [x/abc-000001] "GET http://www.example.org/no HTTP/1.1" from 192.0.2.1:4711 - 404 19B"#,
                Some(r#"%{%Y/%m/%d %T}t [%X] "%r" %X %a:%{remote}p %X %>s %X"#),
            ),
            (
                r#"[10/Oct/2000:13:55:36 +0000] 192.0.2.1:4711 404 "GET / HTTP/1.1""#,
                Some(r#"[$time_local] $remote_addr:$remote_port $status "$request""#),
            ),
            (
                r#"192.0.2.1 - bob [10/Oct/2000:13:55:36 +0000] x "GET / HTTP/1.1" 404 153 0.002 "-" "ExampleBot/1.0""#,
                Some(
                    r#"$remote_addr - $remote_user [$time_local] $pipe "$request" $status $body_bytes_sent $request_time "$http_referer" "$http_user_agent""#,
                ),
            ),
            (
                r#"192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] 404 "GET / HTTP/1.1" 1530"#,
                Some(r#"$remote_addr - $remote_user [$time_local] $status "$request" $body_bytes_sent"#),
            ),
            (
                r#"192.0.2.1 [04/Dec/2024 10:49:27.875] 404 +8006 "GET /no HTTP/1.1" "ExampleBot/1.0""#,
                Some(r#"%a [%{%d/%b/%Y %T}t.%{msec_frac}t] %>s %X "%r" "%{User-Agent}i""#),
            ),
            (
                r#"192.0.2.1 [04/Dec/2024:10:49:27.875 +0100] "GET /no HTTP/1.1" 404 80"#,
                Some(r#"%a [%{%d/%b/%Y:%T}t.%{msec_frac}t %{%z}t] "%r" %>s %b"#),
            ),
            // The length of a request is no status that a server gives; where it may be, nothing is said.
            (
                r#"192.0.2.1 - - [12/Mar/2024:09:44:22 +0800] "GET / HTTP/1.1" 0.000 471 404 555 "-" "ExampleBot/1.0""#,
                Some(
                    r#"$remote_addr - $remote_user [$time_local] "$request" $request_time $request_length $status $body_bytes_sent "$http_referer" "$http_user_agent""#,
                ),
            ),
            (r#"192.0.2.1 - - [12/Mar/2024:09:44:22 +0800] "GET / HTTP/1.1" 0.100 200 304 1555"#, None),
            (r#"192.0.2.1 "GET / HTTP/1.1" 777 5"#, None),
            (r#"2021-01-27 00:00:06.929 192.0.2.1 "GET / HTTP/1.1" 404 - 0.5s"#, Some(r#"%{%F %T}t.%{msec_frac}t %a "%r" %>s %b %X"#)),
            (r#"192.0.2.1 "GET / HTTP/1.1" ok"#, None),
            (r#"203.0.113.9 192.0.2.1 "GET / HTTP/1.1" 404 5"#, None),
            (r#"x 404 "GET / HTTP/1.1""#, None),
            (r#"192.0.2.1 404 "GET / HTTP/1.1"#, None),
        ] {
            assert_eq!(guess_string(&[line]).as_deref(), string, "{line}");
        }
    }

    #[test]
    fn the_status_is_the_number_that_is_one_in_every_line() {
        let lines = ["200 404 1555", "471 200 555", "304 404 12"]
            .map(|numbers| format!(r#"192.0.2.1 - - [12/Mar/2024:09:44:22 +0800] "GET / HTTP/1.1" 0.100 {numbers} "-" "x""#));
        let lines: Vec<_> = lines.iter().map(String::as_str).collect();
        let string = guess_string(&lines).expect("a string");
        assert!(string.contains(r#""$request" $request_time $request_length $status $body_bytes_sent"#), "{string}");
    }
}

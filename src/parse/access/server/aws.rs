//! Access logs of Amazon's load balancers and of S3.
//!
//! Who asked and the status stand before the first text of a client in those of load balancers; in S3's the status stands behind one.

use memchr::memchr_iter;

use crate::base::time::{Clock, LogTime};
use crate::parse::access::escaping::Escaping;
use crate::parse::access::field::{close_quoted, read_quoted};
use crate::parse::access::request::{Web, is_client, read_size, read_status};
use crate::parse::access::server::words::{Words, split_address};
use crate::parse::format::{Format, FormatKind, Mismatch, ParsedLine, known};

/// Application load balancer.
pub(crate) const ALB: Format = Format {
    name: "aws_alb",
    kind: FormatKind::Web,
    about: "access log of AWS application load balancers",
    source: "AWS, Elastic Load Balancing, Access logs for your Application Load Balancer, Access log entries",
    example: (
        r#"h2 2023-09-10T23:55:00.361692Z app/web/6378464905b0814a 2001:db8::c1:50718 10.0.0.5:80 0.000 0.003 0.000 404 404 29 805 "GET https://www.example.org:443/no HTTP/2.0" "ExampleBot/1.0" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:x "Root=1-64fe" "www.example.org" "session-reused" 11 2023-09-10T23:55:00.358000Z "forward" "-" "-" "10.0.0.5:80" "404" "-" "-""#,
        r#"{"schema":"soar.event/1","@timestamp":"2023-09-10T23:55:00.361692Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"2001:db8::c1"},"http":{"request":{"method":"GET"},"version":"2.0","response":{"status_code":404,"body":{"bytes":805}}},"url":{"original":"https://www.example.org:443/no"},"user_agent":{"original":"ExampleBot/1.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
    ),
    read: |line, _, clock| read_alb(line.text, clock),
};

/// Classic load balancer.
pub(crate) const ELB: Format = Format {
    name: "aws_elb",
    kind: FormatKind::Web,
    about: "access log of AWS classic load balancers",
    source: "AWS, Elastic Load Balancing, Access logs for your Classic Load Balancer, Access log entries",
    example: (
        r#"2015-05-13T23:39:43.945958Z web-lb 192.0.2.131:2817 10.0.0.1:80 0.000073 0.001048 0.000057 404 404 0 29 "GET http://www.example.org:80/no HTTP/1.1" "curl/7.38.0" - -"#,
        r#"{"schema":"soar.event/1","@timestamp":"2015-05-13T23:39:43.945958Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.131"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":29}}},"url":{"original":"http://www.example.org:80/no"},"user_agent":{"original":"curl/7.38.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
    ),
    read: |line, _, clock| read_elb(line.text, clock),
};

/// Simple Storage Service.
pub(crate) const S3: Format = Format {
    name: "aws_s3",
    kind: FormatKind::Web,
    about: "server access log of AWS S3",
    source: "AWS, Amazon S3 User Guide, Amazon S3 server access log format",
    example: (
        r#"79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be example-bucket [06/Feb/2019:00:00:38 +0000] 192.0.2.3 - 3E57427F3EXAMPLE REST.GET.OBJECT no.html "GET /example-bucket/no.html HTTP/1.1" 404 NoSuchKey 113 - 7 - "-" "S3Console/0.4" - s9lzHY= SigV4 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader s3.example TLSV1.2"#,
        r#"{"schema":"soar.event/1","@timestamp":"2019-02-06T00:00:38Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.3"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":113}}},"url":{"original":"/example-bucket/no.html"},"user_agent":{"original":"S3Console/0.4"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
    ),
    read: |line, _, clock| read_s3(line.text, clock),
};

fn read_alb<'a>(line: &'a [u8], clock: &mut Clock) -> Result<ParsedLine<'a>, Mismatch> {
    let mut words = Words::of(line);
    if !matches!(words.word("no kind of request at the start")?, b"http" | b"https" | b"h2" | b"grpcs" | b"ws" | b"wss") {
        return Err(Mismatch { at: 0, reason: "no kind of request at the start" });
    }
    let time = read_time(&mut words, clock)?;
    if !words.word("no load balancer")?.starts_with(b"app/") {
        return Err(words.mismatch("no load balancer"));
    }
    read_balanced(words, time)
}

/// Whether a line that begins with a time goes on as one of a classic load balancer does, and not as one of syslog: a name, then two
/// addresses with ports.
pub(crate) fn is_balanced(line: &[u8]) -> bool {
    let mut words = line.split(|&byte| byte == b' ').skip(2);
    let is_client = words.next().is_some_and(|word| word.first().is_some_and(u8::is_ascii_hexdigit) && split_address(word).is_some());
    is_client && words.next().is_some_and(|word| word == b"-" || split_address(word).is_some())
}

fn read_elb<'a>(line: &'a [u8], clock: &mut Clock) -> Result<ParsedLine<'a>, Mismatch> {
    let mut words = Words::of(line);
    let time = read_time(&mut words, clock)?;
    words.word("no load balancer")?;
    read_balanced(words, time)
}

fn read_time<'a>(words: &mut Words<'a>, clock: &mut Clock) -> Result<LogTime<'a>, Mismatch> {
    let before = *words;
    let text = words.word("no time")?;
    if !text.ends_with(b"Z") {
        return Err(before.mismatch("no time with a Z"));
    }
    clock.parse_rfc3339(text).map_err(|reason| before.mismatch(reason))
}

/// What both have from the client on: client, target, three durations, two statuses, two sizes, request, user agent.
fn read_balanced<'a>(mut words: Words<'a>, time: LogTime<'a>) -> Result<ParsedLine<'a>, Mismatch> {
    let client = words.address_and_port("no client and port")?;
    let target = words.word("no target")?;
    if target != b"-" && split_address(target).is_none() {
        return Err(words.mismatch("no target"));
    }
    for _ in 0..3 {
        words.number("no duration")?;
    }
    let status = read_status(words.number("no status")?).map_err(|reason| words.mismatch(reason))?;
    words.number("no status of the target")?;
    words.number("no size of the request")?;
    let body_bytes = read_size(words.number("no size")?).map_err(|reason| words.mismatch(reason))?;
    let request = close_quoted(words.rest(), 1).filter(|_| words.rest().starts_with(b"\"")).ok_or(words.mismatch("no quoted request"))?;
    let agent = read_quoted(words.rest(), request.end).and_then(|agent| known(agent.text));
    let request = known(request.text).filter(|request| !request.starts_with(b"- "));
    Ok(ParsedLine::Web(Web { time: Some(time), request, status, body_bytes, agent, escaping: Escaping::Escaped, ..Web::of(client) }))
}

fn read_s3<'a>(line: &'a [u8], clock: &mut Clock) -> Result<ParsedLine<'a>, Mismatch> {
    let mut words = Words::of(line);
    let owner = words.word("no owner at the start")?;
    if owner.len() != 64 || !owner.iter().all(u8::is_ascii_hexdigit) {
        return Err(Mismatch { at: 0, reason: "no owner at the start" });
    }
    words.word("no bucket")?;
    words.skip(b"[", "no '[' before the time")?;
    let time = words.until(b']', "no ']' after the time")?;
    let seconds = clock.parse_clf(time).map_err(|reason| words.mismatch(reason))?;
    words.skip(b" ", "no space behind the time")?;
    let client = words.word("no client")?;
    if !is_client(client) {
        return Err(words.mismatch("the client is neither an address nor a host name"));
    }
    let user = words.word("no requester")?;
    for reason in ["no id of the request", "no operation", "no key"] {
        words.word(reason)?;
    }
    // A dash stands for a request that there was not (a copy).
    let request = read_quoted(&line[line.len() - words.rest().len() - 1..], 0).ok_or(words.mismatch("no quoted request"))?;
    let mut behind = Words::of(&words.rest()[request.end - 1..]);
    behind.skip(b" ", "no space behind the request")?;
    let status = behind.word("no status")?;
    let status = read_status(status).ok().filter(|_| status.len() == 3).ok_or(behind.mismatch("the status is not of three digits"))?;
    // Whether S3 escapes every quote nobody says: a second place for the status means that the client chose one.
    let other = |at: usize| matches!(words.rest().get(at + 1..at + 6), Some([b' ', b'1'..=b'9', b, c, b' ']) if b.is_ascii_digit() && c.is_ascii_digit());
    if memchr_iter(b'"', words.rest()).filter(|&at| other(at)).count() > 1 {
        return Ok(ParsedLine::Ambiguous(client));
    }
    behind.word("no error code")?;
    let body_bytes = read_size(behind.word("no size")?).map_err(|reason| behind.mismatch(reason))?;
    for reason in ["no size of the object", "no total time", "no turn-around time"] {
        behind.word(reason)?;
    }
    let rest = &words.rest()[words.rest().len() - behind.rest().len() - 1..];
    let referrer = read_quoted(rest, 0);
    let agent = referrer.and_then(|referrer| read_quoted(rest, referrer.end));
    Ok(ParsedLine::Web(Web {
        user: known(user),
        time: Some(LogTime { seconds, fraction: "" }),
        request: known(request.text),
        status,
        body_bytes,
        referrer: referrer.and_then(|text| known(text.text)),
        agent: agent.and_then(|text| known(text.text)),
        escaping: Escaping::Escaped,
        ..Web::of(client)
    }))
}

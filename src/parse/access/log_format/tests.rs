//! Formats as servers are given them: what is read, what is refused, and text that tries to be another field.

use super::*;
use crate::base::error::Error;
use crate::io::lines::Line;

fn clock() -> Clock {
    Clock::new("UTC", None).expect("UTC is known")
}

/// `client time user request status bytes referrer agent domain forwarded`, `.` for what there is not; or why there is none.
fn read(format: &str, line: &str) -> String {
    let format = LogFormat::compile(format).unwrap_or_else(|error| panic!("{error}"));
    let arena = Arena::default();
    match format.read(line.as_bytes(), &arena, &mut clock()) {
        LogFormatResult::Syslog | LogFormatResult::Other(_) => "syslog".to_owned(),
        LogFormatResult::Unfit(field, reason) => format!("{field}: {reason}"),
        LogFormatResult::Request(web) => {
            let text = |field: Option<&[u8]>| field.map_or(".".to_owned(), |text| String::from_utf8_lossy(text).into_owned());
            let shown = |value: Option<String>| value.unwrap_or_else(|| ".".to_owned());
            [
                text(Some(web.client)),
                shown(web.time.map(|t| t.to_string())),
                text(web.user),
                text(web.request),
                shown(web.status.map(|s| s.to_string())),
                shown(web.body_bytes.map(|b| b.to_string())),
                text(web.referrer),
                text(web.agent),
                text(web.domain),
                text(web.forwarded),
            ]
            .join(" ")
        }
    }
}

fn refusal(format: &str) -> String {
    match LogFormat::compile(format) {
        Err(Error::Usage(text)) => text,
        Err(error) => panic!("{error}"),
        Ok(_) => "accepted".to_owned(),
    }
}

const T: &str = "[10/Oct/2000:13:55:36 +0000]";
const AT: &str = "2000-10-10T13:55:36Z";

#[test]
fn formats_of_both_servers_are_read() {
    let combined = format!(r#"192.0.2.1 - bob {T} "GET / HTTP/1.1" 200 5 "-" "a\"b""#);
    let shown = format!(r#"192.0.2.1 {AT} bob GET / HTTP/1.1 200 5 . a\"b . ."#);
    for format in [
        r#"%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i""#,
        r#"%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\""#,
        r#"LogFormat "%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-agent}i\"" combined"#,
        r#"%h %l %u [%{%d/%b/%Y:%H:%M:%S %z}t] "%!200,304r" %<s %B "%{referer}i" "%400,501{User-Agent}i""#,
        "log_format combined '$remote_addr - $remote_user [$time_local] '\n    '\"$request\" $status $body_bytes_sent '\n '\"$http_referer\" \"$http_user_agent\"';",
        r#"$remote_addr - ${remote_user} [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent""#,
        "combined",
    ] {
        assert_eq!(read(format, &combined), shown, "{format}");
    }
}

#[test]
fn every_field_of_use_is_used() {
    for (format, line, shown) in [
        // The parts of a request are put together.
        ("%a %m %U%q %H %s", "192.0.2.1 GET /a?b=1 HTTP/1.1 404", "192.0.2.1 . . GET /a?b=1 HTTP/1.1 404 . . . . ."),
        (r#"%a "%U" "%q" %m"#, r#"192.0.2.1 "/a b" "?c=1" GET"#, "192.0.2.1 . . GET /a b?c=1 . . . . . ."),
        ("$remote_addr $request_method $uri$is_args$args $status", "::1 GET /a?b 200", "::1 . . GET /a?b 200 . . . . ."),
        ("$remote_addr|$request_uri|$status", "::1|/a b|200", "::1 . . /a b 200 . . . . ."),
        ("%h|%u|%U|%>s|%U", "::1|a b|/c d|200|/c d", "::1 . a b /c d 200 . . . . ."),
        // Of several fields for one thing, the best.
        ("%h %a %{c}a %>s %s %O %b", "h.example 192.0.2.1 10.0.0.1 404 200 99 5", "192.0.2.1 . . . 404 5 . . . ."),
        ("$host $server_name $remote_addr", "a.example b.example ::1", "::1 . . . . . . . a.example ."),
        (
            r#"%v:%p %h "%{X-Forwarded-For}i""#,
            r#"[2001:db8::1]:443 ::1 "192.0.2.1, ::2""#,
            "::1 . . . . . . . [2001:db8::1] 192.0.2.1, ::2",
        ),
        ("%a:%{c}p %>s", "2001:db8::1:4711 200", "2001:db8::1 . . . 200 . . . . ."),
        (
            r#"%h "%{Host}i" %D %^FB %T %k %X %I %p %P %L %R %f %v"#,
            r#"::1 "-" 1 12 2 3 + 4 80 77 a/b proxy-server /srv/a x.example"#,
            "::1 . . . . . . . x.example .",
        ),
        // Times.
        ("%{%Y-%m-%d %H:%M:%S}t %h", "2000-10-10 13:55:36 ::1", "::1 2000-10-10T13:55:36Z . . . . . . . ."),
        ("%{%F}t %{%T}t.%{msec_frac}t %{%z}t %h", "2000-10-10 15:55:36.042 +0200 ::1", "::1 2000-10-10T13:55:36.042Z . . . . . . . ."),
        ("%{sec}t %h", "971186136 ::1", "::1 2000-10-10T13:55:36Z . . . . . . . ."),
        ("%{end:usec}t %h", "971186136042000 ::1", "::1 2000-10-10T13:55:36.042000Z . . . . . . . ."),
        ("$msec $remote_addr", "971186136.042 ::1", "::1 2000-10-10T13:55:36.042Z . . . . . . . ."),
        ("$time_iso8601 $remote_addr", "2000-10-10T15:55:36+02:00 ::1", "::1 2000-10-10T13:55:36Z . . . . . . . ."),
        // What is not known, is not there.
        (r#"%h "%u" "%r" %>s %b"#, r#"- "-" "" 000 -"#, "- . . . . . . . . ."),
        ("$remote_addr $status", "unix: 200", "- . . . 200 . . . . ."),
        (r"%h\t%>s\t%%", "::1\t200\t%", "::1 . . . 200 . . . . ."),
        // JSON of one's own making.
        (r#"{ "ip":"%a", "ua":"%{User-Agent}i", "s":%>s }"#, r#"{ "ip":"::1", "ua":"x\"y", "s":404 }"#, r#"::1 . . . 404 . . x\"y . ."#),
    ] {
        assert_eq!(read(format, line), shown, "{format}");
    }
}

#[test]
fn fields_of_no_use_at_the_end_may_be_anything() {
    let format = r#"$remote_addr "$request" $status $upstream_addr $upstream_response_time "$gzip_ratio" $x"#;
    assert_eq!(read(format, r#"::1 "GET /" 404 a : b, c - - "-" ?"#), "::1 . . GET / 404 . . . . .");
    assert_eq!(read(format, r#"::1 "GET /" 404"#), "::1 . . GET / 404 . . . . .");
    assert_eq!(read(format, r#"::1 "GET /" 404x y"#), "field 3 ($status): not a number");
    // Not where client's text stands in the same segment: it could push a status of its own into the place.
    let format = "%h %u %>s %D";
    assert_eq!(read(format, "::1 x 200 404 5"), "::1 . x 200 . 404 . . . . .");
}

#[test]
fn an_empty_user_is_written_as_two_quotes() {
    let format = r#"%h %l %u %t "%r" %>s"#;
    assert_eq!(read(format, &format!(r#"::1 - "" {T} "" 408"#)), format!("::1 {AT} . . 408 . . . . ."));
    assert_eq!(read(r#"%h %u "%r" %>s"#, r#"::1 "" "" 408"#), "::1 . . . 408 . . . . .");
    assert_eq!(read(r#"%h %u "%r" %>s"#, r#"::1 bob "" 408"#), "::1 . bob . 408 . . . . .");
}

#[test]
fn a_line_that_does_not_fit_says_at_which_field() {
    let format = r#"%h %l %u %t "%r" %>s %b"#;
    for (line, reason) in [
        (r#"::1 - - [10/Oct/2000:13:55:3x +0000] "GET /" 200 5"#.to_owned(), "field 4 (%t): the time is not a time"),
        (r#"::1 - - [31/Feb/2000:13:55:36 +0000] "GET /" 200 5"#.to_owned(), "field 4 (%t): impossible date or time"),
        (format!(r#"x:y - - {T} "GET /" 200 5"#), "field 1 (%h): neither an address nor a host name"),
        (format!(r#"::1 - - {T} "GET /" 2000 5"#), "field 6 (%>s): the status does not have three digits"),
        (format!(r#"::1 - - {T} "GET /" 200 5x"#), "field 7 (%b): not a number"),
        (format!(r#"::1 - - {T} "GET /" 200 99999999999999999999"#), "field 7 (%b): the size is not a number"),
        (format!(r#"::1 - - {T} "GET / 200 5"#), "field 5 (%r): no quote after it"),
        (format!(r#"::1 - - {T} "GET /" 200 5 6"#), "field 7 (%b): more text after it than in the format"),
        (format!(r#"::1 - - {T} "GET /"200 5"#), "field 6 (%>s): the text before it differs from the format"),
        (String::new(), "field 1 (%h): neither an address nor a host name"),
        ("Dec 10 06:55:46 gate sshd[1]: x".to_owned(), "syslog"),
        ("2024-01-02T03:04:05Z gate sshd[1]: x".to_owned(), "syslog"),
        ("2024-01-02T03:04:05+01:00 sshd-session[12]: x".to_owned(), "syslog"),
    ] {
        assert_eq!(read(format, &line), reason, "{line}");
    }
}

#[test]
fn a_format_of_one_field_says_what_its_lines_have_more() {
    let line = format!(r#"192.0.2.1 - - {T} "GET /" 200 5"#);
    for format in ["%h", "$remote_addr"] {
        assert_eq!(read(format, &line), format!("field 1 ({format}): more text after it than in the format"));
        assert!(!LogFormat::compile(format).expect("a format").has_time());
    }
    for format in ["%h %t", "%h %{%F}t %{%T}t", "$msec $remote_addr", "$remote_addr [$time_local]"] {
        assert!(LogFormat::compile(format).expect("a format").has_time(), "{format}");
    }
}

#[test]
fn what_cannot_be_read_safely_is_refused_and_pointed_at() {
    for (format, text) in [
        ("%h %z", "--log-format: unknown directive of Apache: %z\n  %h %z\n     ^"),
        (
            r#"LogFormat "%h \"%Q\"" x"#,
            "--log-format: unknown directive of Apache: %Q\n  LogFormat \"%h \\\"%Q\\\"\" x\n                  ^",
        ),
        ("%h %", "--log-format: a % without a directive\n  %h %\n     ^"),
        ("%h %{Referer", "--log-format: a { without its }\n  %h %{Referer\n      ^"),
        ("$remote_addr $", "--log-format: a $ without the name of a variable\n  $remote_addr $\n               ^"),
        ("%u %>s", "--log-format: no field has the client: %h, %a or $remote_addr is missing\n  %u %>s\n        ^"),
        ("%h%u", "--log-format: there is no text between %h and %u: the end of the first is ambiguous\n  %h%u\n    ^"),
        ("%h-%u", "--log-format: the text after %h could be part of it\n  %h-%u\n  ^"),
        (
            "%h %{%d %B %Y}t",
            "--log-format: supported in a time: %Y %m %d %e %b %H %M %S %z %F %T %R, sec, msec, usec, msec_frac, usec_frac\n  %h %{%d %B %Y}t\n          ^",
        ),
        ("%h %{%d/%b/%Y}t", "--log-format: the time fields do not give a full date and a time with seconds\n  %h %{%d/%b/%Y}t\n     ^"),
        ("%h %u %r %>s", "--log-format: put quotes around %r: without them it could be taken for %u\n  %h %u %r %>s\n        ^"),
        (
            "%h %{Host}i %{User-Agent}i",
            "--log-format: put quotes around %{User-Agent}i: without them it could be taken for %{Host}i\n  %h %{Host}i %{User-Agent}i\n              ^",
        ),
        ("%{X}i %{Y}i %h", "--log-format: put quotes around %{Y}i: without them it could be taken for %{X}i\n  %{X}i %{Y}i %h\n        ^"),
        (
            "%h|%m|%{Referer}i|%>s",
            "--log-format: put quotes around %{Referer}i: without them it could be taken for %m\n  %h|%m|%{Referer}i|%>s\n        ^",
        ),
        ("LogFormat %h x", "--log-format: LogFormat needs its format in quotes\n  LogFormat %h x\n            ^"),
        (
            "log_format main $remote_addr;",
            "--log-format: log_format needs a name, and its format in quotes\n  log_format main $remote_addr;\n             ^",
        ),
        (
            "log_format main '$remote_addr' x;",
            "--log-format: neither a string in quotes nor the end of log_format\n  log_format main '$remote_addr' x;\n                                 ^",
        ),
        (
            "log_format x escape=none '$remote_addr';",
            "--log-format: escape=none lets clients write whole fields, so such lines cannot be read safely\n  log_format x escape=none '$remote_addr';\n               ^",
        ),
        (r"%h\n%u", "--log-format: a format is one line\n  %h\\n%u\n    ^"),
        (
            "%{X-Forwarded-For}i %>s",
            "--log-format: no field has the client: %h, %a or $remote_addr is missing; X-Forwarded-For alone is not enough, since anybody can write it (see --trust-log-peer)\n  %{X-Forwarded-For}i %>s\n                         ^",
        ),
        ("", "--log-format: it is empty: give a LogFormat, a log_format, @FILE, or a name of --list-formats"),
        (
            "combinedio",
            "--log-format: there is no field in combinedio: give a LogFormat, a log_format, @FILE, or a name of --list-formats; like it: combined, vhost_combined, squid_combined",
        ),
        (
            " /etc/nginx/nginx.conf",
            "--log-format: there is no field in /etc/nginx/nginx.conf: give a LogFormat, a log_format, @FILE, or a name of --list-formats",
        ),
    ] {
        assert_eq!(refusal(format), text, "{format}");
    }
}

#[test]
fn no_user_poses_as_a_program() {
    let format = r#"$time_iso8601 $remote_addr $remote_user "$request" $status"#;
    let line = r#"2025-10-10T13:55:36+00:00 192.0.2.1 x[1]: "GET /" 404"#;
    assert_eq!(read(format, line), "192.0.2.1 2025-10-10T13:55:36Z x[1]: GET / 404 . . . . .");
    assert_eq!(read(format, "Dec 10 06:55:46 gate sshd[1]: x"), "syslog");
}

#[test]
fn what_a_client_could_imitate_is_not_tried_beside_it() {
    use crate::parse::envelope::{rfc3339, syslog};
    use crate::parse::{ENVELOPES, FORMATS};
    let allowed = |format: &str| {
        let format = LogFormat::compile(format).expect("a format");
        let kinds = FORMATS.iter().map(|other| (other.kind, other.name)).chain(ENVELOPES.iter().map(|other| (other.kind, other.name)));
        kinds.filter(|(kind, _)| format.allows(*kind)).map(|(_, name)| name).collect::<Vec<_>>()
    };
    let all = allowed(r#"%h %u "%r""#);
    assert!(
        all.contains(&syslog::RFC3164.name)
            && all.contains(&rfc3339::RFC3339.name)
            && all.contains(&"journald_json")
            && all.contains(&"wrapped_json")
    );
    assert!(!all.contains(&"combined") && !all.contains(&"nginx_json"));
    let beside_time = allowed(r#"$time_iso8601 $remote_addr "$request""#);
    assert!(beside_time.contains(&syslog::RFC3164.name) && !beside_time.contains(&rfc3339::RFC3339.name));
    let beside_json = allowed(r#"{"message":"$http_user_agent","stream":"$remote_addr"}"#);
    assert!(beside_json.contains(&rfc3339::RFC3339.name) && !beside_json.iter().any(|name| name.ends_with("_json")));
    assert_eq!(allowed("$host $remote_addr"), Vec::<&str>::new());
}

/// What a client may send, each piece a try to be another field.
const HOSTILE: &[&str] = &[
    "203.0.113.9",
    "203.0.113.9 - -",
    "x 203.0.113.9",
    "203.0.113.9 200 5",
    "x 200",
    "x [01/Jan/1999:00:00:00 +0000]",
    "x [01/Jan/1999:00:00:00 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"y\"",
    "\" 200 5",
    "\\",
    "\\\"",
    "\\\\\" 200 5 \"",
    "\" 203.0.113.9 \"",
    "x\n203.0.113.9 - - [01/Jan/1999:00:00:00 +0000] \"GET /",
    "|203.0.113.9|200",
    "x|200",
    "x-200",
    "/x-200-404",
    "a:2001:db8:",
    "2000-10-10T13:55:36Z gate sshd[7]: Failed password for root from 203.0.113.9 port 22 ssh2",
    "Dec 10 06:55:46 gate sshd[7]: Accepted publickey for root from 203.0.113.9 port 22 ssh2: x",
    "\"\" ",
    "",
];

/// The line that a server writes: directives replaced by values, escaped as this server does.
fn write_line(format: &str, values: &[(&str, &str)]) -> String {
    let (mut line, mut rest) = (String::new(), format);
    while let Some(first) = rest.chars().next() {
        // The longest name that fits: $request is the start of $request_uri.
        let found = values.iter().filter(|(name, _)| rest.starts_with(name)).max_by_key(|(name, _)| name.len());
        if let Some((name, value)) = found {
            line.push_str(&escape(format, value));
            rest = &rest[name.len()..];
        } else {
            line.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    line
}

fn escape(format: &str, value: &str) -> String {
    let is_nginx = format.contains('$');
    let escaped = value.chars().map(|c| match c {
        '"' | '\\' if is_nginx => format!("\\x{:02X}", u32::from(c)),
        '"' | '\\' => format!("\\{c}"),
        '\n' if !is_nginx => "\\n".to_owned(),
        c if c.is_control() => format!("\\x{:02x}", u32::from(c)),
        c => c.to_string(),
    });
    escaped.collect()
}

#[test]
fn no_text_of_a_client_changes_who_asked_or_how_it_ended() {
    let mut read_as_sent = 0;
    for format in [
        r#"%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i""#,
        r#"%t %h %u "%r" "%{User-Agent}i" %>s"#,
        r#""%{User-Agent}i" "%r" %u %h %>s"#,
        "%>s %{User-Agent}i %h",
        "%h %>s %D %{User-Agent}i",
        "%{User-Agent}i %h %t %>s",
        "%h %u %t %U %m %>s %b",
        "%h|%u|%U|%>s|%D",
        "%{Host}i %h %u %>s",
        r#"%h [%u] <%>s> "%m %U %H""#,
        r#"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent""#,
        r#"$host $remote_addr - $remote_user [$time_local] $status "$request""#,
        r#"$time_iso8601 $remote_addr $remote_user "$request" $status"#,
        "$msec|$remote_addr|$http_user_agent|$status",
        r#"{"a":"$remote_addr","u":"$remote_user","r":"$request","s":$status}"#,
    ] {
        let compiled = LogFormat::compile(format).unwrap_or_else(|error| panic!("{error}"));
        let honest = [
            ("%h", "192.0.2.66"),
            ("%l", "-"),
            ("%u", "-"),
            ("%t", T),
            ("%r", "GET / HTTP/1.1"),
            ("%>s", "404"),
            ("%b", "7"),
            ("%D", "9"),
            ("%U", "/"),
            ("%m", "GET"),
            ("%H", "HTTP/1.1"),
            ("%{Referer}i", "-"),
            ("%{User-Agent}i", "curl/8"),
            ("%{Host}i", "www.example.org"),
            ("$remote_addr", "192.0.2.66"),
            ("$remote_user", "-"),
            ("$time_local", &T[1..27]),
            ("$time_iso8601", "2000-10-10T13:55:36+00:00"),
            ("$msec", "971186136.042"),
            ("$request", "GET / HTTP/1.1"),
            ("$status", "404"),
            ("$body_bytes_sent", "7"),
            ("$http_referer", "-"),
            ("$http_user_agent", "curl/8"),
            ("$host", "www.example.org"),
        ];
        let of_clients = [
            "%u",
            "%r",
            "%U",
            "%{Referer}i",
            "%{User-Agent}i",
            "%{Host}i",
            "$remote_user",
            "$request",
            "$http_referer",
            "$http_user_agent",
            "$host",
        ];
        for field in of_clients.iter().filter(|field| format.contains(**field)) {
            for hostile in HOSTILE.iter().chain(&["plain"]) {
                let sent = if hostile.is_empty() && *field == "%u" { "\"\"" } else { hostile };
                let mut values = honest;
                values.iter_mut().filter(|(name, _)| name == field).for_each(|(_, value)| *value = sent);
                let mut line = write_line(format, &values);
                if sent == "\"\"" {
                    line = line.replace("\\\"\\\"", "\"\"");
                }
                let arena = Arena::default();
                match compiled.read(line.as_bytes(), &arena, &mut clock()) {
                    LogFormatResult::Request(web) => {
                        assert_eq!((web.client, web.status), (&b"192.0.2.66"[..], Some(404)), "{format}\n{line}");
                        read_as_sent += 1;
                    }
                    // Nothing else reads the line then.
                    LogFormatResult::Syslog | LogFormatResult::Other(_) | LogFormatResult::Unfit(..) => {
                        let line = Line::of(line.as_bytes());
                        let others = crate::parse::ENVELOPES.iter().filter(|other| compiled.allows(other.kind));
                        let readings: Vec<_> = others.filter_map(|other| (other.open)(&line, &arena, &mut clock()).ok()).collect();
                        let line = String::from_utf8_lossy(line.text);
                        assert!(readings.is_empty(), "{format}\n{line}\n{readings:?}");
                        assert_ne!(*hostile, "plain", "{format}\n{line}");
                    }
                }
            }
        }
    }
    assert!(read_as_sent > 350, "most lines are read, whatever they hold: {read_as_sent}");
}

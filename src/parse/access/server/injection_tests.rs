//! A search for lines that a client can bend: whatever clients send to the servers whose layouts are read here, written as these servers
//! write it, no line names another client or another status, and none is of two formats.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::base::time::Clock;
use crate::io::lines::Line;
use crate::parse::FORMATS;
use crate::parse::format::{Arena, ParsedLine};

/// How a server writes what it was sent.
#[derive(Debug, Clone, Copy)]
enum EscapedBy {
    /// As it came.
    Raw,
    /// `\x22`.
    Nginx,
    /// `\"`.
    Apache,
    /// `#22`.
    Hash,
    /// As JSON does.
    Json,
    /// `+` for a blank, as IIS does.
    Plus,
}

/// A layout: its format, a line in which `@` stands for what a client sent, `~` for the same without blanks, `^` for an
/// at sign of the server's own, and how it is written.
const LAYOUTS: &[(&str, &str, EscapedBy)] = &[
    (
        "haproxy_http",
        r#"192.0.2.66:1 [12/Mar/2021:06:56:28.088] fe be/s 0/0/0/1/1 404 500 - - ---- 1/1/1/1/0 0/0 {@|@} {x} "GET /@ HTTP/1.1""#,
        EscapedBy::Hash,
    ),
    (
        "haproxy_clf",
        r#"192.0.2.66 - - [12/Mar/2021:06:56:28 +0000] "GET /@ HTTP/1.1" 404 500 "" "" 35618 400 "fe" "be" "s" 0 0 0 50 50 ---- 2 1 1 1 0 0 0 "" "" "@" "@" "#,
        EscapedBy::Hash,
    ),
    (
        "nginx_proxy_manager",
        r#"[17/Feb/2022:10:35:27 +0000] - 502, 404 404 - ~ https @ "/@" [Client 192.0.2.66] [Length 61] [Gzip -] [Sent-to 10.0.0.3] "@" "@""#,
        EscapedBy::Nginx,
    ),
    (
        "nginx_proxy_manager",
        r#"[17/Feb/2022:10:35:27 +0000] 404 - ~ https @ "/@" [Client 192.0.2.66] [Length 61] [Gzip -] "@" "@""#,
        EscapedBy::Nginx,
    ),
    ("npmplus", r#"[06/Nov/2024:22:22:06 +0100] @ 192.0.2.66 0.005 "GET /@ HTTP/1.1" 404 4103 4652 @ @"#, EscapedBy::Nginx),
    (
        "envoy",
        r#"[2019-04-23T12:07:22.912Z] "GET /~ HTTP/1.1" 404 - "-" 0 5723 32 31 "@" "@" "@" "@" "127.0.0.1:9080" in|80|| - 10.0.0.36:9080 192.0.2.66:4711 @"#,
        EscapedBy::Raw,
    ),
    (
        "envoy",
        r#"[2019-04-23T12:07:22.912Z] "~ /~ HTTP/1.1" 404 NR - 0 5723 32 31 "@" "@" "@" "@" "-" - - 10.0.0.36:9080 192.0.2.66:4711 - default"#,
        EscapedBy::Raw,
    ),
    ("squid", "1505241568.659   9307 192.0.2.66 TCP_MISS/404 2904 ~ http://~ ~ HIER_DIRECT/198.51.100.206 ~", EscapedBy::Raw),
    (
        "aws_alb",
        r#"h2 2023-09-10T23:55:00.361692Z app/web/6 192.0.2.66:50718 10.0.0.5:80 0.0 0.0 0.0 404 404 29 805 "GET https://@ HTTP/2.0" "@" X TLSv1.2 arn "Root" "@" "-" 11 x "#,
        EscapedBy::Nginx,
    ),
    (
        "aws_elb",
        r#"2015-05-13T23:39:43.945958Z web-lb 192.0.2.66:2817 10.0.0.1:80 0.1 0.1 0.1 404 404 0 29 "GET http://@ HTTP/1.1" "@" - -"#,
        EscapedBy::Nginx,
    ),
    (
        "aws_s3",
        r#"79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be b [06/Feb/2019:00:00:38 +0000] 192.0.2.66 - 3E57 REST.GET.OBJECT ~ "GET /@ HTTP/1.1" 404 NoSuchKey 113 - 7 - "@" "@" - x"#,
        EscapedBy::Raw,
    ),
    (
        "caddy_console",
        "2024/03/08 18:01:08.959\tINFO\thttp.log.access.log0\thandled request\t{\"request\": {\"remote_ip\": \"192.0.2.66\", \"method\": \"@\", \"host\": \"@\", \"uri\": \"/@\", \"headers\": {\"User-Agent\": [\"@\"], \"@\": [\"@\"]}}, \"size\": 0, \"status\": 404}",
        EscapedBy::Json,
    ),
    ("uvicorn", r#"INFO:     192.0.2.66:53735 - "~ /x?~ HTTP/1.1" 404 Not Found"#, EscapedBy::Raw),
    (
        "hypercorn",
        r#"[2026-11-29 13:33:19 +0000] [1049] [INFO] 192.0.2.66:51730 - - [29/Nov/2026:13:33:19 +0000] "GET /@ HTTP/1.1" 404 0 "@" "@""#,
        EscapedBy::Raw,
    ),
    (
        "uwsgi",
        "[pid: 34|app: 0|req: 42/16] 192.0.2.66 (@) {40 vars in 539 bytes} [Mon Nov 28 06:43:31 2022] GET /@ => generated 12511 bytes in 1 msecs (HTTP/1.1 404) 2 headers in 89 bytes (1 switches on core 0)",
        EscapedBy::Raw,
    ),
    ("unquoted", r#"192.0.2.66:8081 - @ [27/Jul/2021:23:12:14 -0400] GET /@ HTTP/1.1 404 1231 "@" "@" - 2 2"#, EscapedBy::Raw),
    ("unquoted", "192.0.2.66 - - [27/Jul/2021:23:12:14 -0400] GET /@ HTTP/1.1 404 1231", EscapedBy::Raw),
    (
        "haproxy_http",
        "192.0.2.66:1 [12/Mar/2021:06:56:28.088] fe be/s 0/0/0/1/1 404 500 - - ---- 1/1/1/1/0 0/0 {@|@} GET /~ HTTP/1.1",
        EscapedBy::Hash,
    ),
    (
        "haproxy_http",
        r#"192.0.2.66:1 [12/Mar/2021:06:56:28.088] fe be/s 0/0/0/1/1 404 500 - - ---- 1/1/1/1/0 0/0 {@} TLSv1.3 TLS_AES_256_GCM_SHA384 "GET /@ HTTP/1.1""#,
        EscapedBy::Hash,
    ),
    ("tornado", "[W 241129 10:00:00 web:2348] 404 ~ /~ (192.0.2.66) 0.42ms", EscapedBy::Raw),
    ("tornado", "[W 2024-11-29 10:00:00.123 ServerApp] 404 GET /~ (192.0.2.66) 3.21ms referer=@", EscapedBy::Raw),
    ("tornado", "[I 2024-11-29 10:00:00.123 JupyterHub log:192] 404 GET /~ (@^192.0.2.66) 3.21ms", EscapedBy::Raw),
    ("tornado", "[W 2024-11-29 10:00:00.123 ServerApp] 404 GET /~ (^192.0.2.66) 3.21ms referer=@", EscapedBy::Raw),
    ("tornado", "[W 241129 10:00:00 web:1871] 404 GET /~ (192.0.2.66): @", EscapedBy::Raw),
    ("sanic", "[2024-06-09 22:32:17 +0000] - (sanic.access)[INFO][192.0.2.66:51234]: GET http://@/~  404 500", EscapedBy::Raw),
    ("hiawatha", "192.0.2.66|Fri 29 Nov 2024 10:00:00 +0100|404|1294|@|GET /@ HTTP/1.1|Host: @|User-Agent: @|Accept: @", EscapedBy::Raw),
    ("combined", r#"192.0.2.66 - @ [11/29/2024:10:00:00 -0000] "GET /@ HTTP/1.1" 404 0 "@" "@" "s" "-" 2087"#, EscapedBy::Apache),
    (
        "vhost_combined",
        r#"www.example.org 192.0.2.66 - 8c1f2f6d6a6f4b8b9f0f6b0c8e7d5a41 @ [29/Nov/2024:10:00:00 +0000] "GET /@ HTTP/1.1" 404 153 "@" "@""#,
        EscapedBy::Nginx,
    ),
    ("vhost_common", r#"www.example 192.0.2.66 - @ [27/Jul/2021:23:12:14 -0400] "GET /@ HTTP/1.1" 404 1231"#, EscapedBy::Apache),
    ("openlitespeed", r#""www.example 192.0.2.66 - @ [27/Jul/2021:23:12:14 -0400] "GET /@ HTTP/1.1" 404 1231""#, EscapedBy::Apache),
    ("common", r#"192.0.2.66 - @ [27/Jul/2021 23:12:14] "GET /@ HTTP/1.1" 404 1231"#, EscapedBy::Apache),
    ("combined", r#" - @ [27/Jul/2021:23:12:14 -0400] "GET /@ HTTP/1.1" 404 1231 "@" "@""#, EscapedBy::Apache),
    (
        "combined",
        r#"192.0.2.66 - [192.0.2.66] - @ [2021-07-27T23:12:14+02:00] "GET /@ HTTP/1.1" 404 1231 "@" "@" 8 0.1 [x]"#,
        EscapedBy::Nginx,
    ),
    ("combined", r#"192.0.2.66 - @ [27/Jul/2021:23:12:14 -0400] "GET /@ HTTP/1.1" 404 1231 "@" "@""#, EscapedBy::Apache),
    ("common", "192.0.2.66 - @ [27/Jul/2021 23:12:14] - 404 -", EscapedBy::Apache),
    ("w3c", "2024-10-01 00:00:06 192.0.2.66 @ /@ @ @ @ @ 404 591", EscapedBy::Plus),
];

/// The columns of the last layout.
const HEADER: &[u8] =
    b"#Fields: date time c-ip cs-method cs-uri-stem cs-uri-query cs-username cs(User-Agent) cs(Referer) sc-status sc-bytes";

const SENT: &[&str] = &[
    "203.0.113.9",
    "203.0.113.9:80",
    " 200 5",
    "\" 200 5 \"-\" \"x",
    "\" 200 - 5",
    "x HTTP/1.1\" 200 5 \"",
    " HTTP/1.1 200 5 \"-\" \"y\"",
    "\"10.0.0.1:80\" c - 10.0.0.2:80 203.0.113.9:80 -",
    "\" c - 10.0.0.2:80 203.0.113.9:80 ",
    "[10/Oct/2024:13:55:36 +0000] GET / HTTP/1.1 200 5",
    "] \"GET / HTTP/1.1\" 200 5",
    " - 200 - GET http x",
    "] [Client 203.0.113.9] [Length 1] ",
    " => generated 5 bytes in 1 msecs (HTTP/1.1 200) 2 headers in 89 bytes (1 switches on core 0)",
    ") {1 vars in 2 bytes} [Mon Nov 28 06:43:31 2022] GET / ",
    "203.0.113.9) 1.00ms x",
    "@203.0.113.9) 1.00ms ",
    "\",\"remote_ip\":\"203.0.113.9\",\"x\":\"",
    "\"",
    "\\",
    " ",
    "-",
    "|",
    "}",
    "\t",
    "a",
    "bot",
    "",
];

fn written(text: &str, escape: EscapedBy) -> String {
    let escaped = text.chars().map(|c| match (escape, c) {
        (EscapedBy::Nginx, '"' | '\\' | '\t') => format!("\\x{:02X}", u32::from(c)),
        (EscapedBy::Apache | EscapedBy::Json, '"' | '\\') => format!("\\{c}"),
        (EscapedBy::Apache | EscapedBy::Json, '\t') => "\\t".to_owned(),
        (EscapedBy::Hash, '"' | '#' | '{' | '|' | '}' | '\t') => format!("#{:02X}", u32::from(c)),
        (EscapedBy::Plus, ' ' | '\t') => "+".to_owned(),
        _ => c.to_string(),
    });
    let escaped: String = escaped.collect();
    if escaped.is_empty() { "-".to_owned() } else { escaped }
}

fn case() -> impl Strategy<Value = (usize, Vec<String>)> {
    let text = || prop_oneof![1 => Just("a".to_owned()), 3 => vec(select(SENT), 0..4).prop_map(|pieces| pieces.concat())];
    (0..LAYOUTS.len(), vec(text(), 8))
}

#[test]
fn no_client_bends_a_line_of_a_server() {
    const CASES: u32 = 8192;
    let (read, total) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(CASES));
    let outcome = runner.run(&case(), |(layout, texts)| {
        let (name, template, escape) = LAYOUTS[layout];
        let mut texts = texts.iter();
        let mut line = String::new();
        for c in template.chars() {
            match c {
                '@' => line.push_str(&written(texts.next().map_or("", |text| text), escape)),
                '~' => line.push_str(&written(&texts.next().map_or("", |text| text).replace([' ', '\t'], ""), escape)),
                '^' => line.push('@'),
                c => line.push(c),
            }
        }
        let client = if template.starts_with(' ') { "-" } else { "192.0.2.66" };
        let (mut clock, arena) = (Clock::new("UTC", Some(2024)).expect("UTC is known"), Arena::default());
        let header = (name == "w3c").then_some(HEADER);
        let mut fitting = Vec::new();
        for format in FORMATS {
            match (format.read)(&Line { header, ..Line::of(line.as_bytes()) }, &arena, &mut clock) {
                Ok(ParsedLine::Web(web)) => {
                    fitting.push(format.name);
                    prop_assert_eq!(String::from_utf8_lossy(web.client), client, "{}: {}", format.name, line);
                    prop_assert_eq!(web.status, Some(404), "{}: {}", format.name, line);
                    read.set(read.get() + 1);
                }
                Ok(ParsedLine::Ambiguous(who)) => {
                    fitting.push(format.name);
                    prop_assert!(who == client.as_bytes() || who == b"-", "{}: {}", format.name, line);
                }
                Ok(_) => fitting.push(format.name),
                Err(_) => {}
            }
        }
        prop_assert!(fitting.is_empty() || fitting == [name], "{:?} fit {}: {}", fitting, name, line);
        total.set(total.get() + 1);
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    assert!(read.get() * 2 >= total.get(), "{} of {} are read", read.get(), total.get());
}

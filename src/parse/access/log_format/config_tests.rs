//! Formats as they stand in configurations, times of several directives, lists of servers and of proxies.

use super::*;
use crate::base::net::AddressSet;
use crate::parse::access::forwarded::{ClientFrom, resolve};

/// `client time status path forwarded`, or why there is none.
fn read_with(format: &LogFormat, line: &str) -> String {
    let (mut clock, arena) = (Clock::new("UTC", None).expect("UTC is known"), Arena::default());
    match format.read(line.as_bytes(), &arena, &mut clock) {
        LogFormatResult::Request(web) => {
            let text = |field: Option<&[u8]>| field.map_or(".".to_owned(), |text| String::from_utf8_lossy(text).into_owned());
            let time = web.time.map_or(".".to_owned(), |time| time.to_string());
            let status = web.status.map_or(".".to_owned(), |status| status.to_string());
            [text(Some(web.client)), time, status, text(web.target()), text(web.forwarded)].join(" ")
        }
        LogFormatResult::Unfit(field, reason) => format!("{field}: {reason}"),
        LogFormatResult::Syslog => "syslog".to_owned(),
        LogFormatResult::Other(_) => "other".to_owned(),
    }
}

fn read(format: &str, line: &str) -> String {
    read_with(&LogFormat::compile(format).unwrap_or_else(|error| panic!("{error}")), line)
}

#[test]
fn a_string_is_taken_as_it_stands_in_a_configuration() {
    let line = r#"192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] "GET /no HTTP/1.1" 404 5"#;
    for format in [
        r#"%h %l %u %t "%r" %>s %b"#,
        r#""%h %l %u %t \"%r\" %>s %b""#,
        r#"'%h %l %u %t "%r" %>s %b'"#,
        r#"CustomLog ${APACHE_LOG_DIR}/access.log "%h %l %u %t \"%r\" %>s %b""#,
        r#"CustomLog "|/usr/bin/rotatelogs x" "%h %l %u %t \"%r\" %>s %b" env=!dontlog"#,
        r#"accesslog.format = "%h %l %u %t \"%r\" %>s %b""#,
        r#"accesslog.format="%h %l %u %t \"%r\" %>s %b""#,
        r#"LogFormat "%h %l %u %t \"%r\" %>s %b" common"#,
        "'$remote_addr - $remote_user [$time_local] '\n  '\"$request\" $status $body_bytes_sent';",
        "log_format x '$remote_addr - $remote_user [$time_local] ' '\"$request\" $status $body_bytes_sent';",
    ] {
        assert_eq!(read(format, line), "192.0.2.1 2000-10-10T13:55:36Z 404 /no .", "{format}");
    }
    // Quotes that are the format's own.
    let line = r#""192.0.2.1" 404 "GET /no HTTP/1.1""#;
    assert_eq!(read(r#""%h" %>s "%r""#, line), "192.0.2.1 . 404 /no .");
}

#[test]
fn an_offset_is_heard_wherever_it_stands() {
    for (format, line, shown) in [
        ("%h [%{%F %T}t %{%z}t] %>s", "::1 [2021-01-27 00:00:06 +0300] 404", "::1 2021-01-26T21:00:06Z 404 . ."),
        ("%{%FT%T}t.%{usec_frac}t%{%z}t %h %>s", "2021-01-27T00:00:06.929001+0300 ::1 404", "::1 2021-01-26T21:00:06.929001Z 404 . ."),
        ("%{%F %T}t.%{msec_frac}t %{%z}t %h %>s", "2021-01-27 00:00:06.929 +0300 ::1 404", "::1 2021-01-26T21:00:06.929Z 404 . ."),
        ("%{%F}t%{T%T}t%{%z}t %h %>s", "2021-01-27T00:00:06+0300 ::1 404", "::1 2021-01-26T21:00:06Z 404 . ."),
        ("%{%F %T %z}t %{%z}t %h %>s", "2021-01-27 00:00:06 +0300 +0000 ::1 404", "::1 2021-01-26T21:00:06Z 404 . ."),
        ("%t %{%z}t %h %>s", "[10/Oct/2000:13:55:36 +0000] +0300 ::1 404", "::1 2000-10-10T13:55:36Z 404 . ."),
    ] {
        assert_eq!(read(format, line), shown, "{format}");
    }
    assert!(LogFormat::compile("%h%{%F}t %{%T}t").is_err(), "an address has no length");
}

#[test]
fn what_nginx_knows_of_servers_behind_it_is_no_text_of_a_client() {
    let npm = r#"[$time_local] $upstream_cache_status $upstream_status $status - $request_method $scheme $host "$request_uri" [Client $remote_addr] [Length $body_bytes_sent] [Gzip $gzip_ratio] [Sent-to $server] "$http_user_agent" "$http_referer""#;
    for upstream in ["404", "-", "502, 404", "502, 504 : 404"] {
        let line = format!(
            r#"[10/Oct/2000:13:55:36 +0000] - {upstream} 404 - GET https www.example.org "/no" [Client 192.0.2.1] [Length 61] [Gzip -] [Sent-to 10.0.0.3] "x" "-""#
        );
        assert_eq!(read(npm, &line), "192.0.2.1 2000-10-10T13:55:36Z 404 /no .", "{line}");
    }
    let behind = "$upstream_addr $upstream_response_time $remote_user $upstream_status $status $remote_addr";
    for line in [
        "10.0.0.1:80, 10.0.0.2:80 0.1, 0.2 bob 502, 404 404 192.0.2.1",
        "- - bob smith - 404 192.0.2.1",
        "a : b 1 : 2 x y 2 : 3 404 192.0.2.1",
    ] {
        assert_eq!(read(behind, line), "192.0.2.1 . 404 . .", "{line}");
    }
    for format in ["$upstream_status, $remote_addr", "$remote_addr, $upstream_status", "$remote_addr $upstream_status : x"] {
        assert!(LogFormat::compile(format).is_err(), "{format}");
    }
}

#[test]
fn a_list_of_proxies_without_quotes_is_only_that() {
    let formats = [
        (r#"%h %{X-Forwarded-For}i %l %u %t "%r" %>s"#, "10.0.0.9 LIST - USER "),
        (r#"%h (%{X-Forwarded-For}i) %l %u %t "%r" %>s"#, "10.0.0.9 (LIST) - USER "),
        (r#"%h - [%{X-Forwarded-For}i] - %u %t "%r" %>s"#, "10.0.0.9 - [LIST] - USER "),
        (r#"$remote_addr $http_x_forwarded_for - $remote_user [$time_local] "$request" $status"#, "10.0.0.9 LIST - USER "),
    ];
    let trusted = AddressSet::from_operands("--trusted-proxy", &["10.0.0.0/8".to_owned()]).expect("a set");
    let mut read_as_sent = 0;
    for (format, front) in formats {
        let format = LogFormat::compile(format).expect("a format");
        assert!(format.has_forwarded(FormatOptions::default()));
        // The proxy adds whom it had: the last one is never the client's word.
        for sent in [
            "",
            "203.0.113.9",
            "203.0.113.9, 203.0.113.10",
            "203.0.113.9 x",
            "x] - y",
            "203.0.113.9) - a",
            "203.0.113.9 - -",
            "unknown",
            "203.0.113.9 -",
        ] {
            let list = if sent.is_empty() { "192.0.2.1".to_owned() } else { format!("{sent}, 192.0.2.1") };
            for user in ["-", "bob", "203.0.113.9", "a, 203.0.113.9", "x) - b", "x, 203.0.113.9] - b", "b, 203.0.113.9 - c", "b - c"] {
                let line =
                    format!(r#"{}[10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 404"#, front.replace("LIST", &list).replace("USER", user));
                let (mut clock, arena) = (Clock::new("UTC", None).expect("UTC is known"), Arena::default());
                let LogFormatResult::Request(mut web) = format.read(line.as_bytes(), &arena, &mut clock) else { continue };
                resolve(&mut web, Some(&trusted), ClientFrom::default(), &arena);
                assert_eq!((String::from_utf8_lossy(web.client).as_ref(), web.status), ("192.0.2.1", Some(404)), "{line}");
                read_as_sent += 1;
            }
        }
    }
    assert!(read_as_sent >= 36, "{read_as_sent}");
}

#[test]
fn a_header_of_ones_own_takes_the_place_of_x_forwarded_for() {
    let header = ClientHeader::parse("CF-Connecting-IP").expect("a header");
    let options = FormatOptions { client_from: Some(&header), trusts_log_peer: true };
    for (given, line, shown) in [
        (
            r#"%h %>s "%{cf-connecting-ip}i" "%{X-Forwarded-For}i""#,
            r#"10.0.0.9 404 "192.0.2.1" "203.0.113.9""#,
            "10.0.0.9 . 404 . 192.0.2.1",
        ),
        (r#"$status "$http_cf_connecting_ip" $proxy_add_x_forwarded_for"#, r#"404 "192.0.2.1" 203.0.113.9"#, "- . 404 . 192.0.2.1"),
        (
            "nginx_json",
            r#"{"remote_addr":"10.0.0.9","request":"GET /no","status":404,"http_x_forwarded_for":"203.0.113.9","http_cf_connecting_ip":"192.0.2.1"}"#,
            "10.0.0.9 . 404 /no 192.0.2.1",
        ),
        (
            "caddy_json",
            r#"{"logger":"http.log.access","request":{"remote_ip":"10.0.0.9","method":"GET","uri":"/no","headers":{"Cf-Connecting-Ip":["192.0.2.1"],"X-Forwarded-For":["203.0.113.9"]}},"status":404}"#,
            "10.0.0.9 . 404 /no 192.0.2.1",
        ),
    ] {
        let format = LogFormat::compile_with(given, options).unwrap_or_else(|error| panic!("{error}"));
        assert!(format.has_forwarded(options), "{given}");
        assert_eq!(read_with(&format, line), shown, "{given}");
    }
    assert!(!LogFormat::compile_with("common", options).expect("a name").has_forwarded(options));
    assert!(LogFormat::compile("%>s \"%{X-Forwarded-For}i\"").is_err(), "nobody vouches for it");
}

#[test]
fn columns_are_taken_for_pieces_without_their_header() {
    let format = "#Fields: date time c-ip cs-method cs-uri-stem sc-status X-Forwarded-For";
    let shown = "10.0.0.9 2024-10-01T00:00:06Z 404 /no 192.0.2.1:33453, 10.0.0.35:49770";
    assert_eq!(read(format, "2024-10-01 00:00:06 10.0.0.9 GET /no 404 192.0.2.1:33453,+10.0.0.35:49770"), shown);
    assert_eq!(read(format, "2024-10-01 00:00:06 10.0.0.9 GET /no 404"), "#Fields:: fewer words than #Fields: has columns");
    assert_eq!(read(format, "2024-10-01 00:00:06 10.0.0.9 GET /no x 404 -"), "#Fields:: more words than #Fields: has columns");
    assert_eq!(read(format, "#Remark: x"), "other");
    let error = LogFormat::compile("#Fields: date c-ip").expect_err("no time");
    assert!(matches!(&error, Error::Usage(text) if text == "--log-format: #Fields: date c-ip has no column time"), "{error:?}");
}

//! Lines, requests and formats put together from what readers look for, and from anything else.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// What a client sends to a server that writes quotes as they come.
pub fn raw_text() -> impl Strategy<Value = String> {
    const PIECES: [&str; 16] = [
        "\"",
        "\"",
        "\"",
        "\\",
        " ",
        " 200 5",
        "\" 200 5 \"-\" \"x",
        "x HTTP/1.1\" 200 5 \"",
        "-",
        "bot",
        "GET / HTTP/1.1",
        " 404 12",
        "[10/Oct/2024:13:55:36 +0000] \"GET / HTTP/1.1\" 200 5",
        "] \"",
        "\" \"",
        "https://a.example/",
    ];
    vec(select(&PIECES[..]), 0..7).prop_map(|pieces| pieces.concat())
}

/// Lines of access logs in the combined format, most of them with something in one of their fields that is seldom there.
pub fn request_line() -> impl Strategy<Value = Vec<u8>> {
    const FIELDS: [(&str, &[&str]); 11] = [
        ("192.0.2.1", &["::1", "host.example", "-", "", "a_b", "www.example:80 192.0.2.1", "\"", "h\u{e9}"]),
        (" - - [", &[" - bob [", " - \"\" [", " - \\\" [", " -  [", " ident - [", " - - [x [", "["]),
        (
            "10/Oct/2024:13:55:36 +0000",
            &[
                "10/Oct/2024:13:55:37 +0100",
                "10/Oct/2024:25:55:36 +0000",
                "10/Oct/2024:13:55:36",
                "\"",
                "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            ],
        ),
        ("] \"", &["]\"", "] ", "]  \"", "] \"\"", "] - "]),
        (
            "GET /a HTTP/1.1",
            &[
                "-",
                "",
                "GET /\\\" HTTP/1.1",
                "\\x16\\x03",
                "\" 200 5 \"x\" \"bot",
                "GET /\" 200 5 \"-\" \"x HTTP/1.1",
                "GET /\"x HTTP/1.1",
                "\t",
                "\u{e9}",
            ],
        ),
        ("\" ", &["\"", "\"  ", " ", "\" \""]),
        ("404", &["200", "099", "-", "1000", "4x4", "", "40"]),
        (" 12 \"", &[" - \"", " 123456789 \"", " 12  \"", " 12 - \"", " 12 12 \"", " 12\"", " \"", " 9007199254740993 \"", " 0012 \""]),
        ("-", &["https://www.example/", "", "a\\\\", "a\\"]),
        ("\" \"", &["\"\"", "\"  \"", "\" - \"", "\" \"\" \"", "\"\\ \"", " \""]),
        (
            "Mozilla/5.0 (X11)\"",
            &[
                "bot\"",
                "-\"",
                "\"",
                "x",
                "x\" \"203.0.113.9\"",
                "x\" 7",
                "x HTTP/1.1\" 404 12",
                "HTTP/1.1\" 200 5 \"-\" \"y\"",
                " 200 5 - x\"",
                "Quo\"te \"ed\" bot/1 \"\"",
                "x\" 404 12 \"a\" \"b\"",
                "x\" rt=1 \"-\"",
                "x\"\r",
                "\\\"x\"",
                "x\"\\",
            ],
        ),
    ];
    let field = |(usual, others): &'static (&str, &[&str])| prop_oneof![12 => Just(*usual), 1 => select(*others)];
    let fields: Vec<_> = FIELDS.iter().map(field).collect();
    let cut = prop_oneof![9 => Just(None), 1 => any::<proptest::sample::Index>().prop_map(Some)];
    (fields, cut).prop_map(|(fields, cut)| {
        let mut line = fields.concat().into_bytes();
        if let Some(at) = cut {
            line.truncate(at.index(line.len().max(1)));
        }
        line
    })
}

/// Targets and agents put together from pieces that the detectors look for, and from anything that needs no escape.
pub fn hostile_request() -> impl Strategy<Value = Vec<u8>> {
    let pieces = [
        "/",
        "..",
        "%2e",
        "%252e",
        "%",
        "%2",
        "?",
        "#",
        "http://",
        "${",
        "jndi:",
        "}",
        "() {",
        ".env",
        ".git",
        "favicon.ico",
        "cgi-bin/",
        "Mozilla/5.0 ",
        "(compatible; ",
        "; ",
        ")",
        "AppleWebKit/537.36 ",
        "cu",
        "bot",
        "spider",
        "@",
        ".com",
        "+http",
        r"\x",
        r"\\",
        "\u{e9}",
    ];
    let piece = prop_oneof![
        select(Vec::from(pieces)).prop_map(|text| text.as_bytes().to_vec()),
        vec(any::<u8>().prop_filter("ends the field", |b| !matches!(b, b'"' | b'\\')), 0..6),
    ];
    // A backslash in front of the closing quote would escape it.
    vec(piece, 0..14).prop_map(|pieces| [&pieces.concat()[..], b"."].concat())
}

/// Objects of some of the keys that JSON logs have, whichever log they are of.
fn hostile_json() -> impl Strategy<Value = Vec<u8>> {
    const KEYS: &[&str] = &[
        r#""remote_addr":"192.0.2.1""#,
        r#""remote_addr":"203.0.113.9""#,
        r#""request":"GET / HTTP/1.1""#,
        r#""status":404"#,
        r#""time_local":"10/Oct/2024:13:55:36 +0000""#,
        r#""body_bytes_sent":"99999999999999999999""#,
        r#""ts":1760097336.25"#,
        r#""logger":"http.log.access","request":{"remote_ip":"192.0.2.1","method":"GET","headers":{"User-Agent":["bot"]}}"#,
        r#""ClientAddr":"192.0.2.1:4711""#,
        r#""RequestMethod":"GET""#,
        r#""DownstreamStatus":404"#,
        r#""event":{"dataset":"nginx.access"}"#,
        r#""source_type":"http_server""#,
        r#""source_type":"docker_logs""#,
        r#""_UID":"1000""#,
        r#""source":{"ip":"192.0.2.1"}"#,
        r#""source.ip":"192.0.2.1""#,
        r#""http":{"request":{"method":"GET"},"response":{"status_code":404}}"#,
        r#""__REALTIME_TIMESTAMP":"1760097336250000""#,
        r#""MESSAGE":"Failed password for root from 192.0.2.9 port 22 ssh2""#,
        r#""_COMM":"sshd""#,
        r#""log":{"file":{"path":"x"}}"#,
        r#""message":"192.0.2.1 - - [10/Oct/2024:13:55:36 +0000] \"GET / HTTP/1.1\" 404 12""#,
        r#""schema":"soar.event/1""#,
        r#""log":"192.0.2.1 - - [10/Oct/2024:13:55:36 +0000] \"GET / HTTP/1.1\" 404 12\n""#,
        r#""stream":"stdout""#,
        r#""kubernetes":{"pod_name":"web"}"#,
        r#""programname":"sshd""#,
        r#""msg":"Failed password for root from 192.0.2.9 port 22 ssh2""#,
        r#""PROGRAM":"sshd""#,
        r#""short_message":"Failed password for root from 192.0.2.9 port 22 ssh2""#,
        r#""host":"gate""#,
        r#""@version":"1""#,
        r#""input":{"type":"journald"}"#,
        r#""systemd":{"unit":"ssh.service"}"#,
        r#""labels":{"unit":"ssh.service"},"line":"Failed password for root from 192.0.2.9 port 22 ssh2""#,
        r#""_source":{"message":"x"},"_index":"a""#,
        r#""ProviderName":"OpenSSH","Message":"sshd: Failed password for root from 192.0.2.9 port 22 ssh2""#,
        "\"x\":[1,{\"y\":null}]",
    ];
    (subsequence(KEYS, 0..=8).prop_shuffle(), select(&["}", "", "} ", "}{}"][..]))
        .prop_map(|(keys, end)| format!("{{{}{end}", keys.join(",")).into_bytes())
}

/// Lines put together from pieces that the formats look for, and from anything else.
pub fn hostile_line() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![3 => hostile_text(), 1 => hostile_json()]
}

#[allow(clippy::too_many_lines, reason = "a list of what may stand in a line")]
fn hostile_text() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        select(
            &[
                "192.0.2.1",
                "::1",
                "host.example",
                "host.example:80",
                " - ",
                "-",
                " ",
                "\"",
                "\\\"",
                "\\",
                "[",
                "]",
                "] \"",
                "[10/Oct/2024:13:55:36 +0000] \"",
                "GET / HTTP/1.1",
                "\" 404 12",
                " \"-\" \"bot\"",
                "] - 404 12",
                " - \"bot\"",
                "[2001:db8::1]:22",
                "Oct 10 13:55:36 ",
                "2024-10-10T13:55:36Z ",
                "2024-10-10T13:55:36.123456789Z ",
                "2024-10-10 13:55:36 Auth.Info ",
                "stdout F ",
                "stderr P ",
                "nginx-1  | ",
                "[pod/web/nginx] ",
                "auth.info: ",
                "2024-10-10_13:55:36.12345 ",
                "@4000000065870c8a14d2a7c8 ",
                "Thu Oct 10 13:55:36 2024 ",
                "Thu 2024-10-10 13:55:36 UTC ",
                "4076 2024-10-10 13:55:36.123 ",
                "d\u{e9}c. 13 12:00:47 ",
                "mars 13 12:00:47 ",
                "                - Last output repeated twice -",
                "Last message 'Failed password for ' repeated 3 times, suppressed by syslog-ng on gate",
                "data: {",
                "gate sshd[7]: ",
                "10.0.0.5 sshd[7]: ",
                "2024-10-10T13:55:36Z 10.0.0.5 sshd[7]: Failed password for ",
                "\"\" ",
                "192.0.2.1 - - [10/Oct/2024:13:55:36 +0000] \"GET / HTTP/1.1\" 404 12",
                " \"-\" \"bot\" from 192.0.2.9 port 22 ssh2",
                "sshd",
                "sshd:",
                "Failed password for ",
                "Invalid user ",
                "invalid user ",
                " from 192.0.2.9 port 22",
                " ssh2",
                ": RSA SHA256:x",
                " [preauth]",
                "message repeated 5 times: [ ",
                "]",
                "Received disconnect from ",
                ":11: ",
                "\r",
                "\0",
                "é",
                "<38>",
                "<38>1 ",
                "<38>1 2024-10-10T13:55:36Z gate sshd 7 - - ",
                "[a b=\"]\"] ",
                "<auth.info> ",
                "auth.info ",
                "[ID 1 auth.info] ",
                "gate last message repeated 3 times",
                "sshd: a [priv][7]: ",
                "sshd(pam_unix)[7]: ",
                "pam_unix(sshd:auth): ",
                "authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=",
                "error: ",
                "Disconnecting invalid user ",
                " 192.0.2.9 port 22: ",
                "drop connection #1 from [192.0.2.9]:22 on [::1]:22 ",
                "-- Boot x --",
                "192.0.2.1:4711 ",
                "[12/Mar/2021:06:56:28.088] ",
                "fe be/s 0/0/0/1/1 404 5 - - ---- 1/1/1/1/0 0/0 \"GET /",
                "[10/Oct/2024:13:55:36 +0000] - - 404 - GET http a \"/\" [Client 192.0.2.1] [Length 1] [Gzip -] \"x\" \"-\"",
                "[10/Oct/2024:13:55:36 +0000] a 192.0.2.1 0.1 \"GET /\" 404 1 2 - x",
                "[2024-10-10T13:55:36.912Z] \"GET / HTTP/1.1\" 404 - ",
                "\"-\" c - 10.0.0.1:80 192.0.2.1:80 -",
                "1728568536.042    1 192.0.2.1 TCP_MISS/404 5 GET http://a/ - HIER_NONE/- x",
                "http 2024-10-10T13:55:36Z app/x ",
                "2024-10-10T13:55:36Z lb 192.0.2.1:1 - 0 0 0 404 404 1 1 \"GET /\" \"x\"",
                "2024/10/10 13:55:36\tINFO\thttp.log.access\thandled request\t{",
                "INFO:     192.0.2.1:4711 - \"GET / HTTP/1.1\" 404",
                "[2024-10-10 13:55:36 +0000] [7] [INFO] ",
                "[pid: 7|app: 0|req: 1/1] 192.0.2.1 () {1 vars in 2 bytes} [Thu Oct 10 13:55:36 2024] GET / => generated 5 bytes in 1 msecs (HTTP/1.1 404) 1 headers in 2 bytes (1 switches on core 0)",
                "[10/Oct/2024 13:55:36] ",
                "] GET / HTTP/1.1 404 12",
                "code 404, message x",
                "192.0.2.1, 192.0.2.2",
                "#Fields: ",
                "#Fields: date time c-ip sc-status",
            ][..]
        )
        .prop_map(|text| text.as_bytes().to_vec()),
        vec(any::<u8>(), 0..6),
    ];
    vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

/// Log formats put together from directives of both servers, and from anything else.
pub fn log_format() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "%h",
        "%a",
        "%u",
        "%t",
        "%r",
        "%>s",
        "%b",
        "%D",
        "%U",
        "%q",
        "%m",
        "%v:%p",
        "%{Referer}i",
        "%{%F %T}t",
        "%{%z}t",
        "%{msec_frac}t",
        "%!200u",
        "$remote_addr",
        "$remote_user",
        "$request",
        "$status",
        "$msec",
        "${args}",
        "$uri",
        "$upstream_status",
        "$http_x_forwarded_for",
        "%{usec_frac}t",
        "$x",
        "\"",
        "\\\"",
        " ",
        " ",
        " ",
        " \"",
        "\" ",
        "[",
        "]",
        "|",
        ":",
        "?",
        "%",
        "$",
        "{",
        "LogFormat \"",
        "log_format x '",
        "';",
        "é",
    ];
    prop_oneof![
        3 => vec(select(PIECES), 0..10).prop_map(|pieces| format!("%h {}", pieces.concat())),
        1 => vec(select(PIECES), 0..12).prop_map(|pieces| pieces.concat()),
    ]
}

//! A search for formats that a client can bend: whatever format is accepted and whatever clients write, every line that is
//! read names the true client and the true status.

use std::cell::Cell;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;

use crate::base::time::Clock;
use crate::parse::access::log_format::{LogFormat, LogFormatResult};
use crate::parse::format::Arena;

/// Apache's name, nginx's, and what the server writes; nothing: a client writes it.
const FIELDS: &[NamedField] = &[
    ("%h", "$remote_addr", "CLIENT"),
    ("%>s", "$status", "404"),
    ("%b", "$body_bytes_sent", "7"),
    ("%D", "$request_time", "0.5"),
    ("%v", "$server_name", "srv.example"),
    ("%t", "[$time_local]", "[11/Nov/2011:11:11:11 +0000]"),
    ("%{%F}t", "$time_iso8601", ""),
    ("%u", "$remote_user", ""),
    ("%U", "$uri", ""),
    ("%m", "$request_method", ""),
    ("%r", "$request", ""),
    ("%{User-Agent}i", "$http_user_agent", ""),
    ("%{Referer}i", "$http_referer", ""),
    ("%{Host}i", "$host", ""),
    ("%{X-Forwarded-For}i", "$http_x_forwarded_for", ""),
    ("%X", "$upstream_status", "LIST"),
];
const BETWEEN: &[&str] = &[" ", " ", " ", " ", "|", " - ", ", ", "] [", "\" \"", " \"", "\" ", "\"", ":", "-", "=", "\t", " x:", "%%"];
const SENT: &[&str] = &[
    "203.0.113.9",
    "2001:db8:",
    "::9",
    "200",
    "200 ",
    " 200",
    " ",
    "|",
    ":",
    "-",
    "=",
    ",",
    "\"",
    "\\",
    "[10/Oct/2000:13:55:36 +0000]",
    "] [",
    "a",
    "/x",
    "",
];

#[derive(Debug, Clone, Copy)]
enum Server {
    Apache,
    Nginx,
}

/// A value as the server writes it.
fn written(server: Server, name: &str, value: &str) -> String {
    match (server, name, value) {
        (Server::Apache, "%u", "") => "\"\"".to_owned(),
        (_, _, "") => "-".to_owned(),
        (Server::Apache, ..) => value.replace('\\', "\\\\").replace('"', "\\\""),
        (Server::Nginx, ..) => value.replace('\\', "\\x5C").replace('"', "\\x22"),
    }
}

fn sent() -> impl Strategy<Value = String> {
    vec(select(SENT), 0..5).prop_map(|pieces| pieces.concat())
}

/// One case: the server, what its format starts with, its fields with what stands between them and what was sent, where the
/// client stands among them, and the client.
type Case = (Server, &'static str, Vec<(NamedField, &'static str, String)>, prop::sample::Index, &'static str);
type NamedField = (&'static str, &'static str, &'static str);

fn case() -> impl Strategy<Value = Case> {
    (
        select(&[Server::Apache, Server::Nginx][..]),
        select(&["", "\"", "[", "x "][..]),
        vec((select(FIELDS), select(BETWEEN), sent()), 1..8),
        any::<prop::sample::Index>(),
        select(&["192.0.2.66", "2001:db8::66", "host-6.example", "-"][..]),
    )
}

/// The format of a case, and the line that its server writes.
fn write((server, start, fields, place, client): Case) -> (String, String) {
    let mut fields = fields;
    fields.insert(place.index(fields.len() + 1), (FIELDS[0], " ", String::new()));
    let (mut format, mut line) = (start.to_owned(), start.to_owned());
    for (at, ((apache, nginx, own), between, sent)) in fields.iter().enumerate() {
        let (name, date) = match server {
            Server::Apache => (*apache, "2011-11-11"),
            Server::Nginx => (*nginx, "2011-11-11T11:11:11+00:00"),
        };
        let value = match (*own, *apache) {
            ("CLIENT", _) => client.to_owned(),
            // The servers behind it that were tried: no client chooses what stands there.
            ("LIST", _) => if name == "%X" { "+" } else { "502, 404 : 200" }.to_owned(),
            ("", "%{%F}t") => date.to_owned(),
            // A method ends at its first space.
            ("", "%m") => written(server, name, &sent.replace(' ', "")),
            ("", _) => written(server, name, sent),
            (own, _) => own.to_owned(),
        };
        let between = if at + 1 == fields.len() { "" } else { *between };
        let (in_format, in_line) = match (server, between) {
            (Server::Apache, "%%") => ("%%", "%"),
            (Server::Nginx, "%%") => ("%", "%"),
            _ => (between, between),
        };
        format.extend([name, in_format]);
        line.extend([&*value, in_line]);
    }
    (format, line)
}

#[test]
fn no_client_bends_an_accepted_format() {
    const CASES: u32 = 4096;
    let (accepted, read) = (Cell::new(0), Cell::new(0));
    let mut runner = TestRunner::new(ProptestConfig::with_cases(CASES));
    let outcome = runner.run(&case(), |case| {
        let (has_status, client) = (case.2.iter().any(|((name, ..), ..)| *name == "%>s"), case.4);
        let (format, line) = write(case);
        let Ok(compiled) = LogFormat::compile(&format) else { return Ok(()) };
        accepted.set(accepted.get() + 1);
        let (mut clock, arena) = (Clock::new("UTC", None).expect("UTC is known"), Arena::default());
        if let LogFormatResult::Request(web) = compiled.read(line.as_bytes(), &arena, &mut clock) {
            read.set(read.get() + 1);
            prop_assert_eq!(String::from_utf8_lossy(web.client), client, "{}\n{}", format, line);
            prop_assert_eq!(web.status, has_status.then_some(404), "{}\n{}", format, line);
        }
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    // Where nothing was accepted or read, nothing was tried.
    assert!(accepted.get() >= CASES / 3, "{} formats of {CASES} are accepted", accepted.get());
    assert!(read.get() >= accepted.get() / 5 * 4, "{} lines of {} are read", read.get(), accepted.get());
}

#[test]
fn a_list_of_servers_takes_no_field_before_it() {
    let format = LogFormat::compile("$remote_user $host $remote_addr $upstream_status|$status").expect("a format");
    let (mut clock, arena) = (Clock::new("UTC", None).expect("UTC is known"), Arena::default());
    let mut client = |line: &'static str| match format.read(line.as_bytes(), &arena, &mut clock) {
        LogFormatResult::Request(web) => String::from_utf8_lossy(web.client).into_owned(),
        _ => String::new(),
    };
    assert_eq!(client("al www 192.0.2.66 502, 404 : 200|404"), "192.0.2.66");
    // The user's name ends in a blank, and no host was sent.
    assert_eq!(client("200  - 192.0.2.66 502, 404 : 200|404"), "");
}

#[test]
fn a_server_that_escapes_quotes_alone_is_read_as_it_writes() {
    let format = LogFormat::compile("gunicorn").expect("a format");
    let (mut clock, arena) = (Clock::new("UTC", None).expect("UTC is known"), Arena::default());
    for sent in
        [r"plain", r#"Quo"te \ "ed\" bot\"#, r#"x HTTP/1.1" 200 5 "-" "y"#, r"\x62ot \", r"\", r#"""#, r#"\""#, r#"a" "b"#, r#"\" "\"#]
    {
        // gunicorn replaces each quote, and nothing else.
        let logged = sent.replace('"', r#"\""#);
        let line = format!(r#"192.0.2.1 - - [10/Oct/2025:13:55:36 +0000] "GET /{logged} HTTP/1.1" 404 5 "{logged}" "{logged}""#);
        let LogFormatResult::Request(web) = format.read(line.as_bytes(), &arena, &mut clock) else { panic!("unread: {line}") };
        let text = |field| Option::map(field, |field| String::from_utf8_lossy(&web.plain(field)).into_owned());
        assert_eq!(web.status, Some(404), "{line}");
        assert_eq!((text(web.referrer).as_deref(), text(web.agent).as_deref()), (Some(sent), Some(sent)), "{line}");
    }
}

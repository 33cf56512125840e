//! Laws, held against generated input: what is written is read back, merging parts is one run, a scan changes one key.

mod support;

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use soar_light::parse::FORMATS;
use soar_light::parse::detect::bot::Bots;
use soar_light::parse::detect::path::PathSet;
use soar_light::parse::detect::{Detectors, Settings};
use soar_light::parse::format::Scratch;
use soar_light::parse::layout::{LogFormat, Outcome};
use soar_light::record::event::{Event, EventWriter, Http, Source};
use soar_light::record::sighting::{Sighting, SightingReader};
use soar_light::record::signal::{SIGNALS, SignalSet, index_of};
use soar_light::scan::splice::HostLine;
use soar_light::time::{Clock, Stamp};

use support::{code, filter, run, text};

/// Seconds of the years 0 to 9999.
const SECONDS: std::ops::Range<i64> = -62_167_219_200..253_402_300_800;

fn signal_set() -> impl Strategy<Value = SignalSet> {
    (0..1_u32 << SIGNALS.len())
        .prop_map(|bits| (0..SIGNALS.len()).filter(|i| bits & 1 << i != 0).fold(SignalSet::default(), SignalSet::with))
}

/// What may stand in any field of an event: text, bytes that are no UTF-8, things to escape, nothing.
fn field() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![any::<String>().prop_map(String::into_bytes), vec(any::<u8>(), 0..12), "[ -~]{0,60}".prop_map(String::into_bytes)]
}

/// What an event is made of: its fields as text, an address, numbers, signals.
type Parts = (Vec<Option<Vec<u8>>>, Option<IpAddr>, [Option<u16>; 2], [Option<u32>; 2], SignalSet, u64);

fn parts() -> impl Strategy<Value = Parts> {
    let texts = vec(proptest::option::of(field()), 10);
    (texts, any::<Option<IpAddr>>(), any::<[Option<u16>; 2]>(), any::<[Option<u32>; 2]>(), signal_set(), 1_u64..1 << 53)
}

fn event<'a>((texts, ip, short, long, tags, count): &'a Parts, path: &'a str, line: u64, time: Option<Stamp<'a>>) -> Event<'a> {
    let text = |index: usize| texts[index].as_deref();
    let owned = |index: usize| text(index).map(Cow::Borrowed);
    let http = Http { method: text(1), referrer: owned(2), version: text(3), status_code: short[0], body_bytes: long[0].map(u64::from) };
    Event {
        timestamp: time,
        source: Source { ip: *ip, address: text(0).filter(|_| ip.is_none()), port: short[1] },
        user_name: owned(4),
        http,
        url_original: text(5),
        url_domain: owned(6),
        user_agent: owned(7),
        hostname: text(8),
        process_name: text(9),
        process_pid: long[1].map(u64::from),
        tags: *tags,
        count: *count,
        method: text(9),
        ..Event::new("sshd.auth", "ssh_login", path, line)
    }
}

proptest! {
    #[test]
    fn an_event_is_read_as_it_was_written(
        parts in parts(), seconds in SECONDS, fraction in "[0-9]{0,9}", path in any::<String>(), line in 1_u64..1 << 53,
    ) {
        let mut out = Vec::new();
        event(&parts, &path, line, Some(Stamp { seconds, fraction: &fraction })).write_line(&mut out);
        prop_assert_eq!(out.split(|&b| b == b'\n').count(), 2, "one line, and nothing behind it");
        let (texts, ip, _, long, tags, count) = &parts;
        let read = Sighting::from_line(&out[..out.len() - 1]).expect("an event");
        let canonical = ip.map(soar_light::net::canonical);
        prop_assert_eq!((read.ip, read.at, read.line, read.count), (canonical, Some(seconds), line, *count));
        prop_assert_eq!((&*read.file, read.signals, read.others.len()), (path.as_bytes(), *tags, 0));
        let json: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
        let places = [(1, "/http/request/method"), (2, "/http/request/referrer"), (3, "/http/version"), (4, "/user/name"), (5, "/url/original"),
            (6, "/url/domain"), (7, "/user_agent/original"), (8, "/host/hostname"), (9, "/process/name")];
        for (index, place) in places {
            let wanted = texts[index].as_deref().map(String::from_utf8_lossy);
            prop_assert_eq!(json.pointer(place).and_then(|v| v.as_str()), wanted.as_deref(), "{}", place);
        }
        prop_assert_eq!(json.pointer("/http/response/body/bytes").and_then(serde_json::Value::as_u64), long[0].map(u64::from));
    }

    #[test]
    fn the_quick_reader_says_what_the_thorough_one_says(
        parts in parts(), at in proptest::option::of(SECONDS), line in 1_u64..1 << 53,
        edits in vec((any::<Index>(), 0..4_u8, select(&b"{}[]\":,0123456789.e-\\u /abct\x1f\xff\n"[..])), 0..3),
    ) {
        let mut out = Vec::new();
        event(&parts, "a.log", line, at.map(|seconds| Stamp { seconds, fraction: "" })).write_line(&mut out);
        out.pop();
        // One reader has read the line before it was edited, and may not take the one for the other.
        let mut used = SightingReader::default();
        prop_assert_eq!(used.read(&out), Sighting::from_line(&out));
        for (place, edit, byte) in edits {
            let at = place.index(out.len());
            match edit {
                0 => out[at] = byte,
                1 => out.insert(at, byte),
                2 => drop(out.remove(at)),
                _ => out.truncate(at + 1),
            }
        }
        // Where the kind is not an event, neither reader is asked.
        if out.starts_with(br#"{"schema":"soar.event/1","#) {
            prop_assert_eq!(SightingReader::default().read(&out), Sighting::from_line(&out), "{}", String::from_utf8_lossy(&out));
            prop_assert_eq!(used.read(&out), Sighting::from_line(&out), "{}", String::from_utf8_lossy(&out));
        }
    }

    #[test]
    fn a_writer_and_a_reader_that_remember_say_what_fresh_ones_say(
        one in parts(), other in parts(), mixed in any::<[bool; 14]>(), times in any::<[Option<i32>; 4]>(), path in select(&["a.log", "b.log"][..]),
    ) {
        // An event that shares some of its parts with the one before it and the others with the one behind it.
        let mut between = one.clone();
        for (index, _) in mixed.iter().enumerate().filter(|(_, is_other)| **is_other) {
            match index {
                0..10 => between.0[index] = other.0[index].clone(),
                10 => (between.1, between.2) = (other.1, other.2),
                11 => between.3 = other.3,
                12 => between.4 = other.4,
                _ => between.5 = other.5,
            }
        }
        let (mut writer, mut reader) = (EventWriter::default(), SightingReader::default());
        for (parts, (path, at)) in [&one, &between, &other, &between].into_iter().zip(["a.log", path, path, "a.log"].into_iter().zip(times)) {
            let time = at.map(|at| Stamp { seconds: at.into(), fraction: "" });
            let event = event(parts, path, 7, time);
            let (mut out, mut fresh) = (Vec::new(), Vec::new());
            writer.write_line(&event, &mut out);
            event.write_line(&mut fresh);
            prop_assert_eq!(String::from_utf8_lossy(&out), String::from_utf8_lossy(&fresh));
            out.pop();
            prop_assert_eq!(reader.read(&out), Sighting::from_line(&out));
        }
    }

    #[test]
    fn any_bytes_are_of_one_format_at_the_most_and_never_a_panic(line in hostile_line()) {
        let (mut clock, scratch) = (Clock::new("UTC", Some(2024)).expect("UTC"), Scratch::default());
        let fitting: Vec<_> = FORMATS.iter().filter(|format| (format.read)(&line, &scratch, &mut clock).is_ok()).map(|format| format.name).collect();
        prop_assert!(fitting.len() <= 1, "{:?} fit {:?}", fitting, String::from_utf8_lossy(&line));
    }

    #[test]
    fn no_bytes_of_a_request_are_too_much_for_a_detector(target in hostile_request(), agent in hostile_request(), status in select(&[200, 404][..])) {
        // Compiling the extended bots takes longer than all the rest.
        static SETTINGS: LazyLock<Settings> = LazyLock::new(|| Settings {
            bots: Bots::from_operands(&["extended".to_owned()]).expect("bots"),
            ignored_404: PathSet::from_operands(&["common".to_owned()]).expect("paths"),
        });
        let all = (0..SIGNALS.len()).fold(SignalSet::default(), SignalSet::with);
        let mut line = b"192.0.2.1 - - [10/Oct/2024:13:55:36 +0000] \"GET ".to_vec();
        line.extend([&target[..], b" HTTP/1.1\" ", status.to_string().as_bytes(), b" 12 \"-\" \"", &agent[..], b"\""].concat());
        let (mut clock, scratch) = (Clock::new("UTC", Some(2024)).expect("UTC"), Scratch::default());
        let combined = FORMATS.iter().find(|format| format.name == "combined").expect("a format");
        let reading = (combined.read)(&line, &scratch, &mut clock).expect("a request");
        let (extended, default) = (Detectors::new(all, &SETTINGS).signals(&reading), Detectors::new(all, &Settings::default()).signals(&reading));
        let bot = index_of("http_bot").expect("a signal");
        prop_assert!(extended.contains(bot) || !default.contains(bot), "the extended bots leave one of the default out");
    }

    #[test]
    fn any_text_is_a_log_format_or_an_error_and_reads_any_bytes(format in log_format(), line in hostile_line()) {
        let (mut clock, scratch) = (Clock::new("UTC", Some(2024)).expect("UTC"), Scratch::default());
        if let Ok(format) = LogFormat::compile(&format) {
            let is_syslog = line.starts_with(b"Oct 10 13:55:36 ");
            let outcome = format.read(&line, &scratch, &mut clock);
            prop_assert!(!is_syslog || matches!(outcome, Outcome::Syslog), "{:?}", outcome);
        }
    }

    #[test]
    fn a_scan_changes_no_byte_but_its_own_key(
        keys in vec((select(&["a", "ip2", "rules", "scan2", "\\u0073can2", "x y"][..]), json()), 0..6), earlier in vec((any::<Index>(), json()), 0..3),
        space in select(&["", " ", "\t "][..]), place in any::<Index>(),
    ) {
        // The record without any `scan`, and the same with some put in.
        let mut parts: Vec<(String, bool)> = keys.iter().map(|(key, value)| (format!("\"{key}\"{space}:{space}{value}"), true)).collect();
        let own = place.index(parts.len() + 1);
        parts.insert(own, (format!("\"ip\":{space}\"127.0.0.1\""), true));
        for (place, value) in earlier {
            let place = place.index(parts.len() + 1);
            parts.insert(place, (format!("\"scan\":{space}{value}"), false));
        }
        let join = |keep: &dyn Fn(bool) -> bool| parts.iter().filter(|(_, own)| keep(*own)).map(|(text, _)| text.as_str()).collect::<Vec<_>>().join(",");
        let line = format!("{{{}}}", join(&|_| true));
        let expected = format!("{{{},\"scan\":{{\"new\":1}}}}", join(&|own| own));
        let mut out = Vec::new();
        HostLine::read(line.as_bytes()).expect("a host").splice(line.as_bytes(), br#"{"new":1}"#, &mut out);
        prop_assert_eq!(text(&out), expected);
    }
}

/// JSON of some depth, as text.
fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<i32>().prop_map(|n| n.to_string()),
        "[ -~]{0,8}".prop_map(|s| serde_json::Value::from(s).to_string()),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(|list| format!("[{}]", list.join(" , "))),
            vec(inner, 0..3)
                .prop_map(|list| format!("{{{}}}", list.iter().map(|v| format!("\"scan\": {v}")).collect::<Vec<_>>().join(","))),
        ]
    })
}

/// Targets and agents put together from pieces that the detectors look for, and from anything that needs no escape.
fn hostile_request() -> impl Strategy<Value = Vec<u8>> {
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
        r#""request":{"remote_ip":"192.0.2.1","method":"GET","headers":{"User-Agent":["bot"]}}"#,
        r#""ClientAddr":"192.0.2.1:4711""#,
        r#""RequestMethod":"GET""#,
        r#""DownstreamStatus":404"#,
        r#""source":{"ip":"192.0.2.1"}"#,
        r#""source.ip":"192.0.2.1""#,
        r#""http":{"request":{"method":"GET"},"response":{"status_code":404}}"#,
        r#""__REALTIME_TIMESTAMP":"1760097336250000""#,
        r#""MESSAGE":"Failed password for root from 192.0.2.9 port 22 ssh2""#,
        r#""_COMM":"sshd""#,
        r#""log":{"file":{"path":"x"}}"#,
        r#""message":"192.0.2.1 - - [10/Oct/2024:13:55:36 +0000] \"GET / HTTP/1.1\" 404 12""#,
        r#""schema":"soar.event/1""#,
        "\"x\":[1,{\"y\":null}]",
    ];
    (subsequence(KEYS, 0..=8).prop_shuffle(), select(&["}", "", "} ", "}{}"][..]))
        .prop_map(|(keys, end)| format!("{{{}{end}", keys.join(",")).into_bytes())
}

/// Lines put together from pieces that the formats look for, and from anything else.
fn hostile_line() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![3 => hostile_text(), 1 => hostile_json()]
}

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
            ][..]
        )
        .prop_map(|text| text.as_bytes().to_vec()),
        vec(any::<u8>(), 0..6),
    ];
    vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

/// Log formats put together from directives of both servers, and from anything else.
fn log_format() -> impl Strategy<Value = String> {
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

proptest! {
    // Each case is two processes.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_comes_in_every_line_is_counted_once_and_every_event_fits_the_schema(lines in vec(hostile_line(), 0..40), all: bool) {
        let schema = serde_json::from_slice(&support::read("schemas/event.schema.json")).expect("JSON");
        let schema = jsonschema::validator_for(&schema).expect("a schema");
        let input = lines.join(&b'\n');
        let flags = if all { &["--year", "2024", "--all"][..] } else { &["--year", "2024"] };
        let output = run(filter("soar-parse").args(flags).args(["--threads", "1"]), &input);
        let many = run(filter("soar-parse").args(flags).args(["--threads", "3"]), &input);
        prop_assert_eq!((&output.stdout, &output.stderr, code(&output)), (&many.stdout, &many.stderr, code(&many)));
        for event in text(&output.stdout).lines() {
            let event = serde_json::from_str(event).expect("JSON");
            prop_assert!(schema.is_valid(&event), "{}", event);
        }
        // "N lines: N events, N without a signal, N of other programs, N unknown sshd messages, N rejects"
        let said = text(&output.stderr);
        let summary = said.lines().last().expect("a summary").trim_start_matches("soar-parse: ");
        let numbers: Vec<usize> = summary.split([':', ',', ';']).map_while(|part| part.split_whitespace().next()?.parse().ok()).collect();
        let wanted = input.split(|&b| b == b'\n').count() - usize::from(input.is_empty() || input.ends_with(b"\n"));
        prop_assert_eq!(numbers[0], wanted);
        prop_assert_eq!(numbers[1..6].iter().sum::<usize>(), wanted, "{}", summary);
        prop_assert_eq!(numbers[1], text(&output.stdout).lines().count());
    }
}

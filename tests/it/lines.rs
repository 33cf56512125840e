//! Laws of lines, held against generated ones: each is of one format at the most, is counted once, and is too much for nothing.

use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use soar_light::base::time::Clock;
use soar_light::io::lines::{Line, LineIndex, Lines};
use soar_light::parse::access::log_format::{LogFormat, LogFormatResult};
use soar_light::parse::detect::bot::Bots;
use soar_light::parse::detect::well_known::PathSet;
use soar_light::parse::detect::{Detectors, Settings};
use soar_light::parse::format::{Arena, ParsedLine};
use soar_light::parse::{ENVELOPES, FORMATS};
use soar_light::record::signal::{SIGNALS, SignalSet, index_of};

use crate::support::{code, filter, run, text};

proptest! {
    #[test]
    fn any_bytes_are_of_one_format_at_the_most_and_never_a_panic(line in hostile_line()) {
        let (mut clock, scratch) = (Clock::new("UTC", Some(2024)).expect("UTC"), Arena::default());
        let line = Line::of(&line);
        let mut fitting: Vec<_> = FORMATS.iter().filter(|format| (format.read)(&line, &scratch, &mut clock).is_ok()).map(|format| format.name).collect();
        fitting.extend(ENVELOPES.iter().filter(|envelope| (envelope.open)(&line, &scratch, &mut clock).is_ok()).map(|envelope| envelope.name));
        prop_assert!(fitting.len() <= 1, "{:?} fit {:?}", fitting, String::from_utf8_lossy(line.text));
    }

    #[test]
    fn a_request_is_read_the_same_whether_or_not_it_is_known_where_its_quotes_stand(requests in vec(request_line(), 1..40)) {
        let text = requests.join(&b'\n');
        let (scratch, mut page) = (Arena::default(), LineIndex::default());
        let mut clocks = [0; 2].map(|_| Clock::new("UTC", Some(2024)).expect("UTC"));
        for line in Lines::of(&text, &mut page) {
            for format in FORMATS {
                let known = format!("{:?}", (format.read)(&line, &scratch, &mut clocks[0]));
                let unknown = format!("{:?}", (format.read)(&Line::of(line.text), &scratch, &mut clocks[1]));
                prop_assert_eq!(known, unknown, "{}: {}", format.name, String::from_utf8_lossy(line.text));
            }
        }
    }

    #[test]
    fn no_quote_of_a_client_makes_another_status_than_the_servers(texts in [raw_text(), raw_text(), raw_text(), raw_text()], shape in 0..4, status in 400..410_u16) {
        let [target, referrer, agent, user] = texts;
        let user = if shape == 3 { user } else { "-".to_owned() };
        let front = format!("192.0.2.1 - {user} [10/Oct/2024:13:55:36 +0000] \"GET /{target} HTTP/1.1\" {status} 12");
        let line = match shape {
            0 => front,
            1 => format!("{front} \"{referrer}\" \"{agent}\""),
            2 => format!("www.example:80 {front} \"{referrer}\" \"{agent}\""),
            _ => format!("{front} \"{referrer}\" \"{agent}\" \"-\""),
        };
        let (mut clock, scratch, mut page) = (Clock::new("UTC", Some(2024)).expect("UTC"), Arena::default(), LineIndex::default());
        for line in Lines::of(line.as_bytes(), &mut page) {
            for format in FORMATS {
                match (format.read)(&line, &scratch, &mut clock) {
                    Ok(ParsedLine::Web(web)) => prop_assert_eq!((web.client, web.status), (&b"192.0.2.1"[..], Some(status)), "{}: {:?}", format.name, String::from_utf8_lossy(line.text)),
                    Ok(ParsedLine::Ambiguous(client)) => prop_assert_eq!(client, &b"192.0.2.1"[..]),
                    _ => {}
                }
            }
        }
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
        let (mut clock, scratch) = (Clock::new("UTC", Some(2024)).expect("UTC"), Arena::default());
        let combined = FORMATS.iter().find(|format| format.name == "combined").expect("a format");
        let reading = (combined.read)(&Line::of(&line), &scratch, &mut clock).expect("a request");
        let (extended, default) = (Detectors::new(all, &SETTINGS).signals(&reading), Detectors::new(all, &Settings::default()).signals(&reading));
        let bot = index_of("http_bot").expect("a signal");
        prop_assert!(extended.contains(bot) || !default.contains(bot), "the extended bots leave one of the default out");
    }

    #[test]
    fn any_line_behind_any_columns_is_of_one_format_at_the_most(names in subsequence(COLUMNS, 0..=COLUMNS.len()).prop_shuffle(), words in vec(select(WORDS), 0..12), tabs: bool) {
        let (mut clock, scratch) = (Clock::new("UTC", Some(2024)).expect("UTC"), Arena::default());
        let header = format!("#Fields: {}", names.join(" "));
        let line = words.join(if tabs { "\t" } else { " " });
        let line = Line { header: Some(header.as_bytes()), ..Line::of(line.as_bytes()) };
        let fitting: Vec<_> = FORMATS.iter().filter(|format| (format.read)(&line, &scratch, &mut clock).is_ok()).map(|format| format.name).collect();
        prop_assert!(fitting.len() <= 1, "{:?} fit {:?} {:?}", fitting, header, String::from_utf8_lossy(line.text));
        prop_assert!(!fitting.contains(&"w3c") || words.len() == names.len() || line.text.starts_with(b"#"), "{:?}", fitting);
    }

    #[test]
    fn any_text_is_a_log_format_or_an_error_and_reads_any_bytes(format in log_format(), line in hostile_line()) {
        let (mut clock, scratch) = (Clock::new("UTC", Some(2024)).expect("UTC"), Arena::default());
        if let Ok(format) = LogFormat::compile(&format) {
            let is_syslog = line.starts_with(b"Oct 10 13:55:36 ");
            let outcome = format.read(&line, &scratch, &mut clock);
            prop_assert!(!is_syslog || matches!(outcome, LogFormatResult::Syslog), "{:?}", outcome);
        }
    }
}

proptest! {
    // Each case is two processes.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_an_application_prints_or_a_sender_posts_nobody_is_framed(texts in vec(hostile_line(), 1..30), shipper in select(&SHIPPERS[..])) {
        let (keys, is_sender) = shipper;
        let wrap = |text: &Vec<u8>| format!("{{\"message\":{},{keys}}}\n", serde_json::Value::from(String::from_utf8_lossy(text)));
        let input: String = texts.iter().map(wrap).collect();
        let output = run(filter("soar-parse").args(["--year", "2024", "--all"]), input.as_bytes());
        for event in text(&output.stdout).lines() {
            prop_assert!(!is_sender && event.contains("\"dataset\":\"http.access\""), "{}: {}", keys, event);
        }
    }

    #[test]
    fn whatever_a_container_prints_names_nobody_but_its_own_clients(texts in vec(hostile_line(), 1..30), prefix in select(&PREFIXES[..])) {
        let wrap = |text: &Vec<u8>| {
            let text: Vec<u8> = text.iter().copied().filter(|&byte| byte != b'\n').collect();
            match prefix {
                "json" => format!("{{\"log\":{},\"stream\":\"stdout\",\"time\":\"2024-10-10T11:55:36.1Z\"}}\n", serde_json::Value::from(format!("{}\n", String::from_utf8_lossy(&text)))).into_bytes(),
                "journal" => format!("{{\"__REALTIME_TIMESTAMP\":\"1703415994322089\",\"_COMM\":\"dockerd\",\"CONTAINER_NAME\":\"chat\",\"SYSLOG_IDENTIFIER\":\"sshd\",\"MESSAGE\":{}}}\n", serde_json::Value::from(String::from_utf8_lossy(&text))).into_bytes(),
                prefix => [prefix.as_bytes(), &text, b"\n"].concat(),
            }
        };
        let input: Vec<u8> = texts.iter().flat_map(wrap).collect();
        let output = run(filter("soar-parse").args(["--year", "2024", "--all"]), &input);
        for event in text(&output.stdout).lines() {
            prop_assert!(event.contains("\"dataset\":\"http.access\""), "{}: {}", prefix, event);
        }
    }

    #[test]
    fn whatever_comes_in_every_line_is_counted_once_and_every_event_fits_the_schema(lines in vec(hostile_line(), 0..40), all: bool) {
        let schema = serde_json::from_slice(&crate::support::read("schemas/event.schema.json")).expect("JSON");
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
        // "N lines: N events, N without a signal, N of other programs, N unknown messages, N rejects"
        let said = text(&output.stderr);
        let summary = said.lines().last().expect("a summary").trim_start_matches("soar-parse: ");
        let numbers: Vec<usize> = summary.split([':', ',', ';']).map_while(|part| part.split_whitespace().next()?.parse().ok()).collect();
        let wanted = input.split(|&b| b == b'\n').count() - usize::from(input.is_empty() || input.ends_with(b"\n"));
        prop_assert_eq!(numbers[0], wanted);
        let untrusted = summary.split(", ").find_map(|part| part.split_once(" untrusted")?.0.parse().ok()).unwrap_or(0_usize);
        prop_assert_eq!(numbers[1..6].iter().sum::<usize>() + untrusted, wanted, "{}", summary);
        prop_assert_eq!(numbers[1], text(&output.stdout).lines().count());
    }
}

/// Columns of the W3C's log format.
const COLUMNS: &[&str] =
    &["date", "time", "c-ip", "cs-method", "cs-uri-stem", "cs-uri-query", "sc-status", "sc-bytes", "cs(User-Agent)", "x-other"];
/// What stands in them.
const WORDS: &[&str] = &[
    "2024-10-10",
    "13:55:36",
    "192.0.2.1",
    "::1",
    "GET",
    "/",
    "a=b",
    "404",
    "5",
    "bot+1%20",
    "-",
    "",
    "[10/Oct/2024:13:55:36 +0000]",
    "\"GET",
    "#",
];

/// One entry of a container's log in each of two forms, whole or a piece.
fn entry(is_docker: bool, stream: &str, text: &str, is_open: bool) -> String {
    if is_docker {
        let text = serde_json::Value::from(format!("{text}{}", if is_open { "" } else { "\n" }));
        format!("{{\"log\":{text},\"stream\":\"{stream}\",\"time\":\"2024-10-10T11:55:36.1Z\"}}\n")
    } else {
        format!("2024-10-10T11:55:36.1Z {stream} {} {text}\n", if is_open { "P" } else { "F" })
    }
}

#[test]
fn what_follows_a_piece_is_never_a_line_of_its_own_wherever_the_input_is_cut() {
    let forged = "203.0.113.9 - - [10/Oct/2024:13:55:36 +0000] \"GET /no HTTP/1.1\" 404 5 \"-\" \"bot\"";
    for is_docker in [false, true] {
        let mut input = String::new();
        for number in 0..200 {
            let request = format!("192.0.2.{} - - [10/Oct/2024:13:55:36 +0000] \"GET /{}", number % 200 + 1, "x".repeat(16_000 + number));
            input.push_str(&entry(is_docker, "stdout", &request, true));
            if number % 3 == 0 {
                input.push_str(&entry(is_docker, "stderr", "started", false));
            }
            if number % 2 == 0 {
                input.push_str(&entry(is_docker, "stdout", "/y HTTP/1.1\" 404 5 \"-\" \"x\"", false));
            } else {
                input.push_str(&entry(is_docker, "stdout", forged, false));
            }
        }
        let output = run(filter("soar-parse").args(["--all", "--threads", "1"]), input.as_bytes());
        let many = run(filter("soar-parse").args(["--all", "--threads", "3"]), input.as_bytes());
        assert_eq!((&output.stdout, &output.stderr), (&many.stdout, &many.stderr));
        let events = text(&output.stdout);
        assert!(!events.contains("\"ip\":\"203.0.113.9\""), "docker: {is_docker}");
        assert_eq!(events.lines().filter(|event| event.contains("x/y\"")).count(), 100, "docker: {is_docker}");
    }
}

/// What stands before what a container printed, and (by name) two records of JSON around it.
const PREFIXES: [&str; 8] = [
    "2024-10-10T11:55:36.123456789Z stdout F ",
    "2024-10-10T11:55:36.123456789Z ",
    "nginx-1  | ",
    "web.1.x2f@node-1    | ",
    "[pod/web-7d4/nginx] ",
    "[pod/web-7d4/nginx] 2024-10-10T11:55:36.123456789Z ",
    "json",
    "journal",
];

/// What shippers write beside a line that an application printed, or (true) that anyone may have sent.
const SHIPPERS: [(&str, bool); 6] = [
    (r#""source_type":"docker_logs","stream":"stdout""#, false),
    (r#""source_type":"kubernetes_logs""#, false),
    (r#""log":{"file":{"path":"/var/log/containers/a.log"}},"input":{"type":"container"}"#, false),
    (r#""source_type":"http_server""#, true),
    (r#""source_type":"stdin""#, true),
    (r#""input":{"type":"tcp"},"log":{"offset":7}"#, true),
];

/// What a client sends to a server that writes quotes as they come.
fn raw_text() -> impl Strategy<Value = String> {
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
fn request_line() -> impl Strategy<Value = Vec<u8>> {
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
fn hostile_line() -> impl Strategy<Value = Vec<u8>> {
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

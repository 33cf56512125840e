//! Laws of lines, held against generated ones: each is of one format at the most, is counted once, and is too much for nothing.

mod generated;

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

use crate::lines::generated::{hostile_line, hostile_request, log_format, raw_text, request_line};
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

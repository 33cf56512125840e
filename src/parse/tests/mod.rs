//! Formats as a whole: their examples, and that they exclude each other.

mod repeats;
mod requests;

use super::*;
use crate::io::block::{Block as Lines, BlockKind, Dating, LOOK_BACK_BYTES};
use crate::io::lines::Line;
use crate::parse::detect::{DETECTORS, Detector};
use crate::parse::run::Classifier;
use crate::record::event::read::EventView;
use crate::record::run::count::LineClass;
use crate::record::signal::SIGNALS;

fn config(wanted: Wanted) -> Config {
    Config {
        signals: SignalSet::from_names("all").expect("a set"),
        settings: detect::Settings::default(),
        wanted,
        period: Period::default(),
        clock: Clock::new("UTC", Some(2015)).expect("UTC is known"),
        zone: AssumedZone { name: "UTC".to_owned(), is_given: false },
        log_format: None,
        program: None,
        services: Services::default(),
        trusted_containers: None,
        trusted_proxies: None,
        client_from: ClientFrom::default(),
        rejects: Some(PathBuf::from("unused")),
        passed: None,
        hosts: None,
        trace: None,
        cursor: None,
        cursor_out: None,
        cursor_only: false,
        expects_lines: false,
        strictness: Strictness::Lenient,
    }
}

fn classify(text: &[u8], wanted: Wanted) -> run::ClassifiedBlock {
    classify_behind(b"", 1, text, wanted)
}

fn classify_behind(before: &[u8], first_line: u64, text: &[u8], wanted: Wanted) -> run::ClassifiedBlock {
    let config = config(wanted);
    let (bytes, before) = (text.to_vec(), before.to_vec());
    Classifier::new(&config).classify(&lines_of(bytes, first_line, 0, before), Vec::new())
}

fn lines_of(bytes: Vec<u8>, first_line: u64, modified: i64, before: Vec<u8>) -> Lines {
    let lines = bytes.split_inclusive(|&b| b == b'\n').count() as u64;
    let (file, part, dating) = ("example".into(), BlockKind::Lines, Dating::File);
    let layout = crate::io::entries::EntryLayout::of(&bytes);
    let header = crate::io::lines::begins_with_header(&bytes).then(std::sync::Arc::default);
    Lines { bytes, file, first_line, part, lines, modified, dating, before, header, open: 0, layout, mark: None }
}

fn counts(of: &[(LineClass, u64)]) -> LineCounts {
    let mut counts = LineCounts::default();
    for &(class, lines) in of {
        counts[class] = lines;
    }
    counts
}

/// The examples of formats and envelopes.
fn examples() -> impl Iterator<Item = (&'static str, (&'static str, &'static str))> {
    let formats = FORMATS.iter().map(|format| (format.name, format.example));
    formats.chain(ENVELOPES.iter().map(|envelope| (envelope.name, envelope.example)))
}

#[test]
fn every_format_makes_of_its_example_what_it_says() {
    for (name, (line, event)) in examples() {
        let done = classify(line.as_bytes(), Wanted::All);
        assert_eq!(String::from_utf8_lossy(&done.events), format!("{event}\n"), "{name}");
    }
}

#[test]
fn every_name_of_a_log_format_makes_of_its_example_what_it_says() {
    for named in NAMED {
        let log_format = LogFormat::compile(named.name).expect("a name");
        let config = Config { log_format: Some(log_format), ..config(Wanted::All) };
        let done = Classifier::new(&config).classify(&lines_of(named.example.0.into(), 1, 0, Vec::new()), Vec::new());
        assert_eq!(String::from_utf8_lossy(&done.events), format!("{}\n", named.example.1), "{}", named.name);
    }
    for format in FORMATS.iter().filter(|format| format.kind == format::FormatKind::Web) {
        let log_format = LogFormat::compile(format.name).expect("a name");
        let config = Config { log_format: Some(log_format), ..config(Wanted::All) };
        let done = Classifier::new(&config).classify(&lines_of(format.example.0.into(), 1, 0, Vec::new()), Vec::new());
        assert_eq!(String::from_utf8_lossy(&done.events), format!("{}\n", format.example.1), "{}", format.name);
    }
}

#[test]
fn every_signal_fires_on_its_example() {
    for (index, signal) in SIGNALS.iter().enumerate() {
        let done = classify(signal.example.as_bytes(), Wanted::Signals);
        let line = done.events.strip_suffix(b"\n").expect("one event");
        let sighting = EventView::from_line(line).expect("an event");
        // One that another stage sets is none of a line alone.
        let is_ours = DETECTORS.iter().any(|(name, detector)| *name == signal.name && !matches!(detector, Detector::Elsewhere));
        assert_eq!(sighting.signals.contains(index), is_ours, "{}", signal.name);
        assert!(sighting.ip.is_some_and(|ip| ip.ip.is_ipv4()), "{}", signal.name);
    }
}

#[test]
fn an_example_is_of_one_format_only() {
    for (name, (line, _)) in examples() {
        let (mut clock, arena, line) = (config(Wanted::All).clock, format::Arena::default(), last_line(line));
        let mut fitting: Vec<_> = FORMATS.iter().filter(|f| (f.read)(&line, &arena, &mut clock).is_ok()).map(|f| f.name).collect();
        fitting.extend(ENVELOPES.iter().filter(|e| (e.open)(&line, &arena, &mut clock).is_ok()).map(|e| e.name));
        assert_eq!(fitting, [name]);
    }
}

/// The last line of an example, behind the header that stands before it.
fn last_line(example: &str) -> Line<'_> {
    if example.starts_with("__") || example.contains("\n    ") {
        return Line::of(example.as_bytes());
    }
    let (header, line) = example.rsplit_once('\n').map_or((None, example), |(header, line)| (Some(header.as_bytes()), line));
    Line { header, ..Line::of(line.as_bytes()) }
}

#[test]
fn lines_of_all_classes_are_counted_and_rejects_are_kept_byte_for_byte() {
    let text = b"garbage\xff\r\n\nDec 10 06:55:46 lab CRON[1]: x\nDec 10 06:55:46 lab sshd[1]: new wording\nDec 32 06:55:46 lab sshd[1]: x";
    let done = classify(text, Wanted::Signals);
    let lines = counts(&[(LineClass::Reject, 3), (LineClass::OtherProgram, 1), (LineClass::UnknownMessage, 1)]);
    assert_eq!(done.counts, ParseCounts { lines, invalid_utf8: 1 });
    assert_eq!(done.first, [(LineClass::OtherProgram, 3), (LineClass::UnknownMessage, 4)]);
    assert_eq!(done.rejects, b"garbage\xff\r\n\nDec 32 06:55:46 lab sshd[1]: x");
    let reasons: Vec<_> = done.issues.first.iter().map(|(line, issue)| format!("{line}: {issue}")).collect();
    assert_eq!(reasons, ["1: unknown log format", "2: empty line", "5: not syslog_rfc3164 format: impossible date or time"]);
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_line() {
    for (name, (line, event)) in examples().filter(|(_, (line, _))| !line.contains('\n')) {
        let line = format!("\u{feff}{line}\n");
        let done = classify(line.repeat(2).as_bytes(), Wanted::All);
        let expected = counts(&[(LineClass::Event, 1), (LineClass::Reject, 1)]);
        assert_eq!(done.counts.lines, expected, "only the first line of a file may have one: {name}");
        assert_eq!(String::from_utf8_lossy(&done.events), format!("{event}\n"), "{name}");
    }
}

#[test]
fn where_an_input_is_cut_changes_nothing_of_what_was_repeated() {
    let head = "Dec 10 06:55:46 lab ";
    let login = "sshd[1]: Failed password for root from 192.0.2.1 port 4711 ssh2";
    let repeated = "last message repeated 3 times";
    let filler = |len: usize| format!("CRON[1]: {}", "x".repeat(len));
    // As far as the look back reaches, the repeat is of the login; the line between is another repeat, and nothing else.
    let between = |count: usize| std::iter::repeat_n(repeated.to_owned(), count);
    let reach = (LOOK_BACK_BYTES - head.len() - login.len() - 1) / (head.len() + repeated.len() + 1) + 1;
    let messages = [login.to_owned(), repeated.to_owned(), repeated.to_owned(), "sshd[1]: a new wording".to_owned(), repeated.to_owned()];
    let more = [filler(30), repeated.to_owned(), login.to_owned(), filler(LOOK_BACK_BYTES), repeated.to_owned(), login.to_owned()];
    let lines: Vec<String> =
        messages.into_iter().chain(more).chain(between(reach + 5)).map(|message| format!("{head}{message}\n")).collect();
    let text = lines.concat();
    let whole = classify(text.as_bytes(), Wanted::All);
    let expected = counts(&[(LineClass::Event, 5 + reach as u64), (LineClass::OtherProgram, 9), (LineClass::UnknownMessage, 2)]);
    assert_eq!((whole.counts.lines, expected.total()), (expected, lines.len() as u64));
    for step in [1, 2, 3, 7] {
        let (mut events, mut sum, mut at) = (Vec::new(), LineCounts::default(), 0);
        for (index, block) in lines.chunks(step).enumerate() {
            let block = block.concat();
            // The whole lines before it that fit.
            let near = &text[..at];
            let fitting = near.char_indices().filter(|&(i, _)| i == 0 || near.as_bytes()[i - 1] == b'\n');
            let from = fitting.map(|(i, _)| i).find(|i| at - i <= LOOK_BACK_BYTES).unwrap_or(at);
            let done = classify_behind(&near.as_bytes()[from..], (index * step) as u64 + 1, block.as_bytes(), Wanted::All);
            events.extend_from_slice(&done.events);
            sum += done.counts.lines;
            at += block.len();
        }
        assert_eq!(sum, expected, "{step} lines a block");
        assert!(events == whole.events, "{step} lines a block");
    }
}

#[test]
fn a_year_may_turn_inside_a_file() {
    let mut config = config(Wanted::All);
    config.clock = Clock::new("UTC", None).expect("UTC is known");
    let times = |text: &[u8], modified: &str| {
        let modified = crate::base::time::parse_rfc3339(modified).expect("a time");
        let done = Classifier::new(&config).classify(&lines_of(text.to_vec(), 1, modified, Vec::new()), Vec::new());
        let events = String::from_utf8(done.events).expect("UTF-8");
        let time = |event: &str| event.split('"').nth(7).expect("a time").to_owned();
        (events.lines().map(time).collect::<Vec<_>>(), done.counts.lines[LineClass::Reject])
    };
    let turn =
        b"Dec 31 23:59:59 lab sshd[1]: Server listening on :: port 22.\nJan  1 00:00:00 lab sshd[1]: Server listening on :: port 22.\n";
    assert_eq!(times(turn, "2026-01-02T00:00:00Z"), (vec!["2025-12-31T23:59:59Z".to_owned(), "2026-01-01T00:00:00Z".to_owned()], 0));
    assert_eq!(times(turn, "2026-12-31T12:00:00Z"), (vec!["2026-12-31T23:59:59Z".to_owned(), "2027-01-01T00:00:00Z".to_owned()], 0));
    let leap = b"Feb 29 12:00:00 lab sshd[1]: Server listening on :: port 22.\n";
    assert_eq!(times(leap, "2026-03-01T00:00:00Z"), (vec!["2024-02-29T12:00:00Z".to_owned()], 0));
}

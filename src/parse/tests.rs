//! Formats as a whole: their examples, and that they exclude each other.

use std::net::IpAddr;

use super::classify::Classifier;
use super::*;
use crate::record::event::Sighting;
use crate::record::signal::SIGNALS;
use crate::stream::block::{Block as Lines, Part};

fn config(wanted: Wanted) -> Config {
    Config {
        signals: (0..SIGNALS.len()).fold(SignalSet::default(), SignalSet::with),
        settings: detect::Settings::default(),
        wanted,
        clock: Clock::new("UTC", Some(2015)).expect("UTC is known"),
        rejects: Some(PathBuf::from("unused")),
        strictness: Strictness::Lenient,
    }
}

fn classify(text: &[u8], wanted: Wanted) -> classify::Block {
    let config = config(wanted);
    let lines = Lines { bytes: text.to_vec(), file: "example".into(), first_line: 1, part: Part::Lines, modified: 0, before: Vec::new() };
    Classifier::new(&config).classify(&lines)
}

#[test]
fn every_format_makes_of_its_example_what_it_says() {
    for format in FORMATS {
        let done = classify(format.example.0.as_bytes(), Wanted::All);
        assert_eq!(String::from_utf8_lossy(&done.events), format!("{}\n", format.example.1), "{}", format.name);
    }
}

#[test]
fn every_signal_fires_on_its_example() {
    for (index, signal) in SIGNALS.iter().enumerate() {
        let done = classify(signal.example.as_bytes(), Wanted::Signals);
        let line = done.events.strip_suffix(b"\n").expect("one event");
        let sighting = Sighting::from_line(line).expect("an event");
        assert!(sighting.signals.contains(index), "{}", signal.name);
        assert!(sighting.ip.is_some_and(|ip| matches!(ip, IpAddr::V4(_))), "{}", signal.name);
    }
}

#[test]
fn an_example_is_of_one_format_only() {
    for format in FORMATS {
        let (mut clock, scratch) = (config(Wanted::All).clock, format::Scratch::default());
        let fitting: Vec<_> =
            FORMATS.iter().filter(|f| (f.read)(format.example.0.as_bytes(), &scratch, &mut clock).is_ok()).map(|f| f.name).collect();
        assert_eq!(fitting, [format.name]);
    }
}

#[test]
fn lines_of_all_classes_are_counted_and_rejects_are_kept_byte_for_byte() {
    let text = b"garbage\xff\r\n\nDec 10 06:55:46 lab CRON[1]: x\nDec 10 06:55:46 lab sshd[1]: new wording\nDec 32 06:55:46 lab sshd[1]: x";
    let done = classify(text, Wanted::Signals);
    let expected = Counts { lines: 5, rejects: 3, other_programs: 1, unknown_sshd: 1, invalid_utf8: 1, ..Counts::default() };
    assert_eq!(done.counts, expected);
    assert_eq!(done.rejects, b"garbage\xff\r\n\nDec 32 06:55:46 lab sshd[1]: x");
    let reasons: Vec<_> = done.flaws.first.iter().map(|(line, flaw)| format!("{line}: {flaw}")).collect();
    assert_eq!(reasons, ["1: of no known format", "2: empty line", "5: not syslog_rfc3164 format: impossible date or time"]);
}

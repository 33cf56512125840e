//! Any bytes as a log whose entries are of several lines: the entries are found in the same places however the text comes, and whatever
//! an application has in a field of the journal, nothing but a request comes out.

#![no_main]

use libfuzzer_sys::fuzz_target;
use soar_light::base::time::Clock;
use soar_light::io::entries::{EntryLayout, EntryScan};
use soar_light::parse::candidate::Candidates;
use soar_light::parse::format::{Arena, ParsedLine};
use soar_light::parse::line::{LastFormats, LineParser};

/// Where entries end where the text comes `step` bytes at a time.
fn ends(layout: EntryLayout, text: &[u8], step: usize) -> Vec<usize> {
    let (mut scan, mut at, mut there, mut ends) = (EntryScan::default(), 0, 0, Vec::new());
    loop {
        let found = scan.advance(layout, &text[at..there]);
        at += found.bytes;
        if found.is_end {
            ends.push(at);
        } else if there < text.len() {
            there = (there + step).min(text.len());
        } else {
            return ends;
        }
    }
}

fuzz_target!(|text: &[u8]| {
    for layout in [EntryLayout::Export, EntryLayout::Verbose, EntryLayout::Indented] {
        let whole = ends(layout, text, text.len().max(1));
        assert_eq!(whole, ends(layout, text, 7));
        let entries: Vec<_> = layout.entries(text).collect();
        assert!(entries.iter().map(|entry| entry.end).zip(&whole).all(|(end, &of)| end == of));
        assert_eq!(entries.iter().map(ExactSizeIterator::len).sum::<usize>(), text.len());
    }
    let arena = Arena::default();
    let candidates = Candidates::new(None);
    let clock = Clock::new("UTC", Some(2024)).expect("UTC is known");
    let length = (text.len() as u64).to_le_bytes();
    let front = b"__REALTIME_TIMESTAMP=1703415994322089\n_COMM=chat\nSYSLOG_IDENTIFIER=sshd\nMESSAGE\n";
    let entry = [&front[..], &length, text, b"\n"].concat();
    let mut parser = LineParser::new(&candidates, "-", clock, LastFormats::default());
    parser.read_entry(EntryLayout::Export, &entry, &arena, |_, parsed, _| {
        assert!(matches!(parsed, Ok(ParsedLine::Untrusted(_)) | Err(_)), "{}", String::from_utf8_lossy(&entry));
    });
    // A line break in a value, as journalctl prints it.
    let front = b"Sun 2023-12-24 11:06:34 UTC [s=1;i=2;t=60d3f713f0ca9]\n    _COMM=chat\n    SYSLOG_IDENTIFIER=sshd\n    MESSAGE=".to_vec();
    let verbose = text.iter().fold(front, |mut entry, &byte| {
        entry.push(byte);
        if byte == b'\n' {
            entry.extend_from_slice(b"            ");
        }
        entry
    });
    parser.read_entry(EntryLayout::Verbose, &verbose, &arena, |_, parsed, _| {
        assert!(matches!(parsed, Ok(ParsedLine::Untrusted(_)) | Err(_)), "{}", String::from_utf8_lossy(&verbose));
    });
    for layout in [EntryLayout::Export, EntryLayout::Verbose] {
        parser.read_entry(layout, text, &arena, |_, _, _| ());
    }
});

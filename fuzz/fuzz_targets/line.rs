//! Any line, through every envelope and every format: at most one fits, whether or not it is known where its quotes stand, and the event of
//! what is inside is one line of JSON that is read back.

#![no_main]

use libfuzzer_sys::fuzz_target;
use soar_light::base::time::Clock;
use soar_light::io::lines::{Line, LineIndex, Lines};
use soar_light::parse::candidate::Candidates;
use soar_light::parse::format::Arena;
use soar_light::parse::line::{LastFormats, LineParser};
use soar_light::parse::{ENVELOPES, FORMATS};
use soar_light::record::event::EventWriter;
use soar_light::record::event::read::EventView;
use soar_light::record::signal::SignalSet;

fuzz_target!(|line: &[u8]| {
    let (mut clock, arena) = (Clock::new("UTC", Some(2024)).expect("UTC is known"), Arena::default());
    let text = Line::of(line);
    let mut fitting: Vec<_> =
        FORMATS.iter().filter(|format| (format.read)(&text, &arena, &mut clock).is_ok()).map(|format| format.name).collect();
    fitting.extend(ENVELOPES.iter().filter(|envelope| (envelope.open)(&text, &arena, &mut clock).is_ok()).map(|envelope| envelope.name));
    assert!(fitting.len() <= 1, "{fitting:?} fit");
    let candidates = Candidates::new(None);
    let mut parser = LineParser::new(&candidates, "-", clock.clone(), LastFormats::default());
    parser.read(&text, &arena, |_, parsed, around| {
        let (Ok(parsed), mut out) = (parsed, Vec::new()) else { return };
        parsed.write_event(&around, ("fuzz", 1), SignalSet::default(), &mut EventWriter::default(), &mut out);
        assert!(out.iter().filter(|&&b| b == b'\n').count() <= 1);
        if !out.is_empty() {
            EventView::from_line(&out[..out.len() - 1]).expect("an event");
        }
    });
    // Behind so much that a line goes on from one page of the text to the next.
    let far = [&[b'x'; 4000], line].concat();
    let mut other = clock.clone();
    for line in Lines::of(line, &mut LineIndex::default()).chain(Lines::of(&far, &mut LineIndex::default())) {
        for format in FORMATS {
            let known = format!("{:?}", (format.read)(&line, &arena, &mut clock));
            assert_eq!(known, format!("{:?}", (format.read)(&Line::of(line.text), &arena, &mut other)), "{}", format.name);
        }
    }
});

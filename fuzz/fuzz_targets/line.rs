//! Any line, through every log format: at most one fits, whether or not it is known where its quotes stand, and its event is one
//! line of JSON that is read back.

#![no_main]

use libfuzzer_sys::fuzz_target;
use soar_light::parse::FORMATS;
use soar_light::parse::format::Scratch;
use soar_light::record::sighting::Sighting;
use soar_light::stream::line::{Line, Lines, Page};
use soar_light::time::Clock;

fuzz_target!(|line: &[u8]| {
    let (mut clock, scratch) = (Clock::new("UTC", Some(2024)).expect("UTC is known"), Scratch::default());
    let mut fitting = Vec::new();
    for format in FORMATS {
        let Ok(reading) = (format.read)(&Line::of(line), &scratch, &mut clock) else { continue };
        fitting.push(format.name);
        let Some(event) = reading.to_event("fuzz", 1) else { continue };
        let mut out = Vec::new();
        event.write_line(&mut out);
        assert_eq!(out.iter().filter(|&&b| b == b'\n').count(), 1);
        Sighting::from_line(&out[..out.len() - 1]).expect("an event");
    }
    assert!(fitting.len() <= 1, "{fitting:?} fit");
    // Behind so much that a line goes on from one page of the text to the next.
    let far = [&[b'x'; 4000], line].concat();
    let mut other = clock.clone();
    for line in Lines::of(line, &mut Page::default()).chain(Lines::of(&far, &mut Page::default())) {
        for format in FORMATS {
            let known = format!("{:?}", (format.read)(&line, &scratch, &mut clock));
            assert_eq!(known, format!("{:?}", (format.read)(&Line::of(line.text), &scratch, &mut other)), "{}", format.name);
        }
    }
});

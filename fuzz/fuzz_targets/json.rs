//! Any JSON-like line, through the formats that read JSON by key: what one takes is JSON, save for control characters that
//! a sloppy writer left as they are.

#![no_main]

use libfuzzer_sys::fuzz_target;
use soar_light::parse::FORMATS;
use soar_light::parse::format::Scratch;
use soar_light::stream::line::Line;
use soar_light::time::Clock;

fuzz_target!(|line: &[u8]| {
    let (mut clock, scratch) = (Clock::new("UTC", Some(2024)).expect("UTC is known"), Scratch::default());
    for format in FORMATS.iter().filter(|format| format.name.ends_with("_json")) {
        if (format.read)(&Line::of(line), &scratch, &mut clock).is_ok() {
            let escaped: Vec<u8> = line.iter().map(|&b| if b < b' ' { b' ' } else { b }).collect();
            let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(&escaped).is_ok();
            assert!(is_json, "{} takes what is no JSON", format.name);
        }
    }
});

//! Any JSON-like line, through the formats that read JSON by key: what one takes is JSON, save for control characters that
//! a sloppy writer left as they are, and of what stands before a record of json-seq or json-sse.

#![no_main]

use libfuzzer_sys::fuzz_target;
use soar_light::base::time::Clock;
use soar_light::io::lines::Line;
use soar_light::parse::format::Arena;
use soar_light::parse::{ENVELOPES, FORMATS};

fuzz_target!(|line: &[u8]| {
    let (mut clock, arena) = (Clock::new("UTC", Some(2024)).expect("UTC is known"), Arena::default());
    let text = Line::of(line);
    let formats = FORMATS.iter().filter(|format| (format.read)(&text, &arena, &mut clock).is_ok()).map(|format| format.name);
    let mut names: Vec<_> = formats.collect();
    names.extend(ENVELOPES.iter().filter(|envelope| (envelope.open)(&text, &arena, &mut clock).is_ok()).map(|envelope| envelope.name));
    for name in names.into_iter().filter(|name| name.ends_with("_json")) {
        let record = line.strip_prefix(b"\x1e").or_else(|| line.strip_prefix(b"data: ")).unwrap_or(line);
        let escaped: Vec<u8> = record.iter().map(|&b| if b < b' ' { b' ' } else { b }).collect();
        let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(&escaped).is_ok();
        assert!(is_json, "{name} takes what is no JSON");
    }
});

//! Any JSON-like line, through the formats that read JSON by key: what one takes is JSON, save for control characters that
//! a sloppy writer left as they are. A frame of json-seq or json-sse is opened whatever is in it, so that is left to what reads its inside.

#![no_main]

use libfuzzer_sys::fuzz_target;
use soar_light::base::time::Clock;
use soar_light::io::lines::Line;
use soar_light::parse::envelope::framed::FRAMED;
use soar_light::parse::format::Arena;
use soar_light::parse::{ENVELOPES, FORMATS};

fuzz_target!(|line: &[u8]| {
    let (mut clock, arena) = (Clock::new("UTC", Some(2024)).expect("UTC is known"), Arena::default());
    let record = line.strip_prefix(b"\x1e").or_else(|| line.strip_prefix(b"data: ")).unwrap_or(line);
    let text = Line::of(record);
    let formats = FORMATS.iter().filter(|format| (format.read)(&text, &arena, &mut clock).is_ok()).map(|format| format.name);
    let mut names: Vec<_> = formats.collect();
    let envelopes = ENVELOPES.iter().filter(|envelope| envelope.name != FRAMED.name);
    names.extend(envelopes.filter(|envelope| (envelope.open)(&text, &arena, &mut clock).is_ok()).map(|envelope| envelope.name));
    for name in names.into_iter().filter(|name| name.ends_with("_json")) {
        let escaped: Vec<u8> = record.iter().map(|&b| if b < b' ' { b' ' } else { b }).collect();
        let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(&escaped).is_ok();
        assert!(is_json, "{name} takes what is no JSON");
    }
});
